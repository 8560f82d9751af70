//! Pages of plans and batches: where a batch stands and what comes next.

use super::routes::Route;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
