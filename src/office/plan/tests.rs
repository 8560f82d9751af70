use super::*;
use crate::bank::{BankKind, generated};
use crate::identity::Role;
use crate::kernel::SeededEntropy;
use crate::office::bank::load_bank;
use crate::office::testing::{office, staff};
use crate::office::{List, input::Moment};

fn code(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Rule(broken) => broken.code.to_owned(),
        Refusal::Invalid(problems) => problems.iter().map(|p| p.broken.code).collect::<Vec<_>>().join(" "),
        other => format!("{other:?}"),
    }
}

#[tokio::test]
async fn a_plan_is_numbered_filled_and_published_once() {
    let (office, _folder) = office().await;
    let officer = staff(&office, "officer", &[Role::ExamOfficer]).await;
    let clerk = staff(&office, "clerk", &[Role::Clerk]).await;
    let station = CreateStation {
        code: "bj01".to_owned(),
        name: "第一鉴定站".to_owned(),
        name_en: "Station One".to_owned(),
    };
    let station = office.perform(station, &officer).await.unwrap().station;
    let plan = || CreatePlan {
        station,
        title: "五月计划".to_owned(),
        registration_until: Moment("2026-05-20T18:00".to_owned()),
        publicity_days: None,
    };
    assert!(matches!(office.perform(plan(), &clerk).await, Err(Refusal::Forbidden)));
    let first = office.perform(plan(), &officer).await.unwrap();
    let second = office.perform(plan(), &officer).await.unwrap();
    assert_eq!(first.number, "BJ01202605001");
    assert_eq!(second.number, "BJ01202605002");

    let publish = || PublishPlan { plan: first.plan };
    let empty = office.perform(publish(), &officer).await.unwrap_err();
    assert_eq!(code(&empty), "plan-without-batch");

    let practice = generated(600, &SeededEntropy::new(5));
    let mut live = practice.clone();
    live.kind = BankKind::Live;
    let system = Caller::system("test");
    let practice = load_bank(&office, &system, practice).await.unwrap();
    let bank = load_bank(&office, &system, live).await.unwrap();
    let add = |rule: &str| AddBatch {
        plan: first.plan,
        station,
        bank,
        rule: rule.to_owned(),
        components: List(vec![Part::Theory]),
        scheme: None,
    };
    assert_eq!(
        code(&office.perform(add("none"), &officer).await.unwrap_err()),
        "rule-unknown"
    );
    let practising = AddBatch {
        bank: practice,
        ..add("demo-20")
    };
    assert_eq!(
        code(&office.perform(practising, &officer).await.unwrap_err()),
        "bank-practice"
    );
    let batch = office.perform(add("demo-20"), &officer).await.unwrap().batch;
    assert_eq!(
        code(&office.perform(add("demo-20"), &officer).await.unwrap_err()),
        "batch-twice"
    );
    office.perform(publish(), &officer).await.unwrap();
    assert_eq!(
        code(&office.perform(publish(), &officer).await.unwrap_err()),
        "plan-published-already"
    );
    assert_eq!(
        code(&office.perform(add("demo-20"), &officer).await.unwrap_err()),
        "plan-published-already"
    );
    let shown = office.perform(ShowBatch { batch }, &clerk).await.unwrap();
    assert_eq!(shown.rule.id, "demo-20");
    assert!(shown.steps.iter().any(|step| step.name == "theory"));
    assert!(shown.steps.iter().all(|step| step.name != "practical"));
    let plans = office.perform(ListPlans {}, &clerk).await.unwrap();
    assert_eq!(plans.len(), 2);
    // Both were made in the same millisecond: their order says nothing.
    let with_batch = plans.iter().find(|plan| !plan.batches.is_empty()).unwrap();
    assert_eq!(with_batch.batches[0].step, "registration");
}

#[tokio::test]
async fn a_deadline_in_the_past_and_an_empty_title_are_told_together() {
    let (office, _folder) = office().await;
    let officer = staff(&office, "officer", &[Role::ExamOfficer]).await;
    let plan = CreatePlan {
        station: StationId::new(office.now(), office.entropy.as_ref()),
        title: " ".to_owned(),
        registration_until: Moment("2020-01-01T00:00".to_owned()),
        publicity_days: Some(99),
    };
    let refusal = office.perform(plan, &officer).await.unwrap_err();
    assert_eq!(code(&refusal), "text-empty deadline-past publicity-days");
}
