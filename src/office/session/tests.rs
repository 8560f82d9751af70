use super::*;
use crate::bank::generated;
use crate::enrolment::SeatOrder;
use crate::identity::{Duty, Role};
use crate::kernel::{AccountId, ApplicationId, BatchId, CandidateId, SeededEntropy, SessionId, Timestamp};
use crate::office::bank::load_bank;
use crate::office::plan::{AddBatch, CreatePlan, CreateRoom, CreateStation, PublishPlan};
use crate::office::testing::{office, staff};
use crate::office::{List, Moment};
use crate::store::event;

struct Scene {
    office: Office,
    _folder: tempfile::TempDir,
    officer: Caller,
    batch: BatchId,
    room: RoomId,
}

fn code(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Rule(broken) => broken.code.to_owned(),
        Refusal::Invalid(problems) => problems.iter().map(|p| p.broken.code).collect::<Vec<_>>().join(" "),
        other => format!("{other:?}"),
    }
}

fn at(text: &str) -> Moment {
    Moment(text.to_owned())
}

/// A published plan with one batch, a room of four seats, and as many approved candidates.
async fn scene(candidates: usize) -> Scene {
    let (office, folder) = office().await;
    let officer = staff(&office, "officer", &[Role::ExamOfficer]).await;
    let station = CreateStation {
        code: "BJ01".to_owned(),
        name: "第一鉴定站".to_owned(),
        name_en: "Station One".to_owned(),
    };
    let station = office.perform(station, &officer).await.unwrap().station;
    let room = CreateRoom {
        station,
        name: "101 机房".to_owned(),
        seats: 4,
    };
    let room = office.perform(room, &officer).await.unwrap().room;
    let bank = crate::bank::read(std::path::Path::new("question-banks/electrician/4"))
        .bank
        .unwrap_or_else(|| generated(600, &SeededEntropy::new(3)));
    let bank = load_bank(&office, &Caller::system("test"), bank).await.unwrap();
    let plan = CreatePlan {
        station,
        title: "五月".to_owned(),
        registration_until: at("2026-05-20T18:00"),
        publicity_days: None,
    };
    let plan = office.perform(plan, &officer).await.unwrap().plan;
    let add = AddBatch {
        plan,
        station,
        bank,
        rule: "demo-20".to_owned(),
        components: List(vec![Part::Theory, Part::Practical]),
        scheme: None,
    };
    let batch = office.perform(add, &officer).await.unwrap().batch;
    office.perform(PublishPlan { plan }, &officer).await.unwrap();
    let scene = Scene {
        office,
        _folder: folder,
        officer,
        batch,
        room,
    };
    for number in 0..candidates {
        scene.candidate(number).await;
    }
    scene
}

