//! The score of a paper: answers against the key, exactly; none is lost for a wrong answer beyond its own question.
//!
//! Parts of marks are rounded down to hundredths, here and nowhere else; a whole answer earns the whole marks. Written
//! answers are marked by people: they are listed as open, and earn nothing here.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::judge::{Verdict, judge};
use super::response::AnswerShape;
use super::rule::Scoring;
use super::sealed::{Paper, Question};
use crate::bank::ItemKind;
use crate::kernel::Marks;

/// What a candidate earned on a theory paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TheoryScore {
    /// The sum.
    pub total: Marks,
    /// How many answers are right.
    pub right: u16,
    /// How many questions were answered.
    pub answered: u16,
    /// The numbers of the questions that people mark, answered or not.
    #[serde(default)]
    pub open: Vec<u16>,
    /// Every question of the paper, in order.
    pub questions: Vec<QuestionScore>,
}

/// What a candidate earned on one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct QuestionScore {
    /// The question's number.
    pub number: u16,
    /// The answer given; empty for none.
    pub given: String,
    /// Whether it is right.
    pub right: bool,
    /// What it earned.
    pub marks: Marks,
}

impl Paper {
    /// Marks answers, by question number. What is no answer to its question is not right; numbers that the paper does not
    /// have are passed over.
    pub fn mark(&self, answers: &BTreeMap<u16, String>) -> TheoryScore {
        let questions: Vec<QuestionScore> = self
            .questions
            .iter()
            .map(|question| self.mark_question(question, answers.get(&question.number).map_or("", String::as_str)))
            .collect();
        let number = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        TheoryScore {
            total: questions.iter().map(|question| question.marks).sum(),
            right: number(questions.iter().filter(|question| question.right).count()),
            answered: number(questions.iter().filter(|question| !question.given.is_empty()).count()),
            open: self.written().map(|question| question.number).collect(),
            questions,
        }
    }

    /// The questions that people mark.
    pub fn written(&self) -> impl Iterator<Item = &Question> {
        self.questions
            .iter()
            .filter(|question| question.kind == ItemKind::Written)
    }

    /// Marks one answer by the key of this question, which may be another than the paper has: a corrected one.
    pub fn mark_question(&self, question: &Question, given: &str) -> QuestionScore {
        let canonical = AnswerShape::of(question).canonical(given);
        let verdict = canonical
            .as_ref()
            .map_or(Verdict::NOTHING, |answer| judge(question, answer));
        let section = self.rule.sections.get(usize::from(question.section));
        let scoring = section.map_or(Scoring::AllOrNothing, |section| section.scoring);
        QuestionScore {
            number: question.number,
            given: canonical.unwrap_or_else(|_| given.to_owned()),
            right: verdict.is_whole(),
            marks: earned(question, verdict, scoring),
        }
    }
}

fn earned(question: &Question, verdict: Verdict, scoring: Scoring) -> Marks {
    if verdict.is_whole() {
        return question.marks;
    }
    let share = |numerator: i64, denominator: i64| {
        Marks::from_hundredths(question.marks.hundredths().saturating_mul(numerator) / denominator.max(1))
    };
    match scoring {
        Scoring::HalfIfLacking if question.kind == ItemKind::Multiple && verdict.right > 0 && verdict.wrong == 0 => {
            share(1, 2)
        }
        Scoring::AllOrNothing | Scoring::HalfIfLacking => Marks::ZERO,
        Scoring::PerPart => share(verdict.right.saturating_sub(verdict.wrong).into(), verdict.parts.into()),
    }
}
