//! An attempt: one person's one go at one paper.
//!
//! A move takes the state and the present instant and gives the next state, or a refusal with its facts. There is no way
//! back from a handed-in paper: a recheck reads it, nothing writes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{AccountId, Timestamp};

use super::{Acceptance, Timing};

/// Where an attempt stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum AttemptState {
    /// A seat and a paper are there.
    Seated,
    /// The invigilator has checked ticket and identity.
    CheckedIn {
        /// When.
        at: Timestamp,
        /// By whom.
        by: AccountId,
    },
    /// The paper lies open.
    Open {
        /// When it was started.
        started: Timestamp,
        /// When time is over.
        deadline: Timestamp,
    },
    /// The paper is handed in.
    Submitted {
        /// When it was started.
        started: Timestamp,
        /// When it was handed in.
        at: Timestamp,
        /// How.
        how: SubmittedHow,
    },
}

/// How a paper came to be handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum SubmittedHow {
    /// The candidate handed it in.
    ByCandidate,
    /// Time was over.
    AtDeadline,
    /// An invigilator took it (强制交卷).
    ByInvigilator {
        /// Who.
        account: AccountId,
        /// Why.
        reason: String,
    },
}

/// Why an attempt does not move.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AttemptRefusal {
    /// Check-in has not begun.
    #[error("check-in begins at {from}")]
    CheckInBeforeTime {
        /// When it begins.
        from: Timestamp,
    },
    /// The candidate has not been checked in.
    #[error("the candidate has not been checked in")]
    NotCheckedIn,
    /// The candidate has been checked in before.
    #[error("the candidate was checked in at {at}")]
    AlreadyCheckedIn {
        /// When.
        at: Timestamp,
    },
    /// The session has not opened.
    #[error("the session opens at {opens}")]
    StartBeforeTime {
        /// When it opens.
        opens: Timestamp,
    },
    /// Entry is closed.
    #[error("entry closed at {closed}")]
    TooLate {
        /// When it closed.
        closed: Timestamp,
    },
    /// The paper has been started.
    #[error("the paper was started at {started}")]
    AlreadyStarted {
        /// When.
        started: Timestamp,
    },
    /// The paper has not been started.
    #[error("the paper has not been started")]
    NotStarted,
    /// Time is over.
    #[error("time was over at {at}")]
    Closed {
        /// When.
        at: Timestamp,
    },
    /// The paper has been handed in.
    #[error("the paper was handed in at {at}")]
    AlreadySubmitted {
        /// When.
        at: Timestamp,
    },
    /// Nobody hands in so early.
    #[error("papers are handed in from {at} on")]
    EarliestSubmit {
        /// From when.
        at: Timestamp,
    },
    /// The deadline has not come.
    #[error("time is not over before {deadline}")]
    NotOverdue {
        /// When it is.
        deadline: Timestamp,
    },
    /// An invigilator who takes a paper says why.
    #[error("taking a paper needs a reason")]
    NoReason,
    /// Extra time is more time.
    #[error("extra time must be more than nothing")]
    NoExtraTime,
}

impl AttemptState {
    /// The invigilator has compared person, document and ticket.
    pub fn check_in(self, by: AccountId, now: Timestamp, timing: &Timing) -> Result<Self, AttemptRefusal> {
        match self {
            Self::Seated if now < timing.check_in_from => Err(AttemptRefusal::CheckInBeforeTime {
                from: timing.check_in_from,
            }),
            Self::Seated if now >= timing.entry_closes => Err(AttemptRefusal::TooLate {
                closed: timing.entry_closes,
            }),
            Self::Seated => Ok(Self::CheckedIn { at: now, by }),
            Self::CheckedIn { at, .. } => Err(AttemptRefusal::AlreadyCheckedIn { at }),
            Self::Open { started, .. } => Err(AttemptRefusal::AlreadyStarted { started }),
            Self::Submitted { at, .. } => Err(AttemptRefusal::AlreadySubmitted { at }),
        }
    }

    /// The candidate opens the paper; the start is written once.
    pub fn start(self, now: Timestamp, timing: &Timing) -> Result<Self, AttemptRefusal> {
        match self {
            Self::Seated => Err(AttemptRefusal::NotCheckedIn),
            Self::CheckedIn { .. } if now < timing.opens => {
                Err(AttemptRefusal::StartBeforeTime { opens: timing.opens })
            }
            Self::CheckedIn { .. } if now >= timing.entry_closes => Err(AttemptRefusal::TooLate {
                closed: timing.entry_closes,
            }),
            Self::CheckedIn { .. } => Ok(Self::Open {
                started: now,
                deadline: timing.deadline(now),
            }),
            Self::Open { started, .. } => Err(AttemptRefusal::AlreadyStarted { started }),
            Self::Submitted { at, .. } => Err(AttemptRefusal::AlreadySubmitted { at }),
        }
    }

