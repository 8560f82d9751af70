//! What results are made of: sessions, seats, attempts, answers, sheets and vetoes of a batch.

use sqlx::FromRow;

use crate::kernel::{AccountId, ApplicationId, AttemptId, BatchId, Marks, PaperId, SessionId, SheetId, Timestamp};
use crate::store::{Connection, StoreError};

/// A session of a batch.
#[derive(Debug, Clone, FromRow)]
pub struct SessionRow {
    /// Its id.
    pub id: SessionId,
    /// `theory` or `practical`.
    pub component: String,
    /// `planned`, `running` or `closed`.
    pub state: String,
}

/// The sessions of a batch.
pub async fn sessions(connection: &mut Connection, batch: BatchId) -> Result<Vec<SessionRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT id, component, state FROM session WHERE batch_id = $1 ORDER BY opens_at, id")
            .bind(batch)
            .fetch_all(connection)
            .await?,
    )
}

/// Who sits where.
#[derive(Debug, Clone, FromRow)]
pub struct SeatRow {
    /// The application.
    pub application_id: ApplicationId,
    /// The session.
    pub session_id: SessionId,
}

/// The seats of a batch.
pub async fn seats(connection: &mut Connection, batch: BatchId) -> Result<Vec<SeatRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT t.application_id, t.session_id FROM seat t JOIN session s ON s.id = t.session_id WHERE s.batch_id = $1",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// An attempt.
#[derive(Debug, Clone, FromRow)]
pub struct AttemptRow {
    /// Its id.
    pub id: AttemptId,
    /// The application.
    pub application_id: ApplicationId,
    /// The paper.
    pub paper_id: PaperId,
    /// `seated`, `checked_in`, `open` or `submitted`.
    pub state: String,
}

/// The attempts of a batch.
pub async fn attempts(connection: &mut Connection, batch: BatchId) -> Result<Vec<AttemptRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT t.id, t.application_id, t.paper_id, t.state
         FROM attempt t JOIN session s ON s.id = t.session_id
         WHERE s.batch_id = $1 AND s.component = 'theory'",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// The sealed content of a paper.
pub async fn paper_content(connection: &mut Connection, paper: PaperId) -> Result<Vec<u8>, StoreError> {
    Ok(sqlx::query_scalar("SELECT content FROM paper WHERE id = $1")
        .bind(paper)
        .fetch_one(connection)
        .await?)
}

/// An answer.
#[derive(Debug, Clone, FromRow)]
pub struct AnswerRow {
    /// The question's number.
    pub number: i64,
    /// What was answered.
    pub value: String,
}

/// The latest answers of an attempt.
pub async fn answers(connection: &mut Connection, attempt: AttemptId) -> Result<Vec<AnswerRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT number, value FROM answer WHERE attempt_id = $1 ORDER BY number")
            .bind(attempt)
            .fetch_all(connection)
            .await?,
    )
}

/// An acknowledged answer.
#[derive(Debug, Clone, FromRow)]
pub struct LoggedRow {
    /// The question's number.
    pub number: i64,
    /// Which saving of this question it was.
    pub revision: i64,
    /// What was answered.
    pub value: String,
}

/// Every acknowledged answer of an attempt, by question and revision.
pub async fn logged(connection: &mut Connection, attempt: AttemptId) -> Result<Vec<LoggedRow>, StoreError> {
    Ok(
        sqlx::query_as(
            "SELECT number, revision, value FROM answer_log WHERE attempt_id = $1 ORDER BY number, revision",
        )
        .bind(attempt)
        .fetch_all(connection)
        .await?,
    )
}

/// How many answers of an application came too late or from a replaced terminal, and were kept aside.
pub async fn aside_count(connection: &mut Connection, application: ApplicationId) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT COUNT(*) FROM answer_aside k JOIN attempt t ON t.id = k.attempt_id WHERE t.application_id = $1",
    )
    .bind(application)
    .fetch_one(connection)
    .await?)
}

/// A score sheet with its entries.
#[derive(Debug, Clone, FromRow)]
pub struct EntriesRow {
    /// Its id.
    pub id: SheetId,
    /// The session.
    pub session_id: SessionId,
    /// The application.
    pub application_id: ApplicationId,
    /// The task.
    pub task_code: String,
    /// Whose it is.
    pub examiner_id: AccountId,
    /// The entries, as JSON.
    pub content: String,
    /// The total of a signed sheet.
    pub total: Option<Marks>,
    /// When it was signed.
    pub signed_at: Option<Timestamp>,
}

