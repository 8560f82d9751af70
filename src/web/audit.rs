//! The auditor's page: every recorded event.

use super::routes::Route;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
