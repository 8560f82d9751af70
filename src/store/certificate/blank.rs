//! Blanks and printed sheets that were spoiled.

use sqlx::FromRow;

use crate::kernel::{AccountId, BatchId, CertificateId, Timestamp};
use crate::store::{Connection, StoreError};

/// A spoiled blank or sheet to be written.
#[derive(Debug)]
pub struct NewSpoiled<'a> {
    /// Its serial.
    pub serial: &'a str,
    /// The batch that it was used for.
    pub batch_id: BatchId,
    /// The certificate that was on it, if one was.
    pub certificate_id: Option<CertificateId>,
    /// What happened.
    pub cause: &'a str,
    /// In the officer's words.
    pub note: &'a str,
    /// Who noted it.
    pub noted_by: AccountId,
    /// When.
    pub noted_at: Timestamp,
}

/// Writes a spoiled blank; tells whether its serial was new.
pub async fn insert(connection: &mut Connection, new: &NewSpoiled<'_>) -> Result<bool, StoreError> {
    let result = sqlx::query(
        "INSERT INTO blank_spoilage (serial, batch_id, certificate_id, cause, note, noted_by, noted_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (serial) DO NOTHING",
    )
    .bind(new.serial)
    .bind(new.batch_id)
    .bind(new.certificate_id)
    .bind(new.cause)
    .bind(new.note)
    .bind(new.noted_by)
    .bind(new.noted_at)
    .execute(connection)
    .await?;
    Ok(result.rows_affected() == 1)
}

/// A spoiled blank or sheet.
#[derive(Debug, Clone, FromRow)]
pub struct SpoiledRow {
    /// Its serial.
    pub serial: String,
    /// The number of the certificate that was on it.
    pub number: Option<String>,
    /// What happened.
    pub cause: String,
    /// In the officer's words.
    pub note: String,
    /// Who noted it.
    pub noted_name: String,
    /// When.
    pub noted_at: Timestamp,
}

/// The spoiled blanks of a batch, the last first.
pub async fn of_batch(connection: &mut Connection, batch: BatchId) -> Result<Vec<SpoiledRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT s.serial, c.number, s.cause, s.note, a.name AS noted_name, s.noted_at
         FROM blank_spoilage s JOIN account a ON a.id = s.noted_by LEFT JOIN certificate c ON c.id = s.certificate_id
         WHERE s.batch_id = $1 ORDER BY s.noted_at DESC, s.serial",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// How many blanks were spoiled, by cause.
pub async fn counts(connection: &mut Connection) -> Result<Vec<(String, i64)>, StoreError> {
    Ok(
        sqlx::query_as("SELECT cause, COUNT(*) FROM blank_spoilage GROUP BY cause ORDER BY cause")
            .fetch_all(connection)
            .await?,
    )
}
