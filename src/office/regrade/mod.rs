//! Correcting results that are settled: a wrong key, or a sum that a recheck found. One person proposes and sees who would
//! cross the line either way; two others approve; only then a new version takes the place of the last. No version is ever
//! overwritten, and no certificate is touched: those in doubt are listed for the two people who may void them.

mod preview;
mod show;

pub use preview::{Change, Preview};
pub use show::{
    InDoubt, ListRegrades, ListVersions, RegradeList, RegradeView, VersionLines, VersionList, VersionView, VoteView,
};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::bank::open_bank;
use super::practical::reason;
use super::result::{batch as batch_row, corrections, digest_of, publicity_end, reckon};
use super::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::bank::{Bank, ItemKind};
use crate::identity::Duty;
use crate::kernel::{BatchId, Digest, ObjectionId, RegradeId, Timestamp};
use crate::result::scoring::{Correction, Right};
use crate::store::regrade::{self as store, NewVersion, RegradeRow, VoteRow};
use crate::store::result::{self as rows, ResultRow};

/// So many people besides the proposer must agree.
pub const APPROVALS: usize = 2;

/// Proposes a correction of a batch's results.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ProposeRegrade {
    /// The batch.
    pub batch: BatchId,
    /// The item whose key is wrong; without one the results are reckoned again as they are.
    #[serde(default)]
    pub item: String,
    /// What is right, by the bank's letters; several keys that are each right are separated by commas. `*`: everybody who
    /// had the item is given its marks.
    #[serde(default)]
    pub key: String,
    /// Why.
    pub reason: String,
    /// The objection that led to it.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    #[schemars(with = "Option<String>")]
    pub objection: Option<ObjectionId>,
}

/// A proposed correction.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Proposed {
    /// The proposal.
    pub regrade: RegradeId,
    /// How many scores would change.
    pub changes: usize,
    /// How many candidates would pass who had failed.
    pub up: usize,
    /// How many would fail who had passed.
    pub down: usize,
}

impl Act for ProposeRegrade {
    type Outcome = Proposed;
    const POLICY: Policy = policy::REGRADE_PROPOSE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Proposed, Refusal> {
        let reason = reason(&self.reason, "reason")?;
        let mut reading = office.store.read().await?;
        let batch = batch_row(&mut reading, self.batch).await?;
        let was = rows::results(&mut reading, self.batch).await?;
        drop(reading);
        if was.is_empty() {
            return Err(Broken::new("result-not-settled").into());
        }
        let own = if self.item.trim().is_empty() {
            Vec::new()
        } else {
            let bank = open_bank(office, batch.bank_version_id).await?;
            vec![correction(&bank, self.item.trim(), self.key.trim())?]
        };
        let now = reckoned(office, self.batch, &own).await?;
        let preview = preview::preview(&batch, &was, &now);
        if preview.changes.is_empty() {
            return Err(Broken::new("regrade-nothing").into());
        }
        let mut op = Op::begin::<Self>(office, caller).await?;
        let row = RegradeRow {
            id: RegradeId::new(op.now, office.entropy.as_ref()),
            batch_id: self.batch,
            corrections: json!(own).to_string(),
            reason,
            objection_id: self.objection,
            preview: json!(preview).to_string(),
            was_digest: digest_of(&was),
            now_digest: digest_of(&now),
            proposed_by: op.take_duty(self.batch, Duty::ResultSettler).await?,
            proposed_name: String::new(),
            proposed_at: op.now,
            version: None,
        };
        nothing_open(op.connection(), self.batch).await?;
        store::insert(op.connection(), &row).await?;
        let event = Event::of(row.id).in_batch(self.batch).because(&row.reason).with(json!({
            "was": row.was_digest, "now": row.now_digest, "changes": preview.changes.len(), "up": preview.up(),
            "down": preview.down(), "objection": self.objection,
        }));
        op.commit(event).await?;
        Ok(Proposed {
            regrade: row.id,
            changes: preview.changes.len(),
            up: preview.up(),
            down: preview.down(),
        })
    }
}

