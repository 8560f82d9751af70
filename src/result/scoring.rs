//! Scoring: what a component is worth, out of what was answered and what was signed. The same input gives the same score on
//! any machine, today and in ten years: nothing here reads a clock, a database or a setting.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::bank::VetoScope;
use crate::kernel::{Exact, Marks};
use crate::marking::{MeanRule, SpreadExceeded, Standing, TaskPart, mean_of_marks, practical_score, standing};
use crate::paper::{Paper, Question, QuestionScore};

/// One acknowledged answer: question, revision, value.
pub type Logged = (u16, i64, String);

/// The answers that count: of every question the last revision that was acknowledged.
pub fn answers_of(log: &[Logged]) -> BTreeMap<u16, String> {
    let mut last: BTreeMap<u16, (i64, &str)> = BTreeMap::new();
    for (number, revision, value) in log {
        let kept = last.entry(*number).or_insert((*revision, value));
        if *revision >= kept.0 {
            *kept = (*revision, value);
        }
    }
    last.into_iter()
        .map(|(number, (_, value))| (number, value.to_owned()))
        .collect()
}

/// A correction of a key: which answers to an item count as right, in place of its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// The item's id in the bank.
    pub item: String,
    /// What counts.
    pub right: Right,
}

/// Which answers count as right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Each of these: the texts of the right options, since every paper has letters of its own; for kinds without options
    /// the one answer.
    Any(Vec<Vec<String>>),
    /// Whatever was answered or not: the item was faulty, and everybody who had it is given its marks (送分).
    Everybody,
}

/// A theory score, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theory {
    /// The score.
    pub exact: Exact,
    /// How many answers are right.
    pub right: u16,
    /// How many questions were answered.
    pub answered: u16,
    /// Answered questions that people have not marked often enough.
    pub unmarked: Vec<u16>,
    /// Marks that people gave: question, how many marks, their mean.
    pub written: Vec<(u16, usize, Exact)>,
}

/// Marks a paper: what its keys decide, with later corrections, and what people gave.
pub fn theory(paper: &Paper, answers: &BTreeMap<u16, String>, given: &[(u16, Exact)], later: &[Correction]) -> Theory {
    let score = paper.mark(answers);
    let mut total = Marks::ZERO;
    let mut right = 0;
    for (question, scored) in paper.questions.iter().zip(&score.questions) {
        let correction = later.iter().rev().find(|one| one.item == question.item);
        let (whole, marks) = correction.map_or((scored.right, scored.marks), |one| {
            corrected(paper, question, scored, &one.right)
        });
        total = total + marks;
        right += u16::from(whole);
    }
    let mut theory = Theory {
        exact: total.exact(),
        right,
        answered: score.answered,
        unmarked: Vec::new(),
        written: Vec::new(),
    };
    // What was left blank is nobody's to mark: it earns nothing.
    let open = paper
        .written()
        .filter(|one| answers.get(&one.number).is_some_and(|answer| !answer.is_empty()));
    for question in open {
        let marks: Vec<Exact> = given
            .iter()
            .filter(|one| one.0 == question.number)
            .map(|one| one.1)
            .collect();
        match standing(&marks, question.marks, paper.rule.written) {
            Standing::Settled { mark } => {
                theory.exact = theory.exact.plus(mark);
                theory.written.push((question.number, marks.len(), mark));
            }
            Standing::Wanting { .. } => theory.unmarked.push(question.number),
        }
    }
    theory
}

fn corrected(paper: &Paper, question: &Question, scored: &QuestionScore, right: &Right) -> (bool, Marks) {
    let Right::Any(keys) = right else {
        return (true, question.marks);
    };
    let mut best = (false, Marks::ZERO);
    for key in keys {
        let judged = if question.options.is_empty() {
            let same = !scored.given.is_empty() && key.first() == Some(&scored.given);
            (same, if same { question.marks } else { Marks::ZERO })
        } else {
            let letters = question
                .options
                .iter()
                .enumerate()
                .filter(|(_, text)| key.contains(text));
            let with_key = Question {
                key: letters.map(|(place, _)| crate::bank::letter(place)).collect(),
                ..question.clone()
            };
            let again = paper.mark_question(&with_key, &scored.given);
            (again.right, again.marks)
        };
        best = best.max(judged);
    }
    best
}

