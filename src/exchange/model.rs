//! A question as all formats can meet: what is asked, how it is answered, and where it belongs.
//!
//! Neither a bank's item nor any format's own: each format reads into this and writes from it, and `mapping` alone knows
//! what a bank takes of it. Texts are plain text with formulas (`$…$`), pictures (`![what it shows](name.png)`) and blanks
//! (`{{1}}`); a dollar sign itself is written `\$`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::loss::{Degree, Loss, LossKind, Refused, RefusedKind};

/// One question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Question {
    /// What its source calls it; empty when the source gives no id.
    pub id: String,
    /// The layers of its place in the element table or among categories, outermost first. The last may begin with a code.
    pub path: Vec<String>,
    /// 1 (very easy) to 5 (very hard), where the source says so.
    pub difficulty: Option<u8>,
    /// What is asked.
    pub stem: String,
    /// How it is answered, with the key.
    pub body: Body,
    /// Why the key is right; may be empty.
    pub explanation: String,
    /// Where it comes from; may be empty.
    pub source: String,
    /// The ids of questions that give this one away.
    pub enemies: Vec<String>,
    /// Options keep their order.
    pub fixed_options: bool,
}

impl Question {
    /// A question of which only stem and body are known.
    pub fn bare(stem: String, body: Body) -> Self {
        Self {
            id: String::new(),
            path: Vec::new(),
            difficulty: None,
            stem,
            body,
            explanation: String::new(),
            source: String::new(),
            enemies: Vec::new(),
            fixed_options: false,
        }
    }

    /// The names of the pictures that it shows.
    pub fn pictures(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.texts().into_iter().flat_map(super::text::pictures).collect();
        if let Body::Hotspot(hotspot) = &self.body {
            names.push(&hotspot.picture);
        }
        names
    }

    /// Changes every text in which pictures can stand.
    pub(super) fn rewrite(&mut self, change: &dyn Fn(&str) -> String) {
        let mut texts = vec![&mut self.stem, &mut self.explanation];
        match &mut self.body {
            Body::Choice { options, .. } | Body::Ordering { steps: options } => texts.extend(options),
            Body::Matching { prompts, options, .. } => texts.extend(prompts.iter_mut().chain(options)),
            Body::TrueFalse { .. }
            | Body::Number(_)
            | Body::Words(_)
            | Body::Cloze { .. }
            | Body::Hotspot(_)
            | Body::Written { .. } => {}
        }
        for text in texts {
            *text = change(text);
        }
    }

    /// Every text that a candidate may see, and the explanation.
    pub fn texts(&self) -> Vec<&str> {
        let mut texts = vec![self.stem.as_str(), self.explanation.as_str()];
        match &self.body {
            Body::Choice { options, .. } | Body::Ordering { steps: options } => {
                texts.extend(options.iter().map(String::as_str));
            }
            Body::Matching { prompts, options, .. } => {
                texts.extend(prompts.iter().chain(options).map(String::as_str));
            }
            Body::TrueFalse { .. }
            | Body::Number(_)
            | Body::Words(_)
            | Body::Cloze { .. }
            | Body::Hotspot(_)
            | Body::Written { .. } => {}
        }
        texts
    }
}

/// How a question is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// Options of which one (`several` false) or all the right ones (`several` true) are chosen.
    Choice {
        /// Whether more than one may be chosen.
        several: bool,
        /// What may be chosen.
        options: Vec<String>,
        /// The places of the right options, ascending.
        keys: Vec<usize>,
    },
    /// Right or wrong.
    TrueFalse {
        /// Whether the statement is right.
        key: bool,
    },
    /// A number is asked for.
    Number(Number),
    /// A word or two are asked for.
    Words(Words),
    /// Blanks in the stem, in the order of their numbers.
    Cloze {
        /// What each blank takes.
        blanks: Vec<Blank>,
    },
    /// To each prompt one option.
    Matching {
        /// What stands on the left.
        prompts: Vec<String>,
        /// What stands on the right.
        options: Vec<String>,
        /// For each prompt the place of its option.
        keys: Vec<usize>,
    },
    /// Steps, in their right order.
    Ordering {
        /// The steps.
        steps: Vec<String>,
    },
    /// Places in a picture.
    Hotspot(Hotspot),
    /// A text that people mark.
    Written {
        /// The longest answer, in characters, if there is a limit.
        max_chars: Option<u32>,
        /// What the markers go by: plain words, or a rubric as `rubric` writes it.
        guide: String,
    },
}

impl Body {
    /// The word for the kind, as our own text files have it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Choice { several: false, .. } => "single",
            Self::Choice { several: true, .. } => "multiple",
            Self::TrueFalse { .. } => "true_false",
            Self::Number(_) => "numeric",
            Self::Words(_) => "text",
            Self::Cloze { .. } => "cloze",
            Self::Matching { .. } => "matching",
            Self::Ordering { .. } => "ordering",
            Self::Hotspot(_) => "hotspot",
            Self::Written { .. } => "written",
        }
    }
}

