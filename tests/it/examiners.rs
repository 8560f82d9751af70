//! Who judges: cards, a group that keeps every rule, a rule let go by two, and an examiner who may not judge on.

use serde_json::{Value, json};

use crate::accounts::staff;
use crate::cast::{Batch, Cast, approve, open_batch, register, text};
use crate::house::{House, on_both_engines};
use crate::people::Person;

const HOUR: i64 = 60 * 60_000;

/// Three more examiners: without a card, with the candidates' employer, with a card that ended yesterday.
async fn three_more(house: &House, cast: &mut Cast) -> [Person; 3] {
    let administrator = cast.administrator.clone();
    let people = [
        staff(house, &administrator, "examiner4", "甄四", "examiner").await,
        staff(house, &administrator, "examiner5", "甄五", "examiner").await,
        staff(house, &administrator, "examiner6", "甄六", "examiner").await,
    ];
    for account in administrator.sees("/accounts").await.ok().as_array().unwrap() {
        cast.accounts.insert(text(account, "login"), text(account, "account"));
    }
    for (login, name, through, employer) in [
        ("examiner5", "甄五", "2027-12-31", "江城机电有限公司"),
        ("examiner6", "甄六", "2026-11-22", "江城职业学院"),
    ] {
        let card = json!({
            "login": login, "name": name, "kind": "examiner", "number": format!("32-{login}"), "levels": "4",
            "occupations": "6-31-01-03", "valid_from": "2024-01-01", "valid_through": through, "employer": employer,
        });
        administrator.does("/staff", card).await.ok();
    }
    people
}

/// A practical session this afternoon, seated.
async fn afternoon(cast: &Cast, batch: &Batch) -> String {
    let input = json!({
        "component": "practical", "room": batch.workshop, "opens_at": "2026-11-23T13:00", "closes_at": "2026-11-23T18:00",
    });
    let made = cast
        .officer
        .does(&format!("/batches/{}/sessions", batch.id), input)
        .await
        .ok();
    let session = text(&made, "session");
    let seats = format!("/sessions/{session}/seats");
    cast.officer.does(&seats, json!({ "order": "plain" })).await.ok();
    session
}

fn why(shown: &Value, name: &str) -> Vec<String> {
    let mut out = shown["left_out"].as_array().unwrap().iter();
    let one = out
        .find(|one| one["name"] == name)
        .unwrap_or_else(|| panic!("{name} is not left out: {shown}"));
    one["why"]
        .as_array()
        .unwrap()
        .iter()
        .map(|why| text(why, "rule"))
        .collect()
}

fn wanted(cast: &Cast, logins: [&str; 3], reason: &str) -> Value {
    let account = |login: &str| cast.accounts[login].clone();
    json!({
        "examiners": logins.map(account), "leader": account(logins[0]), "supervisors": [account("supervisor")],
        "override_reason": reason,
    })
}

#[test]
fn a_group_keeps_every_rule_or_two_people_let_one_go_on_the_record() {
    on_both_engines(|house| async move {
        let mut cast = Cast::of(&house).await;
        let batch = open_batch(&cast).await;
        let more = three_more(&house, &mut cast).await;
        let ada = register(&cast, &batch, "艾达·李", 1).await;
        approve(&cast, &batch, std::slice::from_ref(&ada)).await;
        let session = afternoon(&cast, &batch).await;
        let shown = cast.officer.sees(&format!("/sessions/{session}/group")).await.ok();
        let proposed: Vec<String> = shown["proposed"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| text(one, "name"))
            .collect();
        assert_eq!(proposed.len(), 3);
        assert!(
            ["甄一", "甄二", "甄三"]
                .iter()
                .all(|name| proposed.iter().any(|one| one == name)),
            "{shown}"
        );
        assert_eq!(why(&shown, "甄四"), ["no_card"]);
        assert_eq!(why(&shown, "甄五"), ["employer"]);
        assert_eq!(why(&shown, "甄六"), ["expired"]);
        let staff = format!("/sessions/{session}/staff");
        let tries = async |logins, reason| cast.officer.does(&staff, wanted(&cast, logins, reason)).await;
        assert_eq!(
            tries(["examiner1", "examiner2", "examiner4"], "缺人").await.refused(),
            "group-no_card"
        );
        assert_eq!(
            tries(["examiner1", "examiner2", "examiner6"], "缺人").await.refused(),
            "group-expired"
        );
        assert_eq!(
            tries(["examiner1", "examiner2", "examiner5"], "").await.refused(),
            "group-employer"
        );

        let asked = tries(["examiner1", "examiner2", "examiner5"], "外地考评员未到")
            .await
            .ok();
        assert_eq!(asked["staff"], 0);
        let decide = format!("/overrides/{}", text(&asked, "waiting"));
        let yes = json!({ "decision": "grant", "reason": "已向中心报告" });
        assert_eq!(
            cast.officer.does(&decide, yes.clone()).await.refused(),
            "override-same-person"
        );
        for nobody in [&more[1], &cast.administrator, &cast.supervisor, &cast.clerk] {
            assert_eq!(nobody.does(&decide, yes.clone()).await.refused(), "forbidden");
        }
        assert_eq!(cast.approver.does(&decide, yes.clone()).await.ok()["granted"], true);
        assert!(
            !cast.approver.does(&decide, yes).await.status.is_success(),
            "decided once"
        );
        it_stands_on_the_record(&cast, &batch, &session).await;
        an_examiner_may_not_judge_on(&house, &cast, &session, &ada).await;
        let settle = cast
            .officer
            .does(&format!("/batches/{}/settle", batch.id), json!({}))
            .await;
        assert!(
            !settle.body.to_string().contains("result-unsigned"),
            "the draft is set aside: {}",
            settle.body
        );
        assert!(settle.body.to_string().contains("result-no-theory"), "{}", settle.body);
    });
}

