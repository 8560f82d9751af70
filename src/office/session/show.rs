//! Looking at how sessions are prepared.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{load, rows};
use crate::identity::Role;
use crate::kernel::{AccountId, ApplicationId, BatchId, Language, RoomId, SessionId, Timestamp};
use crate::office::bank::open_bank;
use crate::office::plan::RoomView;
use crate::office::{Act, Caller, Download, Office, Policy, Refusal, input, policy};
use crate::spreadsheet;
use crate::store::plan::{self as plans, BatchRow};
use crate::store::session::{SeatRow, SessionRow};
use crate::store::staffing::{self, StaffRow};
use crate::store::{Connection, account};

/// Lists a batch's sessions.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListPlannedSessions {
    /// The batch.
    pub batch: BatchId,
}

/// A batch's sessions, and what is needed to plan more.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedSessions {
    /// The batch.
    pub batch: BatchId,
    /// The occupation's Chinese name.
    pub occupation: String,
    /// The occupation's English name.
    pub occupation_en: String,
    /// The level, 1 (highest) to 5.
    pub level: i64,
    /// Whether theory is examined.
    pub theory: bool,
    /// Whether practical skill is examined.
    pub practical: bool,
    /// The rooms of the batch's station.
    pub rooms: Vec<RoomView>,
    /// The sessions, by time.
    pub sessions: Vec<PlannedSession>,
}

/// A session, in a line.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlannedSession {
    /// Its id.
    pub session: SessionId,
    /// `theory` or `practical`.
    pub component: String,
    /// The room's name.
    pub room: String,
    /// How many seats the room has.
    pub seats: i64,
    /// How many are given.
    pub seated: i64,
    /// When it opens.
    pub opens_at: Timestamp,
    /// When it closes.
    pub closes_at: Timestamp,
    /// `planned`, `running` or `closed`.
    pub state: String,
    /// How many people work there.
    pub staff: usize,
    /// Whether papers or tasks are drawn.
    pub drawn: bool,
}

impl Act for ListPlannedSessions {
    type Outcome = PlannedSessions;
    const POLICY: Policy = policy::SESSION_PLANNED;

    async fn perform(self, office: &Office, _: &Caller) -> Result<PlannedSessions, Refusal> {
        let mut connection = office.store.read().await?;
        let batch = plans::batch(&mut connection, self.batch)
            .await?
            .ok_or(Refusal::NotFound)?;
        let rooms = plans::rooms(&mut connection).await?;
        let counts = rows::seat_counts(&mut connection, self.batch).await?;
        let mut sessions = Vec::new();
        for row in rows::of_batch(&mut connection, self.batch).await? {
            let room = rooms.iter().find(|room| room.id == row.room_id);
            sessions.push(PlannedSession {
                staff: staffing::staff(&mut connection, row.id).await?.len(),
                seated: counts
                    .iter()
                    .find(|(id, _)| *id == row.id)
                    .map_or(0, |(_, count)| *count),
                room: room.map(|room| room.name.clone()).unwrap_or_default(),
                seats: room.map_or(0, |room| room.seats),
                drawn: row.seed.is_some(),
                session: row.id,
                component: row.component,
                opens_at: row.opens_at,
                closes_at: row.closes_at,
                state: row.state,
            });
        }
        let mine = rooms.into_iter().filter(|room| room.station_id == batch.station_id);
        Ok(PlannedSessions {
            batch: batch.id,
            occupation: batch.occupation_name,
            occupation_en: batch.occupation_name_en,
            level: batch.level,
            theory: batch.theory == 1,
            practical: batch.practical == 1,
            rooms: mine
                .map(|room| RoomView {
                    room: room.id,
                    name: room.name,
                    seats: room.seats,
                })
                .collect(),
            sessions,
        })
    }
}

/// Shows how a session is prepared.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowSession {
    /// The session.
    pub session: SessionId,
}

