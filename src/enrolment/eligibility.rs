//! The conditions of application: for each level some lines, of which a candidate must meet any one whole.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Education;

/// The lines of one generation of rules, as data: standards change them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EligibilityRules {
    /// The generation's name, such as `2023`.
    pub generation: String,
    /// The levels.
    #[serde(rename = "level")]
    levels: Vec<LevelRule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LevelRule {
    level: u8,
    #[serde(rename = "line")]
    lines: Vec<Line>,
}

/// One way to be eligible: all needs together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What the review names it by.
    pub name: String,
    /// What it asks for.
    pub needs: Vec<Need>,
}

/// One thing that a line asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "need", rename_all = "snake_case", deny_unknown_fields)]
pub enum Need {
    /// An age.
    Age {
        /// At least so many years.
        years: i16,
    },
    /// Work in this or a related occupation, in total.
    Work {
        /// At least so many years.
        years: i16,
    },
    /// A certificate of this or a related occupation, and work since.
    Held {
        /// Of this level or a higher one (1 is the highest).
        level: u8,
        /// For at least so many years.
        years: i16,
    },
    /// One of these educations, completed in this or a related subject.
    Education {
        /// Any one of them.
        any_of: Vec<Education>,
    },
    /// A professional title.
    Title {
        /// Of this class or a higher one.
        class: TitleClass,
        /// For at least so many years.
        years: i16,
    },
    /// Training.
    Training {
        /// At least so many hours.
        hours: u32,
    },
}

/// A class of professional titles (职称), in rising order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TitleClass {
    /// 初级
    Junior,
    /// 中级
    Intermediate,
    /// 高级
    Senior,
}

/// What the review has established about a candidate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile {
    /// When the candidate was born.
    pub birth_date: Date,
    /// Since when the candidate has worked in the trade, breaks taken off.
    pub works_since: Option<Date>,
    /// The certificates of this or a related occupation.
    pub held: Vec<HeldLevel>,
    /// The completed educations.
    pub education: BTreeSet<Education>,
    /// The professional title.
    pub title: Option<Title>,
    /// The hours of training completed.
    pub training_hours: u32,
}

/// A certificate that the candidate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeldLevel {
    /// Its level; 1 is the highest.
    pub level: u8,
    /// When it was issued.
    pub since: Date,
}

/// A professional title that the candidate holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Title {
    /// Its class.
    pub class: TitleClass,
    /// Since when.
    pub since: Date,
}

/// Whether the candidate is eligible, and by what; or what each line still lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// By this line.
    Met {
        /// The line's name.
        line: String,
    },
    /// By none: each line with what is missing, the nearest first.
    NotMet {
        /// The lines.
        missing: Vec<(String, Vec<Need>)>,
    },
    /// The rules have no lines for that level.
    NoRule,
}

/// The file of rules cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the eligibility rules cannot be read: {0}")]
pub struct RulesError(#[from] toml::de::Error);

impl EligibilityRules {
    /// Reads rules from their file.
    pub fn parse(text: &str) -> Result<Self, RulesError> {
        Ok(toml::from_str(text)?)
    }

    /// The rules of 2023, as shipped.
    pub fn of_2023() -> Result<Self, RulesError> {
        Self::parse(include_str!("eligibility-2023.toml"))
    }

    /// Holds a candidate against the lines of a level on a day.
    pub fn meets(&self, profile: &Profile, level: u8, on: Date) -> Verdict {
        let Some(rule) = self.levels.iter().find(|rule| rule.level == level) else {
            return Verdict::NoRule;
        };
        let mut missing = Vec::new();
        for line in &rule.lines {
            let lacks: Vec<Need> = line
                .needs
                .iter()
                .filter(|need| !profile.has(need, on))
                .cloned()
                .collect();
            if lacks.is_empty() {
                return Verdict::Met {
                    line: line.name.clone(),
                };
            }
            missing.push((line.name.clone(), lacks));
        }
        missing.sort_by_key(|(_, lacks)| lacks.len());
        Verdict::NotMet { missing }
    }
}

impl Profile {
    fn has(&self, need: &Need, on: Date) -> bool {
        match need {
            Need::Age { years } => full_years(self.birth_date, *years, on),
            Need::Work { years } => self.works_since.is_some_and(|since| full_years(since, *years, on)),
            Need::Held { level, years } => {
                let serves = |held: &HeldLevel| held.level <= *level && full_years(held.since, *years, on);
                self.held.iter().any(serves)
            }
            Need::Education { any_of } => any_of.iter().any(|education| self.education.contains(education)),
            Need::Title { class, years } => {
                let serves = |title: &Title| title.class >= *class && full_years(title.since, *years, on);
                self.title.as_ref().is_some_and(serves)
            }
            Need::Training { hours } => self.training_hours >= *hours,
        }
    }
}

/// Whether so many full years have passed; the day itself counts, and 29 February counts from the 28th.
fn full_years(since: Date, years: i16, on: Date) -> bool {
    since.checked_add(years.years()).is_ok_and(|complete| complete <= on)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn turner() -> Profile {
        Profile {
            birth_date: date(1995, 3, 1),
            works_since: Some(date(2019, 6, 1)),
            held: vec![HeldLevel {
                level: 5,
                since: date(2022, 6, 2),
            }],
            ..Profile::default()
        }
    }

    #[test]
    fn any_one_line_is_enough_and_the_day_itself_counts() {
        let rules = EligibilityRules::of_2023().unwrap();
        let line = |on| match rules.meets(&turner(), 4, on) {
            Verdict::Met { line } => Some(line),
            Verdict::NotMet { .. } | Verdict::NoRule => None,
        };
        assert_eq!(line(date(2024, 5, 31)), None);
        assert_eq!(line(date(2024, 6, 1)).as_deref(), Some("4-1"));
        let without_work = Profile {
            works_since: None,
            ..turner()
        };
        let met = Verdict::Met { line: "4-2".to_owned() };
        assert_eq!(rules.meets(&without_work, 4, date(2025, 6, 2)), met);
    }

    #[test]
    fn what_is_missing_is_named_nearest_line_first() {
        let rules = EligibilityRules::of_2023().unwrap();
        let Verdict::NotMet { missing } = rules.meets(&turner(), 3, date(2024, 6, 1)) else {
            panic!()
        };
        assert_eq!(missing.len(), 5);
        assert_eq!(missing[0], ("3-1".to_owned(), vec![Need::Work { years: 10 }]));
        assert_eq!(missing[4].0, "3-5", "the line that lacks two things comes last");
    }

    #[test]
    fn a_line_is_met_whole_or_not_at_all() {
        let rules = EligibilityRules::of_2023().unwrap();
        let mut profile = turner();
        profile.held = vec![HeldLevel {
            level: 4,
            since: date(2024, 1, 1),
        }];
        assert!(matches!(
            rules.meets(&profile, 3, date(2024, 6, 1)),
            Verdict::NotMet { .. }
        ));
        profile.education.insert(Education::College);
        let met = Verdict::Met { line: "3-5".to_owned() };
        assert_eq!(rules.meets(&profile, 3, date(2024, 6, 1)), met);
    }

    #[test]
    fn every_level_of_the_shipped_rules_has_a_line_and_others_have_none() {
        let rules = EligibilityRules::of_2023().unwrap();
        for level in 1..=5 {
            assert_ne!(rules.meets(&turner(), level, date(2024, 1, 1)), Verdict::NoRule);
        }
        assert_eq!(rules.meets(&turner(), 6, date(2024, 1, 1)), Verdict::NoRule);
        assert!(EligibilityRules::parse("generation = \"x\"\nlevels = 3").is_err());
    }
}
