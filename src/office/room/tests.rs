//! Time and outages in one room, act by act.

use crate::identity::Role;
use crate::kernel::{AttemptId, MINUTE, SECOND, Timestamp};
use crate::office::room::{
    CheckIn, DecideOutage, ExtendAttempt, ExtendSession, ForceSubmit, ListOutages, ListTimes, Outages, PauseAttempt,
    PauseSession, ProposeOutages, ResumeAttempt, ResumeSession, ShowBoard, close_overdue,
};
use crate::office::terminal::tests::{NOON, Room, code, room};
use crate::office::terminal::{StartAttempt, SubmitAttempt, TerminalBeat};
use crate::office::testing::staff;
use crate::office::{Caller, List};
use crate::store::sitting::{self, fixture};

const REASON: &str = "power cut";

impl Room {
    fn attempt(&self, seat: usize) -> AttemptId {
        self.hall.seats[seat].1
    }

    async fn deadline(&self, seat: usize) -> Option<i64> {
        let mut connection = self.office.store.read().await.unwrap();
        let row = sitting::attempt(&mut connection, self.attempt(seat)).await.unwrap();
        row.unwrap().deadline.map(|deadline| (deadline - NOON) / MINUTE)
    }

    async fn beats(&self, who: &Caller) {
        let beat = TerminalBeat {
            unsaved: 0,
            away: false,
            left: 0,
            cleared: false,
        };
        self.office.perform(beat, who).await.unwrap();
        self.office.desk.settle(self.attempt(0)).await.unwrap();
    }

    async fn outages(&self) -> Outages {
        let session = self.hall.session;
        self.office
            .perform(ListOutages { session }, &self.invigilator())
            .await
            .unwrap()
    }

    fn proposal(&self) -> ProposeOutages {
        ProposeOutages {
            session: self.hall.session,
            attempts: List(self.hall.seats.iter().map(|(_, attempt)| *attempt).collect()),
            reason: REASON.to_owned(),
        }
    }

    async fn decision(&self, decision: &str) -> DecideOutage {
        let proposals = self.outages().await.proposals.iter().map(|one| one.proposal).collect();
        DecideOutage {
            session: self.hall.session,
            proposals: List(proposals),
            decision: decision.to_owned(),
            reason: REASON.to_owned(),
        }
    }
}

fn pause(room: &Room) -> PauseSession {
    PauseSession {
        session: room.hall.session,
        reason: REASON.to_owned(),
    }
}

fn resume(room: &Room) -> ResumeSession {
    ResumeSession {
        session: room.hall.session,
        reason: REASON.to_owned(),
    }
}

#[tokio::test]
async fn a_pause_of_the_room_moves_every_deadline_and_nothing_is_over_meanwhile() {
    let room = room().await;
    room.session_starts().await;
    let candidate = room.works(0).await;
    let invigilator = room.invigilator();
    assert_eq!(
        code(room.office.perform(resume(&room), &invigilator).await),
        "session-not-paused"
    );
    room.clock.advance(80 * MINUTE);
    room.office.perform(pause(&room), &invigilator).await.unwrap();
    assert_eq!(
        code(room.office.perform(pause(&room), &invigilator).await),
        "session-paused-already"
    );
    room.clock.advance(25 * MINUTE);
    assert_eq!(close_overdue(&room.office).await.unwrap(), 0);
    let seen = room.sees(&candidate).await;
    assert!(seen.paused);
    assert_eq!(seen.remaining_ms, Some(10 * MINUTE));
    let saved = room.saves(&candidate, 1, "A", 1).await.unwrap();
    assert!(!saved.answers[0].late, "what was written before the pause is taken");
    assert_eq!(saved.remaining_ms, 10 * MINUTE);
    assert_eq!(
        code(room.office.perform(SubmitAttempt {}, &candidate).await),
        "attempt-paused"
    );
    room.office.perform(resume(&room), &invigilator).await.unwrap();
    assert_eq!(room.deadline(0).await, Some(115));
    room.clock.advance(10 * MINUTE);
    assert_eq!(close_overdue(&room.office).await.unwrap(), 1);
}

#[tokio::test]
async fn nobody_starts_in_a_paused_room() {
    let room = room().await;
    room.session_starts().await;
    let candidate = room.signs_in(1).await.unwrap();
    let check_in = CheckIn {
        attempt: room.attempt(1),
    };
    room.office.perform(check_in, &room.invigilator()).await.unwrap();
    room.office.perform(pause(&room), &room.invigilator()).await.unwrap();
    assert_eq!(
        code(room.office.perform(StartAttempt {}, &candidate).await),
        "gate-paused"
    );
    room.clock.advance(MINUTE);
    room.office.perform(resume(&room), &room.invigilator()).await.unwrap();
    room.clock.advance(SECOND);
    let started = room.office.perform(StartAttempt {}, &candidate).await.unwrap();
    assert_eq!(started.remaining_ms, 90 * MINUTE);
}

