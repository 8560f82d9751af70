//! What an examiner has to do: sessions, candidates by seat, drawn tasks, own sheets, vetoes that wait.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::show::NextSheet;
use super::{EXAMINER, card_standing, has_begun, open_bank, own_session, task_of};
use crate::bank::{Bank, PracticalTask};
use crate::identity::Role;
use crate::kernel::{ApplicationId, DAY, SessionId, SheetId, Timestamp};
use crate::office::{Act, Broken, Caller, Office, Policy, Refusal, policy};
use crate::store::Connection;
use crate::store::practical::{self as store, DrawnRow, SeatedRow, SheetRow, WorkRow};
use crate::store::staff as register;

/// Lists the caller's practical sessions.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ExaminerWork {}

/// A session in a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionBrief {
    /// The session.
    pub session: SessionId,
    /// `theory` or `practical`.
    pub component: String,
    /// The station.
    pub station: String,
    /// The room.
    pub room: String,
    /// The occupation's Chinese name.
    pub occupation: String,
    /// The occupation's English name.
    pub occupation_en: String,
    /// The level.
    pub level: i64,
    /// When it opens.
    pub opens_at: Timestamp,
    /// When it closes.
    pub closes_at: Timestamp,
    /// `planned`, `running` or `closed`.
    pub state: String,
    /// Whether it is going on, or opens or closed within a day.
    pub current: bool,
}

impl SessionBrief {
    /// The brief form of a session.
    pub(in crate::office) fn of(work: WorkRow, now: Timestamp) -> Self {
        Self {
            current: now + DAY >= work.opens_at && now <= work.closes_at + DAY,
            session: work.id,
            component: work.component,
            station: work.station,
            room: work.room,
            occupation: work.occupation_name,
            occupation_en: work.occupation_name_en,
            level: work.level,
            opens_at: work.opens_at,
            closes_at: work.closes_at,
            state: work.state,
        }
    }
}

impl Act for ExaminerWork {
    type Outcome = Vec<SessionBrief>;
    const POLICY: Policy = policy::EXAMINER_WORK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Vec<SessionBrief>, Refusal> {
        let now = office.now();
        let mut connection = office.store.read().await?;
        let sessions = store::assigned(&mut connection, caller.account()?, EXAMINER).await?;
        Ok(sessions
            .into_iter()
            .filter(|work| work.component == "practical")
            .map(|work| SessionBrief::of(work, now))
            .collect())
    }
}

/// Shows the caller's candidates and own sheets in one session.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ExaminerSession {
    /// The session.
    pub session: SessionId,
}

/// A session as one of its examiners sees it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionView {
    /// The session.
    pub brief: SessionBrief,
    /// The drawn tasks; empty until the session opens.
    pub tasks: Vec<TaskBrief>,
    /// The candidates by seat.
    pub candidates: Vec<CandidateView>,
    /// How many of one's own sheets are signed.
    pub signed: usize,
    /// How many there are to sign.
    pub total: usize,
    /// What to judge next.
    pub next: Option<NextSheet>,
    /// Vetoes that wait for a second signature.
    pub waiting: Vec<WaitingVeto>,
    /// Whether the caller's card lets judge here now: `valid`, `ending`, or the rule that keeps from judging.
    pub card: String,
    /// The card's last valid day, when it ends soon.
    pub card_through: String,
}

/// A drawn task.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskBrief {
    /// Its code.
    pub code: String,
    /// The Chinese title.
    pub title: String,
    /// The English title.
    pub title_en: String,
    /// The share of the test in percent.
    pub weight: i64,
    /// The time allowed, in minutes.
    pub time_limit: u16,
}

/// A candidate with the states of one's own sheets.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CandidateView {
    /// The seat or station (工位) number.
    pub seat: i64,
    /// The application.
    pub application: ApplicationId,
    /// The name.
    pub name: String,
    /// One's own sheet for each drawn task, in the tasks' order.
    pub sheets: Vec<SheetBrief>,
    /// Whether all of them are signed.
    pub done: bool,
    /// Whether a recorded conflict keeps one from judging this candidate.
    pub barred: bool,
}

/// Where one's own sheet stands.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SheetBrief {
    /// The task's code.
    pub task: String,
    /// The sheet, once opened.
    pub sheet: Option<SheetId>,
    /// `none`, `draft` or `signed`.
    pub state: String,
}

