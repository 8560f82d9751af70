//! Machines that are bound to seats, as stored.

use sqlx::FromRow;

use crate::kernel::{AccountId, ApplicationId, Digest, RoomId, SessionId, TerminalId, Timestamp};
use crate::store::{Connection, StoreError};

/// The code with which machines of a room are bound.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct BindingCodeRow {
    /// The room.
    pub room_id: RoomId,
    /// The digest of the code.
    pub code: Digest,
    /// From when on it binds nothing.
    pub until: Timestamp,
    /// When it was made.
    pub made_at: Timestamp,
    /// By whom.
    pub made_by: AccountId,
}

/// A machine.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct TerminalRow {
    /// Its id.
    pub id: TerminalId,
    /// Its room.
    pub room_id: RoomId,
    /// Its seat; 0 for a spare machine.
    pub seat_no: i64,
    /// The digest of the secret that its browser keeps.
    pub token: Digest,
    /// When it was bound.
    pub bound_at: Timestamp,
    /// Who made the code.
    pub bound_by: AccountId,
}

/// Where a candidate sits, and whether an invigilator let the paper go to another machine.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct PlaceRow {
    /// The room of the session.
    pub room_id: RoomId,
    /// The seat.
    pub seat_no: i64,
    /// 1 when another machine may take the paper; none without a paper.
    pub released: Option<i64>,
}

/// Makes a room's code; the one before ends.
pub async fn put_code(connection: &mut Connection, row: &BindingCodeRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO binding_code (room_id, code, until, made_at, made_by) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (room_id) DO UPDATE SET code = excluded.code, until = excluded.until, made_at = excluded.made_at,
             made_by = excluded.made_by",
    )
    .bind(row.room_id)
    .bind(row.code)
    .bind(row.until)
    .bind(row.made_at)
    .bind(row.made_by)
    .execute(connection)
    .await?;
    Ok(())
}

/// The code with this digest.
pub async fn code(connection: &mut Connection, code: Digest) -> Result<Option<BindingCodeRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT room_id, code, until, made_at, made_by FROM binding_code WHERE code = $1")
            .bind(code)
            .fetch_optional(connection)
            .await?,
    )
}

/// Binds a machine; another one at the same seat is none any more.
pub async fn bind(connection: &mut Connection, row: &TerminalRow) -> Result<(), StoreError> {
    if row.seat_no > 0 {
        sqlx::query("UPDATE terminal SET removed_at = $1 WHERE room_id = $2 AND seat_no = $3 AND removed_at IS NULL")
            .bind(row.bound_at)
            .bind(row.room_id)
            .bind(row.seat_no)
            .execute(&mut *connection)
            .await?;
    }
    sqlx::query(
        "INSERT INTO terminal (id, room_id, seat_no, token, bound_at, bound_by) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id)
    .bind(row.room_id)
    .bind(row.seat_no)
    .bind(row.token)
    .bind(row.bound_at)
    .bind(row.bound_by)
    .execute(connection)
    .await?;
    Ok(())
}

/// Ends the binding of the machine with this secret, if it has one.
pub async fn remove(connection: &mut Connection, token: Digest, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE terminal SET removed_at = $1 WHERE token = $2 AND removed_at IS NULL")
        .bind(now)
        .bind(token)
        .execute(connection)
        .await?;
    Ok(())
}

/// The machine with this secret.
pub async fn of_token(connection: &mut Connection, token: Digest) -> Result<Option<TerminalRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, room_id, seat_no, token, bound_at, bound_by FROM terminal WHERE token = $1 AND removed_at IS NULL",
    )
    .bind(token)
    .fetch_optional(connection)
    .await?)
}

/// The machines of a room, by seat.
pub async fn of_room(connection: &mut Connection, room: RoomId) -> Result<Vec<TerminalRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, room_id, seat_no, token, bound_at, bound_by FROM terminal
         WHERE room_id = $1 AND removed_at IS NULL ORDER BY seat_no, id",
    )
    .bind(room)
    .fetch_all(connection)
    .await?)
}

/// Where a candidate sits in a session.
pub async fn place(
    connection: &mut Connection,
    session: SessionId,
    application: ApplicationId,
) -> Result<Option<PlaceRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT s.room_id AS room_id, seat.seat_no AS seat_no, t.released AS released
         FROM seat JOIN session s ON s.id = seat.session_id
         LEFT JOIN attempt t ON t.session_id = seat.session_id AND t.application_id = seat.application_id
         WHERE seat.session_id = $1 AND seat.application_id = $2",
    )
    .bind(session)
    .bind(application)
    .fetch_optional(connection)
    .await?)
}
