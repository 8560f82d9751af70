//! How much of an answer is right: a whole question in its parts. Exact, and defined for every text.

use super::response::split_unit;
use super::sealed::Question;
use crate::bank::{Blank, Detail, Hotspot, ItemKind, Numeric, letter};
use crate::kernel::Decimal;

/// What is right about an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Parts that are right.
    pub right: u16,
    /// Parts chosen beyond the right ones; only where more can be chosen than is asked for.
    pub wrong: u16,
    /// All parts that are asked for; none for what people mark.
    pub parts: u16,
}

impl Verdict {
    /// Nothing right of nothing.
    pub const NOTHING: Self = Self {
        right: 0,
        wrong: 0,
        parts: 0,
    };

    const fn one(right: bool) -> Self {
        Self {
            right: right as u16,
            wrong: 0,
            parts: 1,
        }
    }

    /// Whether everything is right.
    pub const fn is_whole(self) -> bool {
        self.parts > 0 && self.right == self.parts && self.wrong == 0
    }
}

fn number(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

/// Judges an answer in its kept spelling. A text that is no answer has nothing right.
pub fn judge(question: &Question, answer: &str) -> Verdict {
    let key = question.key.as_str();
    match (question.kind, question.detail.as_ref()) {
        (ItemKind::Single | ItemKind::TrueFalse, _) => Verdict::one(!answer.is_empty() && answer == key),
        (ItemKind::Multiple, _) => Verdict {
            right: number(answer.chars().filter(|c| key.contains(*c)).count()),
            wrong: number(answer.chars().filter(|c| !key.contains(*c)).count()),
            parts: number(key.chars().count()),
        },
        (ItemKind::Matching | ItemKind::Ordering, _) => Verdict {
            right: number(
                key.chars()
                    .zip(answer.chars())
                    .filter(|(right, given)| right == given)
                    .count(),
            ),
            wrong: 0,
            parts: number(key.chars().count()),
        },
        (ItemKind::Numeric, Some(Detail::Numeric(numeric))) => Verdict::one(is_number(numeric, answer)),
        (ItemKind::Text, Some(Detail::Text(text))) => Verdict::one(text.accepts(answer)),
        (ItemKind::Cloze, Some(Detail::Cloze(blanks))) => in_blanks(blanks, answer),
        (ItemKind::Hotspot, Some(Detail::Hotspot(hotspot))) => in_picture(hotspot, answer),
        // What people mark, and what a broken bank holds.
        _ => Verdict::NOTHING,
    }
}

fn is_number(numeric: &Numeric, answer: &str) -> bool {
    let choose = numeric.units.len() > 1;
    let (digits, unit) = split_unit(answer, if choose { numeric.units.len() } else { 0 });
    let factor = if choose {
        let chosen = unit.and_then(|unit| (0..numeric.units.len()).find(|place| letter(*place) == unit));
        chosen.and_then(|place| numeric.units[place].factor)
    } else {
        Some(Decimal::ONE)
    };
    match (digits.parse::<Decimal>(), factor) {
        (Ok(given), Some(factor)) => numeric.value.near(given, factor, numeric.tolerance),
        _ => false,
    }
}

fn in_blanks(blanks: &[Blank], answer: &str) -> Verdict {
    let given: Vec<String> = serde_json::from_str(answer).unwrap_or_default();
    let is_right = |(blank, given): &(&Blank, &String)| match blank {
        Blank::Choice { key, .. } => given.chars().eq([*key]),
        Blank::Numeric(numeric) => is_number(numeric, given),
        Blank::Text(text) => text.accepts(given),
    };
    Verdict {
        right: number(blanks.iter().zip(&given).filter(is_right).count()),
        wrong: 0,
        parts: number(blanks.len()),
    }
}

/// Each point counts for one region, each region for one point; points are given to regions so that most count.
fn in_picture(hotspot: &Hotspot, answer: &str) -> Verdict {
    let points: Vec<(u32, u32)> = answer
        .split(';')
        .filter_map(|point| {
            let (x, y) = point.split_once(',')?;
            Some((x.parse().ok()?, y.parse().ok()?))
        })
        .take(usize::from(hotspot.need))
        .collect();
    let mut taken: Vec<Option<usize>> = vec![None; hotspot.regions.len()];
    let hits = (0..points.len())
        .filter(|point| {
            let mut tried = vec![false; hotspot.regions.len()];
            give(*point, &points, hotspot, &mut taken, &mut tried)
        })
        .count();
    Verdict {
        right: number(hits),
        wrong: number(points.len() - hits),
        parts: hotspot.need.into(),
    }
}

/// Finds a region for a point, moving others to another region of theirs if need be.
fn give(
    point: usize,
    points: &[(u32, u32)],
    hotspot: &Hotspot,
    taken: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for region in 0..hotspot.regions.len() {
        if tried[region] || !hotspot.regions[region].holds(points[point]) {
            continue;
        }
        tried[region] = true;
        let free = match taken[region] {
            None => true,
            Some(other) => give(other, points, hotspot, taken, tried),
        };
        if free {
            taken[region] = Some(point);
            return true;
        }
    }
    false
}
