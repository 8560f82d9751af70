//! A candidate and an invigilator in one room, act by act.

use std::sync::Arc;

use super::*;
use crate::identity::Role;
use crate::kernel::{Digest, Entropy, HOUR, Language, ManualClock, OneTimeCode, SeededEntropy, SessionId};
use crate::office::desk::{Answer, Saved};
use crate::office::room::{
    CheckIn, CheckInMany, CloseSession, ExtendAttempt, ForceSubmit, ReleaseAttempt, ShowBoard, StartSession,
    close_overdue,
};
use crate::office::{Actor, Keys, List, account};
use crate::store::Store;
use crate::store::sitting::fixture::{self, Hall};

pub(in crate::office) const NOON: Timestamp = Timestamp::from_millis(1_780_000_000_000);

pub(in crate::office) struct Room {
    folder: tempfile::TempDir,
    pub(in crate::office) office: Office,
    pub(in crate::office) clock: ManualClock,
    pub(in crate::office) hall: Hall,
    codes: Vec<OneTimeCode>,
}

pub(in crate::office) async fn room() -> Room {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_file(&folder.path().join("exam.db")).await.unwrap();
    let clock = ManualClock::at(NOON);
    let dice: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(1));
    let keys = Keys::from_secret([7; 32]);
    let codes: Vec<_> = (0..3).map(|_| OneTimeCode::throw(dice.as_ref())).collect();
    let digest = |seat: i64| keys.digest("ticket", codes[usize::try_from(seat - 1).unwrap()].as_str());
    let hall = fixture::hall(&store, dice.as_ref(), NOON, 3, digest).await;
    let office = crate::office::testing::office_over(store, &clock, dice, false);
    Room {
        folder,
        office,
        clock,
        hall,
        codes,
    }
}

pub(in crate::office) fn caller(actor: Actor) -> Caller {
    Caller {
        actor,
        request_id: "r".to_owned(),
        language: Language::Zh,
        address: String::new(),
        terminal: None,
    }
}

impl Room {
    pub(in crate::office) fn invigilator(&self) -> Caller {
        caller(Actor::Staff {
            account: self.hall.staff,
            login: "i".to_owned(),
            name: "i".to_owned(),
            roles: [Role::Invigilator].into(),
            sign_in: crate::kernel::SignInId::new(NOON, self.office.entropy.as_ref()),
        })
    }

    pub(in crate::office) async fn signs_in(&self, seat: usize) -> Result<Caller, Refusal> {
        self.signs_in_at(seat, &caller(Actor::Anonymous)).await
    }

    /// Signs in where somebody stands.
    pub(in crate::office) async fn signs_in_at(&self, seat: usize, at: &Caller) -> Result<Caller, Refusal> {
        let act = TerminalSignIn {
            ticket: format!(" T{} ", seat + 1),
            code: self.codes[seat].to_string().to_lowercase(),
        };
        let signed_in = self.office.perform(act, at).await?;
        let (actor, _) = account::recognise(&self.office, &signed_in.token).await?;
        Ok(Caller {
            terminal: at.terminal,
            ..caller(actor)
        })
    }

    /// Another office over the same database, as after a restart.
    pub(in crate::office) async fn opened_again(&self) -> Office {
        let store = Store::open_file(&self.folder.path().join("exam.db")).await.unwrap();
        let dice: Arc<dyn Entropy> = Arc::new(SeededEntropy::new(2));
        crate::office::testing::office_over(store, &self.clock, dice, false)
    }

    /// A candidate with an open paper.
    pub(in crate::office) async fn works(&self, seat: usize) -> Caller {
        let candidate = self.signs_in(seat).await.unwrap();
        let attempt = self.hall.seats[seat].1;
        self.office
            .perform(CheckIn { attempt }, &self.invigilator())
            .await
            .unwrap();
        self.office.perform(StartAttempt {}, &candidate).await.unwrap();
        candidate
    }

    pub(in crate::office) async fn session_starts(&self) {
        let session = self.hall.session;
        self.office
            .perform(StartSession { session }, &self.invigilator())
            .await
            .unwrap();
    }

    pub(in crate::office) async fn saves(
        &self,
        who: &Caller,
        number: i64,
        value: &str,
        revision: i64,
    ) -> Result<Saved, Refusal> {
        let answers = vec![Answer {
            number,
            value: value.to_owned(),
            revision,
            flagged: true,
        }];
        self.office.perform(SaveAnswers { answers }, who).await
    }

    pub(in crate::office) async fn sees(&self, who: &Caller) -> TerminalView {
        self.office.perform(ShowTerminal { brief: false }, who).await.unwrap()
    }
}