impl Scene {
    async fn candidate(&self, number: usize) -> ApplicationId {
        let (now, entropy) = (self.office.now(), self.office.entropy.as_ref());
        let (candidate, application) = (CandidateId::new(now, entropy), ApplicationId::new(now, entropy));
        let by = self.officer.account().unwrap();
        let mut tx = self.office.store.write().await.unwrap();
        sqlx::query(
            "INSERT INTO candidate (id, name, id_kind, citizen_id, citizen_index, citizen_mask, sex, birth_date, employer,
                created_at, changed_at)
             VALUES ($1, $2, 'citizen', x'00', $3, '110***', 'male', '1990-01-01', $4, 1, 1)",
        )
        .bind(candidate)
        .bind(format!("李考生{number}"))
        .bind(format!("index-{number}"))
        .bind(format!("{} 厂", number % 2))
        .execute(&mut *tx)
        .await
        .unwrap();
        sqlx::query(
            "INSERT INTO application (id, batch_id, candidate_id, exam_kind, source, profile, state, registered_by,
                registered_at)
             VALUES ($1, $2, $3, 'new', 'social', '{}', 'approved', $4, 1)",
        )
        .bind(application)
        .bind(self.batch)
        .bind(candidate)
        .bind(by)
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        application
    }

    async fn card(&self, account: AccountId, until: &str) -> crate::kernel::CardId {
        let mut tx = self.office.store.write().await.unwrap();
        let entropy = self.office.entropy.as_ref();
        let card = crate::store::practical::fixture::card(&mut tx, account, until, self.office.now(), entropy);
        let card = card.await.unwrap();
        tx.commit().await.unwrap();
        card
    }

    async fn session(&self, component: Part, from: &str, until: &str) -> Result<SessionId, Refusal> {
        let create = CreateSession {
            batch: self.batch,
            component,
            room: self.room,
            opens_at: at(from),
            closes_at: at(until),
        };
        Ok(self.office.perform(create, &self.officer).await?.session)
    }

    async fn seat(&self, session: SessionId) -> Result<Seated, Refusal> {
        let seat = SeatSession {
            session,
            order: SeatOrder::MixedByEmployer,
            applications: List::default(),
        };
        self.office.perform(seat, &self.officer).await
    }

    async fn assign(&self, session: SessionId, examiners: &[AccountId]) -> Result<AssignedSession, Refusal> {
        self.ask(session, examiners, "").await
    }

    async fn ask(&self, session: SessionId, examiners: &[AccountId], why: &str) -> Result<AssignedSession, Refusal> {
        let assign = AssignSession {
            session,
            invigilators: List::default(),
            examiners: List(examiners.to_vec()),
            leader: examiners.first().copied(),
            supervisors: List::default(),
            override_reason: why.to_owned(),
        };
        self.office.perform(assign, &self.officer).await
    }
}

#[tokio::test]
async fn two_sessions_do_not_share_a_room_at_one_time() {
    let scene = scene(0).await;
    let morning = scene
        .session(Part::Theory, "2026-05-21T09:00", "2026-05-21T10:00")
        .await;
    assert!(morning.is_ok());
    let clash = scene
        .session(Part::Practical, "2026-05-21T09:59", "2026-05-21T11:00")
        .await;
    assert_eq!(code(&clash.unwrap_err()), "room-taken");
    let after = scene
        .session(Part::Practical, "2026-05-21T10:00", "2026-05-21T11:00")
        .await;
    assert!(after.is_ok());
    let short = scene
        .session(Part::Theory, "2026-05-22T09:00", "2026-05-22T09:10")
        .await;
    assert_eq!(code(&short.unwrap_err()), "session-shorter-than-paper");
    let past = scene
        .session(Part::Theory, "2026-05-01T09:00", "2026-05-01T10:00")
        .await;
    assert_eq!(code(&past.unwrap_err()), "session-past");
}

#[tokio::test]
async fn everybody_gets_one_seat_and_the_rest_are_told() {
    let scene = scene(6).await;
    let first = scene
        .session(Part::Theory, "2026-05-21T09:00", "2026-05-21T10:00")
        .await
        .unwrap();
    let second = scene
        .session(Part::Theory, "2026-05-21T13:00", "2026-05-21T14:00")
        .await
        .unwrap();
    let seated = scene.seat(first).await.unwrap();
    assert_eq!((seated.seated, seated.left), (4, 2));
    assert_eq!(code(&scene.seat(first).await.unwrap_err()), "seats-short");
    let rest = scene.seat(second).await.unwrap();
    assert_eq!((rest.seated, rest.left), (2, 0));
    assert_eq!(code(&scene.seat(second).await.unwrap_err()), "nobody-to-seat");
    let shown = scene
        .office
        .perform(ShowSession { session: first }, &scene.officer)
        .await
        .unwrap();
    let twice = SeatSession {
        session: second,
        order: SeatOrder::Plain,
        applications: List(vec![shown.seats[0].application]),
    };
    let refused = scene.office.perform(twice, &scene.officer).await.unwrap_err();
    assert_eq!(code(&refused), "seated-already");
    let book = seats_workbook(&scene.office, &scene.officer, first).await.unwrap();
    assert!(!book.content.is_empty());
}

