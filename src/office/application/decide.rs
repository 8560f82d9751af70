//! Decides who may sit, and takes applications back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::enrolment::Verdict;
use crate::identity::Duty;
use crate::kernel::{AccountId, ApplicationId, BatchId, Timestamp};
use crate::office::{Act, Broken, Caller, Event, List, Office, Op, Policy, Refusal, policy};
use crate::store::enrolment::{self, ApplicationRow, BatchFacts};

use super::{Conditions, batch_of, batch_open, reason_given};

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The candidate may sit.
    Approve,
    /// The candidate may not.
    Reject,
}

/// Approves or rejects applications of one batch: all that are named, or none.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DecideApplications {
    /// The batch.
    pub batch: BatchId,
    /// Which.
    #[serde(default = "nobody")]
    pub applications: List<ApplicationId>,
    /// Approve or reject.
    pub decision: Decision,
    /// Why: for a rejection, and for the approval of somebody whose data meet no condition.
    #[serde(default)]
    pub reason: String,
}

fn nobody() -> List<ApplicationId> {
    List(Vec::new())
}

/// How many were decided on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Decided {
    /// How many.
    pub decided: usize,
    /// When.
    pub at: Timestamp,
}

impl Act for DecideApplications {
    type Outcome = Decided;
    const POLICY: Policy = policy::APPLICATION_DECIDE;

    async fn perform(mut self, office: &Office, caller: &Caller) -> Result<Decided, Refusal> {
        let by = caller.account()?;
        if self.decision == Decision::Reject {
            reason_given(&self.reason)?;
        }
        self.applications.0.sort();
        self.applications.0.dedup();
        let conditions = Conditions::in_force()?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let batch = batch_of(op.connection(), self.batch).await?;
        batch_open(&batch)?;
        let rows = self.rows(&mut op).await?;
        self.may_decide(&rows, by, &conditions, &batch)?;
        op.take_duty(self.batch, Duty::EligibilityApprover).await?;
        let now = op.now;
        let state = match self.decision {
            Decision::Approve => "approved",
            Decision::Reject => "rejected",
        };
        for row in &rows {
            enrolment::move_application(op.connection(), row, state, by, now, self.reason.trim()).await?;
        }
        let detail = json!({ "decision": self.decision, "applications": self.applications.0 });
        let event = Event::of(self.batch).in_batch(self.batch).because(self.reason.trim());
        let at = op.commit(event.with(detail)).await?;
        Ok(Decided {
            decided: rows.len(),
            at,
        })
    }
}

impl DecideApplications {
    /// The named applications; one of another batch is as unknown as one that does not exist.
    async fn rows(&self, op: &mut Op<'_>) -> Result<Vec<ApplicationRow>, Refusal> {
        if self.applications.0.is_empty() {
            return Err(Broken::new("nobody-chosen").into());
        }
        let all = enrolment::applications(op.connection(), self.batch).await?;
        let rows: Vec<_> = all
            .into_iter()
            .filter(|row| self.applications.0.binary_search(&row.id).is_ok())
            .collect();
        if rows.len() == self.applications.0.len() {
            Ok(rows)
        } else {
            Err(Refusal::NotFound)
        }
    }

    /// Refuses, naming everybody who stands in the way.
    fn may_decide(
        &self,
        rows: &[ApplicationRow],
        by: AccountId,
        conditions: &Conditions,
        batch: &BatchFacts,
    ) -> Result<(), Refusal> {
        let mut broken = Vec::new();
        for row in rows {
            let verdict = conditions.verdict(row, batch)?;
            broken.extend(self.obstacle(row, by, &verdict));
        }
        match broken.len() {
            0 => Ok(()),
            1 => Err(broken.remove(0).into()),
            _ => Err(Refusal::Invalid(broken.into_iter().map(|one| one.at("")).collect())),
        }
    }

    fn obstacle(&self, row: &ApplicationRow, by: AccountId, verdict: &Verdict) -> Option<Broken> {
        let name = row.name.as_str();
        if row.registered_by == by {
            return Some(Broken::new("own-registration").with("name", name));
        }
        match (row.state.as_str(), self.decision) {
            ("withdrawn", _) => return Some(Broken::new("application-withdrawn").with("name", name)),
            ("registered", _) => {}
            _ => {
                let at = row.decided_at.unwrap_or(row.registered_at);
                return Some(Broken::new("application-decided").with("name", name).with("at", at));
            }
        }
        let unmet = !matches!(verdict, Verdict::Met { .. });
        (self.decision == Decision::Approve && unmet && self.reason.trim().is_empty())
            .then(|| Broken::new("approval-needs-reason").with("name", name))
    }
}

/// Withdraws an application, for good.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct WithdrawApplication {
    /// The application.
    pub application: ApplicationId,
    /// Why.
    pub reason: String,
}

impl Act for WithdrawApplication {
    type Outcome = Decided;
    const POLICY: Policy = policy::APPLICATION_WITHDRAW;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Decided, Refusal> {
        let reason = reason_given(&self.reason)?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let row = enrolment::application(op.connection(), self.application)
            .await?
            .ok_or(Refusal::NotFound)?;
        let batch = batch_of(op.connection(), row.batch_id).await?;
        batch_open(&batch)?;
        if row.state == "withdrawn" {
            return Err(Broken::new("application-withdrawn")
                .with("name", row.name.as_str())
                .into());
        }
        if row.seats > 0 {
            return Err(Broken::new("application-seated").with("name", row.name.as_str()).into());
        }
        let by = op.take_duty(row.batch_id, Duty::Registrar).await?;
        let now = op.now;
        enrolment::move_application(op.connection(), &row, "withdrawn", by, now, reason).await?;
        let event = Event::of(row.id).in_batch(row.batch_id).because(reason);
        let at = op.commit(event.with(json!({ "from": row.state }))).await?;
        Ok(Decided { decided: 1, at })
    }
}
