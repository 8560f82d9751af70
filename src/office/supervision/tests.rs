//! Supervision, told through its acts on a database of its own.

use serde_json::json;

use super::*;
use crate::office::practical::tests::{World, code};

#[tokio::test]
async fn a_checklist_is_saved_in_parts_and_signed_whole() {
    let world = World::new().await;
    let me = &world.supervisor;
    let session = world.hall.session;
    let part = json!({ "session": session, "answer.room": "yes", "remark": "开考准时" });
    assert_eq!(world.act::<SaveChecklist>(me, part).await.unwrap().answered, 1);
    let early = json!({ "session": session, "answer.room": "yes", "sign": "yes" });
    assert_eq!(
        code(world.act::<SaveChecklist>(me, early).await),
        "checklist-unanswered"
    );
    let stray = json!({ "session": session, "answer.weather": "yes" });
    assert_eq!(code(world.act::<SaveChecklist>(me, stray).await), "checklist-stray");
    let view = world
        .act::<ShowSupervision>(me, json!({ "session": session }))
        .await
        .unwrap();
    assert_eq!(
        (view.seats, view.sheets_expected, view.remark.as_str()),
        (2, 6, "开考准时")
    );
    let mut all = json!({ "session": session, "sign": "yes" });
    for item in &view.checklist {
        all[format!("answer.{}", item.code)] = json!("yes");
    }
    all["answer.safety"] = json!("no");
    assert_eq!(
        code(world.act::<SaveChecklist>(me, all.clone()).await),
        "checklist-no-note"
    );
    all["note.safety"] = json!("灭火器过期");
    assert!(world.act::<SaveChecklist>(me, all.clone()).await.unwrap().signed);
    assert_eq!(code(world.act::<SaveChecklist>(me, all).await), "checklist-signed");
}

#[tokio::test]
async fn a_hold_stands_until_another_person_lifts_it_with_a_reason() {
    let world = World::new().await;
    let session = world.hall.session;
    let raise = json!({ "session": session, "reason": "疑似替考" });
    let hold = world
        .act::<RaiseHold>(&world.supervisor, raise.clone())
        .await
        .unwrap()
        .hold;
    assert_eq!(
        code(world.act::<RaiseHold>(&world.examiners[0], raise).await),
        "forbidden"
    );
    let open = async || {
        let mut connection = world.office.store.read().await.unwrap();
        store::open_holds(&mut connection, world.hall.batch)
            .await
            .unwrap()
            .len()
    };
    assert_eq!(open().await, 1);
    let lift = json!({ "hold": hold, "reason": "已核实身份" });
    assert_eq!(
        code(world.act::<LiftHold>(&world.supervisor, lift.clone()).await),
        "forbidden"
    );
    let silent = json!({ "hold": hold, "reason": " " });
    assert_eq!(
        code(world.act::<LiftHold>(&world.administrator, silent).await),
        "reason-missing"
    );
    let mut both = world.supervisor.clone();
    if let crate::office::Actor::Staff { roles, .. } = &mut both.actor {
        roles.insert(Role::Administrator);
    }
    assert_eq!(
        code(world.act::<LiftHold>(&both, lift.clone()).await),
        "hold-same-person"
    );
    world.act::<LiftHold>(&world.administrator, lift.clone()).await.unwrap();
    assert_eq!(open().await, 0);
    assert_eq!(
        code(world.act::<LiftHold>(&world.administrator, lift).await),
        "hold-lifted"
    );
}

#[tokio::test]
async fn findings_are_recorded_by_the_supervisor_of_the_session_only() {
    let world = World::new().await;
    let session = world.hall.session;
    let finding = json!({ "session": session, "severity": "major", "text": "刀具未消毒" });
    world
        .act::<RaiseFinding>(&world.supervisor, finding.clone())
        .await
        .unwrap();
    let mut other = world.stranger.clone();
    if let crate::office::Actor::Staff { roles, .. } = &mut other.actor {
        roles.insert(Role::Supervisor);
    }
    assert_eq!(code(world.act::<RaiseFinding>(&other, finding).await), "not-found");
    let empty = json!({ "session": session, "severity": "minor", "text": " " });
    assert_eq!(
        code(world.act::<RaiseFinding>(&world.supervisor, empty).await),
        "text-missing"
    );
    let view = world
        .act::<ShowSupervision>(&world.administrator, json!({ "session": session }))
        .await
        .unwrap();
    assert_eq!((view.findings.len(), view.findings[0].severity.as_str()), (1, "major"));
    assert!(!view.own);
}