/// A veto that waits for a second signature. It tells what happened, and no marks.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WaitingVeto {
    /// The sheet.
    pub sheet: SheetId,
    /// The code of the veto item.
    pub code: String,
    /// What must not happen.
    pub text: String,
    /// The task's Chinese title.
    pub title: String,
    /// The task's English title.
    pub title_en: String,
    /// The seat.
    pub seat: i64,
    /// The candidate's name.
    pub name: String,
    /// What happened.
    pub reason: String,
    /// Who raised it.
    pub raised_by: String,
    /// When.
    pub raised_at: Timestamp,
    /// Whether the caller raised it, and so cannot sign second.
    pub own: bool,
}

impl Act for ExaminerSession {
    type Outcome = SessionView;
    const POLICY: Policy = policy::EXAMINER_SESSION;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<SessionView, Refusal> {
        let now = office.now();
        let examiner = caller.account()?;
        let mut connection = office.store.read().await?;
        let work = own_session(&mut connection, self.session, examiner).await?;
        let seated = store::seated(&mut connection, self.session).await?;
        let drawn = if has_begun(&work, now) {
            store::drawn(&mut connection, self.session).await?
        } else {
            Vec::new()
        };
        let own = store::own_sheets(&mut connection, self.session, examiner).await?;
        let waiting = store::waiting_vetoes(&mut connection, self.session).await?;
        let barred = register::barred_from(&mut connection, work.batch_id, examiner).await?;
        let (card, card_through) = card_standing(office, &mut connection, &work, examiner, now).await?;
        drop(connection);
        let bank = match drawn.as_slice() {
            [] => None,
            _ => Some(open_bank(office, work.bank_version_id).await?),
        };
        let mut tasks = Vec::new();
        let mut vetoes = Vec::new();
        if let Some(bank) = &bank {
            for row in &drawn {
                tasks.push(brief(task_of(bank, &row.task_code)?, row.weight));
            }
            for row in waiting {
                vetoes.push(waiting_view(bank, &seated, row, examiner)?);
            }
        }
        let candidates: Vec<CandidateView> = seated
            .iter()
            .map(|seat| candidate(seat, &drawn, &own, &barred))
            .collect();
        let judged = without(&seated, &barred);
        let signed = own.iter().filter(|sheet| sheet.is_signed());
        let signed_before = signed
            .clone()
            .filter(|sheet| barred.contains(&sheet.application_id))
            .count();
        Ok(SessionView {
            signed: signed.count(),
            total: judged.len() * drawn.len() + signed_before,
            next: next_after(&judged, &drawn, &own, None),
            brief: SessionBrief::of(work, now),
            tasks,
            candidates,
            waiting: vetoes,
            card,
            card_through,
        })
    }
}

fn brief(task: &PracticalTask, weight: i64) -> TaskBrief {
    TaskBrief {
        code: task.code.clone(),
        title: task.title.clone(),
        title_en: task.title_en.clone(),
        weight,
        time_limit: task.time_limit_minutes,
    }
}

fn waiting_view(
    bank: &Bank,
    seated: &[SeatedRow],
    row: store::WaitingRow,
    examiner: crate::kernel::AccountId,
) -> Result<WaitingVeto, Refusal> {
    let task = task_of(bank, &row.task_code)?;
    let seat = seated.iter().find(|seat| seat.application_id == row.application_id);
    Ok(WaitingVeto {
        sheet: row.sheet_id,
        text: task.veto(&row.code).map_or_else(String::new, |veto| veto.text.clone()),
        title: task.title.clone(),
        title_en: task.title_en.clone(),
        seat: seat.map_or(0, |seat| seat.seat_no),
        name: seat.map_or_else(String::new, |seat| seat.name.clone()),
        own: row.raised_by == examiner,
        code: row.code,
        reason: row.reason,
        raised_by: row.raised_name,
        raised_at: row.raised_at,
    })
}

fn own_for<'s>(own: &'s [SheetRow], seat: &SeatedRow, drawn: &DrawnRow) -> Option<&'s SheetRow> {
    own.iter()
        .find(|sheet| sheet.application_id == seat.application_id && sheet.task_code == drawn.task_code)
}

/// The seats without those whom one must not judge.
pub(super) fn without(seated: &[SeatedRow], barred: &[ApplicationId]) -> Vec<SeatedRow> {
    let free = seated.iter().filter(|seat| !barred.contains(&seat.application_id));
    free.cloned().collect()
}

