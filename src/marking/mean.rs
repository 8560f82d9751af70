//! The task's score: several examiners' totals made one, and the alarm when they are far apart.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kernel::{AccountId, Exact, Marks};

use super::SignedSheet;

/// How totals become one score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MeanMethod {
    /// The arithmetic mean.
    Mean,
    /// The middle one, or the mean of the middle two.
    Median,
    /// The mean without one highest and one lowest.
    DropExtremes,
}

/// The rule of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MeanRule {
    /// The method.
    pub method: MeanMethod,
    /// So many examiners at least.
    pub least_examiners: usize,
    /// A spread of more than this share of the task's marks raises the alarm, in percent.
    pub spread_percent: u16,
}

impl Default for MeanRule {
    /// Three examiners, their mean, alarm above 30 %.
    fn default() -> Self {
        Self {
            method: MeanMethod::Mean,
            least_examiners: 3,
            spread_percent: 30,
        }
    }
}

/// The score of a task, unrounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskScore {
    /// The score.
    pub score: Exact,
    /// The alarm, when the examiners are too far apart: the leader must look at it before results are settled.
    pub spread: Option<SpreadExceeded>,
    /// Whether a veto strikes the whole practical test.
    pub strikes_test: bool,
}

/// The examiners' totals are too far apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SpreadExceeded {
    /// The lowest total.
    pub lowest: Marks,
    /// The highest total.
    pub highest: Marks,
    /// How far apart they may be.
    pub limit: Marks,
}

/// Why there is no score.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MeanRefusal {
    /// Too few examiners have signed.
    #[error("{needed} signed sheets are needed; there are {signed}")]
    TooFew {
        /// How many are needed.
        needed: usize,
        /// How many there are.
        signed: usize,
    },
    /// Two sheets are of the same examiner.
    #[error("{examiner} signed two sheets for the same task")]
    SameExaminer {
        /// Who.
        examiner: AccountId,
    },
    /// The sheets are not of the same task.
    #[error("the sheets are of different tasks")]
    DifferentTasks,
}

/// The score of a task from its signed sheets.
pub fn mean_of(sheets: &[SignedSheet], rule: &MeanRule) -> Result<TaskScore, MeanRefusal> {
    let totals: Vec<Marks> = sheets.iter().map(SignedSheet::total).collect();
    let score = mean_of_marks(&totals, rule)?;
    let mut examiners = BTreeSet::new();
    let again = sheets
        .iter()
        .map(|sheet| sheet.sheet().examiner())
        .find(|examiner| !examiners.insert(*examiner));
    if let Some(examiner) = again {
        return Err(MeanRefusal::SameExaminer { examiner });
    }
    let Some(first) = sheets.first() else {
        return Err(too_few(rule, 0));
    };
    let form = first.sheet().form();
    if sheets.iter().any(|sheet| sheet.sheet().form() != form) {
        return Err(MeanRefusal::DifferentTasks);
    }
    Ok(TaskScore {
        score,
        spread: rule.spread(&totals, form.most()),
        strikes_test: sheets.iter().any(SignedSheet::strikes_test),
    })
}

/// The same for bare marks: a review committee's, or a written answer's.
pub fn mean_of_marks(totals: &[Marks], rule: &MeanRule) -> Result<Exact, MeanRefusal> {
    if totals.len() < rule.least_examiners {
        return Err(too_few(rule, totals.len()));
    }
    let mut sorted = totals.to_vec();
    sorted.sort_unstable();
    let counted = match rule.method {
        MeanMethod::Mean => sorted.as_slice(),
        MeanMethod::Median => {
            let from = sorted.len().saturating_sub(1) / 2;
            sorted.get(from..=sorted.len() / 2).unwrap_or(&[])
        }
        MeanMethod::DropExtremes => sorted.get(1..sorted.len().saturating_sub(1)).unwrap_or(&[]),
    };
    let counted: Vec<Exact> = counted.iter().map(|marks| marks.exact()).collect();
    Exact::mean(&counted).ok_or_else(|| too_few(rule, totals.len()))
}

fn too_few(rule: &MeanRule, signed: usize) -> MeanRefusal {
    // Dropping the extremes of two leaves nobody.
    let least = match rule.method {
        MeanMethod::DropExtremes => 3,
        MeanMethod::Mean | MeanMethod::Median => 1,
    };
    MeanRefusal::TooFew {
        needed: rule.least_examiners.max(least),
        signed,
    }
}

