//! The register of certificates beside what the ledger says about each row, for checking one against the other.

use sqlx::FromRow;

use crate::kernel::{CertificateId, Digest, RequestId};
use crate::store::{Connection, StoreError};

/// The event of an act about a row, with its entry; all empty when there is none.
#[derive(Debug, Clone, Default, FromRow)]
pub struct EnteredRow {
    /// The event.
    pub event_id: Option<String>,
    /// When.
    pub at: Option<i64>,
    /// Who.
    pub actor_id: Option<String>,
    /// The batch.
    pub batch_id: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Details.
    pub detail: Option<String>,
    /// The entry's text.
    pub leaf: Option<String>,
}

/// The event of this act about this subject, with its entry.
pub async fn about(connection: &mut Connection, act: &str, subject: &str) -> Result<Option<EnteredRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT e.id AS event_id, e.at, e.actor_id, e.batch_id, e.reason, e.detail, l.leaf
         FROM event e JOIN ledger_entry l ON l.event_id = e.id WHERE e.act = $1 AND e.subject = $2
         ORDER BY l.position DESC LIMIT 1",
    )
    .bind(act)
    .bind(subject)
    .fetch_optional(connection)
    .await?)
}

/// How many events of this act there are.
pub async fn events(connection: &mut Connection, act: &str) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM event WHERE act = $1")
        .bind(act)
        .fetch_one(connection)
        .await?)
}

/// Pairs rows with what the ledger says about each.
async fn said<T>(
    connection: &mut Connection,
    rows: Vec<T>,
    act: &str,
    subject: impl Fn(&T) -> String,
) -> Result<Vec<(T, EnteredRow)>, StoreError> {
    let mut pairs = Vec::with_capacity(rows.len());
    for row in rows {
        let entered = about(connection, act, &subject(&row)).await?;
        pairs.push((row, entered.unwrap_or_default()));
    }
    Ok(pairs)
}

/// A certificate that is about to be.
#[derive(Debug, Clone, FromRow)]
pub struct IntentFacts {
    /// Its id.
    pub id: CertificateId,
    /// The number.
    pub number: String,
    /// The application.
    pub application_id: String,
    /// The record, sealed.
    pub record: Vec<u8>,
    /// The place in the status list.
    pub slot: i64,
    /// When.
    pub made_at: i64,
}

