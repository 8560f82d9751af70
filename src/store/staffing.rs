//! Who works at which session.

use sqlx::FromRow;

use super::{Connection, StoreError};
use crate::kernel::{AccountId, BatchId, SessionId, Timestamp};

/// Somebody who works at a session.
#[derive(Debug, Clone, FromRow)]
pub struct StaffRow {
    /// The account.
    pub account_id: AccountId,
    /// The person's name.
    pub name: String,
    /// The login.
    pub login: String,
    /// `invigilator`, `examiner` or `supervisor`.
    pub duty: String,
    /// 1 if this examiner leads.
    pub leader: i64,
}

/// Who works at a session.
pub async fn staff(connection: &mut Connection, session: SessionId) -> Result<Vec<StaffRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT g.account_id, c.name, c.login, g.duty, g.leader
         FROM assignment g JOIN account c ON c.id = g.account_id
         WHERE g.session_id = $1 ORDER BY g.duty, g.leader DESC, c.name",
    )
    .bind(session)
    .fetch_all(connection)
    .await?)
}

/// Assigns somebody to a session, or changes what was assigned.
pub async fn assign(
    connection: &mut Connection,
    session: SessionId,
    account: AccountId,
    duty: &str,
    leader: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO assignment (session_id, account_id, duty, leader, at) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (session_id, account_id) DO UPDATE SET duty = excluded.duty, leader = excluded.leader",
    )
    .bind(session)
    .bind(account)
    .bind(duty)
    .bind(i64::from(leader))
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// Relieves somebody of a session.
pub async fn unassign(connection: &mut Connection, session: SessionId, account: AccountId) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM assignment WHERE session_id = $1 AND account_id = $2")
        .bind(session)
        .bind(account)
        .execute(connection)
        .await?;
    Ok(())
}

/// How many sessions of a batch somebody is assigned to with this duty.
pub async fn assignments(
    connection: &mut Connection,
    batch: BatchId,
    account: AccountId,
    duty: &str,
) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT COUNT(*) FROM assignment g JOIN session s ON s.id = g.session_id
         WHERE s.batch_id = $1 AND g.account_id = $2 AND g.duty = $3",
    )
    .bind(batch)
    .bind(account)
    .bind(duty)
    .fetch_one(connection)
    .await?)
}

/// How many score sheets an examiner has begun in a session.
pub async fn sheets_of(
    connection: &mut Connection,
    session: SessionId,
    examiner: AccountId,
) -> Result<i64, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT COUNT(*) FROM score_sheet WHERE session_id = $1 AND examiner_id = $2")
            .bind(session)
            .bind(examiner)
            .fetch_one(connection)
            .await?,
    )
}