/// The score sheets of a batch with their entries, as [`sheets`] has them.
pub async fn entries(connection: &mut Connection, batch: BatchId) -> Result<Vec<EntriesRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT h.id, h.session_id, h.application_id, h.task_code, h.examiner_id, h.content, h.total, h.signed_at
         FROM score_sheet h JOIN session s ON s.id = h.session_id
              LEFT JOIN assignment g ON g.session_id = h.session_id AND g.account_id = h.examiner_id
         WHERE s.batch_id = $1 AND (h.state = 'signed' OR g.duty = 'examiner')
         ORDER BY h.application_id, h.task_code, h.id",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// A veto with its signatures.
#[derive(Debug, Clone, FromRow)]
pub struct SignedVetoRow {
    /// The application.
    pub application_id: ApplicationId,
    /// The task.
    pub task_code: String,
    /// The veto item.
    pub code: String,
    /// Who raised it.
    pub raised_by: AccountId,
    /// Who signed second.
    pub confirmed_by: Option<AccountId>,
    /// When.
    pub confirmed_at: Option<Timestamp>,
}

/// The vetoes of a batch with their signatures, as [`vetoes`] has them.
pub async fn signed_vetoes(connection: &mut Connection, batch: BatchId) -> Result<Vec<SignedVetoRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT h.application_id, h.task_code, v.code, v.raised_by, v.confirmed_by, v.confirmed_at
         FROM veto v JOIN score_sheet h ON h.id = v.sheet_id JOIN session s ON s.id = h.session_id
              LEFT JOIN assignment g ON g.session_id = h.session_id AND g.account_id = h.examiner_id
         WHERE s.batch_id = $1 AND (v.confirmed_by IS NOT NULL OR h.state = 'signed' OR g.duty = 'examiner')
         ORDER BY h.application_id, h.task_code, v.code, v.sheet_id",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// A task that the draw gave a session.
#[derive(Debug, Clone, FromRow)]
pub struct DrawRow {
    /// The session.
    pub session_id: SessionId,
    /// The task.
    pub task_code: String,
    /// Its weight in percent.
    pub weight: i64,
}

/// The tasks of all practical sessions of a batch, in the order of the structure table.
pub async fn draws(connection: &mut Connection, batch: BatchId) -> Result<Vec<DrawRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT d.session_id, d.task_code, d.weight FROM task_draw d JOIN session s ON s.id = d.session_id
         WHERE s.batch_id = $1 ORDER BY d.session_id, d.position",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// A score sheet without its entries.
#[derive(Debug, Clone, FromRow)]
pub struct SheetRow {
    /// Its id.
    pub id: SheetId,
    /// The session.
    pub session_id: SessionId,
    /// The application.
    pub application_id: ApplicationId,
    /// The task.
    pub task_code: String,
    /// `draft` or `signed`.
    pub state: String,
    /// The total of a signed sheet.
    pub total: Option<Marks>,
}

/// The score sheets of a batch. What somebody left unsigned who was relieved since is set aside.
pub async fn sheets(connection: &mut Connection, batch: BatchId) -> Result<Vec<SheetRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT h.id, h.session_id, h.application_id, h.task_code, h.state, h.total
         FROM score_sheet h JOIN session s ON s.id = h.session_id
              LEFT JOIN assignment g ON g.session_id = h.session_id AND g.account_id = h.examiner_id
         WHERE s.batch_id = $1 AND (h.state = 'signed' OR g.duty = 'examiner')
         ORDER BY h.application_id, h.task_code, h.id",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// A veto raised on a sheet.
#[derive(Debug, Clone, FromRow)]
pub struct VetoRow {
    /// The application.
    pub application_id: ApplicationId,
    /// The task.
    pub task_code: String,
    /// The veto item.
    pub code: String,
    /// 1 with both signatures.
    pub confirmed: i64,
}

/// The vetoes of a batch. One without its second signature is set aside with the unsigned sheet of whoever was relieved.
pub async fn vetoes(connection: &mut Connection, batch: BatchId) -> Result<Vec<VetoRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT h.application_id, h.task_code, v.code,
                CAST(CASE WHEN v.confirmed_by IS NULL THEN 0 ELSE 1 END AS BIGINT) AS confirmed
         FROM veto v JOIN score_sheet h ON h.id = v.sheet_id JOIN session s ON s.id = h.session_id
              LEFT JOIN assignment g ON g.session_id = h.session_id AND g.account_id = h.examiner_id
         WHERE s.batch_id = $1 AND (v.confirmed_by IS NOT NULL OR h.state = 'signed' OR g.duty = 'examiner')
         ORDER BY h.application_id, h.task_code, v.code",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}
