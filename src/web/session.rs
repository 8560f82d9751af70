//! Pages that prepare a session: seats, staff, tickets, papers.

use super::routes::Route;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    Vec::new()
}