    /// Moves the deadline of an open paper; extra time given earlier belongs into [`Timing::extra_ms`].
    pub fn extend(self, extra_ms: i64, now: Timestamp) -> Result<Self, AttemptRefusal> {
        let (started, deadline) = self.open_paper()?;
        if extra_ms <= 0 {
            return Err(AttemptRefusal::NoExtraTime);
        }
        if now >= deadline {
            return Err(AttemptRefusal::Closed { at: deadline });
        }
        let deadline = deadline + extra_ms;
        Ok(Self::Open { started, deadline })
    }

    /// The candidate hands in. After the deadline, within the grace, the paper counts as handed in at the deadline.
    pub fn submit(self, now: Timestamp, timing: &Timing) -> Result<Self, AttemptRefusal> {
        let (started, deadline) = self.open_paper()?;
        match timing.accepts(deadline, now) {
            None => Err(AttemptRefusal::Closed { at: deadline }),
            Some(Acceptance::InGrace { .. }) => Ok(Self::Submitted {
                started,
                at: deadline,
                how: SubmittedHow::AtDeadline,
            }),
            Some(Acceptance::InTime) if now < timing.submit_from => {
                Err(AttemptRefusal::EarliestSubmit { at: timing.submit_from })
            }
            Some(Acceptance::InTime) => Ok(Self::Submitted {
                started,
                at: now,
                how: SubmittedHow::ByCandidate,
            }),
        }
    }

    /// Closes a paper whose time is over. The paper counts as handed in at the deadline, whenever somebody gets to it.
    pub fn close_overdue(self, now: Timestamp) -> Result<Self, AttemptRefusal> {
        let (started, deadline) = self.open_paper()?;
        if now < deadline {
            return Err(AttemptRefusal::NotOverdue { deadline });
        }
        Ok(Self::Submitted {
            started,
            at: deadline,
            how: SubmittedHow::AtDeadline,
        })
    }

    /// An invigilator takes the paper, at any time before its end.
    pub fn take(self, account: AccountId, reason: &str, now: Timestamp) -> Result<Self, AttemptRefusal> {
        let (started, deadline) = self.open_paper()?;
        let reason = reason.trim();
        if reason.is_empty() {
            return Err(AttemptRefusal::NoReason);
        }
        if now >= deadline {
            return Err(AttemptRefusal::Closed { at: deadline });
        }
        let reason = reason.to_owned();
        Ok(Self::Submitted {
            started,
            at: now,
            how: SubmittedHow::ByInvigilator { account, reason },
        })
    }

    /// Whether an answer is saved now. A paper that was closed at its deadline still takes what was under way; one that
    /// somebody handed in takes nothing.
    pub fn accepts(&self, now: Timestamp, timing: &Timing) -> Result<Acceptance, AttemptRefusal> {
        match self {
            Self::Seated | Self::CheckedIn { .. } => Err(AttemptRefusal::NotStarted),
            Self::Open { deadline: end, .. }
            | Self::Submitted {
                at: end,
                how: SubmittedHow::AtDeadline,
                ..
            } => timing.accepts(*end, now).ok_or(AttemptRefusal::Closed { at: *end }),
            Self::Submitted {
                at,
                how: SubmittedHow::ByCandidate | SubmittedHow::ByInvigilator { .. },
                ..
            } => Err(AttemptRefusal::AlreadySubmitted { at: *at }),
        }
    }

    /// Milliseconds left, never less than nothing; `None` when no paper is open.
    pub fn remaining(&self, now: Timestamp) -> Option<i64> {
        match self {
            Self::Open { deadline, .. } => Some((*deadline - now).max(0)),
            Self::Seated | Self::CheckedIn { .. } | Self::Submitted { .. } => None,
        }
    }

    fn open_paper(&self) -> Result<(Timestamp, Timestamp), AttemptRefusal> {
        match self {
            Self::Seated | Self::CheckedIn { .. } => Err(AttemptRefusal::NotStarted),
            Self::Open { started, deadline } => Ok((*started, *deadline)),
            Self::Submitted { at, .. } => Err(AttemptRefusal::AlreadySubmitted { at: *at }),
        }
    }
}

#[cfg(test)]
#[path = "attempt_tests.rs"]
mod tests;
