//! A paper rule (组卷规则): how many items of which kind, for how many marks, in what time.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bank::{Importance, ItemKind};
use crate::kernel::Marks;

/// How a theory paper is put together. Versioned data: a rule is frozen into every paper that was drawn by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperRule {
    /// The name by which plans refer to it.
    pub id: String,
    /// Raised with every change.
    pub version: u32,
    /// The Chinese name.
    pub name: String,
    /// The English name.
    pub name_en: String,
    /// The sections, in the order of the paper.
    pub sections: Vec<Section>,
    /// The time for the paper.
    pub duration_minutes: u16,
    /// Minutes after the start before which nobody may submit.
    pub earliest_submit_minutes: u16,
    /// Minutes after the start at which nobody may enter any more.
    pub latest_entry_minutes: u16,
    /// Minutes before the end at which candidates are warned.
    pub warn_minutes: u16,
    /// Who gets which paper.
    pub supply: Supply,
    /// Items of a section stand in a drawn order; otherwise in the order of the element table.
    pub shuffle_items: bool,
    /// Options stand in a drawn order, unless the item forbids it.
    pub shuffle_options: bool,
    /// The wished shares of difficulties 1 to 5, in percent. Kept as far as the bank allows, and reported.
    pub difficulty: [u8; 5],
    /// The shares of importance, in percent.
    pub importance: ImportanceShares,
    /// What a partly right answer to a multiple-choice item earns.
    pub multiple_scoring: MultipleScoring,
    /// How written answers are marked; the usual way if absent.
    #[serde(default, skip_serializing_if = "WrittenRule::is_usual")]
    pub written: WrittenRule,
}

/// How written answers are marked by people: two of them, blind, and a third where they differ too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WrittenRule {
    /// The largest difference between two markers, in percent of the question's marks; a larger one calls a third.
    pub difference_percent: u8,
}

impl Default for WrittenRule {
    fn default() -> Self {
        Self { difference_percent: 30 }
    }
}

impl WrittenRule {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// A part of a paper: so many items of one kind, each for the same marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The kind of its items.
    pub kind: ItemKind,
    /// How many.
    pub count: u16,
    /// What each is worth.
    pub marks: Marks,
    /// What a partly right answer earns; nothing if absent.
    #[serde(default, skip_serializing_if = "Scoring::is_usual")]
    pub scoring: Scoring,
}

/// What a partly right answer earns. A wrong answer never costs more than its own question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scoring {
    /// Nothing: only the whole answer earns the marks.
    #[default]
    AllOrNothing,
    /// A share for each right part: blank, pair, place in the order, region, option. Where parts can be chosen beyond the
    /// right ones (multiple choice, regions), each wrong one takes a right one away.
    PerPart,
    /// Half of the marks for a multiple-choice answer that lacks options and has no wrong one (少选得一半，错选不得分).
    HalfIfLacking,
}

impl Scoring {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
    fn is_usual(&self) -> bool {
        *self == Self::AllOrNothing
    }
}

/// Who gets which paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "mode", rename_all = "snake_case", deny_unknown_fields)]
pub enum Supply {
    /// Every candidate an own paper (千人千卷).
    Individual,
    /// A few papers in turn, so that neighbours differ (A/B 卷).
    Forms {
        /// How many, 2 for A and B.
        count: u8,
    },
}

/// Shares of importance in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImportanceShares {
    /// Core.
    pub x: u8,
    /// General.
    pub y: u8,
    /// Auxiliary.
    pub z: u8,
}

impl ImportanceShares {
    /// The share of one importance.
    pub const fn of(self, importance: Importance) -> u8 {
        match importance {
            Importance::X => self.x,
            Importance::Y => self.y,
            Importance::Z => self.z,
        }
    }
}

/// What a partly right answer to a multiple-choice item earns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MultipleScoring {
    /// Nothing: only the whole key earns the marks.
    AllOrNothing,
}

