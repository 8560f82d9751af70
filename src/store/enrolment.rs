//! Candidates and applications.
//!
//! A candidate is a person and stands once, however often he or she sits; an application is one person in one batch.

use sqlx::FromRow;

use super::{Connection, StoreError, one_row};
use crate::kernel::{AccountId, ApplicationId, BatchId, CandidateId, Digest, EventId, Timestamp};

/// What applications need to know of their batch and its plan.
#[derive(Debug, Clone, FromRow)]
pub struct BatchFacts {
    /// The batch.
    pub id: BatchId,
    /// The plan's number.
    pub plan_number: String,
    /// The plan's title.
    pub plan_title: String,
    /// `draft` or `published`.
    pub plan_state: String,
    /// Until when candidates are registered.
    pub registration_until: Timestamp,
    /// The occupation's name.
    pub occupation_name: String,
    /// The same in English.
    pub occupation_name_en: String,
    /// The level; 1 is the highest.
    pub level: i64,
    /// `open` until results are settled.
    pub state: String,
}

/// The batch with its plan.
pub async fn batch(connection: &mut Connection, id: BatchId) -> Result<Option<BatchFacts>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT b.id, p.number AS plan_number, p.title AS plan_title, p.state AS plan_state, p.registration_until,
                b.occupation_name, b.occupation_name_en, b.level, b.state
         FROM batch b JOIN plan p ON p.id = b.plan_id
         WHERE b.id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?)
}

/// A person, without the photo.
#[derive(Debug, Clone, FromRow)]
pub struct CandidateRow {
    /// The id.
    pub id: CandidateId,
    /// The name as on the document.
    pub name: String,
    /// The kind of document.
    pub id_kind: String,
    /// The document's number, sealed.
    pub citizen_id: Vec<u8>,
    /// The keyed digest that finds the person again.
    pub citizen_index: Digest,
    /// The number with all but its ends hidden.
    pub citizen_mask: String,
    /// `male` or `female`.
    pub sex: String,
    /// The birth date, as 1990-05-06.
    pub birth_date: String,
    /// The mobile number, sealed.
    pub phone: Option<Vec<u8>>,
    /// The employer; may be empty.
    pub employer: String,
    /// When the person was first registered.
    pub created_at: Timestamp,
    /// When something of this last changed.
    pub changed_at: Timestamp,
}

/// The person whose document has this keyed digest.
pub async fn candidate_by_index(
    connection: &mut Connection,
    index: Digest,
) -> Result<Option<CandidateRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, name, id_kind, citizen_id, citizen_index, citizen_mask, sex, birth_date, phone, employer,
                created_at, changed_at
         FROM candidate WHERE citizen_index = $1",
    )
    .bind(index)
    .fetch_optional(connection)
    .await?)
}

/// The person with this id.
pub async fn candidate(connection: &mut Connection, id: CandidateId) -> Result<Option<CandidateRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, name, id_kind, citizen_id, citizen_index, citizen_mask, sex, birth_date, phone, employer,
                created_at, changed_at
         FROM candidate WHERE id = $1",
    )
    .bind(id)
    .fetch_optional(connection)
    .await?)
}

