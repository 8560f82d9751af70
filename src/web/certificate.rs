//! Pages of certificates: lists, issuing with progress, revoking.

use super::routes::Route;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
