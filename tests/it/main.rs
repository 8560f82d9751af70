//! The rules of the house, told from outside: over HTTP, on both databases, with people instead of clients.
//!
//! A newcomer reads `story.rs` first. Tools that a machine may lack (PostgreSQL, a browser, PDF programs) are skipped
//! with a line that says so, unless `JIANDING_REQUIRE` names them, as the project's own checks do.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test says what went wrong by stopping"
)]

mod accounts;
mod after;
mod attacks;
mod bad_input;
mod browser;
mod cast;
mod checking;
mod chromium;
mod disk_full;
mod examiners;
mod exchange;
mod faults;
mod figures;
mod house;
mod kinds;
mod kinds_browser;
mod offline;
mod order;
mod people;
mod policy;
mod postgres;
mod room_browser;
mod schema;
mod story;
mod strangers;
