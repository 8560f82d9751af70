//! Single values of the installation.

use super::{Connection, StoreError};
use crate::kernel::Timestamp;

/// The value of this name.
pub async fn get(connection: &mut Connection, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(sqlx::query_scalar("SELECT value FROM setting WHERE name = $1")
        .bind(name)
        .fetch_optional(connection)
        .await?)
}

/// Writes a value that is not there yet; tells whether it was written.
pub async fn insert_new(
    connection: &mut Connection,
    name: &str,
    value: &[u8],
    now: Timestamp,
) -> Result<bool, StoreError> {
    let result =
        sqlx::query("INSERT INTO setting (name, value, changed_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(value)
            .bind(now)
            .execute(connection)
            .await?;
    Ok(result.rows_affected() == 1)
}

/// Writes a value, over the one that is there.
pub async fn put(connection: &mut Connection, name: &str, value: &[u8], now: Timestamp) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO setting (name, value, changed_at) VALUES ($1, $2, $3)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
    )
    .bind(name)
    .bind(value)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// The values whose names lie between these two, the second excluded.
pub async fn between(
    connection: &mut Connection,
    from: &str,
    until: &str,
) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    Ok(
        sqlx::query_as("SELECT name, value FROM setting WHERE name >= $1 AND name < $2 ORDER BY name")
            .bind(from)
            .bind(until)
            .fetch_all(connection)
            .await?,
    )
}
