//! Written answers without names, who reads them, and what they were given.

use sqlx::FromRow;

use super::{Connection, StoreError};
use crate::kernel::{AccountId, AttemptId, BatchId, Exact, Marks, ScriptId, Timestamp};

/// A written answer. The attempt is for the house: no act shows it.
#[derive(Debug, Clone, FromRow)]
pub struct ScriptRow {
    /// Its id.
    pub id: ScriptId,
    /// The batch.
    pub batch_id: BatchId,
    /// The attempt.
    pub attempt_id: AttemptId,
    /// The number of the question on that paper.
    pub number: i64,
    /// The item behind the question.
    pub item: String,
    /// What the question is worth.
    pub most: Marks,
    /// When it was made.
    pub made_at: Timestamp,
}

macro_rules! select_script {
    ($tail:literal) => {
        concat!(
            "SELECT id, batch_id, attempt_id, number, item, most, made_at FROM script ",
            $tail
        )
    };
}

/// The script of this id.
pub async fn by_id(connection: &mut Connection, id: ScriptId) -> Result<Option<ScriptRow>, StoreError> {
    Ok(sqlx::query_as(select_script!("WHERE id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// The scripts of a batch; their order tells nothing.
pub async fn of_batch(connection: &mut Connection, batch: BatchId) -> Result<Vec<ScriptRow>, StoreError> {
    Ok(sqlx::query_as(select_script!("WHERE batch_id = $1 ORDER BY id"))
        .bind(batch)
        .fetch_all(connection)
        .await?)
}

/// Writes a script.
pub async fn insert(connection: &mut Connection, script: &ScriptRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO script (id, batch_id, attempt_id, number, item, most, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(script.id)
    .bind(script.batch_id)
    .bind(script.attempt_id)
    .bind(script.number)
    .bind(&script.item)
    .bind(script.most)
    .bind(script.made_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// What is asked by which batch.
#[derive(Debug, Clone, FromRow)]
pub struct OpenBatchRow {
    /// The batch.
    pub batch_id: BatchId,
    /// The occupation's name.
    pub occupation_name: String,
    /// The occupation's name in English.
    pub occupation_name_en: String,
    /// The level.
    pub level: i64,
}

/// The batches that have scripts and are not settled.
pub async fn open_batches(connection: &mut Connection) -> Result<Vec<OpenBatchRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT DISTINCT b.id AS batch_id, b.occupation_name AS occupation_name,
                b.occupation_name_en AS occupation_name_en, b.level AS level
         FROM script s JOIN batch b ON b.id = s.batch_id WHERE b.state = 'open' ORDER BY b.id",
    )
    .fetch_all(connection)
    .await?)
}

/// Who reads a script.
#[derive(Debug, Clone, FromRow)]
pub struct ClaimRow {
    /// The script.
    pub script_id: ScriptId,
    /// Who.
    pub marker_id: AccountId,
    /// Since when.
    pub claimed_at: Timestamp,
}

/// Who reads which script of a batch.
pub async fn claims(connection: &mut Connection, batch: BatchId) -> Result<Vec<ClaimRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT c.script_id AS script_id, c.marker_id AS marker_id, c.claimed_at AS claimed_at
         FROM script_claim c JOIN script s ON s.id = c.script_id WHERE s.batch_id = $1",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// Notes who reads a script from now on.
pub async fn claim(connection: &mut Connection, claim: &ClaimRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO script_claim (script_id, marker_id, claimed_at) VALUES ($1, $2, $3)
         ON CONFLICT (script_id, marker_id) DO UPDATE SET claimed_at = excluded.claimed_at",
    )
    .bind(claim.script_id)
    .bind(claim.marker_id)
    .bind(claim.claimed_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// A mark that somebody gave.
#[derive(Debug, Clone, FromRow)]
pub struct GivenRow {
    /// The script.
    pub script_id: ScriptId,
    /// By whom.
    pub marker_id: AccountId,
    /// The levels, as a JSON list.
    pub levels: String,
    /// What they are worth, unrounded.
    pub exact: Exact,
    /// What the marker wrote beside it.
    pub remark: String,
    /// When.
    pub marked_at: Timestamp,
}

/// The marks of a batch's scripts.
pub async fn marks(connection: &mut Connection, batch: BatchId) -> Result<Vec<GivenRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT m.script_id AS script_id, m.marker_id AS marker_id, m.levels AS levels, m.exact AS exact,
                m.remark AS remark, m.marked_at AS marked_at
         FROM script_mark m JOIN script s ON s.id = m.script_id WHERE s.batch_id = $1 ORDER BY m.marked_at, m.marker_id",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// Writes a mark.
pub async fn give(connection: &mut Connection, mark: &GivenRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO script_mark (script_id, marker_id, levels, exact, remark, marked_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(mark.script_id)
    .bind(mark.marker_id)
    .bind(&mark.levels)
    .bind(mark.exact)
    .bind(&mark.remark)
    .bind(mark.marked_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// A mark of one attempt's answer.
#[derive(Debug, Clone, FromRow)]
pub struct MarkRow {
    /// The question's number.
    pub number: i64,
    /// The mark, unrounded.
    pub exact: Exact,
}

/// The marks of an attempt's written answers, in the order in which they were given.
pub async fn marks_of(connection: &mut Connection, attempt: AttemptId) -> Result<Vec<MarkRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT s.number AS number, m.exact AS exact FROM script_mark m JOIN script s ON s.id = m.script_id
         WHERE s.attempt_id = $1 ORDER BY m.marked_at, m.marker_id",
    )
    .bind(attempt)
    .fetch_all(connection)
    .await?)
}

/// The text of an answer.
pub async fn answer(connection: &mut Connection, attempt: AttemptId, number: i64) -> Result<String, StoreError> {
    let text: Option<String> = sqlx::query_scalar("SELECT value FROM answer WHERE attempt_id = $1 AND number = $2")
        .bind(attempt)
        .bind(number)
        .fetch_optional(connection)
        .await?;
    Ok(text.unwrap_or_default())
}
