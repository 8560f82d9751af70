//! Who may sit: the roll of candidates, the conditions they must meet, the application's way, seats and ticket numbers.
//!
//! A roll is tried before it is taken: every bad row is named with its column and reason, and nothing is half imported.
//! Whoever registers a candidate never approves the same candidate.

mod application;
mod document;
mod eligibility;
mod roll;
mod roll_columns;
mod roll_error;
mod roll_row;
mod seating;
mod ticket;

pub use application::{ApplicationRefusal, ApplicationState};
pub use document::Document;
pub use eligibility::{EligibilityRules, HeldLevel, Line, Need, Profile, RulesError, Title, TitleClass, Verdict};
pub use roll::{
    Counts, DryRun, ExistingRoll, ImportChoice, ImportMode, ImportRefused, RollEntry, RowOutcome, Standing, dry_run,
};
pub use roll_columns::{Column, DocumentKind, Education, ExamType, Source, roll_template};
pub use roll_error::{RowError, RowErrorKind};
pub use seating::{Applicant, Seat, SeatOrder, SeatingError, assign};
pub use ticket::{TicketError, TicketNumber, ticket_number};
