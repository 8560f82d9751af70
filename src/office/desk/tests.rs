//! The desk against a real database file: what is acknowledged is stored, and what is not stored is not acknowledged.

use super::*;
use crate::kernel::{HOUR, MINUTE, ManualClock, SeededEntropy};
use crate::sitting::GRACE;
use crate::store::sitting::answers;
use crate::store::sitting::fixture::{self, Hall, QUESTIONS};

const BEGIN: Timestamp = Timestamp::from_millis(1_780_000_000_000);

struct Room {
    _folder: tempfile::TempDir,
    store: Store,
    clock: ManualClock,
    desk: AnswerDesk,
    hall: Hall,
}

fn lease(number: usize) -> Digest {
    Digest::of(format!("terminal {number}").as_bytes())
}

async fn room(seats: i64) -> Room {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_file(&folder.path().join("exam.db")).await.unwrap();
    let clock = ManualClock::at(BEGIN);
    let dice = Arc::new(SeededEntropy::new(1));
    let code = |seat: i64| Digest::of(&seat.to_le_bytes());
    let hall = fixture::hall(&store, dice.as_ref(), BEGIN, seats, code).await;
    for (index, (_, attempt)) in hall.seats.iter().enumerate() {
        fixture::open(&store, *attempt, lease(index), BEGIN, 90 * MINUTE).await;
    }
    let desk = AnswerDesk::start(store.clone(), Arc::new(clock.clone()), dice, Keys::from_secret([7; 32]));
    Room {
        _folder: folder,
        store,
        clock,
        desk,
        hall,
    }
}

fn answer(number: i64, value: &str, revision: i64) -> Answer {
    Answer {
        number,
        value: value.to_owned(),
        revision,
        flagged: false,
    }
}

impl Room {
    fn attempt(&self, index: usize) -> AttemptId {
        self.hall.seats[index].1
    }

    async fn save(&self, index: usize, answers: Vec<Answer>) -> Result<Saved, Refusal> {
        self.desk.save(self.attempt(index), lease(index), answers).await
    }

    async fn submit(&self, index: usize) -> Result<Receipt, Refusal> {
        self.desk
            .submit(self.attempt(index), lease(index), 30 * MINUTE, "r".to_owned())
            .await
    }

    async fn stored(&self, index: usize) -> Vec<(i64, String, i64)> {
        let mut connection = self.store.read().await.unwrap();
        let rows = answers::of_attempt(&mut connection, self.attempt(index)).await.unwrap();
        rows.into_iter()
            .map(|row| (row.number, row.value, row.revision))
            .collect()
    }

    async fn count(&self, statement: &str) -> i64 {
        fixture::number(&self.store, statement.to_owned()).await
    }
}

fn code(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Rule(broken) => broken.code,
        _ => "another kind",
    }
}

#[tokio::test]
async fn what_is_acknowledged_is_stored_and_logged() {
    let room = room(1).await;
    let saved = room
        .save(0, vec![answer(1, "B", 1), answer(2, "ACD", 1)])
        .await
        .unwrap();
    assert_eq!(saved.answers.len(), 2);
    assert_eq!(saved.remaining_ms, 90 * MINUTE);
    assert_eq!(room.stored(0).await, [(1, "B".into(), 1), (2, "ACD".into(), 1)]);
    assert_eq!(room.count("SELECT COUNT(*) FROM answer_log WHERE late = 0").await, 2);
}

#[tokio::test]
async fn an_older_revision_that_comes_late_is_acknowledged_and_overwrites_nothing() {
    let room = room(1).await;
    room.save(0, vec![answer(1, "C", 3)]).await.unwrap();
    room.save(0, vec![answer(1, "A", 1)]).await.unwrap();
    let again = room.save(0, vec![answer(1, "C", 3)]).await.unwrap();
    assert!(!again.answers[0].clash, "a repeat is harmless");
    assert_eq!(room.stored(0).await, [(1, "C".into(), 3)]);
    assert_eq!(room.count("SELECT COUNT(*) FROM answer_log").await, 2);
}

#[tokio::test]
async fn the_same_question_several_times_in_one_save_keeps_the_highest_revision() {
    let room = room(1).await;
    let changes = vec![answer(1, "B", 2), answer(1, "D", 4), answer(1, "C", 3)];
    room.save(0, changes).await.unwrap();
    assert_eq!(room.stored(0).await, [(1, "D".into(), 4)]);
    assert_eq!(room.count("SELECT COUNT(*) FROM answer_log").await, 3);
}

