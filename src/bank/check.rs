//! The parts of a bank against each other: what must hold before anybody draws from it.

use std::collections::{BTreeMap, BTreeSet};

use super::fields::Placed;
use super::model::range_of;
use super::parse::Draft;
use super::problem::{Problem, ProblemKind};
use super::task::{PracticalTask, Selection};
use crate::kernel::Marks;

/// Reports everything that does not hold.
pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    duplicates(&draft.ranges, "code", |range| &range.code, problems);
    duplicates(&draft.points, "code", |point| &point.code, problems);
    duplicates(&draft.items, "id", |item| &item.id, problems);
    duplicates(&draft.groups, "code", |group| &group.code, problems);
    duplicates(&draft.tasks, "code", |task| &task.code, problems);
    ranges(draft, problems);
    points(draft, problems);
    items(draft, problems);
    groups(draft, problems);
    for task in &draft.tasks {
        sheet(task, problems);
    }
}

fn duplicates<T>(all: &[Placed<T>], key: &str, code: fn(&T) -> &String, problems: &mut Vec<Problem>) {
    let mut first = BTreeMap::new();
    for entry in all {
        let code = code(&entry.value);
        let first = first.entry(code).or_insert(&entry.place);
        if !std::ptr::eq(*first, &raw const entry.place) {
            let kind = ProblemKind::Duplicate {
                code: code.clone(),
                first: first.label(),
            };
            problems.push(entry.place.problem(key, kind));
        }
    }
}

fn ranges(draft: &Draft, problems: &mut Vec<Problem>) {
    let mut sums: BTreeMap<&str, i64> = BTreeMap::new();
    for range in &draft.ranges {
        let code = range.value.code.as_str();
        // A code of the wrong form (reported already) may not split at a byte.
        let parent = code.get(..code.len().saturating_sub(1)).unwrap_or("");
        *sums.entry(parent).or_default() += i64::from(range.value.weight.hundredths());
        if !parent.is_empty() && !draft.ranges.iter().any(|other| other.value.code == parent) {
            let kind = ProblemKind::NoParent {
                code: code.to_owned(),
                parent: parent.to_owned(),
            };
            problems.push(range.place.problem("code", kind));
        }
    }
    for range in &draft.ranges {
        let weight = range.value.weight;
        if let Some(sum) = sums.get(range.value.code.as_str())
            && *sum != i64::from(weight.hundredths())
        {
            let kind = ProblemKind::ChildrenWeight {
                parent: range.value.code.clone(),
                sum: percent(*sum),
                weight: weight.to_string(),
            };
            problems.push(range.place.problem("weight", kind));
        }
    }
    if let (Some(sum), Some(first)) = (sums.get(""), draft.ranges.first())
        && *sum != 10_000
    {
        problems.push(
            first
                .place
                .problem("weight", ProblemKind::TopWeight { sum: percent(*sum) }),
        );
    }
}

fn percent(hundredths: i64) -> String {
    Marks::from_hundredths(hundredths).to_string()
}

fn points(draft: &Draft, problems: &mut Vec<Problem>) {
    for point in &draft.points {
        let range = range_of(&point.value.code);
        let named = || (point.value.code.clone(), range.to_owned());
        let below = |code: &str| code.len() > range.len() && code.starts_with(range);
        let known = draft.ranges.iter().any(|other| other.value.code == range);
        if !known {
            let (point_code, range) = named();
            problems.push(point.place.problem(
                "code",
                ProblemKind::UnknownRange {
                    point: point_code,
                    range,
                },
            ));
        } else if draft.ranges.iter().any(|other| below(&other.value.code)) {
            let (point_code, range) = named();
            problems.push(point.place.problem(
                "code",
                ProblemKind::PointInBranch {
                    point: point_code,
                    range,
                },
            ));
        }
    }
}

