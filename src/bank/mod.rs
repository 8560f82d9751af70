//! The bank: everything that may be asked of an occupation at a level.
//!
//! An element table (鉴定要素细目表) says what is worth testing and how much; items of theory hang on its points; practical
//! tasks come with their score sheets. Authors keep a bank as a folder of text files (`docs/bank-format.md`); [`read()`]
//! turns the folder into a [`Bank`] or tells every reason why not. A bank is never changed after it was read: its
//! [`Bank::digest`] names exactly this content in everything that is drawn from it.
//!
//! Not here: what a paper takes from a bank (`paper`), who may see it (`office`).

mod check;
mod count;
mod detail;
mod fields;
mod file;
mod generate;
mod key;
#[cfg(test)]
mod kind_tests;
mod math;
mod model;
mod parse;
mod parse_item;
mod picture;
mod problem;
mod read;
pub mod rich;
mod suspicion;
mod task;
#[cfg(test)]
mod tests;
mod text;

pub use count::{Counts, RangeCount, count};
pub use detail::{Blank, Criterion, Detail, Hotspot, Numeric, Region, ShortText, Unit, Written};
pub use file::MAX_FILE_BYTES;
pub use generate::generated;
pub use math::{FormulaError, MAX_FORMULA_BYTES, MathMl};
pub use model::{Bank, BankKind, Importance, Item, ItemKind, Occupation, Point, Range, Weight, letter, level_name};
pub use picture::{MAX_PICTURE_BYTES, MAX_PICTURE_SIDE, MAX_PICTURES, Picture, PictureBytes};
pub use problem::{Problem, ProblemKind, Severity};
pub use read::{Reading, read};
pub use task::{
    Deduction, Group, Overtime, PracticalTask, Preparation, ScoreElement, Selection, TaskForm, Veto, VetoEffect,
    VetoScope,
};
