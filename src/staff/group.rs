//! The group of examiners for a practical test: enough, an odd number, one leader.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::AccountId;

/// How a group must be made up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GroupRule {
    /// So many members at least.
    pub least: usize,
    /// Whether their number must be odd.
    pub odd: bool,
    /// One examiner judges at most so many candidates of a session.
    pub candidates_each: usize,
    /// Nobody judges more than so many batches in a row for one body (轮换).
    pub most_in_a_row: usize,
    /// One member in so many, at least, was not in the group of the body's batch before; 0 asks for no change.
    pub changed_one_in: usize,
}

impl Default for GroupRule {
    /// Three, five, seven …; five candidates each; three batches in a row; a third changed.
    fn default() -> Self {
        Self {
            least: 3,
            odd: true,
            candidates_each: 5,
            most_in_a_row: 3,
            changed_one_in: 3,
        }
    }
}

/// A member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub account: AccountId,
    /// Whether this is the leader (考评组长).
    pub leads: bool,
}

/// What is wrong with a group.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupError {
    /// Too few members.
    #[error("the group has {size} examiners; at least {least} are needed")]
    TooSmall {
        /// How many it has.
        size: usize,
        /// How many are needed.
        least: usize,
    },
    /// An even number.
    #[error("the group has {size} examiners; the number must be odd")]
    Even {
        /// How many it has.
        size: usize,
    },
    /// Not exactly one leader.
    #[error("the group has {leaders} leaders; it needs exactly one")]
    Leaders {
        /// How many it has.
        leaders: usize,
    },
    /// The same person twice.
    #[error("{account} is in the group twice")]
    Twice {
        /// Who.
        account: AccountId,
    },
}

impl GroupRule {
    /// How many examiners so many candidates need.
    pub fn size_for(&self, candidates: usize) -> usize {
        let size = candidates.div_ceil(self.candidates_each.max(1)).max(self.least).max(1);
        if self.odd && size.is_multiple_of(2) {
            size + 1
        } else {
            size
        }
    }

    /// Everything that is wrong with a group; empty when nothing is.
    pub fn check(&self, members: &[Member]) -> Vec<GroupError> {
        let mut wrong = Vec::new();
        let size = members.len();
        if size < self.least {
            let least = self.least;
            wrong.push(GroupError::TooSmall { size, least });
        }
        if self.odd && size.is_multiple_of(2) {
            wrong.push(GroupError::Even { size });
        }
        let leaders = members.iter().filter(|member| member.leads).count();
        if leaders != 1 {
            wrong.push(GroupError::Leaders { leaders });
        }
        for (index, member) in members.iter().enumerate() {
            if members[..index].iter().any(|earlier| earlier.account == member.account) {
                let account = member.account;
                wrong.push(GroupError::Twice { account });
            }
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::{SeededEntropy, Timestamp};

    fn group(leads: &[bool]) -> Vec<Member> {
        let entropy = SeededEntropy::new(3);
        let account = || AccountId::new(Timestamp::from_millis(1), &entropy);
        leads
            .iter()
            .map(|leads| Member {
                account: account(),
                leads: *leads,
            })
            .collect()
    }

    #[test]
    fn three_with_one_leader_are_a_group() {
        assert_eq!(GroupRule::default().check(&group(&[true, false, false])), []);
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let rule = GroupRule::default();
        assert_eq!(
            rule.check(&group(&[false, false])),
            [
                GroupError::TooSmall { size: 2, least: 3 },
                GroupError::Even { size: 2 },
                GroupError::Leaders { leaders: 0 }
            ]
        );
        assert_eq!(
            rule.check(&group(&[true, true, false])),
            [GroupError::Leaders { leaders: 2 }]
        );
        let mut twice = group(&[true, false, false]);
        twice[2] = twice[1];
        let account = twice[1].account;
        assert_eq!(rule.check(&twice), [GroupError::Twice { account }]);
    }
}
