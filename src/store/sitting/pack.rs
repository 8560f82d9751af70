//! The fallback pack: seats of a session for print, and the second codes that it holds.

use sqlx::FromRow;

use crate::kernel::{AccountId, ApplicationId, Digest, SessionId, Timestamp};
use crate::store::{Connection, StoreError};

/// A seat as the pack prints it.
#[derive(Debug, Clone, FromRow)]
pub struct PackRow {
    /// The seat.
    pub seat_no: i64,
    /// The application.
    pub application_id: ApplicationId,
    /// The person's name.
    pub name: String,
    /// The masked citizen id.
    pub citizen_mask: String,
    /// The ticket's number.
    pub ticket_number: Option<String>,
}

/// The seats of a session, by number.
pub async fn seats(connection: &mut Connection, session: SessionId) -> Result<Vec<PackRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT seat.seat_no AS seat_no, a.id AS application_id, c.name AS name, c.citizen_mask AS citizen_mask,
                a.ticket_number AS ticket_number
         FROM seat JOIN application a ON a.id = seat.application_id JOIN candidate c ON c.id = a.candidate_id
         WHERE seat.session_id = $1 ORDER BY seat.seat_no",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// Gives somebody a second code; an earlier one stops working, the ticket's own goes on.
pub async fn set_code(
    connection: &mut Connection,
    application: ApplicationId,
    code: Digest,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO reserve_code (application_id, code, made_at, made_by) VALUES ($1, $2, $3, $4)
         ON CONFLICT (application_id) DO UPDATE
         SET code = excluded.code, made_at = excluded.made_at, made_by = excluded.made_by",
    )
    .bind(application)
    .bind(code)
    .bind(now)
    .bind(by)
    .execute(connection)
    .await?;
    Ok(())
}

/// The digest of somebody's second code.
pub async fn code_of(connection: &mut Connection, application: ApplicationId) -> Result<Option<Digest>, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT code FROM reserve_code WHERE application_id = $1")
            .bind(application)
            .fetch_optional(connection)
            .await?,
    )
}