#[tokio::test]
async fn another_value_under_a_used_revision_is_not_called_saved() {
    let room = room(1).await;
    room.save(0, vec![answer(1, "A", 5)]).await.unwrap();
    let saved = room.save(0, vec![answer(1, "B", 5), answer(2, "T", 1)]).await.unwrap();
    assert!(saved.answers[0].clash);
    assert_eq!(saved.answers[0].revision, 5);
    assert!(!saved.answers[1].clash);
    assert_eq!(room.stored(0).await, [(1, "A".into(), 5), (2, "T".into(), 1)]);
}

#[tokio::test]
async fn a_terminal_without_the_lease_is_refused_and_recorded_once() {
    let room = room(1).await;
    for _ in 0..3 {
        let refused = room.desk.save(room.attempt(0), lease(9), vec![answer(1, "A", 1)]).await;
        assert_eq!(code(&refused.unwrap_err()), "second-terminal");
    }
    assert!(room.stored(0).await.is_empty());
    assert_eq!(
        room.count("SELECT COUNT(*) FROM incident WHERE kind = 'stale_terminal'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_save_in_the_grace_counts_as_late_and_one_after_it_is_refused() {
    let room = room(1).await;
    room.clock.advance(90 * MINUTE + GRACE - 1);
    let saved = room.save(0, vec![answer(7, "T", 1)]).await.unwrap();
    assert!(saved.answers[0].late);
    assert_eq!(room.count("SELECT COUNT(*) FROM answer_log WHERE late = 1").await, 1);
    room.clock.advance(1);
    let refused = room.save(0, vec![answer(8, "T", 1)]).await.unwrap_err();
    assert_eq!(code(&refused), "attempt-closed");
    assert_eq!(room.stored(0).await, [(7, "T".into(), 1)]);
}

#[tokio::test]
async fn handing_in_twice_gives_the_same_receipt_and_ends_the_saves() {
    let room = room(1).await;
    room.save(0, vec![answer(1, "A", 1), answer(2, "", 1)]).await.unwrap();
    assert_eq!(code(&room.submit(0).await.unwrap_err()), "submit-too-early");
    room.clock.advance(30 * MINUTE);
    let first = room.submit(0).await.unwrap();
    room.clock.advance(MINUTE);
    let second = room.submit(0).await.unwrap();
    assert_eq!(first, second);
    assert_eq!((first.answered, first.questions), (1, QUESTIONS));
    let refused = room.save(0, vec![answer(1, "B", 2)]).await.unwrap_err();
    assert_eq!(code(&refused), "attempt-closed");
    assert_eq!(
        room.count("SELECT COUNT(*) FROM event WHERE act = 'terminal.submit'")
            .await,
        1
    );
}

#[tokio::test]
async fn handing_in_after_the_deadline_counts_as_of_the_deadline() {
    let room = room(1).await;
    room.clock.advance(2 * HOUR);
    let receipt = room.submit(0).await.unwrap();
    assert_eq!(
        (receipt.submitted_at, receipt.how.as_str()),
        (BEGIN + 90 * MINUTE, "deadline")
    );
}

#[tokio::test]
async fn an_impossible_answer_fails_alone() {
    let room = room(2).await;
    let (good, bad) = tokio::join!(
        room.save(0, vec![answer(1, "A", 1)]),
        room.save(1, vec![answer(QUESTIONS + 1, "A", 1)]),
    );
    assert!(good.is_ok());
    assert_eq!(code(&bad.unwrap_err()), "answer-no-such-question");
    let odd = room.save(1, vec![answer(1, "\u{0}", 1)]).await.unwrap_err();
    assert_eq!(code(&odd), "answer-unreadable");
}

#[tokio::test]
async fn a_thousand_at_once_are_all_acknowledged_and_all_stored() {
    let room = room(50).await;
    let mut saves = Vec::new();
    for number in 1..=20 {
        for index in 0..50 {
            let desk = room.desk.clone();
            let attempt = room.attempt(index);
            saves.push(tokio::spawn(async move {
                desk.save(attempt, lease(index), vec![answer(number, "B", 1)]).await
            }));
        }
    }
    for one in saves {
        let done = one.await.unwrap().unwrap();
        assert!(!done.answers[0].clash);
    }
    assert_eq!(room.count("SELECT COUNT(*) FROM answer WHERE value = 'B'").await, 1_000);
    assert_eq!(room.count("SELECT COUNT(*) FROM answer_log").await, 1_000);
}