/// Rows after this id, with what the ledger says about each, at most `limit`.
pub async fn intents(
    connection: &mut Connection,
    after: &str,
    limit: i64,
) -> Result<Vec<(IntentFacts, EnteredRow)>, StoreError> {
    let rows: Vec<IntentFacts> = sqlx::query_as(
        "SELECT id, number, application_id, record, slot, made_at FROM certificate_intent
         WHERE id > $1 ORDER BY id LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(&mut *connection)
    .await?;
    said(connection, rows, "certificate.number", |row| row.id.to_string()).await
}

/// A certificate.
#[derive(Debug, Clone, FromRow)]
pub struct CertificateFacts {
    /// Its id.
    pub id: CertificateId,
    /// The number.
    pub number: String,
    /// The application.
    pub application_id: String,
    /// The batch.
    pub batch_id: String,
    /// The scheme.
    pub scheme: String,
    /// The name.
    pub name: String,
    /// The record, sealed.
    pub record: Vec<u8>,
    /// The file, sealed.
    pub pdf: Vec<u8>,
    /// The file's digest.
    pub pdf_digest: Digest,
    /// When.
    pub issued_at: i64,
}

/// Rows after this id, with what the ledger says about each, at most `limit`.
pub async fn certificates(
    connection: &mut Connection,
    after: &str,
    limit: i64,
) -> Result<Vec<(CertificateFacts, EnteredRow)>, StoreError> {
    let rows: Vec<CertificateFacts> = sqlx::query_as(
        "SELECT id, number, application_id, batch_id, scheme, name, record, pdf, pdf_digest, issued_at FROM certificate
         WHERE id > $1 ORDER BY id LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(&mut *connection)
    .await?;
    said(connection, rows, "certificate.issue", |row| row.id.to_string()).await
}

/// A change that somebody asked for.
#[derive(Debug, Clone, FromRow)]
pub struct RequestFacts {
    /// Its id.
    pub id: RequestId,
    /// The certificate.
    pub certificate_id: String,
    /// What.
    pub change: String,
    /// Why.
    pub reason: String,
    /// The new record, sealed.
    pub detail: Vec<u8>,
    /// Who.
    pub asked_by: String,
    /// When.
    pub asked_at: i64,
}

/// All rows, with what the ledger says about each.
pub async fn requests(connection: &mut Connection) -> Result<Vec<(RequestFacts, EnteredRow)>, StoreError> {
    let rows: Vec<RequestFacts> = sqlx::query_as(
        "SELECT id, certificate_id, change, reason, detail, asked_by, asked_at FROM certificate_request ORDER BY id",
    )
    .fetch_all(&mut *connection)
    .await?;
    said(connection, rows, "certificate.ask", |row| row.id.to_string()).await
}

/// A decision.
#[derive(Debug, Clone, FromRow)]
pub struct DecisionFacts {
    /// The request.
    pub request_id: RequestId,
    /// Whether it was granted.
    pub granted: i64,
    /// Who.
    pub decided_by: String,
    /// When.
    pub decided_at: i64,
}

/// All rows, with what the ledger says about each.
pub async fn decisions(connection: &mut Connection) -> Result<Vec<(DecisionFacts, EnteredRow)>, StoreError> {
    let rows: Vec<DecisionFacts> = sqlx::query_as(
        "SELECT request_id, granted, decided_by, decided_at FROM certificate_decision ORDER BY request_id",
    )
    .fetch_all(&mut *connection)
    .await?;
    said(connection, rows, "certificate.decide", |row| row.request_id.to_string()).await
}

/// An intent that came to nothing.
#[derive(Debug, Clone, FromRow)]
pub struct SpoilageFacts {
    /// The intent.
    pub intent_id: CertificateId,
    /// Why.
    pub cause: String,
    /// When.
    pub at: i64,
}

/// All rows, with what the ledger says about each.
pub async fn spoilage(connection: &mut Connection) -> Result<Vec<(SpoilageFacts, EnteredRow)>, StoreError> {
    let rows: Vec<SpoilageFacts> =
        sqlx::query_as("SELECT intent_id, cause, at FROM certificate_spoilage ORDER BY intent_id")
            .fetch_all(&mut *connection)
            .await?;
    said(connection, rows, "certificate.spoil", |row| row.intent_id.to_string()).await
}

/// A later sheet.
#[derive(Debug, Clone, FromRow)]
pub struct PrintFacts {
    /// The certificate.
    pub certificate_id: String,
    /// The print serial.
    pub print_serial: String,
    /// The record, sealed.
    pub record: Vec<u8>,
    /// The file, sealed.
    pub pdf: Vec<u8>,
    /// The file's digest.
    pub pdf_digest: Digest,
    /// When.
    pub printed_at: i64,
}

/// The ids of all later sheets.
pub async fn print_ids(connection: &mut Connection) -> Result<Vec<String>, StoreError> {
    Ok(sqlx::query_scalar("SELECT id FROM certificate_print ORDER BY id")
        .fetch_all(connection)
        .await?)
}

/// A later sheet, with what the ledger says about it.
pub async fn print(connection: &mut Connection, id: &str) -> Result<(PrintFacts, EnteredRow), StoreError> {
    let row = sqlx::query_as(
        "SELECT certificate_id, print_serial, record, pdf, pdf_digest, printed_at FROM certificate_print
         WHERE id = $1",
    )
    .bind(id)
    .fetch_one(&mut *connection)
    .await?;
    Ok((
        row,
        about(connection, "certificate.print", id).await?.unwrap_or_default(),
    ))
}
