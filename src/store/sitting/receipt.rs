//! Receipts as stored.

use sqlx::FromRow;

use crate::kernel::{AttemptId, Timestamp};
use crate::store::{Connection, StoreError};

/// A receipt.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct ReceiptRow {
    /// The code by which it is found.
    pub code: String,
    /// The attempt.
    pub attempt_id: AttemptId,
    /// What is stated, as it was signed.
    pub statement: String,
    /// Our signature.
    pub signature: String,
    /// When it was made.
    pub issued_at: Timestamp,
}

/// Writes a receipt; the same one again changes nothing.
pub async fn insert(connection: &mut Connection, row: &ReceiptRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO receipt (code, attempt_id, statement, signature, issued_at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (code) DO NOTHING",
    )
    .bind(&row.code)
    .bind(row.attempt_id)
    .bind(&row.statement)
    .bind(&row.signature)
    .bind(row.issued_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The receipt with this code.
pub async fn by_code(connection: &mut Connection, code: &str) -> Result<Option<ReceiptRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT code, attempt_id, statement, signature, issued_at FROM receipt WHERE code = $1")
            .bind(code)
            .fetch_optional(connection)
            .await?,
    )
}

/// The latest receipt of an attempt.
pub async fn latest(connection: &mut Connection, attempt: AttemptId) -> Result<Option<ReceiptRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT code, attempt_id, statement, signature, issued_at FROM receipt
         WHERE attempt_id = $1 ORDER BY issued_at DESC, code LIMIT 1",
    )
    .bind(attempt)
    .fetch_optional(connection)
    .await?)
}

/// Every answer of an attempt in the log, by question and revision: the last of each question is the one that counts.
pub async fn logged(connection: &mut Connection, attempt: AttemptId) -> Result<Vec<(i64, String)>, StoreError> {
    Ok(
        sqlx::query_as("SELECT number, value FROM answer_log WHERE attempt_id = $1 ORDER BY number, revision")
            .bind(attempt)
            .fetch_all(connection)
            .await?,
    )
}
