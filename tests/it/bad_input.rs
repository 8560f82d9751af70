//! Bad input, by mistake or on purpose: each is refused by its own code, and nothing is changed by it.

use std::io::{Cursor, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jianding::store::Store;
use reqwest::StatusCode;
use reqwest::header::RETRY_AFTER;
use serde_json::{Value, json};

use crate::accounts::staff;
use crate::cast::{
    Batch, Cast, Sessions, approve, citizen_id, open_batch, photo, prepare_sessions, register, text, zipped,
    zipped_with,
};
use crate::house::{House, on_both_engines, on_sqlite};
use crate::people::Person;
use crate::story::sits_down;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const ELECTRICIAN: &str = "question-banks/electrician/4";

/// A batch in which one candidate is seated everywhere, before the doors open.
struct Morning {
    cast: Cast,
    batch: Batch,
    sessions: Sessions,
    application: String,
}

impl Morning {
    async fn of(house: &House) -> Self {
        let cast = Cast::of(house).await;
        let batch = open_batch(&cast).await;
        let application = register(&cast, &batch, "艾达·李", 1).await;
        approve(&cast, &batch, std::slice::from_ref(&application)).await;
        let sessions = prepare_sessions(&cast, &batch).await;
        Self {
            cast,
            batch,
            sessions,
            application,
        }
    }

    /// Checks everybody in who has a paper.
    async fn checks_in(&self) {
        let (invigilator, theory) = (&self.cast.invigilator, &self.sessions.theory);
        let board = invigilator.sees(&format!("/sessions/{theory}/board")).await.ok();
        let seats = board["seats"].as_array().unwrap().iter();
        let attempts: Vec<_> = seats.map(|seat| seat["attempt"].clone()).collect();
        let path = format!("/sessions/{theory}/check-in");
        invigilator.does(&path, json!({ "attempts": attempts })).await.ok();
    }

    /// Starts the theory session and has the candidate begin.
    async fn begins(&self, house: &House) -> Person {
        house.clock.advance(30 * MINUTE);
        let invigilator = &self.cast.invigilator;
        let theory = &self.sessions.theory;
        invigilator
            .does(&format!("/sessions/{theory}/start"), json!({}))
            .await
            .ok();
        let candidate = sits_down(house, &self.sessions, &self.application).await;
        self.checks_in().await;
        candidate.does("/terminal/start", json!({})).await.ok();
        candidate
    }

    /// The first task's first element, and an open sheet for it, once the practical session runs.
    async fn opens_sheet(&self, house: &House) -> (String, jianding::bank::PracticalTask) {
        house.clock.advance(4 * HOUR);
        let practical = &self.sessions.practical;
        let examiner = &self.cast.examiners[0];
        let work = examiner.sees(&format!("/examiner/sessions/{practical}")).await.ok();
        let code = text(&work["tasks"][0], "code");
        let open = json!({ "application": self.application, "task": code });
        let sheet = examiner.does(&format!("/sessions/{practical}/sheets"), open).await.ok();
        let bank = jianding::bank::read(std::path::Path::new(ELECTRICIAN)).bank.unwrap();
        (text(&sheet, "sheet"), bank.task(&code).unwrap().clone())
    }
}

async fn save(candidate: &Person, number: i64, value: &str, revision: i64) -> crate::people::Answer {
    let answer = json!({ "number": number, "value": value, "revision": revision, "flagged": false });
    candidate
        .does("/terminal/answers", json!({ "answers": [answer] }))
        .await
}

async fn stored(candidate: &Person) -> Value {
    candidate.sees("/terminal").await.ok()["answers"].clone()
}

fn zip_of(name: &str, content: &[u8]) -> String {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive
        .start_file(name, zip::write::SimpleFileOptions::default())
        .unwrap();
    archive.write_all(content).unwrap();
    BASE64.encode(archive.finish().unwrap().into_inner())
}

/// A bank that is sound, and too small for a rule with multiple choice.
fn without_multiple_choice() -> String {
    zipped_with(ELECTRICIAN, |name, bytes| {
        if !name.starts_with("theory/") {
            return bytes;
        }
        let text = String::from_utf8(bytes).unwrap();
        let kept = text
            .split("[[item]]")
            .filter(|item| !item.contains("type = \"multiple\""));
        let kept = kept.collect::<Vec<_>>().join("[[item]]");
        // Enemies that are gone would be another mistake.
        let lines = kept.lines().filter(|line| !line.starts_with("enemies"));
        lines.collect::<Vec<_>>().join("\n").into_bytes()
    })
}

async fn applications(cast: &Cast, batch: &Batch) -> Value {
    let list = cast
        .clerk
        .sees(&format!("/batches/{}/applications", batch.id))
        .await
        .ok();
    list["applications"].clone()
}

#[test]
fn a_bank_with_a_wrong_key_is_refused_with_file_and_line_and_nothing_is_loaded() {
    on_sqlite(|house| async move {
        let cast = Cast::of(&house).await;
        let spoilt = zipped_with(ELECTRICIAN, |name, bytes| {
            if name != "theory/plc.toml" {
                return bytes;
            }
            String::from_utf8(bytes)
                .unwrap()
                .replacen("key = \"B\"", "key = \"Z\"", 1)
                .into_bytes()
        });
        let answer = cast.keeper.does("/banks", json!({ "file": spoilt })).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let message = text(&answer.body["problems"][0], "message");
        assert!(message.contains("theory/plc.toml:"), "{message}");
        assert_eq!(answer.refused(), "bank-problem");
        let no_zip = json!({ "file": BASE64.encode(b"no zip at all") });
        assert_eq!(
            cast.keeper.does("/banks", no_zip).await.refused(),
            "bank-zip-unreadable"
        );
        assert_eq!(cast.keeper.sees("/banks").await.ok(), json!([]));
    });
}

#[test]
fn a_bank_loaded_twice_stays_one_version() {
    on_both_engines(|house| async move {
        let cast = Cast::of(&house).await;
        let file = json!({ "file": zipped(ELECTRICIAN) });
        cast.keeper.does("/banks", file.clone()).await.ok();
        assert_eq!(cast.keeper.does("/banks", file).await.refused(), "bank-already-loaded");
        assert_eq!(cast.keeper.sees("/banks").await.ok().as_array().unwrap().len(), 1);
    });
}

#[test]
fn a_bank_with_too_few_items_is_refused_for_the_rule_and_the_plan_stays_empty() {
    on_sqlite(|house| async move {
        let cast = Cast::of(&house).await;
        let officer = &cast.officer;
        let loaded = cast
            .keeper
            .does("/banks", json!({ "file": without_multiple_choice() }))
            .await
            .ok();
        let station = json!({ "code": "3201001", "name": "江城职业技能鉴定站", "name_en": "Jiangcheng Station" });
        let station = text(&officer.does("/stations", station).await.ok(), "station");
        let plan = json!({
            "station": station, "title": "2026年第四季度计划", "registration_until": "2026-11-30T18:00", "publicity_days": 5,
        });
        let plan = text(&officer.does("/plans", plan).await.ok(), "plan");
        let batch =
            |rule: &str| json!({ "station": station, "bank": loaded["bank"], "rule": rule, "components": ["theory"] });
        let path = format!("/plans/{plan}/batches");
        assert_eq!(
            officer.does(&path, batch("mixed-60-20-20")).await.refused(),
            "bank-too-small"
        );
        assert_eq!(
            officer.does(&path, batch("no-such-rule")).await.refused(),
            "rule-unknown"
        );
        let publish = officer.does(&format!("/plans/{plan}/publish"), json!({})).await;
        assert_eq!(publish.refused(), "plan-without-batch");
    });
}

#[test]
fn a_candidate_has_one_seat_for_a_component() {
    on_both_engines(|house| async move {
        let morning = Morning::of(&house).await;
        let officer = &morning.cast.officer;
        let other = json!({
            "component": "theory", "room": morning.batch.theory_room,
            "opens_at": "2026-11-24T09:30", "closes_at": "2026-11-24T11:00",
        });
        let path = format!("/batches/{}/sessions", morning.batch.id);
        let other = text(&officer.does(&path, other).await.ok(), "session");
        let seats = format!("/sessions/{other}/seats");
        let named = json!({ "order": "plain", "applications": [morning.application] });
        assert_eq!(officer.does(&seats, named).await.refused(), "seated-already");
        assert_eq!(
            officer.does(&seats, json!({ "order": "plain" })).await.refused(),
            "nobody-to-seat"
        );
        let again = format!("/sessions/{}/seats", morning.sessions.theory);
        assert_eq!(
            officer.does(&again, json!({ "order": "plain" })).await.refused(),
            "papers-drawn-already"
        );
        let same_room = json!({
            "component": "theory", "room": morning.batch.theory_room,
            "opens_at": "2026-11-23T10:00", "closes_at": "2026-11-23T12:00",
        });
        assert_eq!(officer.does(&path, same_room).await.refused(), "room-taken");
    });
}

#[test]
fn a_ticket_opens_only_with_its_own_code_and_in_its_own_session() {
    on_sqlite(|house| async move {
        let morning = Morning::of(&house).await;
        let (ticket, code) = morning.sessions.tickets[&morning.application].clone();
        let with = async |ticket: &str, code: &str| {
            let input = json!({ "ticket": ticket, "code": code });
            house.stranger().does("/terminal/sign-in", input).await
        };
        assert_eq!(with(&ticket, "AAAA-AAAA-AAAA-AAAA").await.refused(), "ticket-wrong");
        assert_eq!(with("20269999999999", &code).await.refused(), "ticket-wrong");
        house.clock.advance(-2 * HOUR);
        assert_eq!(with(&ticket, &code).await.refused(), "ticket-other-day");
        house.clock.advance(2 * HOUR);
        // A sign-in of one session reads no other: the state is that of the ticket's own seat.
        let candidate = sits_down(&house, &morning.sessions, &morning.application).await;
        let other = format!("/sessions/{}/start", morning.sessions.practical);
        assert_eq!(candidate.does(&other, json!({})).await.refused(), "forbidden");
        house.clock.advance(HOUR);
        let start = format!("/sessions/{}/start", morning.sessions.theory);
        morning.cast.invigilator.does(&start, json!({})).await.ok();
        let close = format!("/sessions/{}/close", morning.sessions.theory);
        morning.cast.invigilator.does(&close, json!({})).await.ok();
        assert_eq!(with(&ticket, &code).await.refused(), "ticket-session-closed");
        assert_eq!(
            candidate.does("/terminal/start", json!({})).await.refused(),
            "gate-closed"
        );
    });
}

#[test]
fn nobody_starts_before_the_time_nor_without_being_checked_in() {
    on_sqlite(|house| async move {
        let morning = Morning::of(&house).await;
        let start = format!("/sessions/{}/start", morning.sessions.theory);
        let candidate = sits_down(&house, &morning.sessions, &morning.application).await;
        assert_eq!(
            morning.cast.invigilator.does(&start, json!({})).await.refused(),
            "session-too-early"
        );
        assert_eq!(
            candidate.does("/terminal/start", json!({})).await.refused(),
            "gate-check-in"
        );
        morning.checks_in().await;
        assert_eq!(
            candidate.does("/terminal/start", json!({})).await.refused(),
            "gate-not-started"
        );
        assert_eq!(candidate.sees("/terminal/paper").await.refused(), "attempt-not-started");
        assert_eq!(save(&candidate, 1, "A", 1).await.refused(), "attempt-not-started");
        assert_eq!(candidate.sees("/terminal").await.ok()["started_at"], Value::Null);
    });
}

#[test]
fn a_save_counts_as_late_within_the_grace_and_is_refused_after_it() {
    on_both_engines(|house| async move {
        let morning = Morning::of(&house).await;
        let candidate = morning.begins(&house).await;
        save(&candidate, 1, "A", 1).await.ok();
        let left = candidate.sees("/terminal").await.ok()["remaining_ms"].as_i64().unwrap();
        house.clock.advance(left + 29_999);
        assert_eq!(save(&candidate, 1, "B", 2).await.ok()["answers"][0]["late"], true);
        house.clock.advance(1);
        assert_eq!(save(&candidate, 1, "A", 3).await.refused(), "attempt-closed");
        let kept = stored(&candidate).await;
        assert_eq!((&kept[0]["value"], &kept[0]["revision"]), (&json!("B"), &json!(2)));
        assert_eq!(kept.as_array().unwrap().len(), 1);
    });
}

#[test]
fn answers_that_cannot_be_are_refused_and_leave_the_others_as_they_were() {
    on_sqlite(|house| async move {
        let morning = Morning::of(&house).await;
        let candidate = morning.begins(&house).await;
        save(&candidate, 1, "A", 1).await.ok();
        assert_eq!(
            save(&candidate, 9_999, "A", 1).await.refused(),
            "answer-no-such-question"
        );
        assert_eq!(save(&candidate, 1, "BA", 2).await.refused(), "answer-unreadable");
        assert_eq!(
            save(&candidate, 1, "'; DROP TABLE answer; --", 2).await.refused(),
            "answer-unreadable"
        );
        assert_eq!(save(&candidate, 1, "B", 0).await.refused(), "answer-unreadable");
        let words = candidate
            .does("/terminal/answers", json!({ "answers": [{ "number": "one" }] }))
            .await;
        assert_eq!(words.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(words.refused(), "input-unreadable");
        let many: Vec<_> = (0..1_001)
            .map(|_| json!({ "number": 1, "value": "B", "revision": 5 }))
            .collect();
        assert_eq!(
            candidate
                .does("/terminal/answers", json!({ "answers": many }))
                .await
                .refused(),
            "too-many-answers"
        );
        let kept = stored(&candidate).await;
        assert_eq!((&kept[0]["value"], &kept[0]["revision"]), (&json!("A"), &json!(1)));
        assert_eq!(kept.as_array().unwrap().len(), 1);
    });
}

#[test]
fn handing_in_twice_gives_the_same_receipt() {
    on_both_engines(|house| async move {
        let morning = Morning::of(&house).await;
        let candidate = morning.begins(&house).await;
        save(&candidate, 1, "A", 1).await.ok();
        house.clock.advance(40 * MINUTE);
        let first = candidate.does("/terminal/submit", json!({})).await.ok();
        house.clock.advance(MINUTE);
        assert_eq!(candidate.does("/terminal/submit", json!({})).await.ok(), first);
        assert_eq!(save(&candidate, 1, "B", 2).await.refused(), "attempt-closed");
        assert_eq!(stored(&candidate).await[0]["value"], "A");
    });
}

#[test]
fn marks_above_the_element_are_refused_and_a_signed_sheet_does_not_change() {
    on_both_engines(|house| async move {
        let morning = Morning::of(&house).await;
        let (sheet, task) = morning.opens_sheet(&house).await;
        let [examiner, other, _] = &morning.cast.examiners;
        let path = format!("/sheets/{sheet}");
        let element = &task.elements[0];
        let too_much = (element.marks + jianding::kernel::Marks::whole(1)).to_string();
        let mut fields = json!({ "revision": 0, "minutes": "30" });
        fields[format!("marks.{}", element.code)] = json!(too_much);
        assert_eq!(examiner.does(&path, fields.clone()).await.refused(), "marks-above");
        for (wrong, code) in [("-1", "marks-negative"), ("0.3", "marks-step"), ("ten", "marks-shape")] {
            fields[format!("marks.{}", element.code)] = json!(wrong);
            assert_eq!(examiner.does(&path, fields.clone()).await.refused(), code);
        }
        let sign = format!("{path}/sign");
        assert_eq!(
            examiner
                .does(&sign, json!({ "revision": 0, "minutes": "30" }))
                .await
                .refused(),
            "sheet-unmarked"
        );
        assert_eq!(other.sees(&path).await.refused(), "sheet-of-another");
        for element in &task.elements {
            fields[format!("marks.{}", element.code)] = json!(element.marks.to_string());
        }
        let signed = examiner.does(&sign, fields.clone()).await.ok();
        assert_eq!(signed["state"], "signed");
        let shown = examiner.sees(&path).await.ok();
        fields["revision"] = signed["revision"].clone();
        assert_eq!(examiner.does(&sign, fields.clone()).await.refused(), "sheet-signed");
        fields[format!("marks.{}", element.code)] = json!("0");
        assert_eq!(examiner.does(&path, fields).await.refused(), "sheet-signed");
        assert_eq!(examiner.sees(&path).await.ok(), shown);
    });
}

#[test]
fn nobody_approves_what_they_did_themselves() {
    on_both_engines(|house| async move {
        let cast = Cast::of(&house).await;
        let batch = open_batch(&cast).await;
        let both = staff(
            &house,
            &cast.administrator,
            "both",
            "双职",
            "clerk, eligibility_approver",
        )
        .await;
        let input = json!({ "name": "贲本", "citizen_id": citizen_id(2), "trade_years": 6 });
        let path = format!("/batches/{}/applications", batch.id);
        let own = text(&both.does(&path, input).await.ok(), "application");
        let others = register(&cast, &batch, "艾达·李", 1).await;
        let decisions = format!("/batches/{}/decisions", batch.id);
        let approve = |one: &str| json!({ "applications": [one], "decision": "approve", "reason": "材料已核对" });
        assert_eq!(both.does(&decisions, approve(&own)).await.refused(), "own-registration");
        assert_eq!(both.does(&decisions, approve(&others)).await.refused(), "duty-excluded");
        assert_eq!(cast.clerk.does(&decisions, approve(&own)).await.refused(), "forbidden");
        let counts = applications(&cast, &batch).await;
        assert!(
            counts
                .as_array()
                .unwrap()
                .iter()
                .all(|one| one["state"] == "registered"),
            "{counts}"
        );
    });
}

#[test]
fn a_list_that_unpacks_to_far_more_than_its_size_is_not_opened() {
    on_sqlite(|house| async move {
        let cast = Cast::of(&house).await;
        let batch = open_batch(&cast).await;
        let bomb = zip_of("xl/worksheets/sheet1.xml", &vec![b' '; 60_000_000]);
        assert!(bomb.len() < 200_000);
        let input = json!({ "file": bomb, "file_name": "考生.xlsx", "mode": "skip_same" });
        let roll = format!("/batches/{}/roll", batch.id);
        assert_eq!(cast.clerk.does(&roll, input.clone()).await.refused(), "sheet-bomb");
        assert_eq!(
            cast.clerk.does(&format!("{roll}/check"), input).await.refused(),
            "sheet-bomb"
        );
        let empty = json!({ "file": "", "file_name": "考生.xlsx", "mode": "skip_same" });
        assert_eq!(cast.clerk.does(&roll, empty).await.refused(), "roll-no-file");
        assert_eq!(applications(&cast, &batch).await, json!([]));
    });
}

#[test]
fn a_formula_is_neither_a_name_nor_a_cell_of_a_list() {
    on_sqlite(|house| async move {
        let cast = Cast::of(&house).await;
        let batch = open_batch(&cast).await;
        let typed = json!({ "name": "=HYPERLINK(\"http://x\")", "citizen_id": citizen_id(1), "trade_years": 6 });
        let path = format!("/batches/{}/applications", batch.id);
        assert_eq!(cast.clerk.does(&path, typed).await.refused(), "name-unusable");

        let mut workbook = rust_xlsxwriter::Workbook::new();
        let sheet = workbook.add_worksheet();
        for (row, name, id) in [
            (0, "姓名", "证件号码".to_owned()),
            (1, "贲本", citizen_id(2)),
            (2, "", citizen_id(3)),
        ] {
            sheet.write_string(row, 0, name).unwrap();
            sheet.write_string(row, 1, id).unwrap();
        }
        let formula = rust_xlsxwriter::Formula::new("=A2").set_result("贲本");
        sheet.write_formula(2, 0, formula).unwrap();
        let file = BASE64.encode(workbook.save_to_buffer().unwrap());
        let input = json!({ "file": file, "file_name": "考生.xlsx", "mode": "skip_same" });
        let answer = cast.clerk.does(&format!("/batches/{}/roll", batch.id), input).await;
        let message = text(&answer.body["problems"][0], "message");
        assert!(message.contains('3') && message.contains("公式"), "{message}");
        assert_eq!(answer.refused(), "roll-row");
        assert_eq!(applications(&cast, &batch).await, json!([]), "one bad row: nobody");
    });
}

#[test]
fn a_photo_of_forty_megabytes_or_of_no_picture_leaves_the_earlier_one() {
    on_sqlite(|house| async move {
        let cast = Cast::of(&house).await;
        let batch = open_batch(&cast).await;
        let application = register(&cast, &batch, "艾达·李", 1).await;
        let path = format!("/applications/{application}/photo");
        let photos = || async {
            let (status, _) = cast.clerk.opens(&path).await;
            assert_eq!(status, StatusCode::OK);
            cast.clerk.downloads(&path).await
        };
        let before = photos().await;
        let put = async |photo: String| cast.clerk.does(&path, json!({ "photo": photo })).await.refused();
        assert_eq!(put(BASE64.encode(vec![7; 40_000_000])).await, "photo-too-large");
        assert_eq!(put(BASE64.encode(b"<svg onload='x()'/>")).await, "photo-not-a-picture");
        assert_eq!(put(String::new()).await, "photo-missing");
        let cut: String = photo(9).chars().take(400).collect();
        assert_eq!(put(cut).await, "photo-not-a-picture");
        assert_eq!(photos().await, before);
    });
}

#[test]
fn an_unknown_certificate_number_and_a_foreign_file_say_no_more_than_that() {
    on_sqlite(|house| async move {
        jianding::office::certificate::ensure_authority(&house.office, "江城职业技能鉴定中心")
            .await
            .unwrap();
        let stranger = house.stranger();
        for number in ["S000132000000264000999", "", "' OR 1=1 --"] {
            let asked = stranger
                .does("/verify/number", json!({ "number": number, "name": "艾达·李" }))
                .await
                .ok();
            assert_eq!(
                (&asked["verdict"], &asked["claims"]),
                (&json!("unknown"), &Value::Null),
                "{number}"
            );
        }
        let asked = stranger
            .does("/verify/file", json!({ "file": BASE64.encode(b"%PDF-1.7 nothing") }))
            .await
            .ok();
        assert_ne!(asked["verdict"], "genuine");
        assert_eq!(asked["claims"], Value::Null);
        let large = json!({ "file": "A".repeat(9 * 1024 * 1024) });
        assert_eq!(stranger.does("/verify/file", large).await.refused(), "body-too-large");
    });
}

#[test]
fn what_is_no_json_and_what_names_nothing_is_told_so() {
    on_sqlite(|house| async move {
        let stranger = house.stranger();
        assert_eq!(
            stranger.does("/sign-in", json!(["a list"])).await.refused(),
            "input-unreadable"
        );
        assert_eq!(
            stranger.does("/sign-in", json!({ "login": "x" })).await.refused(),
            "input-unreadable"
        );
        let long = json!({ "login": "x".repeat(300_000), "password": "x" });
        assert_eq!(stranger.does("/sign-in", long).await.refused(), "body-too-large");
        assert_eq!(stranger.sees("/no/such/thing").await.refused(), "not-found");
        assert_eq!(
            stranger.sees("/batches/not-an-id/applications").await.refused(),
            "sign-in-first"
        );
        let cast = Cast::of(&house).await;
        let nothing = cast.clerk.sees("/batches/not-an-id/applications").await;
        assert_eq!(nothing.refused(), "input-unreadable");
        let nothing = cast
            .clerk
            .sees("/batches/bat_00000000000000000000000000000000/applications")
            .await;
        assert_eq!(nothing.refused(), "not-found");
    });
}

#[test]
fn a_database_held_by_somebody_else_is_busy_and_loses_nothing() {
    on_sqlite(|house| async move {
        let morning = Morning::of(&house).await;
        let candidate = morning.begins(&house).await;
        save(&candidate, 1, "A", 1).await.ok();
        let other = Store::open_file(&house.database_file()).await.unwrap();
        let held = other.write().await.unwrap();
        let url = format!("{}/api/v1/verify/number", house.url);
        let body = json!({ "number": "S000132000000264000999", "name": "艾达·李" });
        let reading = reqwest::Client::new().post(url).json(&body).send().await.unwrap();
        assert_eq!(reading.status(), StatusCode::OK, "looking needs no turn");
        let (saving, signing_in) = tokio::join!(save(&candidate, 1, "B", 2), async {
            let (ticket, code) = &morning.sessions.tickets[&morning.application];
            let request = reqwest::Client::new().post(format!("{}/api/v1/terminal/sign-in", house.url));
            request
                .json(&json!({ "ticket": ticket, "code": code }))
                .send()
                .await
                .unwrap()
        });
        assert_eq!(saving.status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(saving.refused(), "busy");
        assert_eq!(signing_in.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(signing_in.headers().contains_key(RETRY_AFTER));
        assert_eq!(stored(&candidate).await[0]["value"], "A", "what was saved is there");
        drop(held);
        other.close().await;
        save(&candidate, 1, "B", 2).await.ok();
        assert_eq!(stored(&candidate).await[0]["value"], "B");
    });
}

#[test]
fn a_reader_who_stops_reading_stops_no_command() {
    let mut check = std::process::Command::new(env!("CARGO_BIN_EXE_jianding"))
        .args(["bank", "check", concat!(env!("CARGO_MANIFEST_DIR"), "/question-banks")])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(check.stdout.take());
    let done = check.wait_with_output().unwrap();
    assert!(done.status.success() && done.stderr.is_empty(), "{done:?}");
}