/// A practical test as it was judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// The drawn tasks, in their order.
    pub tasks: Vec<JudgedTask>,
}

/// One drawn task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedTask {
    /// The task.
    pub task: String,
    /// Its weight in percent.
    pub weight: u16,
    /// What it is worth.
    pub most: Marks,
    /// The totals of the signed sheets.
    pub totals: Vec<Marks>,
    /// How many sheets are not signed.
    pub unsigned: usize,
    /// The vetoes: code, how far it reaches (none: the task has no such veto), whether both have signed.
    pub vetoes: Vec<(String, Option<VetoScope>, bool)>,
}

/// What stands between a practical test and its score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PracticalGap {
    /// A sheet of this task is not signed.
    Unsigned {
        /// The task.
        task: String,
    },
    /// A veto waits for its second signature.
    VetoPending {
        /// The task.
        task: String,
        /// The veto item.
        code: String,
    },
    /// Fewer examiners signed than the rule asks for.
    TooFew {
        /// The task.
        task: String,
        /// How many signed.
        signed: usize,
        /// How many must.
        needed: usize,
    },
    /// The examiners are too far apart.
    Spread {
        /// The task.
        task: String,
        /// How far.
        spread: SpreadExceeded,
    },
}

/// A practical score, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Practical {
    /// The score; none when the tasks' weights or marks make no test.
    pub exact: Option<Exact>,
    /// The tasks: code, mean, whether the spread was too large, what a veto struck.
    pub tasks: Vec<ScoredTask>,
    /// What is missing.
    pub gaps: Vec<PracticalGap>,
}

/// One task of a practical score.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoredTask {
    /// The mean of its totals; nothing when too few signed.
    pub mean: Exact,
    /// Whether the examiners were too far apart.
    pub spread: bool,
    /// How far confirmed vetoes reach, beyond single elements: those are in the sheets' totals.
    pub struck: Option<VetoScope>,
}

/// The score of a practical test by its frozen rule.
pub fn practical(judged: &Judged, rule: &MeanRule) -> Practical {
    let mut gaps = Vec::new();
    let mut parts = Vec::new();
    let mut tasks = Vec::new();
    for task in &judged.tasks {
        let scored = one_task(task, rule, &mut gaps);
        parts.push(TaskPart {
            task: task.task.clone(),
            weight_percent: task.weight,
            most: task.most,
            score: if scored.struck.is_some() {
                Exact::ZERO
            } else {
                scored.mean
            },
            overtime: Marks::ZERO,
            strikes_test: scored.struck == Some(VetoScope::Test),
        });
        tasks.push(scored);
    }
    Practical {
        exact: practical_score(&parts).ok(),
        tasks,
        gaps,
    }
}

