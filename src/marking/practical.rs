//! The practical score: the tasks' scores by their weights, unrounded.

use crate::kernel::{Exact, Marks};

/// One task's part in the practical test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPart {
    /// The task's code.
    pub task: String,
    /// The weight of its group, in percent of the test.
    pub weight_percent: u16,
    /// What the task is worth at most on its sheet.
    pub most: Marks,
    /// What the examiners found.
    pub score: Exact,
    /// What overtime takes off.
    pub overtime: Marks,
    /// Whether a veto strikes the whole test.
    pub strikes_test: bool,
}

/// Why there is no practical score.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PracticalError {
    /// The weights do not make a whole.
    #[error("the weights of the tasks sum to {sum} %, not to 100 %")]
    Weights {
        /// What they sum to.
        sum: u32,
    },
    /// A task has a score that its sheet cannot give.
    #[error("the score of task '{task}' is not between 0 and {most}")]
    Score {
        /// The task.
        task: String,
        /// What it is worth.
        most: Marks,
    },
}

/// The practical score out of 100: the sum over the tasks of score × weight / most. A task worth 100 counts its marks by
/// its weight; overtime takes a task down to nothing at most; a veto on the test leaves nothing at all.
pub fn practical_score(parts: &[TaskPart]) -> Result<Exact, PracticalError> {
    let sum = parts.iter().map(|part| u32::from(part.weight_percent)).sum();
    if sum != 100 {
        return Err(PracticalError::Weights { sum });
    }
    let possible = |part: &&TaskPart| {
        let fits = part.score >= Exact::ZERO && part.score <= part.most.exact();
        !fits || part.most <= Marks::ZERO || part.overtime < Marks::ZERO
    };
    if let Some(part) = parts.iter().find(possible) {
        return Err(PracticalError::Score {
            task: part.task.clone(),
            most: part.most,
        });
    }
    if parts.iter().any(|part| part.strikes_test) {
        return Ok(Exact::ZERO);
    }
    Ok(parts.iter().fold(Exact::ZERO, |sum, part| sum.plus(part.weighted())))
}

impl TaskPart {
    fn weighted(&self) -> Exact {
        let after_overtime = self.score.plus(self.overtime.exact().times(-1, 1)).max(Exact::ZERO);
        let most = i128::from(self.most.hundredths());
        after_overtime.times(i128::from(self.weight_percent) * 100, most)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(weight_percent: u16, most: i64, score: Exact) -> TaskPart {
        TaskPart {
            task: "T".to_owned(),
            weight_percent,
            most: Marks::whole(most),
            score,
            overtime: Marks::ZERO,
            strikes_test: false,
        }
    }

    #[test]
    fn tasks_count_by_their_weight_and_nothing_is_rounded() {
        let parts = [
            part(70, 100, Exact::new(179, 3)),
            part(30, 100, Marks::whole(61).exact()),
        ];
        let score = practical_score(&parts).unwrap();
        assert_eq!(score, Exact::new(179 * 70, 300).plus(Exact::new(1_830, 100)));
        assert!(score > Marks::whole(60).exact());
        let small = [part(70, 35, Marks::whole(35).exact()), part(30, 100, Exact::ZERO)];
        assert_eq!(practical_score(&small).unwrap(), Marks::whole(70).exact());
    }

    #[test]
    fn overtime_takes_its_own_task_down_to_nothing_at_most() {
        let mut parts = [
            part(50, 100, Marks::whole(10).exact()),
            part(50, 100, Marks::whole(80).exact()),
        ];
        parts[0].overtime = Marks::whole(40);
        assert_eq!(practical_score(&parts).unwrap(), Marks::whole(40).exact());
    }

    #[test]
    fn a_veto_on_the_test_leaves_nothing() {
        let mut parts = [
            part(50, 100, Marks::whole(90).exact()),
            part(50, 100, Marks::whole(90).exact()),
        ];
        parts[1].strikes_test = true;
        assert_eq!(practical_score(&parts).unwrap(), Exact::ZERO);
    }

    #[test]
    fn wrong_weights_and_impossible_scores_are_refused() {
        let short = [part(60, 100, Exact::ZERO), part(30, 100, Exact::ZERO)];
        assert_eq!(practical_score(&short), Err(PracticalError::Weights { sum: 90 }));
        let high = [part(100, 50, Marks::whole(51).exact())];
        assert!(matches!(practical_score(&high), Err(PracticalError::Score { .. })));
        assert_eq!(practical_score(&[]), Err(PracticalError::Weights { sum: 0 }));
    }

    proptest! {
        #[test]
        fn a_practical_score_lies_between_nothing_and_a_hundred(
            weight in 0_u16..=100, first in 0_i64..=30_000, second in 0_i64..=15_000, overtime in 0_i64..9_000
        ) {
            let mut parts = [
                part(weight, 100, Exact::new(i128::from(first), 300)),
                part(100 - weight, 50, Exact::new(i128::from(second), 300)),
            ];
            parts[0].overtime = Marks::from_hundredths(overtime);
            let score = practical_score(&parts).unwrap();
            prop_assert!(score >= Exact::ZERO && score <= Marks::whole(100).exact());
        }
    }
}
