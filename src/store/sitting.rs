//! Sitting: tickets, seats, attempts and incidents; answers are in [`answers`], the invigilator's lists in [`board`].

use sqlx::FromRow;

use super::{Connection, Engine, StoreError, one_row};
use crate::kernel::{
    AccountId, ApplicationId, AttemptId, BatchId, CandidateId, Digest, IncidentId, SessionId, Timestamp,
};

pub mod answers;
pub mod board;
#[cfg(test)]
pub(crate) mod fixture;

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

/// An attempt.
#[derive(Debug, Clone, FromRow)]
pub struct AttemptRow {
    /// Its id.
    pub id: AttemptId,
    /// The session.
    pub session_id: SessionId,
    /// The application.
    pub application_id: ApplicationId,
    /// The batch.
    pub batch_id: BatchId,
    /// `seated`, `checked_in`, `open` or `submitted`.
    pub state: String,
    /// When it was started.
    pub started_at: Option<Timestamp>,
    /// When it ends: no save of this instant or later is in time.
    pub deadline: Option<Timestamp>,
    /// Extra time given so far, in milliseconds.
    pub extra_ms: i64,
    /// The digest of the terminal that may write.
    pub lease: Option<Digest>,
    /// 1 when another terminal may take the lease.
    pub released: i64,
    /// When its terminal was last heard.
    pub last_seen_at: Option<Timestamp>,
    /// When it was handed in.
    pub submitted_at: Option<Timestamp>,
    /// `candidate`, `deadline` or `invigilator`.
    pub submitted_how: Option<String>,
    /// How many questions its paper has.
    pub questions: i64,
}

/// An incident.
#[derive(Debug, Clone, FromRow)]
pub struct IncidentRow {
    /// Its id.
    pub id: IncidentId,
    /// The session.
    pub session_id: SessionId,
    /// Whom it concerns, if anybody.
    pub application_id: Option<ApplicationId>,
    /// The kind.
    pub kind: String,
    /// What happened, in the person's words.
    pub reason: String,
    /// The account, or `system`.
    pub recorded_by: String,
    /// When.
    pub at: Timestamp,
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
                s.started_at AS session_started_at, r.name AS room, seat.seat_no AS seat_no,
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

macro_rules! select_attempt {
    ($tail:literal) => {
        concat!(
            "SELECT t.id AS id, t.session_id AS session_id, t.application_id AS application_id, s.batch_id AS batch_id,
                    t.state AS state, t.started_at AS started_at, t.deadline AS deadline, t.extra_ms AS extra_ms,
                    t.lease AS lease, t.released AS released, t.last_seen_at AS last_seen_at,
                    t.submitted_at AS submitted_at, t.submitted_how AS submitted_how, p.questions AS questions
             FROM attempt t JOIN session s ON s.id = t.session_id JOIN paper p ON p.id = t.paper_id ",
            $tail
        )
    };
}

/// The attempt of this candidate in this session.
pub async fn attempt_of(
    connection: &mut Connection,
    session: SessionId,
    application: ApplicationId,
) -> Result<Option<AttemptRow>, StoreError> {
    Ok(
        sqlx::query_as(select_attempt!("WHERE t.session_id = $1 AND t.application_id = $2"))
            .bind(session)
            .bind(application)
            .fetch_optional(connection)
            .await?,
    )
}

/// The attempt with this id.
pub async fn attempt(connection: &mut Connection, id: AttemptId) -> Result<Option<AttemptRow>, StoreError> {
    Ok(sqlx::query_as(select_attempt!("WHERE t.id = $1"))
        .bind(id)
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

/// Starts an attempt that is checked in.
pub async fn open_attempt(
    connection: &mut Connection,
    id: AttemptId,
    lease: Digest,
    now: Timestamp,
    deadline: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE attempt SET state = 'open', started_at = $2, deadline = $3, lease = $4, released = 0, last_seen_at = $2
         WHERE id = $1 AND state = 'checked_in'",
    )
    .bind(id)
    .bind(now)
    .bind(deadline)
    .bind(lease)
    .execute(connection)
    .await?;
    one_row(&done, "attempt")
}

/// Gives the lease of a released attempt to another terminal.
pub async fn take_lease(
    connection: &mut Connection,
    id: AttemptId,
    lease: Digest,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE attempt SET lease = $2, released = 0, last_seen_at = $3
         WHERE id = $1 AND state = 'open' AND released = 1",
    )
    .bind(id)
    .bind(lease)
    .bind(now)
    .execute(connection)
    .await?;
    one_row(&done, "attempt")
}

/// Lets another terminal take the lease.
pub async fn release(connection: &mut Connection, id: AttemptId) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE attempt SET released = 1 WHERE id = $1 AND state = 'open'")
        .bind(id)
        .execute(connection)
        .await?;
    one_row(&done, "attempt")
}

