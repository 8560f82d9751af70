//! The store: the only place that speaks SQL, in one text for SQLite and PostgreSQL.
//!
//! Rules it keeps: a NULL where none may be is an error, never a default; a value that does not parse is
//! [`StoreError::Corrupt`] and names its column; every update that means one row checks that it met one. Rows of each table
//! family are in a file of their own. What it does not do: decide anything.

pub mod account;
mod column;
mod error;
mod engine;
pub mod event;

pub use engine::{Engine, Store, Tx};
pub use error::{StoreError, one_row};
pub use sqlx::AnyConnection as Connection;
