//! What a bank knows and other formats have no field for, written as tags: `jianding-difficulty=3`.

use super::model::{Blank, Body, Number, Question, Unit, Words};
use super::text::percent_decoded;

const PREFIX: &str = "jianding-";

/// The tags of a question.
pub(super) fn of(question: &Question) -> Vec<String> {
    let mut tags = Vec::new();
    let mut tag = |name: &str, value: &str| tags.push(format!("{PREFIX}{name}={}", guarded(value)));
    if let Some(difficulty) = question.difficulty {
        tag("difficulty", &difficulty.to_string());
    }
    if !question.source.is_empty() {
        tag("source", &question.source);
    }
    for enemy in &question.enemies {
        tag("enemy", enemy);
    }
    if question.fixed_options {
        tag("options", "fixed");
    }
    // A bank leaves scoring to the paper rule; where the format must say something, this tells that it is not meant.
    if matches!(question.body, Body::Choice { several: true, .. } | Body::Cloze { .. }) {
        tag("scoring", "paper");
    }
    match &question.body {
        Body::Cloze { blanks } => {
            tag("type", "cloze");
            for (blank, number) in blanks.iter().zip(1_usize..) {
                match blank {
                    Blank::Words(words) if !words.blanks_matter => tag("blanks-free", &number.to_string()),
                    Blank::Number(own) if !own.units.is_empty() => tag("units", &units(number, own)),
                    Blank::Words(_) | Blank::Number(_) | Blank::Choice { .. } => {}
                }
            }
        }
        Body::Words(Words {
            blanks_matter: false, ..
        }) => tag("blanks-free", "1"),
        Body::Number(own) if !own.units.is_empty() => tag("units", &units(1, own)),
        Body::Written {
            max_chars: Some(most), ..
        } => tag("max-chars", &most.to_string()),
        Body::Hotspot(hotspot) if usize::try_from(hotspot.need).ok() != Some(hotspot.regions.len()) => {
            tag("need", &hotspot.need.to_string());
        }
        Body::Words(_)
        | Body::Number(_)
        | Body::Written { .. }
        | Body::Hotspot(_)
        | Body::Choice { .. }
        | Body::TrueFalse { .. }
        | Body::Matching { .. }
        | Body::Ordering { .. } => {}
    }
    tags
}

/// `2~V*1~mV*0.001~A`: the units of a number, after the place of its field.
fn units(place: usize, own: &Number) -> String {
    let mut told = place.to_string();
    for Unit { name, factor } in &own.units {
        told.push('~');
        for c in name.chars() {
            match c {
                '%' | '~' | '*' => put!(told, "%{:02X}", u32::from(c)),
                c => told.push(c),
            }
        }
        if let Some(factor) = factor {
            put!(told, "*{factor}");
        }
    }
    told
}

/// What a set of tags said.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Scoring is left to the paper.
    pub(super) paper_scores: bool,
    /// A single field in a text is a blank, not the whole answer.
    pub(super) cloze: bool,
    /// The fields of which blanks within the answer do not count, from 1.
    blanks_free: Vec<usize>,
    /// The units of numbers, by the field.
    units: Vec<(usize, Vec<Unit>)>,
    max_chars: Option<u32>,
    need: Option<u32>,
}

impl Known {
    /// The body with what the tags say of it.
    pub(super) fn applied(&self, mut body: Body) -> Body {
        let of = |number: &mut Number, place: usize| {
            if let Some((_, units)) = self.units.iter().find(|(known, _)| *known == place) {
                number.units.clone_from(units);
            }
        };
        let free = |words: &mut Words, place: usize| words.blanks_matter &= !self.blanks_free.contains(&place);
        match &mut body {
            Body::Cloze { blanks } => {
                for (blank, place) in blanks.iter_mut().zip(1..) {
                    match blank {
                        Blank::Number(number) => of(number, place),
                        Blank::Words(words) => free(words, place),
                        Blank::Choice { .. } => {}
                    }
                }
            }
            Body::Number(number) => of(number, 1),
            Body::Words(words) => free(words, 1),
            Body::Written { max_chars, .. } => *max_chars = self.max_chars.or(*max_chars),
            Body::Hotspot(hotspot) => hotspot.need = self.need.unwrap_or(hotspot.need),
            Body::Choice { .. } | Body::TrueFalse { .. } | Body::Matching { .. } | Body::Ordering { .. } => {}
        }
        body
    }

    /// Reads what `units` wrote.
    fn take_units(&mut self, told: &str) -> Option<()> {
        let mut parts = told.split('~');
        let place = parts.next()?.parse().ok()?;
        let unit = |part: &str| {
            let (name, factor) = match part.split_once('*') {
                Some((name, factor)) => (name, Some(super::number::plain(factor)?)),
                None => (part, None),
            };
            let name = percent_decoded(name);
            Some(Unit { name, factor })
        };
        let units: Option<Vec<Unit>> = parts.map(unit).collect();
        self.units.push((place, units?));
        Some(())
    }
}

/// Takes what the tags say; gives back those that are not ours.
pub(super) fn take(question: &mut Question, tags: &[String], known: &mut Known) -> Vec<String> {
    let mut foreign = Vec::new();
    for tag in tags {
        let ours = tag.trim().strip_prefix(PREFIX).and_then(|tag| tag.split_once('='));
        let Some((name, value)) = ours else {
            foreign.push(tag.clone());
            continue;
        };
        let value = percent_decoded(value);
        match name {
            "difficulty" => question.difficulty = value.parse().ok().filter(|grade| (1..=5).contains(grade)),
            "source" => question.source = value,
            "enemy" => question.enemies.push(value),
            "options" => question.fixed_options = value == "fixed",
            "type" => known.cloze = value == "cloze",
            "scoring" => known.paper_scores = value == "paper",
            "blanks-free" => known.blanks_free.extend(value.parse::<usize>()),
            "units" if known.take_units(&value).is_some() => {}
            "max-chars" => known.max_chars = value.parse().ok(),
            "need" => known.need = value.parse().ok(),
            _ => foreign.push(tag.clone()),
        }
    }
    foreign
}

/// Without the characters that end a tag somewhere.
fn guarded(value: &str) -> String {
    let mut guarded = String::new();
    for c in value.chars() {
        match c {
            '%' | '[' | ']' | ',' | '\n' | '\r' | '\t' | ':' => put!(guarded, "%{:02X}", u32::from(c)),
            c => guarded.push(c),
        }
    }
    guarded
}
