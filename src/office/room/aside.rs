//! Answers kept aside: what came from a replaced terminal or after the grace, for people to look at.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::may_look;
use crate::kernel::{AttemptId, SessionId, Timestamp};
use crate::office::{Act, Caller, Office, Policy, Refusal, policy};
use crate::store::sitting::aside::{self, ListedRow};

/// Lists the answers of a session that were kept aside.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListAside {
    /// The session.
    pub session: SessionId,
}

/// An answer kept aside, beside the one that counts.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AsideView {
    /// The seat.
    pub seat: i64,
    /// The candidate's name.
    pub name: String,
    /// The attempt.
    pub attempt: AttemptId,
    /// The question.
    pub number: i64,
    /// The terminal's revision.
    pub revision: i64,
    /// What was kept aside.
    pub value: String,
    /// The answer that counts, if there is one.
    pub counts: Option<String>,
    /// `replaced_terminal` or `after_grace`.
    pub why: String,
    /// When it came.
    pub received_at: Timestamp,
}

impl From<ListedRow> for AsideView {
    fn from(row: ListedRow) -> Self {
        Self {
            seat: row.seat_no,
            name: row.name,
            attempt: row.attempt_id,
            number: row.number,
            revision: row.revision,
            value: row.value,
            counts: row.counts,
            why: row.why,
            received_at: row.received_at,
        }
    }
}

impl Act for ListAside {
    type Outcome = Vec<AsideView>;
    const POLICY: Policy = policy::ASIDE_LIST;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Vec<AsideView>, Refusal> {
        let mut connection = office.store.read().await?;
        may_look(&mut connection, caller, self.session).await?;
        let rows = aside::of_session(&mut connection, self.session).await?;
        Ok(rows.into_iter().map(AsideView::from).collect())
    }
}
