//! What must hold at the registration desk, told as stories on a throw-away database.

use super::*;
use crate::enrolment::ImportMode;
use crate::identity::Role;
use crate::kernel::{ApplicationId, CitizenId, DAY, Language, ManualClock, SECOND};
use crate::office::testing::{self, MORNING};
use crate::office::{Caller, List, Upload};
use crate::spreadsheet;

struct Desk {
    office: Office,
    clock: ManualClock,
    batch: BatchId,
    clerk: Caller,
    approver: Caller,
    _folder: tempfile::TempDir,
}

/// A desk at which candidates of a published batch (电工, level 4) are registered for ten days.
async fn desk() -> Desk {
    let (office, clock, folder) = testing::office_with_clock().await;
    let clerk = testing::staff(&office, "clerk", &[Role::Clerk, Role::EligibilityApprover]).await;
    let approver = testing::staff(&office, "approver", &[Role::EligibilityApprover]).await;
    let mut tx = office.store.write().await.unwrap();
    let batch = BatchId::new(MORNING, office.entropy.as_ref());
    enrolment::example_batch(&mut tx, batch, clerk.account().unwrap(), MORNING, MORNING + 10 * DAY)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Desk {
        office,
        clock,
        batch,
        clerk,
        approver,
        _folder: folder,
    }
}

/// The citizen id of the n-th person of these tests, born in 1990.
fn id(n: usize) -> String {
    CitizenId::complete(&format!("11010519900506{n:03}"))
        .unwrap()
        .reveal()
        .to_owned()
}

impl Desk {
    fn form(&self, name: &str, n: usize) -> RegisterApplication {
        RegisterApplication {
            batch: self.batch,
            name: name.to_owned(),
            citizen_id: id(n),
            phone: "13800138000".to_owned(),
            employer: "第一电机厂".to_owned(),
            source: None,
            exam_kind: None,
            education: None,
            trade_years: Some(6),
            held_level: None,
            held_since: String::new(),
        }
    }

    async fn register(&self, name: &str, n: usize) -> ApplicationId {
        self.clock.advance(SECOND);
        let act = self.form(name, n);
        self.office.perform(act, &self.clerk).await.unwrap().application
    }

    async fn decide(
        &self,
        who: &Caller,
        ids: &[ApplicationId],
        decision: Decision,
        reason: &str,
    ) -> Result<Decided, Refusal> {
        self.clock.advance(SECOND);
        let act = DecideApplications {
            batch: self.batch,
            applications: List(ids.to_vec()),
            decision,
            reason: reason.to_owned(),
        };
        self.office.perform(act, who).await
    }

    async fn list(&self) -> ApplicationList {
        let act = ListApplications {
            batch: self.batch,
            state: None,
            text: String::new(),
            photo: String::new(),
            page: None,
        };
        self.office.perform(act, &self.clerk).await.unwrap()
    }

    async fn import(&self, table: Vec<u8>, mode: ImportMode) -> Result<RollImported, Refusal> {
        let act = ImportRoll {
            batch: self.batch,
            file: Upload(table),
            file_name: "名单.xlsx".to_owned(),
            mode,
        };
        self.office.perform(act, &self.clerk).await
    }

    async fn check(&self, table: Vec<u8>) -> RollTried {
        let act = CheckRoll {
            batch: self.batch,
            file: Upload(table),
            file_name: "名单.xlsx".to_owned(),
        };
        self.office.perform(act, &self.clerk).await.unwrap()
    }
}

fn table(rows: &[(&str, &str)]) -> Vec<u8> {
    let rows: Vec<_> = rows
        .iter()
        .map(|(name, id)| vec![(*name).to_owned(), (*id).to_owned(), "5".to_owned()])
        .collect();
    spreadsheet::write("名单", &["姓名", "身份证号", "工作年限"], &rows).unwrap()
}