/// The results as they would be with these corrections after all earlier ones.
async fn reckoned(office: &Office, batch: BatchId, own: &[Correction]) -> Result<Vec<ResultRow>, Refusal> {
    let mut reading = office.store.read().await?;
    let mut later = corrections(&mut reading, batch).await?;
    drop(reading);
    later.extend_from_slice(own);
    // What was missing when the results were settled was accepted then, with a reason.
    Ok(reckon(office, batch, &later, ("-", "-")).await?.0)
}

/// What counts as right now, by the texts of the bank's options.
fn correction(bank: &Bank, item: &str, key: &str) -> Result<Correction, Refusal> {
    let unknown = || Broken::new("regrade-item").with("item", item).at("item");
    let found = bank.items.iter().find(|one| one.id == item).ok_or_else(unknown)?;
    if key == "*" {
        return Ok(Correction {
            item: item.to_owned(),
            right: Right::Everybody,
        });
    }
    let wrong = || Refusal::from(Broken::new("regrade-key").at("key"));
    let keys: Vec<&str> = key
        .split([',', '，'])
        .map(str::trim)
        .filter(|one| !one.is_empty())
        .collect();
    let letters = |one: &str| -> Option<Vec<String>> {
        let place = |letter: char| (0..found.options.len()).find(|place| crate::bank::letter(*place) == letter);
        one.to_uppercase()
            .chars()
            .map(|letter| Some(found.options[place(letter)?].clone()))
            .collect()
    };
    let right: Option<Vec<Vec<String>>> = match found.kind {
        ItemKind::Single => keys
            .iter()
            .map(|one| letters(one).filter(|texts| texts.len() == 1))
            .collect(),
        ItemKind::Multiple => keys
            .iter()
            .map(|one| letters(one).filter(|texts| !texts.is_empty()))
            .collect(),
        ItemKind::TrueFalse => keys
            .iter()
            .map(|one| one.to_uppercase())
            .map(|one| matches!(one.as_str(), "T" | "F").then(|| vec![one]))
            .collect(),
        ItemKind::Numeric | ItemKind::Text => keys.iter().map(|one| Some(vec![(*one).to_owned()])).collect(),
        // Their keys have parts: a faulty one is given to everybody, or to nobody.
        ItemKind::Cloze | ItemKind::Matching | ItemKind::Ordering | ItemKind::Hotspot | ItemKind::Written => None,
    };
    let right = right.filter(|keys| !keys.is_empty()).ok_or_else(wrong)?;
    Ok(Correction {
        item: item.to_owned(),
        right: Right::Any(right),
    })
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegradeState {
    /// It waits for people to agree.
    Open,
    /// Somebody said no.
    Declined,
    /// It was applied.
    Applied,
}

impl RegradeState {
    fn of(row: &RegradeRow, votes: &[VoteRow]) -> Self {
        let refused = votes.iter().any(|vote| vote.regrade_id == row.id && vote.approved == 0);
        match row.version {
            Some(_) => Self::Applied,
            None if refused => Self::Declined,
            None => Self::Open,
        }
    }
}

async fn nothing_open(connection: &mut crate::store::Connection, batch: BatchId) -> Result<(), Refusal> {
    let proposals = store::of_batch(connection, batch).await?;
    let votes = store::votes(connection, batch).await?;
    if proposals
        .iter()
        .any(|row| RegradeState::of(row, &votes) == RegradeState::Open)
    {
        return Err(Broken::new("regrade-open").into());
    }
    Ok(())
}

/// Agrees to a proposed correction, or declines it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct VoteRegrade {
    /// The proposal.
    pub regrade: RegradeId,
    /// `approve` or `decline`.
    pub decision: String,
    /// Why.
    pub reason: String,
}

/// How a proposal stands.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Voted {
    /// What became of it.
    pub state: RegradeState,
    /// How many agreed.
    pub approvals: usize,
    /// The version that it made.
    pub version: Option<i64>,
    /// When.
    pub at: Timestamp,
}

