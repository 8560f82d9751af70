//! What it is worth: examiners' score sheets, their mean, and the practical score.
//!
//! Every examiner fills an own sheet and signs it; a signed sheet has no way to be changed. Marks are exact: a mean stays a
//! fraction, and nothing in this chapter rounds. A veto (否定项) needs a reason and a second signature.

mod form;
mod mean;
mod overtime;
mod practical;
mod record;
mod sheet;
mod written;

pub use form::{ElementForm, FormError, SheetForm, VetoEffect, VetoForm, VetoScope};
pub use mean::{MeanMethod, MeanRefusal, MeanRule, SpreadExceeded, TaskScore, mean_of, mean_of_marks};
pub use overtime::{Overrun, OvertimeRule};
pub use practical::{PracticalError, TaskPart, practical_score};
pub use record::{ConfirmedVeto, ElementRecord, OverLimit, SheetRecord};
pub use sheet::{Deduction, RaisedVeto, ScoreSheet, SheetRefusal, SignedSheet, VetoCall};
pub use written::{RubricRefusal, Standing, standing, worth};
