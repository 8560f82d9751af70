//! One's own score sheet: opened, saved as often as one taps, signed once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::fields::{self, Fields, has_entries};
use super::judged::{record_of, statement_digest};
use super::work::next_after;
use super::{confirmed, may_judge, open_bank, own_session, own_sheet, signed, task_of};
use crate::bank::PracticalTask;
use crate::identity::Duty;
use crate::kernel::{ApplicationId, Digest, Marks, SessionId, SheetId, Timestamp, canonical_json};
use crate::marking::{ScoreSheet, SheetRecord};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::store::practical::{self as store, SheetRow, VetoRow, WorkRow};

/// Opens one's own sheet for a candidate and a task; opening it again gives the same sheet.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct OpenSheet {
    /// The session.
    pub session: SessionId,
    /// The candidate's application.
    pub application: ApplicationId,
    /// The drawn task's code.
    pub task: String,
}

/// The sheet to fill in.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OpenedSheet {
    /// Its id.
    pub sheet: SheetId,
}

impl Act for OpenSheet {
    type Outcome = OpenedSheet;
    const POLICY: Policy = policy::SHEET_OPEN;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<OpenedSheet, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        let examiner = caller.account()?;
        let now = op.now;
        let connection = op.connection();
        let work = own_session(connection, self.session, examiner).await?;
        let own = store::own_sheets(connection, self.session, examiner).await?;
        let there = own
            .iter()
            .find(|sheet| sheet.application_id == self.application && sheet.task_code == self.task);
        if let Some(sheet) = there {
            return Ok(OpenedSheet { sheet: sheet.id });
        }
        may_judge(&work, now)?;
        let seated = store::seated(connection, self.session).await?;
        if !seated.iter().any(|seat| seat.application_id == self.application) {
            return Err(Broken::new("candidate-not-seated").at("application").into());
        }
        let drawn = store::drawn(connection, self.session).await?;
        if !drawn.iter().any(|drawn| drawn.task_code == self.task) {
            return Err(Broken::new("task-not-drawn").at("task").into());
        }
        op.take_duty(work.batch_id, Duty::Examiner).await?;
        let row = SheetRow {
            id: SheetId::new(now, office.entropy.as_ref()),
            session_id: self.session,
            application_id: self.application,
            task_code: self.task,
            examiner_id: examiner,
            content: content_of(&SheetRecord::default())?,
            revision: 0,
            state: "draft".to_owned(),
            total: None,
            saved_at: now,
            signed_at: None,
            digest: None,
        };
        store::insert_sheet(op.connection(), &row).await?;
        let event = Event::of(row.id)
            .in_batch(work.batch_id)
            .with(json!({ "application": row.application_id, "task": row.task_code }));
        op.commit(event).await?;
        Ok(OpenedSheet { sheet: row.id })
    }
}

fn content_of(record: &SheetRecord) -> Result<String, Refusal> {
    let fault = |error: String| Refusal::Fault(error);
    let bytes = canonical_json(record).map_err(|error| fault(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| fault(error.to_string()))
}

/// Saves marks, faults and notes of one's own sheet. All of it each time: what is left out is empty.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SaveSheet {
    /// The sheet.
    pub sheet: SheetId,
    /// The revision that the change started from.
    pub revision: i64,
    /// By element code: `done.<code>` judged; `count.<code>.<n>` how often the n-th fault (from 0) was seen; `marks.<code>`
    /// marks given at once instead; `note.<code>`. And `minutes`, `seconds`: the time used. All as text.
    #[serde(flatten)]
    pub fields: Fields,
}

/// Where a sheet stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SheetState {
    /// The sheet.
    pub sheet: SheetId,
    /// The revision to start the next change from.
    pub revision: i64,
    /// `draft` or `signed`.
    pub state: String,
    /// The total so far, less lateness, vetoes applied.
    pub total: Marks,
    /// What lateness takes off.
    pub overtime: Marks,
    /// The elements not judged yet, by code.
    pub unmarked: Vec<String>,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// The digest of what was signed.
    pub digest: Option<String>,
}

