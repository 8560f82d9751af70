//! The score of a paper: answers against the key, exactly, with no mark for half an answer and none lost for a wrong one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Answer;
use super::rule::MultipleScoring;
use super::sealed::{Paper, Question};
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
            .map(|question| self.mark_one(question, answers.get(&question.number).map_or("", String::as_str)))
            .collect();
        let number = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        TheoryScore {
            total: questions.iter().map(|question| question.marks).sum(),
            right: number(questions.iter().filter(|question| question.right).count()),
            answered: number(questions.iter().filter(|question| !question.given.is_empty()).count()),
            questions,
        }
    }

    fn mark_one(&self, question: &Question, given: &str) -> QuestionScore {
        let answer = Answer::parse(question.kind, question.options.len(), given);
        let right = match self.rule.multiple_scoring {
            MultipleScoring::AllOrNothing => answer
                .as_ref()
                .is_ok_and(|answer| !answer.is_cleared() && answer.as_str() == question.key),
        };
        QuestionScore {
            number: question.number,
            given: answer.map_or_else(|_| given.to_owned(), |answer| answer.to_string()),
            right,
            marks: if right { question.marks } else { Marks::ZERO },
        }
    }
}
