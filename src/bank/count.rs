//! A bank in numbers: how many items of each kind, difficulty and importance, and where they are.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::model::{Bank, Importance, ItemKind, Weight, level_name};
use crate::kernel::Language;

/// A bank in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Counts {
    /// The bank's code.
    pub code: String,
    /// The authors' label of the version.
    pub version: String,
    /// What the bank is for, in Chinese.
    pub name: String,
    /// What the bank is for, in English.
    pub name_en: String,
    /// The level.
    pub level: u8,
    /// All items.
    pub items: usize,
    /// Items by kind.
    pub kinds: BTreeMap<ItemKind, usize>,
    /// Items by difficulty, 1 to 5.
    pub difficulties: BTreeMap<u8, usize>,
    /// Items by the importance of their point.
    pub importances: BTreeMap<Importance, usize>,
    /// All points.
    pub points: usize,
    /// Points by importance.
    pub point_importances: BTreeMap<Importance, usize>,
    /// The leaf ranges, by code.
    pub ranges: Vec<RangeCount>,
    /// All practical tasks.
    pub tasks: usize,
}

/// A leaf range in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RangeCount {
    /// The range's code.
    pub code: String,
    /// The Chinese name.
    pub name: String,
    /// The English name.
    pub name_en: String,
    /// Its share of the whole.
    pub weight: Weight,
    /// Its points.
    pub points: usize,
    /// Its items by kind.
    pub kinds: BTreeMap<ItemKind, usize>,
}

/// Counts a bank.
pub fn count(bank: &Bank) -> Counts {
    let mut counts = Counts {
        code: bank.code.clone(),
        version: bank.version.clone(),
        name: bank.occupation.name.clone(),
        name_en: bank.occupation.name_en.clone(),
        level: bank.level,
        items: bank.items.len(),
        kinds: ItemKind::ALL.map(|kind| (kind, 0)).into(),
        difficulties: (1..=5).map(|difficulty| (difficulty, 0)).collect(),
        importances: Importance::ALL.map(|importance| (importance, 0)).into(),
        points: bank.points.len(),
        point_importances: Importance::ALL.map(|importance| (importance, 0)).into(),
        ranges: Vec::new(),
        tasks: bank.tasks.len(),
    };
    let mut ranges: BTreeMap<&str, RangeCount> =
        bank.leaves().map(|range| (range.code.as_str(), empty(range))).collect();
    for point in &bank.points {
        *counts.point_importances.entry(point.importance).or_default() += 1;
        if let Some(range) = ranges.get_mut(point.range()) {
            range.points += 1;
        }
    }
    for item in &bank.items {
        *counts.kinds.entry(item.kind).or_default() += 1;
        *counts.difficulties.entry(item.difficulty).or_default() += 1;
        if let Some(point) = bank.point(&item.point) {
            *counts.importances.entry(point.importance).or_default() += 1;
            if let Some(range) = ranges.get_mut(point.range()) {
                *range.kinds.entry(item.kind).or_default() += 1;
            }
        }
    }
    counts.ranges = ranges.into_values().collect();
    counts
}

fn empty(range: &super::model::Range) -> RangeCount {
    RangeCount {
        code: range.code.clone(),
        name: range.name.clone(),
        name_en: range.name_en.clone(),
        weight: range.weight,
        points: 0,
        kinds: ItemKind::ALL.map(|kind| (kind, 0)).into(),
    }
}

impl Counts {
    /// The numbers as a page for a terminal.
    pub fn text(&self, language: Language) -> String {
        let mut page = String::new();
        let level = level_name(self.level, language);
        let (name, items, points, tasks) = (&self.name, self.items, self.points, self.tasks);
        // Writing to a text cannot fail.
        _ = match language {
            Language::Zh => writeln!(
                page,
                "{name}　{level}（{}，{}）\n试题 {items}　鉴定点 {points}　操作技能任务 {tasks}",
                self.code, self.version
            ),
            Language::En => writeln!(
                page,
                "{}, {level} ({}, {})\n{items} items, {points} points, {tasks} practical tasks",
                self.name_en, self.code, self.version
            ),
        };
        let kinds = |kinds: &BTreeMap<ItemKind, usize>| {
            let part = |(kind, count): (&ItemKind, &usize)| format!("{} {count}", kind.name(language));
            // The kinds that hardly any bank has are told only where there are some.
            let told = |(kind, count): &(&ItemKind, &usize)| **count > 0 || kind.is_classic();
            kinds.iter().filter(told).map(part).collect::<Vec<_>>().join("  ")
        };
        let (importance, difficulty) = match language {
            Language::Zh => ("重要程度", "难度"),
            Language::En => ("importance", "difficulty"),
        };
        let listed = |numbers: Vec<String>| numbers.join("  ");
        let importances = self
            .importances
            .iter()
            .map(|(importance, count)| format!("{importance:?} {count}"))
            .collect();
        let difficulties = self
            .difficulties
            .iter()
            .map(|(grade, count)| format!("{grade}: {count}"))
            .collect();
        _ = writeln!(page, "{}", kinds(&self.kinds));
        _ = writeln!(page, "{importance}: {}", listed(importances));
        _ = writeln!(page, "{difficulty}: {}", listed(difficulties));
        for range in &self.ranges {
            let name = match language {
                Language::Zh => &range.name,
                Language::En => &range.name_en,
            };
            let (code, weight) = (&range.code, range.weight);
            _ = writeln!(page, "  {code:<6} {weight:>5} %  {}  {name}", kinds(&range.kinds));
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::generated;
    use crate::kernel::SeededEntropy;

    #[test]
    fn every_item_is_counted_once_each_way() {
        let bank = generated(500, &SeededEntropy::new(2));
        let counts = count(&bank);
        assert_eq!(counts.kinds.values().sum::<usize>(), 500);
        assert_eq!(counts.difficulties.values().sum::<usize>(), 500);
        assert_eq!(counts.importances.values().sum::<usize>(), 500);
        assert_eq!(
            counts
                .ranges
                .iter()
                .flat_map(|range| range.kinds.values())
                .sum::<usize>(),
            500
        );
        assert_eq!(
            counts.ranges.iter().map(|range| range.points).sum::<usize>(),
            counts.points
        );
        assert!(counts.text(Language::Zh).contains("单选题"));
        assert!(counts.text(Language::En).contains("500 items"));
    }
}
