//! The invigilator's lists: sessions, seats with their states, incidents.

use sqlx::FromRow;

use super::IncidentRow;
use crate::kernel::{AccountId, ApplicationId, AttemptId, BatchId, SessionId, Timestamp};
use crate::store::{Connection, StoreError, one_row};

/// A session as lists show it.
#[derive(Debug, Clone, FromRow)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// The batch.
    pub batch_id: BatchId,
    /// `theory` or `practical`.
    pub component: String,
    /// When it is planned to open.
    pub opens_at: Timestamp,
    /// When it is planned to close.
    pub closes_at: Timestamp,
    /// `planned`, `running` or `closed`.
    pub state: String,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// Since when it is paused.
    pub paused_at: Option<Timestamp>,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// The room.
    pub room: String,
    /// How many seats the room has.
    pub room_seats: i64,
    /// The station.
    pub station: String,
    /// The occupation's name.
    pub occupation_name: String,
    /// The occupation's name in English.
    pub occupation_name_en: String,
    /// The level.
    pub level: i64,
    /// The frozen rule of the paper, as JSON.
    pub paper_rule: String,
    /// How many candidates have a seat.
    pub seated: i64,
}

/// A seat and who sits there.
#[derive(Debug, Clone, FromRow)]
pub struct SeatRow {
    /// The seat.
    pub seat_no: i64,
    /// The application.
    pub application_id: ApplicationId,
    /// The ticket's number.
    pub ticket_number: Option<String>,
    /// The person's name.
    pub name: String,
    /// The masked citizen id.
    pub citizen_mask: String,
    /// 1 when there is a photo.
    pub has_photo: i64,
    /// The attempt, once papers are drawn.
    pub attempt_id: Option<AttemptId>,
    /// Its state.
    pub state: Option<String>,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When it ends; none while its time stands still.
    pub deadline: Option<Timestamp>,
    /// Since when its time stands still.
    pub paused_at: Option<Timestamp>,
    /// What was left then, in milliseconds.
    pub left_ms: Option<i64>,
    /// Extra time so far.
    pub extra_ms: Option<i64>,
    /// 1 when another terminal may take over.
    pub released: Option<i64>,
    /// When its terminal was last heard.
    pub last_seen_at: Option<Timestamp>,
    /// When it was handed in.
    pub submitted_at: Option<Timestamp>,
    /// How.
    pub submitted_how: Option<String>,
    /// How many questions.
    pub questions: Option<i64>,
}

macro_rules! select_session {
    ($tail:literal) => {
        concat!(
            "SELECT s.id AS id, s.batch_id AS batch_id, s.component AS component, s.opens_at AS opens_at,
                    s.closes_at AS closes_at, s.state AS state, s.started_at AS started_at, s.paused_at AS paused_at, s.closed_at AS closed_at,
                    r.name AS room, r.seats AS room_seats, st.name AS station, b.occupation_name AS occupation_name,
                    b.occupation_name_en AS occupation_name_en, b.level AS level, b.paper_rule AS paper_rule,
                    (SELECT COUNT(*) FROM seat WHERE seat.session_id = s.id) AS seated
             FROM session s JOIN room r ON r.id = s.room_id JOIN station st ON st.id = r.station_id
             JOIN batch b ON b.id = s.batch_id ",
            $tail
        )
    };
}