fn code<T>(result: Result<T, Refusal>) -> &'static str {
    match result.err().expect("a refusal") {
        Refusal::Rule(broken) => broken.code,
        Refusal::Invalid(problems) => problems[0].broken.code,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_person_is_registered_once_in_a_batch_and_the_id_is_sealed() {
    let desk = desk().await;
    let application = desk.register("欧阳•娜", 1).await;
    let listed = &desk.list().await.applications[0];
    assert_eq!(listed.name, "欧阳·娜");
    assert_eq!(listed.citizen_id, format!("1{}{}", "*".repeat(16), &id(1)[17..]));
    assert_eq!(listed.verdict.met.as_deref(), Some("4-1"));
    assert_eq!(
        code(desk.office.perform(desk.form("欧阳·娜", 1), &desk.clerk).await),
        "application-twice"
    );
    assert_eq!(
        code(desk.office.perform(desk.form("欧阳娜", 1), &desk.clerk).await),
        "candidate-name-differs"
    );
    let mut connection = desk.office.store.read().await.unwrap();
    let row = enrolment::application(&mut connection, application)
        .await
        .unwrap()
        .unwrap();
    assert!(!row.citizen_id.windows(6).any(|part| part == b"110105"));
}

#[tokio::test]
async fn all_problems_of_a_form_are_told_at_once_and_nothing_is_saved() {
    let desk = desk().await;
    let mut form = desk.form("王?", 1);
    form.citizen_id = "110105199005060011".to_owned();
    form.phone = "12".to_owned();
    form.held_level = Some(9);
    let Err(Refusal::Invalid(problems)) = desk.office.perform(form, &desk.clerk).await else {
        panic!("taken")
    };
    let fields: Vec<_> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["name", "citizen_id", "phone", "held_level"]);
    assert_eq!(desk.list().await.matching, 0);
}

#[tokio::test]
async fn a_name_that_no_font_has_is_refused_with_its_character() {
    let desk = desk().await;
    let Err(Refusal::Invalid(problems)) = desk.office.perform(desk.form("王\u{2B740}", 1), &desk.clerk).await else {
        panic!("taken")
    };
    assert_eq!(problems[0].broken.code, "name-not-printable");
    assert_eq!(problems[0].broken.facts[1].1, "U+2B740".into());
    let tried = desk.check(table(&[("王\u{2B740}", &id(1))])).await;
    assert!(tried.modes[0].problems[0].sentence.starts_with("第 2 行 A 列（姓名）"));
}

#[tokio::test]
async fn nobody_is_registered_after_the_deadline() {
    let desk = desk().await;
    desk.clock.advance(10 * DAY);
    assert_eq!(
        code(desk.office.perform(desk.form("王伟", 1), &desk.clerk).await),
        "registration-closed"
    );
    assert_eq!(
        code(desk.import(table(&[("王伟", &id(1))]), ImportMode::SkipSame).await),
        "registration-closed"
    );
}

#[tokio::test]
async fn whoever_registers_does_not_decide() {
    let desk = desk().await;
    let one = desk.register("王伟", 1).await;
    assert_eq!(
        code(desk.decide(&desk.clerk, &[one], Decision::Approve, "").await),
        "own-registration"
    );
    assert_eq!(
        desk.decide(&desk.approver, &[one], Decision::Approve, "")
            .await
            .unwrap()
            .decided,
        1
    );
    let again = desk.decide(&desk.approver, &[one], Decision::Reject, "晚了").await;
    assert_eq!(code(again), "application-decided");
}

#[tokio::test]
async fn an_approver_of_a_batch_no_longer_registers_in_it() {
    let desk = desk().await;
    let one = desk.register("王伟", 1).await;
    let other = testing::staff(&desk.office, "both", &[Role::Clerk, Role::EligibilityApprover]).await;
    desk.decide(&other, &[one], Decision::Approve, "").await.unwrap();
    let refused = desk.office.perform(desk.form("李娜", 2), &other).await;
    assert_eq!(code(refused), "duty-excluded");
}

