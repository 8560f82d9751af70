//! Findings, which somebody must put right by a day, and holds, which stop the release of results until they are lifted.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{AccountId, FindingId, HoldId, Timestamp};

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// To be noted.
    Minor,
    /// To be put right.
    Major,
    /// The result of the batch is in doubt: it goes together with a hold.
    Critical,
}

/// Something found wrong (未达标项).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// How grave it is.
    pub severity: Severity,
    /// What was found.
    pub text: String,
    /// Who found it.
    pub found_by: AccountId,
    /// Who must put it right.
    pub owner: AccountId,
    /// The last day for that.
    pub due: Date,
    /// Where it stands.
    pub state: FindingState,
}

/// Where a finding stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum FindingState {
    /// Nothing has been reported.
    Open,
    /// The owner reports that it is put right.
    Corrected {
        /// What was done.
        note: String,
        /// When.
        at: Timestamp,
    },
    /// The supervisor has seen that it is.
    Verified {
        /// Who.
        by: AccountId,
        /// When.
        at: Timestamp,
    },
}

/// Why a finding does not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FindingRefusal {
    /// A finding, a correction and a return say what.
    #[error("say what was found or done")]
    NoText,
    /// Only the owner reports the correction.
    #[error("only the owner of the finding reports its correction")]
    NotTheOwner,
    /// The owner does not verify the own correction.
    #[error("the owner of the finding does not verify the own correction")]
    OwnCorrection,
    /// No correction has been reported.
    #[error("no correction has been reported")]
    NotCorrected,
    /// The finding is closed, or its correction waits to be verified.
    #[error("a correction has been reported already")]
    AlreadyCorrected,
}

impl Finding {
    /// Reports the correction.
    pub fn correct(self, by: AccountId, note: &str, now: Timestamp) -> Result<Self, FindingRefusal> {
        if by != self.owner {
            return Err(FindingRefusal::NotTheOwner);
        }
        if note.trim().is_empty() {
            return Err(FindingRefusal::NoText);
        }
        match self.state {
            FindingState::Open => Ok(Self {
                state: FindingState::Corrected {
                    note: note.trim().to_owned(),
                    at: now,
                },
                ..self
            }),
            FindingState::Corrected { .. } | FindingState::Verified { .. } => Err(FindingRefusal::AlreadyCorrected),
        }
    }

    /// Verifies a reported correction.
    pub fn verify(self, by: AccountId, now: Timestamp) -> Result<Self, FindingRefusal> {
        self.waits_for(by)?;
        let state = FindingState::Verified { by, at: now };
        Ok(Self { state, ..self })
    }

    /// Sends a reported correction back: it was not enough.
    pub fn send_back(self, by: AccountId) -> Result<Self, FindingRefusal> {
        self.waits_for(by)?;
        let state = FindingState::Open;
        Ok(Self { state, ..self })
    }

    /// Whether it should have been put right before this day.
    pub fn is_overdue(&self, today: Date) -> bool {
        self.state == FindingState::Open && today > self.due
    }

    fn waits_for(&self, by: AccountId) -> Result<(), FindingRefusal> {
        match self.state {
            FindingState::Open => Err(FindingRefusal::NotCorrected),
            FindingState::Verified { .. } => Err(FindingRefusal::AlreadyCorrected),
            FindingState::Corrected { .. } if by == self.owner => Err(FindingRefusal::OwnCorrection),
            FindingState::Corrected { .. } => Ok(()),
        }
    }
}

/// A hold on the results of a batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Who raised it.
    pub raised_by: AccountId,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// How it was lifted, if it was.
    lifted: Option<Lifted>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
struct Lifted {
    by: AccountId,
    at: Timestamp,
    reason: String,
}

/// Why a hold is not raised or lifted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HoldRefusal {
    /// A hold and its lifting need a reason.
    #[error("a hold, and its lifting, needs a reason")]
    NoReason,
    /// Whoever raised a hold does not lift it alone.
    #[error("a hold is lifted by somebody else than who raised it")]
    SamePerson,
    /// It was lifted before.
    #[error("the hold was lifted at {at}")]
    AlreadyLifted {
        /// When.
        at: Timestamp,
    },
}

