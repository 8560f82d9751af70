//! An application: from registration to approval, by two different people.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{AccountId, Timestamp};

/// Where one candidate's application in one batch stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum ApplicationState {
    /// Handed in.
    Registered {
        /// Who entered it.
        by: AccountId,
        /// When.
        at: Timestamp,
    },
    /// Found to meet the conditions.
    Approved {
        /// Who entered it.
        registered_by: AccountId,
        /// Who approved it.
        by: AccountId,
        /// When.
        at: Timestamp,
    },
    /// Found not to meet them. It may be corrected and handed in again.
    Rejected {
        /// Who decided.
        by: AccountId,
        /// When.
        at: Timestamp,
        /// What the candidate is told.
        reason: String,
    },
    /// Taken back by the candidate; final.
    Withdrawn {
        /// When.
        at: Timestamp,
    },
}

/// Why an application does not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplicationRefusal {
    /// Whoever registers a candidate does not approve the same candidate.
    #[error("whoever registered the application does not decide on it")]
    SamePerson,
    /// A rejection must tell the candidate why.
    #[error("a rejection needs a reason")]
    NoReason,
    /// The application has been decided on.
    #[error("the application was decided on at {at}")]
    AlreadyDecided {
        /// When.
        at: Timestamp,
    },
    /// The application was taken back.
    #[error("the application was withdrawn at {at}")]
    Withdrawn {
        /// When.
        at: Timestamp,
    },
    /// Only a rejected application is handed in again.
    #[error("the application was not rejected")]
    NotRejected,
}

impl ApplicationState {
    /// A new application.
    pub fn register(by: AccountId, now: Timestamp) -> Self {
        Self::Registered { by, at: now }
    }

    /// Approves.
    pub fn approve(self, by: AccountId, now: Timestamp) -> Result<Self, ApplicationRefusal> {
        let registered_by = self.undecided(by)?;
        Ok(Self::Approved {
            registered_by,
            by,
            at: now,
        })
    }

    /// Rejects, with a reason.
    pub fn reject(self, by: AccountId, now: Timestamp, reason: &str) -> Result<Self, ApplicationRefusal> {
        self.undecided(by)?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(ApplicationRefusal::NoReason);
        }
        Ok(Self::Rejected {
            by,
            at: now,
            reason: reason.to_owned(),
        })
    }

    /// Hands in a rejected application again.
    pub fn register_again(self, by: AccountId, now: Timestamp) -> Result<Self, ApplicationRefusal> {
        match self {
            Self::Rejected { .. } => Ok(Self::register(by, now)),
            Self::Withdrawn { at } => Err(ApplicationRefusal::Withdrawn { at }),
            Self::Registered { .. } | Self::Approved { .. } => Err(ApplicationRefusal::NotRejected),
        }
    }

    /// Takes the application back, also after approval.
    pub fn withdraw(self, now: Timestamp) -> Result<Self, ApplicationRefusal> {
        match self {
            Self::Withdrawn { at } => Err(ApplicationRefusal::Withdrawn { at }),
            Self::Registered { .. } | Self::Approved { .. } | Self::Rejected { .. } => Ok(Self::Withdrawn { at: now }),
        }
    }

    /// Whether the candidate may be seated.
    pub fn is_approved(&self) -> bool {
        matches!(self, Self::Approved { .. })
    }

    /// Who registered it, when it waits for a decision that this person may take.
    fn undecided(&self, by: AccountId) -> Result<AccountId, ApplicationRefusal> {
        match self {
            Self::Registered { by: registrar, .. } if *registrar == by => Err(ApplicationRefusal::SamePerson),
            Self::Registered { by: registrar, .. } => Ok(*registrar),
            Self::Approved { at, .. } | Self::Rejected { at, .. } => {
                Err(ApplicationRefusal::AlreadyDecided { at: *at })
            }
            Self::Withdrawn { at } => Err(ApplicationRefusal::Withdrawn { at: *at }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::SeededEntropy;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    fn two_people() -> (AccountId, AccountId) {
        let entropy = SeededEntropy::new(1);
        (AccountId::new(NOW, &entropy), AccountId::new(NOW, &entropy))
    }

    #[test]
    fn the_registrar_does_not_approve_the_own_registration() {
        let (registrar, approver) = two_people();
        let application = ApplicationState::register(registrar, NOW);
        let refused = application.clone().approve(registrar, NOW);
        assert_eq!(refused, Err(ApplicationRefusal::SamePerson));
        assert_eq!(
            application.clone().reject(registrar, NOW, "x"),
            Err(ApplicationRefusal::SamePerson)
        );
        assert!(application.approve(approver, NOW).unwrap().is_approved());
    }

    #[test]
    fn a_rejection_tells_why_and_may_be_mended() {
        let (registrar, approver) = two_people();
        let application = ApplicationState::register(registrar, NOW);
        assert_eq!(
            application.clone().reject(approver, NOW, "　"),
            Err(ApplicationRefusal::NoReason)
        );
        let rejected = application.reject(approver, NOW, "缺工作年限证明").unwrap();
        assert_eq!(
            rejected.clone().approve(approver, NOW),
            Err(ApplicationRefusal::AlreadyDecided { at: NOW })
        );
        assert!(rejected.register_again(registrar, NOW).is_ok());
    }

    #[test]
    fn a_withdrawn_application_stays_withdrawn() {
        let (registrar, approver) = two_people();
        let gone = ApplicationState::register(registrar, NOW).withdraw(NOW).unwrap();
        let refusal = Err(ApplicationRefusal::Withdrawn { at: NOW });
        assert_eq!(gone.clone().approve(approver, NOW), refusal);
        assert_eq!(gone.clone().register_again(registrar, NOW), refusal);
        assert_eq!(gone.withdraw(NOW), refusal);
    }
}
