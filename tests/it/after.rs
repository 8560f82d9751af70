//! After the marks: scores reckoned again, an objection, a wrong key corrected, and no certificate touched silently.

use std::path::Path;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jianding::bank::{self, Bank, ItemKind};
use jianding::kernel::canonical_json;
use jianding::office::certificate;
use jianding::result::bundle::Bundle;
use jianding::result::package::Package;
use jianding::result::recompute::recompute;
use serde_json::{Value, json};

use crate::accounts::staff;
use crate::cast::{Batch, Cast, Sessions, approve, open_batch, photo, prepare_sessions, register, text};
use crate::house::{House, on_both_engines};
use crate::people::Person;
use crate::story::both_sit_and_are_judged;

const DAY: i64 = 24 * 60 * 60_000;
const PASSWORD: &str = "seven grey cranes over the lake";

struct Told<'a> {
    house: &'a House,
    cast: Cast,
    batch: Batch,
    sessions: Sessions,
    bank: Bank,
    second: Person,
}

#[test]
fn an_objection_is_rechecked_a_wrong_key_corrected_by_three_people_and_nothing_is_overwritten() {
    on_both_engines(|house| async move {
        let told = settled(&house).await;
        scores_are_reckoned_again(&told).await;
        figures_are_reckoned(&told).await;
        objection_and_correction(&told).await;
        certificates_in_doubt_are_listed(&told).await;
    });
}

/// Ada passes, Ben lacks one theory question; results are settled, approved and public.
async fn settled(house: &House) -> Told<'_> {
    certificate::ensure_authority(&house.office, "江城市鉴定中心")
        .await
        .unwrap();
    let bank = bank::read(Path::new("question-banks/electrician/4")).bank.unwrap();
    let cast = Cast::of(house).await;
    let second = staff(house, &cast.administrator, "approver2", "成复", "score_approver").await;
    let batch = open_batch(&cast).await;
    let ada = register(&cast, &batch, "艾达·李", 1).await;
    let ben = register(&cast, &batch, "贲本", 2).await;
    approve(&cast, &batch, &[ada.clone(), ben.clone()]).await;
    let sessions = prepare_sessions(&cast, &batch).await;
    both_sit_and_are_judged(house, &cast, &sessions, &bank, &ada, &ben).await;
    let told = Told {
        house,
        cast,
        batch,
        sessions,
        bank,
        second,
    };
    told.cast.officer.does(&told.path("/settle"), json!({})).await.ok();
    told
}

impl Told<'_> {
    fn path(&self, tail: &str) -> String {
        format!("/batches/{}{tail}", self.batch.id)
    }

    async fn bundle(&self) -> (Vec<u8>, Bundle) {
        let file = self
            .cast
            .approver
            .does(&self.path("/results/bundle"), json!({}))
            .await
            .ok();
        let bytes = BASE64.decode(file["content"].as_str().unwrap()).unwrap();
        let bundle = Bundle::open(Package::unpack(&bytes).unwrap()).unwrap();
        (bytes, bundle)
    }

    async fn again(&self, by: &Person) -> Value {
        by.sees(&self.path("/results/recompute")).await.ok()
    }
}

