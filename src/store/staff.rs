//! The register of examiners and supervisors, and what it says about a session's candidates.

mod group;

pub use group::{
    OverrideRow, ask_override, busy_between, decide_override, duties_in, employer_of, groups_before, override_by_id,
    overrides, to_be_judged,
};

use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, FromRow};

use super::{Connection, StoreError, one_row};
use crate::kernel::{AccountId, ApplicationId, BatchId, CardId, CardNoteId, Digest, Timestamp};

/// A card.
#[derive(Debug, Clone, FromRow)]
pub struct CardRow {
    /// Its id.
    pub id: CardId,
    /// The number that people see.
    pub number: String,
    /// The kind: examiner, senior examiner, external or internal supervisor.
    pub kind: String,
    /// The holder's account.
    pub account_id: Option<AccountId>,
    /// The login of that account.
    pub login: Option<String>,
    /// The holder's name.
    pub name: String,
    /// The codes of the occupations, with commas.
    pub occupations: String,
    /// The levels, with commas.
    pub levels: String,
    /// The first day on which it is valid.
    pub valid_from: String,
    /// The first day on which it is no longer valid.
    pub valid_until: String,
    /// The holder's employer.
    pub employer: String,
    /// The body that the holder trains for.
    pub training_body: String,
    /// `active`, `suspended` or `withdrawn`.
    pub state: String,
    /// When it came on the register.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

macro_rules! select_card {
    ($tail:literal) => {
        concat!(
            "SELECT k.id, k.number, k.kind, k.account_id, a.login, k.name, k.occupations, k.levels, k.valid_from,
                    k.valid_until, k.employer, k.training_body, k.state, k.created_at, k.changed_at
             FROM staff_card k LEFT JOIN account a ON a.id = k.account_id ",
            $tail
        )
    };
}

/// The whole register, by kind and name.
pub async fn cards(connection: &mut Connection) -> Result<Vec<CardRow>, StoreError> {
    Ok(sqlx::query_as(select_card!("ORDER BY k.kind, k.name, k.number"))
        .fetch_all(connection)
        .await?)
}

/// The cards of one account.
pub async fn cards_of(connection: &mut Connection, account: AccountId) -> Result<Vec<CardRow>, StoreError> {
    Ok(
        sqlx::query_as(select_card!("WHERE k.account_id = $1 ORDER BY k.number"))
            .bind(account)
            .fetch_all(connection)
            .await?,
    )
}

/// One card.
pub async fn card(connection: &mut Connection, id: CardId) -> Result<Option<CardRow>, StoreError> {
    Ok(sqlx::query_as(select_card!("WHERE k.id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// The statement with a card's columns as its first thirteen values.
fn with_card<'q>(statement: &'static str, row: &'q CardRow) -> Query<'q, Any, AnyArguments> {
    sqlx::query(statement)
        .bind(row.id)
        .bind(&row.number)
        .bind(&row.kind)
        .bind(row.account_id)
        .bind(&row.name)
        .bind(&row.occupations)
        .bind(&row.levels)
        .bind(&row.valid_from)
        .bind(&row.valid_until)
        .bind(&row.employer)
        .bind(&row.training_body)
        .bind(&row.state)
        .bind(row.changed_at)
}

/// Adds a card.
pub async fn insert_card(connection: &mut Connection, row: &CardRow) -> Result<(), StoreError> {
    with_card(
        "INSERT INTO staff_card (id, number, kind, account_id, name, occupations, levels, valid_from, valid_until,
                                 employer, training_body, state, created_at, changed_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)",
        row,
    )
    .execute(connection)
    .await?;
    Ok(())
}

/// Changes a card, if nobody else did since it was read.
pub async fn update_card(connection: &mut Connection, row: &CardRow, read_at: Timestamp) -> Result<(), StoreError> {
    let result = with_card(
        "UPDATE staff_card SET number = $2, kind = $3, account_id = $4, name = $5, occupations = $6, levels = $7,
                valid_from = $8, valid_until = $9, employer = $10, training_body = $11, state = $12, changed_at = $13
         WHERE id = $1 AND changed_at = $14",
        row,
    )
    .bind(read_at)
    .execute(connection)
    .await?;
    one_row(&result, "staff_card")
}

/// Whom a card's holder must not judge.
#[derive(Debug, Clone, FromRow)]
pub struct ConflictRow {
    /// Its id.
    pub id: CardNoteId,
    /// The card.
    pub card_id: CardId,
    /// `relative`, `trainee` or `asked`.
    pub kind: String,
    /// The name of the person.
    pub name: String,
    /// The keyed digest of the citizen id.
    pub citizen_index: Option<Digest>,
    /// The application, when one certain candidate is meant.
    pub application_id: Option<ApplicationId>,
    /// Who declared it.
    pub declared_by: AccountId,
    /// When.
    pub declared_at: Timestamp,
}

/// All recorded conflicts.
pub async fn conflicts(connection: &mut Connection) -> Result<Vec<ConflictRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, card_id, kind, name, citizen_index, application_id, declared_by, declared_at
         FROM staff_conflict ORDER BY declared_at, id",
    )
    .fetch_all(connection)
    .await?)
}

/// Records a conflict.
pub async fn insert_conflict(connection: &mut Connection, row: &ConflictRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO staff_conflict (id, card_id, kind, name, citizen_index, application_id, declared_by, declared_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id)
    .bind(row.card_id)
    .bind(&row.kind)
    .bind(&row.name)
    .bind(row.citizen_index)
    .bind(row.application_id)
    .bind(row.declared_by)
    .bind(row.declared_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The conflicts between people on the register and a batch's candidates: account, application, kind.
pub async fn conflicts_in(
    connection: &mut Connection,
    batch: BatchId,
) -> Result<Vec<(AccountId, ApplicationId, String)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT DISTINCT k.account_id, a.id, f.kind
         FROM staff_conflict f JOIN staff_card k ON k.id = f.card_id
              JOIN application a ON a.batch_id = $1 JOIN candidate p ON p.id = a.candidate_id
         WHERE k.account_id IS NOT NULL
           AND (f.application_id = a.id OR f.citizen_index = p.citizen_index
                OR (f.application_id IS NULL AND f.citizen_index IS NULL AND f.name = p.name))",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// The candidates of a batch whom somebody must not judge.
pub async fn barred_from(
    connection: &mut Connection,
    batch: BatchId,
    examiner: AccountId,
) -> Result<Vec<ApplicationId>, StoreError> {
    let all = conflicts_in(connection, batch).await?;
    let own = all.into_iter().filter(|(account, ..)| *account == examiner);
    Ok(own.map(|(_, application, _)| application).collect())
}

/// A complaint about a card's holder.
#[derive(Debug, Clone, FromRow)]
pub struct ComplaintRow {
    /// Its id.
    pub id: CardNoteId,
    /// The card.
    pub card_id: CardId,
    /// What was said.
    pub text: String,
    /// Who recorded it.
    pub recorded_by: AccountId,
    /// When.
    pub recorded_at: Timestamp,
}

/// All complaints, the latest first.
pub async fn complaints(connection: &mut Connection) -> Result<Vec<ComplaintRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, card_id, text, recorded_by, recorded_at FROM complaint ORDER BY recorded_at DESC, id",
    )
    .fetch_all(connection)
    .await?)
}

/// Records a complaint.
pub async fn insert_complaint(connection: &mut Connection, row: &ComplaintRow) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO complaint (id, card_id, text, recorded_by, recorded_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(row.id)
        .bind(row.card_id)
        .bind(&row.text)
        .bind(row.recorded_by)
        .bind(row.recorded_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// In how many sessions each examiner signed sheets in a time.
pub async fn judged_sessions(
    connection: &mut Connection,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<(AccountId, i64)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT examiner_id, COUNT(DISTINCT session_id) FROM score_sheet
         WHERE state = 'signed' AND signed_at >= $1 AND signed_at < $2 GROUP BY examiner_id",
    )
    .bind(from)
    .bind(until)
    .fetch_all(connection)
    .await?)
}

/// How many check-lists each supervisor signed in a time.
pub async fn supervised_sessions(
    connection: &mut Connection,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<(AccountId, i64)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT supervisor_id, COUNT(*) FROM checklist WHERE signed_at >= $1 AND signed_at < $2 GROUP BY supervisor_id",
    )
    .bind(from)
    .bind(until)
    .fetch_all(connection)
    .await?)
}
