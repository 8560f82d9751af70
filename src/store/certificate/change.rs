//! Changes to certificates: one person asks, another decides.

use sqlx::FromRow;

use crate::kernel::{AccountId, BatchId, CertificateId, RequestId, Timestamp};
use crate::store::{Connection, StoreError};

/// A change that somebody asked for.
#[derive(Debug, Clone, FromRow)]
pub struct RequestRow {
    /// Its id.
    pub id: RequestId,
    /// The certificate.
    pub certificate_id: CertificateId,
    /// What: `void`, `suspend`, `reinstate`, `correct`, `reissue` or `renew`.
    pub change: String,
    /// Why.
    pub reason: String,
    /// The new record, sealed, for changes that print a new sheet.
    pub detail: Vec<u8>,
    /// Who asked.
    pub asked_by: AccountId,
    /// When.
    pub asked_at: Timestamp,
}

/// Writes a request.
pub async fn insert(connection: &mut Connection, row: &RequestRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO certificate_request (id, certificate_id, change, reason, detail, asked_by, asked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id)
    .bind(row.certificate_id)
    .bind(&row.change)
    .bind(&row.reason)
    .bind(&row.detail)
    .bind(row.asked_by)
    .bind(row.asked_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The request of this id, if nobody decided on it yet.
pub async fn undecided(connection: &mut Connection, id: RequestId) -> Result<Option<RequestRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT r.id, r.certificate_id, r.change, r.reason, r.detail, r.asked_by, r.asked_at
         FROM certificate_request r LEFT JOIN certificate_decision d ON d.request_id = r.id
         WHERE r.id = $1 AND d.request_id IS NULL",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?)
}

/// Whether somebody waits for a decision about this certificate.
pub async fn is_asked(connection: &mut Connection, certificate: CertificateId) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar(
        "SELECT COUNT(*) FROM certificate_request r LEFT JOIN certificate_decision d ON d.request_id = r.id
         WHERE r.certificate_id = $1 AND d.request_id IS NULL",
    )
    .bind(certificate)
    .fetch_one(connection)
    .await?;
    Ok(count > 0)
}

/// Writes a decision.
pub async fn decide(
    connection: &mut Connection,
    request: RequestId,
    granted: bool,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO certificate_decision (request_id, granted, decided_by, decided_at) VALUES ($1, $2, $3, $4)",
    )
    .bind(request)
    .bind(i64::from(granted))
    .bind(by)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// A request as it is listed.
#[derive(Debug, Clone, FromRow)]
pub struct ListedRow {
    /// Its id.
    pub id: RequestId,
    /// The certificate.
    pub certificate_id: CertificateId,
    /// The certificate's number.
    pub number: String,
    /// The holder's name.
    pub name: String,
    /// What.
    pub change: String,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub asked_by: AccountId,
    /// Their name.
    pub asked_name: String,
    /// When.
    pub asked_at: Timestamp,
    /// Whether it was granted.
    pub granted: Option<i64>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// The name of who decided.
    pub decided_name: Option<String>,
}

/// The requests of a batch, the last first.
pub async fn of_batch(connection: &mut Connection, batch: BatchId) -> Result<Vec<ListedRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT r.id, r.certificate_id, c.number, c.name, r.change, r.reason, r.asked_by, a.name AS asked_name,
                r.asked_at, d.granted, d.decided_at, b.name AS decided_name
         FROM certificate_request r JOIN certificate c ON c.id = r.certificate_id
         JOIN account a ON a.id = r.asked_by
         LEFT JOIN certificate_decision d ON d.request_id = r.id LEFT JOIN account b ON b.id = d.decided_by
         WHERE c.batch_id = $1 ORDER BY r.asked_at DESC, r.id DESC",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// Granted requests for a new sheet that has not been printed yet, the oldest first.
pub async fn unprinted(connection: &mut Connection) -> Result<Vec<RequestRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT r.id, r.certificate_id, r.change, r.reason, r.detail, r.asked_by, r.asked_at
         FROM certificate_request r JOIN certificate_decision d ON d.request_id = r.id
         LEFT JOIN certificate_print p ON p.request_id = r.id
         WHERE d.granted = 1 AND p.request_id IS NULL AND r.change IN ('correct', 'reissue', 'renew')
         ORDER BY d.decided_at, r.id",
    )
    .fetch_all(connection)
    .await?)
}

/// The places in the status list whose bit is set: voided, or suspended now.
pub async fn set_bits(connection: &mut Connection) -> Result<Vec<(i64, i64)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT i.slot,
                (SELECT COUNT(*) FROM certificate_request r JOIN certificate_decision d ON d.request_id = r.id
                 WHERE r.certificate_id = i.id AND d.granted = 1 AND r.change = 'void') AS voided
         FROM certificate_intent i
         WHERE (SELECT COUNT(*) FROM certificate_request r JOIN certificate_decision d ON d.request_id = r.id
                WHERE r.certificate_id = i.id AND d.granted = 1 AND r.change = 'void') > 0
            OR COALESCE((SELECT MAX(d.decided_at) FROM certificate_request r
                JOIN certificate_decision d ON d.request_id = r.id
                WHERE r.certificate_id = i.id AND d.granted = 1 AND r.change = 'suspend'), 0)
             > COALESCE((SELECT MAX(d.decided_at) FROM certificate_request r
                JOIN certificate_decision d ON d.request_id = r.id
                WHERE r.certificate_id = i.id AND d.granted = 1 AND r.change = 'reinstate'), 0)
         ORDER BY i.slot",
    )
    .fetch_all(connection)
    .await?)
}
