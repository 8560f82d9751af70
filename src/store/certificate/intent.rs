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
    /// The batch.
    pub batch_id: BatchId,
    /// When it was taken.
    pub made_at: Timestamp,
    /// When the certificate was issued.
    pub issued_at: Option<Timestamp>,
    /// Why it came to nothing.
    pub cause: Option<String>,
    /// When the list was approved.
    pub approved_at: Option<Timestamp>,
    /// When the publicity ended.
    pub publicity_until: Option<Timestamp>,
    /// How many later sheets there are.
    pub prints: i64,
}

/// Every number that was ever taken, by number.
pub async fn fates(connection: &mut Connection) -> Result<Vec<FateRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT i.id, i.number, i.batch_id, i.made_at, c.issued_at, s.cause, l.approved_at, b.publicity_until,
                (SELECT COUNT(*) FROM certificate_print p WHERE p.certificate_id = i.id) AS prints
         FROM certificate_intent i JOIN batch b ON b.id = i.batch_id
         LEFT JOIN certificate c ON c.id = i.id
         LEFT JOIN certificate_spoilage s ON s.intent_id = i.id
         LEFT JOIN certificate_list l ON l.batch_id = i.batch_id ORDER BY i.number",
    )
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
