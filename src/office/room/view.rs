//! What a console shows: seats with their states, troubles first, counts, incidents.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::may_look;
use super::trouble::{Trouble, troubles};
use crate::identity::Role;
use crate::kernel::{ApplicationId, AttemptId, BatchId, SECOND, SessionId, Timestamp};
use crate::office::terminal::Minutes;
use crate::office::{Act, Caller, Office, Policy, Refusal, policy};
use crate::store::Connection;
use crate::store::sitting::IncidentRow;
use crate::store::sitting::board::{self, SeatRow, SessionRow};
use crate::store::sitting::outage::{self, PresenceRow};

/// A terminal that was not heard for longer is called disconnected.
const SILENCE: i64 = 45 * SECOND;
/// What a terminal told of itself holds for so long; it tells again every ten seconds.
const FRESH: i64 = 45 * SECOND;

/// Lists the sessions that the caller has to do with.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListSessions {}

/// A session in a list.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SessionSummary {
    /// The session.
    pub session: SessionId,
    /// The batch.
    pub batch: BatchId,
    /// `theory` or `practical`.
    pub component: String,
    /// The occupation.
    pub occupation: String,
    /// The occupation in English.
    pub occupation_en: String,
    /// The level.
    pub level: i64,
    /// The station.
    pub station: String,
    /// The room.
    pub room: String,
    /// When it is planned to open.
    pub opens_at: Timestamp,
    /// When it is planned to close.
    pub closes_at: Timestamp,
    /// `planned`, `running` or `closed`.
    pub state: String,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// Since when everybody's time stands still.
    pub paused_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// How many candidates have a seat.
    pub seated: i64,
    /// The caller's own duty at it: `invigilator`, `examiner`, `supervisor`, or none.
    pub duty: Option<String>,
}

impl SessionSummary {
    fn of(row: SessionRow, duty: Option<String>) -> Self {
        Self {
            session: row.id,
            batch: row.batch_id,
            component: row.component,
            occupation: row.occupation_name,
            occupation_en: row.occupation_name_en,
            level: row.level,
            station: row.station,
            room: row.room,
            opens_at: row.opens_at,
            closes_at: row.closes_at,
            state: row.state,
            started_at: row.started_at,
            paused_at: row.paused_at,
            closed_at: row.closed_at,
            seated: row.seated,
            duty,
        }
    }
}

impl Act for ListSessions {
    type Outcome = Vec<SessionSummary>;
    const POLICY: Policy = policy::SESSION_LIST;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Vec<SessionSummary>, Refusal> {
        let account = caller.account()?;
        let mut connection = office.store.read().await?;
        let duties: BTreeMap<_, _> = board::duties_of(&mut connection, account).await?.into_iter().collect();
        let everything = [Role::ExamOfficer, Role::Supervisor, Role::Auditor]
            .iter()
            .any(|role| caller.has(*role));
        let rows = if everything {
            board::sessions(&mut connection).await?
        } else {
            board::sessions_of(&mut connection, account).await?
        };
        let summary = |row: SessionRow| {
            let duty = duties.get(&row.id).cloned();
            SessionSummary::of(row, duty)
        };
        Ok(rows.into_iter().map(summary).collect())
    }
}

/// Shows seats, states and problems of a session.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowBoard {
    /// The session.
    pub session: SessionId,
}

/// A session's board.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct BoardView {
    /// The session.
    pub session: SessionSummary,
    /// The server's time.
    pub now: Timestamp,
    /// Whether the caller may act here, or only looks.
    pub may_act: bool,
    /// The minutes of the rule.
    pub minutes: Minutes,
    /// How many seats the room has.
    pub room_seats: i64,
    /// When the last open attempt ends.
    pub ends_at: Option<Timestamp>,
    /// How many are in which state.
    pub counts: Counts,
    /// What needs somebody, most urgent first.
    pub troubles: Vec<Trouble>,
    /// The seats that are taken.
    pub seats: Vec<SeatView>,
    /// What was recorded, latest first.
    pub incidents: Vec<IncidentView>,
}

/// How many are in which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// All with a seat.
    pub all: i64,
    /// Not checked in.
    pub seated: i64,
    /// Checked in, not started.
    pub checked_in: i64,
    /// Working.
    pub working: i64,
    /// Working, and not heard.
    pub disconnected: i64,
    /// Started, and their time stands still.
    pub paused: i64,
    /// Handed in.
    pub handed_in: i64,
    /// Answers saved by all.
    pub answered: i64,
    /// Questions of all who started.
    pub questions: i64,
}