impl MeanRule {
    /// The alarm, when the totals of a task worth `most` are farther apart than the rule allows.
    pub fn spread(&self, totals: &[Marks], most: Marks) -> Option<SpreadExceeded> {
        let (lowest, highest) = (*totals.iter().min()?, *totals.iter().max()?);
        let limit = most.exact().times(i128::from(self.spread_percent), 100);
        ((highest - lowest).exact() > limit).then(|| SpreadExceeded {
            lowest,
            highest,
            limit: limit.half_up(),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sheet::tests::{accounts, form};
    use super::*;
    use crate::kernel::Timestamp;
    use crate::marking::ScoreSheet;

    const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

    /// Sheets with these marks for the work element, full marks elsewhere.
    fn sheets(work: &[i64]) -> Vec<SignedSheet> {
        let examiners = accounts(work.len());
        let sheet = |(examiner, hundredths): (&AccountId, &i64)| {
            let mut sheet = ScoreSheet::new(form(), *examiner).unwrap();
            sheet.give("准备", Marks::whole(30)).unwrap();
            sheet.give("加工", Marks::from_hundredths(*hundredths)).unwrap();
            sheet.give("安全", Marks::whole(10)).unwrap();
            sheet.sign(NOW).unwrap()
        };
        examiners.iter().zip(work).map(sheet).collect()
    }

    fn rule(method: MeanMethod) -> MeanRule {
        MeanRule {
            method,
            ..MeanRule::default()
        }
    }

    #[test]
    fn a_mean_of_three_stays_a_fraction() {
        let score = mean_of(&sheets(&[5_000, 5_000, 5_001]), &MeanRule::default()).unwrap();
        assert_eq!(score.score, Exact::new(27_001, 300));
        assert_eq!(score.spread, None);
    }

    #[test]
    fn two_examiners_are_too_few_and_one_counts_once() {
        let two = mean_of(&sheets(&[5_000, 5_000]), &MeanRule::default());
        assert_eq!(two, Err(MeanRefusal::TooFew { needed: 3, signed: 2 }));
        let mut same = sheets(&[5_000, 5_000]);
        same.push(same[0].clone());
        let examiner = same[0].sheet().examiner();
        assert_eq!(
            mean_of(&same, &MeanRule::default()),
            Err(MeanRefusal::SameExaminer { examiner })
        );
        assert!(
            mean_of(
                &[],
                &MeanRule {
                    least_examiners: 0,
                    ..MeanRule::default()
                }
            )
            .is_err()
        );
    }

    #[test]
    fn sheets_of_different_tasks_have_no_mean() {
        let mut mixed = sheets(&[1, 2, 3]);
        let mut other = form();
        other.task = "T2".to_owned();
        let mut sheet = ScoreSheet::new(other, mixed[2].sheet().examiner()).unwrap();
        for code in ["准备", "加工", "安全"] {
            sheet.give(code, Marks::ZERO).unwrap();
        }
        mixed[2] = sheet.sign(NOW).unwrap();
        assert_eq!(mean_of(&mixed, &MeanRule::default()), Err(MeanRefusal::DifferentTasks));
    }

    #[test]
    fn examiners_more_than_thirty_percent_apart_raise_the_alarm() {
        let near = mean_of(&sheets(&[2_000, 4_000, 5_000]), &MeanRule::default()).unwrap();
        assert_eq!(near.spread, None, "thirty of a hundred marks are still allowed");
        let far = mean_of(&sheets(&[1_999, 4_000, 5_000]), &MeanRule::default()).unwrap();
        let spread = far.spread.unwrap();
        assert_eq!((spread.lowest.hundredths(), spread.limit), (5_999, Marks::whole(30)));
    }

    #[test]
    fn median_and_dropped_extremes_do_as_they_say() {
        let four = sheets(&[1_000, 2_000, 3_000, 6_000]);
        let median = mean_of(&four, &rule(MeanMethod::Median)).unwrap().score;
        assert_eq!(median, Marks::whole(65).exact());
        let five = [1, 10, 20, 40, 60].map(Marks::whole);
        let dropped = mean_of_marks(&five, &rule(MeanMethod::DropExtremes)).unwrap();
        assert_eq!(dropped, Exact::new(70, 3));
        let odd = mean_of_marks(&five, &rule(MeanMethod::Median)).unwrap();
        assert_eq!(odd, Marks::whole(20).exact());
        let few = MeanRule {
            least_examiners: 1,
            ..rule(MeanMethod::DropExtremes)
        };
        assert_eq!(
            mean_of_marks(&five[..2], &few),
            Err(MeanRefusal::TooFew { needed: 3, signed: 2 })
        );
    }

    proptest! {
        #[test]
        fn the_mean_of_three_is_exact_and_rounds_once(a in 0_i64..=10_000, b in 0_i64..=10_000, c in 0_i64..=10_000) {
            let totals = [a, b, c].map(Marks::from_hundredths);
            let mean = mean_of_marks(&totals, &MeanRule::default()).unwrap();
            prop_assert_eq!(mean.times(3, 1), Marks::from_hundredths(a + b + c).exact());
            // Rounded once, half up: 3·rounded lies within 1.5 hundredths of the sum.
            let off = (mean.half_up().hundredths() * 3 - (a + b + c)).abs();
            prop_assert!(off * 2 <= 3);
        }

        #[test]
        fn every_method_lies_between_the_lowest_and_the_highest(totals in prop::collection::vec(0_i64..=10_000, 3..9)) {
            let totals: Vec<Marks> = totals.into_iter().map(Marks::from_hundredths).collect();
            for method in [MeanMethod::Mean, MeanMethod::Median, MeanMethod::DropExtremes] {
                let score = mean_of_marks(&totals, &rule(method)).unwrap();
                prop_assert!(score >= totals.iter().min().unwrap().exact());
                prop_assert!(score <= totals.iter().max().unwrap().exact());
            }
        }
    }
}
