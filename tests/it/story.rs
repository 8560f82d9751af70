//! The whole story, once: from a question bank to a certificate that a stranger checks, and one that is revoked.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jianding::bank::{self, Bank, ItemKind};
use jianding::certificate::{TrustRoot, verify};
use jianding::office::certificate;
use serde_json::{Value, json};

use crate::cast::{Batch, Cast, Sessions, approve, citizen_id, open_batch, prepare_sessions, register, text};
use crate::checking::{Holder, a_list_is_answered, guesses_tell_nothing};
use crate::house::{House, on_both_engines};
use crate::people::Person;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What somebody who knows the trade answers to a question as the terminal shows it.
pub(crate) fn right_answer(bank: &Bank, question: &Value) -> String {
    let stem = question["stem"].as_str().unwrap();
    let item = bank
        .items
        .iter()
        .find(|item| item.stem == stem)
        .expect("an item with this stem");
    if item.kind == ItemKind::TrueFalse {
        return item.key.clone();
    }
    let right: Vec<&str> = item
        .key
        .bytes()
        .map(|letter| item.options[usize::from(letter - b'A')].as_str())
        .collect();
    let options = question["options"].as_array().unwrap().iter();
    options
        .filter(|one| right.contains(&one["text"].as_str().unwrap()))
        .map(|one| text(one, "letter"))
        .collect()
}

/// Somebody at a terminal, from the ticket to the start.
pub(crate) async fn sits_down(house: &House, sessions: &Sessions, application: &str) -> Person {
    let (ticket, code) = &sessions.tickets[application];
    let answer = house
        .stranger()
        .does("/terminal/sign-in", json!({ "ticket": ticket, "code": code }))
        .await
        .ok();
    let candidate = house.stranger().with_token(answer["token"].as_str().unwrap());
    candidate.does("/terminal/confirm", json!({ "right": true })).await.ok();
    candidate
}

/// Has the invigilator check everybody in, person against photo.
pub(crate) async fn check_in_all(cast: &Cast, session: &str) {
    let board = cast.invigilator.sees(&format!("/sessions/{session}/board")).await.ok();
    let attempts: Vec<Value> = board["seats"]
        .as_array()
        .unwrap()
        .iter()
        .map(|seat| seat["attempt"].clone())
        .collect();
    let check_in = json!({ "attempts": attempts });
    cast.invigilator
        .does(&format!("/sessions/{session}/check-in"), check_in)
        .await
        .ok();
}

/// Answers the first `knows` questions rightly and the others not at all, and hands in.
async fn answers(candidate: &Person, bank: &Bank, knows: usize) {
    let paper = candidate.sees("/terminal/paper").await.ok();
    assert!(!paper.to_string().contains("\"key\""), "a candidate's paper has no key");
    for question in paper["questions"].as_array().unwrap().iter().take(knows) {
        let answer = json!({
            "number": question["number"], "value": right_answer(bank, question), "revision": 1, "flagged": false,
        });
        candidate
            .does("/terminal/answers", json!({ "answers": [answer] }))
            .await
            .ok();
    }
    candidate.does("/terminal/submit", json!({})).await.ok();
}

/// Has an examiner judge every task of a candidate that is not signed yet: this share of each element's marks.
pub(crate) async fn judges(examiner: &Person, practical: &str, application: &str, bank: &Bank, share: i64) {
    let work = examiner.sees(&format!("/examiner/sessions/{practical}")).await.ok();
    for task in work["tasks"].as_array().unwrap() {
        let code = text(task, "code");
        if is_signed(&work, application, &code) {
            continue;
        }
        let open = json!({ "application": application, "task": code });
        let sheet = text(
            &examiner.does(&format!("/sessions/{practical}/sheets"), open).await.ok(),
            "sheet",
        );
        let mut fields = json!({ "revision": 0, "minutes": "30" });
        for element in &bank.task(&code).unwrap().elements {
            let marks = element.marks.times(share).exact().times(1, 100).half_up();
            let halves = jianding::kernel::Marks::from_hundredths(marks.hundredths() / 50 * 50);
            fields[format!("done.{}", element.code)] = json!("1");
            fields[format!("marks.{}", element.code)] = json!(halves.to_string());
        }
        let saved = examiner.does(&format!("/sheets/{sheet}"), fields).await.ok();
        let sign = json!({ "revision": saved["revision"] });
        examiner.does(&format!("/sheets/{sheet}/sign"), sign).await.ok();
    }
}

