//! The rules of the desk: which answer counts, and when. No database, no clock.

use crate::kernel::{SECOND, Timestamp};
use crate::office::Broken;
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

/// Whether a save at this instant is in time (`false`), late but within the grace (`true`), or refused. Half-open: the
/// deadline itself is already late.
pub fn admit(standing: Standing, now: Timestamp) -> Result<bool, Broken> {
    match standing {
        Standing::Waiting => Err(Broken::new("attempt-not-started")),
        Standing::Open { deadline } if now < deadline => Ok(false),
        Standing::Open { deadline } | Standing::OverByTime { deadline } if now < deadline + GRACE => Ok(true),
        Standing::Open { deadline: at } | Standing::OverByTime { deadline: at } | Standing::HandedIn { at } => {
            Err(Broken::new("attempt-closed").with("at", at))
        }
    }
}

/// Whether the candidate may hand in at this instant.
pub fn may_submit(started_at: Timestamp, earliest_ms: i64, now: Timestamp) -> Result<(), Broken> {
    let earliest = started_at + earliest_ms;
    if now < earliest {
        Err(Broken::new("submit-too-early").with("at", earliest))
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
pub fn check_answer(number: i64, value: &str, revision: i64, questions: i64) -> Result<(), Broken> {
    if !(1..=questions).contains(&number) {
        return Err(Broken::new("answer-no-such-question").with("number", number));
    }
    if !is_answer(value) || revision < 1 {
        return Err(Broken::new("answer-unreadable").with("number", number));
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
        assert_eq!(admit(open, DEADLINE + GRACE).unwrap_err().code, "attempt-closed");
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