#[tokio::test]
async fn papers_are_drawn_once_sealed_and_without_a_key_in_the_view() {
    let scene = scene(3).await;
    let session = scene
        .session(Part::Theory, "2026-05-21T09:00", "2026-05-21T10:00")
        .await
        .unwrap();
    let draw = || scene.office.perform(DrawPapers { session }, &scene.officer);
    assert_eq!(code(&draw().await.unwrap_err()), "nobody-seated");
    scene.seat(session).await.unwrap();
    let drawn = draw().await.unwrap();
    assert_eq!((drawn.papers, drawn.questions), (3, 20));
    assert_eq!(code(&draw().await.unwrap_err()), "papers-drawn-already");
    assert_eq!(code(&scene.seat(session).await.unwrap_err()), "papers-drawn-already");
    let mut connection = scene.office.store.read().await.unwrap();
    let rows: Vec<(String, Vec<u8>, String)> =
        sqlx::query_as("SELECT id, content, paper_view FROM paper ORDER BY serial")
            .fetch_all(&mut *connection)
            .await
            .unwrap();
    for (id, content, view) in &rows {
        let place = format!("paper.content/{id}");
        let plain = scene.office.keys.vault.open(&place, content).unwrap();
        let paper: crate::paper::Paper = serde_json::from_slice(&plain).unwrap();
        assert_eq!(paper.questions.len(), 20);
        assert!(!view.contains("\"key\""));
    }
    assert_ne!(rows[0].2, rows[1].2);
    let duties = event::duties(&mut connection, scene.batch, scene.officer.account().unwrap())
        .await
        .unwrap();
    assert_eq!(duties, [Duty::PaperDrawer]);
}

