//! Versions of results, and corrections of them that were proposed and voted on.

use sqlx::FromRow;

use super::result::ResultRow;
use super::{Connection, StoreError, one_row};
use crate::kernel::{AccountId, BatchId, Digest, ObjectionId, RegradeId, Timestamp};

/// A version of a batch's results.
#[derive(Debug, Clone, FromRow)]
pub struct VersionRow {
    /// Which, from 1.
    pub version: i64,
    /// `settle` or `regrade`.
    pub cause: String,
    /// The correction that made it.
    pub regrade_id: Option<RegradeId>,
    /// Why.
    pub reason: String,
    /// The fingerprint of its lines.
    pub digest: Digest,
    /// Who made it.
    pub made_by: AccountId,
    /// That person's name.
    pub made_name: String,
    /// When.
    pub made_at: Timestamp,
}

/// A version to be written; its number is the next of the batch.
#[derive(Debug)]
pub struct NewVersion<'a> {
    /// The batch.
    pub batch: BatchId,
    /// The correction, if it makes this version.
    pub regrade: Option<RegradeId>,
    /// Why.
    pub reason: &'a str,
    /// The fingerprint of the lines.
    pub digest: Digest,
    /// By whom.
    pub by: AccountId,
    /// When.
    pub now: Timestamp,
}

/// Writes a version with all its lines.
pub async fn write_version(
    connection: &mut Connection,
    new: &NewVersion<'_>,
    rows: &[ResultRow],
) -> Result<i64, StoreError> {
    let version: i64 = sqlx::query_scalar(
        "INSERT INTO result_version (batch_id, version, cause, regrade_id, reason, digest, made_by, made_at)
         SELECT $1, COALESCE(MAX(version), 0) + 1, $2, $3, $4, $5, $6, $7 FROM result_version WHERE batch_id = $1
         RETURNING version",
    )
    .bind(new.batch)
    .bind(if new.regrade.is_some() { "regrade" } else { "settle" })
    .bind(new.regrade)
    .bind(new.reason)
    .bind(new.digest)
    .bind(new.by)
    .bind(new.now)
    .fetch_one(&mut *connection)
    .await?;
    for row in rows {
        sqlx::query(
            "INSERT INTO result_line
                (batch_id, version, application_id, component, exact, hundredths, passed, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(new.batch)
        .bind(version)
        .bind(row.application_id)
        .bind(&row.component)
        .bind(row.exact)
        .bind(row.hundredths)
        .bind(row.passed)
        .bind(&row.detail)
        .execute(&mut *connection)
        .await?;
    }
    Ok(version)
}

/// The versions of a batch, the oldest first.
pub async fn versions(connection: &mut Connection, batch: BatchId) -> Result<Vec<VersionRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT v.version, v.cause, v.regrade_id, v.reason, v.digest, v.made_by, m.name AS made_name, v.made_at
         FROM result_version v JOIN account m ON m.id = v.made_by WHERE v.batch_id = $1 ORDER BY v.version",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// The lines of a version, by application and component.
pub async fn lines(connection: &mut Connection, batch: BatchId, version: i64) -> Result<Vec<ResultRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT application_id, component, exact, hundredths, passed, detail FROM result_line
         WHERE batch_id = $1 AND version = $2 ORDER BY application_id, component",
    )
    .bind(batch)
    .bind(version)
    .fetch_all(connection)
    .await?)
}

/// A proposed correction.
#[derive(Debug, Clone, FromRow)]
pub struct RegradeRow {
    /// Its id.
    pub id: RegradeId,
    /// The batch.
    pub batch_id: BatchId,
    /// The corrections of keys, as JSON.
    pub corrections: String,
    /// Why.
    pub reason: String,
    /// The objection that led to it.
    pub objection_id: Option<ObjectionId>,
    /// What it would change, as JSON.
    pub preview: String,
    /// The fingerprint of the results that it changes.
    pub was_digest: Digest,
    /// The fingerprint of the results that it makes.
    pub now_digest: Digest,
    /// Who proposes it.
    pub proposed_by: AccountId,
    /// That person's name.
    pub proposed_name: String,
    /// When.
    pub proposed_at: Timestamp,
    /// The version that it made, once it was applied.
    pub version: Option<i64>,
}

/// Writes a proposal; names and version are not part of it.
pub async fn insert(connection: &mut Connection, row: &RegradeRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO regrade (id, batch_id, corrections, reason, objection_id, preview, was_digest, now_digest,
            proposed_by, proposed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(row.id)
    .bind(row.batch_id)
    .bind(&row.corrections)
    .bind(&row.reason)
    .bind(row.objection_id)
    .bind(&row.preview)
    .bind(row.was_digest)
    .bind(row.now_digest)
    .bind(row.proposed_by)
    .bind(row.proposed_at)
    .execute(connection)
    .await?;
    Ok(())
}

macro_rules! select_regrade {
    ($tail:literal) => {
        concat!(
            "SELECT r.id, r.batch_id, r.corrections, r.reason, r.objection_id, r.preview, r.was_digest, r.now_digest,
                r.proposed_by, p.name AS proposed_name, r.proposed_at, v.version
             FROM regrade r JOIN account p ON p.id = r.proposed_by LEFT JOIN result_version v ON v.regrade_id = r.id ",
            $tail
        )
    };
}

/// The proposals of a batch, the oldest first.
pub async fn of_batch(connection: &mut Connection, batch: BatchId) -> Result<Vec<RegradeRow>, StoreError> {
    Ok(
        sqlx::query_as(select_regrade!("WHERE r.batch_id = $1 ORDER BY r.proposed_at, r.id"))
            .bind(batch)
            .fetch_all(connection)
            .await?,
    )
}

/// The proposal of this id.
pub async fn by_id(connection: &mut Connection, id: RegradeId) -> Result<Option<RegradeRow>, StoreError> {
    Ok(sqlx::query_as(select_regrade!("WHERE r.id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// What somebody said to a proposal.
#[derive(Debug, Clone, FromRow)]
pub struct VoteRow {
    /// The proposal.
    pub regrade_id: RegradeId,
    /// Who.
    pub account_id: AccountId,
    /// That person's name.
    pub name: String,
    /// 1 for yes.
    pub approved: i64,
    /// Why.
    pub reason: String,
    /// When.
    pub at: Timestamp,
}

/// The votes on a batch's proposals, the oldest first.
pub async fn votes(connection: &mut Connection, batch: BatchId) -> Result<Vec<VoteRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT v.regrade_id, v.account_id, a.name, v.approved, v.reason, v.at
         FROM regrade_vote v JOIN regrade r ON r.id = v.regrade_id JOIN account a ON a.id = v.account_id
         WHERE r.batch_id = $1 ORDER BY v.at, v.account_id",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// Writes a vote.
pub async fn vote(
    connection: &mut Connection,
    regrade: RegradeId,
    by: AccountId,
    approved: bool,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO regrade_vote (regrade_id, account_id, approved, reason, at) VALUES ($1, $2, $3, $4, $5)")
        .bind(regrade)
        .bind(by)
        .bind(i64::from(approved))
        .bind(reason)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Begins the publicity of results anew that were public until `before`.
pub async fn prolong(
    connection: &mut Connection,
    batch: BatchId,
    before: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    let result = sqlx::query(
        "UPDATE batch SET publicity_until = $3 WHERE id = $1 AND state = 'published' AND publicity_until = $2",
    )
    .bind(batch)
    .bind(before)
    .bind(until)
    .execute(connection)
    .await?;
    one_row(&result, "batch")
}
