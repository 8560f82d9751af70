//! Accounts, their roles, sign-ins and one-time links.

use sqlx::FromRow;

use super::{Connection, StoreError, one_row};
use crate::identity::Role;
use crate::kernel::{AccountId, ApplicationId, Digest, SessionId, SignInId, Timestamp};

/// An account.
#[derive(Debug, Clone, FromRow)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// The login, in lower case.
    pub login: String,
    /// The person's name.
    pub name: String,
    /// The password's PHC string; absent until first set.
    pub password: Option<String>,
    /// 1 unless disabled.
    pub active: i64,
    /// 1 when the next sign-in must choose a new password.
    pub must_change_password: i64,
    /// Failed sign-ins in a row.
    pub failures: i64,
    /// No sign-in before this instant.
    pub locked_until: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A sign-in.
#[derive(Debug, Clone, FromRow)]
pub struct SignInRow {
    /// Its id.
    pub id: SignInId,
    /// The keyed digest of its token.
    pub token_digest: Digest,
    /// What its forms must carry.
    pub csrf: String,
    /// The account, for staff.
    pub account_id: Option<AccountId>,
    /// The application, for candidates.
    pub application_id: Option<ApplicationId>,
    /// The session, for candidates.
    pub session_id: Option<SessionId>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// When it was ended early.
    pub revoked_at: Option<Timestamp>,
}

/// A one-time link.
#[derive(Debug, Clone, FromRow)]
pub struct LinkRow {
    /// The keyed digest of its token.
    pub token_digest: Digest,
    /// Whose first password it sets; absent for the first administrator.
    pub account_id: Option<AccountId>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
}

macro_rules! select_account {
    ($tail:literal) => {
        concat!(
            "SELECT id, login, name, password, active, must_change_password, failures, locked_until, created_at
             FROM account ",
            $tail
        )
    };
}

/// The account with this login (in lower case).
pub async fn by_login(connection: &mut Connection, login: &str) -> Result<Option<AccountRow>, StoreError> {
    Ok(sqlx::query_as(select_account!("WHERE login = $1"))
        .bind(login)
        .fetch_optional(connection)
        .await?)
}

