//! One's own score sheet: opened, saved as often as one taps, signed once.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::fields::{self, Fields, has_entries};
use super::judged::{record_of, statement_digest};
use super::{confirmed, may_judge, open_bank, own_session, own_sheet, permit, signed, task_of};
use crate::bank::PracticalTask;
use crate::identity::Duty;
use crate::kernel::{ApplicationId, Digest, Marks, SessionId, SheetId, Timestamp, canonical_json};
use crate::marking::{ScoreSheet, SheetRecord};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::store::practical::{self as store, SheetRow, VetoRow, WorkRow};
use crate::store::sitting::board;

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
        permit(office, connection, &work, (examiner, self.application), now).await?;
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
        if work.state == "planned" {
            // Nobody opens a practical session by hand: its first sheet does.
            board::start_session(op.connection(), self.session, now).await?;
        }
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
pub(super) struct Desk {
    pub(super) row: SheetRow,
    pub(super) work: WorkRow,
    bank: std::sync::Arc<crate::bank::Bank>,
}

impl Desk {
    pub(super) async fn of(office: &Office, caller: &Caller, sheet: SheetId) -> Result<Self, Refusal> {
        let mut connection = office.store.read().await?;
        let (row, work) = own_sheet(&mut connection, sheet, caller).await?;
        drop(connection);
        let bank = open_bank(office, work.bank_version_id).await?;
        Ok(Self { row, work, bank })
    }

    pub(super) fn task(&self) -> Result<&PracticalTask, Refusal> {
        task_of(&self.bank, &self.row.task_code)
    }

    pub(super) fn sheet(&self, record: &SheetRecord, vetoes: &[VetoRow]) -> Result<ScoreSheet, Refusal> {
        Ok(record.sheet(self.task()?, self.row.examiner_id, &confirmed(vetoes))?)
    }

    pub(super) fn state(
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
        let pair = (desk.row.examiner_id, desk.row.application_id);
        permit(office, op.connection(), &desk.work, pair, now).await?;
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