/// Writes a new person.
pub async fn insert_candidate(connection: &mut Connection, row: &CandidateRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO candidate
            (id, name, id_kind, citizen_id, citizen_index, citizen_mask, sex, birth_date, phone, employer,
             created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(row.id)
    .bind(&row.name)
    .bind(&row.id_kind)
    .bind(&row.citizen_id)
    .bind(row.citizen_index)
    .bind(&row.citizen_mask)
    .bind(&row.sex)
    .bind(&row.birth_date)
    .bind(&row.phone)
    .bind(&row.employer)
    .bind(row.created_at)
    .bind(row.changed_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Changes what may change about a person: how to reach, and for whom he or she works.
pub async fn update_candidate(connection: &mut Connection, row: &CandidateRow) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE candidate SET phone = $2, employer = $3, changed_at = $4 WHERE id = $1")
        .bind(row.id)
        .bind(&row.phone)
        .bind(&row.employer)
        .bind(row.changed_at)
        .execute(connection)
        .await?;
    one_row(&done, "candidate")
}

/// Stores a person's photo.
pub async fn set_photo(
    connection: &mut Connection,
    id: CandidateId,
    jpeg: &[u8],
    now: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE candidate SET photo = $2, changed_at = $3 WHERE id = $1")
        .bind(id)
        .bind(jpeg)
        .bind(now)
        .execute(connection)
        .await?;
    one_row(&done, "candidate")
}

/// A person's photo, a JPEG.
pub async fn photo(connection: &mut Connection, id: CandidateId) -> Result<Option<Vec<u8>>, StoreError> {
    let found: Option<(Option<Vec<u8>>,)> = sqlx::query_as("SELECT photo FROM candidate WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    Ok(found.and_then(|(photo,)| photo))
}

/// An application with what lists show of its person.
#[derive(Debug, Clone, FromRow)]
pub struct ApplicationRow {
    /// The application.
    pub id: ApplicationId,
    /// Its batch.
    pub batch_id: BatchId,
    /// Its person.
    pub candidate_id: CandidateId,
    /// `new` or `resit`.
    pub exam_kind: String,
    /// Where the candidate comes from; may be empty.
    pub source: String,
    /// What the candidate claims, as JSON.
    pub profile: String,
    /// `registered`, `approved`, `rejected` or `withdrawn`.
    pub state: String,
    /// Who registered it.
    pub registered_by: AccountId,
    /// When.
    pub registered_at: Timestamp,
    /// Who decided.
    pub decided_by: Option<AccountId>,
    /// When it was decided or withdrawn.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// The number of the admission ticket, once there is one.
    pub ticket_number: Option<String>,
    /// The person's name.
    pub name: String,
    /// The kind of document.
    pub id_kind: String,
    /// The document's number, sealed.
    pub citizen_id: Vec<u8>,
    /// The number with all but its ends hidden.
    pub citizen_mask: String,
    /// `male` or `female`.
    pub sex: String,
    /// The birth date.
    pub birth_date: String,
    /// The mobile number, sealed.
    pub phone: Option<Vec<u8>>,
    /// The employer.
    pub employer: String,
    /// 1 when there is a photo.
    pub has_photo: i64,
    /// How many seats it has.
    pub seats: i64,
}

macro_rules! select_application {
    ($tail:literal) => {
        concat!(
            "SELECT a.id, a.batch_id, a.candidate_id, a.exam_kind, a.source, a.profile, a.state, a.registered_by,
                    a.registered_at, a.decided_by, a.decided_at, a.reason, a.ticket_number, c.name, c.id_kind,
                    c.citizen_id, c.citizen_mask, c.sex, c.birth_date, c.phone, c.employer,
                    CAST(CASE WHEN c.photo IS NULL THEN 0 ELSE 1 END AS BIGINT) AS has_photo,
                    (SELECT COUNT(*) FROM seat s WHERE s.application_id = a.id) AS seats
             FROM application a JOIN candidate c ON c.id = a.candidate_id ",
            $tail
        )
    };
}

/// The application with this id.
pub async fn application(connection: &mut Connection, id: ApplicationId) -> Result<Option<ApplicationRow>, StoreError> {
    Ok(sqlx::query_as(select_application!("WHERE a.id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// The application of this person in this batch.
pub async fn application_of(
    connection: &mut Connection,
    batch: BatchId,
    candidate: CandidateId,
) -> Result<Option<ApplicationRow>, StoreError> {
    Ok(
        sqlx::query_as(select_application!("WHERE a.batch_id = $1 AND a.candidate_id = $2"))
            .bind(batch)
            .bind(candidate)
            .fetch_optional(connection)
            .await?,
    )
}

/// The applications of a batch, in the order of registration.
pub async fn applications(connection: &mut Connection, batch: BatchId) -> Result<Vec<ApplicationRow>, StoreError> {
    Ok(
        sqlx::query_as(select_application!("WHERE a.batch_id = $1 ORDER BY a.id"))
            .bind(batch)
            .fetch_all(connection)
            .await?,
    )
}

/// What an application says, to be written.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The application.
    pub id: ApplicationId,
    /// Its batch.
    pub batch: BatchId,
    /// Its person.
    pub candidate: CandidateId,
    /// `new` or `resit`.
    pub exam_kind: &'a str,
    /// Where the candidate comes from.
    pub source: &'a str,
    /// What the candidate claims, as JSON.
    pub profile: &'a str,
    /// Who registers.
    pub by: AccountId,
    /// When.
    pub at: Timestamp,
}

/// Writes a new application.
pub async fn insert_application(connection: &mut Connection, entry: &Entry<'_>) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO application
            (id, batch_id, candidate_id, exam_kind, source, profile, state, registered_by, registered_at)
         VALUES ($1, $2, $3, $4, $5, $6, 'registered', $7, $8)",
    )
    .bind(entry.id)
    .bind(entry.batch)
    .bind(entry.candidate)
    .bind(entry.exam_kind)
    .bind(entry.source)
    .bind(entry.profile)
    .bind(entry.by)
    .bind(entry.at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Registers anew over an application that waits or was rejected.
pub async fn register_again(connection: &mut Connection, entry: &Entry<'_>) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE application
         SET exam_kind = $2, source = $3, profile = $4, state = 'registered', registered_by = $5, registered_at = $6,
             decided_by = NULL, decided_at = NULL, reason = ''
         WHERE id = $1 AND state IN ('registered', 'rejected')",
    )
    .bind(entry.id)
    .bind(entry.exam_kind)
    .bind(entry.source)
    .bind(entry.profile)
    .bind(entry.by)
    .bind(entry.at)
    .execute(connection)
    .await?;
    one_row(&done, "application")
}

/// Moves an application from one state to another, with who, when and why.
pub async fn move_application(
    connection: &mut Connection,
    row: &ApplicationRow,
    state: &str,
    by: AccountId,
    at: Timestamp,
    reason: &str,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE application SET state = $3, decided_by = $4, decided_at = $5, reason = $6 WHERE id = $1 AND state = $2",
    )
    .bind(row.id)
    .bind(&row.state)
    .bind(state)
    .bind(by)
    .bind(at)
    .bind(reason)
    .execute(connection)
    .await?;
    one_row(&done, "application")
}

/// Takes a registered application without a seat off the roll, and its person if there is no other application of his.
pub async fn remove(connection: &mut Connection, row: &ApplicationRow) -> Result<(), StoreError> {
    let done = sqlx::query(
        "DELETE FROM application WHERE id = $1 AND state = 'registered'
         AND NOT EXISTS (SELECT 1 FROM seat s WHERE s.application_id = application.id)",
    )
    .bind(row.id)
    .execute(&mut *connection)
    .await?;
    one_row(&done, "application")?;
    sqlx::query(
        "DELETE FROM candidate WHERE id = $1
         AND NOT EXISTS (SELECT 1 FROM application a WHERE a.candidate_id = candidate.id)",
    )
    .bind(row.candidate_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// An event in an application's history, with the name of who did it.
#[derive(Debug, Clone, FromRow)]
pub struct HistoryRow {
    /// The event.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// Which act.
    pub act: String,
    /// The name of the member of staff; absent for others.
    pub who: Option<String>,
    /// Why.
    pub reason: String,
}

/// What happened to an application: events about it, and events of its batch that name it among others.
pub async fn history(connection: &mut Connection, row: &ApplicationRow) -> Result<Vec<HistoryRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT e.id, e.at, e.act, u.name AS who, e.reason
         FROM event e LEFT JOIN account u ON u.id = e.actor_id
         WHERE e.subject = $1
            OR (e.batch_id = $2 AND e.act IN ('roll.import', 'application.decide') AND e.detail LIKE $3)
         ORDER BY e.id",
    )
    .bind(row.id)
    .bind(row.batch_id)
    .bind(format!("%{}%", row.id))
    .fetch_all(connection)
    .await?)
}

/// A published batch of electricians at level 4, with all that it needs, for tests.
#[cfg(test)]
pub(crate) async fn example_batch(
    connection: &mut Connection,
    batch: BatchId,
    by: AccountId,
    now: Timestamp,
    registration_until: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO station (id, code, name, name_en, created_at) VALUES ('sta_1', 'S1', '第一站', 'First', $1)",
    )
    .bind(now)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO bank_version (id, code, label, digest, kind, occupation_code, occupation_name, occupation_name_en,
                                   level, items, tasks, content, loaded_at, loaded_by)
         VALUES ('bnk_1', 'electrician-4', '1', 'digest', 'live', '6-31-01-03', '电工', 'Electrician', 4, 0, 0, $1,
                 $2, '')",
    )
    .bind(Vec::<u8>::new())
    .bind(now)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO plan (id, number, title, registration_until, publicity_days, state, created_at, created_by)
         VALUES ('pln_1', '202605001', '五月', $1, 5, 'published', $2, $3)",
    )
    .bind(registration_until)
    .bind(now)
    .bind(by)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "INSERT INTO batch (id, plan_id, station_id, bank_version_id, occupation_code, occupation_name,
                            occupation_name_en, level, paper_rule, scheme, theory, practical, state, created_at)
         VALUES ($1, 'pln_1', 'sta_1', 'bnk_1', '6-31-01-03', '电工', 'Electrician', 4, '{}', '', 1, 1, 'open', $2)",
    )
    .bind(batch)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}
