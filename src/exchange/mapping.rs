//! Between a bank and what formats exchange: the only place that knows both.

use crate::bank::{self, Bank, Criterion, Detail, Item, ItemKind, Point, letter};
use crate::kernel::{Digest, Language};

use super::loss::{LossKind, short};
use super::model::{Blank, Body, Exchange, Found, Hotspot, Number, Place, Question, Region, Unit, Words};
use super::text::narrow;
use super::{own_write, rubric};

/// What stands in for an explanation or a marking guide that is still to be written. A bank's items all have them.
const TO_BE_WRITTEN: &str = "待补";
/// The difficulty of an item whose source gives none.
const DIFFICULTY: u8 = 3;
/// The longest written answer where the source gives no limit, in characters.
const MAX_CHARS: u32 = 1_000;

/// The items of a bank as questions, with their pictures.
pub fn questions(bank: &Bank) -> Exchange {
    let mut exchange = Exchange::default();
    for item in &bank.items {
        let place = Place {
            file: bank.code.clone(),
            line: 0,
        };
        exchange.questions.push(Found {
            place,
            question: question(bank, item),
        });
    }
    let pictures = bank.pictures.iter();
    exchange.pictures = pictures
        .map(|picture| (picture.name.clone(), picture.bytes.as_slice().to_vec()))
        .collect();
    exchange
}

/// An item as a question that knows its place by the code alone.
pub(super) fn plain_question(item: &Item) -> Question {
    Question {
        id: item.id.clone(),
        path: vec![item.point.clone()],
        difficulty: Some(item.difficulty),
        stem: item.stem.clone(),
        body: body(item),
        explanation: item.explanation.clone(),
        source: item.source.clone().unwrap_or_default(),
        enemies: item.enemies.clone(),
        fixed_options: item.fixed_options,
    }
}

fn body(item: &Item) -> Body {
    let place = |key: char, count: usize| (0..count).find(|place| letter(*place) == key);
    let places = || {
        let count = item.options.len();
        item.key.chars().filter_map(|key| place(key, count)).collect()
    };
    let options = item.options.clone();
    match (&item.detail, item.kind) {
        (Some(Detail::Numeric(own)), _) => Body::Number(number(own)),
        (Some(Detail::Text(own)), _) => Body::Words(words(own)),
        (Some(Detail::Cloze(blanks)), _) => {
            let blank = |blank: &bank::Blank| match blank {
                bank::Blank::Choice { options, key } => Blank::Choice {
                    options: options.clone(),
                    key: place(*key, options.len()).unwrap_or(0),
                },
                bank::Blank::Numeric(own) => Blank::Number(number(own)),
                bank::Blank::Text(own) => Blank::Words(words(own)),
            };
            Body::Cloze {
                blanks: blanks.iter().map(blank).collect(),
            }
        }
        (Some(Detail::Matching(prompts)), _) => Body::Matching {
            prompts: prompts.clone(),
            options,
            keys: places(),
        },
        (Some(Detail::Hotspot(own)), _) => Body::Hotspot(Hotspot {
            picture: own.picture.clone(),
            shows: own.shows.clone(),
            need: own.need.into(),
            regions: own.regions.iter().map(region).collect(),
        }),
        (Some(Detail::Written(own)), _) => Body::Written {
            max_chars: Some(own.max_chars.into()),
            guide: rubric::told(&own.criteria),
        },
        (None, ItemKind::TrueFalse) => Body::TrueFalse { key: item.key == "T" },
        (None, ItemKind::Ordering) => Body::Ordering { steps: options },
        (None, kind) => Body::Choice {
            several: kind == ItemKind::Multiple,
            options,
            keys: places(),
        },
    }
}

fn number(own: &bank::Numeric) -> Number {
    let unit = |unit: &bank::Unit| Unit {
        name: unit.name.clone(),
        factor: unit.factor.map(|factor| factor.to_string()),
    };
    Number {
        value: own.value.to_string(),
        tolerance: own.tolerance.to_string(),
        units: own.units.iter().map(unit).collect(),
    }
}

