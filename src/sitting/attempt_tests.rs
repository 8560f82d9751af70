//! A morning in the examination room.

use super::*;
use crate::kernel::{MINUTE, SECOND, SeededEntropy};

const OPENS: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn timing() -> Timing {
    Timing::usual(OPENS, 90 * MINUTE)
}

fn invigilator() -> AccountId {
    AccountId::new(OPENS, &SeededEntropy::new(1))
}

fn checked_in() -> AttemptState {
    let seated = AttemptState::Seated;
    seated.check_in(invigilator(), OPENS + -10 * MINUTE, &timing()).unwrap()
}

fn open() -> AttemptState {
    checked_in().start(OPENS, &timing()).unwrap()
}

#[test]
fn a_paper_is_started_between_opening_and_the_end_of_entry() {
    let start = |after| checked_in().start(OPENS + after, &timing());
    assert_eq!(start(-1), Err(AttemptRefusal::StartBeforeTime { opens: OPENS }));
    assert!(start(0).is_ok());
    assert!(start(30 * MINUTE - 1).is_ok());
    let closed = OPENS + 30 * MINUTE;
    assert_eq!(start(30 * MINUTE), Err(AttemptRefusal::TooLate { closed }));
    let unchecked = AttemptState::Seated.start(OPENS, &timing());
    assert_eq!(unchecked, Err(AttemptRefusal::NotCheckedIn));
}

#[test]
fn a_start_is_written_once() {
    assert_eq!(
        open().start(OPENS + MINUTE, &timing()),
        Err(AttemptRefusal::AlreadyStarted { started: OPENS })
    );
}

#[test]
fn check_in_has_its_hours() {
    let check_in = |after| AttemptState::Seated.check_in(invigilator(), OPENS + after, &timing());
    let from = OPENS + -30 * MINUTE;
    assert_eq!(check_in(-31 * MINUTE), Err(AttemptRefusal::CheckInBeforeTime { from }));
    assert!(matches!(check_in(30 * MINUTE), Err(AttemptRefusal::TooLate { .. })));
    assert!(check_in(29 * MINUTE).is_ok());
}

#[test]
fn at_the_deadline_time_is_over_but_what_was_under_way_is_taken() {
    let end = OPENS + 90 * MINUTE;
    let at = |now| open().accepts(now, &timing());
    assert_eq!(at(end + -1), Ok(Acceptance::InTime));
    assert_eq!(at(end), Ok(Acceptance::InGrace { late_by_ms: 0 }));
    assert_eq!(at(end + 29 * SECOND), Ok(Acceptance::InGrace { late_by_ms: 29_000 }));
    assert_eq!(at(end + 30 * SECOND), Err(AttemptRefusal::Closed { at: end }));
    let closed = open().close_overdue(end).unwrap();
    let late = Ok(Acceptance::InGrace { late_by_ms: 2_000 });
    assert_eq!(closed.accepts(end + 2 * SECOND, &timing()), late);
    assert!(closed.accepts(end + MINUTE, &timing()).is_err());
}

#[test]
fn a_handed_in_paper_takes_nothing_more() {
    let at = OPENS + 40 * MINUTE;
    let submitted = open().submit(at, &timing()).unwrap();
    let refusal = AttemptRefusal::AlreadySubmitted { at };
    assert_eq!(submitted.accepts(at, &timing()), Err(refusal.clone()));
    assert_eq!(submitted.clone().submit(at + 1, &timing()), Err(refusal.clone()));
    assert_eq!(submitted.clone().close_overdue(at + 90 * MINUTE), Err(refusal.clone()));
    assert_eq!(submitted.take(invigilator(), "x", at), Err(refusal));
}

#[test]
fn nobody_hands_in_before_the_earliest_time() {
    let at = OPENS + 30 * MINUTE;
    assert_eq!(
        open().submit(at + -1, &timing()),
        Err(AttemptRefusal::EarliestSubmit { at })
    );
    assert!(open().submit(at, &timing()).is_ok());
}

#[test]
fn an_overdue_paper_counts_as_handed_in_at_its_deadline() {
    let end = OPENS + 90 * MINUTE;
    assert_eq!(
        open().close_overdue(end + -1),
        Err(AttemptRefusal::NotOverdue { deadline: end })
    );
    let expected = AttemptState::Submitted {
        started: OPENS,
        at: end,
        how: SubmittedHow::AtDeadline,
    };
    assert_eq!(open().close_overdue(end + 10 * MINUTE), Ok(expected.clone()));
    assert_eq!(open().submit(end + SECOND, &timing()), Ok(expected));
}

#[test]
fn extra_time_moves_the_deadline_and_nothing_else() {
    let mut slower = timing();
    slower.extra_ms = 30 * MINUTE;
    let opened = checked_in().start(OPENS, &slower).unwrap();
    assert_eq!(opened.remaining(OPENS), Some(120 * MINUTE));
    let extended = open().extend(5 * MINUTE, OPENS + MINUTE).unwrap();
    assert_eq!(extended.remaining(OPENS + 90 * MINUTE), Some(5 * MINUTE));
    assert_eq!(extended.remaining(OPENS + 100 * MINUTE), Some(0));
    assert_eq!(open().extend(0, OPENS), Err(AttemptRefusal::NoExtraTime));
}

#[test]
fn an_invigilator_who_takes_a_paper_says_why() {
    let at = OPENS + MINUTE;
    assert_eq!(open().take(invigilator(), " ", at), Err(AttemptRefusal::NoReason));
    let taken = open().take(invigilator(), "替考", at).unwrap();
    assert!(matches!(
        taken,
        AttemptState::Submitted {
            how: SubmittedHow::ByInvigilator { .. },
            ..
        }
    ));
}