/// A sheet with everything that judging it takes; loaded before the transaction, so that nobody waits for it.
struct Desk {
    row: SheetRow,
    work: WorkRow,
    bank: std::sync::Arc<crate::bank::Bank>,
}

impl Desk {
    async fn of(office: &Office, caller: &Caller, sheet: SheetId) -> Result<Self, Refusal> {
        let mut connection = office.store.read().await?;
        let (row, work) = own_sheet(&mut connection, sheet, caller).await?;
        drop(connection);
        let bank = open_bank(office, work.bank_version_id).await?;
        Ok(Self { row, work, bank })
    }

    fn task(&self) -> Result<&PracticalTask, Refusal> {
        task_of(&self.bank, &self.row.task_code)
    }

    fn sheet(&self, record: &SheetRecord, vetoes: &[VetoRow]) -> Result<ScoreSheet, Refusal> {
        Ok(record.sheet(self.task()?, self.row.examiner_id, &confirmed(vetoes))?)
    }

    fn state(
        &self,
        record: &SheetRecord,
        sheet: &ScoreSheet,
        revision: i64,
        at: Timestamp,
    ) -> Result<SheetState, Refusal> {
        Ok(SheetState {
            sheet: self.row.id,
            revision,
            state: "draft".to_owned(),
            total: sheet.total(),
            overtime: record.overtime(self.task()?).unwrap_or(Marks::ZERO),
            unmarked: sheet.unmarked(),
            saved_at: at,
            digest: None,
        })
    }
}

impl Act for SaveSheet {
    type Outcome = SheetState;
    const POLICY: Policy = policy::SHEET_SAVE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<SheetState, Refusal> {
        let desk = Desk::of(office, caller, self.sheet).await?;
        if desk.row.is_signed() {
            return Err(signed(&desk.row));
        }
        let record = fields::read(desk.task()?, &self.fields)?;
        let content = content_of(&record)?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        may_judge(&desk.work, now)?;
        let vetoes = store::vetoes(op.connection(), self.sheet).await?;
        let sheet = desk.sheet(&record, &vetoes)?;
        store::save_sheet(op.connection(), self.sheet, self.revision, &content, now).await?;
        let state = desk.state(&record, &sheet, self.revision + 1, now)?;
        let event = Event::of(self.sheet)
            .in_batch(desk.work.batch_id)
            .with(json!({ "revision": state.revision, "content": Digest::of(content.as_bytes()).to_string() }));
        op.commit(event).await?;
        Ok(state)
    }
}

/// Signs one's own sheet, with the entries sent along or else as it was saved.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SignSheet {
    /// The sheet.
    pub sheet: SheetId,
    /// The revision that was looked at.
    pub revision: i64,
    /// The entries, as for saving; none signs what was saved.
    #[serde(flatten)]
    pub fields: Fields,
}

impl Act for SignSheet {
    type Outcome = SheetState;
    const POLICY: Policy = policy::SHEET_SIGN;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<SheetState, Refusal> {
        let desk = Desk::of(office, caller, self.sheet).await?;
        if desk.row.is_signed() {
            return Err(signed(&desk.row));
        }
        let task = desk.task()?;
        let sent = has_entries(&self.fields);
        let record = if sent {
            fields::read(task, &self.fields)?
        } else {
            record_of(&desk.row)?
        };
        if task.overtime.is_some() && record.seconds.is_none() {
            return Err(Broken::new("time-missing").at("minutes").into());
        }
        let content = content_of(&record)?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        may_judge(&desk.work, now)?;
        op.take_duty(desk.work.batch_id, Duty::Examiner).await?;
        if !store::lock_draft(op.connection(), self.sheet).await? {
            return Err(Refusal::Stale);
        }
        let vetoes = store::vetoes(op.connection(), self.sheet).await?;
        if let Some(open) = vetoes.iter().find(|veto| veto.confirmed_by.is_none()) {
            return Err(Broken::new("veto-unconfirmed").with("code", open.code.clone()).into());
        }
        let sheet = desk.sheet(&record, &vetoes)?;
        refuse_unmarked(task, &sheet)?;
        let total = sheet.clone().sign(now)?.total();
        let mut revision = self.revision;
        if sent {
            store::save_sheet(op.connection(), self.sheet, revision, &content, now).await?;
            revision += 1;
        }
        let digest = statement_digest(&desk.row, &record, &confirmed(&vetoes), total, now)?;
        store::sign_sheet(op.connection(), self.sheet, revision, total, digest, now).await?;
        let event = Event::of(self.sheet)
            .in_batch(desk.work.batch_id)
            .with(json!({ "revision": revision, "digest": digest.to_string(), "vetoes": vetoes.len() }));
        op.commit(event).await?;
        Ok(SheetState {
            state: "signed".to_owned(),
            digest: Some(digest.to_string()),
            ..desk.state(&record, &sheet, revision, now)?
        })
    }
}

