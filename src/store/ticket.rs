//! Admission tickets: numbers, the digests of codes, and what is printed on a ticket.

use sqlx::FromRow;

use super::{Connection, StoreError, one_row};
use crate::kernel::{ApplicationId, BatchId, Digest, Timestamp};

/// One session on somebody's ticket.
#[derive(Debug, Clone, FromRow)]
pub struct TicketSessionRow {
    /// Whose.
    pub application_id: ApplicationId,
    /// `theory` or `practical`.
    pub component: String,
    /// When it opens.
    pub opens_at: Timestamp,
    /// When it closes.
    pub closes_at: Timestamp,
    /// The station's name.
    pub station: String,
    /// The room's name.
    pub room: String,
    /// The seat.
    pub seat_no: i64,
}

/// All sessions of those who are seated in a batch.
pub async fn sessions(connection: &mut Connection, batch: BatchId) -> Result<Vec<TicketSessionRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT t.application_id, s.component, s.opens_at, s.closes_at, n.name AS station, r.name AS room, t.seat_no
         FROM seat t
         JOIN session s ON s.id = t.session_id
         JOIN room r ON r.id = s.room_id
         JOIN station n ON n.id = r.station_id
         WHERE s.batch_id = $1 ORDER BY s.opens_at",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// A person's photo as stored.
pub async fn photo(connection: &mut Connection, application: ApplicationId) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Option<Vec<u8>>,)> =
        sqlx::query_as("SELECT c.photo FROM candidate c JOIN application a ON a.candidate_id = c.id WHERE a.id = $1")
            .bind(application)
            .fetch_optional(connection)
            .await?;
    Ok(row.and_then(|(photo,)| photo))
}

/// The highest ticket number of a batch.
pub async fn last_number(connection: &mut Connection, batch: BatchId) -> Result<Option<String>, StoreError> {
    let row: (Option<String>,) = sqlx::query_as("SELECT MAX(ticket_number) FROM application WHERE batch_id = $1")
        .bind(batch)
        .fetch_one(connection)
        .await?;
    Ok(row.0)
}

/// Stores number and code of an approved application; an earlier code stops working.
pub async fn set(
    connection: &mut Connection,
    application: ApplicationId,
    number: &str,
    code: Digest,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE application SET ticket_number = $2, ticket_code = $3 WHERE id = $1 AND state = 'approved'
         AND COALESCE(ticket_number, $2) = $2",
    )
    .bind(application)
    .bind(number)
    .bind(code)
    .execute(connection)
    .await?;
    one_row(&done, "application")
}
