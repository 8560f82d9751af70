//! Who judges: a group drawn by lot among those whom no rule keeps out, and the rules that a group breaks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::identity::{Duty, may_take};
use crate::kernel::{AccountId, Digest, Seed};

use super::{Conflict, ExaminerCard, GroupError, GroupRule, Member, Rule, any_may_judge, may_judge};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Somebody who could judge.
#[derive(Debug, Clone)]
pub struct Practitioner {
    /// Who.
    pub account: AccountId,
    /// The examiner's cards.
    pub cards: Vec<ExaminerCard>,
    /// The employers named on the cards.
    pub employers: BTreeSet<String>,
    /// The training bodies named on the cards.
    pub training_bodies: BTreeSet<String>,
    /// The recorded conflicts with candidates of this session.
    pub conflicts: BTreeSet<Conflict>,
    /// What the person does already on the batch.
    pub duties: Vec<Duty>,
    /// Whether the person works elsewhere at the same time.
    pub busy: bool,
    /// How many sessions the person judged this year: whoever judged less comes first.
    pub judged: u32,
}

/// What is to be judged.
#[derive(Debug, Clone)]
pub struct Occasion {
    /// The occupation's code.
    pub occupation: String,
    /// The level; 1 is the highest.
    pub level: u8,
    /// The day.
    pub on: Date,
    /// How many candidates.
    pub candidates: usize,
    /// Their employers.
    pub employers: BTreeSet<String>,
    /// The groups of the body's batches before, the latest first.
    pub previous: Vec<BTreeSet<AccountId>>,
    /// How a group must be made up.
    pub rule: GroupRule,
}

/// A rule that is broken, by whom, and the fact that shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Objection {
    /// The rule.
    pub rule: Rule,
    /// By whom; absent when the group breaks it.
    pub account: Option<AccountId>,
    /// The fact: a date, a number, a name of a body.
    pub fact: String,
}

/// Somebody who is not in the proposed group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Who.
    pub account: AccountId,
    /// The rules that keep the person out. Without any, the lot fell on others.
    pub why: Vec<Objection>,
}

/// A group that keeps every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The group; one leads.
    pub members: Vec<Member>,
    /// Everybody else, and why.
    pub left_out: Vec<LeftOut>,
}

/// There is no group that keeps every rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoGroup {
    /// How many examiners are needed.
    pub needed: usize,
    /// How many no rule keeps out.
    pub able: usize,
    /// The rules that collide, and how many people each keeps out (the group itself, for the rules of a group: 0).
    pub colliding: BTreeMap<Rule, usize>,
    /// The rules of which one alone, let go by a second person, would make a group possible.
    pub relief: Vec<Rule>,
    /// Everybody, and why.
    pub left_out: Vec<LeftOut>,
}

impl Occasion {
    /// In how many batches in a row, up to the last, the person judged.
    fn in_a_row(&self, account: AccountId) -> usize {
        self.previous
            .iter()
            .take_while(|group| group.contains(&account))
            .count()
    }

    /// Whether the person was not in the group before; everybody is new when there was none.
    fn is_new(&self, account: AccountId) -> bool {
        self.previous.first().is_none_or(|group| !group.contains(&account))
    }

    fn needed_new(&self, size: usize) -> usize {
        match self.rule.changed_one_in {
            0 => 0,
            _ if self.previous.is_empty() => 0,
            one_in => size.div_ceil(one_in),
        }
    }

    /// Everything that keeps one person out.
    fn against(&self, person: &Practitioner) -> Vec<Objection> {
        let mut found = Vec::new();
        let mut object = |rule, fact: String| {
            found.push(Objection {
                rule,
                account: Some(person.account),
                fact,
            });
        };
        if let Err(error) = any_may_judge(&person.cards, &self.occupation, self.level, self.on) {
            object(error.rule(), error.fact());
        }
        for conflict in &person.conflicts {
            object(conflict.rule(), String::new());
        }
        if let Err(error) = may_take(&person.duties, Duty::Examiner) {
            object(Rule::Duty, error.held.name().to_owned());
        }
        if person.busy {
            object(Rule::Busy, String::new());
        }
        if let Some(shared) = person.employers.intersection(&self.employers).next() {
            object(Rule::Employer, shared.clone());
        }
        let trained = person.training_bodies.intersection(&self.employers).next();
        if let Some(shared) = trained.filter(|body| !person.employers.contains(*body)) {
            object(Rule::TrainingBody, shared.clone());
        }
        let row = self.in_a_row(person.account);
        if row >= self.rule.most_in_a_row {
            object(Rule::Rotation, row.to_string());
        }
        found
    }
}

/// Every rule that a group breaks: the group's own, and those of its members. Empty for a good group.
pub fn objections(occasion: &Occasion, people: &[Practitioner], group: &[Member]) -> Vec<Objection> {
    let of_group = |rule, fact: String| Objection {
        rule,
        account: None,
        fact,
    };
    let mut found = Vec::new();
    for error in occasion.rule.check(group) {
        found.push(match error {
            GroupError::TooSmall { least, .. } => of_group(Rule::Size, least.to_string()),
            GroupError::Even { size } => of_group(Rule::Parity, size.to_string()),
            GroupError::Leaders { leaders } => of_group(Rule::Leader, leaders.to_string()),
            GroupError::Twice { account } => Objection {
                account: Some(account),
                ..of_group(Rule::Twice, String::new())
            },
        });
    }
    let most = group.len().saturating_mul(occasion.rule.candidates_each);
    if group.len() >= occasion.rule.least && occasion.candidates > most {
        let needed = occasion.rule.size_for(occasion.candidates);
        found.push(of_group(Rule::Ratio, needed.to_string()));
    }
    let new = group.iter().filter(|member| occasion.is_new(member.account)).count();
    let needed = occasion.needed_new(group.len());
    if new < needed {
        found.push(of_group(Rule::Changed, needed.to_string()));
    }
    for member in group {
        match people.iter().find(|person| person.account == member.account) {
            Some(person) => found.extend(occasion.against(person)),
            None => found.push(Objection {
                account: Some(member.account),
                ..of_group(Rule::NoCard, String::new())
            }),
        }
    }
    found
}

