//! Component results and the state of a batch.

#[cfg(test)]
pub(crate) mod fixture;
mod input;

use sqlx::FromRow;

pub use input::{
    AnswerRow, AttemptRow, DrawRow, EntriesRow, LoggedRow, SeatRow, SessionRow, SheetRow, SignedVetoRow, VetoRow,
    answers, aside_count, attempts, draws, entries, logged, paper_content, seats, sessions, sheets, signed_vetoes,
    vetoes,
};

use super::{Connection, StoreError, one_row};
use crate::kernel::{
    AccountId, ApplicationId, BankVersionId, BatchId, CandidateId, Exact, HoldId, Marks, StationId, Timestamp,
};

/// A batch as results and certificates look at it.
#[derive(Debug, Clone, FromRow)]
pub struct BatchRow {
    /// Its id.
    pub id: BatchId,
    /// The plan's number.
    pub plan_number: String,
    /// The plan's title.
    pub plan_title: String,
    /// Working days of publicity.
    pub publicity_days: i64,
    /// The station.
    pub station_id: StationId,
    /// The station's code.
    pub station_code: String,
    /// The station's name.
    pub station_name: String,
    /// The station's name in English.
    pub station_name_en: String,
    /// The bank that papers and tasks came from.
    pub bank_version_id: BankVersionId,
    /// The occupation's code.
    pub occupation_code: String,
    /// The occupation.
    pub occupation_name: String,
    /// The occupation in English.
    pub occupation_name_en: String,
    /// The level's digit.
    pub level: i64,
    /// The certificate scheme.
    pub scheme: String,
    /// 1 if theory is examined.
    pub theory: i64,
    /// 1 if practical skill is examined.
    pub practical: i64,
    /// `open`, `settled`, `approved` or `published`.
    pub state: String,
    /// When the results were settled.
    pub settled_at: Option<Timestamp>,
    /// By whom.
    pub settled_by: Option<AccountId>,
    /// When they were approved.
    pub approved_at: Option<Timestamp>,
    /// By whom.
    pub approved_by: Option<AccountId>,
    /// When they were published.
    pub published_at: Option<Timestamp>,
    /// When their publicity ends.
    pub publicity_until: Option<Timestamp>,
}

macro_rules! select_batch {
    ($tail:literal) => {
        concat!(
            "SELECT b.id, p.number AS plan_number, p.title AS plan_title, p.publicity_days, b.station_id,
                s.code AS station_code, s.name AS station_name, s.name_en AS station_name_en, b.bank_version_id,
                b.occupation_code, b.occupation_name, b.occupation_name_en, b.level, b.scheme, b.theory, b.practical,
                b.state, b.settled_at, b.settled_by, b.approved_at, b.approved_by, b.published_at, b.publicity_until
             FROM batch b JOIN plan p ON p.id = b.plan_id JOIN station s ON s.id = b.station_id ",
            $tail
        )
    };
}