fn words(own: &bank::ShortText) -> Words {
    Words {
        accept: own.accept.clone(),
        case_matters: own.case_matters,
        blanks_matter: own.blanks_matter,
    }
}

fn region(own: &bank::Region) -> Region {
    match own {
        bank::Region::Rectangle { x, y, width, height } => Region::Rectangle(*x, *y, *width, *height),
        bank::Region::Circle { x, y, radius } => Region::Circle(*x, *y, *radius),
        bank::Region::Polygon { corners } => Region::Polygon(corners.clone()),
    }
}

/// What stands for words that nobody wrote goes out as no words, and comes back as what stands for them.
fn question(bank: &Bank, item: &Item) -> Question {
    let mut question = Question {
        path: path(bank, &item.point),
        ..plain_question(item)
    };
    if question.explanation == TO_BE_WRITTEN {
        question.explanation.clear();
    }
    if let Body::Written { guide, .. } = &mut question.body
        && *guide == rubric::told(&missing_guide())
    {
        guide.clear();
    }
    question
}

fn missing_guide() -> Vec<Criterion> {
    rubric::plain_guide(TO_BE_WRITTEN)
}

/// `A基本要求`, `AA职业道德`, `AA001职业守则`: code and name in one string, as exchange files have them.
fn path(bank: &Bank, point: &str) -> Vec<String> {
    let ranges = bank.ranges.iter().filter(|range| point.starts_with(&range.code));
    let mut path: Vec<String> = ranges.map(|range| format!("{}{}", range.code, range.name)).collect();
    let name = bank.point(point).map_or("", |point| point.name.as_str());
    path.push(format!("{point}{name}"));
    path
}

