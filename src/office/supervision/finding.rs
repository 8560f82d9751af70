//! Findings: what a supervisor found wrong. A recorded finding stays.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{own_session, short, store};
use crate::identity::Duty;
use crate::kernel::{FindingId, SessionId};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::store::supervision::FindingRow;
use crate::supervision::Severity;

/// Raises a finding.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RaiseFinding {
    /// The session.
    pub session: SessionId,
    /// How grave it is.
    pub severity: Severity,
    /// What was found.
    pub text: String,
}

/// A new finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FindingRaised {
    /// Its id.
    pub finding: FindingId,
}

const fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Minor => "minor",
        Severity::Major => "major",
        Severity::Critical => "critical",
    }
}

impl Act for RaiseFinding {
    type Outcome = FindingRaised;
    const POLICY: Policy = policy::FINDING_RAISE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<FindingRaised, Refusal> {
        let text = short(&self.text, "text")?;
        if text.is_empty() {
            return Err(Broken::new("text-missing").at("text").into());
        }
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let work = own_session(op.connection(), self.session, caller).await?;
        let raised_by = op.take_duty(work.batch_id, Duty::Supervisor).await?;
        let row = FindingRow {
            id: FindingId::new(now, office.entropy.as_ref()),
            session_id: self.session,
            severity: severity_name(self.severity).to_owned(),
            text,
            raised_by,
            raised_name: String::new(),
            raised_at: now,
        };
        store::insert_finding(op.connection(), &row).await?;
        let event = Event::of(row.id)
            .in_batch(work.batch_id)
            .with(json!({ "session": self.session, "severity": row.severity }));
        op.commit(event).await?;
        Ok(FindingRaised { finding: row.id })
    }
}
