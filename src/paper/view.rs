//! A candidate's view of a paper: what the terminal shows. A type of its own, which has no place for a key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sealed::{Paper, Question};
use crate::bank::rich::{Part, Shown, parts, plain};
use crate::bank::{Blank, Detail, ItemKind, Numeric, letter, level_name};
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
    /// What is asked, in plain characters.
    pub stem: String,
    /// The same with formulas, pictures and blanks, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Part>>,
    /// What may be chosen; empty for true/false, which is answered `T` or `F`, and for kinds without options.
    pub options: Vec<OptionView>,
    /// What the answer is entered into, where it is not letters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<FieldView>,
    /// What it is worth.
    pub marks: Marks,
}

/// What an answer is entered into, as a candidate sees it. Has no place for a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldView {
    /// A number.
    Numeric {
        /// None, the one that stands beside the field, or those to choose from.
        units: Vec<String>,
    },
    /// A word or two.
    Text {
        /// The longest answer, in characters.
        max_chars: u16,
    },
    /// Blanks in the stem.
    Cloze {
        /// In the order of their numbers.
        blanks: Vec<BlankView>,
    },
    /// To each of these one of the options.
    Matching {
        /// What stands on the left.
        prompts: Vec<PromptView>,
    },
    /// The options, to be put in order.
    Ordering {},
    /// Places in a picture.
    Hotspot {
        /// The picture.
        picture: Shown,
        /// How many places.
        need: u8,
    },
    /// A text that people mark.
    Written {
        /// The longest answer, in characters.
        max_chars: u16,
    },
}

/// A blank as a candidate sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlankView {
    /// One of these, by its letter.
    Choice {
        /// What may be chosen, in plain characters: a list to choose from shows no others.
        options: Vec<String>,
    },
    /// A number.
    Numeric {
        /// None, the one that stands beside the field, or those to choose from.
        units: Vec<String>,
    },
    /// A word or two.
    Text {
        /// The longest answer, in characters.
        max_chars: u16,
    },
}

/// What stands on the left of a matching.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromptView {
    /// What it says, in plain characters.
    pub text: String,
    /// The same with formulas and pictures, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Part>>,
}

/// An option as a candidate sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OptionView {
    /// A, B, C …
    pub letter: char,
    /// What it says, in plain characters.
    pub text: String,
    /// The same with formulas and pictures, where it has any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<Part>>,
}

/// The longest answer of a word or two, in characters.
pub(super) const SHORT_CHARS: u16 = 100;

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
            questions: self
                .questions
                .iter()
                .map(|question| self.question_view(question))
                .collect(),
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

impl Paper {
    fn picture(&self, name: &str) -> Option<Shown> {
        let found = self.pictures.iter().find(|picture| picture.name == name)?;
        Some(Shown {
            digest: found.digest.to_string(),
            shows: String::new(),
            width: found.width,
            height: found.height,
        })
    }

    /// A text in plain characters, and with its formulas and pictures if it has any.
    fn told(&self, text: &str) -> (String, Option<Vec<Part>>) {
        match parts(text, |name| self.picture(name)) {
            None => (text.to_owned(), None),
            Some(parts) => (plain(text), Some(parts)),
        }
    }

    fn question_view(&self, question: &Question) -> QuestionView {
        let option = |(place, text): (usize, &String)| {
            let (text, parts) = self.told(text);
            OptionView {
                letter: letter(place),
                text,
                parts,
            }
        };
        let (stem, parts) = self.told(&question.stem);
        QuestionView {
            number: question.number,
            kind: question.kind,
            stem,
            parts,
            options: question.options.iter().enumerate().map(option).collect(),
            field: self.field_view(question),
            marks: question.marks,
        }
    }

    fn field_view(&self, question: &Question) -> Option<FieldView> {
        Some(match question.detail.as_ref() {
            None if question.kind == ItemKind::Ordering => FieldView::Ordering {},
            None => return None,
            Some(Detail::Numeric(numeric)) => FieldView::Numeric { units: units(numeric) },
            Some(Detail::Text(_)) => FieldView::Text { max_chars: SHORT_CHARS },
            Some(Detail::Cloze(blanks)) => FieldView::Cloze {
                blanks: blanks.iter().map(blank_view).collect(),
            },
            Some(Detail::Matching(prompts)) => {
                let prompt = |text: &String| {
                    let (text, parts) = self.told(text);
                    PromptView { text, parts }
                };
                FieldView::Matching {
                    prompts: prompts.iter().map(prompt).collect(),
                }
            }
            Some(Detail::Hotspot(hotspot)) => {
                let shows = hotspot.shows.clone();
                let picture = self.picture(&hotspot.picture)?;
                FieldView::Hotspot {
                    picture: Shown { shows, ..picture },
                    need: hotspot.need,
                }
            }
            Some(Detail::Written(written)) => FieldView::Written {
                max_chars: written.max_chars,
            },
        })
    }
}

fn units(numeric: &Numeric) -> Vec<String> {
    numeric.units.iter().map(|unit| unit.name.clone()).collect()
}

fn blank_view(blank: &Blank) -> BlankView {
    match blank {
        Blank::Choice { options, .. } => BlankView::Choice {
            options: options.iter().map(|option| plain(option)).collect(),
        },
        Blank::Numeric(numeric) => BlankView::Numeric { units: units(numeric) },
        Blank::Text(_) => BlankView::Text { max_chars: SHORT_CHARS },
    }
}
