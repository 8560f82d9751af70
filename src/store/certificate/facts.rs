//! What a signer reads for itself before it signs.

use sqlx::FromRow;

use super::change::RequestRow;
use super::intent::IntentRow;
use crate::kernel::{ApplicationId, BatchId, CertificateId, RequestId};
use crate::store::result::ResultRow;
use crate::store::{Connection, StoreError};

/// The intent of this id.
pub async fn intent(connection: &mut Connection, id: CertificateId) -> Result<Option<IntentRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, number, application_id, batch_id, record, slot, made_at FROM certificate_intent WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?)
}

/// Whether the intent came to nothing.
pub async fn is_spoiled(connection: &mut Connection, id: CertificateId) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM certificate_spoilage WHERE intent_id = $1")
        .bind(id)
        .fetch_one(connection)
        .await?;
    Ok(count > 0)
}

/// Whether a certificate is issued for this application, under any number.
pub async fn is_issued(connection: &mut Connection, application: ApplicationId) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM certificate WHERE application_id = $1")
        .bind(application)
        .fetch_one(connection)
        .await?;
    Ok(count > 0)
}

/// The batch of an application.
pub async fn batch_of(connection: &mut Connection, application: ApplicationId) -> Result<Option<BatchId>, StoreError> {
    Ok(sqlx::query_scalar("SELECT batch_id FROM application WHERE id = $1")
        .bind(application)
        .fetch_optional(connection)
        .await?)
}

/// The settled components of one application.
pub async fn results(connection: &mut Connection, application: ApplicationId) -> Result<Vec<ResultRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT application_id, component, exact, hundredths, passed, detail FROM component_result
         WHERE application_id = $1 ORDER BY component",
    )
    .bind(application)
    .fetch_all(connection)
    .await?)
}

/// A change with its decision.
#[derive(Debug, Clone, FromRow)]
pub struct DecidedRow {
    /// Whether it was granted.
    pub granted: i64,
    /// Who decided.
    pub decided_by: String,
}

/// The request of this id.
pub async fn request(connection: &mut Connection, id: RequestId) -> Result<Option<RequestRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, certificate_id, change, reason, detail, asked_by, asked_at FROM certificate_request WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?)
}

/// The decision on a request.
pub async fn decision(connection: &mut Connection, request: RequestId) -> Result<Option<DecidedRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT granted, decided_by FROM certificate_decision WHERE request_id = $1")
            .bind(request)
            .fetch_optional(connection)
            .await?,
    )
}

/// Whether the sheet of a request was printed.
pub async fn is_printed(connection: &mut Connection, request: RequestId) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM certificate_print WHERE request_id = $1")
        .bind(request)
        .fetch_one(connection)
        .await?;
    Ok(count > 0)
}
