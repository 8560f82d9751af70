//! Written answers: what a marker gives by a rubric, and when enough people have marked an answer.
//!
//! Two people mark every answer, neither knowing what the other gave. Where they differ by more than the rule allows, a
//! third marks it too, and the mean of all three counts. Nothing here rounds.

use crate::bank::Written;
use crate::kernel::{Exact, Marks};
use crate::paper::WrittenRule;

/// Levels that do not fit their rubric.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RubricRefusal {
    /// A line of the rubric without a level.
    #[error("line {line} of the rubric has no level")]
    Missing {
        /// Which, counted from 0.
        line: usize,
    },
    /// A level that the line does not have.
    #[error("line {line} of the rubric has no level {level}")]
    NoSuchLevel {
        /// Which, counted from 0.
        line: usize,
        /// The level given, counted from 0.
        level: u8,
    },
}

/// What levels are worth: each line its share of the question's marks by weight, each level an equal step of the line.
pub fn worth(rubric: &Written, levels: &[u8], most: Marks) -> Result<Exact, RubricRefusal> {
    let weights: i128 = rubric.criteria.iter().map(|line| i128::from(line.weight)).sum();
    let mut sum = Exact::ZERO;
    for (index, line) in rubric.criteria.iter().enumerate() {
        let level = *levels.get(index).ok_or(RubricRefusal::Missing { line: index })?;
        let steps = line.levels.len().saturating_sub(1);
        if usize::from(level) > steps {
            return Err(RubricRefusal::NoSuchLevel { line: index, level });
        }
        let steps = i128::try_from(steps).unwrap_or(1).max(1);
        let share = i128::from(line.weight) * i128::from(level);
        sum = sum.plus(most.exact().times(share, weights.max(1) * steps));
    }
    Ok(sum)
}

/// Whether an answer is marked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// So many people must have marked it.
    Wanting {
        /// How many in all.
        needed: usize,
    },
    /// Enough have.
    Settled {
        /// Their mean.
        mark: Exact,
    },
}

/// How an answer stands after these marks, of a question worth `most`.
pub fn standing(marks: &[Exact], most: Marks, rule: WrittenRule) -> Standing {
    let needed = match marks {
        [first, second] if too_far(*first, *second, most, rule) => 3,
        _ => 2,
    };
    match Exact::mean(marks) {
        Some(mark) if marks.len() >= needed => Standing::Settled { mark },
        _ => Standing::Wanting { needed },
    }
}

fn too_far(first: Exact, second: Exact, most: Marks, rule: WrittenRule) -> bool {
    let (low, high) = (first.min(second), first.max(second));
    high.plus(low.times(-1, 1)) > most.exact().times(rule.difference_percent.into(), 100)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bank::Criterion;

    fn rubric() -> Written {
        let line = |weight, levels: &[&str]| Criterion {
            text: "要点".to_owned(),
            weight,
            levels: levels.iter().map(ToString::to_string).collect(),
        };
        Written {
            max_chars: 500,
            criteria: vec![line(2, &["无", "部分", "完整"]), line(1, &["无", "有"])],
        }
    }

    const RULE: WrittenRule = WrittenRule { difference_percent: 30 };

    #[test]
    fn each_line_has_its_share_and_each_level_its_step() {
        let worth = |levels: &[u8]| worth(&rubric(), levels, Marks::whole(16));
        assert_eq!(worth(&[0, 0]), Ok(Exact::ZERO));
        assert_eq!(worth(&[2, 1]), Ok(Marks::whole(16).exact()));
        assert_eq!(worth(&[1, 0]), Ok(Exact::new(16, 3)), "16 × 2/3 × 1/2, unrounded");
        assert_eq!(worth(&[2]), Err(RubricRefusal::Missing { line: 1 }));
        assert_eq!(worth(&[3, 0]), Err(RubricRefusal::NoSuchLevel { line: 0, level: 3 }));
    }

    #[test]
    fn two_who_agree_settle_it_and_two_who_do_not_call_a_third() {
        let mark = |whole| Marks::whole(whole).exact();
        let standing = |marks: &[Exact]| standing(marks, Marks::whole(10), RULE);
        assert_eq!(standing(&[]), Standing::Wanting { needed: 2 });
        assert_eq!(standing(&[mark(5)]), Standing::Wanting { needed: 2 });
        assert_eq!(
            standing(&[mark(5), mark(8)]),
            Standing::Settled {
                mark: Exact::new(13, 2)
            },
            "30 % is not more"
        );
        assert_eq!(standing(&[mark(9), mark(5)]), Standing::Wanting { needed: 3 });
        assert_eq!(
            standing(&[mark(9), mark(5), mark(6)]),
            Standing::Settled {
                mark: Exact::new(20, 3)
            }
        );
    }

    proptest! {
        #[test]
        fn any_levels_are_refused_or_worth_no_more_than_the_question(levels in proptest::collection::vec(0_u8..5, 0..4)) {
            if let Ok(worth) = worth(&rubric(), &levels, Marks::whole(16)) {
                prop_assert!(worth >= Exact::ZERO && worth <= Marks::whole(16).exact());
            }
        }
    }
}