/// Proposes a group by lot, or says which rules collide. The same facts and the same seed give the same group.
pub fn propose(occasion: &Occasion, people: &[Practitioner], seed: Seed) -> Result<Proposal, NoGroup> {
    let judged: Vec<LeftOut> = people
        .iter()
        .map(|person| LeftOut {
            account: person.account,
            why: occasion.against(person),
        })
        .collect();
    let draw = Draw { occasion, people, seed };
    match draw.group(&judged, None) {
        Some(members) => {
            let out = |one: &LeftOut| members.iter().all(|member| member.account != one.account);
            let left_out = judged.into_iter().filter(out).collect();
            Ok(Proposal { members, left_out })
        }
        None => Err(draw.collision(judged)),
    }
}

struct Draw<'a> {
    occasion: &'a Occasion,
    people: &'a [Practitioner],
    seed: Seed,
}

impl Draw<'_> {
    /// A group of the smallest right size, as if one rule did not stand.
    fn group(&self, judged: &[LeftOut], without: Option<Rule>) -> Option<Vec<Member>> {
        let stands = |objection: &&Objection| Some(objection.rule) != without;
        let able = judged.iter().filter(|one| one.why.iter().find(stands).is_none());
        let mut able: Vec<AccountId> = able.map(|one| one.account).collect();
        able.sort_by_key(|account| self.place(*account));
        let size = self.size(without);
        if able.len() < size {
            return None;
        }
        let needed_new = match without {
            Some(Rule::Changed) => 0,
            _ => self.occasion.needed_new(size),
        };
        let (new, known): (Vec<AccountId>, Vec<AccountId>) =
            able.iter().partition(|account| self.occasion.is_new(**account));
        if new.len() < needed_new {
            return None;
        }
        let first: BTreeSet<AccountId> = new.iter().take(needed_new).copied().collect();
        let others = able.iter().filter(|account| !first.contains(account));
        let chosen: Vec<AccountId> = first.iter().chain(others).take(size).copied().collect();
        debug_assert!(new.len() + known.len() == able.len());
        let leader = self.leader(&chosen)?;
        let member = |account: AccountId| Member {
            account,
            leads: account == leader,
        };
        Some(chosen.into_iter().map(member).collect())
    }

    fn size(&self, without: Option<Rule>) -> usize {
        let rule = &self.occasion.rule;
        let candidates = match without {
            Some(Rule::Ratio) => 0,
            _ => self.occasion.candidates,
        };
        let odd = rule.odd && without != Some(Rule::Parity);
        GroupRule { odd, ..*rule }.size_for(candidates)
    }

    /// The order of the lot: whoever judged less this year comes first, then what the seed says.
    fn place(&self, account: AccountId) -> (u32, Digest) {
        let person = self.people.iter().find(|person| person.account == account);
        let mut lot = self.seed.0.to_vec();
        lot.extend_from_slice(account.to_string().as_bytes());
        (person.map_or(0, |person| person.judged), Digest::of(&lot))
    }

    /// A senior examiner leads, if there is one whose card counts here.
    fn leader(&self, chosen: &[AccountId]) -> Option<AccountId> {
        let Occasion {
            occupation, level, on, ..
        } = self.occasion;
        let counts = |card: &ExaminerCard| card.senior && may_judge(card, occupation, *level, *on).is_ok();
        let senior = |account: &&AccountId| {
            let mut people = self.people.iter();
            let person = people.find(|person| person.account == **account);
            person.is_some_and(|person| person.cards.iter().any(counts))
        };
        chosen.iter().find(senior).or(chosen.first()).copied()
    }

    fn collision(&self, judged: Vec<LeftOut>) -> NoGroup {
        let needed = self.size(None);
        let able: Vec<AccountId> = judged
            .iter()
            .filter(|one| one.why.is_empty())
            .map(|one| one.account)
            .collect();
        let mut colliding: BTreeMap<Rule, usize> = BTreeMap::new();
        for one in &judged {
            let rules: BTreeSet<Rule> = one.why.iter().map(|objection| objection.rule).collect();
            for rule in rules {
                *colliding.entry(rule).or_default() += 1;
            }
        }
        if able.len() < needed {
            let least = self.occasion.rule.least;
            colliding.insert(if needed > least { Rule::Ratio } else { Rule::Size }, 0);
        }
        let new = able.iter().filter(|account| self.occasion.is_new(**account)).count();
        if new < self.occasion.needed_new(needed) {
            colliding.insert(Rule::Changed, 0);
        }
        let relief = Rule::ALL.iter().copied().filter(|rule| rule.overridable());
        let relief = relief
            .filter(|rule| self.group(&judged, Some(*rule)).is_some())
            .collect();
        NoGroup {
            needed,
            able: able.len(),
            colliding,
            relief,
            left_out: judged,
        }
    }
}

#[cfg(test)]
#[path = "assignment_tests.rs"]
mod tests;