/// A seat.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SeatView {
    /// Its number.
    pub seat: i64,
    /// The application.
    pub application: ApplicationId,
    /// The attempt, once the paper is drawn.
    pub attempt: Option<AttemptId>,
    /// The ticket's number.
    pub ticket: String,
    /// The person's name.
    pub name: String,
    /// The masked citizen id.
    pub masked_id: String,
    /// Whether there is a photo.
    pub has_photo: bool,
    /// `seated`, `checked_in`, `working`, `disconnected`, `paused` or `handed_in`.
    pub state: &'static str,
    /// Whether the candidate has signed in at a terminal.
    pub at_terminal: bool,
    /// When the attempt was started.
    pub started_at: Option<Timestamp>,
    /// When it ends.
    pub deadline: Option<Timestamp>,
    /// What is left while time stands still, in milliseconds.
    pub left_ms: Option<i64>,
    /// Milliseconds left.
    pub remaining_ms: Option<i64>,
    /// Extra time so far, in milliseconds.
    pub extra_ms: i64,
    /// Answers that the terminal could not save yet.
    pub unsaved: i64,
    /// How often the candidate left the paper.
    pub times_away: i64,
    /// When the candidate last left the paper.
    pub left_at: Option<Timestamp>,
    /// Whether another terminal may take over.
    pub released: bool,
    /// How many questions have an answer.
    pub answered: i64,
    /// How many questions there are.
    pub questions: i64,
    /// When it was handed in.
    pub submitted_at: Option<Timestamp>,
    /// `candidate`, `deadline` or `invigilator`.
    pub submitted_how: Option<String>,
}

/// An incident.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IncidentView {
    /// When.
    pub at: Timestamp,
    /// The kind.
    pub kind: String,
    /// The seat of the one it concerns.
    pub seat: Option<i64>,
    /// The name of the one it concerns.
    pub name: Option<String>,
    /// What happened.
    pub reason: String,
    /// Whether the program recorded it.
    pub by_system: bool,
}

impl Act for ShowBoard {
    type Outcome = BoardView;
    const POLICY: Policy = policy::SESSION_BOARD;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<BoardView, Refusal> {
        let mut connection = office.store.read().await?;
        let may_act = may_look(&mut connection, caller, self.session).await?;
        let mut board = board_of(&mut connection, self.session, office.now()).await?;
        board.may_act = may_act;
        board.session.duty = may_act.then(|| "invigilator".to_owned());
        Ok(board)
    }
}

/// The board of a session, as nobody in particular sees it.
pub(super) async fn board_of(
    connection: &mut Connection,
    session: SessionId,
    now: Timestamp,
) -> Result<BoardView, Refusal> {
    let row = board::session(connection, session).await?.ok_or(Refusal::NotFound)?;
    let told = Told {
        answered: board::answered(connection, session).await?.into_iter().collect(),
        presence: outage::presences(connection, session)
            .await?
            .into_iter()
            .map(|row| (row.attempt_id, row))
            .collect(),
    };
    let seats = board::seats(connection, session).await?;
    let incidents = board::incidents(connection, session).await?;
    let seats: Vec<SeatView> = seats.into_iter().map(|seat| seat_view(seat, &told, now)).collect();
    Ok(BoardView {
        now,
        may_act: false,
        minutes: Minutes::of_rule(&row.paper_rule)?,
        room_seats: row.room_seats,
        ends_at: seats
            .iter()
            .filter(|seat| seat.remaining_ms.is_some())
            .filter_map(|seat| seat.deadline)
            .max(),
        counts: count(&seats),
        troubles: troubles(&row.state, &seats, &incidents),
        incidents: incidents
            .into_iter()
            .map(|incident| incident_view(incident, &seats))
            .collect(),
        session: SessionSummary::of(row, None),
        seats,
    })
}

/// What is known of attempts beside their rows.
struct Told {
    answered: BTreeMap<AttemptId, i64>,
    presence: BTreeMap<AttemptId, PresenceRow>,
}