#[tokio::test]
async fn one_candidate_is_paused_alone_and_every_change_stands_in_the_ledger() {
    let room = room().await;
    room.session_starts().await;
    room.works(0).await;
    room.works(1).await;
    let (attempt, reason) = (room.attempt(0), REASON.to_owned());
    let invigilator = room.invigilator();
    room.clock.advance(10 * MINUTE);
    let one = PauseAttempt {
        attempt,
        reason: reason.clone(),
    };
    room.office.perform(one, &invigilator).await.unwrap();
    room.clock.advance(5 * MINUTE);
    let all = ExtendSession {
        session: room.hall.session,
        minutes: 10,
        reason: reason.clone(),
    };
    assert_eq!(room.office.perform(all, &invigilator).await.unwrap().attempts, 3);
    let one = ResumeAttempt {
        attempt,
        reason: reason.clone(),
    };
    room.office.perform(one, &invigilator).await.unwrap();
    let again = ResumeAttempt { attempt, reason };
    assert_eq!(
        code(room.office.perform(again, &invigilator).await),
        "attempt-not-paused"
    );
    assert_eq!((room.deadline(0).await, room.deadline(1).await), (Some(105), Some(100)));
    let force = ForceSubmit {
        attempt,
        reason: REASON.to_owned(),
    };
    room.office.perform(force, &invigilator).await.unwrap();
    let session = room.hall.session;
    let lines = room.office.perform(ListTimes { session }, &invigilator).await.unwrap();
    let told: Vec<_> = lines
        .iter()
        .map(|line| (line.kind.as_str(), line.attempt.is_some(), line.ms / MINUTE))
        .collect();
    let expected = [
        ("start", true, 0),
        ("start", true, 0),
        ("pause", true, 0),
        ("extra", false, 10),
        ("resume", true, 0),
        ("taken", true, 0),
    ];
    assert_eq!(told, expected);
    assert!(
        lines
            .iter()
            .filter(|line| line.kind != "start")
            .all(|line| line.reason == REASON && line.by_whom.starts_with("acc_"))
    );
    let kept = fixture::number(&room.office.store, "SELECT COUNT(*) FROM time_change".to_owned()).await;
    let mut tx = room.office.store.write().await.unwrap();
    let edited = sqlx::query("UPDATE time_change SET ms = 1").execute(&mut *tx).await;
    assert!(edited.is_err(), "the ledger is append-only");
    assert_eq!(kept, 6);
}

#[tokio::test]
async fn a_long_silence_is_proposed_by_one_person_and_given_by_another() {
    let room = room().await;
    room.session_starts().await;
    let candidate = room.works(0).await;
    let officer = staff(&room.office, "office", &[Role::ExamOfficer]).await;
    room.beats(&candidate).await;
    assert_eq!(
        code(room.office.perform(room.proposal(), &room.invigilator()).await),
        "outage-nothing-lost"
    );
    room.clock.advance(4 * MINUTE + SECOND);
    let during = room.outages().await;
    assert!(during.candidates[0].silent);
    assert_eq!(during.candidates[0].proposal_ms, 5 * MINUTE);
    room.beats(&candidate).await;
    let after = room.outages().await;
    assert_eq!(after.candidates.len(), 1, "the others did not start");
    assert!(!after.candidates[0].silent);
    assert_eq!(after.candidates[0].paid_ms, 4 * MINUTE + SECOND);
    assert_eq!(
        code(room.office.perform(room.decision("approve").await, &officer).await),
        "outage-nobody-chosen"
    );
    room.office.perform(room.proposal(), &room.invigilator()).await.unwrap();
    assert_eq!(room.deadline(0).await, Some(90), "a proposal moves nothing");
    assert!(room.outages().await.candidates.is_empty(), "dealt with once");
    let mut own = room.invigilator();
    if let crate::office::Actor::Staff { roles, .. } = &mut own.actor {
        roles.insert(Role::ExamOfficer);
    }
    assert_eq!(
        code(room.office.perform(room.decision("approve").await, &own).await),
        "outage-same-person"
    );
    room.office
        .perform(room.decision("approve").await, &officer)
        .await
        .unwrap();
    assert_eq!(room.deadline(0).await, Some(95));
    assert_eq!(room.outages().await.proposals[0].approved, Some(true));
    assert_eq!(
        code(room.office.perform(room.decision("reject").await, &officer).await),
        "outage-nothing-waits"
    );
}

