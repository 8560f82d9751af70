//! Settling, approving and publishing results.
//!
//! One person settles: every component of every approved candidate by its frozen rule, exactly. Another approves, and
//! publishes. A hold of a supervisor stops both. Nothing here rounds, except for display.

mod bundle;
mod gap;
mod gather;
mod notice;
mod settle;
mod show;

pub(super) use bundle::corrections;
pub(super) use gather::open_paper;

pub use bundle::{DifferenceView, ExportBundle, RecomputeResults, RecomputedResults, bundle_of};
pub use notice::{ListNotices, Notice, NoticeLine, NoticePage, ShowNotice};
pub(super) use settle::reckon;
pub use settle::{SettleResults, Settled};
pub use show::{ExportResults, ListResults, ResultCounts, ResultList, ResultView, ScoreView};

use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::identity::Duty;
use crate::kernel::{ApplicationId, BatchId, Digest, Exact, Timestamp, canonical_json};
use crate::result::{
    Component, ComponentResult, GradeRule, Holidays, Outcome, PublicityRule, PublicityUnit, ResultRefusal, ResultState,
    outcome,
};
use crate::store::Connection;
use crate::store::result::{self as rows, BatchRow, ResultRow};

/// When something was done.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Done {
    /// When.
    pub at: Timestamp,
}

impl From<ResultRefusal> for Refusal {
    fn from(refusal: ResultRefusal) -> Self {
        let broken = match refusal {
            ResultRefusal::SamePerson => Broken::new("result-same-person"),
            ResultRefusal::OutOfOrder { needed, .. } => Broken::new(match needed {
                "settled" => "result-not-settled",
                "approved" => "result-not-approved",
                _ => "result-not-published",
            }),
            ResultRefusal::Held { holds } => Broken::new("result-held").with("count", holds.len()),
            ResultRefusal::StillPublic { until } => Broken::new("result-still-public").with("until", until),
            ResultRefusal::NoEnd => Broken::new("result-no-end"),
        };
        broken.into()
    }
}

/// The components that a batch examines.
pub(super) fn components(batch: &BatchRow) -> Vec<Component> {
    [
        (batch.theory, Component::Theory),
        (batch.practical, Component::Practical),
    ]
    .into_iter()
    .filter(|(examined, _)| *examined == 1)
    .map(|(_, component)| component)
    .collect()
}

/// What the settled components of one application mean together.
pub(super) fn outcome_of(batch: &BatchRow, application: ApplicationId, results: &[ResultRow]) -> Outcome {
    let rule = GradeRule::default();
    let required = components(batch);
    let own: Vec<ComponentResult> = required
        .iter()
        .filter_map(|component| {
            let row = find(results, application, *component)?;
            Some(ComponentResult::new(*component, row.exact, &rule))
        })
        .collect();
    outcome(&required, &own, &rule)
}

/// The row of one component of one application.
pub(super) fn find(results: &[ResultRow], application: ApplicationId, component: Component) -> Option<&ResultRow> {
    results
        .iter()
        .find(|row| row.application_id == application && row.component == component.word())
}

/// A score as pages show it: one decimal. A score below the pass mark never reads like a pass.
pub(super) fn one_decimal(score: Exact) -> String {
    let tenths = score.times(1, 10).half_up().hundredths();
    let pass = GradeRule::default().pass;
    let pass_tenths = pass.hundredths() / 10;
    let tenths = if score < pass.exact() {
        tenths.min(pass_tenths - 1)
    } else {
        tenths
    };
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The fingerprint of settled results: what an approver approves.
pub(super) fn digest_of(results: &[ResultRow]) -> Digest {
    let facts: Vec<_> = results
        .iter()
        .map(|row| json!([row.application_id, row.component, row.exact.to_string(), row.passed]))
        .collect();
    // Texts and integers always have a JSON form.
    Digest::of(&canonical_json(&facts).unwrap_or_default())
}

/// Where a batch's results stand; absent while nothing is settled.
pub(super) fn state_of(batch: &BatchRow) -> Option<ResultState> {
    let (settled_by, settled_at) = (batch.settled_by?, batch.settled_at?);
    let approved = batch.approved_by.zip(batch.approved_at);
    let published = batch.published_at.zip(batch.publicity_until);
    match (batch.state.as_str(), approved, published) {
        ("settled", _, _) => Some(ResultState::settle(settled_by, settled_at)),
        ("approved", Some((by, at)), _) => Some(ResultState::Approved { settled_by, by, at }),
        ("published", Some((approved_by, _)), Some((from, until))) => Some(ResultState::Published {
            settled_by,
            approved_by,
            from,
            until,
        }),
        _ => None,
    }
}

/// The batch of this id, or "not found".
pub(super) async fn batch(connection: &mut Connection, id: BatchId) -> Result<BatchRow, Refusal> {
    rows::batch(connection, id).await?.ok_or(Refusal::NotFound)
}

/// Approves results that another person settled.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ApproveResults {
    /// The batch.
    pub batch: BatchId,
    /// The fingerprint of the results that the approver looked at.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    #[schemars(with = "Option<String>")]
    pub digest: Option<Digest>,
}

