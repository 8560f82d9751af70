//! Supervision: the on-site checklist, findings, and holds that stop the release of results.
//!
//! Rules it keeps: a supervisor works only at assigned sessions; a signed checklist never changes; a hold is lifted by
//! somebody else than who raised it, with a reason. Nothing here touches a score, a paper or an answer.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod checklist;
mod finding;
mod hold;
#[cfg(test)]
mod tests;

pub use checklist::{ChecklistState, SaveChecklist};
pub use finding::{FindingRaised, RaiseFinding};
pub use hold::{HoldDone, LiftHold, ListHolds, RaiseHold};

use super::practical::{SessionBrief, reason};
use super::{Act, Broken, Caller, Office, Policy, Refusal, policy};
use crate::identity::Role;
use crate::kernel::{BatchId, FindingId, HoldId, SessionId, Timestamp};
use crate::store::Connection;
use crate::store::practical::{self as sessions, WorkRow};
use crate::store::supervision::{self as store, ChecklistRow, FindingRow, HoldRow};
use crate::supervision::{Answer, Checklist, Filled};

const SUPERVISOR: &str = "supervisor";
const MOST_TEXT: usize = 2_000;

/// Lists the sessions that the caller supervises.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SupervisionWork {}

impl Act for SupervisionWork {
    type Outcome = Vec<SessionBrief>;
    const POLICY: Policy = policy::SUPERVISION_WORK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Vec<SessionBrief>, Refusal> {
        let now = office.now();
        let mut connection = office.store.read().await?;
        let assigned = sessions::assigned(&mut connection, caller.account()?, SUPERVISOR).await?;
        Ok(assigned.into_iter().map(|work| SessionBrief::of(work, now)).collect())
    }
}

/// The session, if the caller supervises it.
async fn own_session(connection: &mut Connection, session: SessionId, caller: &Caller) -> Result<WorkRow, Refusal> {
    if !sessions::is_assigned(connection, session, caller.account()?, SUPERVISOR).await? {
        return Err(Refusal::NotFound);
    }
    sessions::work(connection, session).await?.ok_or(Refusal::NotFound)
}

/// Shows a session's counts, checklist, findings and holds.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowSupervision {
    /// The session.
    pub session: SessionId,
}

/// A session under supervision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SupervisionView {
    /// The session.
    pub brief: SessionBrief,
    /// Its batch.
    pub batch: BatchId,
    /// Whether the caller supervises it, and so may write.
    pub own: bool,
    /// How many candidates have a seat.
    pub seats: usize,
    /// How many attempts, or score sheets of a practical session, stand in each state.
    pub counts: BTreeMap<String, i64>,
    /// How many score sheets there are to sign in a practical session.
    pub sheets_expected: usize,
    /// The items of the checklist, with the caller's answers.
    pub checklist: Vec<ItemView>,
    /// The caller's remark on the checklist.
    pub remark: String,
    /// When the caller's checklist was saved.
    pub saved_at: Option<Timestamp>,
    /// When the caller's checklist was signed.
    pub signed_at: Option<Timestamp>,
    /// Checklists that others signed.
    pub signed_by_others: Vec<SignedChecklist>,
    /// The findings, the latest first.
    pub findings: Vec<FindingView>,
    /// The holds raised here.
    pub holds: Vec<HoldView>,
}

/// An item of the checklist.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ItemView {
    /// Its code.
    pub code: String,
    /// The Chinese text.
    pub zh: String,
    /// The English text.
    pub en: String,
    /// The answer: `yes`, `no` or `not_applicable`; empty while open.
    pub answer: String,
    /// The note.
    pub note: String,
}

/// A checklist that somebody else signed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SignedChecklist {
    /// Who.
    pub supervisor: String,
    /// When.
    pub at: Timestamp,
    /// How many items were found wrong.
    pub faults: usize,
}

/// A finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FindingView {
    /// Its id.
    pub finding: FindingId,
    /// `minor`, `major` or `critical`.
    pub severity: String,
    /// What was found.
    pub text: String,
    /// Who found it.
    pub raised_by: String,
    /// When.
    pub raised_at: Timestamp,
}

/// A hold.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HoldView {
    /// Its id.
    pub hold: HoldId,
    /// The session.
    pub session: SessionId,
    /// The batch whose results it stops.
    pub batch: BatchId,
    /// The occupation's Chinese name.
    pub occupation: String,
    /// The occupation's English name.
    pub occupation_en: String,
    /// The level.
    pub level: i64,
    /// Why it was raised.
    pub reason: String,
    /// Who raised it.
    pub raised_by: String,
    /// When.
    pub raised_at: Timestamp,
    /// When it was lifted; open without.
    pub lifted_at: Option<Timestamp>,
    /// Why it was lifted.
    pub lift_reason: String,
}

