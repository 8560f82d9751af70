//! What forming a group of examiners needs to know, and groups that break rules.

use sqlx::FromRow;

use crate::kernel::{AccountId, ApplicationId, BatchId, OverrideId, SessionId, StationId, Timestamp};
use crate::store::{Connection, StoreError, one_row};

/// Who judged the batches of a station and occupation before: batch and account, the latest batch first.
pub async fn groups_before(
    connection: &mut Connection,
    station: StationId,
    occupation: &str,
    batch: BatchId,
    before: Timestamp,
) -> Result<Vec<(BatchId, AccountId)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT s.batch_id, g.account_id
         FROM assignment g JOIN session s ON s.id = g.session_id JOIN batch b ON b.id = s.batch_id
         WHERE g.duty = 'examiner' AND b.station_id = $1 AND b.occupation_code = $2 AND b.id <> $3 AND s.opens_at < $4
         ORDER BY s.opens_at DESC, s.batch_id, g.account_id",
    )
    .bind(station)
    .bind(occupation)
    .bind(batch)
    .bind(before)
    .fetch_all(connection)
    .await?)
}

/// Who works at another session between two instants.
pub async fn busy_between(
    connection: &mut Connection,
    session: SessionId,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<AccountId>, StoreError> {
    let rows: Vec<(AccountId,)> = sqlx::query_as(
        "SELECT DISTINCT g.account_id FROM assignment g JOIN session s ON s.id = g.session_id
         WHERE s.id <> $1 AND s.opens_at < $3 AND s.closes_at > $2",
    )
    .bind(session)
    .bind(from)
    .bind(until)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(account,)| account).collect())
}

/// Who did what on a batch.
pub async fn duties_in(connection: &mut Connection, batch: BatchId) -> Result<Vec<(AccountId, String)>, StoreError> {
    Ok(
        sqlx::query_as("SELECT account_id, duty FROM duty WHERE batch_id = $1 ORDER BY account_id, duty")
            .bind(batch)
            .fetch_all(connection)
            .await?,
    )
}

/// The candidates to be judged: those seated in the session, or while nobody is seated all approved ones of the batch.
pub async fn to_be_judged(
    connection: &mut Connection,
    session: SessionId,
    batch: BatchId,
) -> Result<Vec<(ApplicationId, String)>, StoreError> {
    let seated: Vec<(ApplicationId, String)> = sqlx::query_as(
        "SELECT a.id, p.employer FROM seat s JOIN application a ON a.id = s.application_id
              JOIN candidate p ON p.id = a.candidate_id
         WHERE s.session_id = $1 ORDER BY a.id",
    )
    .bind(session)
    .fetch_all(&mut *connection)
    .await?;
    if !seated.is_empty() {
        return Ok(seated);
    }
    Ok(sqlx::query_as(
        "SELECT a.id, p.employer FROM application a JOIN candidate p ON p.id = a.candidate_id
         WHERE a.batch_id = $1 AND a.state = 'approved' ORDER BY a.id",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// Where a candidate works.
pub async fn employer_of(
    connection: &mut Connection,
    application: ApplicationId,
) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT p.employer FROM application a JOIN candidate p ON p.id = a.candidate_id WHERE a.id = $1",
    )
    .bind(application)
    .fetch_optional(connection)
    .await?)
}

/// A group that breaks rules, asked for, and perhaps decided on.
#[derive(Debug, Clone, FromRow)]
pub struct OverrideRow {
    /// Its id.
    pub id: OverrideId,
    /// The session.
    pub session_id: SessionId,
    /// The batch.
    pub batch_id: BatchId,
    /// Who is to work there, as JSON.
    pub wanted: String,
    /// The rules that it breaks, as JSON.
    pub broken: String,
    /// Why it is asked for.
    pub reason: String,
    /// By whom.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Timestamp,
    /// 1 if it was granted.
    pub granted: Option<i64>,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub answer: String,
}

/// The overrides of a session, the latest first.
pub async fn overrides(connection: &mut Connection, session: SessionId) -> Result<Vec<OverrideRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, session_id, batch_id, wanted, broken, reason, asked_by, asked_at, granted, decided_by, decided_at, answer
         FROM group_override WHERE session_id = $1 ORDER BY asked_at DESC, id DESC",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// One override.
pub async fn override_by_id(connection: &mut Connection, id: OverrideId) -> Result<Option<OverrideRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, session_id, batch_id, wanted, broken, reason, asked_by, asked_at, granted, decided_by, decided_at, answer
         FROM group_override WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?)
}

/// Asks for an override.
pub async fn ask_override(connection: &mut Connection, row: &OverrideRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO group_override (id, session_id, batch_id, wanted, broken, reason, asked_by, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id)
    .bind(row.session_id)
    .bind(row.batch_id)
    .bind(&row.wanted)
    .bind(&row.broken)
    .bind(&row.reason)
    .bind(row.asked_by)
    .bind(row.asked_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Decides on an override that nobody has decided on.
pub async fn decide_override(
    connection: &mut Connection,
    id: OverrideId,
    granted: bool,
    by: AccountId,
    answer: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let result = sqlx::query(
        "UPDATE group_override SET granted = $2, decided_by = $3, decided_at = $4, answer = $5
         WHERE id = $1 AND decided_by IS NULL",
    )
    .bind(id)
    .bind(i64::from(granted))
    .bind(by)
    .bind(now)
    .bind(answer)
    .execute(connection)
    .await?;
    one_row(&result, "group_override")
}
