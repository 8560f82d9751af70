//! The paper: what this candidate is asked.
//!
//! A paper is drawn from a bank by a rule, a recorded seed and a serial. Anybody who has the four can draw it again and
//! get the same, byte for byte; that is the proof that nobody chose it ([`Paper::is_drawn_from`]). What a bank lacks is
//! told in full ([`Shortages`]); nothing is filled silently. The candidate sees a [`PaperView`], which has no key.
//!
//! # The draw, version 1
//!
//! *Numbers.* `key = SHA-256("jianding/paper/draw/1" ‖ 00 ‖ seed ‖ serial)`, the serial in four bytes, highest first. The
//! words are the `ChaCha20` key stream (RFC 8439, nonce and counter zero) of that key, four bytes each, lowest first.
//! `below(n)`: nothing is taken and the result is 0 when n < 2; else take words until one is less than
//! 2³² − (2³² mod n), and the result is its remainder by n. `shuffle`: for i from the last place down to the second, swap
//! the places i and `below(i + 1)`, places counted from 0. Lists are ordered by code or id, byte by byte.
//!
//! *Quotas.* Each section's count is divided among the leaf ranges by weight, by the largest remainder, ties to the first
//! code. The wished counts of X, Y, Z and of difficulties 1 to 5 are divided in the same way.
//!
//! *Plan.* Section by section. In each leaf range, points that have a free item of the kind are taken in rounds: those
//! least used so far make up the first round, and so on, until the quota is full; so a point is asked twice only when
//! every other point of the range was asked. The last round has a choice: X first, then Y, then Z. Then, while there
//! are more X than wished and fewer Y, one X of a last round becomes a Y, in a range chosen by `below` among those where
//! it can; after that X to Z, then Y to Z. The places so planned, listed by range, round, and X, Y, Z, are shuffled and
//! then sorted by round, keeping their order within a round.
//!
//! *Picking.* Each place takes, among the free items of its range and kind, those of the least used points, of these
//! those of the planned importance, of these those of the difficulty whose wished count lacks most; `below` chooses among
//! them, listed by point, then id. The item and its enemies are no longer free, in the whole paper.
//! When no item is free (only enemies can bring that about), the whole draw starts anew with the words that follow, at
//! most 64 times.
//!
//! *Order.* The items of a section, listed by point, then id, are shuffled if the rule says so, at the end of the section. When all
//! sections are drawn, options are shuffled, question by question, unless the item fixes them; true/false has none. The
//! steps of an ordering and the right side of a matching are shuffled always; the options of blanks like other options,
//! blank by blank.
//!
//! *Forms.* With forms, the serial is first reduced to its remainder by the number of forms: neighbours alternate, and all
//! candidates of a form have the same paper.

mod answer;
mod assembly;
mod demand;
mod dice;
mod draw;
mod judge;
#[cfg(test)]
mod kind_tests;
mod plan;
mod quota;
mod response;
mod rule;
mod score;
mod sealed;
mod shortage;
#[cfg(test)]
mod tests;
mod view;

pub use answer::{Answer, AnswerError};
pub use assembly::Assembly;
pub use demand::{Demand, Summary, summary};
pub use judge::{Verdict, judge};
pub use response::{AnswerShape, MAX_ANSWER_BYTES};
pub use rule::{
    ImportanceShares, MultipleScoring, PaperRule, RuleProblem, Scoring, Section, Supply, WrittenRule, shipped_rules,
};
pub use score::{QuestionScore, TheoryScore};
pub use sealed::{BankReference, Composition, Paper, PictureReference, Question, Share};
pub use shortage::{Shortage, Shortages, Why};
pub use view::{BlankView, FieldView, OptionView, PaperView, PromptView, QuestionView, SectionView};

use crate::bank::Bank;
use crate::kernel::Seed;

/// Draws one paper. For many from one bank, [`draw_many`] or an [`Assembly`] saves making the bank ready each time.
pub fn draw(bank: &Bank, rule: &PaperRule, seed: Seed, serial: u32) -> Result<Paper, Shortages> {
    Assembly::new(bank, rule)?.draw(seed, serial)
}

/// Draws the papers of the serials from 0 to below `count`.
pub fn draw_many(bank: &Bank, rule: &PaperRule, seed: Seed, count: u32) -> Result<Vec<Paper>, Shortages> {
    let assembly = Assembly::new(bank, rule)?;
    (0..count).map(|serial| assembly.draw(seed, serial)).collect()
}
