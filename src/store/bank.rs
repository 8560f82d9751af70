//! Loaded bank versions.

use sqlx::FromRow;

use super::{Connection, StoreError};
use crate::kernel::{BankVersionId, Digest, Timestamp};

/// A loaded bank version, without its content.
#[derive(Debug, Clone, FromRow)]
pub struct BankVersionRow {
    /// Its id.
    pub id: BankVersionId,
    /// The bank's code.
    pub code: String,
    /// The authors' label of the version.
    pub label: String,
    /// The digest of the content.
    pub digest: Digest,
    /// `live` or `practice`.
    pub kind: String,
    /// The occupation's code.
    pub occupation_code: String,
    /// The occupation's Chinese name.
    pub occupation_name: String,
    /// The occupation's English name.
    pub occupation_name_en: String,
    /// The level, 1 (highest) to 5.
    pub level: i64,
    /// How many items of theory.
    pub items: i64,
    /// How many practical tasks.
    pub tasks: i64,
    /// When it was loaded.
    pub loaded_at: Timestamp,
    /// The account or the job that loaded it.
    pub loaded_by: String,
}

macro_rules! select_bank {
    ($tail:literal) => {
        concat!(
            "SELECT id, code, label, digest, kind, occupation_code, occupation_name, occupation_name_en, level, items,
                    tasks, loaded_at, loaded_by
             FROM bank_version ",
            $tail
        )
    };
}

/// All versions, the newest first.
pub async fn all(connection: &mut Connection) -> Result<Vec<BankVersionRow>, StoreError> {
    Ok(sqlx::query_as(select_bank!("ORDER BY id DESC"))
        .fetch_all(connection)
        .await?)
}

/// The version of this id.
pub async fn by_id(connection: &mut Connection, id: BankVersionId) -> Result<Option<BankVersionRow>, StoreError> {
    Ok(sqlx::query_as(select_bank!("WHERE id = $1"))
        .bind(id)
        .fetch_optional(connection)
        .await?)
}

/// The version with this content.
pub async fn by_digest(connection: &mut Connection, digest: Digest) -> Result<Option<BankVersionRow>, StoreError> {
    Ok(sqlx::query_as(select_bank!("WHERE digest = $1"))
        .bind(digest)
        .fetch_optional(connection)
        .await?)
}

/// The sealed content of a version.
pub async fn content(connection: &mut Connection, id: BankVersionId) -> Result<Option<Vec<u8>>, StoreError> {
    let row: Option<(Vec<u8>,)> = sqlx::query_as("SELECT content FROM bank_version WHERE id = $1")
        .bind(id)
        .fetch_optional(connection)
        .await?;
    Ok(row.map(|(content,)| content))
}

/// Writes a version with its sealed content.
pub async fn insert(connection: &mut Connection, row: &BankVersionRow, content: &[u8]) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO bank_version
            (id, code, label, digest, kind, occupation_code, occupation_name, occupation_name_en, level, items, tasks,
             content, loaded_at, loaded_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(row.id)
    .bind(&row.code)
    .bind(&row.label)
    .bind(row.digest)
    .bind(&row.kind)
    .bind(&row.occupation_code)
    .bind(&row.occupation_name)
    .bind(&row.occupation_name_en)
    .bind(row.level)
    .bind(row.items)
    .bind(row.tasks)
    .bind(content)
    .bind(row.loaded_at)
    .bind(&row.loaded_by)
    .execute(connection)
    .await?;
    Ok(())
}
