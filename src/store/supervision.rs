//! Supervision: the on-site checklist, findings, holds, and the counts of a session.

use sqlx::FromRow;

use super::{Connection, StoreError, one_row};
use crate::kernel::{AccountId, BatchId, FindingId, HoldId, SessionId, Timestamp};

/// A supervisor's checklist of a session.
#[derive(Debug, Clone, FromRow)]
pub struct ChecklistRow {
    /// The session.
    pub session_id: SessionId,
    /// Whose it is.
    pub supervisor_id: AccountId,
    /// The supervisor's name.
    pub supervisor: String,
    /// The answers as JSON.
    pub answers: String,
    /// What the supervisor adds.
    pub remark: String,
    /// When it was last saved.
    pub saved_at: Timestamp,
    /// When it was signed.
    pub signed_at: Option<Timestamp>,
}

/// The checklists of a session.
pub async fn checklists(connection: &mut Connection, session: SessionId) -> Result<Vec<ChecklistRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT c.session_id, c.supervisor_id, a.name AS supervisor, c.answers, c.remark, c.saved_at, c.signed_at
         FROM checklist c JOIN account a ON a.id = c.supervisor_id WHERE c.session_id = $1 ORDER BY c.supervisor_id",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// Saves a checklist, or signs it when `signed_at` is set; a signed one is refused as stale.
pub async fn save_checklist(connection: &mut Connection, row: &ChecklistRow) -> Result<(), StoreError> {
    let done = sqlx::query(
        "INSERT INTO checklist (session_id, supervisor_id, answers, remark, saved_at, signed_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (session_id, supervisor_id) DO UPDATE
         SET answers = excluded.answers, remark = excluded.remark, saved_at = excluded.saved_at,
             signed_at = excluded.signed_at
         WHERE checklist.signed_at IS NULL",
    )
    .bind(row.session_id)
    .bind(row.supervisor_id)
    .bind(&row.answers)
    .bind(&row.remark)
    .bind(row.saved_at)
    .bind(row.signed_at)
    .execute(connection)
    .await?;
    one_row(&done, "checklist")
}

/// A finding.
#[derive(Debug, Clone, FromRow)]
pub struct FindingRow {
    /// Its id.
    pub id: FindingId,
    /// The session.
    pub session_id: SessionId,
    /// `minor`, `major` or `critical`.
    pub severity: String,
    /// What was found.
    pub text: String,
    /// Who found it.
    pub raised_by: AccountId,
    /// Their name.
    pub raised_name: String,
    /// When.
    pub raised_at: Timestamp,
}

/// The findings of a session, the latest first.
pub async fn findings(connection: &mut Connection, session: SessionId) -> Result<Vec<FindingRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT f.id, f.session_id, f.severity, f.text, f.raised_by, a.name AS raised_name, f.raised_at
         FROM finding f JOIN account a ON a.id = f.raised_by WHERE f.session_id = $1 ORDER BY f.id DESC",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// Writes a finding.
pub async fn insert_finding(connection: &mut Connection, row: &FindingRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO finding (id, session_id, severity, text, raised_by, raised_at) VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(row.id)
    .bind(row.session_id)
    .bind(&row.severity)
    .bind(&row.text)
    .bind(row.raised_by)
    .bind(row.raised_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// A hold.
#[derive(Debug, Clone, FromRow)]
pub struct HoldRow {
    /// Its id.
    pub id: HoldId,
    /// The session where it was raised.
    pub session_id: SessionId,
    /// The batch whose results it stops.
    pub batch_id: BatchId,
    /// The occupation's Chinese name.
    pub occupation_name: String,
    /// The occupation's English name.
    pub occupation_name_en: String,
    /// The level.
    pub level: i64,
    /// Why.
    pub reason: String,
    /// Who raised it.
    pub raised_by: AccountId,
    /// Their name.
    pub raised_name: String,
    /// When.
    pub raised_at: Timestamp,
    /// Who lifted it.
    pub lifted_by: Option<AccountId>,
    /// When.
    pub lifted_at: Option<Timestamp>,
    /// Why.
    pub lift_reason: String,
}

macro_rules! select_hold {
    ($tail:literal) => {
        concat!(
            "SELECT h.id, h.session_id, h.batch_id, b.occupation_name, b.occupation_name_en, b.level, h.reason,
                    h.raised_by, a.name AS raised_name, h.raised_at, h.lifted_by, h.lifted_at, h.lift_reason
             FROM hold h JOIN batch b ON b.id = h.batch_id JOIN account a ON a.id = h.raised_by ",
            $tail
        )
    };
}

/// The holds that stop this batch's results.
pub async fn open_holds(connection: &mut Connection, batch: BatchId) -> Result<Vec<HoldRow>, StoreError> {
    Ok(sqlx::query_as(select_hold!(
        "WHERE h.batch_id = $1 AND h.lifted_by IS NULL ORDER BY h.id"
    ))
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// The holds raised at a session.
pub async fn holds_of(connection: &mut Connection, session: SessionId) -> Result<Vec<HoldRow>, StoreError> {
    Ok(
        sqlx::query_as(select_hold!("WHERE h.session_id = $1 ORDER BY h.id DESC"))
            .bind(session)
            .fetch_all(connection)
            .await?,
    )
}

/// All holds, the open ones first, then the latest.
pub async fn all_holds(connection: &mut Connection) -> Result<Vec<HoldRow>, StoreError> {
    Ok(sqlx::query_as(select_hold!(
        "ORDER BY CASE WHEN h.lifted_by IS NULL THEN 0 ELSE 1 END, h.id DESC"
    ))
    .fetch_all(connection)
    .await?)
}

/// One hold.
pub async fn hold(connection: &mut Connection, id: HoldId) -> Result<Option<HoldRow>, StoreError> {
    Ok(sqlx::query_as(select_hold!("WHERE h.id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// Writes a hold.
pub async fn insert_hold(
    connection: &mut Connection,
    id: HoldId,
    session: SessionId,
    batch: BatchId,
    reason: &str,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO hold (id, session_id, batch_id, reason, raised_by, raised_at, lifted_by, lifted_at, lift_reason)
         VALUES ($1, $2, $3, $4, $5, $6, NULL, NULL, '')",
    )
    .bind(id)
    .bind(session)
    .bind(batch)
    .bind(reason)
    .bind(by)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Lifts an open hold.
pub async fn lift_hold(
    connection: &mut Connection,
    id: HoldId,
    by: AccountId,
    reason: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE hold SET lifted_by = $2, lifted_at = $3, lift_reason = $4 WHERE id = $1 AND lifted_by IS NULL",
    )
    .bind(id)
    .bind(by)
    .bind(now)
    .bind(reason)
    .execute(connection)
    .await?;
    one_row(&done, "hold")
}

/// How many of a session stand in one state.
#[derive(Debug, Clone, FromRow)]
pub struct CountRow {
    /// The state.
    pub state: String,
    /// How many.
    pub count: i64,
}

/// How many attempts of a session stand in each state.
pub async fn attempt_counts(connection: &mut Connection, session: SessionId) -> Result<Vec<CountRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT state, COUNT(*) AS count FROM attempt WHERE session_id = $1 GROUP BY state ORDER BY state",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// How many score sheets of a session stand in each state.
pub async fn sheet_counts(connection: &mut Connection, session: SessionId) -> Result<Vec<CountRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT state, COUNT(*) AS count FROM score_sheet WHERE session_id = $1 GROUP BY state ORDER BY state",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}
