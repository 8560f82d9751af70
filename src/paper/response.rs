//! The shape of an answer: which texts are answers to a question, and the one spelling in which each is kept.
//!
//! | kind | kept as | example |
//! |---|---|---|
//! | single, multiple, true/false | letters in order | `B`, `ACD`, `T` |
//! | numeric | the number, and the letter of a chosen unit | `20.5`, `20.5 B` |
//! | short text, written answer | the text, without blanks around it | `保护接地` |
//! | cloze | a list, one entry for each blank | `["B","3.5",""]` |
//! | matching, ordering | a letter or `-` for each place | `CA-B` |
//! | hotspot | points, sorted | `120,45;300,20` |
//!
//! What is typed into a field for a number and is none (yet) is kept as typed: it is nobody's business to refuse it before
//! it is marked. An answer without content is the empty text.

use std::collections::BTreeSet;

use super::answer::{Answer, AnswerError};
use super::sealed::Question;
use super::view::{BlankView, FieldView, SHORT_CHARS};
use crate::bank::{Blank, Detail, ItemKind, letter};
use crate::kernel::Decimal;

/// The longest answer of any kind, in bytes.
pub const MAX_ANSWER_BYTES: usize = 20_000;
/// The longest text in a field for a number, in characters.
const NUMBER_CHARS: usize = 40;

/// Which texts answer a question. Knows what a candidate sees and nothing of the key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum AnswerShape {
    /// Letters of options, or T and F.
    Letters {
        /// Single, multiple, true/false.
        kind: ItemKind,
        /// How many options there are.
        options: usize,
    },
    /// A number.
    Number {
        /// How many units there are to choose from; none where at most one stands beside the field.
        units: usize,
    },
    /// A text of one line.
    Line {
        /// The longest, in characters.
        max: u16,
    },
    /// A text of any lines.
    Lines {
        /// The longest, in characters.
        max: u16,
    },
    /// One for each blank.
    Blanks(Vec<AnswerShape>),
    /// A letter of so many options for each place.
    Places {
        /// How many places.
        places: usize,
        /// How many options.
        options: usize,
        /// Whether an option may stand at one place only.
        once: bool,
    },
    /// Points of a picture.
    Points {
        /// Its width.
        width: u32,
        /// Its height.
        height: u32,
        /// The most points.
        most: u8,
    },
}

fn choosable(units: usize) -> usize {
    if units > 1 { units } else { 0 }
}

impl AnswerShape {
    /// The shape of answers to a question.
    pub fn of(question: &Question) -> Self {
        let options = question.options.len();
        match question.detail.as_ref() {
            None if question.kind == ItemKind::Ordering => Self::Places {
                places: options,
                options,
                once: true,
            },
            None => Self::Letters {
                kind: question.kind,
                options,
            },
            Some(Detail::Numeric(numeric)) => Self::Number {
                units: choosable(numeric.units.len()),
            },
            Some(Detail::Text(_)) => Self::Line { max: SHORT_CHARS },
            Some(Detail::Cloze(blanks)) => Self::Blanks(blanks.iter().map(Self::of_blank).collect()),
            Some(Detail::Matching(prompts)) => Self::Places {
                places: prompts.len(),
                options,
                once: false,
            },
            Some(Detail::Hotspot(hotspot)) => {
                // The picture's size is checked on the way in; here a point beyond it is in no region anyway.
                Self::Points {
                    width: u32::MAX,
                    height: u32::MAX,
                    most: hotspot.need,
                }
            }
            Some(Detail::Written(written)) => Self::Lines { max: written.max_chars },
        }
    }

    fn of_blank(blank: &Blank) -> Self {
        match blank {
            Blank::Choice { options, .. } => Self::Letters {
                kind: ItemKind::Single,
                options: options.len(),
            },
            Blank::Numeric(numeric) => Self::Number {
                units: choosable(numeric.units.len()),
            },
            Blank::Text(_) => Self::Line { max: SHORT_CHARS },
        }
    }

