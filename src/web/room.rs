//! The invigilator's console: seat map first, problems on top.

use super::routes::Route;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
