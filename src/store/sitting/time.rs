//! The ledger of time as stored, and the deadlines kept beside the attempts.

use sqlx::FromRow;

use crate::kernel::{AttemptId, SessionId, TimeChangeId, Timestamp};
use crate::sitting::{Clockwork, Scope, TimeChange, TimeEntry};
use crate::store::{Connection, StoreError, one_row};

/// A line of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct TimeRow {
    /// Its id.
    pub id: TimeChangeId,
    /// The session.
    pub session_id: SessionId,
    /// The attempt; without one it concerns everybody in the room.
    pub attempt_id: Option<AttemptId>,
    /// `start`, `extra`, `restore`, `pause`, `resume` or `taken`.
    pub kind: String,
    /// How much, for the kinds that add time.
    pub ms: i64,
    /// When.
    pub at: Timestamp,
    /// The account, or the application of a candidate who started.
    pub by_whom: String,
    /// Why.
    pub reason: String,
}

impl TimeRow {
    /// The line as the rules read it.
    pub fn entry(&self) -> Result<TimeEntry, StoreError> {
        let change = match self.kind.as_str() {
            "start" => TimeChange::Start,
            "extra" => TimeChange::Extra { ms: self.ms },
            "restore" => TimeChange::Restore { ms: self.ms },
            "pause" => TimeChange::Pause,
            "resume" => TimeChange::Resume,
            "taken" => TimeChange::Taken,
            other => {
                return Err(StoreError::Corrupt {
                    column: "time_change.kind".to_owned(),
                    cause: other.to_owned(),
                });
            }
        };
        let scope = self.attempt_id.map_or(Scope::Room, |_| Scope::Attempt);
        Ok(TimeEntry {
            at: self.at,
            change,
            scope,
        })
    }
}

/// The name and the amount under which a change is stored.
pub fn stored_as(change: TimeChange) -> (&'static str, i64) {
    match change {
        TimeChange::Start => ("start", 0),
        TimeChange::Extra { ms } => ("extra", ms),
        TimeChange::Restore { ms } => ("restore", ms),
        TimeChange::Pause => ("pause", 0),
        TimeChange::Resume => ("resume", 0),
        TimeChange::Taken => ("taken", 0),
    }
}

/// Writes a line.
pub async fn insert(connection: &mut Connection, row: &TimeRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO time_change (id, session_id, attempt_id, kind, ms, at, by_whom, reason)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id)
    .bind(row.session_id)
    .bind(row.attempt_id)
    .bind(&row.kind)
    .bind(row.ms)
    .bind(row.at)
    .bind(&row.by_whom)
    .bind(&row.reason)
    .execute(connection)
    .await?;
    Ok(())
}

/// All lines of a session, in order.
pub async fn of_session(connection: &mut Connection, session: SessionId) -> Result<Vec<TimeRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, session_id, attempt_id, kind, ms, at, by_whom, reason FROM time_change
         WHERE session_id = $1 ORDER BY at, id",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// The lines that concern this attempt, those of its room included.
pub async fn of_attempt(
    connection: &mut Connection,
    session: SessionId,
    attempt: AttemptId,
) -> Result<Vec<TimeRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, session_id, attempt_id, kind, ms, at, by_whom, reason FROM time_change
         WHERE session_id = $1 AND (attempt_id IS NULL OR attempt_id = $2) ORDER BY at, id",
    )
    .bind(session)
    .bind(attempt)
    .fetch_all(connection)
    .await?)
}

/// Holds one attempt until the transaction ends, so that no answer and no other change of time overtakes this one.
pub async fn hold(connection: &mut Connection, attempt: AttemptId) -> Result<Vec<(AttemptId, String)>, StoreError> {
    Ok(
        sqlx::query_as("UPDATE attempt SET extra_ms = extra_ms WHERE id = $1 RETURNING id, state")
            .bind(attempt)
            .fetch_all(connection)
            .await?,
    )
}

/// The same for all attempts of a session.
pub async fn hold_all(connection: &mut Connection, session: SessionId) -> Result<Vec<(AttemptId, String)>, StoreError> {
    Ok(
        sqlx::query_as("UPDATE attempt SET extra_ms = extra_ms WHERE session_id = $1 RETURNING id, state")
            .bind(session)
            .fetch_all(connection)
            .await?,
    )
}

/// Keeps beside an attempt what the ledger says of its time.
pub async fn keep(connection: &mut Connection, attempt: AttemptId, clock: Clockwork) -> Result<(), StoreError> {
    let (paused_at, left_ms) = match clock {
        Clockwork::Paused { since, left_ms, .. } => (Some(since), Some(left_ms)),
        Clockwork::Waiting { .. } | Clockwork::Running { .. } | Clockwork::Taken { .. } => (None, None),
    };
    let done = sqlx::query(
        "UPDATE attempt SET deadline = $2, paused_at = $3, left_ms = $4, extra_ms = $5
         WHERE id = $1 AND state <> 'submitted'",
    )
    .bind(attempt)
    .bind(clock.deadline())
    .bind(paused_at)
    .bind(left_ms)
    .bind(clock.extra_ms())
    .execute(connection)
    .await?;
    one_row(&done, "attempt")
}

/// Opens an attempt again that the clock handed in.
pub async fn reopen(connection: &mut Connection, attempt: AttemptId) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE attempt SET state = 'open', submitted_at = NULL, submitted_how = NULL
         WHERE id = $1 AND state = 'submitted' AND submitted_how = 'deadline'",
    )
    .bind(attempt)
    .execute(connection)
    .await?;
    one_row(&done, "attempt")
}

/// Notes since when a session is paused, or that it goes on.
pub async fn mark_session(
    connection: &mut Connection,
    session: SessionId,
    paused_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE session SET paused_at = $2 WHERE id = $1 AND state = 'running'")
        .bind(session)
        .bind(paused_at)
        .execute(connection)
        .await?;
    one_row(&done, "session")
}