#[tokio::test]
async fn who_meets_no_condition_is_approved_only_with_a_reason_and_decisions_are_whole() {
    let desk = desk().await;
    let good = desk.register("王伟", 1).await;
    let mut form = desk.form("李娜", 2);
    form.trade_years = Some(1);
    let weak = desk.office.perform(form, &desk.clerk).await.unwrap().application;
    let refused = desk.decide(&desk.approver, &[good, weak], Decision::Approve, " ").await;
    assert_eq!(code(refused), "approval-needs-reason");
    assert_eq!(desk.list().await.counts.registered, 2);
    desk.decide(&desk.approver, &[good, weak], Decision::Approve, "已核对社保记录")
        .await
        .unwrap();
    assert_eq!(desk.list().await.counts.approved, 2);
}

#[tokio::test]
async fn a_rejection_says_why_and_may_be_mended_a_withdrawal_is_final() {
    let desk = desk().await;
    let one = desk.register("王伟", 1).await;
    assert_eq!(
        code(desk.decide(&desk.approver, &[one], Decision::Reject, "").await),
        "reason-needed"
    );
    desk.decide(&desk.approver, &[one], Decision::Reject, "缺年限证明")
        .await
        .unwrap();
    assert_eq!(desk.register("王伟", 1).await, one);
    desk.clock.advance(SECOND);
    let act = WithdrawApplication {
        application: one,
        reason: "本人要求".to_owned(),
    };
    desk.office.perform(act, &desk.clerk).await.unwrap();
    assert_eq!(
        code(desk.office.perform(desk.form("王伟", 1), &desk.clerk).await),
        "application-was-withdrawn"
    );
    let shown = desk
        .office
        .perform(ShowApplication { application: one }, &desk.clerk)
        .await
        .unwrap();
    let acts: Vec<_> = shown.history.iter().map(|entry| entry.act.as_str()).collect();
    assert_eq!(
        acts,
        [
            "application.register",
            "application.decide",
            "application.register",
            "application.withdraw"
        ]
    );
    assert_eq!(shown.phone.as_deref(), Some("138****8000"));
}

#[tokio::test]
async fn showing_the_whole_id_needs_a_reason_and_leaves_a_record_without_the_id() {
    let desk = desk().await;
    let one = desk.register("王伟", 1).await;
    let reveal = |reason: &str| RevealApplication {
        application: one,
        reason: reason.to_owned(),
    };
    assert_eq!(
        code(desk.office.perform(reveal(""), &desk.clerk).await),
        "reason-needed"
    );
    let seen = desk.office.perform(reveal("核对证件"), &desk.clerk).await.unwrap();
    assert_eq!(seen.citizen_id, id(1));
    let shown = desk
        .office
        .perform(ShowApplication { application: one }, &desk.clerk)
        .await
        .unwrap();
    let last = shown.history.last().unwrap();
    assert_eq!(
        (last.act.as_str(), last.reason.as_str()),
        ("application.reveal", "核对证件")
    );
    assert!(!serde_json::to_string(&shown).unwrap().contains(&id(1)));
}

#[tokio::test]
async fn a_list_with_one_bad_row_imports_nobody() {
    let desk = desk().await;
    let bad = table(&[("王伟", &id(1)), ("李娜", "110105199005060011")]);
    let tried = desk.check(bad.clone()).await;
    let problem = &tried.modes[0].problems[0];
    assert_eq!(
        (problem.row, problem.letter.as_deref(), problem.column.as_deref()),
        (3, Some("B"), Some("证件号码"))
    );
    assert_eq!(tried.modes[0].counts.added, 1);
    assert_eq!(code(desk.import(bad, ImportMode::OverwriteSame).await), "roll-row");
    assert_eq!(desk.list().await.matching, 0);
}