async fn scores_are_reckoned_again(told: &Told<'_>) {
    let again = told.again(&told.cast.approver).await;
    assert_eq!(
        (&again["scores"], &again["differences"]),
        (&json!(4), &json!([])),
        "{again}"
    );
    let (bytes, bundle) = told.bundle().await;
    assert_eq!(bytes, told.bundle().await.0, "the same bundle twice");
    let carried = recompute(&bundle).unwrap();
    assert_eq!(json!(carried.digest), again["digest"]);
    let all: Vec<u8> = Package::unpack(&bytes).unwrap().files.into_values().flatten().collect();
    let all = String::from_utf8_lossy(&all);
    assert!(!all.contains("艾达") && !all.contains("320102"), "no name and no id");
    // The program, without any installation.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bundle.zip");
    std::fs::write(&file, &bytes).unwrap();
    let run = Command::new(env!("CARGO_BIN_EXE_jianding"))
        .args(["result", "recompute", "--json", "--bundle"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(run.stdout.trim_ascii_end(), canonical_json(&carried).unwrap());
    let (status, page) = told.cast.auditor.opens(&told.path("/recompute")).await;
    assert!(status.is_success() && page.contains("全部一致"), "{page}");
    assert_eq!(
        told.cast
            .officer
            .does(&told.path("/results/bundle"), json!({}))
            .await
            .refused(),
        "forbidden"
    );
}

/// The keeper has figures on the items reckoned; nobody sees an item in them.
async fn figures_are_reckoned(told: &Told<'_>) {
    let cast = &told.cast;
    let batch = cast.officer.sees(&told.path("")).await.ok();
    let figures = format!("/banks/{}/figures", text(&batch, "bank"));
    assert_eq!(cast.officer.does(&figures, json!({})).await.refused(), "forbidden");
    let (_, page) = cast.keeper.opens(&figures).await;
    assert!(page.contains("还没有计算过"));
    assert_eq!(cast.keeper.does(&figures, json!({})).await.ok()["candidates"], 2);
    let shown = cast.auditor.sees(&figures).await.ok();
    let items = shown["items"].as_array().unwrap();
    assert_eq!(items.len(), told.bank.items.len());
    let seen: Vec<&Value> = items
        .iter()
        .filter(|item| item["figures"]["seen"].as_u64() > Some(0))
        .collect();
    let times: u64 = seen.iter().map(|item| item["figures"]["seen"].as_u64().unwrap()).sum();
    assert_eq!(times, 40, "two papers of twenty");
    // Of a choice, everybody who had it took one option or none; who took the right one has its marks.
    for item in seen.iter().filter(|item| item["kind"] == "single") {
        let own = &item["figures"];
        let taken = |place: u64| {
            own["options"][usize::try_from(place).unwrap()]["taken"]
                .as_u64()
                .unwrap()
        };
        let all: u64 = (0..4).map(taken).sum();
        assert_eq!(
            all + own["blank"].as_u64().unwrap(),
            own["seen"].as_u64().unwrap(),
            "{item}"
        );
        let right = taken(item["right"][0].as_u64().unwrap());
        assert_eq!(
            own["correct"] == json!(1.0),
            right == own["seen"].as_u64().unwrap(),
            "{item}"
        );
        assert_eq!(item["flags"], json!([]), "two candidates flag nothing");
    }
    let (status, page) = cast
        .keeper
        .opens(&format!("{figures}?sort=correct&kind=Single&flag=any"))
        .await;
    assert!(status.is_success());
    let stem = &told.bank.items[0].stem;
    assert!(!page.contains(stem.as_str()) && !shown.to_string().contains(stem.as_str()));
    let book = cast.officer.downloads(&format!("{figures}.xlsx")).await;
    assert!(book.starts_with(b"PK"));
}

async fn objection_and_correction(told: &Told<'_>) {
    let cast = &told.cast;
    let ticket = ticket_of(told, "贲本").await;
    let object = json!({
        "ticket": ticket, "component": "theory", "claim": "第12题答案有误", "evidence": photo(7), "evidence_name": "教材.png",
    });
    let objections = told.path("/objections");
    assert_eq!(
        cast.clerk.does(&objections, object.clone()).await.refused(),
        "objection-not-public"
    );
    cast.approver.does(&told.path("/approve"), json!({})).await.ok();
    cast.approver.does(&told.path("/publish"), json!({})).await.ok();
    let mut fake = object.clone();
    fake["evidence"] = json!(BASE64.encode(b"MZ not a picture"));
    let refused = cast.clerk.does(&objections, fake).await;
    assert!(
        refused.body.to_string().contains("objection-evidence-kind"),
        "{}",
        refused.body
    );
    let filed = text(&cast.clerk.does(&objections, object.clone()).await.ok(), "objection");

    // Who approved the results does not recheck them; who was not there before does.
    let recheck = format!("/objections/{filed}/recheck");
    let decide = format!("/objections/{filed}/decide");
    assert_eq!(cast.approver.does(&recheck, json!({})).await.refused(), "duty-excluded");
    let decider = staff(told.house, &cast.administrator, "decider", "裘公", "score_approver").await;
    let upheld = json!({ "decision": "uphold", "reason": "教材第88页，原答案有误" });
    assert_eq!(
        decider.does(&decide, upheld.clone()).await.refused(),
        "objection-not-rechecked"
    );
    let found = decider.does(&recheck, json!({})).await.ok();
    assert_eq!(
        (&found["differences"], found["blank"].as_array().unwrap().len()),
        (&json!([]), 9),
        "{found}"
    );
    decider.does(&decide, upheld.clone()).await.ok();
    assert_eq!(decider.does(&decide, upheld).await.refused(), "objection-decided");
    let evidence = decider.downloads(&format!("/objections/{filed}/evidence")).await;
    assert!(evidence.starts_with(b"\x89PNG"));

    correction(told, &decider, &filed).await;
    told.house.clock.advance(9 * DAY);
    let clerk = told.house.stranger().signs_in("clerk", PASSWORD).await;
    assert_eq!(clerk.does(&objections, object).await.refused(), "objection-too-late");
}

async fn correction(told: &Told<'_>, decider: &Person, objection: &str) {
    let cast = &told.cast;
    // A question that Ben left blank turns out to have no right answer: everybody who had it is given its marks.
    let (_, bundle) = told.bundle().await;
    let ben = line_of(&bundle, 11);
    let answered: Vec<u16> = bundle.attempts[ben].log.iter().map(|one| one.0).collect();
    let paper = bundle
        .papers
        .iter()
        .find(|paper| Some(paper.paper) == bundle.attempts[ben].paper)
        .unwrap();
    let blank = paper
        .content
        .questions
        .iter()
        .find(|one| !answered.contains(&one.number))
        .unwrap();
    let propose = json!({ "item": blank.item, "key": "*", "reason": "教材第88页", "objection": objection });
    let regrades = told.path("/regrades");
    let nonsense = json!({ "item": "no-such", "key": "A", "reason": "试" });
    assert!(
        cast.officer
            .does(&regrades, nonsense)
            .await
            .body
            .to_string()
            .contains("regrade-item")
    );
    let proposed = cast.officer.does(&regrades, propose).await.ok();
    assert_eq!(
        (&proposed["up"], &proposed["down"]),
        (&json!(1), &json!(0)),
        "{proposed}"
    );
    let vote = format!("/regrades/{}/vote", text(&proposed, "regrade"));
    let yes = json!({ "decision": "approve", "reason": "同意" });
    let until = cast.officer.sees(&told.path("/results")).await.ok()["publicity_until"].as_i64();
    told.house.clock.advance(DAY / 24);
    assert_eq!(cast.officer.does(&vote, yes.clone()).await.refused(), "forbidden");
    assert_eq!(decider.does(&vote, yes.clone()).await.refused(), "duty-excluded");
    assert_eq!(cast.approver.does(&vote, yes.clone()).await.ok()["state"], "open");
    assert_eq!(cast.approver.does(&vote, yes.clone()).await.refused(), "regrade-voted");
    assert_eq!(told.second.does(&vote, yes).await.ok()["version"], 2);
    let results = cast.officer.sees(&told.path("/results")).await.ok();
    assert_eq!(results["counts"]["passed"], 2);
    assert!(results["publicity_until"].as_i64() >= until && until.is_some());
    assert_eq!(told.again(&cast.approver).await["differences"], json!([]));
    let versions = cast.auditor.sees(&told.path("/results/versions?version=1")).await.ok();
    assert_eq!(versions["versions"].as_array().unwrap().len(), 2);
    let below = versions["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|line| line["passed"] == false);
    assert_eq!(below.count(), 1, "the first version is still what it was");
    for page in ["/objections", "/regrades", "/versions"] {
        let (status, page) = cast.auditor.opens(&told.path(page)).await;
        assert!(status.is_success(), "{page}");
    }
}

async fn ticket_of(told: &Told<'_>, name: &str) -> String {
    let list = told.cast.officer.sees(&told.path("/results")).await.ok();
    let rows = list["rows"].as_array().unwrap();
    text(rows.iter().find(|row| row["name"] == name).unwrap(), "ticket")
}

/// The attempt with so many answers.
fn line_of(bundle: &Bundle, answers: usize) -> usize {
    bundle
        .attempts
        .iter()
        .position(|line| line.log.len() == answers)
        .unwrap()
}

/// Waits until the last certificate is there.
async fn all_are_issued(told: &Told<'_>, issuer: &Person) {
    for _ in 0..200 {
        let list = issuer.sees(&told.path("/certificates")).await.ok();
        if list["rows"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["certificate"].is_object())
        {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Certificates are issued; then key after key of Ada's paper turns out to be wrong, until she would not pass.
async fn certificates_in_doubt_are_listed(told: &Told<'_>) {
    let sign_in = async |login: &str| told.house.stranger().signs_in(login, PASSWORD).await;
    let (issuer, certifier) = (sign_in("issuer").await, sign_in("certifier").await);
    let (officer, first, second) = (
        sign_in("officer").await,
        sign_in("approver").await,
        sign_in("approver2").await,
    );
    issuer.does(&told.path("/certificates/prepare"), json!({})).await.ok();
    certifier
        .does(&told.path("/certificates/approve"), json!({}))
        .await
        .ok();
    issuer.does(&told.path("/certificates/issue"), json!({})).await.ok();
    all_are_issued(told, &issuer).await;
    let file = first.does(&told.path("/results/bundle"), json!({})).await.ok();
    let bytes = BASE64.decode(file["content"].as_str().unwrap()).unwrap();
    let bundle = Bundle::open(Package::unpack(&bytes).unwrap()).unwrap();
    let ada = &bundle.attempts[line_of(&bundle, 18)];
    let paper = bundle
        .papers
        .iter()
        .find(|paper| Some(paper.paper) == ada.paper)
        .unwrap();
    let mut left = 8;
    for (number, _, _) in &ada.log {
        let question = paper.content.question(*number).unwrap();
        let item = told.bank.items.iter().find(|item| item.id == question.item).unwrap();
        if left == 0 || !matches!(item.kind, ItemKind::Single | ItemKind::TrueFalse) {
            continue;
        }
        left -= 1;
        let other = match item.key.as_str() {
            "A" => "B",
            "T" => "F",
            "F" => "T",
            _ => "A",
        };
        if item.kind == ItemKind::TrueFalse {
            let letter = json!({ "item": item.id, "key": "A", "reason": "答案有误" });
            let refused = officer.does(&told.path("/regrades"), letter).await;
            assert!(refused.body.to_string().contains("regrade-key"), "{}", refused.body);
        }
        let propose = json!({ "item": item.id, "key": other, "reason": "答案有误" });
        let proposed = officer.does(&told.path("/regrades"), propose).await.ok();
        let vote = format!("/regrades/{}/vote", text(&proposed, "regrade"));
        for by in [&first, &second] {
            by.does(&vote, json!({ "decision": "approve", "reason": "同意" }))
                .await
                .ok();
        }
    }
    let list = issuer.sees(&told.path("/regrades")).await.ok();
    let doubt = list["in_doubt"].as_array().unwrap();
    assert!(doubt.iter().any(|one| one["name"] == "艾达·李"), "{doubt:?}");
    let number = text(&doubt[0], "number");
    let ask = json!({ "number": number, "name": doubt[0]["name"] });
    let verdict = told.house.stranger().does("/verify/number", ask).await.ok();
    assert_eq!(verdict["verdict"], "genuine", "nothing happens silently");
    let asked = json!({ "change": "void", "reason": "成绩更正后不合格" });
    issuer
        .does(
            &format!("/certificates/{}/changes", text(&doubt[0], "certificate")),
            asked,
        )
        .await
        .ok();
    let list = issuer.sees(&told.path("/regrades")).await.ok();
    assert_eq!(list["in_doubt"][0]["asked"], true);
    let _ = &told.sessions;
}
