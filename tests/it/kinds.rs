//! Every kind of question, once: from a bank's folder through a paper to the terminal, and to the score of theory.

use std::path::Path;

use jianding::bank::rich::plain;
use jianding::bank::{self, Bank, Blank, Detail, ItemKind, Numeric, Region};
use serde_json::{Value, json};

use crate::accounts::{PASSWORD, staff};
use crate::cast::{Batch, Cast, approve, carded, register, text, zipped_with};
use crate::house::{House, on_both_engines, on_sqlite};
use crate::people::Person;
use crate::story::check_in_all;

pub(crate) const FOLDER: &str = "question-banks/practice/5";
const MINUTE: i64 = 60_000;

/// The practice bank, as if it were meant for real sessions: as a zip in base64, and read.
pub(crate) fn live_bank() -> (String, Bank) {
    let zip = zipped_with(FOLDER, |name, bytes| {
        if name != "bank.toml" {
            return bytes;
        }
        let text = String::from_utf8(bytes).unwrap();
        text.replace("\"practice\"", "\"live\"").into_bytes()
    });
    (zip, bank::read(Path::new(FOLDER)).bank.unwrap())
}

/// A session of theory with one seat, ready for its candidate.
pub(crate) struct Hall {
    pub(crate) cast: Cast,
    pub(crate) batch: Batch,
    pub(crate) session: String,
    pub(crate) tickets: Vec<(String, String)>,
}

/// Prepares a session of theory with a paper of every kind, for so many candidates.
pub(crate) async fn hall(house: &House, candidates: u32) -> Hall {
    let cast = Cast::of(house).await;
    let (file, _) = live_bank();
    let loaded = cast.keeper.does("/banks", json!({ "file": file })).await.ok();
    let officer = &cast.officer;
    let station = json!({ "code": "3201001", "name": "江城职业技能鉴定站", "name_en": "Jiangcheng Station" });
    let station = text(&officer.does("/stations", station).await.ok(), "station");
    let room = json!({ "name": "第一机房", "seats": 30 });
    let room = text(
        &officer.does(&format!("/stations/{station}/rooms"), room).await.ok(),
        "room",
    );
    let plan = json!({
        "station": station, "title": "各题型", "registration_until": "2026-11-30T18:00", "publicity_days": 0,
    });
    let plan = text(&officer.does("/plans", plan).await.ok(), "plan");
    let batch = json!({
        "station": station, "bank": loaded["bank"], "rule": "every-kind-13", "components": ["theory"],
    });
    let id = text(
        &officer.does(&format!("/plans/{plan}/batches"), batch).await.ok(),
        "batch",
    );
    officer.does(&format!("/plans/{plan}/publish"), json!({})).await.ok();
    let batch = Batch {
        id,
        theory_room: room.clone(),
        workshop: room.clone(),
    };
    let mut applications = Vec::new();
    for serial in 1..=candidates {
        applications.push(
            register(
                &cast,
                &batch,
                &format!("考生{}", "甲乙丙丁".chars().nth(serial as usize - 1).unwrap()),
                serial,
            )
            .await,
        );
    }
    approve(&cast, &batch, &applications).await;
    let session = json!({
        "component": "theory", "room": room, "opens_at": "2026-11-23T09:30", "closes_at": "2026-11-23T11:00",
    });
    let session = text(
        &officer
            .does(&format!("/batches/{}/sessions", batch.id), session)
            .await
            .ok(),
        "session",
    );
    let on = |path: &str| format!("/sessions/{session}/{path}");
    officer.does(&on("seats"), json!({ "order": "plain" })).await.ok();
    let account = |login: &str| cast.accounts[login].clone();
    let watch = json!({ "invigilators": [account("invigilator")], "supervisors": [account("supervisor")] });
    officer.does(&on("staff"), watch).await.ok();
    officer.does(&on("papers"), json!({})).await.ok();
    let issued = officer.does(&on("tickets"), json!({})).await.ok();
    let tickets = applications.iter().map(|application| {
        let mut issued = issued["tickets"].as_array().unwrap().iter();
        let ticket = issued.find(|one| one["application"] == application.as_str()).unwrap();
        (text(ticket, "number"), text(ticket, "code"))
    });
    let tickets = tickets.collect();
    Hall {
        cast,
        batch,
        session,
        tickets,
    }
}