impl Hold {
    /// Raises a hold.
    pub fn raise(id: HoldId, raised_by: AccountId, reason: &str, now: Timestamp) -> Result<Self, HoldRefusal> {
        Ok(Self {
            id,
            raised_by,
            at: now,
            reason: reason_of(reason)?,
            lifted: None,
        })
    }

    /// Lifts it, by somebody else and with a reason.
    pub fn lift(self, by: AccountId, reason: &str, now: Timestamp) -> Result<Self, HoldRefusal> {
        if let Some(lifted) = &self.lifted {
            return Err(HoldRefusal::AlreadyLifted { at: lifted.at });
        }
        if by == self.raised_by {
            return Err(HoldRefusal::SamePerson);
        }
        let reason = reason_of(reason)?;
        let lifted = Some(Lifted { by, at: now, reason });
        Ok(Self { lifted, ..self })
    }

    /// Whether it still stops the release.
    pub fn stands(&self) -> bool {
        self.lifted.is_none()
    }
}

fn reason_of(text: &str) -> Result<String, HoldRefusal> {
    match text.trim() {
        "" => Err(HoldRefusal::NoReason),
        reason => Ok(reason.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::kernel::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn people() -> (AccountId, AccountId) {
        let entropy = SeededEntropy::new(4);
        (AccountId::new(NOW, &entropy), AccountId::new(NOW, &entropy))
    }

    fn finding() -> Finding {
        let (supervisor, owner) = people();
        Finding {
            id: FindingId::new(NOW, &SeededEntropy::new(1)),
            severity: Severity::Major,
            text: "设备台账不全".to_owned(),
            found_by: supervisor,
            owner,
            due: date(2024, 5, 10),
            state: FindingState::Open,
        }
    }

    #[test]
    fn the_owner_corrects_and_somebody_else_verifies() {
        let (supervisor, owner) = people();
        assert_eq!(finding().verify(supervisor, NOW), Err(FindingRefusal::NotCorrected));
        assert_eq!(
            finding().correct(supervisor, "补齐", NOW),
            Err(FindingRefusal::NotTheOwner)
        );
        let corrected = finding().correct(owner, "已补齐", NOW).unwrap();
        assert_eq!(corrected.clone().verify(owner, NOW), Err(FindingRefusal::OwnCorrection));
        let back = corrected.clone().send_back(supervisor).unwrap();
        assert_eq!(back.state, FindingState::Open);
        let verified = corrected.verify(supervisor, NOW).unwrap();
        assert!(verified.correct(owner, "再补", NOW).is_err());
    }

    #[test]
    fn the_due_day_itself_is_in_time() {
        assert!(!finding().is_overdue(date(2024, 5, 10)));
        assert!(finding().is_overdue(date(2024, 5, 11)));
        let (_, owner) = people();
        let corrected = finding().correct(owner, "已补齐", NOW).unwrap();
        assert!(!corrected.is_overdue(date(2024, 5, 11)));
    }

    #[test]
    fn a_hold_stands_until_somebody_else_lifts_it_with_a_reason() {
        let (supervisor, chief) = people();
        let id = HoldId::new(NOW, &SeededEntropy::new(1));
        assert_eq!(Hold::raise(id, supervisor, " ", NOW), Err(HoldRefusal::NoReason));
        let hold = Hold::raise(id, supervisor, "疑似替考", NOW).unwrap();
        assert!(hold.stands());
        assert_eq!(hold.clone().lift(supervisor, "查清", NOW), Err(HoldRefusal::SamePerson));
        assert_eq!(hold.clone().lift(chief, "", NOW), Err(HoldRefusal::NoReason));
        let lifted = hold.lift(chief, "查清", NOW).unwrap();
        assert!(!lifted.stands());
        assert_eq!(
            lifted.lift(chief, "x", NOW),
            Err(HoldRefusal::AlreadyLifted { at: NOW })
        );
    }
}