/// A number, how near is near enough, and its units. Numbers are decimal text without exponent or needless zeros.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Number {
    /// The right number.
    pub value: String,
    /// How far an answer may lie from it, both ends included.
    pub tolerance: String,
    /// None: a bare number. One: it stands beside the field. Several: one of them is to be chosen.
    pub units: Vec<Unit>,
}

/// A unit of a number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unit {
    /// Its sign.
    pub name: String,
    /// How many of the first unit it is, as decimal text; none for a unit that is wrong here.
    pub factor: Option<String>,
}

impl Unit {
    /// The one unit that stands beside a field; none for an empty name.
    pub fn only(name: &str) -> Vec<Self> {
        let unit = Self {
            name: name.to_owned(),
            factor: Some("1".to_owned()),
        };
        if name.is_empty() { Vec::new() } else { vec![unit] }
    }
}

/// Words that are right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// Every right spelling.
    pub accept: Vec<String>,
    /// Capital and small letters differ.
    pub case_matters: bool,
    /// Blanks within the text count, a run of them as one.
    pub blanks_matter: bool,
}

/// What a blank takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Blank {
    /// One of a few options.
    Choice {
        /// What may be chosen.
        options: Vec<String>,
        /// The place of the right one.
        key: usize,
    },
    /// A number.
    Number(Number),
    /// A word or two.
    Words(Words),
}

/// Places to be found in a picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hotspot {
    /// The picture's name.
    pub picture: String,
    /// What it shows, for those who do not see it.
    pub shows: String,
    /// How many places are to be marked.
    pub need: u32,
    /// The right places.
    pub regions: Vec<Region>,
}

/// A region of a picture, in its pixels.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// Left, top, width, height.
    Rectangle(u32, u32, u32, u32),
    /// Middle from the left and from above, radius.
    Circle(u32, u32, u32),
    /// The corners in order.
    Polygon(Vec<(u32, u32)>),
}

/// Where in what was read a thing stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize)]
pub struct Place {
    /// The file; within an archive `archive.zip!inner/name.xml`.
    pub file: String,
    /// The line or the row, from 1; 0 when the file as a whole is meant.
    pub line: u32,
}

/// A question with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The question.
    #[serde(flatten)]
    pub question: Question,
}

/// Everything that was read from a file, or is to be written.
#[derive(Debug, Clone, Default)]
pub struct Exchange {
    /// The questions in their order.
    pub questions: Vec<Found>,
    /// The pictures by their names.
    pub pictures: BTreeMap<String, Vec<u8>>,
    /// What did not come through.
    pub losses: Vec<Loss>,
    /// Where there were more of something than are taken; nothing is gathered from there on.
    pub(super) full: Option<(Place, &'static str, usize)>,
}

/// The most questions of a file.
pub const MAX_QUESTIONS: usize = 20_000;
/// The most losses of a file.
pub const MAX_LOSSES: usize = 60_000;

impl Exchange {
    /// Refuses the file once there is more of something than is taken: nothing is read for nothing.
    pub(super) fn has_room(&self) -> Result<(), Refused> {
        match &self.full {
            None => Ok(()),
            Some((place, what, most)) => Err(Refused {
                place: place.clone(),
                kind: RefusedKind::TooMany {
                    what: (*what).to_owned(),
                    most: *most,
                },
            }),
        }
    }

    /// Notes a loss.
    pub(super) fn lose(&mut self, place: &Place, item: &str, kind: LossKind) {
        if self.losses.len() < MAX_LOSSES {
            self.losses.push(Loss::new(place, item, kind));
        } else if self.full.is_none() {
            self.full = Some((place.clone(), "losses", MAX_LOSSES));
        }
    }

    /// Takes a question with what stays behind of it, unless that is all of it. Says whether it was taken.
    pub(super) fn settle(
        &mut self,
        place: Place,
        item: &str,
        losses: Vec<LossKind>,
        question: Question,
        body: Result<Body, LossKind>,
    ) -> bool {
        let hopeless = losses.iter().any(|loss| loss.degree() == Degree::Item);
        for loss in losses {
            self.lose(&place, item, loss);
        }
        match body {
            Ok(body) if !hopeless => {
                self.take(place, Question { body, ..question });
                true
            }
            Ok(_) => false,
            Err(loss) => {
                if !hopeless {
                    self.lose(&place, item, loss);
                }
                false
            }
        }
    }

    /// Takes a question.
    pub(super) fn take(&mut self, place: Place, question: Question) {
        if self.questions.len() < MAX_QUESTIONS {
            self.questions.push(Found { place, question });
        } else if self.full.is_none() {
            self.full = Some((place, "questions", MAX_QUESTIONS));
        }
    }
}
