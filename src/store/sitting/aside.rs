//! Answers kept aside: they did not count when they came, and people look at them.

use sqlx::FromRow;

use crate::kernel::{AttemptId, Digest, SessionId, Timestamp};
use crate::store::{Connection, StoreError};

/// No attempt keeps more of them.
const MOST: i64 = 2_000;

/// An answer kept aside.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct AsideRow {
    /// The attempt.
    pub attempt_id: AttemptId,
    /// The digest of the terminal that sent it.
    pub terminal: Digest,
    /// The question.
    pub number: i64,
    /// The terminal's revision.
    pub revision: i64,
    /// The value.
    pub value: String,
    /// 1 when marked.
    pub flagged: i64,
    /// `replaced_terminal` or `after_grace`.
    pub why: String,
    /// When it came.
    pub received_at: Timestamp,
}

/// Keeps answers aside; what stands in the log already, and a repeat, is left out.
pub async fn keep(connection: &mut Connection, rows: &[AsideRow]) -> Result<(), StoreError> {
    for row in rows {
        sqlx::query(
            "INSERT INTO answer_aside (attempt_id, terminal, number, revision, value, flagged, why, received_at)
             SELECT t.id, $2, $3, $4, $5, $6, $7, $8 FROM attempt t
             WHERE t.id = $1
               AND (SELECT COUNT(*) FROM answer_log l WHERE l.attempt_id = t.id AND l.number = $3
                    AND l.revision = $4 AND l.value = $5) = 0
               AND (SELECT COUNT(*) FROM answer_aside a WHERE a.attempt_id = t.id) < $9
             ON CONFLICT DO NOTHING",
        )
        .bind(row.attempt_id)
        .bind(row.terminal)
        .bind(row.number)
        .bind(row.revision)
        .bind(&row.value)
        .bind(row.flagged)
        .bind(&row.why)
        .bind(row.received_at)
        .bind(MOST)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// What is kept aside in a session, with the answer that counts beside it, by seat and question.
pub async fn of_session(connection: &mut Connection, session: SessionId) -> Result<Vec<ListedRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT seat.seat_no AS seat_no, c.name AS name, t.id AS attempt_id, k.number AS number,
                k.revision AS revision, k.value AS value, k.why AS why, k.received_at AS received_at,
                a.value AS counts
         FROM answer_aside k
         JOIN attempt t ON t.id = k.attempt_id
         JOIN seat ON seat.session_id = t.session_id AND seat.application_id = t.application_id
         JOIN application p ON p.id = t.application_id
         JOIN candidate c ON c.id = p.candidate_id
         LEFT JOIN answer a ON a.attempt_id = k.attempt_id AND a.number = k.number
         WHERE t.session_id = $1 ORDER BY seat.seat_no, k.number, k.revision",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// An answer kept aside, as lists show it.
#[derive(Debug, Clone, FromRow)]
pub struct ListedRow {
    /// The seat.
    pub seat_no: i64,
    /// The candidate's name.
    pub name: String,
    /// The attempt.
    pub attempt_id: AttemptId,
    /// The question.
    pub number: i64,
    /// The terminal's revision.
    pub revision: i64,
    /// What was kept aside.
    pub value: String,
    /// `replaced_terminal` or `after_grace`.
    pub why: String,
    /// When it came.
    pub received_at: Timestamp,
    /// The answer that counts, if there is one.
    pub counts: Option<String>,
}