impl Hall {
    /// Somebody at a terminal, with the paper open.
    pub(crate) async fn candidate(&self, house: &House, seat: usize) -> Person {
        let (ticket, code) = &self.tickets[seat];
        let sign_in = json!({ "ticket": ticket, "code": code });
        let answer = house.stranger().does("/terminal/sign-in", sign_in).await.ok();
        let candidate = house.stranger().with_token(answer["token"].as_str().unwrap());
        candidate.does("/terminal/confirm", json!({ "right": true })).await.ok();
        candidate
    }

    /// The invigilator checks everybody in and starts.
    pub(crate) async fn begins(&self) {
        self.cast
            .invigilator
            .does(&format!("/sessions/{}/start", self.session), json!({}))
            .await
            .ok();
        check_in_all(&self.cast, &self.session).await;
    }
}

/// The item behind a question as a terminal shows it.
pub(crate) fn item<'b>(bank: &'b Bank, question: &Value) -> &'b bank::Item {
    let stem = question["stem"].as_str().unwrap();
    bank.items
        .iter()
        .find(|item| plain(&item.stem) == stem || item.stem == stem)
        .expect("an item with this stem")
}

/// The letter under which a terminal shows an option.
pub(crate) fn letter_of(question: &Value, option: &str) -> String {
    let mut options = question["options"].as_array().unwrap().iter();
    text(options.find(|one| one["text"] == plain(option)).unwrap(), "letter")
}

fn option_of(item: &bank::Item, letter: u8) -> &str {
    &item.options[usize::from(letter - b'A')]
}

fn number(numeric: &Numeric) -> String {
    let unit = if numeric.units.len() > 1 { " A" } else { "" };
    format!("{}{unit}", numeric.value)
}

/// What somebody who knows everything answers to a question as the terminal shows it.
pub(crate) fn right(bank: &Bank, question: &Value) -> String {
    let item = item(bank, question);
    let shown = |letters: &str| {
        letters
            .bytes()
            .map(|one| letter_of(question, option_of(item, one)))
            .collect::<Vec<_>>()
    };
    match &item.detail {
        None if item.kind == ItemKind::TrueFalse => item.key.clone(),
        None if item.kind == ItemKind::Ordering => shown(&item.key).concat(),
        None => {
            let mut letters = shown(&item.key);
            letters.sort();
            letters.concat()
        }
        Some(Detail::Matching(_)) => shown(&item.key).concat(),
        Some(Detail::Numeric(numeric)) => number(numeric),
        Some(Detail::Text(words)) => words.accept[0].clone(),
        Some(Detail::Cloze(blanks)) => {
            let views = question["field"]["cloze"]["blanks"].as_array().unwrap();
            let given: Vec<String> = blanks
                .iter()
                .zip(views)
                .map(|(blank, view)| match blank {
                    Blank::Numeric(numeric) => number(numeric),
                    Blank::Text(words) => words.accept[0].clone(),
                    Blank::Choice { options, key } => {
                        let right = &options[usize::from(u8::try_from(*key).unwrap() - b'A')];
                        let shown = view["choice"]["options"].as_array().unwrap();
                        let place = shown.iter().position(|one| one == right).unwrap();
                        char::from(b'A' + u8::try_from(place).unwrap()).to_string()
                    }
                })
                .collect();
            serde_json::to_string(&given).unwrap()
        }
        Some(Detail::Hotspot(hotspot)) => match hotspot.regions[0] {
            Region::Rectangle { x, y, .. } => format!("{x},{y}"),
            _ => panic!("the practice bank has a rectangle"),
        },
        Some(Detail::Written(_)) => "继续答题，不关页面；答案先存在本机，恢复后自动补传。".to_owned(),
    }
}

async fn saves(candidate: &Person, question: &Value, value: &str, revision: i64) -> crate::people::Answer {
    let answer = json!({ "number": question["number"], "value": value, "revision": revision });
    candidate
        .does("/terminal/answers", json!({ "answers": [answer] }))
        .await
}