#[tokio::test]
async fn who_was_cut_off_when_time_ran_out_goes_on_once_it_is_approved() {
    let room = room().await;
    room.session_starts().await;
    let candidate = room.works(0).await;
    let officer = staff(&room.office, "office", &[Role::ExamOfficer]).await;
    room.clock.advance(79 * MINUTE);
    room.beats(&candidate).await;
    room.clock.advance(21 * MINUTE);
    assert_eq!(close_overdue(&room.office).await.unwrap(), 1);
    room.beats(&candidate).await;
    let lost = room.outages().await;
    // From minute 0 to 79 nobody was heard either: this story's terminal has no rhythm.
    assert_eq!(lost.candidates[0].paid, 2);
    assert_eq!(
        lost.candidates[0].paid_ms,
        90 * MINUTE,
        "and nothing after the deadline"
    );
    room.office.perform(room.proposal(), &room.invigilator()).await.unwrap();
    room.office
        .perform(room.decision("approve").await, &officer)
        .await
        .unwrap();
    let seen = room.sees(&candidate).await;
    assert_eq!((seen.state.as_str(), seen.remaining_ms), ("open", Some(90 * MINUTE)));
    room.saves(&candidate, 3, "A", 1).await.unwrap();
}

#[tokio::test]
async fn many_short_silences_are_flagged_and_nothing_is_proposed() {
    let room = room().await;
    room.session_starts().await;
    let candidate = room.works(0).await;
    for _ in 0..5 {
        room.clock.advance(40 * SECOND);
        room.beats(&candidate).await;
    }
    let outages = room.outages().await;
    assert!(outages.candidates[0].flagged);
    assert_eq!((outages.candidates[0].short, outages.candidates[0].proposal_ms), (5, 0));
    assert_eq!(
        code(room.office.perform(room.proposal(), &room.invigilator()).await),
        "outage-nothing-lost"
    );
}

#[tokio::test]
async fn what_a_terminal_tells_of_itself_floats_up_on_the_board() {
    let room = room().await;
    room.session_starts().await;
    let candidate = room.works(0).await;
    let beat = |unsaved, away, left, cleared| TerminalBeat {
        unsaved,
        away,
        left,
        cleared,
    };
    room.office.perform(beat(3, true, 2, false), &candidate).await.unwrap();
    room.office.desk.settle(room.attempt(0)).await.unwrap();
    let session = room.hall.session;
    let board = room
        .office
        .perform(ShowBoard { session }, &room.invigilator())
        .await
        .unwrap();
    let kinds: Vec<_> = board
        .troubles
        .iter()
        .filter(|trouble| trouble.seat == 1)
        .map(|trouble| trouble.kind)
        .collect();
    assert_eq!(kinds, ["unsaved", "left_page"]);
    assert_eq!((board.seats[0].unsaved, board.seats[0].times_away), (3, 2));
    room.office.perform(beat(0, false, 0, true), &candidate).await.unwrap();
    room.office.desk.settle(room.attempt(0)).await.unwrap();
    let board = room
        .office
        .perform(ShowBoard { session }, &room.invigilator())
        .await
        .unwrap();
    assert_eq!((board.seats[0].unsaved, board.seats[0].times_away), (0, 2));
}

#[tokio::test]
async fn answers_that_come_too_late_or_from_a_replaced_terminal_are_kept_aside_and_change_nothing() {
    let room = room().await;
    room.session_starts().await;
    let candidate = room.works(0).await;
    room.saves(&candidate, 1, "A", 1).await.unwrap();
    let second = room.signs_in(0).await.unwrap();
    assert_eq!(code(room.saves(&second, 2, "B", 1).await), "second-terminal");
    room.clock.advance(91 * MINUTE);
    assert_eq!(code(room.saves(&candidate, 1, "A", 1).await), "attempt-closed");
    assert_eq!(code(room.saves(&candidate, 3, "B", 1).await), "attempt-closed");
    assert_eq!(code(room.saves(&candidate, 3, "B", 1).await), "attempt-closed");
    let mut connection = room.office.store.read().await.unwrap();
    let kept = sitting::aside::of_session(&mut connection, room.hall.session)
        .await
        .unwrap();
    let told: Vec<_> = kept
        .iter()
        .map(|row| (row.number, row.value.as_str(), row.why.as_str()))
        .collect();
    let expected = [(2, "B", "replaced_terminal"), (3, "B", "after_grace")];
    assert_eq!(told, expected, "and what was saved before is not kept twice");
    let stored = sitting::answers::of_attempt(&mut connection, room.attempt(0))
        .await
        .unwrap();
    assert_eq!(stored.len(), 1);
}

#[tokio::test]
async fn an_extension_for_one_stands_after_the_office_is_opened_again() {
    let room = room().await;
    room.session_starts().await;
    let candidate = room.works(0).await;
    let extend = ExtendAttempt {
        attempt: room.attempt(0),
        minutes: 10,
        reason: REASON.to_owned(),
    };
    room.office.perform(extend, &room.invigilator()).await.unwrap();
    let again = room.opened_again().await;
    let seen = again
        .perform(crate::office::terminal::ShowTerminal { brief: true }, &candidate)
        .await
        .unwrap();
    assert_eq!(seen.remaining_ms, Some(100 * MINUTE));
    assert_eq!(
        seen.deadline,
        Some(Timestamp::from_millis(NOON.millis() + 100 * MINUTE))
    );
}