/// The override can be read wherever the batch is looked at.
async fn it_stands_on_the_record(cast: &Cast, batch: &Batch, session: &str) {
    let shown = cast.officer.sees(&format!("/sessions/{session}/group")).await.ok();
    assert_eq!(shown["overrides"][0]["answer"], "已向中心报告");
    let record = cast.auditor.sees("/events").await.ok().to_string();
    assert!(record.contains("override.decide") && record.contains("外地考评员未到"));
    for path in [
        format!("/sessions/{session}/group"),
        "/staff".to_owned(),
        format!("/batches/{}", batch.id),
    ] {
        let (status, page) = cast.officer.opens(&path).await;
        assert!(status.is_success(), "{path}: {status}");
        assert!(
            !path.starts_with("/batches") || page.contains("已向中心报告"),
            "on the batch's record"
        );
    }
}

/// A suspended card stops an examiner in the middle of the work; another takes the place, and the draft is set aside.
async fn an_examiner_may_not_judge_on(house: &House, cast: &Cast, session: &str, ada: &str) {
    cast.officer
        .does(&format!("/sessions/{session}/tasks"), json!({}))
        .await
        .ok();
    house.clock.advance(5 * HOUR);
    let [first, second, third] = &cast.examiners;
    let bank = jianding::bank::read(std::path::Path::new("question-banks/electrician/4"))
        .bank
        .unwrap();
    let work = first.sees(&format!("/examiner/sessions/{session}")).await.ok();
    let task = text(&work["tasks"][0], "code");
    let open = json!({ "application": ada, "task": task });
    let sheets = format!("/sessions/{session}/sheets");
    let sheet = text(&first.does(&sheets, open).await.ok(), "sheet");
    let staff = format!("/sessions/{session}/staff");
    let others = || wanted(cast, ["examiner2", "examiner3", "examiner5"], "甄一证卡暂停");
    assert_eq!(
        cast.officer.does(&staff, others()).await.ok()["staff"],
        4,
        "asked for, and not done yet"
    );

    let list = cast.administrator.sees("/staff").await.ok();
    let mut cards = list["cards"].as_array().unwrap().iter();
    let card = cards.find(|card| card["login"] == "examiner1").unwrap();
    let suspend = json!({
        "card": card["card"], "login": "examiner1", "name": "甄一", "kind": "senior_examiner", "number": card["number"],
        "levels": "3,4,5", "occupations": "6-31-01-03", "valid_from": "2024-01-01", "valid_through": "2027-12-31",
        "employer": "江城职业学院", "state": "suspended", "reason": "投诉查实",
    });
    cast.administrator.does("/staff", suspend).await.ok();
    let fields = json!({ "revision": 0, "minutes": "30" });
    let saved = first.does(&format!("/sheets/{sheet}"), fields).await.ok();
    let sign = json!({ "revision": saved["revision"] });
    let refused = first.does(&format!("/sheets/{sheet}/sign"), sign).await;
    assert_ne!(refused.status.as_u16(), 200);
    assert_eq!(
        first.sees(&format!("/examiner/sessions/{session}")).await.ok()["card"],
        "suspended"
    );

    let request = text(&cast.officer.does(&staff, others()).await.ok(), "waiting");
    let yes = json!({ "decision": "grant", "reason": "甄三替换" });
    cast.approver.does(&format!("/overrides/{request}"), yes).await.ok();
    assert_eq!(
        first.sees(&format!("/examiner/sessions/{session}")).await.refused(),
        "not-found"
    );
    crate::story::judges(second, session, ada, &bank, 80).await;
    crate::story::judges(third, session, ada, &bank, 85).await;
    let fifth = house
        .stranger()
        .signs_in("examiner5", "seven grey cranes over the lake")
        .await;
    crate::story::judges(&fifth, session, ada, &bank, 90).await;
    // Whoever began to judge keeps that duty, and what it excludes.
    let record = cast.auditor.sees("/events").await.ok().to_string();
    assert!(
        record.contains("\\\"suspended\\\"") || record.contains("suspended"),
        "why the place was changed"
    );
}
