//! One's own score sheet, to look at: elements with their faults, veto items, and who is next.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::judged::record_of;
use super::sheet::{Desk, SheetState};
use super::work::{next_after, without};
use crate::bank::PracticalTask;
use crate::kernel::{ApplicationId, Marks, SessionId, SheetId, Timestamp};
use crate::marking::{ScoreSheet, SheetRecord};
use crate::office::{Act, Caller, Office, Policy, Refusal, policy};
use crate::store::practical::{self as store, VetoRow};
use crate::store::staff as register;

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
        let barred = register::barred_from(&mut connection, desk.work.batch_id, row.examiner_id).await?;
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
            next: next_after(&without(&seated, &barred), &drawn, &own, Some(row)),
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
