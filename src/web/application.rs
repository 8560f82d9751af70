//! Pages of applications: the list, one candidate, the import of a roll.

use super::routes::Route;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
