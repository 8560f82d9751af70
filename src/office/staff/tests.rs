//! The register, told through its acts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

use super::*;
use crate::identity::Role;
use crate::kernel::Language;
use crate::office::Broken;
use crate::office::testing::{office, staff};
use crate::spreadsheet;
use crate::staff::register_template;

async fn does<A: Act>(office: &Office, caller: &Caller, input: Value) -> Result<A::Outcome, Refusal> {
    let act: A = serde_json::from_value(input).unwrap();
    office.perform(act, caller).await
}

fn codes(refusal: Refusal) -> Vec<&'static str> {
    match refusal {
        Refusal::Rule(Broken { code, .. }) => vec![code],
        Refusal::Invalid(problems) => problems.iter().map(|problem| problem.broken.code).collect(),
        other => panic!("{other}"),
    }
}

fn card(number: &str, login: &str) -> Value {
    json!({
        "name": "甄岩", "login": login, "kind": "examiner", "number": number, "occupations": "6-31-01-03",
        "levels": "5,4", "valid_from": "2024-01-01", "valid_through": "2026-06-04", "employer": "江城职业学院",
    })
}

fn workbook(rows: &[[&str; 11]]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| (*cell).to_owned()).collect())
        .collect();
    BASE64.encode(spreadsheet::write("名册", &register_template(Language::Zh), &rows).unwrap())
}

#[tokio::test]
async fn a_card_that_ends_soon_is_warned_of_and_a_complaint_stands_in_the_year() {
    let (office, _folder) = office().await;
    let keeper = staff(&office, "chief", &[Role::Administrator]).await;
    staff(&office, "zhen", &[Role::Examiner]).await;
    let saved = does::<SaveCard>(&office, &keeper, card("32-0001", "zhen"))
        .await
        .unwrap();
    let list = does::<ListStaff>(&office, &keeper, json!({})).await.unwrap();
    assert_eq!((list.year, list.ending, list.ended), (2026, 1, 0));
    let one = &list.cards[0];
    assert_eq!(
        (one.standing.as_str(), one.days_left, one.login.as_str()),
        ("ending", 30, "zhen")
    );
    assert_eq!(one.valid_through, "2026-06-04");
    let complaint = json!({ "card": saved.card, "text": "考生反映未宣读规则" });
    does::<RecordComplaint>(&office, &keeper, complaint).await.unwrap();
    let list = does::<ListStaff>(&office, &keeper, json!({ "year": "2026" }))
        .await
        .unwrap();
    assert_eq!(list.cards[0].complaints.len(), 1);
    let before = does::<ListStaff>(&office, &keeper, json!({ "year": 2025 }))
        .await
        .unwrap();
    assert!(before.cards[0].complaints.is_empty());
}

#[tokio::test]
async fn bad_cards_are_told_field_by_field_and_a_change_needs_a_reason() {
    let (office, _folder) = office().await;
    let keeper = staff(&office, "chief", &[Role::Administrator]).await;
    staff(&office, "bao", &[Role::Clerk]).await;
    let mut wrong = card("?", "");
    wrong["levels"] = json!("9");
    let refused = does::<SaveCard>(&office, &keeper, wrong).await.unwrap_err();
    assert_eq!(codes(refused), ["staff-entry", "staff-entry"]);
    let refused = does::<SaveCard>(&office, &keeper, card("32-0001", "bao"))
        .await
        .unwrap_err();
    assert_eq!(codes(refused), ["account-without-role"]);
    let refused = does::<SaveCard>(&office, &keeper, card("32-0001", "nobody"))
        .await
        .unwrap_err();
    assert_eq!(codes(refused), ["staff-login"]);
    let saved = does::<SaveCard>(&office, &keeper, card("32-0001", "")).await.unwrap();
    let refused = does::<SaveCard>(&office, &keeper, card("32-0001", ""))
        .await
        .unwrap_err();
    assert_eq!(codes(refused), ["staff-number-taken"]);
    let mut change = card("32-0001", "");
    change["card"] = json!(saved.card);
    change["state"] = json!("suspended");
    let refused = does::<SaveCard>(&office, &keeper, change.clone()).await.unwrap_err();
    assert_eq!(codes(refused), ["reason-missing"]);
    change["reason"] = json!("投诉查实");
    does::<SaveCard>(&office, &keeper, change).await.unwrap();
    let list = does::<ListStaff>(&office, &keeper, json!({})).await.unwrap();
    assert_eq!(list.cards[0].standing, "suspended");
    let officer = staff(&office, "officer", &[Role::ExamOfficer]).await;
    let refused = does::<SaveCard>(&office, &officer, card("32-0002", "")).await;
    assert!(
        matches!(refused, Err(Refusal::Forbidden)),
        "whoever forms groups does not keep the register"
    );
}