/// The account with this id.
pub async fn by_id(connection: &mut Connection, id: AccountId) -> Result<Option<AccountRow>, StoreError> {
    Ok(sqlx::query_as(select_account!("WHERE id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// All accounts, by login.
pub async fn all(connection: &mut Connection) -> Result<Vec<AccountRow>, StoreError> {
    Ok(sqlx::query_as(select_account!("ORDER BY login"))
        .fetch_all(connection)
        .await?)
}

/// How many accounts there are.
pub async fn count(connection: &mut Connection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM account")
        .fetch_one(connection)
        .await?)
}

/// Writes a new account.
pub async fn insert(connection: &mut Connection, account: &AccountRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO account
            (id, login, name, password, active, must_change_password, failures, locked_until, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(account.id)
    .bind(&account.login)
    .bind(&account.name)
    .bind(&account.password)
    .bind(account.active)
    .bind(account.must_change_password)
    .bind(account.failures)
    .bind(account.locked_until)
    .bind(account.created_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The roles of an account.
pub async fn roles(connection: &mut Connection, id: AccountId) -> Result<Vec<Role>, StoreError> {
    let names: Vec<(String,)> = sqlx::query_as("SELECT role FROM account_role WHERE account_id = $1 ORDER BY role")
        .bind(id)
        .fetch_all(connection)
        .await?;
    names.into_iter().map(|(name,)| parse_role(&name)).collect()
}

/// Every account's roles.
pub async fn all_roles(connection: &mut Connection) -> Result<Vec<(AccountId, Role)>, StoreError> {
    let rows: Vec<(AccountId, String)> = sqlx::query_as("SELECT account_id, role FROM account_role ORDER BY role")
        .fetch_all(connection)
        .await?;
    rows.into_iter()
        .map(|(account, name)| Ok((account, parse_role(&name)?)))
        .collect()
}

fn parse_role(name: &str) -> Result<Role, StoreError> {
    name.parse().map_err(|cause| StoreError::Corrupt {
        column: "account_role.role".to_owned(),
        cause,
    })
}

/// Replaces the roles of an account.
pub async fn set_roles(connection: &mut Connection, id: AccountId, roles: &[Role]) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM account_role WHERE account_id = $1")
        .bind(id)
        .execute(&mut *connection)
        .await?;
    for role in roles {
        sqlx::query("INSERT INTO account_role (account_id, role) VALUES ($1, $2)")
            .bind(id)
            .bind(role.name())
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

/// Enables or disables an account.
pub async fn set_active(connection: &mut Connection, id: AccountId, active: bool) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE account SET active = $2 WHERE id = $1")
        .bind(id)
        .bind(i64::from(active))
        .execute(connection)
        .await?;
    one_row(&done, "account")
}

/// Stores a password and forgets failed sign-ins.
pub async fn set_password(connection: &mut Connection, id: AccountId, phc: &str) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE account SET password = $2, must_change_password = 0, failures = 0, locked_until = 0 WHERE id = $1",
    )
    .bind(id)
    .bind(phc)
    .execute(connection)
    .await?;
    one_row(&done, "account")
}

/// Stores how many sign-ins failed in a row, and until when no further one is tried.
pub async fn set_failures(
    connection: &mut Connection,
    id: AccountId,
    failures: i64,
    locked_until: Timestamp,
) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE account SET failures = $2, locked_until = $3 WHERE id = $1")
        .bind(id)
        .bind(failures)
        .bind(locked_until)
        .execute(connection)
        .await?;
    one_row(&done, "account")
}

/// Writes a sign-in.
pub async fn insert_sign_in(connection: &mut Connection, row: &SignInRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO sign_in
            (id, token_digest, csrf, account_id, application_id, session_id, created_at, expires_at, revoked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(row.id)
    .bind(row.token_digest)
    .bind(&row.csrf)
    .bind(row.account_id)
    .bind(row.application_id)
    .bind(row.session_id)
    .bind(row.created_at)
    .bind(row.expires_at)
    .bind(row.revoked_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The live sign-in with this token digest.
pub async fn sign_in_by_token(
    connection: &mut Connection,
    digest: Digest,
    now: Timestamp,
) -> Result<Option<SignInRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, token_digest, csrf, account_id, application_id, session_id, created_at, expires_at, revoked_at
         FROM sign_in WHERE token_digest = $1 AND revoked_at IS NULL AND expires_at > $2",
    )
    .bind(digest)
    .bind(now)
    .fetch_optional(connection)
    .await?)
}

/// The live sign-in with this id.
pub async fn sign_in_by_id(
    connection: &mut Connection,
    id: SignInId,
    now: Timestamp,
) -> Result<Option<SignInRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT id, token_digest, csrf, account_id, application_id, session_id, created_at, expires_at, revoked_at
         FROM sign_in WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2",
    )
    .bind(id)
    .bind(now)
    .fetch_optional(connection)
    .await?)
}

/// Ends a sign-in.
pub async fn revoke(connection: &mut Connection, id: SignInId, now: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE sign_in SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
        .bind(id)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Ends all sign-ins of an account, except one.
pub async fn revoke_others(
    connection: &mut Connection,
    account: AccountId,
    keep: Option<SignInId>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let keep = keep.map(|id| id.to_string()).unwrap_or_default();
    sqlx::query("UPDATE sign_in SET revoked_at = $3 WHERE account_id = $1 AND id <> $2 AND revoked_at IS NULL")
        .bind(account)
        .bind(keep)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Writes a one-time link; earlier unused links for the same account stop working.
pub async fn insert_link(connection: &mut Connection, link: &LinkRow) -> Result<(), StoreError> {
    sqlx::query("UPDATE set_up_link SET expires_at = $2 WHERE used_at IS NULL AND COALESCE(account_id, '') = $1")
        .bind(link.account_id.map(|id| id.to_string()).unwrap_or_default())
        .bind(link.created_at)
        .execute(&mut *connection)
        .await?;
    sqlx::query(
        "INSERT INTO set_up_link (token_digest, account_id, created_at, expires_at, used_at)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(link.token_digest)
    .bind(link.account_id)
    .bind(link.created_at)
    .bind(link.expires_at)
    .bind(link.used_at)
    .execute(connection)
    .await?;
    Ok(())
}

/// The link with this token digest, used or expired or not.
pub async fn link(connection: &mut Connection, digest: Digest) -> Result<Option<LinkRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT token_digest, account_id, created_at, expires_at, used_at FROM set_up_link WHERE token_digest = $1",
    )
    .bind(digest)
    .fetch_optional(connection)
    .await?)
}

/// Marks a link as used; refuses a second use.
pub async fn use_link(connection: &mut Connection, digest: Digest, now: Timestamp) -> Result<(), StoreError> {
    let done = sqlx::query("UPDATE set_up_link SET used_at = $2 WHERE token_digest = $1 AND used_at IS NULL")
        .bind(digest)
        .bind(now)
        .execute(connection)
        .await?;
    one_row(&done, "set_up_link")
}
