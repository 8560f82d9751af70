//! Who sits when, and what they answered: the attempt, its times, its one terminal, its saved answers.
//!
//! The server's clock decides. Intervals are half-open: at the very instant of the deadline the time is over. An answer
//! that was under way when time ran out is taken within a short grace, and the record says so.

mod answer;
mod attempt;
mod lease;
mod timing;

pub use answer::{AnswerConflict, SaveOutcome, Saved, decide_save};
pub use attempt::{AttemptRefusal, AttemptState, SubmittedHow};
pub use lease::{Lease, StaleLease};
pub use timing::{Acceptance, Timing};
