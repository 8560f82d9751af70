//! What looks wrong in a bank that is formally right: stems told twice, keys that can be guessed, points nobody tests.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::Placed;
use super::model::{Importance, Item, ItemKind, letter};
use super::parse::Draft;
use super::problem::{Problem, ProblemKind};

/// Below so many items a share says nothing.
const ENOUGH_ITEMS: usize = 40;
/// From this likeness on, in percent of shared pairs of characters, two stems are nearly the same.
const NEAR_PERCENT: usize = 85;

/// Reports everything that looks wrong, as warnings.
pub(super) fn look(draft: &Draft, problems: &mut Vec<Problem>) {
    near_identical(&draft.items, problems);
    guessable_keys(&draft.items, problems);
    untested_points(draft, problems);
    importance_shares(draft, problems);
    unused_tasks(draft, problems);
}

fn share(part: usize, whole: usize) -> u64 {
    u64::try_from((part * 100 + whole / 2) / whole.max(1)).unwrap_or(u64::MAX)
}

/// Pairs of stems with nearly the same pairs of characters. Two stems can only be so alike when they share one of their
/// rarest pairs, so only those are looked up: a bank of thousands takes a moment, not the square of it.
fn near_identical(items: &[Placed<Item>], problems: &mut Vec<Problem>) {
    let stems: Vec<BTreeSet<(char, char)>> = items.iter().map(|item| pairs(&item.value.stem)).collect();
    let mut frequency: BTreeMap<(char, char), usize> = BTreeMap::new();
    for pair in stems.iter().flatten() {
        *frequency.entry(*pair).or_default() += 1;
    }
    let mut holders: BTreeMap<(char, char), Vec<usize>> = BTreeMap::new();
    for (index, stem) in stems.iter().enumerate() {
        let mut rarest: Vec<_> = stem.iter().copied().collect();
        rarest.sort_by_key(|pair| (frequency.get(pair).copied(), *pair));
        rarest.truncate(stem.len() - (stem.len() * NEAR_PERCENT).div_ceil(100) + 1);
        let mut others = BTreeSet::new();
        for pair in rarest {
            let known = holders.entry(pair).or_default();
            others.extend(known.iter().copied());
            known.push(index);
        }
        for other in others {
            compare(&items[other].value, &stems[other], &items[index], stem, problems);
        }
    }
}

fn compare(
    earlier: &Item,
    earlier_stem: &BTreeSet<(char, char)>,
    later: &Placed<Item>,
    later_stem: &BTreeSet<(char, char)>,
    problems: &mut Vec<Problem>,
) {
    let shared = earlier_stem.intersection(later_stem).count();
    let all = earlier_stem.len() + later_stem.len() - shared;
    let enemies = later.value.enemies.contains(&earlier.id) || earlier.enemies.contains(&later.value.id);
    if shared * 100 >= all * NEAR_PERCENT && !enemies {
        let kind = ProblemKind::NearIdentical {
            other: earlier.id.clone(),
            percent: share(shared, all),
        };
        problems.push(later.place.problem("stem", kind));
    }
}

/// The pairs of neighbouring letters and digits; punctuation and blanks do not count.
fn pairs(stem: &str) -> BTreeSet<(char, char)> {
    let bare: Vec<char> = stem.chars().filter(|c| c.is_alphanumeric()).collect();
    bare.iter().copied().zip(bare.iter().copied().skip(1)).collect()
}

fn guessable_keys(items: &[Placed<Item>], problems: &mut Vec<Problem>) {
    let of_kind =
        |kind: ItemKind| -> Vec<&Placed<Item>> { items.iter().filter(|item| item.value.kind == kind).collect() };
    let single = of_kind(ItemKind::Single);
    if let Some(first) = single.first().filter(|_| single.len() >= ENOUGH_ITEMS) {
        for letter in (0..4).map(letter) {
            let keyed = single.iter().filter(|item| item.value.key.starts_with(letter)).count();
            let percent = share(keyed, single.len());
            if !(15..=35).contains(&percent) {
                problems.push(first.place.problem("key", ProblemKind::KeySkew { letter, percent }));
            }
        }
        let longest = single.iter().filter(|item| key_is_longest(&item.value)).count();
        let percent = share(longest, single.len());
        if percent > 35 {
            problems.push(first.place.problem("options", ProblemKind::KeyLongest { percent }));
        }
    }
    let true_false = of_kind(ItemKind::TrueFalse);
    if let Some(first) = true_false.first().filter(|_| true_false.len() >= ENOUGH_ITEMS / 2) {
        let percent = share(
            true_false.iter().filter(|item| item.value.key == "T").count(),
            true_false.len(),
        );
        if !(40..=60).contains(&percent) {
            problems.push(first.place.problem("key", ProblemKind::TrueFalseBalance { percent }));
        }
    }
}

fn key_is_longest(item: &Item) -> bool {
    let longest_other = |is_key: bool| {
        let of = item
            .options
            .iter()
            .enumerate()
            .filter(|(place, _)| item.key.contains(letter(*place)) == is_key);
        of.map(|(_, option)| option.chars().count()).max()
    };
    longest_other(true) > longest_other(false)
}

fn untested_points(draft: &Draft, problems: &mut Vec<Problem>) {
    let tested: BTreeSet<&str> = draft.items.iter().map(|item| item.value.point.as_str()).collect();
    for point in draft
        .points
        .iter()
        .filter(|point| !tested.contains(point.value.code.as_str()))
    {
        let kind = ProblemKind::PointWithoutItem {
            point: point.value.code.clone(),
        };
        problems.push(point.place.problem("code", kind));
    }
}

fn importance_shares(draft: &Draft, problems: &mut Vec<Problem>) {
    let Some(first) = draft.points.first().filter(|_| draft.points.len() >= ENOUGH_ITEMS) else {
        return;
    };
    for (importance, usual, name) in [
        (Importance::X, 80..=100, "X ≥ 80%"),
        (Importance::Y, 0..=15, "Y ≤ 15%"),
        (Importance::Z, 0..=5, "Z ≤ 5%"),
    ] {
        let count = draft
            .points
            .iter()
            .filter(|point| point.value.importance == importance)
            .count();
        let whole = draft.points.len();
        // Compared without rounding: 15.4 % is more than 15 %.
        if count * 100 < usual.start() * whole || count * 100 > usual.end() * whole {
            let kind = ProblemKind::ImportanceShare {
                importance: format!("{importance:?}"),
                percent: share(count, whole),
                usual: name.to_owned(),
            };
            problems.push(first.place.problem("importance", kind));
        }
    }
}

fn unused_tasks(draft: &Draft, problems: &mut Vec<Problem>) {
    for task in &draft.tasks {
        if !draft
            .groups
            .iter()
            .any(|group| group.value.tasks.contains(&task.value.code))
        {
            let kind = ProblemKind::TaskUnused {
                task: task.value.code.clone(),
            };
            problems.push(task.place.problem("code", kind));
        }
    }
}
