//! A sealed paper: what one candidate is asked, with its key. Never leaves the house; the candidate gets its view.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assembly::Assembly;
use super::rule::{PaperRule, Supply};
use crate::bank::{Bank, Detail, Importance, ItemKind, Occupation, letter};
use crate::kernel::{Digest, Marks, Seed, canonical_json};

/// A drawn paper with its key. Stored whole; the seed is the evidence of how it came to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// The bank that it was drawn from.
    pub bank: BankReference,
    /// What is appraised.
    pub occupation: Occupation,
    /// The level.
    pub level: u8,
    /// The standard that the bank follows.
    pub standard: String,
    /// The rule that it was drawn by, as it was then.
    pub rule: PaperRule,
    /// The seed of the session's draw.
    #[schemars(with = "String")]
    pub seed: Seed,
    /// Which paper under that seed; with forms, the number of the form.
    pub serial: u32,
    /// The questions, numbered from 1.
    pub questions: Vec<Question>,
    /// What it is made of, beside what was wished.
    pub composition: Composition,
    /// The pictures that its questions show, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<PictureReference>,
}

/// A picture of the bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PictureReference {
    /// Its name in the bank.
    pub name: String,
    /// The digest of its bytes.
    #[schemars(with = "String")]
    pub digest: Digest,
    /// Its width in pixels.
    pub width: u32,
    /// Its height in pixels.
    pub height: u32,
}

/// Which content of which bank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BankReference {
    /// The bank's code.
    pub code: String,
    /// The authors' label.
    pub version: String,
    /// The fingerprint of exactly this content.
    #[schemars(with = "String")]
    pub digest: Digest,
}

/// A question: an item as this paper shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Its number on the paper, from 1.
    pub number: u16,
    /// The item's id in the bank.
    pub item: String,
    /// Its section, from 0.
    pub section: u16,
    /// How it is answered.
    pub kind: ItemKind,
    /// What is asked.
    pub stem: String,
    /// The options in the order shown; empty for kinds without options.
    pub options: Vec<String>,
    /// The right answer by the letters shown; for matching and ordering a letter for each place.
    pub key: String,
    /// What only this kind of question has, with its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Detail>,
    /// What it is worth.
    pub marks: Marks,
}

/// What a paper is made of.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Composition {
    /// Questions by leaf range.
    pub ranges: BTreeMap<String, usize>,
    /// Questions by importance.
    pub importances: BTreeMap<Importance, Share>,
    /// Questions by difficulty.
    pub difficulties: BTreeMap<u8, Share>,
}

/// What was wished and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// What the rule asks for.
    pub wanted: usize,
    /// What the paper has.
    pub got: usize,
}

impl Paper {
    /// The fingerprint of the paper: SHA-256 of its canonical JSON.
    #[expect(
        clippy::expect_used,
        reason = "a paper holds text, integers and lists; all of them have a JSON form"
    )]
    pub fn digest(&self) -> Digest {
        Digest::of(&canonical_json(self).expect("a paper has a JSON form"))
    }

    /// The letter of the form (A, B), when the rule has forms.
    pub fn form(&self) -> Option<char> {
        match self.rule.supply {
            Supply::Individual => None,
            Supply::Forms { .. } => Some(letter(usize::try_from(self.serial).unwrap_or(usize::MAX))),
        }
    }

    /// Whether drawing again from this bank gives exactly this paper: the proof that nobody chose it by hand.
    pub fn is_drawn_from(&self, bank: &Bank) -> bool {
        Assembly::new(bank, &self.rule)
            .and_then(|assembly| assembly.draw(self.seed, self.serial))
            .is_ok_and(|again| again == *self)
    }

    /// The question of this number.
    pub fn question(&self, number: u16) -> Option<&Question> {
        self.questions.get(usize::from(number).checked_sub(1)?)
    }
}
