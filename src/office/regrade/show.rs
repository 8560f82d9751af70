//! Corrections and versions as people look at them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::preview::Preview;
use super::{APPROVALS, RegradeState, store};
use crate::kernel::{BatchId, CertificateId, Digest, Exact, RegradeId, Timestamp};
use crate::office::result::{batch as batch_row, one_decimal, outcome_of};
use crate::office::{Act, Caller, Office, Policy, Refusal, policy};
use crate::result::Outcome;
use crate::result::scoring::Correction;
use crate::store::certificate as certificates;
use crate::store::regrade::{RegradeRow, VoteRow};
use crate::store::result::{self as rows, ApplicantRow};

/// Lists the corrections of a batch, and the certificates that they leave in doubt.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListRegrades {
    /// The batch.
    pub batch: BatchId,
}

/// The corrections of a batch.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RegradeList {
    /// The batch.
    pub batch: BatchId,
    /// The plan's title.
    pub plan: String,
    /// `open`, `settled`, `approved` or `published`.
    pub state: String,
    /// How many people must agree to each.
    pub needed: usize,
    /// The corrections, the latest first.
    pub regrades: Vec<RegradeView>,
    /// Certificates whose holders would not pass now.
    pub in_doubt: Vec<InDoubt>,
}

/// A correction.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RegradeView {
    /// Its id.
    pub regrade: RegradeId,
    /// What became of it.
    pub state: RegradeState,
    /// The version that it made.
    pub version: Option<i64>,
    /// What counts as right now.
    pub corrections: Vec<Correction>,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Timestamp,
    /// What people said.
    pub votes: Vec<VoteView>,
    /// How many candidates pass by it who had failed.
    pub up: usize,
    /// How many fail who had passed.
    pub down: usize,
    /// Every score that it changes.
    pub changes: Vec<ChangeView>,
}

/// What somebody said.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VoteView {
    /// Who.
    pub by: String,
    /// Whether they agreed.
    pub approved: bool,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// A score that changes.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChangeView {
    /// The ticket's number.
    pub ticket: String,
    /// The candidate's name.
    pub name: String,
    /// `theory` or `practical`.
    pub component: &'static str,
    /// The score as it was.
    pub was: String,
    /// The score as it is to be.
    pub now: String,
    /// `up`, `down`, or empty: who crosses the line.
    pub crosses: &'static str,
}

/// A certificate whose holder would not pass now. It stays valid until two people void it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InDoubt {
    /// The certificate.
    pub certificate: CertificateId,
    /// Its number.
    pub number: String,
    /// The holder.
    pub name: String,
    /// Whether somebody asked for a change already.
    pub asked: bool,
}

impl RegradeView {
    fn of(row: RegradeRow, votes: &[VoteRow], applicants: &[ApplicantRow]) -> Result<Self, Refusal> {
        let broken = |error: serde_json::Error| Refusal::Fault(format!("regrade {}: {error}", row.id));
        let preview: Preview = serde_json::from_str(&row.preview).map_err(broken)?;
        let corrections = serde_json::from_str(&row.corrections).map_err(broken)?;
        let vote = |vote: &VoteRow| VoteView {
            by: vote.name.clone(),
            approved: vote.approved == 1,
            reason: vote.reason.clone(),
            at: vote.at,
        };
        let change = |change: &super::Change| {
            let own = applicants.iter().find(|one| one.application_id == change.application);
            ChangeView {
                ticket: own.and_then(|one| one.ticket_number.clone()).unwrap_or_default(),
                name: own.map(|one| one.name.clone()).unwrap_or_default(),
                component: change.component.word(),
                was: shown(&change.was),
                now: shown(&change.now),
                crosses: match (change.passed_before, change.passed_now) {
                    (false, true) => "up",
                    (true, false) => "down",
                    _ => "",
                },
            }
        };
        Ok(Self {
            regrade: row.id,
            state: RegradeState::of(&row, votes),
            version: row.version,
            corrections,
            votes: votes
                .iter()
                .filter(|vote| vote.regrade_id == row.id)
                .map(vote)
                .collect(),
            up: preview.up(),
            down: preview.down(),
            changes: preview.changes.iter().map(change).collect(),
            reason: row.reason,
            proposed_by: row.proposed_name,
            proposed_at: row.proposed_at,
        })
    }
}

