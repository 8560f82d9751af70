//! Paper demand (试卷需求): whether a bank can serve each paper rule, and what it lacks.

use std::fmt::Write as _;

use schemars::JsonSchema;
use serde::Serialize;

use super::assembly::Assembly;
use super::rule::PaperRule;
use super::shortage::Shortage;
use crate::bank::{Bank, Counts, count};
use crate::kernel::{Language, Seed};

/// A bank in numbers, against each rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// The bank in numbers.
    pub counts: Counts,
    /// Each rule, and what the bank lacks for it.
    pub demands: Vec<Demand>,
}

/// A rule, and what a bank lacks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Demand {
    /// The rule's id.
    pub rule: String,
    /// The rule's version.
    pub version: u32,
    /// The rule's Chinese name.
    pub name: String,
    /// The rule's English name.
    pub name_en: String,
    /// What the bank lacks; empty when papers can be drawn.
    pub shortages: Vec<Shortage>,
}

/// Counts a bank and tries each rule on it, with one draw, since enemies show only then. A rule that asks for rarer kinds
/// of items is left out where the bank has none of one of them: it was not written for such a rule.
pub fn summary(bank: &Bank, rules: &[PaperRule]) -> Summary {
    let demand = |rule: &PaperRule| Demand {
        rule: rule.id.clone(),
        version: rule.version,
        name: rule.name.clone(),
        name_en: rule.name_en.clone(),
        shortages: Assembly::new(bank, rule)
            .and_then(|assembly| assembly.draw(Seed([0; 32]), 0))
            .map_or_else(|shortages| shortages.0, |_| Vec::new()),
    };
    Summary {
        counts: count(bank),
        demands: rules
            .iter()
            .filter(|rule| is_meant_for(rule, bank))
            .map(demand)
            .collect(),
    }
}

fn is_meant_for(rule: &PaperRule, bank: &Bank) -> bool {
    let mut rarer = rule
        .sections
        .iter()
        .map(|section| section.kind)
        .filter(|kind| !kind.is_classic());
    rarer.all(|kind| bank.items.iter().any(|item| item.kind == kind))
}

impl Summary {
    /// The summary as a page for a terminal.
    pub fn text(&self, language: Language) -> String {
        let mut page = self.counts.text(language);
        for Demand {
            rule,
            name,
            name_en,
            shortages,
            ..
        } in &self.demands
        {
            // Writing to a text cannot fail.
            _ = match (language, shortages.len()) {
                (Language::Zh, 0) => writeln!(page, "可组卷　{rule}（{name}）"),
                (Language::En, 0) => writeln!(page, "can draw  {rule} ({name_en})"),
                (Language::Zh, count) => writeln!(page, "缺 {count} 处　{rule}（{name}）"),
                (Language::En, count) => writeln!(page, "{count} shortages  {rule} ({name_en})"),
            };
            for shortage in shortages {
                _ = writeln!(page, "    {}", shortage.message(language));
            }
        }
        page
    }
}