    /// The shape of answers to a question as a candidate sees it.
    pub fn of_view(kind: ItemKind, options: usize, field: Option<&FieldView>) -> Self {
        match field {
            None => Self::Letters { kind, options },
            Some(FieldView::Numeric { units }) => Self::Number {
                units: choosable(units.len()),
            },
            Some(FieldView::Text { max_chars }) => Self::Line { max: *max_chars },
            Some(FieldView::Cloze { blanks }) => Self::Blanks(blanks.iter().map(Self::of_blank_view).collect()),
            Some(FieldView::Matching { prompts }) => Self::Places {
                places: prompts.len(),
                options,
                once: false,
            },
            Some(FieldView::Ordering {}) => Self::Places {
                places: options,
                options,
                once: true,
            },
            Some(FieldView::Hotspot { picture, need }) => Self::Points {
                width: picture.width,
                height: picture.height,
                most: *need,
            },
            Some(FieldView::Written { max_chars }) => Self::Lines { max: *max_chars },
        }
    }

    fn of_blank_view(blank: &BlankView) -> Self {
        match blank {
            BlankView::Choice { options } => Self::Letters {
                kind: ItemKind::Single,
                options: options.len(),
            },
            BlankView::Numeric { units } => Self::Number {
                units: choosable(units.len()),
            },
            BlankView::Text { max_chars } => Self::Line { max: *max_chars },
        }
    }

    /// The one spelling of an answer, or why it is none. The spelling of a spelling is itself.
    pub fn canonical(&self, text: &str) -> Result<String, AnswerError> {
        if text.len() > MAX_ANSWER_BYTES {
            return Err(AnswerError::TooLong);
        }
        match self {
            Self::Letters { kind, options } => Answer::parse(*kind, *options, text).map(|answer| answer.to_string()),
            Self::Number { units } => number(text, *units),
            Self::Line { max } => line(text, (*max).into()),
            Self::Lines { max } => lines(text, (*max).into()),
            Self::Blanks(shapes) => blanks(text, shapes),
            Self::Places { places, options, once } => letters_at(text, *places, *options, *once),
            Self::Points { width, height, most } => points(text, (*width, *height), (*most).into()),
        }
    }
}

fn line(text: &str, max: usize) -> Result<String, AnswerError> {
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err(AnswerError::Form {
            form: "one line of text",
        });
    }
    if text.chars().count() > max {
        return Err(AnswerError::TooLong);
    }
    Ok(text.to_owned())
}

fn lines(text: &str, max: usize) -> Result<String, AnswerError> {
    let text = text.replace("\r\n", "\n");
    let text = text.trim();
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(AnswerError::Form { form: "text" });
    }
    if text.chars().count() > max {
        return Err(AnswerError::TooLong);
    }
    Ok(text.to_owned())
}

fn number(text: &str, units: usize) -> Result<String, AnswerError> {
    let text = line(text, NUMBER_CHARS)?;
    let (digits, unit) = split_unit(&text, units);
    let digits = digits
        .parse::<Decimal>()
        .map_or_else(|_| digits.trim().to_owned(), |number| number.to_string());
    Ok(unit.map_or(digits.clone(), |unit| {
        format!("{digits} {unit}").trim_start().to_owned()
    }))
}

/// The number and the letter of its unit, where there are units to choose from.
pub(super) fn split_unit(text: &str, units: usize) -> (&str, Option<char>) {
    let known = |unit: &char| (0..units).any(|place| letter(place) == *unit);
    let last = text.chars().next_back().filter(known);
    let before = last.map(|_| &text[..text.len() - 1]);
    match before {
        Some(before) if before.is_empty() || before.ends_with(char::is_whitespace) => (before.trim_end(), last),
        _ => (text, None),
    }
}

fn blanks(text: &str, shapes: &[AnswerShape]) -> Result<String, AnswerError> {
    if text.trim().is_empty() {
        return Ok(String::new());
    }
    let form = AnswerError::Form {
        form: "a list with a text for each blank",
    };
    let given: Vec<String> = serde_json::from_str(text).map_err(|_| form.clone())?;
    if given.len() != shapes.len() {
        return Err(form);
    }
    let kept: Vec<String> = given
        .iter()
        .zip(shapes)
        .map(|(text, shape)| shape.canonical(text))
        .collect::<Result<_, _>>()?;
    if kept.iter().all(String::is_empty) {
        return Ok(String::new());
    }
    serde_json::to_string(&kept).map_err(|_| form)
}

fn letters_at(text: &str, places: usize, options: usize, once: bool) -> Result<String, AnswerError> {
    let given: Vec<char> = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_uppercase())
        .collect();
    if given.is_empty() || given.iter().all(|c| *c == '-') && given.len() <= places {
        return Ok(String::new());
    }
    let known = |c: &char| *c == '-' || (0..options).any(|place| letter(place) == *c);
    if let Some(wrong) = given.iter().find(|c| !known(c)) {
        return Err(AnswerError::NotAnOption {
            letter: *wrong,
            options,
        });
    }
    let chosen: Vec<&char> = given.iter().filter(|c| **c != '-').collect();
    let twice = once && chosen.iter().collect::<BTreeSet<_>>().len() < chosen.len();
    if given.len() != places || twice {
        return Err(AnswerError::Form {
            form: "a letter or - for each place",
        });
    }
    Ok(given.into_iter().collect())
}

