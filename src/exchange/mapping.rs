//! Between a bank and what formats exchange: the only place that knows both.

use crate::bank::{Bank, Item, ItemKind, Point, letter};
use crate::kernel::{Digest, Language};

use super::loss::{LossKind, short};
use super::model::{Body, Exchange, Found, Place, Question};
use super::text::narrow;

/// What stands in for an explanation that is still to be written. A bank's items all have one.
const TO_BE_WRITTEN: &str = "待补";
/// The difficulty of an item whose source gives none.
const DIFFICULTY: u8 = 3;

/// The items of a bank as questions.
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
    exchange
}

/// An item as a question that knows its place by the code alone.
pub(super) fn plain_question(item: &Item) -> Question {
    let keys = item
        .key
        .chars()
        .filter_map(|key| (0..item.options.len()).find(|place| letter(*place) == key))
        .collect();
    let options = item.options.clone();
    let body = match item.kind {
        ItemKind::Single => Body::Choice {
            several: false,
            options,
            keys,
        },
        ItemKind::Multiple => Body::Choice {
            several: true,
            options,
            keys,
        },
        ItemKind::TrueFalse => Body::TrueFalse { key: item.key == "T" },
    };
    Question {
        id: item.id.clone(),
        path: vec![item.point.clone()],
        difficulty: Some(item.difficulty),
        stem: item.stem.clone(),
        body,
        explanation: item.explanation.clone(),
        source: item.source.clone().unwrap_or_default(),
        enemies: item.enemies.clone(),
        fixed_options: item.fixed_options,
    }
}

fn question(bank: &Bank, item: &Item) -> Question {
    let explanation = if item.explanation == TO_BE_WRITTEN {
        String::new()
    } else {
        item.explanation.clone()
    };
    Question {
        path: path(bank, &item.point),
        explanation,
        ..plain_question(item)
    }
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

/// A question as an item of the bank, with what was settled on the way; or why it cannot be one.
pub(super) fn item(
    bank: &Bank,
    question: &Question,
    defaults: &Defaults,
    notes: &mut Vec<LossKind>,
) -> Result<Item, LossKind> {
    let point = point(bank, &question.path, defaults, notes)?;
    let (kind, options, key) = match &question.body {
        Body::Choice { several, options, keys } => {
            let key: String = keys.iter().map(|key| letter(*key)).collect();
            // One right option of several that may be chosen is a single choice for a bank: it has no such multiple.
            let kind = if *several && keys.len() > 1 {
                ItemKind::Multiple
            } else {
                ItemKind::Single
            };
            if *several && kind == ItemKind::Single {
                notes.push(LossKind::TypeRead {
                    old: "多选题".to_owned(),
                    name: "单选题".to_owned(),
                });
            }
            (kind, options.clone(), key)
        }
        Body::TrueFalse { key } => (ItemKind::TrueFalse, Vec::new(), if *key { "T" } else { "F" }.to_owned()),
        Body::Number(_)
        | Body::Words(_)
        | Body::Cloze { .. }
        | Body::Matching { .. }
        | Body::Ordering { .. }
        | Body::Hotspot(_)
        | Body::Written { .. } => {
            return Err(LossKind::TypeUnsupported {
                name: question.body.word().to_owned(),
            });
        }
    };
    if let Some(name) = question.texts().into_iter().flat_map(super::text::pictures).next() {
        return Err(LossKind::PictureUnsaid { name: name.to_owned() });
    }
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
    let item = Item {
        id: id(question, notes),
        kind,
        point,
        difficulty,
        stem: question.stem.clone(),
        options,
        key,
        explanation,
        source: Some(question.source.clone()).filter(|source| !source.is_empty()),
        enemies: question.enemies.clone(),
        fixed_options: question.fixed_options,
    };
    match crate::bank::item_problems(&item).first() {
        Some(problem) => Err(LossKind::BankRefuses {
            zh: problem.message(Language::Zh),
            en: problem.message(Language::En),
        }),
        None => Ok(item),
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
