//! Written answers without names, who reads them, and what they were given.

use sqlx::FromRow;

use super::{Connection, StoreError, one_row};
use crate::kernel::{AccountId, AttemptId, BankVersionId, BatchId, Exact, Marks, ScriptId, Timestamp};

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

/// The script of this id.
pub async fn by_id(connection: &mut Connection, id: ScriptId) -> Result<Option<ScriptRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT id, batch_id, attempt_id, number, item, most, made_at FROM script WHERE id = $1")
            .bind(id)
            .fetch_optional(connection)
            .await?,
    )
}

/// The answers of a batch that are scripts already: attempt and number.
pub async fn known(connection: &mut Connection, batch: BatchId) -> Result<Vec<(AttemptId, i64)>, StoreError> {
    Ok(
        sqlx::query_as("SELECT attempt_id, number FROM script WHERE batch_id = $1")
            .bind(batch)
            .fetch_all(connection)
            .await?,
    )
}

/// Writes a script, which wants marks from so many people.
pub async fn insert(connection: &mut Connection, script: &ScriptRow, wanting: i64) -> Result<(), StoreError> {
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
    .execute(&mut *connection)
    .await?;
    sqlx::query("INSERT INTO script_open (script_id, batch_id, item, wanting) VALUES ($1, $2, $3, $4)")
        .bind(script.id)
        .bind(script.batch_id)
        .bind(&script.item)
        .bind(wanting)
        .execute(connection)
        .await?;
    Ok(())
}

/// Says from how many more people a script wants marks.
pub async fn set_wanting(connection: &mut Connection, script: ScriptId, wanting: i64) -> Result<(), StoreError> {
    let done = if wanting > 0 {
        sqlx::query("UPDATE script_open SET wanting = $2 WHERE script_id = $1")
            .bind(script)
            .bind(wanting)
            .execute(connection)
            .await?
    } else {
        sqlx::query("DELETE FROM script_open WHERE script_id = $1")
            .bind(script)
            .execute(connection)
            .await?
    };
    one_row(&done, "script_open")
}

/// How many scripts a batch has, and how many of them still want marks.
pub async fn progress(connection: &mut Connection, batch: BatchId) -> Result<(i64, i64), StoreError> {
    Ok(sqlx::query_as(
        "SELECT COUNT(*), COUNT(o.script_id) FROM script s LEFT JOIN script_open o ON o.script_id = s.id
         WHERE s.batch_id = $1",
    )
    .bind(batch)
    .fetch_one(connection)
    .await?)
}

/// A written question of an open batch, and how far its marking is.
#[derive(Debug, Clone, FromRow)]
pub struct QuestionRow {
    /// The batch.
    pub batch_id: BatchId,
    /// The bank version.
    pub bank_version_id: BankVersionId,
    /// The occupation's name.
    pub occupation_name: String,
    /// The occupation's name in English.
    pub occupation_name_en: String,
    /// The level.
    pub level: i64,
    /// The item.
    pub item: String,
    /// How many scripts there are.
    pub scripts: i64,
    /// How many of them are settled.
    pub settled: i64,
    /// How many this marker marked.
    pub own: i64,
    /// How many wait for this marker.
    pub waiting: i64,
}

/// The written questions of all open batches, as one marker sees them. Claims that were made before `since` are over.
pub async fn questions(
    connection: &mut Connection,
    marker: AccountId,
    since: Timestamp,
) -> Result<Vec<QuestionRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT b.id AS batch_id, b.bank_version_id AS bank_version_id, b.occupation_name AS occupation_name,
                b.occupation_name_en AS occupation_name_en, b.level AS level, s.item AS item, COUNT(*) AS scripts,
                COUNT(*) - COUNT(o.script_id) AS settled, COUNT(m.script_id) AS own,
                CAST(SUM(CASE WHEN m.script_id IS NULL AND o.wanting >
                    (SELECT COUNT(*) FROM script_claim c
                     WHERE c.script_id = s.id AND c.marker_id <> $1 AND c.claimed_at > $2)
                    THEN 1 ELSE 0 END) AS BIGINT) AS waiting
         FROM script s
         JOIN batch b ON b.id = s.batch_id
         LEFT JOIN script_open o ON o.script_id = s.id
         LEFT JOIN script_mark m ON m.script_id = s.id AND m.marker_id = $1
         WHERE b.state = 'open'
         GROUP BY b.id, b.bank_version_id, b.occupation_name, b.occupation_name_en, b.level, s.item
         ORDER BY b.id, s.item",
    )
    .bind(marker)
    .bind(since)
    .fetch_all(connection)
    .await?)
}

