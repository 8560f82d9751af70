//! Answers are fitted to their questions before they come to the desk: what cannot answer a question is refused, and what
//! can is kept in one spelling.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use super::paper::CandidatePaper;
use crate::kernel::AttemptId;
use crate::office::desk::Answer;
use crate::office::{Broken, Caller, Office, Refusal};
use crate::paper::AnswerShape;
use crate::store::sitting;

/// The shapes of one paper, in the order of its questions.
type Paper = Arc<Vec<AnswerShape>>;

/// The attempts that are remembered; a paper never changes once drawn.
const REMEMBERED: usize = 100_000;

/// The shapes of the papers that are being answered. Most papers of a session have the same, and share one list.
#[derive(Debug, Default)]
pub struct Shapes(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    attempts: BTreeMap<AttemptId, Paper>,
    lists: BTreeSet<Paper>,
}

impl Shapes {
    /// Remembers the shapes of a paper.
    pub fn note(&self, attempt: AttemptId, paper: &CandidatePaper) -> Arc<Vec<AnswerShape>> {
        let list: Paper = Arc::new(paper.questions.iter().map(super::paper::PaperQuestion::shape).collect());
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.attempts.len() >= REMEMBERED {
            *known = Known::default();
        }
        let list = if let Some(same) = known.lists.get(&list) {
            same.clone()
        } else {
            known.lists.insert(list.clone());
            list
        };
        known.attempts.insert(attempt, list.clone());
        list
    }

    fn known(&self, attempt: AttemptId) -> Option<Paper> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.attempts.get(&attempt).cloned()
    }

    /// The answers in their one spelling, or which of them answers nothing.
    pub async fn fitted(
        &self,
        office: &Office,
        caller: &Caller,
        attempt: AttemptId,
        answers: Vec<Answer>,
    ) -> Result<Vec<Answer>, Refusal> {
        let shapes = if let Some(shapes) = self.known(attempt) {
            shapes
        } else {
            let (application, session, _) = caller.candidate()?;
            let mut connection = office.store.read().await?;
            let view = sitting::paper_view(&mut connection, session, application).await?;
            drop(connection);
            self.note(attempt, &CandidatePaper::read(&view.ok_or(Refusal::NotFound)?)?)
        };
        answers.into_iter().map(|answer| fit(answer, &shapes)).collect()
    }
}

/// Letters are what terminals choose, never what people type: another spelling of them is a broken terminal.
fn fit(mut answer: Answer, shapes: &[AnswerShape]) -> Result<Answer, Refusal> {
    let place = usize::try_from(answer.number)
        .ok()
        .and_then(|number| number.checked_sub(1));
    let shape = place.and_then(|place| shapes.get(place));
    let shape = shape.ok_or_else(|| Broken::new("answer-no-such-question").with("number", answer.number))?;
    let kept = shape.canonical(&answer.value).ok();
    let kept = kept.filter(|kept| !matches!(shape, AnswerShape::Letters { .. }) || *kept == answer.value);
    answer.value = kept.ok_or_else(|| Broken::new("answer-unreadable").with("number", answer.number))?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::ItemKind;

    fn answer(number: i64, value: &str) -> Answer {
        Answer {
            number,
            value: value.to_owned(),
            revision: 1,
            flagged: false,
        }
    }

    #[test]
    fn an_answer_is_kept_in_one_spelling_or_refused_with_its_number() {
        let letters = AnswerShape::Letters {
            kind: ItemKind::Multiple,
            options: 4,
        };
        let shapes = [letters, AnswerShape::Number { units: 0 }];
        assert_eq!(fit(answer(1, "AD"), &shapes).unwrap().value, "AD");
        assert_eq!(fit(answer(2, " 2.50"), &shapes).unwrap().value, "2.5");
        let code = |answer| match fit(answer, &shapes) {
            Err(Refusal::Rule(broken)) => broken.code,
            other => panic!("refused: {other:?}"),
        };
        assert_eq!(code(answer(1, "DA")), "answer-unreadable");
        assert_eq!(code(answer(1, "E")), "answer-unreadable");
        assert_eq!(code(answer(2, &"9".repeat(50))), "answer-unreadable");
        assert_eq!(code(answer(3, "A")), "answer-no-such-question");
        assert_eq!(code(answer(0, "A")), "answer-no-such-question");
    }

    #[test]
    fn papers_with_the_same_shapes_share_one_list() {
        use crate::kernel::{SeededEntropy, Timestamp};
        let dice = SeededEntropy::new(1);
        let stored = r#"{"questions":[{"number":1,"kind":"single","stem":"s","options":[{"letter":"A","text":"x"}]}]}"#;
        let paper = CandidatePaper::read(stored).unwrap();
        let shapes = Shapes::default();
        let attempt = || AttemptId::new(Timestamp::from_millis(1), &dice);
        let (first, second) = (shapes.note(attempt(), &paper), shapes.note(attempt(), &paper));
        assert!(Arc::ptr_eq(&first, &second));
    }
}