fn shown(exact: &str) -> String {
    exact.parse::<Exact>().map(one_decimal).unwrap_or_default()
}

impl Act for ListRegrades {
    type Outcome = RegradeList;
    const POLICY: Policy = policy::REGRADE_LIST;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<RegradeList, Refusal> {
        let mut connection = office.store.read().await?;
        let batch = batch_row(&mut connection, self.batch).await?;
        let proposals = store::of_batch(&mut connection, self.batch).await?;
        let votes = store::votes(&mut connection, self.batch).await?;
        let applicants = rows::applicants(&mut connection, self.batch).await?;
        let results = rows::results(&mut connection, self.batch).await?;
        let issued = certificates::of_batch(&mut connection, self.batch).await?;
        let mut in_doubt = Vec::new();
        for row in issued.into_iter().filter(|row| row.revoked_at.is_none()) {
            if matches!(outcome_of(&batch, row.application_id, &results), Outcome::Passed { .. }) {
                continue;
            }
            in_doubt.push(InDoubt {
                asked: certificates::change::is_asked(&mut connection, row.id).await?,
                certificate: row.id,
                number: row.number,
                name: row.name,
            });
        }
        let views = proposals
            .into_iter()
            .rev()
            .map(|row| RegradeView::of(row, &votes, &applicants));
        Ok(RegradeList {
            batch: self.batch,
            plan: batch.plan_title.clone(),
            needed: APPROVALS,
            regrades: views.collect::<Result<_, _>>()?,
            in_doubt,
            state: batch.state,
        })
    }
}

/// Lists every version of a batch's results: who made it, when, why; and the lines of one.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListVersions {
    /// The batch.
    pub batch: BatchId,
    /// The version whose lines are wanted; else the last.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    #[schemars(with = "Option<i64>")]
    pub version: Option<i64>,
}

/// The versions of a batch's results.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VersionList {
    /// The batch.
    pub batch: BatchId,
    /// The plan's title.
    pub plan: String,
    /// The versions, the latest first.
    pub versions: Vec<VersionView>,
    /// The version whose lines follow.
    pub shown: i64,
    /// Its lines.
    pub lines: Vec<VersionLines>,
}

/// A version.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VersionView {
    /// Which, from 1.
    pub version: i64,
    /// `settle` or `regrade`.
    pub cause: String,
    /// Why.
    pub reason: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The fingerprint of its lines.
    #[schemars(with = "String")]
    pub digest: Digest,
}

/// One score of a version.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct VersionLines {
    /// The ticket's number.
    pub ticket: String,
    /// The candidate's name.
    pub name: String,
    /// `theory` or `practical`.
    pub component: String,
    /// The score with one decimal.
    pub shown: String,
    /// The exact fraction.
    pub exact: String,
    /// Whether it reached the pass mark.
    pub passed: bool,
}

impl Act for ListVersions {
    type Outcome = VersionList;
    const POLICY: Policy = policy::RESULT_VERSIONS;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<VersionList, Refusal> {
        let mut connection = office.store.read().await?;
        let batch = batch_row(&mut connection, self.batch).await?;
        let versions = store::versions(&mut connection, self.batch).await?;
        let applicants = rows::applicants(&mut connection, self.batch).await?;
        let last = versions.last().map_or(0, |version| version.version);
        let shown = self.version.unwrap_or(last);
        let lines = store::lines(&mut connection, self.batch, shown).await?;
        let line = |row: rows::ResultRow| {
            let own = applicants.iter().find(|one| one.application_id == row.application_id);
            VersionLines {
                ticket: own.and_then(|one| one.ticket_number.clone()).unwrap_or_default(),
                name: own.map(|one| one.name.clone()).unwrap_or_default(),
                component: row.component,
                shown: one_decimal(row.exact),
                exact: row.exact.to_string(),
                passed: row.passed == 1,
            }
        };
        let version = |row: store::VersionRow| VersionView {
            version: row.version,
            cause: row.cause,
            reason: row.reason,
            by: row.made_name,
            at: row.made_at,
            digest: row.digest,
        };
        Ok(VersionList {
            batch: self.batch,
            plan: batch.plan_title,
            versions: versions.into_iter().rev().map(version).collect(),
            shown,
            lines: lines.into_iter().map(line).collect(),
        })
    }
}