/// The gate before signing, told with the elements' names; a veto that ended the task opens it.
fn refuse_unmarked(task: &PracticalTask, sheet: &ScoreSheet) -> Result<(), Refusal> {
    let open = sheet.unmarked();
    if open.is_empty() || sheet.clone().sign(Timestamp::from_millis(0)).is_ok() {
        return Ok(());
    }
    let names: Vec<&str> = open
        .iter()
        .filter_map(|code| task.element(code))
        .map(|element| element.name.as_str())
        .collect();
    Err(Broken::new("sheet-unmarked")
        .with("count", open.len())
        .with("elements", names.join("、"))
        .into())
}

/// Shows one's own score sheet.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowSheet {
    /// The sheet.
    pub sheet: SheetId,
}

/// A score sheet as its examiner sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SheetView {
    /// Its id.
    pub sheet: SheetId,
    /// The session.
    pub session: SessionId,
    /// The candidate's application.
    pub application: ApplicationId,
    /// The seat or station (工位) number.
    pub seat: i64,
    /// The candidate's name.
    pub name: String,
    /// The task's code.
    pub task: String,
    /// The task's Chinese title.
    pub title: String,
    /// The task's English title.
    pub title_en: String,
    /// The time allowed, in minutes.
    pub time_limit: u16,
    /// Whether lateness costs marks; otherwise the task stops at its limit.
    pub late_allowed: bool,
    /// The elements.
    pub elements: Vec<ElementView>,
    /// The veto items.
    pub vetoes: Vec<VetoView>,
    /// The time used: whole minutes.
    pub minutes: Option<u32>,
    /// The time used: seconds beyond the minutes.
    pub seconds: Option<u32>,
    /// What it is worth at most.
    pub most: Marks,
    /// Where it stands.
    pub state: SheetState,
    /// When it was signed.
    pub signed_at: Option<Timestamp>,
    /// The next candidate's task that is not signed.
    pub next: Option<NextSheet>,
}

/// What to judge next.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct NextSheet {
    /// The candidate's application.
    pub application: ApplicationId,
    /// The task's code.
    pub task: String,
    /// The seat.
    pub seat: i64,
    /// The candidate's name.
    pub name: String,
}

/// An element of a sheet with what stands beside it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ElementView {
    /// Its code.
    pub code: String,
    /// What is judged.
    pub name: String,
    /// What is required.
    pub requirement: String,
    /// What it is worth.
    pub most: Marks,
    /// What it has; absent until judged.
    pub marks: Option<Marks>,
    /// Marks given at once.
    pub given: Option<Marks>,
    /// Whether it is judged.
    pub marked: bool,
    /// The note.
    pub note: String,
    /// The faults that cost marks.
    pub deductions: Vec<DeductionView>,
}

/// A fault that costs marks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeductionView {
    /// Its place in the element, from 0.
    pub index: usize,
    /// The fault.
    pub text: String,
    /// What each costs.
    pub each: Marks,
    /// How often it was seen.
    pub count: u16,
}

