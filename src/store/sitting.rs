//! Sitting: tickets and seats here; then attempts, the ledger of time, answers, incidents, and the invigilator's lists.

use sqlx::FromRow;

use super::{Connection, StoreError};
use crate::kernel::{ApplicationId, BatchId, CandidateId, Digest, SessionId, Timestamp};

pub mod answers;
pub mod aside;
mod attempt;
pub mod board;
#[cfg(test)]
pub(crate) mod fixture;
mod incident;
pub mod lock;
pub mod outage;
pub mod pack;
pub mod past;
pub mod receipt;
pub mod terminal;
pub mod time;

pub use attempt::{
    AttemptRow, attempt, attempt_of, check_in, open_attempt, open_papers, overdue_sessions, release, submit,
    submit_overdue, take_lease,
};
pub use incident::{IncidentRow, has_incident, insert_incident};

/// What a ticket number leads to.
#[derive(Debug, Clone, FromRow)]
pub struct TicketRow {
    /// The application.
    pub application_id: ApplicationId,
    /// The batch.
    pub batch_id: BatchId,
    /// The keyed digest of the one-time code.
    pub ticket_code: Option<Digest>,
}

/// A theory session in which a candidate has a seat.
#[derive(Debug, Clone, FromRow)]
pub struct SeatedSessionRow {
    /// The session.
    pub session_id: SessionId,
    /// `planned`, `running` or `closed`.
    pub state: String,
    /// When it is planned to open.
    pub opens_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
}

/// Everything that a terminal shows about its candidate and the session.
#[derive(Debug, Clone, FromRow)]
pub struct DeskRow {
    /// The batch.
    pub batch_id: BatchId,
    /// The occupation's name.
    pub occupation_name: String,
    /// The occupation's name in English.
    pub occupation_name_en: String,
    /// The level.
    pub level: i64,
    /// The frozen rule of the paper, as JSON.
    pub paper_rule: String,
    /// The state of the session.
    pub session_state: String,
    /// When the session is planned to open.
    pub opens_at: Timestamp,
    /// When the session was started.
    pub session_started_at: Option<Timestamp>,
    /// Since when the whole room is paused.
    pub session_paused_at: Option<Timestamp>,
    /// The room.
    pub room: String,
    /// The seat.
    pub seat_no: i64,
    /// The person.
    pub candidate_id: CandidateId,
    /// The person's name.
    pub name: String,
    /// The masked citizen id.
    pub citizen_mask: String,
    /// The ticket's number.
    pub ticket_number: Option<String>,
}

/// The application of this ticket number.
pub async fn ticket(connection: &mut Connection, number: &str) -> Result<Option<TicketRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id AS application_id, batch_id, ticket_code FROM application
         WHERE ticket_number = $1 AND state = 'approved'",
    )
    .bind(number)
    .fetch_optional(connection)
    .await?)
}

/// The theory sessions in which this application has a seat, earliest first.
pub async fn seated_sessions(
    connection: &mut Connection,
    application: ApplicationId,
) -> Result<Vec<SeatedSessionRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT s.id AS session_id, s.state AS state, s.opens_at AS opens_at, s.closed_at AS closed_at
         FROM seat JOIN session s ON s.id = seat.session_id
         WHERE seat.application_id = $1 AND s.component = 'theory' ORDER BY s.opens_at, s.id",
    )
    .bind(application)
    .fetch_all(connection)
    .await?)
}

/// What a terminal shows about this candidate in this session.
pub async fn desk(
    connection: &mut Connection,
    session: SessionId,
    application: ApplicationId,
) -> Result<Option<DeskRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT b.id AS batch_id, b.occupation_name AS occupation_name, b.occupation_name_en AS occupation_name_en,
                b.level AS level, b.paper_rule AS paper_rule, s.state AS session_state, s.opens_at AS opens_at,
                s.started_at AS session_started_at, s.paused_at AS session_paused_at, r.name AS room, seat.seat_no AS seat_no,
                c.id AS candidate_id, c.name AS name, c.citizen_mask AS citizen_mask, a.ticket_number AS ticket_number
         FROM seat
         JOIN session s ON s.id = seat.session_id
         JOIN room r ON r.id = s.room_id
         JOIN batch b ON b.id = s.batch_id
         JOIN application a ON a.id = seat.application_id
         JOIN candidate c ON c.id = a.candidate_id
         WHERE seat.session_id = $1 AND seat.application_id = $2",
    )
    .bind(session)
    .bind(application)
    .fetch_optional(connection)
    .await?)
}

/// The candidate's view of a paper, as JSON: it never had a key.
pub async fn paper_view(
    connection: &mut Connection,
    session: SessionId,
    application: ApplicationId,
) -> Result<Option<String>, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT paper_view FROM paper WHERE session_id = $1 AND application_id = $2")
            .bind(session)
            .bind(application)
            .fetch_optional(connection)
            .await?,
    )
}

/// The stored photo of the person behind a seat, with the person's id.
pub async fn photo(
    connection: &mut Connection,
    session: SessionId,
    application: ApplicationId,
) -> Result<Option<(CandidateId, Option<Vec<u8>>)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT c.id, c.photo FROM seat
         JOIN application a ON a.id = seat.application_id JOIN candidate c ON c.id = a.candidate_id
         WHERE seat.session_id = $1 AND seat.application_id = $2",
    )
    .bind(session)
    .bind(application)
    .fetch_optional(connection)
    .await?)
}
