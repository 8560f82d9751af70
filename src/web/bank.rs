//! Pages of the bank keeper: loading a bank, and its counts.

use super::routes::Route;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