impl From<HoldRow> for HoldView {
    fn from(row: HoldRow) -> Self {
        Self {
            hold: row.id,
            session: row.session_id,
            batch: row.batch_id,
            occupation: row.occupation_name,
            occupation_en: row.occupation_name_en,
            level: row.level,
            reason: row.reason,
            raised_by: row.raised_name,
            raised_at: row.raised_at,
            lifted_at: row.lifted_at,
            lift_reason: row.lift_reason,
        }
    }
}

impl Act for ShowSupervision {
    type Outcome = SupervisionView;
    const POLICY: Policy = policy::SUPERVISION_SHOW;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<SupervisionView, Refusal> {
        let now = office.now();
        let account = caller.account()?;
        let mut connection = office.store.read().await?;
        let own = sessions::is_assigned(&mut connection, self.session, account, SUPERVISOR).await?;
        if !own && !caller.has(Role::Administrator) && !caller.has(Role::Auditor) {
            return Err(Refusal::NotFound);
        }
        let work = sessions::work(&mut connection, self.session)
            .await?
            .ok_or(Refusal::NotFound)?;
        let seats = sessions::seated(&mut connection, self.session).await?.len();
        let tasks = sessions::drawn(&mut connection, self.session).await?.len();
        let examiners = sessions::examiners(&mut connection, self.session).await?.len();
        let counts = if work.component == "practical" {
            store::sheet_counts(&mut connection, self.session).await?
        } else {
            store::attempt_counts(&mut connection, self.session).await?
        };
        let lists = store::checklists(&mut connection, self.session).await?;
        let findings = store::findings(&mut connection, self.session).await?;
        let holds = store::holds_of(&mut connection, self.session).await?;
        drop(connection);
        let (mine, others): (Vec<_>, Vec<_>) = lists.into_iter().partition(|list| list.supervisor_id == account);
        let mine = mine.into_iter().next();
        let saved = mine.as_ref().map(filled_of).transpose()?;
        Ok(SupervisionView {
            batch: work.batch_id,
            brief: SessionBrief::of(work, now),
            own,
            seats,
            counts: counts.into_iter().map(|row| (row.state, row.count)).collect(),
            sheets_expected: seats * tasks * examiners,
            checklist: item_views(saved.as_ref())?,
            saved_at: mine.as_ref().map(|list| list.saved_at),
            signed_at: mine.as_ref().and_then(|list| list.signed_at),
            remark: mine.map_or_else(String::new, |list| list.remark),
            signed_by_others: others
                .iter()
                .filter_map(|list| signed_view(list).transpose())
                .collect::<Result<_, _>>()?,
            findings: findings.into_iter().map(finding_view).collect(),
            holds: holds.into_iter().map(HoldView::from).collect(),
        })
    }
}

fn on_site() -> Result<Checklist, Refusal> {
    Checklist::on_site().map_err(|error| Refusal::Fault(error.to_string()))
}

fn filled_of(row: &ChecklistRow) -> Result<Filled, Refusal> {
    serde_json::from_str(&row.answers).map_err(|error| Refusal::Fault(format!("checklist: {error}")))
}

fn item_views(saved: Option<&Filled>) -> Result<Vec<ItemView>, Refusal> {
    let answers = saved.map_or(&[][..], |saved| &saved.answers);
    let view = |item: crate::supervision::ChecklistItem| {
        let answered = answers.iter().find(|answered| answered.code == item.code);
        ItemView {
            answer: answered.map_or("", |answered| answer_name(answered.answer)).to_owned(),
            note: answered.map_or_else(String::new, |answered| answered.note.clone()),
            code: item.code,
            zh: item.zh,
            en: item.en,
        }
    };
    Ok(on_site()?.items.into_iter().map(view).collect())
}

fn signed_view(list: &ChecklistRow) -> Result<Option<SignedChecklist>, Refusal> {
    let Some(at) = list.signed_at else {
        return Ok(None);
    };
    Ok(Some(SignedChecklist {
        supervisor: list.supervisor.clone(),
        at,
        faults: filled_of(list)?.faults().count(),
    }))
}

fn finding_view(row: FindingRow) -> FindingView {
    FindingView {
        finding: row.id,
        severity: row.severity,
        text: row.text,
        raised_by: row.raised_name,
        raised_at: row.raised_at,
    }
}

const fn answer_name(answer: Answer) -> &'static str {
    match answer {
        Answer::Yes => "yes",
        Answer::No => "no",
        Answer::NotApplicable => "not_applicable",
    }
}

fn too_long(field: &str) -> super::Problem {
    Broken::new("text-too-long").with("most", MOST_TEXT).at(field)
}

fn short(text: &str, field: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > MOST_TEXT {
        return Err(too_long(field).into());
    }
    Ok(text.to_owned())
}
