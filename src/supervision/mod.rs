//! Supervision: the on-site checklist, findings with an owner and a due date, and holds that stop the release of results.
//!
//! A supervisor sees everything and writes findings; nothing here touches a score.

mod checklist;
mod finding;

pub use checklist::{Answer, AnsweredItem, Checklist, ChecklistError, ChecklistItem, ChecklistRefusal, Filled};
pub use finding::{Finding, FindingRefusal, FindingState, Hold, HoldRefusal, Severity};
