//! Certificate lists, numbers, certificates and their status.

use sqlx::FromRow;

use super::{Connection, StoreError, one_row};
use crate::kernel::{AccountId, ApplicationId, BatchId, CandidateId, CertificateId, Digest, Timestamp};

/// A certificate list.
#[derive(Debug, Clone, FromRow)]
pub struct ListRow {
    /// The batch.
    pub batch_id: BatchId,
    /// Who prepared it.
    pub prepared_by: AccountId,
    /// When.
    pub prepared_at: Timestamp,
    /// Who approved it.
    pub approved_by: Option<AccountId>,
    /// When.
    pub approved_at: Option<Timestamp>,
    /// How many certificates are due.
    pub total: i64,
    /// When the last was issued.
    pub finished_at: Option<Timestamp>,
}

/// The list of a batch.
pub async fn list(connection: &mut Connection, batch: BatchId) -> Result<Option<ListRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT batch_id, prepared_by, prepared_at, approved_by, approved_at, total, finished_at
         FROM certificate_list WHERE batch_id = $1",
    )
    .bind(batch)
    .fetch_optional(connection)
    .await?)
}

/// Writes a list, or prepares one anew that nobody has approved.
pub async fn prepare(
    connection: &mut Connection,
    batch: BatchId,
    by: AccountId,
    total: i64,
    now: Timestamp,
) -> Result<(), StoreError> {
    let result = sqlx::query(
        "INSERT INTO certificate_list (batch_id, prepared_by, prepared_at, total) VALUES ($1, $2, $3, $4)
         ON CONFLICT (batch_id) DO UPDATE
         SET prepared_by = excluded.prepared_by, prepared_at = excluded.prepared_at, total = excluded.total
         WHERE certificate_list.approved_at IS NULL",
    )
    .bind(batch)
    .bind(by)
    .bind(now)
    .bind(total)
    .execute(connection)
    .await?;
    one_row(&result, "certificate_list")
}

/// Approves the list that was prepared at that instant.
pub async fn approve(
    connection: &mut Connection,
    list: &ListRow,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let result = sqlx::query(
        "UPDATE certificate_list SET approved_by = $3, approved_at = $4
         WHERE batch_id = $1 AND prepared_at = $2 AND approved_at IS NULL",
    )
    .bind(list.batch_id)
    .bind(list.prepared_at)
    .bind(by)
    .bind(now)
    .execute(connection)
    .await?;
    one_row(&result, "certificate_list")
}

/// Notes that all certificates of a list are issued.
pub async fn finish(connection: &mut Connection, batch: BatchId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE certificate_list SET finished_at = $2 WHERE batch_id = $1 AND finished_at IS NULL")
        .bind(batch)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// The next serial of a scope, from 1. Whatever becomes of it, it is never given out again.
pub async fn next_serial(connection: &mut Connection, scope: &str) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "INSERT INTO number_counter (scope, next_serial) VALUES ($1, 2)
         ON CONFLICT (scope) DO UPDATE SET next_serial = number_counter.next_serial + 1
         RETURNING next_serial - 1",
    )
    .bind(scope)
    .fetch_one(connection)
    .await?)
}

/// The person behind an application, as a certificate needs it.
#[derive(Debug, Clone, FromRow)]
pub struct HolderRow {
    /// The application.
    pub application_id: ApplicationId,
    /// The person.
    pub candidate_id: CandidateId,
    /// The name.
    pub name: String,
    /// The kind of document.
    pub id_kind: String,
    /// The document's number, sealed.
    pub citizen_id: Vec<u8>,
    /// The photograph.
    pub photo: Option<Vec<u8>>,
}

/// The person behind an application.
pub async fn holder(connection: &mut Connection, application: ApplicationId) -> Result<Option<HolderRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT a.id AS application_id, c.id AS candidate_id, c.name, c.id_kind, c.citizen_id, c.photo
         FROM application a JOIN candidate c ON c.id = a.candidate_id WHERE a.id = $1",
    )
    .bind(application)
    .fetch_optional(connection)
    .await?)
}

