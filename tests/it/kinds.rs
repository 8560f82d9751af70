//! Every kind of question, once: from a bank's folder through a paper to the terminal, and to the score of theory.

use std::path::Path;

use jianding::bank::rich::plain;
use jianding::bank::{self, Bank, Blank, Detail, ItemKind, Numeric, Region};
use serde_json::{Value, json};

use crate::cast::{Batch, Cast, approve, register, text, zipped_with};
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
    Hall { cast, session, tickets }
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

    // What does not answer its question is refused, and what was there stays.
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
            saves(&ada, of_kind(kind), nonsense, 2).await.refused(),
            "answer-unreadable",
            "{kind}"
        );
    }
    let long = "长".repeat(501);
    assert_eq!(
        saves(&ada, of_kind("written"), &long, 2).await.refused(),
        "answer-unreadable"
    );
    // Another spelling of the same answer is kept in the one spelling.
    let ordering = of_kind("ordering");
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
