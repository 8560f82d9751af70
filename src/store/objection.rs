//! Objections, what rechecks found, and how they were decided.

use sqlx::FromRow;

use super::{Connection, StoreError};
use crate::kernel::{AccountId, ApplicationId, BatchId, Digest, ObjectionId, RecheckId, Timestamp};

/// An objection to be written.
#[derive(Debug)]
pub struct NewObjection<'a> {
    /// Its id.
    pub id: ObjectionId,
    /// The batch.
    pub batch_id: BatchId,
    /// Whose result.
    pub application_id: ApplicationId,
    /// `theory` or `practical`.
    pub component: &'a str,
    /// What the candidate says.
    pub claim: &'a str,
    /// The evidence, sealed.
    pub evidence: Option<&'a [u8]>,
    /// The name of its file.
    pub evidence_name: &'a str,
    /// Its digest before it was sealed.
    pub evidence_digest: Option<Digest>,
    /// Who took it in.
    pub filed_by: AccountId,
    /// When.
    pub filed_at: Timestamp,
}

/// Writes an objection.
pub async fn insert(connection: &mut Connection, new: &NewObjection<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO objection
            (id, batch_id, application_id, component, claim, evidence, evidence_name, evidence_digest, filed_by, filed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(new.id)
    .bind(new.batch_id)
    .bind(new.application_id)
    .bind(new.component)
    .bind(new.claim)
    .bind(new.evidence)
    .bind(new.evidence_name)
    .bind(new.evidence_digest)
    .bind(new.filed_by)
    .bind(new.filed_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// An objection with its decision, without the evidence.
#[derive(Debug, Clone, FromRow)]
pub struct ObjectionRow {
    /// Its id.
    pub id: ObjectionId,
    /// The batch.
    pub batch_id: BatchId,
    /// Whose result.
    pub application_id: ApplicationId,
    /// The ticket's number.
    pub ticket_number: Option<String>,
    /// The candidate's name.
    pub name: String,
    /// `theory` or `practical`.
    pub component: String,
    /// What the candidate says.
    pub claim: String,
    /// The name of the evidence's file; empty without.
    pub evidence_name: String,
    /// Its digest.
    pub evidence_digest: Option<Digest>,
    /// Who took it in.
    pub filed_by: AccountId,
    /// That person's name.
    pub filed_name: String,
    /// When.
    pub filed_at: Timestamp,
    /// 1 if it was upheld, 0 if dismissed, none while open.
    pub upheld: Option<i64>,
    /// Why.
    pub reason: Option<String>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
    /// By whom.
    pub decided_name: Option<String>,
}

macro_rules! select_objection {
    ($tail:literal) => {
        concat!(
            "SELECT o.id, o.batch_id, o.application_id, a.ticket_number, c.name, o.component, o.claim, o.evidence_name,
                o.evidence_digest, o.filed_by, f.name AS filed_name, o.filed_at, d.upheld, d.reason, d.decided_at,
                k.name AS decided_name
             FROM objection o JOIN application a ON a.id = o.application_id JOIN candidate c ON c.id = a.candidate_id
                  JOIN account f ON f.id = o.filed_by
                  LEFT JOIN objection_decision d ON d.objection_id = o.id LEFT JOIN account k ON k.id = d.decided_by ",
            $tail
        )
    };
}

/// The objections of a batch, the oldest first.
pub async fn of_batch(connection: &mut Connection, batch: BatchId) -> Result<Vec<ObjectionRow>, StoreError> {
    Ok(
        sqlx::query_as(select_objection!("WHERE o.batch_id = $1 ORDER BY o.filed_at, o.id"))
            .bind(batch)
            .fetch_all(connection)
            .await?,
    )
}

/// The objection of this id.
pub async fn by_id(connection: &mut Connection, id: ObjectionId) -> Result<Option<ObjectionRow>, StoreError> {
    Ok(sqlx::query_as(select_objection!("WHERE o.id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// The sealed evidence of an objection.
pub async fn evidence(connection: &mut Connection, id: ObjectionId) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<Option<Vec<u8>>> = sqlx::query_scalar("SELECT evidence FROM objection WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    Ok(row.flatten())
}

/// The application of a batch with this ticket number.
pub async fn by_ticket(
    connection: &mut Connection,
    batch: BatchId,
    ticket: &str,
) -> Result<Option<ApplicationId>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT id FROM application WHERE batch_id = $1 AND ticket_number = $2 AND state = 'approved'",
    )
    .bind(batch)
    .bind(ticket)
    .fetch_optional(connection)
    .await?)
}

/// What a recheck found.
#[derive(Debug, Clone, FromRow)]
pub struct RecheckRow {
    /// Its id.
    pub id: RecheckId,
    /// The objection.
    pub objection_id: ObjectionId,
    /// What was found, as JSON.
    pub report: String,
    /// How many differences.
    pub differences: i64,
    /// Who rechecked.
    pub made_by: AccountId,
    /// That person's name.
    pub made_name: String,
    /// When.
    pub made_at: Timestamp,
}

/// Writes what a recheck found; the person's name is not part of it.
pub async fn insert_recheck(connection: &mut Connection, row: &RecheckRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO recheck (id, objection_id, report, differences, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id)
    .bind(row.objection_id)
    .bind(&row.report)
    .bind(row.differences)
    .bind(row.made_by)
    .bind(row.made_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The rechecks of a batch's objections, the oldest first.
pub async fn rechecks(connection: &mut Connection, batch: BatchId) -> Result<Vec<RecheckRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT r.id, r.objection_id, r.report, r.differences, r.made_by, m.name AS made_name, r.made_at
         FROM recheck r JOIN objection o ON o.id = r.objection_id JOIN account m ON m.id = r.made_by
         WHERE o.batch_id = $1 ORDER BY r.made_at, r.id",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// Decides an objection, once.
pub async fn decide(
    connection: &mut Connection,
    objection: ObjectionId,
    recheck: RecheckId,
    upheld: bool,
    reason: &str,
    by: (AccountId, Timestamp),
) -> Result<bool, StoreError> {
    let result = sqlx::query(
        "INSERT INTO objection_decision (objection_id, recheck_id, upheld, reason, decided_by, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
    )
    .bind(objection)
    .bind(recheck)
    .bind(i64::from(upheld))
    .bind(reason)
    .bind(by.0)
    .bind(by.1)
    .execute(connection)
    .await?;
    Ok(result.rows_affected() == 1)
}