/// Whether the examiner has signed this sheet before.
fn is_signed(work: &Value, application: &str, task: &str) -> bool {
    let mut candidates = work["candidates"].as_array().unwrap().iter();
    let candidate = candidates
        .find(|one| one["application"] == application)
        .expect("a candidate of the session");
    let mut sheets = candidate["sheets"].as_array().unwrap().iter();
    sheets.any(|sheet| sheet["task"] == task && sheet["state"] == "signed")
}

#[test]
fn the_whole_story_from_bank_to_verification() {
    on_both_engines(|house| async move { tell(&house).await });
}

async fn tell(house: &House) {
    certificate::ensure_authority(&house.office, "江城市鉴定中心")
        .await
        .unwrap();
    let bank = bank::read(Path::new("question-banks/electrician/4")).bank.unwrap();
    let cast = Cast::of(house).await;
    let batch = open_batch(&cast).await;

    // Two register; one is ready, the other is not yet.
    let ada = register(&cast, &batch, "艾达·李", 1).await;
    let ben = register(&cast, &batch, "贲本", 2).await;
    approve(&cast, &batch, &[ada.clone(), ben.clone()]).await;
    let sessions = prepare_sessions(&cast, &batch).await;

    both_sit_and_are_judged(house, &cast, &sessions, &bank, &ada, &ben).await;
    results_are_published(house, &cast, &batch, &sessions).await;
    the_keeper_looks_how_the_items_did(&cast).await;
    let results = format!("/batches/{}", batch.id);
    let recorded = cast.auditor.sees("/events").await.ok().to_string();
    assert!(
        recorded.contains("result.publish") && !recorded.contains("艾达"),
        "acts without names"
    );

    // Certificates, only after publicity, only for who passed everything.
    let prepare = format!("{results}/certificates/prepare");
    assert_eq!(
        cast.issuer.does(&prepare, json!({})).await.refused(),
        "result-still-public"
    );
    assert_eq!(cast.certifier.does(&prepare, json!({})).await.refused(), "forbidden");
    house.clock.advance(9 * DAY);
    let cast_again = signed_in_again(house).await;
    cast_again.issuer.does(&prepare, json!({})).await.ok();
    cast_again
        .certifier
        .does(&format!("{results}/certificates/approve"), json!({}))
        .await
        .ok();
    cast_again
        .issuer
        .does(&format!("{results}/certificates/issue"), json!({}))
        .await
        .ok();
    let certificate = issued(&cast_again.issuer, &batch.id).await;
    assert_eq!(certificate["name"], "艾达·李");
    the_office_prints_and_counts(&cast_again, &batch.id, &certificate).await;
    strangers_look(house, &cast_again, &certificate).await;
}

/// Both sit theory, the second knowing too little; both do the practical well.
pub(crate) async fn both_sit_and_are_judged(
    house: &House,
    cast: &Cast,
    sessions: &Sessions,
    bank: &Bank,
    ada: &str,
    ben: &str,
) {
    // The theory session.
    house.clock.advance(30 * MINUTE);
    cast.invigilator
        .does(&format!("/sessions/{}/start", sessions.theory), json!({}))
        .await
        .ok();
    let (ada_sits, ben_sits) = (
        sits_down(house, sessions, ada).await,
        sits_down(house, sessions, ben).await,
    );
    assert_eq!(
        ada_sits.does("/terminal/start", json!({})).await.refused(),
        "gate-check-in"
    );
    check_in_all(cast, &sessions.theory).await;
    ada_sits.does("/terminal/start", json!({})).await.ok();
    ben_sits.does("/terminal/start", json!({})).await.ok();
    answers(&ada_sits, bank, 18).await;
    answers(&ben_sits, bank, 11).await;
    cast.invigilator
        .does(&format!("/sessions/{}/close", sessions.theory), json!({}))
        .await
        .ok();

    // The practical session: both work well.
    house.clock.advance(4 * HOUR);
    for (examiner, share) in cast.examiners.iter().zip([80, 85, 90]) {
        judges(examiner, &sessions.practical, ada, bank, share).await;
        judges(examiner, &sessions.practical, ben, bank, share).await;
    }
}

