//! What can go wrong between us and the database.

use sqlx::any::AnyQueryResult;

/// Why a statement did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A unique key is already taken.
    #[error("already there: {0}")]
    Conflict(String),
    /// The row was not in the state that the change started from.
    #[error("changed meanwhile: {0}")]
    Stale(&'static str),
    /// A stored value does not parse.
    #[error("stored value in '{column}' cannot be read: {cause}")]
    Corrupt {
        /// The column.
        column: String,
        /// What the reader said.
        cause: String,
    },
    /// Another process holds the database.
    #[error("the database is busy")]
    Busy,
    /// The disk is full.
    #[error("the disk is full")]
    Full,
    /// The connection, the disk or the engine failed.
    #[error("database: {0}")]
    Driver(#[source] sqlx::Error),
}

const SQLITE_BUSY: &str = "5";
const SQLITE_FULL: &str = "13";
const POSTGRES_DISK_FULL: &str = "53100";
const POSTGRES_LOCK_TIMEOUT: &str = "55P03";

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::ColumnDecode { index, source } => Self::Corrupt {
                column: index,
                cause: source.to_string(),
            },
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Database(ref database) if database.is_unique_violation() => {
                Self::Conflict(database.message().to_owned())
            }
            sqlx::Error::Database(ref database) => match database.code().as_deref() {
                Some(SQLITE_BUSY | POSTGRES_LOCK_TIMEOUT) => Self::Busy,
                Some(SQLITE_FULL | POSTGRES_DISK_FULL) => Self::Full,
                _ => Self::Driver(error),
            },
            other => Self::Driver(other),
        }
    }
}

/// Refuses unless exactly one row was changed; `what` names the row for the log.
pub fn one_row(result: &AnyQueryResult, what: &'static str) -> Result<(), StoreError> {
    if result.rows_affected() == 1 {
        Ok(())
    } else {
        Err(StoreError::Stale(what))
    }
}