#[test]
fn a_paper_of_every_kind_is_sat_and_scored() {
    on_both_engines(|house| async move { tell(&house).await });
}

async fn tell(house: &House) {
    let hall = hall(house, 2).await;
    let (_, bank) = live_bank();
    house.clock.advance(30 * MINUTE);
    hall.begins().await;
    let ada = hall.candidate(house, 0).await;
    assert_eq!(ada.sees("/terminal/paper").await.refused(), "attempt-not-started");
    ada.does("/terminal/start", json!({})).await.ok();
    let paper = ada.sees("/terminal/paper").await.ok();
    let whole = paper.to_string();
    for secret in [
        "\"key\"",
        "accept",
        "tolerance",
        "factor",
        "criteri",
        "rectangle",
        "screen.png",
        "PR-",
    ] {
        assert!(!whole.contains(secret), "{secret} in a candidate's paper");
    }
    let questions = paper["questions"].as_array().unwrap();
    assert_eq!(questions.len(), 13);
    for question in questions {
        saves(&ada, question, &right(&bank, question), 1).await.ok();
    }

    nonsense_is_refused(&ada, questions).await;
    // Another spelling of the same answer is kept in the one spelling.
    let ordering = questions
        .iter()
        .find(|question| question["kind"] == "ordering")
        .unwrap();
    let spaced = right(&bank, ordering).to_lowercase();
    saves(&ada, ordering, &spaced, 3).await.ok();
    let stored = ada.sees("/terminal").await.ok();
    let kept = stored["answers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["number"] == ordering["number"])
        .unwrap();
    assert_eq!(kept["value"], right(&bank, ordering));

    let receipt = ada.does("/terminal/submit", json!({})).await.ok();
    assert_eq!(
        (receipt["answered"].as_i64(), receipt["questions"].as_i64()),
        (Some(13), Some(13))
    );
    // Ben knows everything but leaves the written answer blank: it is nobody's to mark.
    let ben = hall.candidate(house, 1).await;
    ben.does("/terminal/start", json!({})).await.ok();
    let paper = ben.sees("/terminal/paper").await.ok();
    for question in paper["questions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["kind"] != "written")
    {
        saves(&ben, question, &right(&bank, question), 1).await.ok();
    }
    ben.does("/terminal/submit", json!({})).await.ok();
    hall.cast
        .invigilator
        .does(&format!("/sessions/{}/close", hall.session), json!({}))
        .await
        .ok();
    marks(&hall).await;
    let settled = settles(&hall).await.ok();
    assert_eq!(settled["candidates"], 2);
    let results = hall
        .cast
        .officer
        .sees(&format!("/batches/{}/results", hall.batch.id))
        .await
        .ok();
    let shown = results.to_string();
    // 84 for both; Ada's three marks are 16, 16/3 and 16: (16 + 16/3 + 16) / 3 = 12.44.
    assert!(shown.contains("96.4"), "{shown}");
    assert!(shown.contains("84.0"), "{shown}");
}

/// What does not answer its question is refused, and what was there stays.
async fn nonsense_is_refused(ada: &Person, questions: &[Value]) {
    let of_kind = |kind: &str| questions.iter().find(|question| question["kind"] == kind).unwrap();
    for (kind, nonsense) in [
        ("single", "E"),
        ("matching", "AB"),
        ("ordering", "AABCDE"),
        ("hotspot", "9999,1"),
        ("cloze", "[\"A\"]"),
        ("text", "一行\n两行"),
        ("numeric", "99999999999999999999999999999999999999999"),
    ] {
        assert_eq!(
            saves(ada, of_kind(kind), nonsense, 2).await.refused(),
            "answer-unreadable",
            "{kind}"
        );
    }
    let long = "长".repeat(501);
    assert_eq!(
        saves(ada, of_kind("written"), &long, 2).await.refused(),
        "answer-unreadable"
    );
}

async fn settles(hall: &Hall) -> crate::people::Answer {
    let path = format!("/batches/{}/settle", hall.batch.id);
    hall.cast.officer.does(&path, json!({})).await
}

/// Two examiners mark the one written answer far apart, and a third decides; none sees whose it is, or another's mark.
async fn marks(hall: &Hall) {
    let batch = &hall.batch.id;
    assert_eq!(settles(hall).await.refused(), "result-written");
    let open = format!("/batches/{batch}/scripts");
    let opened = hall.cast.officer.does(&open, json!({})).await.ok();
    assert_eq!((&opened["scripts"], &opened["added"]), (&json!(1), &json!(1)));
    assert_eq!(hall.cast.officer.does(&open, json!({})).await.ok()["added"], 0);
    assert_eq!(settles(hall).await.refused(), "result-written");

    let [first, second, third] = &hall.cast.examiners;
    let next = format!("/batches/{batch}/marking/PR-W-1/next");
    let script = text(&first.does(&next, json!({})).await.ok(), "script");
    let view = first.sees(&format!("/scripts/{script}")).await.ok();
    for trace in ["att_", "app_", "考生", "ticket", "320102", "number"] {
        assert!(!view.to_string().contains(trace), "{trace} in {view}");
    }
    let shares: Vec<&Value> = view["criteria"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["share"])
        .collect();
    assert_eq!(shares, ["10.67", "5.33"]);
    assert_eq!(view["answer"], "继续答题，不关页面；答案先存在本机，恢复后自动补传。");
    assert_eq!(
        second.sees(&format!("/scripts/{script}")).await.status,
        404,
        "not given to them"
    );
    let mark = format!("/scripts/{script}/mark");
    assert_eq!(
        second
            .does(&mark, json!({ "level.0": "2", "level.1": "1" }))
            .await
            .status,
        404
    );
    assert_eq!(
        first.does(&mark, json!({ "level.0": "2" })).await.refused(),
        "marking-level"
    );
    assert_eq!(
        first
            .does(&mark, json!({ "level.0": "3", "level.1": "0" }))
            .await
            .refused(),
        "marking-level"
    );

    // Two read it at once; a third has to wait until the two differ.
    second.does(&next, json!({})).await.ok();
    assert_eq!(third.does(&next, json!({})).await.refused(), "marking-none-left");
    let marked = first.does(&mark, json!({ "level.0": "2", "level.1": "1" })).await.ok();
    assert_eq!((&marked["marks"], &marked["next"]), (&json!("16"), &json!("/marking")));
    assert_eq!(
        first
            .does(&mark, json!({ "level.0": "0", "level.1": "0" }))
            .await
            .refused(),
        "marking-marked"
    );
    let seen = second.sees(&format!("/scripts/{script}")).await.ok();
    assert!(seen["own"].is_null(), "blind: {seen}");
    second.does(&mark, json!({ "level.0": "1", "level.1": "0" })).await.ok();
    assert_eq!(
        settles(hall).await.refused(),
        "result-written",
        "16 and 16/3 are too far apart"
    );
    assert_eq!(first.does(&next, json!({})).await.refused(), "marking-none-left");
    third.does(&next, json!({})).await.ok();
    let work = third.sees("/marking").await.ok();
    assert_eq!((&work[0]["scripts"], &work[0]["waiting"]), (&json!(1), &json!(1)));
    third.does(&mark, json!({ "level.0": "2", "level.1": "1" })).await.ok();
    assert_eq!(third.sees("/marking").await.ok()[0]["settled"], 1);
}

/// Four candidates who wrote the same of different lengths, in a session that is closed and ready for its markers.
async fn four_wrote(house: &House) -> Hall {
    let hall = hall(house, 4).await;
    house.clock.advance(30 * MINUTE);
    hall.begins().await;
    for seat in 0..4 {
        let candidate = hall.candidate(house, seat).await;
        candidate.does("/terminal/start", json!({})).await.ok();
        let paper = candidate.sees("/terminal/paper").await.ok();
        let mut questions = paper["questions"].as_array().unwrap().iter();
        let written = questions.find(|one| one["kind"] == "written").unwrap();
        let answer = "先断电，再验电。".repeat(seat + 1);
        saves(&candidate, written, &answer, 1).await.ok();
        candidate.does("/terminal/submit", json!({})).await.ok();
    }
    let (session, batch) = (&hall.session, &hall.batch.id);
    let close = format!("/sessions/{session}/close");
    hall.cast.invigilator.does(&close, json!({})).await.ok();
    let open = format!("/batches/{batch}/scripts");
    assert_eq!(hall.cast.officer.does(&open, json!({})).await.ok()["scripts"], 4);
    hall
}

/// Marks whatever comes next until nothing waits for this marker.
async fn marks_all(marker: &Person, next: &str) {
    let best = json!({ "level.0": "2", "level.1": "1" });
    loop {
        let taken = marker.does(next, json!({})).await;
        if taken.status == 409 {
            assert_eq!(taken.refused(), "marking-none-left");
            return;
        }
        let mut script = text(&taken.ok(), "script");
        loop {
            let answer = marker.does(&format!("/scripts/{script}/mark"), best.clone()).await.ok();
            match text(&answer, "next").strip_prefix("/marking/") {
                Some(next) => next.clone_into(&mut script),
                None => break,
            }
        }
    }
}

#[test]
fn two_people_mark_each_answer_however_many_mark_at_once() {
    on_both_engines(|house| async move {
        let hall = four_wrote(&house).await;
        let batch = &hall.batch.id;
        let next = format!("/batches/{batch}/marking/PR-W-1/next");
        let [first, second, third] = &hall.cast.examiners;
        let take = async |who: &Person| text(&who.does(&next, json!({})).await.ok(), "script");
        let best = json!({ "level.0": "2", "level.1": "1" });

        // Two hold the same answer and leave it; after half an hour a third may have it, and who comes first marks it.
        let left = take(first).await;
        assert_eq!(take(second).await, left);
        assert_ne!(take(third).await, left, "two read it already");
        house.clock.advance(31 * MINUTE);
        let late = staff(&house, &hall.cast.administrator, "late", "迟来", "examiner").await;
        assert_eq!(late.does(&next, json!({})).await.refused(), "judge-no_card");
        carded(&hall.cast.administrator, "late", "迟来", "examiner").await;
        assert_eq!(take(&late).await, left);
        let mark = format!("/scripts/{left}/mark");
        first.does(&mark, best.clone()).await.ok();
        assert_eq!(second.does(&mark, best.clone()).await.refused(), "marking-taken");
        late.does(&mark, best.clone()).await.ok();
        assert_eq!(second.does(&mark, best.clone()).await.refused(), "marking-taken");
        assert_eq!(first.does(&mark, best.clone()).await.refused(), "marking-marked");

        tokio::join!(
            marks_all(first, &next),
            marks_all(second, &next),
            marks_all(third, &next),
            marks_all(&late, &next)
        );
        let mut marks = 0;
        for who in [first, second, third, &late] {
            let work = who.sees("/marking").await.ok();
            assert_eq!((&work[0]["settled"], &work[0]["waiting"]), (&json!(4), &json!(0)));
            marks += work[0]["own"].as_i64().unwrap();
        }
        assert_eq!(marks, 8, "four answers, two marks each");
        let shown = hall.cast.officer.sees(&format!("/batches/{batch}")).await.ok();
        assert_eq!(shown["written"], json!({ "scripts": 4, "settled": 4 }));
        settles(&hall).await.ok();
        assert_eq!(
            first.sees("/marking").await.ok(),
            json!([]),
            "a settled batch is closed"
        );
    });
}

#[test]
fn who_marks_written_answers_does_nothing_else_on_the_batch() {
    on_both_engines(|house| async move {
        let hall = four_wrote(&house).await;
        let batch = &hall.batch.id;
        let next = format!("/batches/{batch}/marking/PR-W-1/next");
        let administrator = &hall.cast.administrator;
        let both = staff(&house, administrator, "both", "双职", "examiner,exam_officer").await;
        carded(administrator, "both", "双职", "examiner").await;
        // Without a name on the answer, whoever is related to a candidate still never gets it.
        let related = &hall.cast.examiners[2];
        for name in ["考生甲", "考生乙", "考生丙", "考生丁"] {
            let conflict = json!({ "kind": "relative", "name": name });
            related.does("/staff/conflicts", conflict).await.ok();
        }
        assert_eq!(related.does(&next, json!({})).await.refused(), "marking-none-left");
        marks_all(&both, &next).await;
        marks_all(&hall.cast.examiners[0], &next).await;
        let settle = format!("/batches/{batch}/settle");
        assert_eq!(both.does(&settle, json!({})).await.refused(), "duty-excluded");
        // Who invigilated is not given an answer, though now an examiner.
        let roles = json!({ "roles": "invigilator,examiner", "active": true, "reason": "试一试" });
        let account = &hall.cast.accounts["invigilator"];
        administrator.does(&format!("/accounts/{account}"), roles).await.ok();
        let again = house.stranger().signs_in("invigilator", PASSWORD).await;
        assert_eq!(again.does(&next, json!({})).await.refused(), "duty-excluded");
        for stranger in [
            &hall.cast.officer,
            &hall.cast.approver,
            &hall.cast.auditor,
            administrator,
        ] {
            assert_eq!(stranger.does(&next, json!({})).await.status, 403);
            assert_eq!(stranger.sees("/marking").await.status, 403);
        }
        settles(&hall).await.ok();
        // A mark that was given stays, whoever asks the database.
        for statement in [
            "UPDATE script_mark SET exact = '0'",
            "DELETE FROM script_mark",
            "DELETE FROM script",
        ] {
            let mut tx = house.office.store.write().await.unwrap();
            assert!(sqlx::query(statement).execute(&mut *tx).await.is_err(), "{statement}");
        }
    });
}

#[test]
fn a_picture_is_given_only_to_whose_open_paper_shows_it() {
    on_sqlite(async |house| {
        let hall = hall(&house, 2).await;
        house.clock.advance(30 * MINUTE);
        hall.begins().await;
        let ada = hall.candidate(&house, 0).await;
        let ben = hall.candidate(&house, 1).await;
        ada.does("/terminal/start", json!({})).await.ok();
        let paper = ada.sees("/terminal/paper").await.ok();
        let mut questions = paper["questions"].as_array().unwrap().iter();
        let spot = questions
            .find_map(|one| one["field"]["hotspot"]["picture"]["digest"].as_str())
            .unwrap();
        let path = format!("/exam/picture/{spot}");
        let (status, kind, bytes) = ada.fetches(&path).await;
        assert_eq!((status, kind.as_str()), (200, "image/png"));
        assert_eq!(jianding::kernel::Digest::of(&bytes).to_string(), spot);
        assert_eq!(ben.fetches(&path).await.0, 404, "not before the paper is open");
        assert_eq!(ada.fetches(&format!("/exam/picture/{}", "0".repeat(64))).await.0, 404);
        assert_eq!(ada.fetches("/exam/picture/screen.png").await.0, 404);
        ada.does("/terminal/submit", json!({})).await.ok();
        assert_eq!(ada.fetches(&path).await.0, 404, "nor after it is handed in");
    });
}

#[test]
fn a_practice_bank_serves_no_plan() {
    on_sqlite(async |house| {
        let cast = Cast::of(&house).await;
        let file = zipped_with(FOLDER, |_, bytes| bytes);
        let loaded = cast.keeper.does("/banks", json!({ "file": file })).await.ok();
        let station = json!({ "code": "3201001", "name": "江城职业技能鉴定站", "name_en": "Jiangcheng Station" });
        let station = text(&cast.officer.does("/stations", station).await.ok(), "station");
        let plan = json!({
            "station": station, "title": "练习", "registration_until": "2026-11-30T18:00", "publicity_days": 5,
        });
        let plan = text(&cast.officer.does("/plans", plan).await.ok(), "plan");
        let batch = json!({
            "station": station, "bank": loaded["bank"], "rule": "every-kind-13", "components": ["theory"],
        });
        let refused = cast.officer.does(&format!("/plans/{plan}/batches"), batch).await;
        assert_eq!(refused.refused(), "bank-practice");
    });
}