#[tokio::test]
async fn clearing_takes_off_only_who_still_waits() {
    let desk = desk().await;
    let approved = desk.register("王伟", 1).await;
    let rejected = desk.register("李娜", 2).await;
    desk.register("张强", 3).await;
    desk.decide(&desk.approver, &[approved], Decision::Approve, "")
        .await
        .unwrap();
    desk.decide(&desk.approver, &[rejected], Decision::Reject, "缺证明")
        .await
        .unwrap();
    let list = table(&[("赵敏", &id(4))]);
    let counts = desk.check(list.clone()).await.modes[2].counts;
    assert_eq!((counts.added, counts.removed, counts.kept), (1, 1, 2));
    let done = desk.import(list, ImportMode::ClearThenImport).await.unwrap();
    assert_eq!(done.counts, counts);
    let names: Vec<_> = desk.list().await.applications.into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["王伟", "李娜", "赵敏"]);
}

#[tokio::test]
async fn overwriting_and_skipping_do_what_they_say() {
    let desk = desk().await;
    desk.register("王伟", 1).await;
    let list = table(&[("王伟", &id(1)), ("李娜", &id(2))]);
    let counts = desk.import(list.clone(), ImportMode::SkipSame).await.unwrap().counts;
    assert_eq!((counts.added, counts.skipped), (1, 1));
    let years = async || {
        let listed = desk.list().await.applications;
        listed.iter().find(|one| one.name == "王伟").unwrap().claims.trade_years
    };
    assert_eq!(years().await, Some(6));
    let counts = desk.import(list, ImportMode::OverwriteSame).await.unwrap().counts;
    assert_eq!((counts.added, counts.overwritten), (0, 2));
    assert_eq!(years().await, Some(5));
}

#[tokio::test]
async fn a_file_that_is_no_table_is_refused_by_name() {
    let desk = desk().await;
    let refused = desk.import(b"%PDF-1.7".to_vec(), ImportMode::SkipSame).await;
    assert_eq!(code(refused), "sheet-kind");
    assert_eq!(
        code(desk.import(Vec::new(), ImportMode::SkipSame).await),
        "roll-no-file"
    );
    let empty = table(&[]);
    assert_eq!(code(desk.import(empty, ImportMode::SkipSame).await), "roll-empty");
}

#[tokio::test]
async fn eight_hundred_rows_are_imported_in_one_go() {
    let desk = desk().await;
    let ids: Vec<_> = (0..800).map(id).collect();
    let rows: Vec<_> = ids.iter().map(|id| ("王伟", id.as_str())).collect();
    let begun = std::time::Instant::now();
    let done = desk.import(table(&rows), ImportMode::OverwriteSame).await.unwrap();
    assert_eq!(done.counts.added, 800);
    assert!(begun.elapsed().as_secs() < 20, "{:?}", begun.elapsed());
    assert_eq!(desk.list().await.counts.registered, 800);
}

#[tokio::test]
async fn a_photo_is_made_small_and_what_is_no_picture_is_refused() {
    let desk = desk().await;
    let one = desk.register("王伟", 1).await;
    let put = |bytes: Vec<u8>| PutPhoto {
        application: one,
        photo: Upload(bytes),
    };
    assert_eq!(
        code(desk.office.perform(put(b"GIF89a".to_vec()), &desk.clerk).await),
        "photo-not-a-picture"
    );
    assert_eq!(
        code(desk.office.perform(put(vec![0; 11 << 20]), &desk.clerk).await),
        "photo-too-large"
    );
    let mut png = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(400, 560)
        .write_to(&mut png, image::ImageFormat::Png)
        .unwrap();
    desk.office.perform(put(png.into_inner()), &desk.clerk).await.unwrap();
    let jpeg = photo(&desk.office, &desk.approver, one).await.unwrap();
    assert!(jpeg.starts_with(&[0xFF, 0xD8]) && desk.list().await.applications[0].photo);
}

#[test]
fn the_template_names_every_column() {
    for language in [Language::Zh, Language::En] {
        let (_, bytes) = template(language).unwrap();
        let sheet = spreadsheet::read(&bytes, "").unwrap();
        assert_eq!(sheet.rows[0].cells, crate::enrolment::roll_template(language));
    }
}