impl Act for VoteRegrade {
    type Outcome = Voted;
    const POLICY: Policy = policy::REGRADE_VOTE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Voted, Refusal> {
        let reason = reason(&self.reason, "reason")?;
        let yes = match self.decision.as_str() {
            "approve" => true,
            "decline" => false,
            _ => return Err(Broken::new("regrade-decision").at("decision").into()),
        };
        let row = self.proposal(office).await?;
        let own: Vec<Correction> = serde_json::from_str(&row.corrections)
            .map_err(|error| Refusal::Fault(format!("regrade {}: {error}", row.id)))?;
        // Reckoned before the write begins, and held against what the approvers were shown.
        let results = if yes {
            reckoned(office, row.batch_id, &own).await?
        } else {
            Vec::new()
        };
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        if row.proposed_by == caller.account()? {
            return Err(Broken::new("regrade-own").into());
        }
        let by = op.take_duty(row.batch_id, Duty::ScoreApprover).await?;
        let votes = store::votes(op.connection(), row.batch_id).await?;
        let mut own_votes = votes.iter().filter(|vote| vote.regrade_id == row.id);
        if own_votes.any(|vote| vote.account_id == by) {
            return Err(Broken::new("regrade-voted").into());
        }
        let again = store::by_id(op.connection(), row.id).await?.ok_or(Refusal::NotFound)?;
        if RegradeState::of(&again, &votes) != RegradeState::Open {
            return Err(Refusal::Stale);
        }
        store::vote(op.connection(), row.id, by, yes, &reason, now).await?;
        let before = votes
            .iter()
            .filter(|vote| vote.regrade_id == row.id && vote.approved == 1)
            .count();
        let approvals = before + usize::from(yes);
        let version = if yes && approvals >= APPROVALS {
            Some(apply(&mut op, &row, &results).await?)
        } else {
            None
        };
        let state = match (yes, version) {
            (false, _) => RegradeState::Declined,
            (true, Some(_)) => RegradeState::Applied,
            (true, None) => RegradeState::Open,
        };
        let event = Event::of(row.id)
            .in_batch(row.batch_id)
            .because(&reason)
            .with(json!({ "approved": yes, "version": version, "now": row.now_digest }));
        let at = op.commit(event).await?;
        Ok(Voted {
            state,
            approvals,
            version,
            at,
        })
    }
}

impl VoteRegrade {
    async fn proposal(&self, office: &Office) -> Result<RegradeRow, Refusal> {
        let mut reading = office.store.read().await?;
        let row = store::by_id(&mut reading, self.regrade).await?;
        row.ok_or(Refusal::NotFound)
    }
}

/// Puts the corrected results in the place of the last version.
async fn apply(op: &mut Op<'_>, row: &RegradeRow, results: &[ResultRow]) -> Result<i64, Refusal> {
    let now = op.now;
    let was: Digest = digest_of(&rows::results(op.connection(), row.batch_id).await?);
    if was != row.was_digest || digest_of(results) != row.now_digest {
        return Err(Broken::new("regrade-outdated").into());
    }
    rows::replace_results(op.connection(), row.batch_id, results, row.proposed_by, now).await?;
    let new = NewVersion {
        batch: row.batch_id,
        regrade: Some(row.id),
        reason: &row.reason,
        digest: row.now_digest,
        by: row.proposed_by,
        now,
    };
    let version = store::write_version(op.connection(), &new, results).await?;
    let batch = batch_row(op.connection(), row.batch_id).await?;
    // What changed is public for as long as what was published first; after the end, those concerned are told instead.
    if let Some(before) = batch
        .publicity_until
        .filter(|until| batch.published_at.is_some() && now < *until)
    {
        let until = publicity_end(now, batch.publicity_days)?;
        store::prolong(op.connection(), row.batch_id, before, until).await?;
    }
    Ok(version)
}
