//! Stations, rooms, plans and batches.

use sqlx::FromRow;

use super::{Connection, StoreError, one_row};
use crate::kernel::{AccountId, BankVersionId, BatchId, PlanId, RoomId, StationId, Timestamp};

/// A station.
#[derive(Debug, Clone, FromRow)]
pub struct StationRow {
    /// Its id.
    pub id: StationId,
    /// The code that its numbers begin with.
    pub code: String,
    /// The Chinese name.
    pub name: String,
    /// The English name.
    pub name_en: String,
    /// When it was added.
    pub created_at: Timestamp,
}

/// A room of a station.
#[derive(Debug, Clone, FromRow)]
pub struct RoomRow {
    /// Its id.
    pub id: RoomId,
    /// The station.
    pub station_id: StationId,
    /// Its name, unique in the station.
    pub name: String,
    /// How many seats it has.
    pub seats: i64,
}

/// A plan.
#[derive(Debug, Clone, FromRow)]
pub struct PlanRow {
    /// Its id.
    pub id: PlanId,
    /// The number that people see.
    pub number: String,
    /// What it is for.
    pub title: String,
    /// The end of registration.
    pub registration_until: Timestamp,
    /// Days of publicity of its results.
    pub publicity_days: i64,
    /// `draft` or `published`.
    pub state: String,
    /// When it was drafted.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: AccountId,
}

/// A batch: an occupation at a level within a plan.
#[derive(Debug, Clone, FromRow)]
pub struct BatchRow {
    /// Its id.
    pub id: BatchId,
    /// The plan.
    pub plan_id: PlanId,
    /// The station.
    pub station_id: StationId,
    /// The bank that its papers and tasks are drawn from.
    pub bank_version_id: BankVersionId,
    /// The occupation's code.
    pub occupation_code: String,
    /// The occupation's Chinese name.
    pub occupation_name: String,
    /// The occupation's English name.
    pub occupation_name_en: String,
    /// The level, 1 (highest) to 5.
    pub level: i64,
    /// The paper rule as JSON, frozen.
    pub paper_rule: String,
    /// The id of the certificate scheme.
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
    /// When the results were approved.
    pub approved_at: Option<Timestamp>,
    /// By whom.
    pub approved_by: Option<AccountId>,
    /// When the results were published.
    pub published_at: Option<Timestamp>,
    /// The end of publicity.
    pub publicity_until: Option<Timestamp>,
    /// When it was added.
    pub created_at: Timestamp,
}

/// All stations, by code.
pub async fn stations(connection: &mut Connection) -> Result<Vec<StationRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT id, code, name, name_en, created_at FROM station ORDER BY code")
            .fetch_all(connection)
            .await?,
    )
}

/// The station of this id.
pub async fn station(connection: &mut Connection, id: StationId) -> Result<Option<StationRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT id, code, name, name_en, created_at FROM station WHERE id = $1")
            .bind(id)
            .fetch_optional(connection)
            .await?,
    )
}

/// Whether a station has this code.
pub async fn station_code_taken(connection: &mut Connection, code: &str) -> Result<bool, StoreError> {
    let count: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM station WHERE code = $1")
        .bind(code)
        .fetch_one(connection)
        .await?;
    Ok(count > 0)
}

/// Writes a station.
pub async fn insert_station(connection: &mut Connection, row: &StationRow) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO station (id, code, name, name_en, created_at) VALUES ($1, $2, $3, $4, $5)")
        .bind(row.id)
        .bind(&row.code)
        .bind(&row.name)
        .bind(&row.name_en)
        .bind(row.created_at)
        .execute(connection)
        .await?;
    Ok(())
}

/// All rooms, by name.
pub async fn rooms(connection: &mut Connection) -> Result<Vec<RoomRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT id, station_id, name, seats FROM room ORDER BY name")
            .fetch_all(connection)
            .await?,
    )
}

/// The room of this id.
pub async fn room(connection: &mut Connection, id: RoomId) -> Result<Option<RoomRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT id, station_id, name, seats FROM room WHERE id = $1")
            .bind(id)
            .fetch_optional(connection)
            .await?,
    )
}

/// Writes a room.
pub async fn insert_room(connection: &mut Connection, row: &RoomRow) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO room (id, station_id, name, seats) VALUES ($1, $2, $3, $4)")
        .bind(row.id)
        .bind(row.station_id)
        .bind(&row.name)
        .bind(row.seats)
        .execute(connection)
        .await?;
    Ok(())
}

macro_rules! select_plan {
    ($tail:literal) => {
        concat!(
            "SELECT id, number, title, registration_until, publicity_days, state, created_at, created_by FROM plan ",
            $tail
        )
    };
}

/// All plans, the newest first.
pub async fn plans(connection: &mut Connection) -> Result<Vec<PlanRow>, StoreError> {
    Ok(sqlx::query_as(select_plan!("ORDER BY id DESC"))
        .fetch_all(connection)
        .await?)
}

