//! Pages of results: settling, approval, publicity.

use super::routes::Route;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
