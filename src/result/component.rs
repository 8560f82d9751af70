//! Components of an examination, the pass mark, and the grade.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{Exact, Marks};

/// A component that is marked by itself, out of 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Component {
    /// 理论知识
    Theory,
    /// 操作技能
    Practical,
    /// 综合评审
    Review,
}

impl Component {
    /// Its stored word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Theory => "theory",
            Self::Practical => "practical",
            Self::Review => "review",
        }
    }

    /// The component of a stored word.
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Theory, Self::Practical, Self::Review]
            .into_iter()
            .find(|one| one.word() == word)
    }
}

/// What a candidate has in one component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ComponentResult {
    /// The component.
    pub component: Component,
    /// The score, unrounded.
    pub score: Exact,
    /// Whether it reaches the pass mark.
    pub passed: bool,
}

/// The marks from which a candidate passes, and from which the pass is good or excellent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GradeRule {
    /// 合格, the pass mark
    pub pass: Marks,
    /// 良好
    pub good: Marks,
    /// 优秀
    pub excellent: Marks,
}

impl Default for GradeRule {
    /// 60, 80, 95.
    fn default() -> Self {
        Self {
            pass: Marks::whole(60),
            good: Marks::whole(80),
            excellent: Marks::whole(95),
        }
    }
}

/// The overall grade (评定成绩): that of the weakest component.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// 合格
    Pass,
    /// 良好
    Good,
    /// 优秀
    Excellent,
}

/// What the components mean together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every component is passed.
    Passed {
        /// The grade.
        grade: Grade,
    },
    /// These are not.
    Failed {
        /// Which.
        failed: Vec<Component>,
    },
    /// These have no score yet.
    Incomplete {
        /// Which.
        missing: Vec<Component>,
    },
}

impl ComponentResult {
    /// Holds a score against the pass mark, before any rounding.
    pub fn new(component: Component, score: Exact, rule: &GradeRule) -> Self {
        Self {
            component,
            score,
            passed: score >= rule.pass.exact(),
        }
    }
}

/// What the results mean together, for a level that takes the `required` components. A failed component is told even while
/// another is missing.
pub fn outcome(required: &[Component], results: &[ComponentResult], rule: &GradeRule) -> Outcome {
    let of = |component: &Component| results.iter().find(|result| result.component == *component);
    let failed: Vec<Component> = required
        .iter()
        .filter(|component| of(component).is_some_and(|result| !result.passed))
        .copied()
        .collect();
    if !failed.is_empty() {
        return Outcome::Failed { failed };
    }
    let missing: Vec<Component> = required
        .iter()
        .filter(|component| of(component).is_none())
        .copied()
        .collect();
    let weakest = required.iter().filter_map(of).map(|result| result.score).min();
    match weakest {
        Some(weakest) if missing.is_empty() => Outcome::Passed {
            grade: rule.grade(weakest),
        },
        // A level without components has nothing to pass.
        Some(_) | None => Outcome::Incomplete { missing },
    }
}

impl GradeRule {
    fn grade(&self, weakest: Exact) -> Grade {
        if weakest >= self.excellent.exact() {
            Grade::Excellent
        } else if weakest >= self.good.exact() {
            Grade::Good
        } else {
            Grade::Pass
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Component; 2] = [Component::Theory, Component::Practical];

    fn of(scores: &[Exact]) -> Outcome {
        let rule = GradeRule::default();
        let results = BOTH
            .iter()
            .zip(scores)
            .map(|(component, score)| ComponentResult::new(*component, *score, &rule));
        outcome(&BOTH, &results.collect::<Vec<_>>(), &rule)
    }

    fn marks(text: &str) -> Exact {
        text.parse::<Marks>().unwrap().exact()
    }

    #[test]
    fn a_high_component_does_not_carry_a_failed_one() {
        let failed = vec![Component::Practical];
        assert_eq!(of(&[marks("100"), marks("59.99")]), Outcome::Failed { failed });
    }

    #[test]
    fn a_score_that_would_round_to_the_pass_mark_fails() {
        let almost = Exact::new(17_999, 300);
        assert_eq!(almost.half_up(), Marks::whole(60));
        assert!(matches!(of(&[marks("80"), almost]), Outcome::Failed { .. }));
        assert_eq!(of(&[marks("60"), marks("60")]), Outcome::Passed { grade: Grade::Pass });
    }

    #[test]
    fn the_weakest_component_gives_the_grade() {
        assert_eq!(of(&[marks("99"), marks("80")]), Outcome::Passed { grade: Grade::Good });
        assert_eq!(
            of(&[marks("79.99"), marks("95")]),
            Outcome::Passed { grade: Grade::Pass }
        );
        assert_eq!(
            of(&[marks("95"), marks("95")]),
            Outcome::Passed {
                grade: Grade::Excellent
            }
        );
    }

    #[test]
    fn a_missing_component_is_named_and_no_component_is_no_pass() {
        let missing = vec![Component::Practical];
        assert_eq!(of(&[marks("90")]), Outcome::Incomplete { missing });
        assert_eq!(
            of(&[marks("50")]),
            Outcome::Failed {
                failed: vec![Component::Theory]
            }
        );
        let none = outcome(&[], &[], &GradeRule::default());
        assert_eq!(none, Outcome::Incomplete { missing: Vec::new() });
    }
}
