//! Answers: which counts, and when.

use crate::kernel::{SECOND, Timestamp};
use crate::paper::MAX_ANSWER_BYTES;

/// What was written before time ran out and arrives within this counts, and is recorded as late.
pub const GRACE: i64 = 30 * SECOND;

/// How an attempt stands, for the question whether a save may be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Not started.
    Waiting,
    /// Open until the deadline.
    Open {
        /// When it ends.
        deadline: Timestamp,
    },
    /// Open, and its time stands still.
    Paused,
    /// Handed in by the clock.
    OverByTime {
        /// When it ended.
        deadline: Timestamp,
    },
    /// Handed in by a person.
    HandedIn {
        /// When.
        at: Timestamp,
    },
}

/// Why a save is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SaveRefusal {
    /// The paper was not opened.
    #[error("the paper has not been started")]
    NotStarted,
    /// Nothing is taken any more.
    #[error("the paper was closed at {at}")]
    Closed {
        /// When it was closed.
        at: Timestamp,
    },
}

/// Why an answer cannot be stored, whenever it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerRefusal {
    /// The paper has no such question.
    #[error("there is no question {number}")]
    NoSuchQuestion {
        /// Its number.
        number: i64,
    },
    /// Not in the form of an answer.
    #[error("the answer to question {number} cannot be read")]
    Unreadable {
        /// The question.
        number: i64,
    },
}

/// Nobody hands in so early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("papers are handed in from {at} on")]
pub struct TooEarly {
    /// From when on.
    pub at: Timestamp,
}

/// Whether a save at this instant is in time (`false`), late but within the grace (`true`), or refused. Half-open: the
/// deadline itself is already late. In a pause everything is in time: it was written before its terminal heard of it.
pub fn admit(standing: Standing, now: Timestamp) -> Result<bool, SaveRefusal> {
    match standing {
        Standing::Waiting => Err(SaveRefusal::NotStarted),
        Standing::Paused => Ok(false),
        Standing::Open { deadline } if now < deadline => Ok(false),
        Standing::Open { deadline } | Standing::OverByTime { deadline } if now < deadline + GRACE => Ok(true),
        Standing::Open { deadline: at } | Standing::OverByTime { deadline: at } | Standing::HandedIn { at } => {
            Err(SaveRefusal::Closed { at })
        }
    }
}

/// Whether the candidate may hand in at this instant.
pub fn may_submit(started_at: Timestamp, earliest_ms: i64, now: Timestamp) -> Result<(), TooEarly> {
    let earliest = started_at + earliest_ms;
    if now < earliest {
        Err(TooEarly { at: earliest })
    } else {
        Ok(())
    }
}

/// Whether this can be an answer at all: a text of bearable length without control characters. Whether it answers its
/// question is looked at before it comes to the desk, which knows no papers.
pub fn is_answer(value: &str) -> bool {
    value.len() <= MAX_ANSWER_BYTES && !value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t'))
}

/// Whether this answer can be stored for a paper with so many questions.
pub fn check_answer(number: i64, value: &str, revision: i64, questions: i64) -> Result<(), AnswerRefusal> {
    if !(1..=questions).contains(&number) {
        return Err(AnswerRefusal::NoSuchQuestion { number });
    }
    if !is_answer(value) || revision < 1 {
        return Err(AnswerRefusal::Unreadable { number });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEADLINE: Timestamp = Timestamp::from_millis(1_000_000);

    #[test]
    fn the_deadline_itself_is_late_and_the_end_of_the_grace_is_closed() {
        let open = Standing::Open { deadline: DEADLINE };
        assert!(!admit(open, DEADLINE + -1).unwrap());
        assert!(admit(open, DEADLINE).unwrap());
        assert!(admit(open, DEADLINE + (GRACE - 1)).unwrap());
        let closed = SaveRefusal::Closed { at: DEADLINE };
        assert_eq!(admit(open, DEADLINE + GRACE), Err(closed));
        assert_eq!(admit(Standing::Paused, DEADLINE + 2 * GRACE), Ok(false));
    }

    #[test]
    fn the_grace_holds_also_after_the_clock_handed_in_but_not_after_a_person_did() {
        assert!(admit(Standing::OverByTime { deadline: DEADLINE }, DEADLINE + 1).unwrap());
        assert!(admit(Standing::HandedIn { at: DEADLINE }, DEADLINE + 1).is_err());
        assert!(admit(Standing::Waiting, DEADLINE).is_err());
    }

    #[test]
    fn an_answer_is_a_text_of_bearable_length_without_control_characters() {
        for right in ["", "A", "ABCDEFGH", "T", "3.5 B", "[\"A\",\"\"]", "两行\n文字"] {
            assert!(is_answer(right), "{right}");
        }
        assert!(!is_answer("a\u{0}b") && !is_answer("\u{1b}[2J"));
        assert!(!is_answer(&"A".repeat(MAX_ANSWER_BYTES + 1)));
    }

    #[test]
    fn numbers_and_revisions_start_at_one() {
        assert!(check_answer(200, "A", 1, 200).is_ok());
        for (number, revision) in [(0, 1), (201, 1), (1, 0)] {
            assert!(check_answer(number, "A", revision, 200).is_err(), "{number} {revision}");
        }
    }

    #[test]
    fn handing_in_waits_for_the_earliest_time() {
        assert!(may_submit(DEADLINE, 10, DEADLINE + 9).is_err());
        assert!(may_submit(DEADLINE, 10, DEADLINE + 10).is_ok());
    }
}