/// Checks a seated candidate in.
pub async fn check_in(
    connection: &mut Connection,
    id: AttemptId,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE attempt SET state = 'checked_in', checked_in_at = $2, checked_in_by = $3
         WHERE id = $1 AND state = 'seated'",
    )
    .bind(id)
    .bind(now)
    .bind(by)
    .execute(connection)
    .await?;
    one_row(&done, "attempt")
}

/// Gives an attempt that is not over extra time.
pub async fn extend(connection: &mut Connection, id: AttemptId, ms: i64, now: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE attempt SET extra_ms = extra_ms + $2, deadline = deadline + $2
         WHERE id = $1 AND state <> 'submitted' AND (deadline IS NULL OR deadline > $3)",
    )
    .bind(id)
    .bind(ms)
    .bind(now)
    .execute(connection)
    .await?;
    one_row(&done, "attempt")
}

/// Gives all attempts of a session that are not over extra time; tells how many.
pub async fn extend_all(
    connection: &mut Connection,
    session: SessionId,
    ms: i64,
    now: Timestamp,
) -> Result<u64, StoreError> {
    let done = sqlx::query(
        "UPDATE attempt SET extra_ms = extra_ms + $2, deadline = deadline + $2
         WHERE session_id = $1 AND state <> 'submitted' AND (deadline IS NULL OR deadline > $3)",
    )
    .bind(session)
    .bind(ms)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

/// Hands an open attempt in.
pub async fn submit(connection: &mut Connection, id: AttemptId, at: Timestamp, how: &str) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE attempt SET state = 'submitted', submitted_at = $2, submitted_how = $3
         WHERE id = $1 AND state = 'open'",
    )
    .bind(id)
    .bind(at)
    .bind(how)
    .execute(connection)
    .await?;
    one_row(&done, "attempt")
}

/// Sessions (with their batches) that have open attempts whose time is over.
pub async fn overdue_sessions(
    connection: &mut Connection,
    now: Timestamp,
) -> Result<Vec<(SessionId, BatchId)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT DISTINCT t.session_id, s.batch_id FROM attempt t JOIN session s ON s.id = t.session_id
         WHERE t.state = 'open' AND t.deadline <= $1",
    )
    .bind(now)
    .fetch_all(connection)
    .await?)
}

/// Hands in every open attempt of a session whose time is over, as of its deadline.
pub async fn submit_overdue(
    connection: &mut Connection,
    session: SessionId,
    now: Timestamp,
) -> Result<Vec<AttemptId>, StoreError> {
    let ids: Vec<(AttemptId,)> = sqlx::query_as(
        "UPDATE attempt SET state = 'submitted', submitted_at = deadline, submitted_how = 'deadline'
         WHERE session_id = $1 AND state = 'open' AND deadline <= $2 RETURNING id",
    )
    .bind(session)
    .bind(now)
    .fetch_all(connection)
    .await?;
    Ok(ids.into_iter().map(|(id,)| id).collect())
}

/// Writes an incident.
pub async fn insert_incident(connection: &mut Connection, incident: &IncidentRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO incident (id, session_id, application_id, kind, reason, recorded_by, at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(incident.id)
    .bind(incident.session_id)
    .bind(incident.application_id)
    .bind(&incident.kind)
    .bind(&incident.reason)
    .bind(&incident.recorded_by)
    .bind(incident.at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Whether an incident of this kind is already recorded for this candidate.
pub async fn has_incident(
    connection: &mut Connection,
    session: SessionId,
    application: ApplicationId,
    kind: &str,
) -> Result<bool, StoreError> {
    let count: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM incident WHERE session_id = $1 AND application_id = $2 AND kind = $3")
            .bind(session)
            .bind(application)
            .bind(kind)
            .fetch_one(connection)
            .await?;
    Ok(count > 0)
}