/// Settled, held by the supervisor, let go by the administrator, approved by another, and published without names.
async fn results_are_published(house: &House, cast: &Cast, batch: &Batch, sessions: &Sessions) {
    // The supervisor stops the results; only another person lets them go.
    let hold = json!({ "reason": "现场照片待补" });
    let hold = cast
        .supervisor
        .does(&format!("/sessions/{}/holds", sessions.practical), hold)
        .await
        .ok();
    let results = format!("/batches/{}", batch.id);
    cast.officer.does(&format!("{results}/settle"), json!({})).await.ok();
    assert_eq!(
        cast.officer
            .does(&format!("{results}/approve"), json!({}))
            .await
            .refused(),
        "forbidden"
    );
    assert_eq!(
        cast.approver
            .does(&format!("{results}/approve"), json!({}))
            .await
            .refused(),
        "result-held"
    );
    let lift = json!({ "reason": "照片已补齐" });
    cast.administrator
        .does(&format!("/holds/{}/lift", text(&hold, "hold")), lift)
        .await
        .ok();
    cast.approver.does(&format!("{results}/approve"), json!({})).await.ok();
    cast.approver.does(&format!("{results}/publish"), json!({})).await.ok();
    let notice = house
        .stranger()
        .sees(&format!("/notices/{}", batch.id))
        .await
        .ok()
        .to_string();
    assert!(
        !notice.contains("艾达·李") && !notice.contains("贲本"),
        "names are masked: {notice}"
    );
}

/// The figures on the bank's items after the examination, without an item's words: as a page, a workbook and sheets to print.
async fn the_keeper_looks_how_the_items_did(cast: &Cast) {
    let banks = cast.keeper.sees("/banks").await.ok();
    let path = format!("/banks/{}/figures", text(&banks[0], "bank"));
    let early = cast.keeper.sees(&format!("{path}.pdf")).await.refused();
    assert_eq!(early, "figures-unreckoned");
    assert_eq!(cast.examiners[0].does(&path, json!({})).await.refused(), "forbidden");
    let reckoned = cast.keeper.does(&path, json!({})).await.ok();
    assert_eq!(reckoned["candidates"], 2);
    let figures = cast.auditor.sees(&path).await.ok();
    let items = figures["items"].as_array().unwrap();
    let (used, idle): (Vec<&Value>, Vec<&Value>) = items.iter().partition(|item| item["figures"].is_object());
    assert!(!used.is_empty() && !idle.is_empty());
    for item in used {
        assert!(
            item["figures"]["last"].is_i64() && item["figures"]["papers"].as_u64() > Some(0),
            "{item}"
        );
        assert_eq!(item["flags"], json!([]), "two candidates support no flag");
    }
    let (status, page) = cast.keeper.opens(&path).await;
    assert!(status.is_success() && page.contains("figures.pdf"));
    let report = cast.auditor.downloads(&format!("{path}.pdf")).await;
    std::fs::write(crate::chromium::pictures().join("item-figures.pdf"), &report).unwrap();
    let sheets = lopdf::Document::load_mem(&report).unwrap();
    assert!(sheets.page_iter().count() >= 2, "each item that was used has its row");
    let workbook = cast.auditor.downloads(&format!("{path}.xlsx")).await;
    assert!(workbook.starts_with(b"PK"));
}

/// Those who work on after the publicity period; sign-ins last a working day.
struct Later {
    issuer: Person,
    certifier: Person,
}

async fn signed_in_again(house: &House) -> Later {
    const PASSWORD: &str = "seven grey cranes over the lake";
    let stranger = house.stranger();
    Later {
        issuer: stranger.signs_in("issuer", PASSWORD).await,
        certifier: stranger.signs_in("certifier", PASSWORD).await,
    }
}