/// One session.
pub async fn session(connection: &mut Connection, id: SessionId) -> Result<Option<SessionRow>, StoreError> {
    Ok(sqlx::query_as(select_session!("WHERE s.id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// All sessions, latest first.
pub async fn sessions(connection: &mut Connection) -> Result<Vec<SessionRow>, StoreError> {
    Ok(sqlx::query_as(select_session!("ORDER BY s.opens_at DESC, s.id"))
        .fetch_all(connection)
        .await?)
}

/// The sessions to which this account is assigned, latest first.
pub async fn sessions_of(connection: &mut Connection, account: AccountId) -> Result<Vec<SessionRow>, StoreError> {
    Ok(sqlx::query_as(select_session!(
        "JOIN assignment m ON m.session_id = s.id AND m.account_id = $1 ORDER BY s.opens_at DESC, s.id"
    ))
    .bind(account)
    .fetch_all(connection)
    .await?)
}

/// What this account is assigned to do at sessions.
pub async fn duties_of(
    connection: &mut Connection,
    account: AccountId,
) -> Result<Vec<(SessionId, String)>, StoreError> {
    Ok(
        sqlx::query_as("SELECT session_id, duty FROM assignment WHERE account_id = $1")
            .bind(account)
            .fetch_all(connection)
            .await?,
    )
}

/// What this account is assigned to do at this session.
pub async fn duty_at(
    connection: &mut Connection,
    session: SessionId,
    account: AccountId,
) -> Result<Option<String>, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT duty FROM assignment WHERE session_id = $1 AND account_id = $2")
            .bind(session)
            .bind(account)
            .fetch_optional(connection)
            .await?,
    )
}

/// The seats of a session, by number.
pub async fn seats(connection: &mut Connection, session: SessionId) -> Result<Vec<SeatRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT seat.seat_no AS seat_no, a.id AS application_id, a.ticket_number AS ticket_number, c.name AS name,
                c.citizen_mask AS citizen_mask, CASE WHEN c.photo IS NULL THEN 0 ELSE 1 END AS has_photo,
                t.id AS attempt_id, t.state AS state, t.started_at AS started_at, t.deadline AS deadline,
                t.paused_at AS paused_at, t.left_ms AS left_ms,
                t.extra_ms AS extra_ms, t.released AS released, t.last_seen_at AS last_seen_at,
                t.submitted_at AS submitted_at, t.submitted_how AS submitted_how, p.questions AS questions
         FROM seat
         JOIN application a ON a.id = seat.application_id
         JOIN candidate c ON c.id = a.candidate_id
         LEFT JOIN attempt t ON t.session_id = seat.session_id AND t.application_id = seat.application_id
         LEFT JOIN paper p ON p.id = t.paper_id
         WHERE seat.session_id = $1 ORDER BY seat.seat_no",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// How many questions each attempt of a session has answered.
pub async fn answered(connection: &mut Connection, session: SessionId) -> Result<Vec<(AttemptId, i64)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT t.id, COUNT(*) FROM attempt t JOIN answer a ON a.attempt_id = t.id
         WHERE t.session_id = $1 AND a.value <> '' GROUP BY t.id",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// The incidents of a session, latest first.
pub async fn incidents(connection: &mut Connection, session: SessionId) -> Result<Vec<IncidentRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, session_id, application_id, kind, reason, recorded_by, at FROM incident
         WHERE session_id = $1 ORDER BY at DESC, id DESC",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// How many attempts of a session are in this state.
pub async fn count_attempts(connection: &mut Connection, session: SessionId, state: &str) -> Result<i64, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT COUNT(*) FROM attempt WHERE session_id = $1 AND state = $2")
            .bind(session)
            .bind(state)
            .fetch_one(connection)
            .await?,
    )
}

/// How many seats of a session have no paper yet.
pub async fn seats_without_paper(connection: &mut Connection, session: SessionId) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT COUNT(*) FROM seat LEFT JOIN attempt t
             ON t.session_id = seat.session_id AND t.application_id = seat.application_id
         WHERE seat.session_id = $1 AND t.id IS NULL",
    )
    .bind(session)
    .fetch_one(connection)
    .await?)
}

/// Starts a planned session.
pub async fn start_session(connection: &mut Connection, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE session SET state = 'running', started_at = $2 WHERE id = $1 AND state = 'planned'")
        .bind(id)
        .bind(now)
        .execute(connection)
        .await?;
    one_row(&done, "session")
}

/// Closes a running session.
pub async fn close_session(connection: &mut Connection, id: SessionId, now: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE session SET state = 'closed', closed_at = $2 WHERE id = $1 AND state = 'running'")
        .bind(id)
        .bind(now)
        .execute(connection)
        .await?;
    one_row(&done, "session")
}
