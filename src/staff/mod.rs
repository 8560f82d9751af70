//! Examiners: their cards, what they may judge, and how a group of them must be made up.
//!
//! Ratios, rotation and recusal need the whole roster and are decided where a batch is staffed; the rules here need only
//! the card and the group.

mod card;
mod group;

pub use card::{CardError, ExaminerCard, ExaminerGrade, may_judge};
pub use group::{GroupError, GroupRule, Member};