/// Waits until the list is issued; gives the only certificate.
async fn issued(issuer: &Person, batch: &str) -> Value {
    for _ in 0..200 {
        let list = issuer.sees(&format!("/batches/{batch}/certificates")).await.ok();
        let rows = list["rows"].as_array().unwrap().clone();
        assert_eq!(rows.len(), 1, "one passed: {list}");
        if rows[0]["certificate"].is_object() {
            return rows[0].clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("nothing was issued");
}

/// The officer prints, notes a spoiled blank, and looks whether every number has its story.
async fn the_office_prints_and_counts(later: &Later, batch: &str, certificate: &Value) {
    let set = later
        .issuer
        .downloads(&format!("/batches/{batch}/certificates/print.pdf"))
        .await;
    let set = lopdf::Document::load_mem(&set).unwrap();
    assert_eq!(set.page_iter().count(), 1);
    let number = text(&certificate["certificate"], "number");
    for (number, serial) in [(number.as_str(), "b0000017"), ("", "b0000018")] {
        let spoiled = json!({ "serial": serial, "cause": "jam", "number": number });
        later
            .issuer
            .does(&format!("/batches/{batch}/blanks"), spoiled)
            .await
            .ok();
    }
    let blanks = later.issuer.sees(&format!("/batches/{batch}/blanks")).await.ok();
    assert_eq!(blanks.as_array().unwrap().len(), 2);
    let report = later.issuer.sees("/certificates/integrity").await.ok();
    assert_eq!(
        (&report["grave"], &report["report"]["issued"]),
        (&json!(0), &json!(1)),
        "{report}"
    );
    assert_eq!(report["blanks"]["jam"], 2);
    for page in [
        "/certificates/integrity".to_owned(),
        format!("/batches/{batch}/certificates"),
    ] {
        let (status, page) = later.issuer.opens(&page).await;
        assert!(status.is_success() && !page.contains("stock-"), "{page}");
    }
    let workbook = later.issuer.downloads("/certificates/integrity.xlsx").await;
    assert!(workbook.starts_with(b"PK"));
}

/// An employer without an account: number and name, the file, the file with one byte changed, and after revocation.
async fn strangers_look(house: &House, later: &Later, certificate: &Value) {
    let stranger = house.stranger();
    let ask = async |number: &str, name: &str| {
        stranger
            .does("/verify/number", json!({ "number": number, "name": name }))
            .await
            .ok()
    };
    let issued = &certificate["certificate"];
    let number = text(issued, "number");
    let right = ask(&number, "艾达·李").await;
    assert_eq!(right["verdict"], "genuine");
    assert!(!right.to_string().contains("艾达·李"), "the claim is masked");
    assert_eq!(
        ask(&number, "艾达").await,
        ask("S000132000000264000999", "艾达·李").await,
        "no such and wrong name"
    );

    let pdf = later
        .issuer
        .downloads(&format!("/certificates/{}/pdf", text(issued, "id")))
        .await;
    let root = stranger.downloads("/verify/root.pem").await;
    let root = TrustRoot::from_pem(std::str::from_utf8(&root).unwrap()).unwrap();
    let genuine = verify(&pdf, &[root]).expect("accepted offline");
    assert_eq!(genuine.credential.record.number.as_str(), number);
    let drop = async |bytes: &[u8]| {
        stranger
            .does("/verify/file", json!({ "file": BASE64.encode(bytes) }))
            .await
            .ok()
    };
    assert_eq!(drop(&pdf).await["verdict"], "genuine");
    let mut altered = pdf.clone();
    altered[pdf.len() / 2] ^= 1;
    assert_eq!(drop(&altered).await["verdict"], "altered");

    let id = citizen_id(1);
    let holder = Holder {
        name: "艾达·李",
        number: &number,
        citizen_id: &id,
    };
    a_list_is_answered(house, &holder).await;
    guesses_tell_nothing(house, &holder).await;
    house.clock.advance(MINUTE);

    let changes = format!("/certificates/{}/changes", text(issued, "id"));
    let asked = json!({ "change": "void", "reason": "冒名顶替" });
    let asked = later.issuer.does(&changes, asked).await.ok();
    assert_eq!(
        ask(&number, "艾达·李").await["verdict"],
        "genuine",
        "nobody voids alone"
    );
    let decide = format!("/certificate-changes/{}", text(&asked, "request"));
    later.certifier.does(&decide, json!({ "decision": "grant" })).await.ok();
    assert_eq!(ask(&number, "艾达·李").await["verdict"], "revoked");
    assert_eq!(drop(&pdf).await["verdict"], "revoked");
}
