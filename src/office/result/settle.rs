//! Settling: every component of every approved candidate, or a list of what is missing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::digest_of;
use super::gap::{self, GapKind};
use super::gather::{self, Facts, Score};
use crate::identity::Duty;
use crate::kernel::{AccountId, BatchId, Digest, Timestamp};
use crate::marking::MeanRule;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::result::scoring::Correction;
use crate::result::{Component, ComponentResult, GradeRule};
use crate::store::regrade::{self as regrades, NewVersion};
use crate::store::result::{self as rows, ApplicantRow, ResultRow};

/// Settles every component of a batch. May be repeated until somebody approves.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SettleResults {
    /// The batch.
    pub batch: BatchId,
    /// Why marks of examiners that are far apart are accepted, after the leader looked at them; else they are refused.
    #[serde(default)]
    pub accept_spread: String,
    /// Why candidates whom nobody saw, at an examination that is not closed, count as absent; else they are refused.
    #[serde(default)]
    pub accept_absent: String,
}

/// Settled results.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Settled {
    /// When.
    pub at: Timestamp,
    /// How many candidates.
    pub candidates: usize,
    /// How many of them were absent in a component.
    pub absent: usize,
    /// The results' fingerprint.
    #[schemars(with = "String")]
    pub digest: Digest,
}

impl Act for SettleResults {
    type Outcome = Settled;
    const POLICY: Policy = policy::RESULT_SETTLE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Settled, Refusal> {
        let by = caller.account()?;
        let (results, accepted) = self.compute(office).await?;
        let digest = digest_of(&results);
        let absent = results
            .iter()
            .filter(|row| row.detail.contains("\"absent\":true"))
            .count();
        let mut candidates: Vec<_> = results.iter().map(|row| row.application_id).collect();
        candidates.dedup();
        self.save(office, caller, by, &results, accepted)
            .await
            .map(|at| Settled {
                at,
                candidates: candidates.len(),
                absent,
                digest,
            })
    }
}

/// Every component of every approved candidate, with these corrections of keys; `accept` are the reasons to pass over
/// absent candidates and marks that are far apart. Tells also how many of the latter there were.
pub(in crate::office) async fn reckon(
    office: &Office,
    batch: BatchId,
    later: &[Correction],
    accept: (&str, &str),
) -> Result<(Vec<ResultRow>, usize), Refusal> {
    let facts = gather::facts(office, batch).await?;
    if facts.applicants.is_empty() {
        return Err(Broken::new("result-nobody").into());
    }
    let rule = MeanRule::default();
    let mut gaps = Vec::new();
    let mut practical = Vec::new();
    for applicant in &facts.applicants {
        if facts.batch.theory == 1 {
            gaps.extend(facts.theory_gap(applicant));
        }
        if facts.batch.practical == 1 {
            let (score, own) = facts.practical(applicant, &rule);
            gaps.extend(own);
            practical.push(score);
        }
    }
    let accepted = gap::refuse(gaps, accept.0, accept.1)?;
    let mut connection = office.store.read().await?;
    let theory = theory(office, &mut connection, &facts, later).await?;
    drop(connection);
    let unmarked = facts
        .applicants
        .iter()
        .zip(&theory)
        .filter(|(_, score)| score.unmarked > 0);
    let unmarked = unmarked.map(|(applicant, score)| {
        let answers = score.unmarked;
        gap::Gap::new(applicant, GapKind::Written { answers })
    });
    gap::refuse(unmarked.collect(), "", "")?;
    let mut results = Vec::new();
    let mut add = |component, scores: Vec<Score>| {
        for (applicant, score) in facts.applicants.iter().zip(scores) {
            results.push(row(applicant, component, &score));
        }
    };
    add(Component::Theory, theory);
    add(Component::Practical, practical);
    results.sort_by(|a, b| (a.application_id, &a.component).cmp(&(b.application_id, &b.component)));
    let spread = accepted
        .iter()
        .filter(|gap| matches!(gap.kind, GapKind::Spread { .. }))
        .count();
    Ok((results, spread))
}

impl SettleResults {
    /// The results, and how many gaps were passed over with a reason.
    async fn compute(&self, office: &Office) -> Result<(Vec<ResultRow>, usize), Refusal> {
        let mut reading = office.store.read().await?;
        let batch = super::batch(&mut reading, self.batch).await?;
        if !matches!(batch.state.as_str(), "open" | "settled") {
            return Err(Broken::new("result-already-approved").into());
        }
        let later = super::corrections(&mut reading, self.batch).await?;
        drop(reading);
        reckon(office, self.batch, &later, (&self.accept_absent, &self.accept_spread)).await
    }

    async fn save(
        &self,
        office: &Office,
        caller: &Caller,
        by: AccountId,
        results: &[ResultRow],
        spread: usize,
    ) -> Result<Timestamp, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        op.take_duty(self.batch, Duty::ResultSettler).await?;
        let before = rows::results(op.connection(), self.batch).await?;
        rows::set_settled(op.connection(), self.batch, by, now).await?;
        rows::replace_results(op.connection(), self.batch, results, by, now).await?;
        let reasons = [self.accept_absent.trim(), self.accept_spread.trim()];
        let reasons: Vec<&str> = reasons.into_iter().filter(|reason| !reason.is_empty()).collect();
        let reason = reasons.join("；");
        let new = NewVersion {
            batch: self.batch,
            regrade: None,
            reason: &reason,
            digest: digest_of(results),
            by,
            now,
        };
        regrades::write_version(op.connection(), &new, results).await?;
        let old = (!before.is_empty()).then(|| digest_of(&before));
        let event = Event::of(self.batch).in_batch(self.batch).because(&reason).with(json!({
            "old": old, "new": digest_of(results), "results": results.len(), "accepted_spread": spread,
        }));
        op.commit(event).await
    }
}

async fn theory(
    office: &Office,
    connection: &mut crate::store::Connection,
    facts: &Facts,
    later: &[Correction],
) -> Result<Vec<Score>, Refusal> {
    if facts.batch.theory != 1 {
        return Ok(Vec::new());
    }
    let handed_in: Vec<_> = facts.applicants.iter().filter_map(|one| facts.handed_in(one)).collect();
    let mut marked = gather::theory(office, connection, &handed_in, later).await?;
    let score = |applicant: &ApplicantRow| {
        let attempt = facts.handed_in(applicant);
        attempt
            .and_then(|attempt| marked.remove(&attempt.id))
            .unwrap_or_else(gather::absent)
    };
    Ok(facts.applicants.iter().map(score).collect())
}

fn row(applicant: &ApplicantRow, component: Component, score: &Score) -> ResultRow {
    let judged = ComponentResult::new(component, score.exact, &GradeRule::default());
    ResultRow {
        application_id: applicant.application_id,
        component: component.word().to_owned(),
        exact: score.exact,
        hundredths: score.exact.half_up(),
        passed: i64::from(judged.passed),
        detail: score.detail.to_string(),
    }
}