fn points(text: &str, (width, height): (u32, u32), most: usize) -> Result<String, AnswerError> {
    let form = AnswerError::Form { form: "x,y;x,y" };
    let mut points = BTreeSet::new();
    for point in text.split(';').map(str::trim).filter(|point| !point.is_empty()) {
        let (x, y) = point.split_once(',').ok_or_else(|| form.clone())?;
        let coordinate = |text: &str| text.trim().parse::<u32>().map_err(|_| form.clone());
        let (x, y) = (coordinate(x)?, coordinate(y)?);
        if x > width || y > height {
            return Err(form);
        }
        points.insert((x, y));
    }
    if points.len() > most {
        return Err(AnswerError::TooMany { given: points.len() });
    }
    let points: Vec<String> = points.into_iter().map(|(x, y)| format!("{x},{y}")).collect();
    Ok(points.join(";"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shapes() -> Vec<AnswerShape> {
        let number = AnswerShape::Number { units: 3 };
        vec![
            AnswerShape::Letters {
                kind: ItemKind::Multiple,
                options: 5,
            },
            number.clone(),
            AnswerShape::Number { units: 0 },
            AnswerShape::Line { max: 10 },
            AnswerShape::Lines { max: 30 },
            AnswerShape::Blanks(vec![number, AnswerShape::Line { max: 5 }]),
            AnswerShape::Places {
                places: 3,
                options: 4,
                once: false,
            },
            AnswerShape::Places {
                places: 4,
                options: 4,
                once: true,
            },
            AnswerShape::Points {
                width: 200,
                height: 100,
                most: 2,
            },
        ]
    }

    #[test]
    fn every_kind_has_one_spelling() {
        let kept = |shape: usize, text: &str| shapes()[shape].canonical(text).unwrap();
        assert_eq!(kept(0, " cab "), "ABC");
        assert_eq!(kept(1, "２０.50  B"), "20.5 B");
        assert_eq!(kept(1, "B"), "B", "a unit without a number is an unfinished answer");
        assert_eq!(kept(2, "1e3"), "1000");
        assert_eq!(kept(2, "about 5"), "about 5", "kept as typed, and wrong");
        assert_eq!(kept(3, "  接地 "), "接地");
        assert_eq!(kept(4, "一\r\n二\n"), "一\n二");
        assert_eq!(kept(5, r#"["3.50 A"," N "]"#), r#"["3.5 A","N"]"#);
        assert_eq!(kept(5, r#"["",""]"#), "");
        assert_eq!(kept(6, "a-a"), "A-A");
        assert_eq!(kept(6, "---"), "");
        assert_eq!(kept(7, "DB-A"), "DB-A");
        assert_eq!(kept(8, "120, 45; 3,4"), "3,4;120,45");
        for shape in 0..shapes().len() {
            assert_eq!(kept(shape, ""), "");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let refused = |shape: usize, text: &str| shapes()[shape].canonical(text).unwrap_err();
        refused(0, "F");
        refused(3, "a\nb");
        refused(3, &"x".repeat(11));
        refused(4, "a\u{0}");
        refused(5, "[1,2]");
        refused(5, r#"["1"]"#);
        refused(5, r#"["1","abcdef"]"#);
        refused(6, "AB");
        refused(6, "ABE");
        refused(7, "AABC");
        refused(8, "201,5");
        refused(8, "1,1;2,2;3,3");
        refused(8, "a,b");
        for shape in 0..shapes().len() {
            assert_eq!(refused(shape, &"9".repeat(MAX_ANSWER_BYTES + 1)), AnswerError::TooLong);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_refused_or_has_a_spelling_that_stays(
            shape in 0_usize..9,
            text in prop_oneof![".{0,40}", r"[A-E0-9,;.\- ]{0,12}", r#"\["[0-9A-C .]{0,6}","[a-z]{0,5}"\]"#],
        ) {
            if let Ok(kept) = shapes()[shape].canonical(&text) {
                prop_assert_eq!(shapes()[shape].canonical(&kept), Ok(kept));
            }
        }
    }
}
