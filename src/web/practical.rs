//! The examiner's tablet: candidates, score sheets, vetoes.

use super::routes::Route;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