/// How a session is prepared.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SessionView {
    /// Its id.
    pub session: SessionId,
    /// The batch.
    pub batch: BatchId,
    /// The occupation's Chinese name.
    pub occupation: String,
    /// The occupation's English name.
    pub occupation_en: String,
    /// The level, 1 (highest) to 5.
    pub level: i64,
    /// `theory` or `practical`.
    pub component: String,
    /// The room.
    pub room: RoomId,
    /// The room's name.
    pub room_name: String,
    /// How many seats the room has.
    pub room_seats: i64,
    /// When it opens.
    pub opens_at: Timestamp,
    /// When it closes.
    pub closes_at: Timestamp,
    /// `planned`, `running` or `closed`.
    pub state: String,
    /// Whether papers or tasks are drawn.
    pub drawn: bool,
    /// Who sits where.
    pub seats: Vec<SeatView>,
    /// Approved candidates who still need a seat for this component.
    pub unseated: usize,
    /// How many of the seated have a ticket.
    pub tickets: usize,
    /// Who works there.
    pub staff: Vec<Person>,
    /// Who could work there; for those who may assign.
    pub choice: StaffChoice,
    /// The drawn tasks.
    pub tasks: Vec<TaskView>,
}

/// A seat with its person.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SeatView {
    /// The number of the seat.
    pub seat: i64,
    /// The application.
    pub application: ApplicationId,
    /// The person's name.
    pub name: String,
    /// The id, masked.
    pub citizen_mask: String,
    /// The employer; may be empty.
    pub employer: String,
    /// The ticket's number.
    pub ticket: Option<String>,
    /// Whether a code was given out.
    pub has_code: bool,
    /// The start of the paper's digest.
    pub paper: Option<String>,
    /// The state of the attempt.
    pub attempt: Option<String>,
}

impl From<SeatRow> for SeatView {
    fn from(row: SeatRow) -> Self {
        Self {
            seat: row.seat_no,
            application: row.application_id,
            name: row.name,
            citizen_mask: row.citizen_mask,
            employer: row.employer,
            ticket: row.ticket_number,
            has_code: row.ticket_code.is_some(),
            paper: row.paper_digest.map(|digest| digest.to_string()[..12].to_owned()),
            attempt: row.attempt_state,
        }
    }
}

/// A member of staff, at a session or able to be.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Person {
    /// The account.
    pub account: AccountId,
    /// The person's name.
    pub name: String,
    /// The login.
    pub login: String,
    /// `invigilator`, `examiner` or `supervisor`; empty for those who are not assigned.
    pub duty: String,
    /// Whether this examiner leads.
    pub leads: bool,
}

impl From<StaffRow> for Person {
    fn from(row: StaffRow) -> Self {
        Self {
            account: row.account_id,
            name: row.name,
            login: row.login,
            duty: row.duty,
            leads: row.leader == 1,
        }
    }
}

/// Who has which role.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct StaffChoice {
    /// Invigilators.
    pub invigilators: Vec<Person>,
    /// Examiners.
    pub examiners: Vec<Person>,
    /// Supervisors.
    pub supervisors: Vec<Person>,
}

/// A drawn task. Its title is told to those who prepare the session, and to others once it has opened.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TaskView {
    /// Its place, from 1.
    pub position: i64,
    /// The group of the structure.
    pub group: String,
    /// The code in the bank.
    pub task: String,
    /// The Chinese title; empty before the session opens, for those who do not prepare it.
    pub title: String,
    /// The English title, likewise.
    pub title_en: String,
    /// Its share of the test in percent.
    pub weight: i64,
}

