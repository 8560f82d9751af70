//! The paper as a terminal gets it: stems, options and marks. This type has no place for a key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bank::ItemKind;
use crate::bank::rich::Part;
use crate::office::Refusal;
use crate::paper::{AnswerShape, FieldView};

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
    /// `single`, `multiple`, `true_false`, `numeric` …
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
    /// `single`, `multiple`, `true_false`, `numeric` …
    pub kind: ItemKind,
    /// What is asked.
    pub stem: String,
    /// The same with formulas, pictures and blanks, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Part>>,
    /// The options; none for true or false.
    #[serde(default)]
    pub options: Vec<PaperOption>,
    /// What the answer is entered into, where it is not letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldView>,
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
    /// The same with formulas and pictures, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Part>>,
}

impl PaperQuestion {
    /// Which texts are answers to it.
    pub fn shape(&self) -> AnswerShape {
        AnswerShape::of_view(self.kind, self.options.len(), self.field.as_ref())
    }

    /// The same with something that its answer is entered into.
    #[must_use]
    pub fn with(self, field: FieldView) -> Self {
        let field = Some(field);
        Self { field, ..self }
    }

    /// A question for practice, worth one mark.
    pub fn new(number: i64, kind: ItemKind, stem: String, options: Vec<PaperOption>) -> Self {
        Self {
            number,
            kind,
            stem,
            parts: None,
            options,
            field: None,
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
            parts: None,
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
