//! The times of a session, as they bind one attempt.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{MINUTE, SECOND, Timestamp};

/// When things may happen. Frozen when the session is prepared; extra time of one candidate is added here and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Timing {
    /// From when candidates are checked in.
    pub check_in_from: Timestamp,
    /// When the session opens: the first instant at which a paper may be started.
    pub opens: Timestamp,
    /// From this instant on nobody enters or starts any more.
    pub entry_closes: Timestamp,
    /// How long a paper takes, in milliseconds.
    pub duration_ms: i64,
    /// Extra time of this candidate, in milliseconds.
    pub extra_ms: i64,
    /// From when a paper may be handed in.
    pub submit_from: Timestamp,
    /// For how long after the deadline a save that was under way is taken, in milliseconds.
    pub grace_ms: i64,
}

/// How a save stands to the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "accepted", rename_all = "snake_case")]
pub enum Acceptance {
    /// Before the deadline.
    InTime,
    /// After it, within the grace: taken, and recorded as late.
    InGrace {
        /// How late, in milliseconds.
        late_by_ms: i64,
    },
}

impl Timing {
    /// The usual rules for a session that opens at this instant: check-in 30 minutes before, entry until 30 minutes after,
    /// handing in from 30 minutes after, 30 seconds of grace.
    pub fn usual(opens: Timestamp, duration_ms: i64) -> Self {
        Self {
            check_in_from: opens + -30 * MINUTE,
            opens,
            entry_closes: opens + 30 * MINUTE,
            duration_ms,
            extra_ms: 0,
            submit_from: opens + 30 * MINUTE,
            grace_ms: 30 * SECOND,
        }
    }

    /// The deadline of a paper started at this instant.
    pub fn deadline(&self, started: Timestamp) -> Timestamp {
        started + self.duration_ms + self.extra_ms
    }

    /// Whether a save is taken: before the deadline, or within the grace after it.
    pub fn accepts(&self, deadline: Timestamp, now: Timestamp) -> Option<Acceptance> {
        if now < deadline {
            return Some(Acceptance::InTime);
        }
        let late_by_ms = now - deadline;
        (late_by_ms < self.grace_ms).then_some(Acceptance::InGrace { late_by_ms })
    }
}