impl Act for ShowSession {
    type Outcome = SessionView;
    const POLICY: Policy = policy::SESSION_SHOW;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<SessionView, Refusal> {
        let mut connection = office.store.read().await?;
        let (row, batch) = load(&mut connection, self.session).await?;
        let room = plans::room(&mut connection, row.room_id).await?;
        let seats = rows::seats(&mut connection, row.id).await?;
        let applicants = rows::applicants(&mut connection, &row).await?;
        let staff = staffing::staff(&mut connection, row.id).await?;
        let tasks = rows::tasks(&mut connection, row.id).await?;
        let choice = if caller.has(Role::ExamOfficer) {
            choice(&mut connection).await?
        } else {
            StaffChoice::default()
        };
        drop(connection);
        let open = caller.has(Role::ExamOfficer) || office.now() >= row.opens_at;
        let bank = match tasks.as_slice() {
            [_, ..] if open => Some(open_bank(office, batch.bank_version_id).await?),
            _ => None,
        };
        let task = |task: crate::store::session::TaskRow| {
            let known = bank.as_ref().and_then(|bank| bank.task(&task.task_code));
            TaskView {
                position: task.position,
                group: task.group_code,
                title: known.map(|task| task.title.clone()).unwrap_or_default(),
                title_en: known.map(|task| task.title_en.clone()).unwrap_or_default(),
                task: task.task_code,
                weight: task.weight,
            }
        };
        Ok(SessionView {
            session: row.id,
            batch: batch.id,
            occupation: batch.occupation_name,
            occupation_en: batch.occupation_name_en,
            level: batch.level,
            component: row.component,
            room: row.room_id,
            room_name: room.as_ref().map(|room| room.name.clone()).unwrap_or_default(),
            room_seats: room.map_or(0, |room| room.seats),
            opens_at: row.opens_at,
            closes_at: row.closes_at,
            state: row.state,
            drawn: row.seed.is_some(),
            unseated: applicants.iter().filter(|applicant| applicant.seated == 0).count(),
            tickets: seats.iter().filter(|seat| seat.ticket_code.is_some()).count(),
            seats: seats.into_iter().map(SeatView::from).collect(),
            staff: staff.into_iter().map(Person::from).collect(),
            choice,
            tasks: tasks.into_iter().map(task).collect(),
        })
    }
}

async fn choice(connection: &mut Connection) -> Result<StaffChoice, Refusal> {
    let roles = account::all_roles(connection).await?;
    let accounts = account::all(connection).await?;
    let with = |wanted: Role| {
        let holds = |id: AccountId| roles.iter().any(|(account, role)| *account == id && *role == wanted);
        let active = accounts.iter().filter(|row| row.active == 1 && holds(row.id));
        active
            .map(|row| Person {
                account: row.id,
                name: row.name.clone(),
                login: row.login.clone(),
                duty: String::new(),
                leads: false,
            })
            .collect()
    };
    Ok(StaffChoice {
        invigilators: with(Role::Invigilator),
        examiners: with(Role::Examiner),
        supervisors: with(Role::Supervisor),
    })
}

impl SessionView {
    /// Whether somebody is assigned with this duty.
    pub fn assigned(&self, account: AccountId, duty: &str) -> bool {
        self.staff
            .iter()
            .any(|person| person.account == account && person.duty == duty)
    }

    /// Whether somebody leads the examiners.
    pub fn led_by(&self, account: AccountId) -> bool {
        self.staff
            .iter()
            .any(|person| person.account == account && person.leads)
    }
}

/// The seating list of a session as a workbook.
pub async fn seats_workbook(office: &Office, caller: &Caller, session: SessionId) -> Result<Download, Refusal> {
    caller.may(&policy::SESSION_BOARD)?;
    let mut connection = office.store.read().await?;
    let (row, batch) = load(&mut connection, session).await?;
    let seats = rows::seats(&mut connection, session).await?;
    drop(connection);
    let (headers, title) = match caller.language {
        Language::Zh => (["座位", "姓名", "证件号码", "准考证号", "单位", "签到"], "座位表"),
        Language::En => (["Seat", "Name", "Id", "Ticket", "Employer", "Signature"], "Seats"),
    };
    let cells = |seat: SeatRow| {
        vec![
            seat.seat_no.to_string(),
            seat.name,
            seat.citizen_mask,
            seat.ticket_number.unwrap_or_default(),
            seat.employer,
            String::new(),
        ]
    };
    let table: Vec<Vec<String>> = seats.into_iter().map(cells).collect();
    let bytes =
        spreadsheet::write(title, &headers, &table).map_err(|error| Refusal::Fault(format!("seats: {error}")))?;
    Ok(Download::new(file_name(&row, &batch, title), input::XLSX, &bytes))
}

fn file_name(session: &SessionRow, batch: &BatchRow, title: &str) -> String {
    format!("{title}-{}-{}.xlsx", batch.occupation_name, session.component)
}