impl Act for ApproveResults {
    type Outcome = Done;
    const POLICY: Policy = policy::RESULT_APPROVE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let by = caller.account()?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let batch = batch(op.connection(), self.batch).await?;
        let holds = rows::open_holds(op.connection(), self.batch).await?;
        let state = state_of(&batch).ok_or_else(|| Broken::new("result-not-settled"))?;
        state.approve(by, now, &holds)?;
        op.take_duty(self.batch, Duty::ScoreApprover).await?;
        let results = rows::results(op.connection(), self.batch).await?;
        let digest = digest_of(&results);
        if self.digest.is_some_and(|seen| seen != digest) {
            return Err(Refusal::Stale);
        }
        let settled_at = batch.settled_at.ok_or(Refusal::Stale)?;
        rows::set_approved(op.connection(), self.batch, settled_at, by, now).await?;
        let event = Event::of(self.batch)
            .in_batch(self.batch)
            .with(json!({ "digest": digest, "results": results.len() }));
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}

/// Publishes approved results.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PublishResults {
    /// The batch.
    pub batch: BatchId,
}

/// Published results.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Published {
    /// From when.
    pub from: Timestamp,
    /// Until when they may be objected to.
    pub until: Timestamp,
}

impl Act for PublishResults {
    type Outcome = Published;
    const POLICY: Policy = policy::RESULT_PUBLISH;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Published, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let batch = batch(op.connection(), self.batch).await?;
        let holds = rows::open_holds(op.connection(), self.batch).await?;
        let until = publicity_end(now, batch.publicity_days)?;
        let state = state_of(&batch).ok_or_else(|| Broken::new("result-not-settled"))?;
        state.publish(now, until, &holds)?;
        op.take_duty(self.batch, Duty::ScoreApprover).await?;
        rows::set_published(op.connection(), self.batch, now, until).await?;
        let event = Event::of(self.batch)
            .in_batch(self.batch)
            .with(json!({ "until": until, "working_days": batch.publicity_days }));
        let from = op.commit(event).await?;
        Ok(Published { from, until })
    }
}

/// The end of the publicity period. Without any days results are final at once.
pub(super) fn publicity_end(now: Timestamp, days: i64) -> Result<Timestamp, Refusal> {
    if days == 0 {
        return Ok(now);
    }
    let rule = PublicityRule {
        length: u16::try_from(days).unwrap_or(u16::MAX),
        unit: PublicityUnit::WorkingDays,
    };
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    Ok(rule.end(now, &Holidays::default(), &zone)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::Marks;

    #[test]
    fn a_score_below_the_pass_mark_never_reads_like_a_pass() {
        assert_eq!(one_decimal(Exact::new(17_999, 300)), "59.9");
        assert_eq!(one_decimal(Marks::whole(60).exact()), "60.0");
        assert_eq!(one_decimal(Marks::from_hundredths(8_665).exact()), "86.7");
        assert_eq!(one_decimal(Exact::ZERO), "0.0");
    }

    #[test]
    fn without_days_of_publicity_results_are_final_at_once_and_with_five_after_a_week() {
        let monday = Timestamp::from_millis(1_777_860_000_000);
        assert_eq!(publicity_end(monday, 0).unwrap(), monday);
        let end = publicity_end(monday, 5).unwrap();
        assert_eq!(end.to_string(), "2026-05-11T16:00:00Z");
    }
}
