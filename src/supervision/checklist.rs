//! The checklist that a supervisor fills in on site.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::Language;

/// A checklist, as data: provinces have their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checklist {
    /// Its name.
    pub name: String,
    /// Its version; a filled checklist says which it was.
    pub version: u32,
    /// The items, in their order.
    #[serde(rename = "item")]
    pub items: Vec<ChecklistItem>,
}

/// One item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChecklistItem {
    /// Its stable code.
    pub code: String,
    /// What is to be found so, in Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

impl ChecklistItem {
    /// The text in a language.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

/// What the supervisor found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is so.
    Yes,
    /// It is not so: a note says what was found.
    No,
    /// It does not apply here.
    NotApplicable,
}

/// An item with what was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AnsweredItem {
    /// The item's code.
    pub code: String,
    /// The answer.
    pub answer: Answer,
    /// What the supervisor adds.
    pub note: String,
}

/// A checklist with all its answers, in the order of its items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Filled {
    /// The checklist's name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// The answers.
    pub answers: Vec<AnsweredItem>,
}

/// The file of a checklist cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ChecklistError {
    /// It breaks the format.
    #[error("the checklist cannot be read: {0}")]
    Format(#[from] toml::de::Error),
    /// It has a code twice, or no item.
    #[error("the checklist has no items, or the code '{code}' twice")]
    Codes {
        /// The code; empty when there are no items.
        code: String,
    },
}

/// Why a filled checklist is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChecklistRefusal {
    /// Items have no answer.
    #[error("not answered: {}", .codes.join(", "))]
    Unanswered {
        /// Which.
        codes: Vec<String>,
    },
    /// A "no" without a note.
    #[error("'{code}' is answered with no: say what was found")]
    NoNote {
        /// Which.
        code: String,
    },
    /// The checklist has no such item, or it is answered twice.
    #[error("'{code}' is not an item, or is answered twice")]
    Stray {
        /// Which.
        code: String,
    },
}

impl Checklist {
    /// Reads a checklist from its file.
    pub fn parse(text: &str) -> Result<Self, ChecklistError> {
        let checklist: Self = toml::from_str(text)?;
        let mut codes = std::collections::BTreeSet::new();
        let twice = checklist.items.iter().find(|item| !codes.insert(&item.code));
        let code = twice.map(|item| item.code.clone());
        match code {
            Some(code) => Err(ChecklistError::Codes { code }),
            None if checklist.items.is_empty() => Err(ChecklistError::Codes { code: String::new() }),
            None => Ok(checklist),
        }
    }

    /// The on-site checklist, as shipped.
    pub fn on_site() -> Result<Self, ChecklistError> {
        Self::parse(include_str!("on-site.toml"))
    }

    /// Takes the answers: one to every item, and every "no" with a note.
    pub fn fill(&self, answers: Vec<AnsweredItem>) -> Result<Filled, ChecklistRefusal> {
        let mut given = BTreeMap::new();
        for answer in answers {
            let code = answer.code.clone();
            let known = self.items.iter().any(|item| item.code == code);
            if !known || given.insert(code.clone(), answer).is_some() {
                return Err(ChecklistRefusal::Stray { code });
            }
        }
        let open = self.items.iter().filter(|item| !given.contains_key(&item.code));
        let codes: Vec<String> = open.map(|item| item.code.clone()).collect();
        if !codes.is_empty() {
            return Err(ChecklistRefusal::Unanswered { codes });
        }
        let silent = given
            .values()
            .find(|item| item.answer == Answer::No && item.note.trim().is_empty());
        if let Some(item) = silent {
            let code = item.code.clone();
            return Err(ChecklistRefusal::NoNote { code });
        }
        Ok(Filled {
            name: self.name.clone(),
            version: self.version,
            answers: self.items.iter().filter_map(|item| given.remove(&item.code)).collect(),
        })
    }
}

impl Filled {
    /// The items that were found wrong: each asks for a finding.
    pub fn faults(&self) -> impl Iterator<Item = &AnsweredItem> {
        self.answers.iter().filter(|item| item.answer == Answer::No)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(except: &str, answer: Answer, note: &str) -> Vec<AnsweredItem> {
        let items = Checklist::on_site().unwrap().items;
        let answered = |item: ChecklistItem| {
            let special = item.code == except;
            AnsweredItem {
                answer: if special { answer } else { Answer::Yes },
                note: if special { note.to_owned() } else { String::new() },
                code: item.code,
            }
        };
        items.into_iter().map(answered).collect()
    }

    #[test]
    fn the_shipped_checklist_speaks_both_languages() {
        let checklist = Checklist::on_site().unwrap();
        assert_eq!(checklist.items.len(), 10);
        for item in &checklist.items {
            assert!(
                !item.text(Language::Zh).is_ascii() && item.text(Language::En).is_ascii(),
                "{}",
                item.code
            );
        }
    }

    #[test]
    fn every_item_is_answered_and_a_no_says_what_was_found() {
        let checklist = Checklist::on_site().unwrap();
        let filled = checklist.fill(answers("safety", Answer::No, "灭火器过期")).unwrap();
        let faults: Vec<&str> = filled.faults().map(|item| item.code.as_str()).collect();
        assert_eq!(faults, ["safety"]);
        let silent = checklist.fill(answers("safety", Answer::No, " "));
        assert_eq!(
            silent,
            Err(ChecklistRefusal::NoNote {
                code: "safety".to_owned()
            })
        );
        let mut short = answers("", Answer::Yes, "");
        let last = short.pop().unwrap();
        let codes = vec![last.code.clone()];
        assert_eq!(checklist.fill(short), Err(ChecklistRefusal::Unanswered { codes }));
        let mut twice = answers("", Answer::Yes, "");
        twice.push(last.clone());
        assert_eq!(checklist.fill(twice), Err(ChecklistRefusal::Stray { code: last.code }));
    }

    #[test]
    fn a_checklist_with_a_code_twice_is_refused() {
        let item = "[[item]]\ncode = \"a\"\nzh = \"甲\"\nen = \"a\"\n";
        let text = format!("name = \"x\"\nversion = 1\n{item}{item}");
        assert!(matches!(Checklist::parse(&text), Err(ChecklistError::Codes { .. })));
    }
}
