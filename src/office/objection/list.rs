//! The objections of a batch, as pages and programs see them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::RecheckReport;
use crate::kernel::{BatchId, Digest, ObjectionId, Timestamp};
use crate::office::result::batch as batch_row;
use crate::office::{Act, Caller, Office, Policy, Refusal, policy};
use crate::store::objection::{self as store, ObjectionRow, RecheckRow};

/// Lists the objections of a batch.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListObjections {
    /// The batch.
    pub batch: BatchId,
}

/// The objections of a batch.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ObjectionList {
    /// The batch.
    pub batch: BatchId,
    /// The plan's title.
    pub plan: String,
    /// Whether objections are taken in now.
    pub open: bool,
    /// Until when they are, or were.
    pub until: Option<Timestamp>,
    /// The objections, the oldest first.
    pub objections: Vec<ObjectionView>,
}

/// An objection.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ObjectionView {
    /// Its id.
    pub objection: ObjectionId,
    /// The ticket's number.
    pub ticket: String,
    /// The candidate's name.
    pub name: String,
    /// `theory` or `practical`.
    pub component: String,
    /// What the candidate says.
    pub claim: String,
    /// The name of the evidence's file; empty without.
    pub evidence_name: String,
    /// The evidence's digest.
    #[schemars(with = "Option<String>")]
    pub evidence_digest: Option<Digest>,
    /// Who took it in.
    pub filed_by: String,
    /// When.
    pub filed_at: Timestamp,
    /// What rechecks found, the oldest first.
    pub rechecks: Vec<RecheckView>,
    /// Whether it was upheld; none while open.
    pub upheld: Option<bool>,
    /// Why.
    pub reason: String,
    /// Who decided.
    pub decided_by: String,
    /// When.
    pub decided_at: Option<Timestamp>,
}

/// What a recheck found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RecheckView {
    /// Who rechecked.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What was found.
    pub report: RecheckReport,
}

impl ObjectionView {
    fn of(row: ObjectionRow, rechecks: &[RecheckRow]) -> Result<Self, Refusal> {
        let own = rechecks.iter().filter(|recheck| recheck.objection_id == row.id);
        let rechecks = own.map(|recheck| {
            let report = serde_json::from_str(&recheck.report);
            Ok(RecheckView {
                by: recheck.made_name.clone(),
                at: recheck.made_at,
                report: report.map_err(|error| Refusal::Fault(format!("recheck {}: {error}", recheck.id)))?,
            })
        });
        Ok(Self {
            rechecks: rechecks.collect::<Result<_, Refusal>>()?,
            objection: row.id,
            ticket: row.ticket_number.unwrap_or_default(),
            name: row.name,
            component: row.component,
            claim: row.claim,
            evidence_name: row.evidence_name,
            evidence_digest: row.evidence_digest,
            filed_by: row.filed_name,
            filed_at: row.filed_at,
            upheld: row.upheld.map(|upheld| upheld == 1),
            reason: row.reason.unwrap_or_default(),
            decided_by: row.decided_name.unwrap_or_default(),
            decided_at: row.decided_at,
        })
    }
}

impl Act for ListObjections {
    type Outcome = ObjectionList;
    const POLICY: Policy = policy::OBJECTION_LIST;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<ObjectionList, Refusal> {
        let mut connection = office.store.read().await?;
        let batch = batch_row(&mut connection, self.batch).await?;
        let objections = store::of_batch(&mut connection, self.batch).await?;
        let rechecks = store::rechecks(&mut connection, self.batch).await?;
        Ok(ObjectionList {
            batch: self.batch,
            plan: batch.plan_title,
            open: batch.published_at.is_some() && batch.publicity_until.is_some_and(|until| office.now() < until),
            until: batch.publicity_until,
            objections: objections
                .into_iter()
                .map(|row| ObjectionView::of(row, &rechecks))
                .collect::<Result<_, _>>()?,
        })
    }
}
