//! Practical judging, told through its acts on a database of its own.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::bank;
use crate::identity::Role;
use crate::kernel::{
    ApplicationId, BankVersionId, Clock, HOUR, Language, ManualClock, Marks, SeededEntropy, SheetId, SignInId,
    canonical_json,
};
use crate::marking::{MeanRule, mean_of};
use crate::office::{Act, Actor, Office};
use crate::store::Store;
use crate::store::practical::fixture::{self, Hall};

/// An office with a practical session of two seats that has just opened, three examiners, and others.
pub(crate) struct World {
    _folder: tempfile::TempDir,
    pub(crate) office: Arc<Office>,
    pub(crate) clock: ManualClock,
    pub(crate) hall: Hall,
    pub(crate) examiners: Vec<Caller>,
    pub(crate) stranger: Caller,
    pub(crate) supervisor: Caller,
    pub(crate) administrator: Caller,
}

const TASK: &str = "C5-P-01";

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open_file(&folder.path().join("test.db")).await.unwrap();
        let clock = ManualClock::at(Timestamp::from_millis(1_750_000_000_000));
        let entropy = Arc::new(SeededEntropy::new(7));
        let office = crate::office::testing::office_over(store, &clock, entropy.clone(), false);
        let now = clock.now();
        let bank = bank::read(Path::new("question-banks/chinese-cook/5")).bank.unwrap();
        let version = BankVersionId::new(now, entropy.as_ref());
        let place = format!("bank_version.content/{version}");
        let sealed = office
            .keys
            .vault
            .seal(&place, &canonical_json(&bank).unwrap(), entropy.as_ref());

        let mut tx = office.store.write().await.unwrap();
        let mut people = Vec::new();
        for (login, role) in [
            ("officer", Role::ExamOfficer),
            ("li", Role::Examiner),
            ("wang", Role::Examiner),
            ("zhao", Role::Examiner),
            ("stranger", Role::Examiner),
            ("supervisor", Role::Supervisor),
            ("chief", Role::Administrator),
        ] {
            let id = fixture::account(&mut tx, login, role, now, entropy.as_ref())
                .await
                .unwrap();
            if role == Role::Examiner {
                fixture::card(&mut tx, id, "2099-01-01", now, entropy.as_ref())
                    .await
                    .unwrap();
            }
            people.push((id, role));
        }
        let hall = fixture::hall(&mut tx, (version, &sealed), people[0].0, &[TASK], now, entropy.as_ref())
            .await
            .unwrap();
        for (id, _) in &people[1..4] {
            fixture::assign(&mut tx, hall.session, *id, "examiner", now)
                .await
                .unwrap();
        }
        fixture::assign(&mut tx, hall.session, people[5].0, "supervisor", now)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let caller = |at: usize| Caller {
            actor: Actor::Staff {
                account: people[at].0,
                login: String::new(),
                name: String::new(),
                roles: [people[at].1].into(),
                sign_in: SignInId::new(now, entropy.as_ref()),
            },
            request_id: "test".to_owned(),
            language: Language::En,
            address: String::new(),
            terminal: None,
        };
        Self {
            examiners: vec![caller(1), caller(2), caller(3)],
            stranger: caller(4),
            supervisor: caller(5),
            administrator: caller(6),
            _folder: folder,
            office: Arc::new(office),
            clock,
            hall,
        }
    }

    /// Performs an act made of JSON, as the API does.
    pub(crate) async fn act<A: Act>(&self, caller: &Caller, input: serde_json::Value) -> Result<A::Outcome, Refusal> {
        let act: A = serde_json::from_value(input).unwrap();
        self.office.perform(act, caller).await
    }

    async fn open(&self, examiner: usize, application: ApplicationId) -> SheetId {
        let input = json!({ "session": self.hall.session, "application": application, "task": TASK });
        self.act::<OpenSheet>(&self.examiners[examiner], input)
            .await
            .unwrap()
            .sheet
    }

    /// All elements judged without a fault, in time, and these entries over it.
    async fn full(
        &self,
        examiner: usize,
        sheet: SheetId,
        revision: i64,
        entries: serde_json::Value,
    ) -> serde_json::Value {
        let view = self
            .act::<ShowSheet>(&self.examiners[examiner], json!({ "sheet": sheet }))
            .await
            .unwrap();
        let mut input = json!({ "sheet": sheet, "revision": revision, "minutes": "10" });
        for element in view.elements {
            input[format!("done.{}", element.code)] = json!("yes");
        }
        for (name, value) in entries.as_object().unwrap() {
            input[name] = value.clone();
        }
        input
    }
}