#[tokio::test]
async fn examiners_are_an_odd_group_with_a_leader_and_no_other_duty() {
    let scene = scene(0).await;
    let session = scene
        .session(Part::Practical, "2026-05-21T09:00", "2026-05-21T16:00")
        .await
        .unwrap();
    let mut examiners = Vec::new();
    for login in ["e1", "e2", "e3", "e4"] {
        let caller = staff(&scene.office, login, &[Role::Examiner]).await;
        scene.card(caller.account().unwrap(), "2099-01-01").await;
        examiners.push(caller.account().unwrap());
    }
    assert_eq!(
        code(&scene.assign(session, &examiners[..2]).await.unwrap_err()),
        "examiners-too-few examiners-even"
    );
    assert_eq!(
        code(&scene.assign(session, &examiners).await.unwrap_err()),
        "examiners-even"
    );
    let officer = scene.officer.account().unwrap();
    let stranger = [examiners[0], examiners[1], officer];
    assert_eq!(
        code(&scene.assign(session, &stranger).await.unwrap_err()),
        "account-without-role"
    );
    let mut tx = scene.office.store.write().await.unwrap();
    event::note_duty(
        &mut tx,
        scene.batch,
        examiners[3],
        Duty::Registrar,
        Timestamp::from_millis(1),
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    let registrar = [examiners[0], examiners[1], examiners[3]];
    assert_eq!(
        code(&scene.assign(session, &registrar).await.unwrap_err()),
        "duty-excluded-of"
    );
    assert_eq!(scene.assign(session, &examiners[..3]).await.unwrap().staff, 3);
    // Whoever is relieved before anything began is free again.
    assert_eq!(scene.assign(session, &[]).await.unwrap().staff, 0);
    let mut connection = scene.office.store.read().await.unwrap();
    let duties = event::duties(&mut connection, scene.batch, examiners[0]).await.unwrap();
    assert_eq!(duties, []);
}

#[tokio::test]
async fn tasks_are_drawn_once() {
    let scene = scene(0).await;
    let session = scene
        .session(Part::Practical, "2026-05-21T09:00", "2026-05-21T16:00")
        .await
        .unwrap();
    let draw = || scene.office.perform(DrawTasks { session }, &scene.officer);
    assert!(!draw().await.unwrap().tasks.is_empty());
    let titles = async |caller: &Caller| {
        let shown = scene.office.perform(ShowSession { session }, caller).await.unwrap();
        shown.tasks.into_iter().map(|task| task.title).collect::<Vec<_>>()
    };
    let clerk = staff(&scene.office, "clerk", &[Role::Clerk]).await;
    assert!(titles(&scene.officer).await.iter().all(|title| !title.is_empty()));
    assert!(
        titles(&clerk).await.iter().all(String::is_empty),
        "before it opens only who prepares it"
    );
    assert_eq!(code(&draw().await.unwrap_err()), "tasks-drawn-already");
    let papers = scene.office.perform(DrawPapers { session }, &scene.officer).await;
    assert_eq!(code(&papers.unwrap_err()), "session-component");
}

#[tokio::test]
async fn tickets_keep_their_number_and_get_a_fresh_code() {
    let scene = scene(3).await;
    let session = scene
        .session(Part::Theory, "2026-05-21T09:00", "2026-05-21T10:00")
        .await
        .unwrap();
    scene.seat(session).await.unwrap();
    let issue = || {
        let issue = IssueTickets {
            session,
            applications: List::default(),
        };
        scene.office.perform(issue, &scene.officer)
    };
    let first = issue().await.unwrap();
    assert_eq!((first.count, first.replaced), (3, 0));
    let before = scene
        .office
        .perform(ShowSession { session }, &scene.officer)
        .await
        .unwrap();
    assert!(before.seats[0].ticket.as_deref().unwrap().starts_with("202600010001"));
    let mut connection = scene.office.store.read().await.unwrap();
    let digests = rows::seats(&mut connection, session).await.unwrap();
    drop(connection);
    let again = issue().await.unwrap();
    assert_eq!(again.replaced, 3);
    let mut connection = scene.office.store.read().await.unwrap();
    for (old, new) in digests.iter().zip(rows::seats(&mut connection, session).await.unwrap()) {
        assert_eq!(old.ticket_number, new.ticket_number);
        assert_ne!(old.ticket_code, new.ticket_code);
    }
    // PDF, in base64.
    assert!(again.download.content.starts_with("JVBERi"));
}

#[tokio::test]
async fn tickets_after_the_results_are_settled_are_refused_with_that_reason() {
    let scene = scene(1).await;
    let session = scene
        .session(Part::Theory, "2026-05-21T09:00", "2026-05-21T10:00")
        .await
        .unwrap();
    scene.seat(session).await.unwrap();
    let mut tx = scene.office.store.write().await.unwrap();
    sqlx::query("UPDATE batch SET state = 'settled'")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let issue = IssueTickets {
        session,
        applications: List::default(),
    };
    let refused = scene.office.perform(issue, &scene.officer).await.unwrap_err();
    assert_eq!(code(&refused), "tickets-batch-settled");
}

#[tokio::test]
async fn a_group_is_proposed_and_everybody_else_is_told_why_not() {
    let scene = scene(3).await;
    let session = scene
        .session(Part::Practical, "2026-05-21T09:00", "2026-05-21T16:00")
        .await
        .unwrap();
    let mut accounts = Vec::new();
    for (login, until) in [
        ("e1", "2099-01-01"),
        ("e2", "2099-01-01"),
        ("e3", "2026-05-21"),
        ("e4", "2099-01-01"),
    ] {
        let account = staff(&scene.office, login, &[Role::Examiner]).await.account().unwrap();
        scene.card(account, until).await;
        accounts.push(account);
    }
    let show = || scene.office.perform(ShowGroup { session }, &scene.officer);
    let shown = show().await.unwrap();
    assert_eq!((shown.needed, shown.proposed.len(), shown.left_out.len()), (3, 3, 1));
    assert_eq!(shown.left_out[0].account, accounts[2]);
    assert_eq!(shown.left_out[0].why[0].rule, crate::staff::Rule::Expired);
    assert_eq!(shown.left_out[0].why[0].fact, "2026-05-21");
    let again: Vec<_> = show().await.unwrap().proposed.iter().map(|one| one.account).collect();
    assert_eq!(again, shown.proposed.iter().map(|one| one.account).collect::<Vec<_>>());

    let expired = [accounts[0], accounts[1], accounts[2]];
    assert_eq!(
        code(&scene.assign(session, &expired).await.unwrap_err()),
        "group-expired"
    );
    assert_eq!(
        code(&scene.ask(session, &expired, "人手不足").await.unwrap_err()),
        "group-expired",
        "a card is never let go"
    );
    let own = staff(&scene.office, "both", &[Role::ExamOfficer, Role::Examiner]).await;
    scene.card(own.account().unwrap(), "2099-01-01").await;
    let with_me = AssignSession {
        session,
        invigilators: List::default(),
        examiners: List(vec![accounts[0], accounts[1], own.account().unwrap()]),
        leader: Some(accounts[0]),
        supervisors: List::default(),
        override_reason: String::new(),
    };
    assert_eq!(
        code(&scene.office.perform(with_me, &own).await.unwrap_err()),
        "assign-self"
    );
    let watcher = staff(&scene.office, "watcher", &[Role::Supervisor])
        .await
        .account()
        .unwrap();
    let supervised = AssignSession {
        session,
        invigilators: List::default(),
        examiners: List::default(),
        leader: None,
        supervisors: List(vec![watcher]),
        override_reason: String::new(),
    };
    let refused = scene.office.perform(supervised, &scene.officer).await.unwrap_err();
    assert_eq!(code(&refused), "supervisor-card");
}

#[tokio::test]
async fn a_rule_is_let_go_by_a_second_person_only_and_for_this_very_group() {
    let scene = scene(2).await;
    let session = scene
        .session(Part::Practical, "2026-05-21T09:00", "2026-05-21T16:00")
        .await
        .unwrap();
    let mut accounts = Vec::new();
    for login in ["e1", "e2", "e3", "e4"] {
        let account = staff(&scene.office, login, &[Role::Examiner]).await.account().unwrap();
        scene.card(account, "2099-01-01").await;
        accounts.push(account);
    }
    let approver = staff(&scene.office, "approver", &[Role::ScoreApprover]).await;
    let four = accounts.clone();
    assert_eq!(code(&scene.assign(session, &four).await.unwrap_err()), "examiners-even");
    let asked = scene.ask(session, &four, "考位分散，需四人").await.unwrap();
    let request = asked.waiting.unwrap();
    assert_eq!(asked.staff, 0, "nobody is assigned before the decision");
    let decide = |decision: &str| DecideOverride {
        request,
        decision: decision.to_owned(),
        reason: "情况属实".to_owned(),
    };
    let own = scene.office.perform(decide("grant"), &scene.officer).await.unwrap_err();
    assert_eq!(code(&own), "override-same-person");
    let member = Caller {
        actor: crate::office::Actor::Staff {
            account: accounts[0],
            login: String::new(),
            name: String::new(),
            roles: [Role::ScoreApprover].into(),
            sign_in: crate::kernel::SignInId::new(scene.office.now(), scene.office.entropy.as_ref()),
        },
        ..approver.clone()
    };
    let refused = scene.office.perform(decide("grant"), &member).await.unwrap_err();
    assert_eq!(code(&refused), "override-own-group");
    assert!(scene.office.perform(decide("grant"), &approver).await.unwrap().granted);
    let twice = scene.office.perform(decide("refuse"), &approver).await.unwrap_err();
    assert!(matches!(twice, Refusal::Stale), "{twice}");
    assert_eq!(
        scene.assign(session, &four).await.unwrap().staff,
        4,
        "let go for this group"
    );
    let mut another = four.clone();
    another.rotate_left(1);
    assert_eq!(
        code(&scene.assign(session, &another).await.unwrap_err()),
        "examiners-even",
        "another leader is another group"
    );
    let mut tx = scene.office.store.write().await.unwrap();
    let changed = sqlx::query("UPDATE group_override SET answer = 'x'")
        .execute(&mut *tx)
        .await;
    assert!(changed.is_err(), "a decision stands");
}
