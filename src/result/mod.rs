//! What the marks mean: passed or not, with which grade, and when that becomes final.
//!
//! Every component is held against the pass mark by itself and unrounded; components are never averaged. A batch's
//! results are settled by one person, approved by another, published for a time, and only then final. A hold stops every
//! release.

pub mod bundle;
mod component;
pub mod figures;
pub mod package;
pub mod recompute;
mod release;
mod resit;
pub mod scoring;
pub mod simulate;

pub use component::{Component, ComponentResult, Grade, GradeRule, Outcome, outcome};
pub use release::{Holidays, PublicityRule, PublicityUnit, ResultRefusal, ResultState};
pub use resit::{KeepRule, PassedBefore, ResitRefusal, components_to_sit};
