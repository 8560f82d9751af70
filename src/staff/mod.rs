//! Examiners and supervisors: their cards, what they may judge, how a group of them is made up, and who stays out of it.
//!
//! Rules it keeps: nobody judges without a valid card for the occupation and level, nor where a conflict is recorded; a
//! group is large enough, odd, led by one, and changes from batch to batch. The draw of a group depends on nothing but the
//! facts and a seed, so that nobody can ask again until friends come. What it does not do: look anything up.

mod assignment;
mod card;
mod entry;
mod group;
mod register;
mod rule;

pub use assignment::{LeftOut, NoGroup, Objection, Occasion, Practitioner, Proposal, objections, propose};
pub use card::{CardError, ExaminerCard, StaffKind, any_may_judge, may_judge};
pub use entry::{Declared, EntryProblem, StaffEntry, day};
pub use group::{GroupError, GroupRule, Member};
pub use register::{RegisterColumn, RegisterRead, RowProblem, read_register, register_row, register_template};
pub use rule::{Conflict, Rule};
