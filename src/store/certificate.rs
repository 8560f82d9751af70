//! Certificate lists, numbers, certificates and their later sheets. Intents and requests are in files of their own.

pub mod blank;
pub mod change;
pub mod facts;
pub mod intent;
pub mod register;

use sqlx::FromRow;

use super::{Connection, StoreError, one_row};
use crate::kernel::{AccountId, ApplicationId, BatchId, CandidateId, CertificateId, Digest, RequestId, Timestamp};

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
    /// When it was voided.
    pub revoked_at: Option<Timestamp>,
    /// When it was last suspended.
    pub suspended_at: Option<Timestamp>,
    /// When it was last reinstated.
    pub reinstated_at: Option<Timestamp>,
    /// When its last sheet was printed, if there is a later one than the first.
    pub reprinted_at: Option<Timestamp>,
    /// Its place in the status list.
    pub slot: i64,
}

impl CertificateRow {
    /// Since when it is suspended, if it is now.
    pub fn suspended(&self) -> Option<Timestamp> {
        self.suspended_at
            .filter(|since| self.reinstated_at.is_none_or(|until| until < *since))
    }
}

macro_rules! select_certificate {
    ($tail:literal) => {
        concat!(
            "SELECT c.id, c.number, c.application_id, c.batch_id, c.name, c.pdf_digest, c.issued_at, i.slot,
                (SELECT MAX(d.decided_at) FROM certificate_request r JOIN certificate_decision d ON d.request_id = r.id
                 WHERE r.certificate_id = c.id AND d.granted = 1 AND r.change = 'void') AS revoked_at,
                (SELECT MAX(d.decided_at) FROM certificate_request r JOIN certificate_decision d ON d.request_id = r.id
                 WHERE r.certificate_id = c.id AND d.granted = 1 AND r.change = 'suspend') AS suspended_at,
                (SELECT MAX(d.decided_at) FROM certificate_request r JOIN certificate_decision d ON d.request_id = r.id
                 WHERE r.certificate_id = c.id AND d.granted = 1 AND r.change = 'reinstate') AS reinstated_at,
                (SELECT MAX(p.printed_at) FROM certificate_print p WHERE p.certificate_id = c.id) AS reprinted_at
             FROM certificate c JOIN certificate_intent i ON i.id = c.id ",
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

/// The last sheet of a certificate: its sealed record and file, and the file's digest.
#[derive(Debug, Clone, FromRow)]
pub struct PrintRow {
    /// Its id, which is part of how it is sealed.
    pub id: String,
    /// The print serial.
    pub print_serial: String,
    /// The record, sealed.
    pub record: Vec<u8>,
    /// The digest of the file.
    pub pdf_digest: Digest,
    /// When.
    pub printed_at: Timestamp,
}

/// The later sheets of a certificate, the last first.
pub async fn prints(connection: &mut Connection, id: CertificateId) -> Result<Vec<PrintRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, print_serial, record, pdf_digest, printed_at FROM certificate_print
         WHERE certificate_id = $1 ORDER BY printed_at DESC, id DESC",
    )
    .bind(id)
    .fetch_all(connection)
    .await?)
}

/// The sealed file of a later sheet.
pub async fn print_pdf(connection: &mut Connection, print: &str) -> Result<Vec<u8>, StoreError> {
    Ok(sqlx::query_scalar("SELECT pdf FROM certificate_print WHERE id = $1")
        .bind(print)
        .fetch_one(connection)
        .await?)
}

/// A later sheet to be written.
#[derive(Debug)]
pub struct NewPrint<'a> {
    /// Its id.
    pub id: &'a str,
    /// The certificate.
    pub certificate_id: CertificateId,
    /// The request that it fulfils.
    pub request_id: RequestId,
    /// The print serial.
    pub print_serial: &'a str,
    /// The record, sealed.
    pub record: &'a [u8],
    /// The file, sealed.
    pub pdf: &'a [u8],
    /// The digest of the file.
    pub pdf_digest: Digest,
    /// When.
    pub printed_at: Timestamp,
}

/// Writes a later sheet.
pub async fn insert_print(connection: &mut Connection, new: &NewPrint<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO certificate_print
            (id, certificate_id, request_id, print_serial, record, pdf, pdf_digest, printed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(new.id)
    .bind(new.certificate_id)
    .bind(new.request_id)
    .bind(new.print_serial)
    .bind(new.record)
    .bind(new.pdf)
    .bind(new.pdf_digest)
    .bind(new.printed_at)
    .execute(connection)
    .await?;
    Ok(())
}
