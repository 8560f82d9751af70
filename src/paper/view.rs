//! A candidate's view of a paper: what the terminal shows. A type of its own, which has no place for a key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sealed::{Paper, Question};
use crate::bank::{ItemKind, letter, level_name};
use crate::kernel::{Language, Marks};

/// What a candidate may see of a paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaperView {
    /// The Chinese title.
    pub title: String,
    /// The English title.
    pub title_en: String,
    /// The standard that the paper follows.
    pub standard: String,
    /// The letter of the form, when there are forms.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<char>,
    /// The sections.
    pub sections: Vec<SectionView>,
    /// The questions, in order.
    pub questions: Vec<QuestionView>,
    /// What the paper is worth.
    pub total: Marks,
    /// The time for the paper.
    pub duration_minutes: u16,
    /// Minutes after the start before which nobody may submit.
    pub earliest_submit_minutes: u16,
    /// Minutes before the end at which the terminal warns.
    pub warn_minutes: u16,
}

/// A section as a candidate sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SectionView {
    /// The kind of its questions.
    pub kind: ItemKind,
    /// How many.
    pub count: u16,
    /// What each is worth.
    pub marks: Marks,
    /// The number of its first question.
    pub first: u16,
    /// The number of its last question.
    pub last: u16,
}

/// A question as a candidate sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuestionView {
    /// Its number.
    pub number: u16,
    /// How it is answered.
    pub kind: ItemKind,
    /// What is asked.
    pub stem: String,
    /// What may be chosen; empty for true/false, which is answered `T` or `F`.
    pub options: Vec<OptionView>,
    /// What it is worth.
    pub marks: Marks,
}

/// An option as a candidate sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OptionView {
    /// A, B, C …
    pub letter: char,
    /// What it says.
    pub text: String,
}

impl Paper {
    /// What the candidate may see.
    pub fn view(&self) -> PaperView {
        PaperView {
            title: format!(
                "{} {} 理论知识试卷",
                self.occupation.name,
                level_name(self.level, Language::Zh)
            ),
            title_en: format!(
                "{}, {}: theory paper",
                self.occupation.name_en,
                level_name(self.level, Language::En)
            ),
            standard: self.standard.clone(),
            form: self.form(),
            sections: self.section_views(),
            questions: self.questions.iter().map(Question::view).collect(),
            total: self.rule.total(),
            duration_minutes: self.rule.duration_minutes,
            earliest_submit_minutes: self.rule.earliest_submit_minutes,
            warn_minutes: self.rule.warn_minutes,
        }
    }

    fn section_views(&self) -> Vec<SectionView> {
        let mut first = 1;
        let view = |section: &super::rule::Section| {
            let (kind, count, marks) = (section.kind, section.count, section.marks);
            let view = SectionView {
                kind,
                count,
                marks,
                first,
                last: first.saturating_add(count).saturating_sub(1),
            };
            first = first.saturating_add(count);
            view
        };
        self.rule.sections.iter().map(view).collect()
    }
}

impl Question {
    fn view(&self) -> QuestionView {
        let option = |(place, text): (usize, &String)| OptionView {
            letter: letter(place),
            text: text.clone(),
        };
        QuestionView {
            number: self.number,
            kind: self.kind,
            stem: self.stem.clone(),
            options: self.options.iter().enumerate().map(option).collect(),
            marks: self.marks,
        }
    }
}