/// A seat's state in one word.
fn seat_state(
    attempt_state: Option<&str>,
    paused: bool,
    last_seen_at: Option<Timestamp>,
    now: Timestamp,
) -> &'static str {
    match attempt_state {
        Some("submitted") => "handed_in",
        Some("open") if paused => "paused",
        Some("open") if last_seen_at.is_none_or(|at| now - at > SILENCE) => "disconnected",
        Some("open") => "working",
        Some("checked_in") => "checked_in",
        _ => "seated",
    }
}

fn seat_view(row: SeatRow, told: &Told, now: Timestamp) -> SeatView {
    let state = seat_state(row.state.as_deref(), row.paused_at.is_some(), row.last_seen_at, now);
    let open = row.state.as_deref() == Some("open");
    let presence = row.attempt_id.and_then(|id| told.presence.get(&id));
    let fresh = presence.filter(|presence| open && now - presence.at <= FRESH);
    SeatView {
        seat: row.seat_no,
        application: row.application_id,
        attempt: row.attempt_id,
        ticket: row.ticket_number.unwrap_or_default(),
        name: row.name,
        masked_id: row.citizen_mask,
        has_photo: row.has_photo == 1,
        state,
        at_terminal: row.last_seen_at.is_some(),
        started_at: row.started_at,
        deadline: row.deadline,
        left_ms: row.left_ms.filter(|_| open),
        remaining_ms: row
            .deadline
            .map(|deadline| (deadline - now).max(0))
            .or(row.left_ms)
            .filter(|_| open),
        extra_ms: row.extra_ms.unwrap_or(0),
        unsaved: fresh.map_or(0, |presence| presence.unsaved),
        times_away: presence.map_or(0, |presence| presence.times_away),
        left_at: presence
            .filter(|presence| presence.times_away > 0)
            .map(|presence| presence.at),
        released: open && row.released == Some(1),
        answered: row
            .attempt_id
            .and_then(|id| told.answered.get(&id).copied())
            .unwrap_or(0),
        questions: row.questions.unwrap_or(0),
        submitted_at: row.submitted_at,
        submitted_how: row.submitted_how,
    }
}

#[cfg(test)]
impl SeatView {
    /// A seat of which nothing is known but its state.
    pub(super) fn empty(seat: i64, application: ApplicationId, state: &'static str) -> Self {
        Self {
            seat,
            application,
            attempt: None,
            ticket: String::new(),
            name: String::new(),
            masked_id: String::new(),
            has_photo: false,
            state,
            at_terminal: false,
            started_at: None,
            deadline: None,
            left_ms: None,
            remaining_ms: None,
            extra_ms: 0,
            unsaved: 0,
            times_away: 0,
            left_at: None,
            released: false,
            answered: 0,
            questions: 0,
            submitted_at: None,
            submitted_how: None,
        }
    }
}

fn incident_view(row: IncidentRow, seats: &[SeatView]) -> IncidentView {
    let seat = seats.iter().find(|seat| Some(seat.application) == row.application_id);
    IncidentView {
        at: row.at,
        kind: row.kind,
        seat: seat.map(|seat| seat.seat),
        name: seat.map(|seat| seat.name.clone()),
        reason: row.reason,
        by_system: row.recorded_by == "system",
    }
}

fn count(seats: &[SeatView]) -> Counts {
    let mut counts = Counts::default();
    for seat in seats {
        counts.all += 1;
        match seat.state {
            "handed_in" => counts.handed_in += 1,
            "working" => counts.working += 1,
            "disconnected" => counts.disconnected += 1,
            "paused" => counts.paused += 1,
            "checked_in" => counts.checked_in += 1,
            _ => counts.seated += 1,
        }
        if seat.started_at.is_some() {
            counts.answered += seat.answered;
            counts.questions += seat.questions;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_terminal_is_disconnected_only_while_its_candidate_works() {
        let now = Timestamp::from_millis(100_000);
        assert_eq!(seat_state(Some("open"), false, Some(now + -SILENCE), now), "working");
        assert_eq!(seat_state(Some("open"), true, None, now), "paused");
        assert_eq!(
            seat_state(Some("open"), false, Some(now + (-SILENCE - 1)), now),
            "disconnected"
        );
        assert_eq!(seat_state(Some("submitted"), false, None, now), "handed_in");
        assert_eq!(seat_state(Some("checked_in"), false, None, now), "checked_in");
        assert_eq!(seat_state(None, false, None, now), "seated");
    }
}
