//! Figures on items: the papers that they are reckoned from, and how they came out last.

use sqlx::FromRow;

use super::{Connection, StoreError};
use crate::kernel::{AccountId, AttemptId, BankVersionId, PaperId, Timestamp};

/// A paper of a closed session.
#[derive(Debug, Clone, FromRow)]
pub struct PaperRow {
    /// Its id.
    pub id: PaperId,
    /// Its sealed content.
    pub content: Vec<u8>,
    /// When its session was closed.
    pub used_at: Option<Timestamp>,
    /// The attempt that was handed in on it, if one was.
    pub attempt_id: Option<AttemptId>,
}

/// The next papers that were drawn from a bank version for sessions that are closed.
pub async fn papers(
    connection: &mut Connection,
    bank: BankVersionId,
    after: Option<PaperId>,
    most: i64,
) -> Result<Vec<PaperRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT p.id, p.content, s.closed_at AS used_at, t.id AS attempt_id
         FROM paper p JOIN session s ON s.id = p.session_id JOIN batch b ON b.id = s.batch_id
         LEFT JOIN attempt t ON t.paper_id = p.id AND t.state = 'submitted'
         WHERE b.bank_version_id = $1 AND s.state = 'closed' AND p.id > $2 ORDER BY p.id LIMIT $3",
    )
    .bind(bank)
    .bind(after.map(|paper| paper.to_string()).unwrap_or_default())
    .bind(most)
    .fetch_all(connection)
    .await?)
}

/// When a bank version was last used in a session that is closed.
pub async fn last_used(connection: &mut Connection, bank: BankVersionId) -> Result<Option<Timestamp>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT s.closed_at FROM session s JOIN batch b ON b.id = s.batch_id
         WHERE b.bank_version_id = $1 AND s.state = 'closed' AND s.component = 'theory' AND s.closed_at IS NOT NULL
         ORDER BY s.closed_at DESC LIMIT 1",
    )
    .bind(bank)
    .fetch_optional(connection)
    .await?)
}

/// Figures as they came out last.
#[derive(Debug, Clone, FromRow)]
pub struct FiguresRow {
    /// The figures, as JSON.
    pub content: String,
    /// When.
    pub reckoned_at: Timestamp,
    /// The name of who had them reckoned.
    pub reckoned_name: String,
}

/// The figures of a bank version.
pub async fn figures(connection: &mut Connection, bank: BankVersionId) -> Result<Option<FiguresRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT f.content, f.reckoned_at, a.name AS reckoned_name
         FROM bank_figures f JOIN account a ON a.id = f.reckoned_by WHERE f.bank_version_id = $1",
    )
    .bind(bank)
    .fetch_optional(connection)
    .await?)
}

/// Keeps figures in the place of those before.
pub async fn keep(
    connection: &mut Connection,
    bank: BankVersionId,
    content: &str,
    (by, at): (AccountId, Timestamp),
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO bank_figures (bank_version_id, content, reckoned_at, reckoned_by) VALUES ($1, $2, $3, $4)
         ON CONFLICT (bank_version_id) DO UPDATE SET content = excluded.content, reckoned_at = excluded.reckoned_at,
         reckoned_by = excluded.reckoned_by",
    )
    .bind(bank)
    .bind(content)
    .bind(at)
    .bind(by)
    .execute(connection)
    .await?;
    Ok(())
}
