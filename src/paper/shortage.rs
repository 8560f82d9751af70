//! What a bank lacks for a paper: told in full, never filled silently.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::bank::ItemKind;
use crate::kernel::Language;

/// One section cannot get its items from one range.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shortage {
    /// The section, counted from 1.
    pub section: usize,
    /// The kind of its items.
    pub kind: ItemKind,
    /// The range's code.
    pub range: String,
    /// The range's Chinese name.
    pub name: String,
    /// The range's English name.
    pub name_en: String,
    /// How many items the section needs from it.
    pub needed: usize,
    /// How many there are.
    pub available: usize,
    /// Why there are no more.
    pub why: Why,
}

/// Why there are not enough items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// The range has none of this kind.
    None,
    /// The range has too few of this kind.
    TooFew,
    /// There are enough, but too many of them are enemies of each other or of what the paper has already.
    Enemies,
}

impl Shortage {
    /// The shortage in words.
    pub fn message(&self, language: Language) -> String {
        let Self {
            section,
            range,
            needed,
            available,
            ..
        } = self;
        let kind = self.kind.name(language);
        let why = match (self.why, language) {
            (Why::None | Why::TooFew, _) => "",
            (Why::Enemies, Language::Zh) => "（因互斥）",
            (Why::Enemies, Language::En) => " (because of enemies)",
        };
        match language {
            Language::Zh => {
                format!(
                    "第 {section} 部分（{kind}）：范围 {range} {} 需 {needed} 题，可用 {available} 题{why}",
                    self.name
                )
            }
            Language::En => format!(
                "section {section} ({kind}): range {range} {} needs {needed}, has {available}{why}",
                self.name_en
            ),
        }
    }
}

/// Everything a bank lacks for a paper rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Shortages(pub Vec<Shortage>);

impl std::error::Error for Shortages {}

impl fmt::Display for Shortages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the bank has too few items for this paper rule")?;
        self.0
            .iter()
            .try_for_each(|shortage| write!(f, "; {}", shortage.message(Language::En)))
    }
}
