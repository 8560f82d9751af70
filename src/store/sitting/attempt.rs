//! Attempts: what is stored of them, and the steps they take.

use sqlx::FromRow;

use crate::kernel::{AccountId, ApplicationId, AttemptId, BatchId, Digest, SessionId, Timestamp};
use crate::store::{Connection, StoreError, one_row};

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
    /// When it ends: no save of this instant or later is in time. None while its time stands still.
    pub deadline: Option<Timestamp>,
    /// Since when its time stands still.
    pub paused_at: Option<Timestamp>,
    /// How much was left when it was paused, in milliseconds.
    pub left_ms: Option<i64>,
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

macro_rules! select_attempt {
    ($tail:literal) => {
        concat!(
            "SELECT t.id AS id, t.session_id AS session_id, t.application_id AS application_id, s.batch_id AS batch_id,
                    t.state AS state, t.started_at AS started_at, t.deadline AS deadline, t.paused_at AS paused_at, t.left_ms AS left_ms, t.extra_ms AS extra_ms,
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

/// Opens an attempt that is checked in, at one terminal. Its deadline comes from the ledger of time.
pub async fn open_attempt(
    connection: &mut Connection,
    id: AttemptId,
    lease: Digest,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE attempt SET state = 'open', started_at = $2, lease = $3, released = 0, last_seen_at = $2
         WHERE id = $1 AND state = 'checked_in'",
    )
    .bind(id)
    .bind(now)
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

/// How many papers are open, in all sessions.
pub async fn open_papers(connection: &mut Connection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM attempt WHERE state = 'open'")
        .fetch_one(connection)
        .await?)
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
