//! What a session asks of its terminals' browsers, as stored.

use sqlx::FromRow;

use crate::kernel::{AccountId, SessionId, Timestamp};
use crate::store::{Connection, StoreError};

/// The lock of a session.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct LockRow {
    /// The session.
    pub session_id: SessionId,
    /// 1 when the paper fills the screen.
    pub full_screen: i64,
    /// 1 when copying, pasting and printing are off.
    pub no_copy: i64,
    /// The Config Key of Safe Exam Browser, if it is required.
    pub config_key: Option<String>,
    /// The digest of the password that closes Safe Exam Browser.
    pub quit_hash: Option<String>,
    /// 1 when papers open only at the machine of the candidate's own seat.
    pub own_seat: i64,
    /// When it was set.
    pub set_at: Timestamp,
    /// By whom.
    pub set_by: AccountId,
}

/// The lock of a session, if one was set.
pub async fn of_session(connection: &mut Connection, session: SessionId) -> Result<Option<LockRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT session_id, full_screen, no_copy, config_key, quit_hash, own_seat, set_at, set_by FROM session_lock
         WHERE session_id = $1",
    )
    .bind(session)
    .fetch_optional(connection)
    .await?)
}

/// Sets the lock of a session.
pub async fn put(connection: &mut Connection, row: &LockRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO session_lock (session_id, full_screen, no_copy, config_key, quit_hash, own_seat, set_at, set_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (session_id) DO UPDATE SET full_screen = excluded.full_screen, no_copy = excluded.no_copy,
             config_key = excluded.config_key, quit_hash = excluded.quit_hash, own_seat = excluded.own_seat,
             set_at = excluded.set_at, set_by = excluded.set_by",
    )
    .bind(row.session_id)
    .bind(row.full_screen)
    .bind(row.no_copy)
    .bind(&row.config_key)
    .bind(&row.quit_hash)
    .bind(row.own_seat)
    .bind(row.set_at)
    .bind(row.set_by)
    .execute(connection)
    .await?;
    Ok(())
}
