//! The store: the only place that speaks SQL, in one text for SQLite and PostgreSQL.
//!
//! Rules it keeps: a NULL where none may be is an error, never a default; a value that does not parse is
//! [`StoreError::Corrupt`] and names its column; every update that means one row checks that it met one. Rows of each table
//! family are in a file of their own. What it does not do: decide anything.

mod column;
mod engine;
mod error;

pub mod account;
pub mod bank;
pub mod certificate;
pub mod enrolment;
pub mod event;
pub mod figures;
pub mod ledger;
pub mod objection;
pub mod plan;
pub mod practical;
pub mod readiness;
pub mod regrade;
pub mod result;
pub mod script;
pub mod session;
pub mod setting;
pub mod sitting;
pub mod staff;
pub mod staffing;
pub mod supervision;
pub mod ticket;

pub use engine::{Engine, Store, Tx, Version};
pub use error::{StoreError, one_row};
pub use sqlx::AnyConnection as Connection;