/// The batch of this id.
pub async fn batch(connection: &mut Connection, id: BatchId) -> Result<Option<BatchRow>, StoreError> {
    Ok(sqlx::query_as(select_batch!("WHERE b.id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// The batches whose results are public at this instant, the newest first.
pub async fn in_publicity(connection: &mut Connection, now: Timestamp) -> Result<Vec<BatchRow>, StoreError> {
    Ok(sqlx::query_as(select_batch!(
        "WHERE b.state = 'published' AND b.publicity_until > $1 ORDER BY b.published_at DESC, b.id"
    ))
    .bind(now)
    .fetch_all(connection)
    .await?)
}

/// An approved application.
#[derive(Debug, Clone, FromRow)]
pub struct ApplicantRow {
    /// The application.
    pub application_id: ApplicationId,
    /// The person.
    pub candidate_id: CandidateId,
    /// The person's name.
    pub name: String,
    /// The ticket's number, once issued.
    pub ticket_number: Option<String>,
    /// `new` or `resit`.
    pub exam_kind: String,
}

/// The approved applications of a batch, by ticket number.
pub async fn applicants(connection: &mut Connection, batch: BatchId) -> Result<Vec<ApplicantRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT a.id AS application_id, a.candidate_id, c.name, a.ticket_number, a.exam_kind
         FROM application a JOIN candidate c ON c.id = a.candidate_id
         WHERE a.batch_id = $1 AND a.state = 'approved'
         ORDER BY a.ticket_number, a.id",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// A settled component.
#[derive(Debug, Clone, FromRow)]
pub struct ResultRow {
    /// The application.
    pub application_id: ApplicationId,
    /// `theory` or `practical`.
    pub component: String,
    /// The unrounded score.
    pub exact: Exact,
    /// The score in hundredths.
    pub hundredths: Marks,
    /// 1 if it reaches the pass mark.
    pub passed: i64,
    /// How it came about, as JSON.
    pub detail: String,
}

/// The settled components of a batch, by application and component.
pub async fn results(connection: &mut Connection, batch: BatchId) -> Result<Vec<ResultRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT r.application_id, r.component, r.exact, r.hundredths, r.passed, r.detail
         FROM component_result r JOIN application a ON a.id = r.application_id
         WHERE a.batch_id = $1
         ORDER BY r.application_id, r.component",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// Puts these results in the place of whatever was settled before.
pub async fn replace_results(
    connection: &mut Connection,
    batch: BatchId,
    rows: &[ResultRow],
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "DELETE FROM component_result
         WHERE application_id IN (SELECT id FROM application WHERE batch_id = $1)",
    )
    .bind(batch)
    .execute(&mut *connection)
    .await?;
    for row in rows {
        sqlx::query(
            "INSERT INTO component_result
                (application_id, component, exact, hundredths, passed, detail, settled_at, settled_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(row.application_id)
        .bind(&row.component)
        .bind(row.exact)
        .bind(row.hundredths)
        .bind(row.passed)
        .bind(&row.detail)
        .bind(now)
        .bind(by)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Marks a batch as settled, unless somebody approved it meanwhile.
pub async fn set_settled(
    connection: &mut Connection,
    batch: BatchId,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let result = sqlx::query(
        "UPDATE batch SET state = 'settled', settled_at = $2, settled_by = $3
         WHERE id = $1 AND state IN ('open', 'settled')",
    )
    .bind(batch)
    .bind(now)
    .bind(by)
    .execute(connection)
    .await?;
    one_row(&result, "batch")
}

/// Marks results as approved, if they are still those that were settled at that instant.
pub async fn set_approved(
    connection: &mut Connection,
    batch: BatchId,
    settled_at: Timestamp,
    by: AccountId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let result = sqlx::query(
        "UPDATE batch SET state = 'approved', approved_at = $3, approved_by = $4
         WHERE id = $1 AND state = 'settled' AND settled_at = $2",
    )
    .bind(batch)
    .bind(settled_at)
    .bind(now)
    .bind(by)
    .execute(connection)
    .await?;
    one_row(&result, "batch")
}

/// Publishes approved results until that instant.
pub async fn set_published(
    connection: &mut Connection,
    batch: BatchId,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    let result = sqlx::query(
        "UPDATE batch SET state = 'published', published_at = $2, publicity_until = $3
         WHERE id = $1 AND state = 'approved'",
    )
    .bind(batch)
    .bind(now)
    .bind(until)
    .execute(connection)
    .await?;
    one_row(&result, "batch")
}

/// The holds that stand against a batch.
pub async fn open_holds(connection: &mut Connection, batch: BatchId) -> Result<Vec<HoldId>, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT id FROM hold WHERE batch_id = $1 AND lifted_at IS NULL ORDER BY id")
            .bind(batch)
            .fetch_all(connection)
            .await?,
    )
}
