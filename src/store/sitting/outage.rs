//! Outages as stored: silences, what terminals tell of themselves, proposals of extra time and decisions on them.

use sqlx::FromRow;

use crate::kernel::{AccountId, AttemptId, CompensationId, SessionId, Timestamp};
use crate::store::{Connection, StoreError};

/// A time in which nothing was heard of a terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct SilenceRow {
    /// The attempt.
    pub attempt_id: AttemptId,
    /// When it was last heard before.
    pub from_at: Timestamp,
    /// When it was heard again.
    pub until_at: Timestamp,
}

/// What a terminal last told of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromRow)]
pub struct PresenceRow {
    /// The attempt.
    pub attempt_id: AttemptId,
    /// Answers that it could not save yet.
    pub unsaved: i64,
    /// 1 while the candidate looks at something else than the paper.
    pub away: i64,
    /// How often the paper was left.
    pub times_away: i64,
    /// When it told.
    pub at: Timestamp,
}

/// A proposal of extra time, with its decision if there is one.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct CompensationRow {
    /// Its id.
    pub id: CompensationId,
    /// The session.
    pub session_id: SessionId,
    /// The attempt.
    pub attempt_id: AttemptId,
    /// What was lost, in milliseconds.
    pub lost_ms: i64,
    /// In how many silences.
    pub silences: i64,
    /// Shorter silences beside them.
    pub short: i64,
    /// What is proposed, in milliseconds.
    pub ms: i64,
    /// Up to when silences are dealt with.
    pub until_at: Timestamp,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: AccountId,
    /// When.
    pub proposed_at: Timestamp,
    /// 1 if approved, 0 if rejected, none while it waits.
    pub approved: Option<i64>,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

/// Writes a silence; one that is there already stays as it is.
pub async fn note_silence(connection: &mut Connection, row: SilenceRow) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO silence (attempt_id, from_at, until_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
        .bind(row.attempt_id)
        .bind(row.from_at)
        .bind(row.until_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// The silences of a session.
pub async fn silences(connection: &mut Connection, session: SessionId) -> Result<Vec<SilenceRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT s.attempt_id AS attempt_id, s.from_at AS from_at, s.until_at AS until_at
         FROM silence s JOIN attempt t ON t.id = s.attempt_id WHERE t.session_id = $1 ORDER BY s.from_at",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// Keeps what a terminal told; `times_away` is added to what was told before.
pub async fn note_presence(connection: &mut Connection, row: PresenceRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO presence (attempt_id, unsaved, away, times_away, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (attempt_id) DO UPDATE SET unsaved = excluded.unsaved, away = excluded.away,
             times_away = presence.times_away + excluded.times_away, at = excluded.at",
    )
    .bind(row.attempt_id)
    .bind(row.unsaved)
    .bind(row.away)
    .bind(row.times_away)
    .bind(row.at)
    .execute(connection)
    .await?;
    Ok(())
}

/// What the terminals of a session told.
pub async fn presences(connection: &mut Connection, session: SessionId) -> Result<Vec<PresenceRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT p.attempt_id AS attempt_id, p.unsaved AS unsaved, p.away AS away, p.times_away AS times_away, p.at AS at
         FROM presence p JOIN attempt t ON t.id = p.attempt_id WHERE t.session_id = $1",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// Writes a proposal.
pub async fn propose(connection: &mut Connection, row: &CompensationRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO compensation (id, session_id, attempt_id, lost_ms, silences, short, ms, until_at, reason,
             proposed_by, proposed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(row.id)
    .bind(row.session_id)
    .bind(row.attempt_id)
    .bind(row.lost_ms)
    .bind(row.silences)
    .bind(row.short)
    .bind(row.ms)
    .bind(row.until_at)
    .bind(&row.reason)
    .bind(row.proposed_by)
    .bind(row.proposed_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The proposals of a session with their decisions, latest first.
pub async fn compensations(
    connection: &mut Connection,
    session: SessionId,
) -> Result<Vec<CompensationRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT c.id AS id, c.session_id AS session_id, c.attempt_id AS attempt_id, c.lost_ms AS lost_ms,
                c.silences AS silences, c.short AS short, c.ms AS ms, c.until_at AS until_at, c.reason AS reason,
                c.proposed_by AS proposed_by, c.proposed_at AS proposed_at, d.approved AS approved,
                d.decided_by AS decided_by, d.decided_at AS decided_at
         FROM compensation c LEFT JOIN compensation_decision d ON d.compensation_id = c.id
         WHERE c.session_id = $1 ORDER BY c.proposed_at DESC, c.id DESC",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// Writes a decision; a proposal is decided once.
pub async fn decide(
    connection: &mut Connection,
    id: CompensationId,
    approved: bool,
    reason: &str,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO compensation_decision (compensation_id, approved, reason, decided_by, decided_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(i64::from(approved))
    .bind(reason)
    .bind(by)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}