/// What waits for a marker: scripts of one question that the marker did not mark, that want more marks than others hold them
/// for, and that are of nobody whom the marker must not judge. `$1` batch, `$2` item, `$3` marker, `$4` since when claims count.
macro_rules! waiting_for {
    ($head:literal, $tail:literal) => {
        concat!(
            $head,
            " FROM script_open o WHERE o.batch_id = $1 AND o.item = $2
              AND NOT EXISTS (SELECT 1 FROM script_mark m WHERE m.script_id = o.script_id AND m.marker_id = $3)
              AND NOT EXISTS (SELECT 1 FROM script z JOIN attempt t ON t.id = z.attempt_id
                                  JOIN application a ON a.id = t.application_id
                                  JOIN candidate p ON p.id = a.candidate_id
                                  JOIN staff_card k ON k.account_id = $3 JOIN staff_conflict f ON f.card_id = k.id
                              WHERE z.id = o.script_id
                                AND (f.application_id = a.id OR f.citizen_index = p.citizen_index
                                     OR (f.application_id IS NULL AND f.citizen_index IS NULL AND f.name = p.name)))
              AND o.wanting > (SELECT COUNT(*) FROM script_claim c
                               WHERE c.script_id = o.script_id AND c.marker_id <> $3 AND c.claimed_at > $4)",
            $tail
        )
    };
}

/// One question and one marker.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The batch.
    pub batch: BatchId,
    /// The item.
    pub item: &'a str,
    /// The marker.
    pub marker: AccountId,
    /// Claims that were made before are over.
    pub since: Timestamp,
}

/// How many scripts wait for a marker.
pub async fn waiting(connection: &mut Connection, place: Place<'_>) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(waiting_for!("SELECT COUNT(*)", ""))
        .bind(place.batch)
        .bind(place.item)
        .bind(place.marker)
        .bind(place.since)
        .fetch_one(connection)
        .await?)
}

/// The next script for a marker: one already taken, then any. The order of ids tells nothing of the order of candidates.
pub async fn next(connection: &mut Connection, place: Place<'_>) -> Result<Option<ScriptId>, StoreError> {
    let taken: Option<ScriptId> = sqlx::query_scalar(waiting_for!(
        "SELECT o.script_id",
        " AND o.script_id IN (SELECT k.script_id FROM script_claim k WHERE k.marker_id = $3)
          ORDER BY o.script_id LIMIT 1"
    ))
    .bind(place.batch)
    .bind(place.item)
    .bind(place.marker)
    .bind(place.since)
    .fetch_optional(&mut *connection)
    .await?;
    if taken.is_some() {
        return Ok(taken);
    }
    Ok(
        sqlx::query_scalar(waiting_for!("SELECT o.script_id", " ORDER BY o.script_id LIMIT 1"))
            .bind(place.batch)
            .bind(place.item)
            .bind(place.marker)
            .bind(place.since)
            .fetch_optional(connection)
            .await?,
    )
}

/// Whether a script, which this marker did not mark, waits for the marker.
pub async fn waits(connection: &mut Connection, script: ScriptId, place: Place<'_>) -> Result<bool, StoreError> {
    let found: Option<ScriptId> = sqlx::query_scalar(waiting_for!("SELECT o.script_id", " AND o.script_id = $5"))
        .bind(place.batch)
        .bind(place.item)
        .bind(place.marker)
        .bind(place.since)
        .bind(script)
        .fetch_optional(connection)
        .await?;
    Ok(found.is_some())
}

/// Notes that somebody reads a script from now on.
pub async fn claim(
    connection: &mut Connection,
    script: ScriptId,
    marker: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO script_claim (script_id, marker_id, claimed_at) VALUES ($1, $2, $3)
         ON CONFLICT (script_id, marker_id) DO UPDATE SET claimed_at = excluded.claimed_at",
    )
    .bind(script)
    .bind(marker)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// How many scripts of a batch somebody marked.
pub async fn marked_by(connection: &mut Connection, batch: BatchId, marker: AccountId) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT COUNT(*) FROM script_mark m JOIN script s ON s.id = m.script_id
         WHERE s.batch_id = $1 AND m.marker_id = $2",
    )
    .bind(batch)
    .bind(marker)
    .fetch_one(connection)
    .await?)
}

/// Whether a script was given to somebody who did not mark it yet.
pub async fn claimed(connection: &mut Connection, script: ScriptId, marker: AccountId) -> Result<bool, StoreError> {
    let found: Option<ScriptId> =
        sqlx::query_scalar("SELECT script_id FROM script_claim WHERE script_id = $1 AND marker_id = $2")
            .bind(script)
            .bind(marker)
            .fetch_optional(connection)
            .await?;
    Ok(found.is_some())
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

/// What a script was given, in the order in which it was given.
pub async fn marks(connection: &mut Connection, script: ScriptId) -> Result<Vec<GivenRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT script_id, marker_id, levels, exact, remark, marked_at FROM script_mark
         WHERE script_id = $1 ORDER BY marked_at, marker_id",
    )
    .bind(script)
    .fetch_all(connection)
    .await?)
}

/// Writes a mark; its claim is over.
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
    .execute(&mut *connection)
    .await?;
    let done = sqlx::query("DELETE FROM script_claim WHERE script_id = $1 AND marker_id = $2")
        .bind(mark.script_id)
        .bind(mark.marker_id)
        .execute(connection)
        .await?;
    one_row(&done, "script_claim")
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