pub(in crate::office) fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> String {
    match result.unwrap_err() {
        Refusal::Rule(broken) => broken.code.to_owned(),
        Refusal::Invalid(problems) => problems[0].broken.code.to_owned(),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn from_the_ticket_to_the_receipt() {
    let room = room().await;
    let candidate = room.signs_in(0).await.unwrap();
    assert_eq!(room.sees(&candidate).await.gate, Gate::CheckIn);
    assert_eq!(
        code(room.office.perform(StartAttempt {}, &candidate).await),
        "gate-check-in"
    );
    room.office
        .perform(ConfirmPerson { right: true }, &candidate)
        .await
        .unwrap();
    let many = CheckInMany {
        session: room.hall.session,
        attempts: List(Vec::new()),
    };
    room.office.desk.settle(room.hall.seats[0].1).await.unwrap();
    let done = room.office.perform(many, &room.invigilator()).await.unwrap();
    assert_eq!(done.attempts, 1, "only who is at a terminal");
    assert_eq!(
        code(room.office.perform(StartAttempt {}, &candidate).await),
        "gate-not-started"
    );
    room.session_starts().await;
    let started = room.office.perform(StartAttempt {}, &candidate).await.unwrap();
    assert_eq!(started.remaining_ms, 90 * MINUTE);
    let paper = room.office.perform(ShowPaper {}, &candidate).await.unwrap();
    assert!(!serde_json::to_string(&paper).unwrap().contains("SECRET"));

    room.saves(&candidate, 1, "B", 1).await.unwrap();
    let seen = room.sees(&candidate).await;
    assert_eq!(
        (
            seen.answers.len(),
            seen.answers[0].value.as_str(),
            seen.answers[0].flagged
        ),
        (1, "B", true)
    );
    assert_eq!(
        code(room.office.perform(SubmitAttempt {}, &candidate).await),
        "submit-too-early"
    );
    room.clock.advance(30 * MINUTE);
    let receipt = room.office.perform(SubmitAttempt {}, &candidate).await.unwrap();
    assert_eq!((receipt.answered, receipt.how.as_str()), (1, "candidate"));
    assert_eq!(room.sees(&candidate).await.receipt, Some(receipt));
    let close = CloseSession {
        session: room.hall.session,
    };
    room.office.perform(close, &room.invigilator()).await.unwrap();
    assert_eq!(code(room.signs_in(1).await), "ticket-session-closed");
}

#[tokio::test]
async fn who_confirms_is_found_by_checking_everybody_in_without_a_heartbeat() {
    let room = room().await;
    let candidate = room.signs_in(0).await.unwrap();
    let many = || CheckInMany {
        session: room.hall.session,
        attempts: List(Vec::new()),
    };
    let before = room.office.perform(many(), &room.invigilator()).await;
    assert_eq!(code(before), "nobody-to-check-in", "signed in is not yet confirmed");
    room.office
        .perform(ConfirmPerson { right: true }, &candidate)
        .await
        .unwrap();
    let done = room.office.perform(many(), &room.invigilator()).await.unwrap();
    assert_eq!(done.attempts, 1);
}

#[tokio::test]
async fn a_wrong_code_an_unknown_ticket_and_another_day_are_refused() {
    let room = room().await;
    let wrong = |ticket: &str, code: String| TerminalSignIn {
        ticket: ticket.to_owned(),
        code,
    };
    let nobody = caller(Actor::Anonymous);
    let neighbour = wrong("T1", room.codes[1].to_string());
    assert_eq!(code(room.office.perform(neighbour, &nobody).await), "ticket-wrong");
    let unknown = wrong("T9", room.codes[0].to_string());
    assert_eq!(code(room.office.perform(unknown, &nobody).await), "ticket-wrong");
    room.clock.advance(-3 * HOUR);
    assert_eq!(code(room.signs_in(0).await), "ticket-other-day");
    let early = StartSession {
        session: room.hall.session,
    };
    assert_eq!(
        code(room.office.perform(early, &room.invigilator()).await),
        "session-too-early"
    );
}

#[tokio::test]
async fn a_second_terminal_is_refused_until_released_and_then_the_first_one_is() {
    let room = room().await;
    room.session_starts().await;
    let first = room.works(0).await;
    room.saves(&first, 1, "A", 1).await.unwrap();
    let second = room.signs_in(0).await.unwrap();
    assert_eq!(
        code(room.office.perform(StartAttempt {}, &second).await),
        "second-terminal"
    );
    assert_eq!(code(room.saves(&second, 1, "D", 9).await), "second-terminal");
    assert!(
        room.sees(&second).await.answers.is_empty(),
        "answers go to the terminal that holds the lease"
    );
    let attempt = room.hall.seats[0].1;
    let without = ReleaseAttempt {
        attempt,
        reason: " ".to_owned(),
    };
    assert_eq!(
        code(room.office.perform(without, &room.invigilator()).await),
        "reason-missing"
    );
    let release = ReleaseAttempt {
        attempt,
        reason: "screen broke".to_owned(),
    };
    room.office.perform(release, &room.invigilator()).await.unwrap();
    room.office.perform(StartAttempt {}, &second).await.unwrap();
    assert_eq!(room.sees(&second).await.answers[0].value, "A");
    assert_eq!(code(room.saves(&first, 1, "C", 2).await), "second-terminal");
    room.saves(&second, 1, "B", 2).await.unwrap();
    let board = ShowBoard {
        session: room.hall.session,
    };
    let board = room.office.perform(board, &room.invigilator()).await.unwrap();
    let kinds: Vec<_> = board.troubles.iter().map(|trouble| trouble.kind).collect();
    assert!(
        kinds.contains(&"second_terminal") && kinds.contains(&"stale_terminal"),
        "{kinds:?}"
    );
}

#[tokio::test]
async fn extra_time_moves_the_end_and_the_clock_hands_in_at_the_deadline_exactly() {
    let room = room().await;
    room.session_starts().await;
    let candidate = room.works(0).await;
    let extend = ExtendAttempt {
        attempt: room.hall.seats[0].1,
        minutes: 10,
        reason: "power cut".to_owned(),
    };
    room.office.perform(extend, &room.invigilator()).await.unwrap();
    room.clock.advance(100 * MINUTE - 1);
    assert_eq!(close_overdue(&room.office).await.unwrap(), 0);
    assert_eq!(room.sees(&candidate).await.remaining_ms, Some(1));
    room.clock.advance(1);
    let seen = room.sees(&candidate).await;
    assert_eq!(seen.state, "submitted", "whoever looks first finds it closed");
    let receipt = seen.receipt.unwrap();
    assert_eq!(
        (receipt.submitted_at, receipt.how.as_str()),
        (NOON + 100 * MINUTE, "deadline")
    );
    let saved = room.saves(&candidate, 2, "A", 1).await.unwrap();
    assert!(saved.answers[0].late, "the grace holds after the clock handed in");
    assert_eq!(close_overdue(&room.office).await.unwrap(), 0);
}

#[tokio::test]
async fn a_forced_hand_in_needs_a_reason_and_ends_the_saves() {
    let room = room().await;
    room.session_starts().await;
    let candidate = room.works(0).await;
    let attempt = room.hall.seats[0].1;
    let close = CloseSession {
        session: room.hall.session,
    };
    assert_eq!(
        code(room.office.perform(close, &room.invigilator()).await),
        "session-has-open"
    );
    let force = |reason: &str| ForceSubmit {
        attempt,
        reason: reason.to_owned(),
    };
    assert_eq!(
        code(room.office.perform(force(""), &room.invigilator()).await),
        "reason-missing"
    );
    room.office
        .perform(force("misconduct"), &room.invigilator())
        .await
        .unwrap();
    assert_eq!(code(room.saves(&candidate, 1, "A", 1).await), "attempt-closed");
    assert_eq!(
        code(room.office.perform(StartAttempt {}, &candidate).await),
        "gate-handed-in"
    );
}

#[tokio::test]
async fn who_is_late_does_not_start_and_who_is_another_person_is_signed_out() {
    let room = room().await;
    room.session_starts().await;
    let late = room.signs_in(1).await.unwrap();
    let attempt = room.hall.seats[1].1;
    room.office
        .perform(CheckIn { attempt }, &room.invigilator())
        .await
        .unwrap();
    room.clock.advance(30 * MINUTE);
    assert_eq!(code(room.office.perform(StartAttempt {}, &late).await), "gate-too-late");
    let other = TerminalSignIn {
        ticket: "T3".to_owned(),
        code: room.codes[2].to_string(),
    };
    let signed_in = room.office.perform(other, &caller(Actor::Anonymous)).await.unwrap();
    let (actor, _) = account::recognise(&room.office, &signed_in.token).await.unwrap();
    room.office
        .perform(ConfirmPerson { right: false }, &caller(actor))
        .await
        .unwrap();
    let (actor, _) = account::recognise(&room.office, &signed_in.token).await.unwrap();
    assert_eq!(actor, Actor::Anonymous);
}

#[tokio::test]
async fn an_invigilator_of_another_room_sees_and_does_nothing_here() {
    let room = room().await;
    let mut stranger = room.invigilator();
    if let Actor::Staff { account, .. } = &mut stranger.actor {
        *account = crate::kernel::AccountId::new(NOON, room.office.entropy.as_ref());
    }
    let session: SessionId = room.hall.session;
    assert_eq!(
        code(room.office.perform(ShowBoard { session }, &stranger).await),
        "NotFound"
    );
    assert_eq!(
        code(room.office.perform(StartSession { session }, &stranger).await),
        "not-your-room"
    );
    let other: Digest = room.office.keys.digest("lease", "x");
    assert_ne!(
        other,
        room.office
            .lease(crate::kernel::SignInId::new(NOON, room.office.entropy.as_ref()))
    );
}