#[tokio::test]
async fn a_register_is_tried_then_taken_whole_and_comes_out_again() {
    let (office, _folder) = office().await;
    let keeper = staff(&office, "chief", &[Role::Administrator]).await;
    staff(&office, "zhen", &[Role::Examiner]).await;
    let good = [
        "甄岩",
        "zhen",
        "考评员",
        "32-0001",
        "6-31-01-03",
        "5，4",
        "2024-01-01",
        "2026-12-31",
        "江城职业学院",
        "",
        "亲属 张三；学员 李四 11010519491231002X",
    ];
    let mut bad = good;
    (bad[1], bad[3]) = ("nobody", "32-0002");
    let both = json!({ "file": workbook(&[good, bad]), "file_name": "名册.xlsx", "mode": "overwrite_same" });
    let tried = does::<CheckStaff>(&office, &keeper, both.clone()).await.unwrap();
    assert_eq!(tried.modes[0].counts.added, 1);
    assert!(
        tried.modes[0].problems[0]
            .sentence
            .starts_with("第 3 行 B 列（账号）：没有账号“nobody”")
    );
    assert_eq!(
        codes(does::<ImportStaff>(&office, &keeper, both).await.unwrap_err()),
        ["roll-row"]
    );
    assert!(
        does::<ListStaff>(&office, &keeper, json!({}))
            .await
            .unwrap()
            .cards
            .is_empty()
    );

    let one = json!({ "file": workbook(&[good]), "file_name": "名册.xlsx", "mode": "overwrite_same" });
    does::<ImportStaff>(&office, &keeper, one.clone()).await.unwrap();
    let again = does::<ImportStaff>(&office, &keeper, one).await.unwrap();
    assert_eq!((again.counts.added, again.counts.overwritten), (0, 1));
    let list = does::<ListStaff>(&office, &keeper, json!({})).await.unwrap();
    assert_eq!(list.cards[0].conflicts.len(), 2, "declared once");
    let (_, bytes) = register_workbook(&office, &keeper, None).await.unwrap();
    let sheet = spreadsheet::read(&bytes, "a.xlsx").unwrap();
    let mut declared: Vec<&str> = sheet.rows[1].cell(10).split('；').collect();
    declared.sort_unstable();
    assert_eq!(declared, ["亲属 张三", "学员 李四"], "no citizen id comes out");
}

#[tokio::test]
async fn nobody_keeps_an_own_card_and_declared_conflicts_stay_with_the_person() {
    let (office, _folder) = office().await;
    let keeper = staff(&office, "chief", &[Role::Administrator, Role::Examiner]).await;
    staff(&office, "zhen", &[Role::Examiner]).await;
    staff(&office, "other", &[Role::Examiner]).await;
    let refused = does::<SaveCard>(&office, &keeper, card("32-0001", "chief"))
        .await
        .unwrap_err();
    assert_eq!(codes(refused), ["staff-own-card"]);
    let mut entry = card("32-0001", "zhen");
    entry["declared"] = json!("亲属 张三");
    let saved = does::<SaveCard>(&office, &keeper, entry.clone()).await.unwrap();
    for login in ["other", ""] {
        let mut moved = card("32-0001", login);
        (moved["card"], moved["reason"]) = (json!(saved.card), json!("换人"));
        assert_eq!(
            codes(does::<SaveCard>(&office, &keeper, moved).await.unwrap_err()),
            ["staff-holder-fixed"]
        );
        let row = [
            "甄岩",
            login,
            "考评员",
            "32-0001",
            "6-31-01-03",
            "5，4",
            "2024-01-01",
            "2026-12-31",
            "",
            "",
            "",
        ];
        let file = json!({ "file": workbook(&[row]), "file_name": "名册.xlsx", "mode": "overwrite_same" });
        assert_eq!(
            codes(does::<ImportStaff>(&office, &keeper, file).await.unwrap_err()),
            ["roll-row"]
        );
    }
}

#[tokio::test]
async fn an_examiner_declares_relatives_and_what_is_no_name_is_refused() {
    let (office, _folder) = office().await;
    let keeper = staff(&office, "chief", &[Role::Administrator]).await;
    let zhen = staff(&office, "zhen", &[Role::Examiner]).await;
    let other = staff(&office, "other", &[Role::Examiner]).await;
    let declare = json!({ "kind": "relative", "name": "张三" });
    let refused = does::<DeclareConflict>(&office, &zhen, declare.clone())
        .await
        .unwrap_err();
    assert_eq!(codes(refused), ["judge-no_card"]);
    let saved = does::<SaveCard>(&office, &keeper, card("32-0001", "zhen"))
        .await
        .unwrap();
    does::<DeclareConflict>(&office, &zhen, declare).await.unwrap();
    for (wrong, code) in [
        (json!({ "kind": "relative", "name": " " }), "reason-missing"),
        (json!({ "kind": "relative", "name": "\u{1}" }), "staff-name"),
        (
            json!({ "kind": "trainee", "name": "李四", "citizen_id": "123" }),
            "citizen-id-shape",
        ),
    ] {
        assert_eq!(
            codes(does::<DeclareConflict>(&office, &zhen, wrong).await.unwrap_err()),
            [code]
        );
    }
    let foreign = json!({ "card": saved.card, "kind": "asked", "name": "王五" });
    let refused = does::<DeclareConflict>(&office, &other, foreign).await.unwrap_err();
    assert_eq!(codes(refused), ["judge-no_card"], "nobody declares on another's card");
    let list = does::<ListStaff>(&office, &keeper, json!({})).await.unwrap();
    assert_eq!(list.cards[0].conflicts.len(), 1);
    let (_, bytes) = register_workbook(&office, &keeper, Some(2026)).await.unwrap();
    let sheet = spreadsheet::read(&bytes, "a.xlsx").unwrap();
    assert_eq!(
        (sheet.rows[0].cell(11), sheet.rows[1].cell(11)),
        ("2026 年考评场次", "0")
    );
}
