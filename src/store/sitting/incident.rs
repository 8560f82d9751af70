//! Incidents: what happened in the room, in a person's words or noticed by the program.

use sqlx::FromRow;

use crate::kernel::{ApplicationId, IncidentId, SessionId, Timestamp};
use crate::store::{Connection, StoreError};

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