/// The code of a point at the beginning of a layer's name.
pub(super) fn code(layer: &str) -> Option<&str> {
    let letters = layer.bytes().take_while(u8::is_ascii_uppercase).count();
    let digits = layer.as_bytes()[letters..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    ((1..=6).contains(&letters) && digits == 3).then(|| &layer[..letters + 3])
}

/// What an importer may be told beside the file.
#[derive(Debug, Clone, Default)]
pub struct Defaults {
    /// The point of questions that name none, or one that is not there.
    pub point: Option<String>,
}

/// A question as an item of the bank, with what was settled on the way; or why it cannot be one. What a file of the bank
/// would say is read as the bank would read it: there is no second opinion on what an item may be.
pub(super) fn item(
    bank: &Bank,
    question: Question,
    defaults: &Defaults,
    measured: &dyn Fn(&str) -> Option<(u32, u32)>,
    notes: &mut Vec<LossKind>,
) -> Result<Item, LossKind> {
    let point = point(bank, &question.path, defaults, notes)?;
    let difficulty = question.difficulty.unwrap_or_else(|| {
        notes.push(LossKind::DifficultyAssumed { difficulty: DIFFICULTY });
        DIFFICULTY
    });
    let explanation = if question.explanation.is_empty() {
        notes.push(LossKind::ExplanationMissing {});
        TO_BE_WRITTEN.to_owned()
    } else {
        question.explanation.clone()
    };
    let question = Question {
        id: id(&question, notes),
        path: vec![point],
        difficulty: Some(difficulty),
        explanation,
        body: settled(question.body, notes),
        ..question
    };
    let found = Found {
        place: Place::default(),
        question,
    };
    bank::item_of(&own_write::item(&found), measured).map_err(|problems| {
        let said = |language| {
            problems
                .first()
                .map_or_else(String::new, |problem| problem.message(language))
        };
        LossKind::BankRefuses {
            zh: said(Language::Zh),
            en: said(Language::En),
        }
    })
}

/// A body as a bank has it, where the source leaves something open.
fn settled(body: Body, notes: &mut Vec<LossKind>) -> Body {
    match body {
        // One right option of several that may be chosen is a single choice for a bank: it has no such multiple.
        Body::Choice {
            several: true,
            options,
            keys,
        } if keys.len() == 1 => {
            notes.push(LossKind::TypeRead {
                old: ItemKind::Multiple.name(Language::Zh).to_owned(),
                name: ItemKind::Single.name(Language::Zh).to_owned(),
            });
            Body::Choice {
                several: false,
                options,
                keys,
            }
        }
        Body::Written { max_chars, guide } => {
            if max_chars.is_none() {
                notes.push(LossKind::LengthAssumed { most: MAX_CHARS });
            }
            let criteria = if guide.trim().is_empty() {
                notes.push(LossKind::GuideMissing {});
                missing_guide()
            } else {
                rubric::read(&guide).unwrap_or_else(|| {
                    notes.push(LossKind::GuideRead {});
                    rubric::plain_guide(&guide)
                })
            };
            Body::Written {
                max_chars: max_chars.or(Some(MAX_CHARS)),
                guide: rubric::told(&criteria),
            }
        }
        body => body,
    }
}

/// The source's id where a bank can have it; else one made of the question, so that the same question gets the same.
fn id(question: &Question, notes: &mut Vec<LossKind>) -> String {
    let id = question.id.as_str();
    let usable = !id.is_empty()
        && id.len() <= 40
        && !id.starts_with('-')
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if usable {
        return id.to_owned();
    }
    let content = format!("{}\n{}\n{:?}", question.id, question.stem, question.body);
    let made = format!("X-{}", &Digest::of(content.as_bytes()).to_string()[..16]);
    notes.push(LossKind::IdGiven {
        old: short(id, 40),
        id: made.clone(),
    });
    made
}

/// The point of a path: by its code, by its full path of names, by its own name, or the one given for such.
fn point(bank: &Bank, path: &[String], defaults: &Defaults, notes: &mut Vec<LossKind>) -> Result<String, LossKind> {
    let leaf = path.last().map_or("", String::as_str);
    if let Some(code) = code(leaf).filter(|code| bank.point(code).is_some()) {
        return Ok(code.to_owned());
    }
    let wanted = bare(leaf);
    let mut found: Vec<&Point> = if wanted.is_empty() {
        Vec::new()
    } else {
        bank.points.iter().filter(|point| bare(&point.name) == wanted).collect()
    };
    if found.len() > 1 {
        let names: Vec<String> = path.iter().rev().skip(1).map(|layer| bare(layer)).collect();
        let above = |point: &&Point| {
            let mut ranges: Vec<String> = bank
                .ranges
                .iter()
                .filter(|range| point.code.starts_with(&range.code))
                .map(|range| bare(&range.name))
                .collect();
            ranges.reverse();
            !names.is_empty() && names.iter().zip(&ranges).all(|(name, range)| name == range)
        };
        let narrowed: Vec<&Point> = found.iter().copied().filter(above).collect();
        if !narrowed.is_empty() {
            found = narrowed;
        }
    }
    let name = short(leaf, 60);
    match found.as_slice() {
        [only] => {
            notes.push(LossKind::PointFound {
                name,
                code: only.code.clone(),
            });
            Ok(only.code.clone())
        }
        [] => match &defaults.point {
            Some(point) => {
                notes.push(LossKind::PointFound {
                    name,
                    code: point.clone(),
                });
                Ok(point.clone())
            }
            None => Err(LossKind::PointUnknown { name }),
        },
        several => {
            let codes: Vec<&str> = several.iter().take(6).map(|point| point.code.as_str()).collect();
            Err(LossKind::PointUnclear {
                name,
                codes: codes.join(", "),
            })
        }
    }
}

/// A name without its code, blanks and the differences between kinds of brackets.
fn bare(name: &str) -> String {
    let name = narrow(name);
    let name = name.trim();
    let rest = if let Some(code) = code(name) {
        &name[code.len()..]
    } else {
        let letters = name.bytes().take_while(u8::is_ascii_uppercase).count();
        let rest = &name[letters..];
        // `AA职业道德` has a code; `PLC基础` has a name that begins with letters, but no point is found without it.
        if letters <= 6 && rest.starts_with(|c: char| !c.is_ascii()) {
            rest
        } else {
            name
        }
    };
    let same = |c: char| match c {
        '【' | '〔' | '[' | '{' => '(',
        '】' | '〕' | ']' | '}' => ')',
        c => c,
    };
    rest.chars()
        .filter(|c| !c.is_whitespace())
        .map(same)
        .collect::<String>()
        .to_lowercase()
}