/// The stable code of a refusal; for wrong input that of its first problem.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> &'static str {
    match result.unwrap_err() {
        Refusal::Rule(broken) => broken.code,
        Refusal::Invalid(problems) => problems[0].broken.code,
        Refusal::NotFound => "not-found",
        Refusal::Forbidden => "forbidden",
        Refusal::Stale => "stale",
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn three_examiners_judge_alone_and_their_signed_sheets_reach_the_results() {
    let world = World::new().await;
    let candidate = world.hall.seated[0];
    for (examiner, count) in [(0, "0"), (1, "1"), (2, "2")] {
        let sheet = world.open(examiner, candidate).await;
        let input = world.full(examiner, sheet, 0, json!({ "count.1.0": count })).await;
        let state = world
            .act::<SaveSheet>(&world.examiners[examiner], input.clone())
            .await
            .unwrap();
        assert!(state.unmarked.is_empty());
        let sign = json!({ "sheet": sheet, "revision": state.revision });
        let signed = world.act::<SignSheet>(&world.examiners[examiner], sign).await.unwrap();
        assert_eq!((signed.state.as_str(), signed.total), ("signed", state.total));
        let again = json!({ "sheet": sheet, "revision": state.revision });
        assert_eq!(
            code(world.act::<SignSheet>(&world.examiners[examiner], again).await),
            "sheet-signed"
        );
        assert_eq!(
            code(world.act::<SaveSheet>(&world.examiners[examiner], input).await),
            "sheet-signed"
        );
    }
    let judged = judged(&world.office, world.hall.session).await.unwrap();
    assert_eq!(judged.len(), 2, "two seats, one task");
    assert!(judged[0].missing.is_empty());
    assert_eq!(judged[1].missing.len(), 3, "the second candidate waits for all three");
    let score = mean_of(&judged[0].sheets, &MeanRule::default()).unwrap();
    let sum: Marks = judged[0].signed_totals.iter().copied().sum();
    assert_eq!(score.score.times(3, 1), sum.exact());
    let view = world
        .act::<ExaminerSession>(&world.examiners[0], json!({ "session": world.hall.session }))
        .await
        .unwrap();
    assert_eq!((view.signed, view.total), (1, 2));
    assert_eq!(view.next.unwrap().seat, 2);
}

#[tokio::test]
async fn a_practical_session_runs_from_its_first_sheet_on() {
    let world = World::new().await;
    let state = async || {
        let sessions = world.act::<ExaminerWork>(&world.examiners[0], json!({})).await.unwrap();
        sessions[0].state.clone()
    };
    assert_eq!(state().await, "planned");
    world.open(0, world.hall.seated[0]).await;
    assert_eq!(state().await, "running");
    world.open(1, world.hall.seated[0]).await;
    assert_eq!(state().await, "running");
}

#[tokio::test]
async fn nobody_gets_the_sheet_of_another_and_strangers_learn_nothing() {
    let world = World::new().await;
    let sheet = world.open(0, world.hall.seated[0]).await;
    let ask = json!({ "sheet": sheet, "revision": 0 });
    let other = &world.examiners[1];
    assert_eq!(
        code(world.act::<ShowSheet>(other, ask.clone()).await),
        "sheet-of-another"
    );
    assert_eq!(
        code(world.act::<SaveSheet>(other, ask.clone()).await),
        "sheet-of-another"
    );
    assert_eq!(
        code(world.act::<SignSheet>(other, ask.clone()).await),
        "sheet-of-another"
    );
    assert_eq!(
        code(world.act::<ShowSheet>(&world.stranger, ask.clone()).await),
        "not-found"
    );
    assert_eq!(code(world.act::<SaveSheet>(&world.supervisor, ask).await), "forbidden");
    let session = json!({ "session": world.hall.session });
    assert_eq!(
        code(world.act::<ExaminerSession>(&world.stranger, session).await),
        "not-found"
    );
}

#[tokio::test]
async fn marks_that_cannot_be_are_refused_each_in_its_own_words() {
    let world = World::new().await;
    let me = &world.examiners[0];
    let sheet = world.open(0, world.hall.seated[0]).await;
    for (field, value, refused) in [
        ("marks.1", "1000", "marks-above"),
        ("marks.1", "-1", "marks-negative"),
        ("marks.1", "1.25", "marks-step"),
        ("marks.1", "viel", "marks-shape"),
        ("marks.99", "1", "element-unknown"),
        ("count.1.99", "1", "element-unknown"),
        ("count.1.0", "-1", "count-shape"),
        ("total", "100", "element-unknown"),
        ("minutes", "soon", "time-shape"),
    ] {
        let input = json!({ "sheet": sheet, "revision": 0, field: value });
        assert_eq!(
            code(world.act::<SaveSheet>(me, input).await),
            refused,
            "{field}={value}"
        );
    }
    let both = json!({ "sheet": sheet, "revision": 0, "marks.1": "1", "count.1.0": "1" });
    assert_eq!(code(world.act::<SaveSheet>(me, both).await), "marks-and-faults");
    let half = json!({ "sheet": sheet, "revision": 0, "done.1": "yes", "minutes": "10" });
    assert_eq!(code(world.act::<SignSheet>(me, half).await), "sheet-unmarked");
    let no_time = json!({ "sheet": sheet, "revision": 0, "done.1": "yes" });
    assert_eq!(code(world.act::<SignSheet>(me, no_time).await), "time-missing");
    let view = world.act::<ShowSheet>(me, json!({ "sheet": sheet })).await.unwrap();
    assert_eq!(view.state.revision, 0, "nothing of all this was saved");
}

#[tokio::test]
async fn an_older_revision_does_not_overwrite_a_newer_one() {
    let world = World::new().await;
    let me = &world.examiners[0];
    let sheet = world.open(0, world.hall.seated[0]).await;
    let input = json!({ "sheet": sheet, "revision": 0, "note.1": "刀工好" });
    assert_eq!(world.act::<SaveSheet>(me, input).await.unwrap().revision, 1);
    let late = json!({ "sheet": sheet, "revision": 0, "note.1": "旧" });
    assert_eq!(code(world.act::<SaveSheet>(me, late).await), "stale");
    let view = world.act::<ShowSheet>(me, json!({ "sheet": sheet })).await.unwrap();
    assert_eq!(view.elements[0].note, "刀工好");
}

#[tokio::test]
async fn a_veto_counts_with_the_signature_of_a_second_examiner_and_not_before() {
    let world = World::new().await;
    let [li, wang, zhao] = [0, 1, 2].map(|at| world.examiners[at].clone());
    let candidate = world.hall.seated[0];
    let sheet = world.open(0, candidate).await;
    let veto = world
        .act::<ShowSheet>(&li, json!({ "sheet": sheet }))
        .await
        .unwrap()
        .vetoes[0]
        .code
        .clone();
    let raise = json!({ "sheet": sheet, "code": veto, "reason": "10:20 切伤手" });
    assert_eq!(
        code(
            world
                .act::<RaiseVeto>(&li, json!({ "sheet": sheet, "code": "none", "reason": "x" }))
                .await
        ),
        "veto-unknown"
    );
    assert_eq!(
        code(
            world
                .act::<RaiseVeto>(&li, json!({ "sheet": sheet, "code": veto, "reason": " " }))
                .await
        ),
        "reason-missing"
    );
    world.act::<RaiseVeto>(&li, raise.clone()).await.unwrap();
    assert_eq!(code(world.act::<RaiseVeto>(&li, raise).await), "veto-stands");
    let full = world.full(0, sheet, 0, json!({})).await;
    assert_eq!(
        code(world.act::<SignSheet>(&li, full.clone()).await),
        "veto-unconfirmed"
    );
    let confirm = json!({ "sheet": sheet, "code": veto });
    assert_eq!(
        code(world.act::<ConfirmVeto>(&li, confirm.clone()).await),
        "veto-same-signer"
    );
    assert_eq!(
        code(world.act::<ConfirmVeto>(&world.stranger, confirm.clone()).await),
        "not-found"
    );
    let session = json!({ "session": world.hall.session });
    let waiting = world.act::<ExaminerSession>(&wang, session).await.unwrap().waiting;
    assert_eq!((waiting.len(), waiting[0].seat, waiting[0].own), (1, 1, false));
    world.act::<ConfirmVeto>(&wang, confirm.clone()).await.unwrap();
    assert_eq!(
        code(world.act::<ConfirmVeto>(&zhao, confirm.clone()).await),
        "veto-signed-already"
    );
    let withdraw = json!({ "sheet": sheet, "code": veto, "reason": "误判" });
    assert_eq!(code(world.act::<WithdrawVeto>(&li, withdraw).await), "veto-confirmed");
    let signed = world.act::<SignSheet>(&li, full).await.unwrap();
    assert_eq!(signed.total, Marks::ZERO);

    let own = world.open(2, candidate).await;
    let full = world.full(2, own, 0, json!({})).await;
    let signed = world.act::<SignSheet>(&zhao, full).await.unwrap();
    assert_eq!(
        signed.total,
        Marks::whole(100),
        "the third examiner judged the work alone"
    );
    let judged = judged(&world.office, world.hall.session).await.unwrap();
    assert!(
        judged[0].sheets.iter().all(|sheet| sheet.total() == Marks::ZERO),
        "two signatures strike the task on every sheet"
    );
}

#[tokio::test]
async fn a_veto_is_taken_back_by_its_examiner_while_nobody_signed_it() {
    let world = World::new().await;
    let li = &world.examiners[0];
    let sheet = world.open(0, world.hall.seated[0]).await;
    let veto = world
        .act::<ShowSheet>(li, json!({ "sheet": sheet }))
        .await
        .unwrap()
        .vetoes[0]
        .code
        .clone();
    let raise = json!({ "sheet": sheet, "code": veto, "reason": "误判" });
    world.act::<RaiseVeto>(li, raise.clone()).await.unwrap();
    assert_eq!(
        code(world.act::<WithdrawVeto>(&world.examiners[1], raise.clone()).await),
        "sheet-of-another"
    );
    world.act::<WithdrawVeto>(li, raise).await.unwrap();
    let full = world.full(0, sheet, 0, json!({})).await;
    assert_eq!(world.act::<SignSheet>(li, full).await.unwrap().total, Marks::whole(100));
}

#[tokio::test]
async fn judging_begins_with_the_session_and_ends_with_the_settling() {
    let world = World::new().await;
    let me = &world.examiners[0];
    let second = json!({ "session": world.hall.session, "application": world.hall.seated[1], "task": TASK });
    world.clock.advance(-HOUR);
    assert_eq!(
        code(world.act::<OpenSheet>(me, second.clone()).await),
        "judging-not-begun"
    );
    let view = world
        .act::<ExaminerSession>(me, json!({ "session": world.hall.session }))
        .await
        .unwrap();
    assert!(view.tasks.is_empty(), "before the opening nobody learns the tasks");
    world.clock.advance(2 * HOUR);
    let sheet = world.open(0, world.hall.seated[0]).await;
    let undrawn = json!({ "session": world.hall.session, "application": world.hall.seated[1], "task": "C5-P-02" });
    assert_eq!(code(world.act::<OpenSheet>(me, undrawn).await), "task-not-drawn");
    let mut tx = world.office.store.write().await.unwrap();
    fixture::settle(&mut tx, world.hall.batch).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(code(world.act::<OpenSheet>(me, second).await), "judging-over");
    let full = world.full(0, sheet, 0, json!({})).await;
    assert_eq!(code(world.act::<SignSheet>(me, full).await), "judging-over");
}

#[tokio::test]
async fn a_signed_sheet_resists_the_database_too() {
    let world = World::new().await;
    let sheet = world.open(0, world.hall.seated[0]).await;
    let full = world.full(0, sheet, 0, json!({ "marks.1": "0" })).await;
    world.act::<SignSheet>(&world.examiners[0], full).await.unwrap();
    let mut tx = world.office.store.write().await.unwrap();
    assert!(fixture::tamper(&mut tx, sheet).await.is_err());
}

impl World {
    async fn change(&self, statement: &'static str) {
        let mut tx = self.office.store.write().await.unwrap();
        sqlx::query(statement).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn session_of(&self, examiner: usize) -> SessionView {
        let session = json!({ "session": self.hall.session });
        self.act::<ExaminerSession>(&self.examiners[examiner], session)
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_card_that_ends_in_the_middle_of_a_session_ends_the_judging_and_loses_nothing() {
    // It is six minutes past eleven at night; the session lasts four hours.
    let world = World::new().await;
    let me = &world.examiners[0];
    world.change("UPDATE staff_card SET valid_until = '2025-06-16'").await;
    assert_eq!(
        (world.session_of(0).await.card, world.session_of(0).await.card_through),
        ("ending".to_owned(), "2025-06-15".to_owned())
    );
    let sheet = world.open(0, world.hall.seated[0]).await;
    world.clock.advance(HOUR);
    assert_eq!(world.session_of(0).await.card, "expired");
    let full = world.full(0, sheet, 0, json!({ "count.1.0": "1" })).await;
    let saved = world.act::<SaveSheet>(me, full).await.unwrap();
    let sign = json!({ "sheet": sheet, "revision": saved.revision });
    assert_eq!(code(world.act::<SignSheet>(me, sign.clone()).await), "judge-expired");
    let second = json!({ "session": world.hall.session, "application": world.hall.seated[1], "task": TASK });
    assert_eq!(code(world.act::<OpenSheet>(me, second).await), "judge-expired");
    let veto = json!({ "sheet": sheet, "code": "V1", "reason": "切伤手" });
    assert_eq!(code(world.act::<RaiseVeto>(me, veto).await), "judge-expired");
    let view = world.act::<ShowSheet>(me, json!({ "sheet": sheet })).await.unwrap();
    assert_eq!(view.elements[0].deductions[0].count, 1, "what was entered is there");
    world.change("UPDATE staff_card SET valid_until = '2028-06-16'").await;
    assert_eq!(world.act::<SignSheet>(me, sign).await.unwrap().state, "signed");
}

#[tokio::test]
async fn nobody_judges_out_of_scope_nor_a_relative_nor_somebody_from_the_own_employer() {
    let world = World::new().await;
    let me = &world.examiners[0];
    let [first, second] = [world.hall.seated[0], world.hall.seated[1]];
    let open =
        |application: ApplicationId| json!({ "session": world.hall.session, "application": application, "task": TASK });
    world.change("UPDATE staff_card SET levels = '1,2'").await;
    assert_eq!(code(world.act::<OpenSheet>(me, open(first)).await), "judge-level");
    world
        .change("UPDATE staff_card SET levels = '5', occupations = '6-31-01-03'")
        .await;
    assert_eq!(code(world.act::<OpenSheet>(me, open(first)).await), "judge-occupation");
    world
        .change("UPDATE staff_card SET occupations = '4-03-02-01', state = 'suspended'")
        .await;
    assert_eq!(code(world.act::<OpenSheet>(me, open(first)).await), "judge-suspended");
    world.change("UPDATE staff_card SET state = 'active'").await;
    world
        .change("UPDATE candidate SET employer = '考评单位' WHERE name = '考生2'")
        .await;
    assert_eq!(code(world.act::<OpenSheet>(me, open(second)).await), "judge-employer");
    world.change("UPDATE candidate SET employer = ''").await;

    let sheet = world.open(0, first).await;
    assert_eq!(world.session_of(0).await.next.unwrap().seat, 1);
    let conflict = json!({ "application": first, "kind": "relative" });
    world
        .act::<crate::office::staff::DeclareConflict>(me, conflict)
        .await
        .unwrap();
    let full = world.full(0, sheet, 0, json!({})).await;
    assert_eq!(code(world.act::<SignSheet>(me, full).await), "judge-conflict");
    let view = world.session_of(0).await;
    assert!(view.candidates[0].barred && !view.candidates[1].barred);
    assert_eq!(
        (view.next.unwrap().seat, view.total),
        (2, 1),
        "who is barred is passed over"
    );
    let unknown =
        json!({ "application": ApplicationId::new(world.clock.now(), &SeededEntropy::new(1)), "kind": "asked" });
    let refused = world.act::<crate::office::staff::DeclareConflict>(me, unknown).await;
    assert_eq!(code(refused), "not-found");
}