/// The applications of a batch whose candidates have no photograph.
pub async fn without_photo(connection: &mut Connection, batch: BatchId) -> Result<Vec<ApplicationId>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT a.id FROM application a JOIN candidate c ON c.id = a.candidate_id
         WHERE a.batch_id = $1 AND c.photo IS NULL",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// A certificate to be written.
#[derive(Debug)]
pub struct NewCertificate<'a> {
    /// Its id.
    pub id: CertificateId,
    /// Its number.
    pub number: &'a str,
    /// The application.
    pub application_id: ApplicationId,
    /// The batch.
    pub batch_id: BatchId,
    /// The scheme.
    pub scheme: &'a str,
    /// The holder's name.
    pub name: &'a str,
    /// The record, sealed.
    pub record: &'a [u8],
    /// The file, sealed.
    pub pdf: &'a [u8],
    /// The digest of the file as it was issued.
    pub pdf_digest: Digest,
    /// When.
    pub issued_at: Timestamp,
}

/// Writes a certificate.
pub async fn insert(connection: &mut Connection, new: &NewCertificate<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO certificate
            (id, number, application_id, batch_id, scheme, name, record, pdf, pdf_digest, issued_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.id)
    .bind(new.number)
    .bind(new.application_id)
    .bind(new.batch_id)
    .bind(new.scheme)
    .bind(new.name)
    .bind(new.record)
    .bind(new.pdf)
    .bind(new.pdf_digest)
    .bind(new.issued_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// A certificate without its file.
#[derive(Debug, Clone, FromRow)]
pub struct CertificateRow {
    /// Its id.
    pub id: CertificateId,
    /// Its number.
    pub number: String,
    /// The application.
    pub application_id: ApplicationId,
    /// The batch.
    pub batch_id: BatchId,
    /// The holder's name.
    pub name: String,
    /// The digest of the file.
    pub pdf_digest: Digest,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
}

macro_rules! select_certificate {
    ($tail:literal) => {
        concat!(
            "SELECT c.id, c.number, c.application_id, c.batch_id, c.name, c.pdf_digest, c.issued_at,
                (SELECT MAX(s.at) FROM certificate_status s WHERE s.certificate_id = c.id) AS revoked_at
             FROM certificate c ",
            $tail
        )
    };
}

/// The certificates of a batch, by number.
pub async fn of_batch(connection: &mut Connection, batch: BatchId) -> Result<Vec<CertificateRow>, StoreError> {
    Ok(
        sqlx::query_as(select_certificate!("WHERE c.batch_id = $1 ORDER BY c.number"))
            .bind(batch)
            .fetch_all(connection)
            .await?,
    )
}

/// The certificate of this id.
pub async fn by_id(connection: &mut Connection, id: CertificateId) -> Result<Option<CertificateRow>, StoreError> {
    Ok(sqlx::query_as(select_certificate!("WHERE c.id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// The certificate of this number.
pub async fn by_number(connection: &mut Connection, number: &str) -> Result<Option<CertificateRow>, StoreError> {
    Ok(sqlx::query_as(select_certificate!("WHERE c.number = $1"))
        .bind(number)
        .fetch_optional(connection)
        .await?)
}

/// The sealed record of a certificate.
pub async fn record(connection: &mut Connection, id: CertificateId) -> Result<Vec<u8>, StoreError> {
    Ok(sqlx::query_scalar("SELECT record FROM certificate WHERE id = $1")
        .bind(id)
        .fetch_one(connection)
        .await?)
}

/// The sealed file of a certificate.
pub async fn pdf(connection: &mut Connection, id: CertificateId) -> Result<Vec<u8>, StoreError> {
    Ok(sqlx::query_scalar("SELECT pdf FROM certificate WHERE id = $1")
        .bind(id)
        .fetch_one(connection)
        .await?)
}

/// Revokes a certificate.
pub async fn revoke(
    connection: &mut Connection,
    id: CertificateId,
    reason: &str,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO certificate_status (certificate_id, at, status, reason, decided_by)
         VALUES ($1, $2, 'revoked', $3, $4)",
    )
    .bind(id)
    .bind(now)
    .bind(reason)
    .bind(by)
    .execute(connection)
    .await?;
    Ok(())
}