/// Why a rule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RuleProblem {
    /// The paper is not worth 100.
    #[error("the sections are worth {total} marks instead of 100")]
    Total {
        /// What they are worth.
        total: Marks,
    },
    /// A section without items or marks.
    #[error("section {section} has no items, or items without marks")]
    EmptySection {
        /// Which, counted from 1.
        section: usize,
    },
    /// More questions than a paper has numbers for.
    #[error("the paper has {questions} questions; at most 1000 are allowed")]
    TooLong {
        /// How many it has.
        questions: u32,
    },
    /// Shares that are not of 100.
    #[error("the shares of {what} sum to {sum} instead of 100")]
    Shares {
        /// Difficulty or importance.
        what: &'static str,
        /// Their sum.
        sum: u32,
    },
    /// Times that do not fit into the duration.
    #[error("the times do not fit into the duration of {duration} minutes")]
    Times {
        /// The duration.
        duration: u16,
    },
    /// A difference between markers that is no percentage.
    #[error("the difference between markers is {percent} percent; 0 to 100 are allowed")]
    Difference {
        /// What the rule says.
        percent: u8,
    },
    /// No forms, or more than there are letters.
    #[error("{count} forms; 1 to 26 are allowed")]
    Forms {
        /// How many.
        count: u8,
    },
}

impl PaperRule {
    /// What the whole paper is worth.
    pub fn total(&self) -> Marks {
        self.sections
            .iter()
            .map(|section| section.marks.times(section.count.into()))
            .sum()
    }

    /// How many questions the paper has.
    pub fn questions(&self) -> u32 {
        self.sections.iter().map(|section| u32::from(section.count)).sum()
    }

    /// Everything for which the rule cannot be used; empty for a good one.
    pub fn problems(&self) -> Vec<RuleProblem> {
        let mut problems = Vec::new();
        if self.total() != Marks::whole(100) {
            problems.push(RuleProblem::Total { total: self.total() });
        }
        for (index, section) in self.sections.iter().enumerate() {
            if section.count == 0 || section.marks <= Marks::ZERO {
                problems.push(RuleProblem::EmptySection { section: index + 1 });
            }
        }
        if self.questions() > 1_000 {
            problems.push(RuleProblem::TooLong {
                questions: self.questions(),
            });
        }
        let sum = self.difficulty.iter().map(|share| u32::from(*share)).sum();
        if sum != 100 {
            problems.push(RuleProblem::Shares {
                what: "difficulty",
                sum,
            });
        }
        let sum = Importance::ALL
            .iter()
            .map(|importance| u32::from(self.importance.of(*importance)))
            .sum();
        if sum != 100 {
            problems.push(RuleProblem::Shares {
                what: "importance",
                sum,
            });
        }
        let duration = self.duration_minutes;
        let inside = [
            self.earliest_submit_minutes,
            self.latest_entry_minutes,
            self.warn_minutes,
        ];
        if duration == 0 || inside.iter().any(|minutes| *minutes > duration) {
            problems.push(RuleProblem::Times { duration });
        }
        let percent = self.written.difference_percent;
        if percent > 100 {
            problems.push(RuleProblem::Difference { percent });
        }
        match self.supply {
            Supply::Individual | Supply::Forms { count: 1..=26 } => {}
            Supply::Forms { count } => problems.push(RuleProblem::Forms { count }),
        }
        problems
    }
}

/// The rules that come with the program.
#[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
pub fn shipped_rules() -> Vec<PaperRule> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Shipped {
        rule: Vec<PaperRule>,
    }
    let shipped: Shipped = toml::from_str(include_str!("rules.toml")).expect("the shipped rules are good TOML");
    shipped.rule
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_rules_are_usable() {
        let rules = shipped_rules();
        let ids: Vec<_> = rules.iter().map(|rule| rule.id.as_str()).collect();
        assert_eq!(
            ids,
            [
                "classic-160-40",
                "compact-80-20",
                "mixed-60-20-20",
                "demo-20",
                "compact-80-20-ab",
                "rehearsal-100",
                "every-kind-13"
            ]
        );
        for rule in rules {
            assert_eq!(rule.problems(), [], "{}", rule.id);
        }
    }

    #[test]
    fn a_bad_rule_is_told_every_reason() {
        let mut rule = shipped_rules().remove(0);
        rule.sections[0].count = 159;
        rule.sections[1].marks = Marks::ZERO;
        rule.difficulty[0] = 11;
        rule.importance.z = 0;
        rule.warn_minutes = 91;
        rule.supply = Supply::Forms { count: 0 };
        assert_eq!(
            rule.problems(),
            [
                RuleProblem::Total {
                    total: Marks::from_hundredths(7_950)
                },
                RuleProblem::EmptySection { section: 2 },
                RuleProblem::Shares {
                    what: "difficulty",
                    sum: 101
                },
                RuleProblem::Shares {
                    what: "importance",
                    sum: 95
                },
                RuleProblem::Times { duration: 90 },
                RuleProblem::Forms { count: 0 },
            ]
        );
    }
}
