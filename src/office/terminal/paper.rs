//! The paper as a terminal gets it: stems, options and marks. This type has no place for a key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::office::Refusal;

/// A paper without keys. What a stored view has beyond these fields is left out.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct CandidatePaper {
    /// The title.
    #[serde(default)]
    pub title: String,
    /// The title in English.
    #[serde(default)]
    pub title_en: String,
    /// The sections, in order.
    #[serde(default)]
    pub sections: Vec<PaperSection>,
    /// The questions, in order.
    pub questions: Vec<PaperQuestion>,
    /// The marks of the whole.
    #[serde(default)]
    pub total: String,
}

/// A section: questions of one kind.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PaperSection {
    /// `single`, `multiple` or `true_false`.
    pub kind: String,
    /// How many questions.
    #[serde(default)]
    pub count: i64,
    /// Marks for each.
    #[serde(default)]
    pub marks: String,
    /// The first question's number.
    pub first: i64,
    /// The last question's number.
    pub last: i64,
}

/// A question.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PaperQuestion {
    /// Its number.
    pub number: i64,
    /// `single`, `multiple` or `true_false`.
    pub kind: String,
    /// What is asked.
    pub stem: String,
    /// The options; none for true or false.
    #[serde(default)]
    pub options: Vec<PaperOption>,
    /// Its marks.
    #[serde(default)]
    pub marks: String,
}

/// An option.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct PaperOption {
    /// Its letter on this paper.
    pub letter: String,
    /// Its text.
    pub text: String,
}

impl PaperQuestion {
    /// A question for practice, worth one mark.
    pub fn new(number: i64, kind: &str, stem: String, options: Vec<PaperOption>) -> Self {
        Self {
            number,
            kind: kind.to_owned(),
            stem,
            options,
            marks: "1".to_owned(),
        }
    }
}

impl PaperOption {
    /// An option for practice.
    pub fn new(letter: &str, text: String) -> Self {
        Self {
            letter: letter.to_owned(),
            text,
        }
    }
}

impl CandidatePaper {
    /// Reads a stored view.
    pub fn read(view: &str) -> Result<Self, Refusal> {
        serde_json::from_str(view).map_err(|error| Refusal::Fault(format!("paper.paper_view: {error}")))
    }
}

/// The minutes of a paper rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Minutes {
    /// How long one has.
    pub duration_minutes: i64,
    /// How long one stays at least.
    #[serde(default)]
    pub earliest_submit_minutes: i64,
    /// How long after the start one may come in; no limit if absent.
    #[serde(default)]
    pub latest_entry_minutes: Option<i64>,
    /// When the terminal warns of the end.
    #[serde(default)]
    pub warn_minutes: i64,
}

impl Minutes {
    /// Reads them from the frozen rule of a batch.
    pub fn of_rule(rule: &str) -> Result<Self, Refusal> {
        serde_json::from_str(rule).map_err(|error| Refusal::Fault(format!("batch.paper_rule: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_else_a_stored_view_holds_does_not_reach_the_terminal() {
        let stored = r#"{"title":"t","questions":[{"number":1,"kind":"single","stem":"s","key":"SECRET-KEY",
            "options":[{"letter":"A","text":"x","right":"SECRET-KEY"}],"marks":"0.5"}],"key":"SECRET-KEY"}"#;
        let sent = serde_json::to_string(&CandidatePaper::read(stored).unwrap()).unwrap();
        assert!(sent.contains("\"stem\":\"s\""));
        assert!(!sent.contains("SECRET-KEY"));
    }
}
