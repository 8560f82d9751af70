//! Certificates that are about to be: number and record are fixed before anything is signed.

use sqlx::FromRow;

use crate::kernel::{ApplicationId, BatchId, CertificateId, Timestamp};
use crate::store::{Connection, StoreError};

/// A certificate that is about to be.
#[derive(Debug, Clone, FromRow)]
pub struct IntentRow {
    /// The certificate's id.
    pub id: CertificateId,
    /// Its number.
    pub number: String,
    /// The application.
    pub application_id: ApplicationId,
    /// The batch.
    pub batch_id: BatchId,
    /// The record, sealed.
    pub record: Vec<u8>,
    /// Its place in the status list.
    pub slot: i64,
    /// When.
    pub made_at: Timestamp,
}

/// Writes an intent.
pub async fn insert(connection: &mut Connection, row: &IntentRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO certificate_intent (id, number, application_id, batch_id, record, slot, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(row.id)
    .bind(&row.number)
    .bind(row.application_id)
    .bind(row.batch_id)
    .bind(&row.record)
    .bind(row.slot)
    .bind(row.made_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The intents of a batch that are neither fulfilled nor spoiled, by number, at most `limit`.
pub async fn open(connection: &mut Connection, batch: BatchId, limit: i64) -> Result<Vec<IntentRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT i.id, i.number, i.application_id, i.batch_id, i.record, i.slot, i.made_at
         FROM certificate_intent i
         LEFT JOIN certificate c ON c.id = i.id
         LEFT JOIN certificate_spoilage s ON s.intent_id = i.id
         WHERE i.batch_id = $1 AND c.id IS NULL AND s.intent_id IS NULL ORDER BY i.number LIMIT $2",
    )
    .bind(batch)
    .bind(limit)
    .fetch_all(connection)
    .await?)
}

/// Notes that an intent came to nothing; its number is spent.
pub async fn spoil(
    connection: &mut Connection,
    intent: CertificateId,
    cause: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO certificate_spoilage (intent_id, cause, at) VALUES ($1, $2, $3)")
        .bind(intent)
        .bind(cause)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// A number that was taken, and what became of it.
#[derive(Debug, Clone, FromRow)]
pub struct FateRow {
    /// The certificate's id.
    pub id: CertificateId,
    /// The number.
    pub number: String,
    /// When it was taken.
    pub made_at: Timestamp,
    /// When the certificate was issued.
    pub issued_at: Option<Timestamp>,
    /// Why it came to nothing.
    pub cause: Option<String>,
    /// Who settled the results.
    pub settled_by: Option<String>,
    /// Who approved them.
    pub results_approved_by: Option<String>,
    /// When the publicity ended.
    pub publicity_until: Option<Timestamp>,
    /// Who prepared the list.
    pub prepared_by: Option<String>,
    /// Who approved it.
    pub approved_by: Option<String>,
    /// When.
    pub approved_at: Option<Timestamp>,
    /// How many later sheets there are.
    pub prints: i64,
    /// How many times it was voided.
    pub voided: i64,
    /// How many other certificates of the same occupation and level the same person has that are not voided.
    pub others: i64,
}

/// Numbers that were ever taken after this one and its id, in their order, at most `limit`.
pub async fn fates(connection: &mut Connection, after: (&str, &str), limit: i64) -> Result<Vec<FateRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT i.id, i.number, i.made_at, c.issued_at, s.cause, b.settled_by, b.approved_by AS results_approved_by,
                b.publicity_until, l.prepared_by, l.approved_by, l.approved_at,
                (SELECT COUNT(*) FROM certificate_print p WHERE p.certificate_id = i.id) AS prints,
                (SELECT COUNT(*) FROM certificate_request r JOIN certificate_decision d ON d.request_id = r.id
                 WHERE r.certificate_id = i.id AND d.granted = 1 AND r.change = 'void') AS voided,
                (SELECT COUNT(*) FROM certificate c2 JOIN application a2 ON a2.id = c2.application_id
                    JOIN batch b2 ON b2.id = c2.batch_id
                 WHERE a2.candidate_id = a.candidate_id AND c2.id <> i.id
                    AND b2.occupation_code = b.occupation_code AND b2.level = b.level
                    AND NOT EXISTS (SELECT 1 FROM certificate_request r2
                        JOIN certificate_decision d2 ON d2.request_id = r2.id
                        WHERE r2.certificate_id = c2.id AND d2.granted = 1 AND r2.change = 'void')) AS others
         FROM certificate_intent i JOIN batch b ON b.id = i.batch_id JOIN application a ON a.id = i.application_id
         LEFT JOIN certificate c ON c.id = i.id
         LEFT JOIN certificate_spoilage s ON s.intent_id = i.id
         LEFT JOIN certificate_list l ON l.batch_id = i.batch_id
         WHERE i.number > $1 OR (i.number = $1 AND i.id > $2) ORDER BY i.number, i.id LIMIT $3",
    )
    .bind(after.0)
    .bind(after.1)
    .bind(limit)
    .fetch_all(connection)
    .await?)
}

/// The counters of certificate numbers: each scope with the next serial.
pub async fn counters(connection: &mut Connection) -> Result<Vec<(String, i64)>, StoreError> {
    Ok(
        sqlx::query_as("SELECT scope, next_serial FROM number_counter WHERE scope LIKE 'certificate/%' ORDER BY scope")
            .fetch_all(connection)
            .await?,
    )
}