/// The plan of this id.
pub async fn plan(connection: &mut Connection, id: PlanId) -> Result<Option<PlanRow>, StoreError> {
    Ok(sqlx::query_as(select_plan!("WHERE id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// Writes a plan.
pub async fn insert_plan(connection: &mut Connection, row: &PlanRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO plan (id, number, title, registration_until, publicity_days, state, created_at, created_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(row.id)
    .bind(&row.number)
    .bind(&row.title)
    .bind(row.registration_until)
    .bind(row.publicity_days)
    .bind(&row.state)
    .bind(row.created_at)
    .bind(row.created_by)
    .execute(connection)
    .await?;
    Ok(())
}

/// Publishes a draft; refuses what is no draft any more.
pub async fn publish_plan(connection: &mut Connection, id: PlanId) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE plan SET state = 'published' WHERE id = $1 AND state = 'draft'")
        .bind(id)
        .execute(connection)
        .await?;
    one_row(&done, "plan")
}

macro_rules! select_batch {
    ($tail:literal) => {
        concat!(
            "SELECT id, plan_id, station_id, bank_version_id, occupation_code, occupation_name, occupation_name_en,
                    level, paper_rule, scheme, theory, practical, state, settled_at, settled_by, approved_at,
                    approved_by, published_at, publicity_until, created_at
             FROM batch ",
            $tail
        )
    };
}

/// All batches, in the order they were added.
pub async fn batches(connection: &mut Connection) -> Result<Vec<BatchRow>, StoreError> {
    Ok(sqlx::query_as(select_batch!("ORDER BY id"))
        .fetch_all(connection)
        .await?)
}

/// The batch of this id.
pub async fn batch(connection: &mut Connection, id: BatchId) -> Result<Option<BatchRow>, StoreError> {
    Ok(sqlx::query_as(select_batch!("WHERE id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// The batches of a plan.
pub async fn batches_of(connection: &mut Connection, plan: PlanId) -> Result<Vec<BatchRow>, StoreError> {
    Ok(sqlx::query_as(select_batch!("WHERE plan_id = $1 ORDER BY id"))
        .bind(plan)
        .fetch_all(connection)
        .await?)
}

/// Writes a batch.
pub async fn insert_batch(connection: &mut Connection, row: &BatchRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO batch
            (id, plan_id, station_id, bank_version_id, occupation_code, occupation_name, occupation_name_en, level,
             paper_rule, scheme, theory, practical, state, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(row.id)
    .bind(row.plan_id)
    .bind(row.station_id)
    .bind(row.bank_version_id)
    .bind(&row.occupation_code)
    .bind(&row.occupation_name)
    .bind(&row.occupation_name_en)
    .bind(row.level)
    .bind(&row.paper_rule)
    .bind(&row.scheme)
    .bind(row.theory)
    .bind(row.practical)
    .bind(&row.state)
    .bind(row.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// Holds an open batch for the rest of the transaction, so that two people do not seat or staff it at once; refuses when
/// its results are settled already.
pub async fn hold_open_batch(connection: &mut Connection, id: BatchId) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE batch SET state = 'open' WHERE id = $1 AND state = 'open'")
        .bind(id)
        .execute(connection)
        .await?;
    one_row(&done, "batch")
}

/// Takes the next number of a scope, from 1. Numbers are never reused.
pub async fn next_number(connection: &mut Connection, scope: &str) -> Result<i64, StoreError> {
    let next: i64 = sqlx::query_scalar(
        "INSERT INTO number_counter (scope, next_serial) VALUES ($1, 2)
         ON CONFLICT (scope) DO UPDATE SET next_serial = number_counter.next_serial + 1
         RETURNING next_serial",
    )
    .bind(scope)
    .fetch_one(connection)
    .await?;
    Ok(next - 1)
}

/// How many applications each batch has in each state.
pub async fn application_counts(connection: &mut Connection) -> Result<Vec<(BatchId, String, i64)>, StoreError> {
    Ok(
        sqlx::query_as("SELECT batch_id, state, COUNT(*) FROM application GROUP BY batch_id, state")
            .fetch_all(connection)
            .await?,
    )
}

/// Who took which duty on a batch, in order of time: name, login, duty, when.
pub async fn duties(
    connection: &mut Connection,
    batch: BatchId,
) -> Result<Vec<(String, String, String, Timestamp)>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT account.name, account.login, duty.duty, duty.at
         FROM duty JOIN account ON account.id = duty.account_id
         WHERE duty.batch_id = $1 ORDER BY duty.at, duty.duty",
    )
    .bind(batch)
    .fetch_all(connection)
    .await?)
}

/// Takes a duty from somebody who was relieved of it before doing anything.
pub async fn forget_duty(
    connection: &mut Connection,
    batch: BatchId,
    account: AccountId,
    duty: &str,
) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM duty WHERE batch_id = $1 AND account_id = $2 AND duty = $3")
        .bind(batch)
        .bind(account)
        .bind(duty)
        .execute(connection)
        .await?;
    Ok(())
}