/// A veto item of the task.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VetoView {
    /// Its code.
    pub code: String,
    /// What must not happen.
    pub text: String,
    /// `element`, `task` or `test`.
    pub scope: crate::bank::VetoScope,
    /// `zero` or `terminate`.
    pub effect: crate::bank::VetoEffect,
    /// The reason, if it was raised on this sheet.
    pub reason: Option<String>,
    /// When it got its second signature.
    pub confirmed_at: Option<Timestamp>,
}

impl VetoView {
    /// The scope's stable name.
    pub fn scope_name(&self) -> &'static str {
        match self.scope {
            crate::bank::VetoScope::Element => "element",
            crate::bank::VetoScope::Task => "task",
            crate::bank::VetoScope::Test => "test",
        }
    }
}

impl Act for ShowSheet {
    type Outcome = SheetView;
    const POLICY: Policy = policy::SHEET_SHOW;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<SheetView, Refusal> {
        let desk = Desk::of(office, caller, self.sheet).await?;
        let mut connection = office.store.read().await?;
        let row = &desk.row;
        let vetoes = store::vetoes(&mut connection, row.id).await?;
        let seated = store::seated(&mut connection, row.session_id).await?;
        let drawn = store::drawn(&mut connection, row.session_id).await?;
        let own = store::own_sheets(&mut connection, row.session_id, row.examiner_id).await?;
        drop(connection);
        let seat = seated.iter().find(|seat| seat.application_id == row.application_id);
        let (seat, name) = seat.map_or((0, String::new()), |seat| (seat.seat_no, seat.name.clone()));
        let task = desk.task()?;
        let record = record_of(row)?;
        let sheet = desk.sheet(&record, &vetoes)?;
        let mut state = desk.state(&record, &sheet, row.revision, row.saved_at)?;
        state.state.clone_from(&row.state);
        state.total = row.total.unwrap_or(state.total);
        state.digest = row.digest.map(|digest| digest.to_string());
        Ok(SheetView {
            sheet: row.id,
            session: row.session_id,
            application: row.application_id,
            seat,
            name,
            task: task.code.clone(),
            title: task.title.clone(),
            title_en: task.title_en.clone(),
            time_limit: task.time_limit_minutes,
            late_allowed: task.overtime.is_some(),
            elements: elements(task, &record, &sheet),
            vetoes: veto_views(task, &vetoes),
            minutes: record.seconds.map(|seconds| seconds / 60),
            seconds: record.seconds.map(|seconds| seconds % 60),
            most: sheet.form().most(),
            state,
            signed_at: row.signed_at,
            next: next_after(&seated, &drawn, &own, Some(row)),
        })
    }
}

fn elements(task: &PracticalTask, record: &SheetRecord, sheet: &ScoreSheet) -> Vec<ElementView> {
    let one = |element: &crate::bank::ScoreElement| {
        let entry = record.elements.get(&element.code).cloned().unwrap_or_default();
        let count = |text: &str| {
            let seen = entry.deductions.iter().find(|seen| seen.rule == text);
            seen.map_or(0, |seen| seen.count)
        };
        let fault = |(index, rule): (usize, &crate::bank::Deduction)| DeductionView {
            index,
            text: rule.text.clone(),
            each: rule.marks,
            count: count(&rule.text),
        };
        ElementView {
            code: element.code.clone(),
            name: element.name.clone(),
            requirement: element.requirement.clone(),
            most: element.marks,
            marks: sheet.marks_of(&element.code),
            given: entry.given,
            marked: entry.marked,
            deductions: element.deductions.iter().enumerate().map(fault).collect(),
            note: entry.note,
        }
    };
    task.elements.iter().map(one).collect()
}

fn veto_views(task: &PracticalTask, raised: &[VetoRow]) -> Vec<VetoView> {
    let one = |veto: &crate::bank::Veto| {
        let row = raised.iter().find(|row| row.code == veto.code);
        VetoView {
            code: veto.code.clone(),
            text: veto.text.clone(),
            scope: veto.scope,
            effect: veto.effect,
            reason: row.map(|row| row.reason.clone()),
            confirmed_at: row.and_then(|row| row.confirmed_at),
        }
    };
    task.vetoes.iter().map(one).collect()
}