fn one_task(task: &JudgedTask, rule: &MeanRule, gaps: &mut Vec<PracticalGap>) -> ScoredTask {
    let name = || task.task.clone();
    if task.unsigned > 0 {
        gaps.push(PracticalGap::Unsigned { task: name() });
    }
    let mut struck = None;
    for (code, scope, confirmed) in &task.vetoes {
        match scope {
            _ if !confirmed => gaps.push(PracticalGap::VetoPending {
                task: name(),
                code: code.clone(),
            }),
            Some(VetoScope::Test) => struck = Some(VetoScope::Test),
            Some(VetoScope::Task) => struck = struck.or(Some(VetoScope::Task)),
            Some(VetoScope::Element) | None => {}
        }
    }
    let mean = mean_of_marks(&task.totals, rule).unwrap_or_else(|_| {
        gaps.push(PracticalGap::TooFew {
            task: name(),
            signed: task.totals.len(),
            needed: rule.least_examiners,
        });
        Exact::ZERO
    });
    let spread = rule.spread(&task.totals, task.most);
    // Where a veto strikes the whole task, marks no longer matter.
    if let Some(spread) = spread.filter(|_| struck.is_none()) {
        gaps.push(PracticalGap::Spread { task: name(), spread });
    }
    ScoredTask {
        mean,
        spread: spread.is_some(),
        struck,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::{ItemKind, generated};
    use crate::kernel::{Seed, SeededEntropy};
    use crate::paper::{draw, shipped_rules};

    fn paper() -> Paper {
        let bank = generated(800, &SeededEntropy::new(1));
        let rule = shipped_rules().into_iter().find(|rule| rule.id == "demo-20").unwrap();
        draw(&bank, &rule, Seed([3; 32]), 0).unwrap()
    }

    fn wrong(question: &Question) -> String {
        if question.options.is_empty() {
            return if question.key == "A" { "B" } else { "A" }.to_owned();
        }
        let letters = (0..question.options.len()).map(crate::bank::letter);
        letters
            .map(String::from)
            .find(|letter| *letter != question.key)
            .unwrap()
    }

    #[test]
    fn the_last_revision_counts_in_whatever_order_the_log_is_read() {
        let log = [
            (2, 3, "C".to_owned()),
            (1, 1, "A".to_owned()),
            (2, 1, "A".to_owned()),
            (2, 2, String::new()),
        ];
        let mut backwards = log.to_vec();
        backwards.reverse();
        let expected = BTreeMap::from([(1, "A".to_owned()), (2, "C".to_owned())]);
        assert_eq!(answers_of(&log), expected);
        assert_eq!(answers_of(&backwards), expected);
    }

    #[test]
    fn a_corrected_key_counts_by_the_text_of_the_option_and_everybody_means_everybody() {
        let paper = paper();
        let single = paper.questions.iter().find(|one| one.kind == ItemKind::Single).unwrap();
        let chosen = wrong(single);
        let place = usize::from(chosen.as_bytes()[0] - b'A');
        let answers = BTreeMap::from([(single.number, chosen)]);
        assert_eq!(theory(&paper, &answers, &[], &[]).exact, Exact::ZERO);
        let right = Right::Any(vec![vec![single.options[place].clone()]]);
        let later = [Correction {
            item: single.item.clone(),
            right,
        }];
        let score = theory(&paper, &answers, &[], &later);
        assert_eq!((score.exact, score.right), (single.marks.exact(), 1));
        let everybody = [Correction {
            item: single.item.clone(),
            right: Right::Everybody,
        }];
        assert_eq!(
            theory(&paper, &BTreeMap::new(), &[], &everybody).exact,
            single.marks.exact()
        );
        let right = answers_with_key(&paper);
        assert_eq!(theory(&paper, &right, &[], &[]).exact, paper.rule.total().exact());
        let lost = theory(&paper, &right, &[], &later).exact.plus(single.marks.exact());
        assert_eq!(lost, paper.rule.total().exact(), "the old key no longer counts");
    }

    fn answers_with_key(paper: &Paper) -> BTreeMap<u16, String> {
        paper
            .questions
            .iter()
            .map(|one| (one.number, one.key.clone()))
            .collect()
    }

    #[test]
    fn a_practical_score_is_the_exact_mean_and_every_gap_is_named() {
        let task = JudgedTask {
            task: "P1".to_owned(),
            weight: 100,
            most: Marks::whole(100),
            totals: [59, 60, 60].map(Marks::whole).to_vec(),
            unsigned: 0,
            vetoes: Vec::new(),
        };
        let of = |task: &JudgedTask| {
            practical(
                &Judged {
                    tasks: vec![task.clone()],
                },
                &MeanRule::default(),
            )
        };
        assert_eq!(of(&task).exact, Some(Exact::new(179, 3)));
        assert!(of(&task).gaps.is_empty());
        let pending = JudgedTask {
            vetoes: vec![("V1".to_owned(), Some(VetoScope::Test), false)],
            ..task.clone()
        };
        assert!(matches!(of(&pending).gaps[..], [PracticalGap::VetoPending { .. }]));
        let struck = JudgedTask {
            vetoes: vec![("V1".to_owned(), Some(VetoScope::Test), true)],
            ..task.clone()
        };
        assert_eq!(of(&struck).exact, Some(Exact::ZERO));
        let few = JudgedTask {
            totals: vec![Marks::whole(60)],
            unsigned: 2,
            ..task
        };
        assert!(matches!(
            of(&few).gaps[..],
            [PracticalGap::Unsigned { .. }, PracticalGap::TooFew { .. }]
        ));
    }
}
