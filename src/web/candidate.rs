//! The candidate's terminal: from the ticket to the receipt.

use super::routes::Route;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