fn items(draft: &Draft, problems: &mut Vec<Problem>) {
    let points: BTreeSet<&str> = draft.points.iter().map(|point| point.value.code.as_str()).collect();
    let ids: BTreeSet<&str> = draft.items.iter().map(|item| item.value.id.as_str()).collect();
    let mut shown: BTreeSet<&str> = BTreeSet::new();
    for Placed { value: item, place } in &draft.items {
        super::parse_item::check_pictures(item, place, &draft.pictures, problems);
        shown.extend(item.pictures());
        if !points.contains(item.point.as_str()) {
            problems.push(place.problem(
                "point",
                ProblemKind::UnknownPoint {
                    point: shortened(&item.point),
                },
            ));
        }
        for enemy in &item.enemies {
            if *enemy == item.id {
                problems.push(place.problem("enemies", ProblemKind::OwnEnemy {}));
            } else if !ids.contains(enemy.as_str()) {
                problems.push(place.problem("enemies", ProblemKind::UnknownEnemy { id: shortened(enemy) }));
            }
        }
    }
    for picture in draft
        .pictures
        .iter()
        .filter(|picture| !shown.contains(picture.name.as_str()))
    {
        let kind = ProblemKind::PictureUnused {
            name: shortened(&picture.name),
        };
        problems.push(super::file::about(&format!("pictures/{}", picture.name), kind));
    }
}

fn groups(draft: &Draft, problems: &mut Vec<Problem>) {
    let mut used: BTreeMap<&str, String> = BTreeMap::new();
    for Placed { value: group, place } in &draft.groups {
        for task in &group.tasks {
            if !draft.tasks.iter().any(|known| known.value.code == *task) {
                problems.push(place.problem("tasks", ProblemKind::UnknownTask { task: shortened(task) }));
            }
            if let Some(first) = used.insert(task, place.label()) {
                problems.push(place.problem(
                    "tasks",
                    ProblemKind::Duplicate {
                        code: shortened(task),
                        first,
                    },
                ));
            }
        }
        let (draw, tasks) = (usize::from(group.draw), group.tasks.len());
        let (fits, selection) = match group.selection {
            Selection::Must => (draw == tasks, "must"),
            Selection::OneOf => (draw == 1 && tasks >= 1, "one_of"),
            Selection::NOfM => (draw <= tasks, "n_of_m"),
        };
        if !fits {
            let kind = ProblemKind::DrawCount {
                draw: group.draw,
                tasks,
                selection: selection.to_owned(),
            };
            problems.push(place.problem("draw", kind));
        }
    }
    let sum = draft.groups.iter().map(|group| u64::from(group.value.weight)).sum();
    if let Some(first) = draft.groups.first()
        && sum != 100
    {
        problems.push(first.place.problem("weight", ProblemKind::GroupSum { sum }));
    }
}

fn sheet(task: &Placed<PracticalTask>, problems: &mut Vec<Problem>) {
    let Placed { value: task, place } = task;
    let code = || shortened(&task.code);
    let sum: Marks = task.elements.iter().map(|element| element.marks).sum();
    if sum != Marks::whole(100) {
        problems.push(place.problem(
            "element",
            ProblemKind::ElementSum {
                task: code(),
                sum: sum.to_string(),
            },
        ));
    }
    if !task
        .elements
        .iter()
        .any(|element| element.name == PracticalTask::SAFETY_ELEMENT)
    {
        let name = PracticalTask::SAFETY_ELEMENT.to_owned();
        problems.push(place.problem("element", ProblemKind::NoSafetyElement { task: code(), name }));
    }
    if place.file() != format!("practical/{}.toml", task.code) {
        problems.push(place.problem("code", ProblemKind::TaskFileName { code: code() }));
    }
    twice(
        task.elements.iter().map(|element| &element.code),
        "element",
        task,
        place,
        problems,
    );
    twice(task.vetoes.iter().map(|veto| &veto.code), "veto", task, place, problems);
}

/// Codes within one sheet, which have no lines of their own once read.
fn twice<'t>(
    codes: impl Iterator<Item = &'t String>,
    key: &str,
    task: &PracticalTask,
    place: &super::fields::Place,
    problems: &mut Vec<Problem>,
) {
    let mut seen = Vec::new();
    for code in codes {
        if seen.contains(&code) {
            let kind = ProblemKind::Duplicate {
                code: shortened(code),
                first: shortened(&task.code),
            };
            problems.push(place.problem(key, kind));
        }
        seen.push(code);
    }
}

/// Authors' text in a message: enough to find it.
fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
