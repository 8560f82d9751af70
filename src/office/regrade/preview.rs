//! What a correction would change: was, now, and who crosses the line either way.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::ApplicationId;
use crate::office::result::outcome_of;
use crate::result::{Component, Outcome};
use crate::store::result::{BatchRow, ResultRow};

/// What a correction would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Preview {
    /// Every score that changes.
    pub changes: Vec<Change>,
}

/// A score that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The application.
    pub application: ApplicationId,
    /// The component.
    pub component: Component,
    /// The score as it was, exactly.
    pub was: String,
    /// The score as it would be.
    pub now: String,
    /// Whether every component was passed.
    pub passed_before: bool,
    /// Whether every component would be passed.
    pub passed_now: bool,
}

impl Preview {
    /// How many candidates would pass who had failed.
    pub fn up(&self) -> usize {
        self.crossing(|change| change.passed_now && !change.passed_before)
    }

    /// How many candidates would fail who had passed.
    pub fn down(&self) -> usize {
        self.crossing(|change| !change.passed_now && change.passed_before)
    }

    fn crossing(&self, crosses: impl Fn(&Change) -> bool) -> usize {
        let crossing = self.changes.iter().filter(|change| crosses(change));
        crossing
            .map(|change| change.application)
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    }
}

/// Compares two versions of a batch's results, both by application and component.
pub(super) fn preview(batch: &BatchRow, was: &[ResultRow], now: &[ResultRow]) -> Preview {
    let passes =
        |results: &[ResultRow], application| matches!(outcome_of(batch, application, results), Outcome::Passed { .. });
    let change = |after: &ResultRow| {
        let before = was
            .iter()
            .find(|row| row.application_id == after.application_id && row.component == after.component);
        let was_exact = before.map(|row| row.exact);
        if was_exact == Some(after.exact) {
            return None;
        }
        Some(Change {
            application: after.application_id,
            component: Component::of_word(&after.component)?,
            was: was_exact.map(|exact| exact.to_string()).unwrap_or_default(),
            now: after.exact.to_string(),
            passed_before: passes(was, after.application_id),
            passed_now: passes(now, after.application_id),
        })
    };
    Preview {
        changes: now.iter().filter_map(change).collect(),
    }
}