fn candidate(seat: &SeatedRow, drawn: &[DrawnRow], own: &[SheetRow], barred: &[ApplicationId]) -> CandidateView {
    let sheet = |drawn: &DrawnRow| {
        let sheet = own_for(own, seat, drawn);
        SheetBrief {
            task: drawn.task_code.clone(),
            sheet: sheet.map(|sheet| sheet.id),
            state: sheet.map_or_else(|| "none".to_owned(), |sheet| sheet.state.clone()),
        }
    };
    let sheets: Vec<SheetBrief> = drawn.iter().map(sheet).collect();
    CandidateView {
        seat: seat.seat_no,
        application: seat.application_id,
        name: seat.name.clone(),
        done: !sheets.is_empty() && sheets.iter().all(|sheet| sheet.state == "signed"),
        barred: barred.contains(&seat.application_id),
        sheets,
    }
}

/// What to judge next: the same task at the next seats, round the hall; then the other tasks.
pub(super) fn next_after(
    seated: &[SeatedRow],
    drawn: &[DrawnRow],
    own: &[SheetRow],
    present: Option<&SheetRow>,
) -> Option<NextSheet> {
    let task_at = present
        .and_then(|sheet| drawn.iter().position(|drawn| drawn.task_code == sheet.task_code))
        .unwrap_or(0);
    let seat_at = present
        .and_then(|sheet| {
            seated
                .iter()
                .position(|seat| seat.application_id == sheet.application_id)
        })
        .map_or(0, |at| at + 1);
    let tasks = drawn.iter().cycle().skip(task_at).take(drawn.len());
    let mut all = tasks.flat_map(|drawn| {
        let seats = seated.iter().cycle().skip(seat_at).take(seated.len());
        seats.map(move |seat| (seat, drawn))
    });
    let open = |(seat, drawn): &(&SeatedRow, &DrawnRow)| {
        let present = present
            .is_some_and(|sheet| sheet.application_id == seat.application_id && sheet.task_code == drawn.task_code);
        !present && own_for(own, seat, drawn).is_none_or(|sheet| !sheet.is_signed())
    };
    all.find(open).map(|(seat, drawn)| NextSheet {
        application: seat.application_id,
        task: drawn.task_code.clone(),
        seat: seat.seat_no,
        name: seat.name.clone(),
    })
}

/// Gives the blank score sheets of a session, to print.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct BlankSheets {
    /// The session.
    pub session: SessionId,
}

/// What blank score sheets are printed from: one sheet for each candidate and task.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BlankView {
    /// The session.
    pub brief: SessionBrief,
    /// The tasks with their elements, faults and vetoes.
    pub tasks: Vec<PracticalTask>,
    /// The candidates by seat.
    pub candidates: Vec<CandidateView>,
}

impl Act for BlankSheets {
    type Outcome = BlankView;
    const POLICY: Policy = policy::SHEET_BLANK;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<BlankView, Refusal> {
        let now = office.now();
        let mut connection = office.store.read().await?;
        let work = printable(&mut connection, self.session, caller, now).await?;
        let seated = store::seated(&mut connection, self.session).await?;
        let drawn = store::drawn(&mut connection, self.session).await?;
        drop(connection);
        if drawn.is_empty() {
            return Err(Broken::new("tasks-not-drawn").into());
        }
        let bank = open_bank(office, work.bank_version_id).await?;
        let tasks = drawn
            .iter()
            .map(|row| task_of(&bank, &row.task_code).cloned())
            .collect::<Result<_, _>>()?;
        Ok(BlankView {
            candidates: seated.iter().map(|seat| candidate(seat, &drawn, &[], &[])).collect(),
            brief: SessionBrief::of(work, now),
            tasks,
        })
    }
}

/// The examination office prints beforehand; examiners learn the tasks when the session opens.
async fn printable(
    connection: &mut Connection,
    session: SessionId,
    caller: &Caller,
    now: Timestamp,
) -> Result<WorkRow, Refusal> {
    if caller.has(Role::ExamOfficer) {
        return store::work(connection, session)
            .await?
            .filter(|work| work.component == "practical")
            .ok_or(Refusal::NotFound);
    }
    let work = own_session(connection, session, caller.account()?).await?;
    if !has_begun(&work, now) {
        return Err(Broken::new("judging-not-begun").with("at", work.opens_at).into());
    }
    Ok(work)
}
