//! From handed-in papers and signed sheets to a certificate that a stranger checks, through the acts.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::bank::generated;
use crate::certificate::{CertificateRecord, Scheme, samples};
use crate::identity::Role;
use crate::kernel::{
    AccountId, ApplicationId, BankVersionId, CandidateId, DAY, Language, ManualClock, Marks, PaperId, Seed,
    SeededEntropy, SignInId, Timestamp, canonical_json,
};
use crate::office::result::{
    ApproveResults, ListNotices, ListResults, PublishResults, ResultList, SettleResults, ShowNotice,
};
use crate::office::verification::{Checked, VerifyFile, VerifyNumber, VerifyStatement};
use crate::office::{Actor, Upload};
use crate::paper::{draw, shipped_rules};
use crate::store::result::fixture::{self, Ground, Person};
use crate::store::{Store, account};

pub(super) struct House {
    pub(super) office: Office,
    pub(super) clock: ManualClock,
    pub(super) ground: Ground,
    pub(super) people: Vec<ApplicationId>,
    records: Vec<CertificateRecord>,
    examiners: Vec<AccountId>,
    pub(super) folder: tempfile::TempDir,
}

const MAY: Timestamp = Timestamp::from_millis(1_778_031_000_000);

pub(super) async fn staff(office: &Office, login: &str, role: Role) -> Caller {
    let id = AccountId::new(office.now(), office.entropy.as_ref());
    let row = account::AccountRow {
        id,
        login: login.to_owned(),
        name: format!("员工{login}"),
        password: None,
        active: 1,
        must_change_password: 0,
        failures: 0,
        locked_until: Timestamp::from_millis(0),
        created_at: office.now(),
    };
    let mut tx = office.store.write().await.unwrap();
    account::insert(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    Caller {
        actor: Actor::Staff {
            account: id,
            login: row.login,
            name: row.name,
            roles: BTreeSet::from([role]),
            sign_in: SignInId::new(office.now(), office.entropy.as_ref()),
        },
        request_id: "test".to_owned(),
        language: Language::Zh,
        address: String::new(),
        terminal: None,
    }
}

/// Three people with open attempts: two answered everything rightly, the third nobody examined.
pub(super) async fn house() -> House {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open_file(&folder.path().join("office.db")).await.unwrap();
    let clock = ManualClock::at(MAY);
    let dice = Arc::new(SeededEntropy::new(11));
    let office = crate::office::testing::office_over(store, &clock, dice, true);
    let dice = office.entropy.as_ref();
    ensure_authority(&office, "第七鉴定所").await.unwrap();
    let clerk = staff(&office, "clerk", Role::Clerk).await.account().unwrap();
    let mut examiners = Vec::new();
    for login in ["e1", "e2", "e3"] {
        examiners.push(staff(&office, login, Role::Examiner).await.account().unwrap());
    }
    let bank = generated(800, dice);
    let bank_id = BankVersionId::new(MAY, dice);
    let vault = &office.keys.vault;
    let place = format!("bank_version.content/{bank_id}");
    let content = vault.seal(&place, &serde_json::to_vec(&bank).unwrap(), dice);
    let rule = shipped_rules().into_iter().find(|rule| rule.id == "demo-20").unwrap();
    let records = samples(Scheme::find("vocational-skill-level").unwrap(), 3, dice, MAY).unwrap();

    let mut tx = office.store.write().await.unwrap();
    let ground = fixture::ground(&mut tx, (bank_id, &content), clerk, MAY, dice).await;
    let mut people = Vec::new();
    for (seat, record) in records.iter().enumerate() {
        let id = CandidateId::new(MAY, dice);
        let place = format!("candidate.citizen_id/{id}");
        let person = Person {
            id,
            name: record.name.as_str(),
            seat: i64::try_from(seat).unwrap() + 1,
            citizen_id: vault.seal(&place, record.citizen_id.reveal().as_bytes(), dice),
            photo: record.photo.as_ref().map(crate::certificate::JpegPhoto::bytes),
        };
        let who = fixture::person(&mut tx, &ground, &person, clerk, MAY, dice).await;
        people.push(who);
        if seat == 2 {
            continue;
        }
        let paper = draw(&bank, &rule, Seed([3; 32]), 0).unwrap();
        let answers: Vec<_> = paper
            .questions
            .iter()
            .map(|one| (i64::from(one.number), one.key.clone()))
            .collect();
        let paper_id = PaperId::new(MAY, dice);
        let place = format!("paper.content/{paper_id}");
        let sealed = vault.seal(&place, &canonical_json(&paper).unwrap(), dice);
        fixture::attempt(&mut tx, &ground, who, (paper_id, &sealed), &answers, MAY, dice).await;
    }
    tx.commit().await.unwrap();
    House {
        office,
        clock,
        ground,
        people,
        records,
        examiners,
        folder,
    }
}

impl House {
    /// Three signed sheets for one person, by three examiners.
    async fn judge(&self, person: usize, totals: [i64; 3]) -> Vec<crate::kernel::SheetId> {
        let mut tx = self.office.store.write().await.unwrap();
        let mut sheets = Vec::new();
        for (examiner, total) in self.examiners.iter().zip(totals) {
            let (who, dice) = (self.people[person], self.office.entropy.as_ref());
            let marks = Marks::whole(total);
            sheets.push(fixture::sheet(&mut tx, &self.ground, who, *examiner, marks, MAY, dice).await);
        }
        tx.commit().await.unwrap();
        sheets
    }

    async fn close(&self) {
        let mut tx = self.office.store.write().await.unwrap();
        fixture::close(&mut tx, &self.ground).await;
        tx.commit().await.unwrap();
    }

    async fn veto(&self, sheet: crate::kernel::SheetId, confirmed: bool) {
        let mut tx = self.office.store.write().await.unwrap();
        let second = confirmed.then_some(self.examiners[1]);
        fixture::veto(&mut tx, sheet, self.examiners[0], second, MAY).await;
        tx.commit().await.unwrap();
    }

    pub(super) async fn hold(&self, lifted: bool) {
        let mut tx = self.office.store.write().await.unwrap();
        fixture::hold(&mut tx, &self.ground, self.examiners[0], lifted, MAY).await;
        tx.commit().await.unwrap();
    }

    fn settle(&self) -> SettleResults {
        SettleResults {
            batch: self.ground.batch,
            accept_spread: String::new(),
            accept_absent: String::new(),
        }
    }

    pub(super) async fn perform<A: Act>(&self, act: A, caller: &Caller) -> Result<A::Outcome, Refusal> {
        self.office.perform(act, caller).await
    }

    async fn results(&self) -> ResultList {
        let list = ListResults {
            batch: self.ground.batch,
            only: String::new(),
            q: String::new(),
        };
        self.perform(list, &Caller::system("test")).await.unwrap()
    }

    /// Everything up to final results: the first two passed, the third was absent.
    pub(super) async fn finish(&self) {
        self.judge(0, [80, 85, 90]).await;
        self.judge(1, [60, 60, 60]).await;
        self.close().await;
        let settler = staff(&self.office, "settler", Role::ExamOfficer).await;
        let approver = staff(&self.office, "scores", Role::ScoreApprover).await;
        let batch = self.ground.batch;
        self.perform(self.settle(), &settler).await.unwrap();
        self.perform(ApproveResults { batch, digest: None }, &approver)
            .await
            .unwrap();
        self.perform(PublishResults { batch }, &approver).await.unwrap();
        self.clock.advance(8 * DAY);
    }

    /// Two certificates; the officer's and the approver's callers.
    async fn issued(&self) -> (Vec<CertificateView>, Caller, Caller) {
        self.finish().await;
        let batch = self.ground.batch;
        let officer = staff(&self.office, "officer", Role::CertificateOfficer).await;
        let approver = staff(&self.office, "approver", Role::CertificateApprover).await;
        self.perform(PrepareCertificates { batch }, &officer).await.unwrap();
        self.perform(ApproveCertificates { batch }, &approver).await.unwrap();
        let one = IssueCertificates {
            batch,
            application: Some(self.people[0]),
        };
        self.perform(one, &officer).await.unwrap();
        issue_list(&self.office, &officer, batch).await.unwrap();
        let list = self.perform(ListCertificates { batch }, &officer).await.unwrap();
        let certificates = list.rows.into_iter().filter_map(|row| row.certificate).collect();
        (certificates, officer, approver)
    }

    /// One asks, another grants.
    pub(super) async fn change(
        &self,
        certificate: CertificateId,
        change: Change,
        reason: &str,
        (asker, decider): (&Caller, &Caller),
    ) -> Result<(), Refusal> {
        let ask = AskChange {
            certificate,
            change,
            reason: reason.to_owned(),
            name: if change == Change::Correct {
                "李𬱟玉".to_owned()
            } else {
                String::new()
            },
            citizen_id: String::new(),
            until: if change == Change::Renew {
                "2028-05-31".to_owned()
            } else {
                String::new()
            },
        };
        let request = self.perform(ask, asker).await?.request;
        let own = DecideChange {
            request,
            decision: Decision::Grant,
        };
        let mut both = asker.clone();
        if let Actor::Staff { roles, .. } = &mut both.actor {
            roles.insert(Role::CertificateApprover);
        }
        assert_eq!(
            codes(self.perform(own, &both).await.unwrap_err()),
            ["change-same-person"]
        );
        self.clock.advance(1000);
        self.perform(
            DecideChange {
                request,
                decision: Decision::Grant,
            },
            decider,
        )
        .await?;
        Ok(())
    }

    /// Whether the whole ledger and the register fit together.
    pub(super) async fn sound(&self) -> Result<crate::office::ledger::Sound, crate::office::ledger::Found> {
        let key = crate::office::ledger::public_key(&self.office).await.unwrap();
        let trust = crate::office::ledger::Trust {
            ledger: &key,
            witnesses: &[],
            vault: &self.office.keys.vault,
            kept: None,
        };
        let mut connection = self.office.store.read().await.unwrap();
        crate::office::ledger::check(&mut connection, trust).await.unwrap()
    }

    async fn number(&self, number: &str, name: &str) -> Checked {
        let act = VerifyNumber {
            number: number.to_owned(),
            name: name.to_owned(),
        };
        self.perform(act, &Caller::system("test")).await.unwrap()
    }

    async fn file(&self, bytes: Vec<u8>) -> Checked {
        let act = VerifyFile { file: Upload(bytes) };
        self.perform(act, &Caller::system("test")).await.unwrap()
    }

    pub(super) async fn pdf(&self, certificate: CertificateId) -> Vec<u8> {
        use base64::Engine as _;
        let download = self
            .perform(CertificatePdf { certificate }, &Caller::system("test"))
            .await
            .unwrap();
        base64::engine::general_purpose::STANDARD
            .decode(download.content)
            .unwrap()
    }
}

pub(super) fn codes(refusal: Refusal) -> Vec<&'static str> {
    match refusal {
        Refusal::Rule(broken) => vec![broken.code],
        Refusal::Invalid(problems) => problems.iter().map(|problem| problem.broken.code).collect(),
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn nothing_is_settled_while_a_paper_is_open_or_a_sheet_is_missing() {
    let house = house().await;
    let officer = staff(&house.office, "officer", Role::ExamOfficer).await;
    let refused = codes(house.perform(house.settle(), &officer).await.unwrap_err());
    assert_eq!(
        refused,
        [
            "result-attempt-open",
            "result-no-practical",
            "result-attempt-open",
            "result-no-practical",
            "result-no-theory",
            "result-no-practical"
        ]
    );
    house.close().await;
    let mut tx = house.office.store.write().await.unwrap();
    let dice = house.office.entropy.as_ref();
    fixture::sheet(
        &mut tx,
        &house.ground,
        house.people[0],
        house.examiners[0],
        Marks::whole(80),
        MAY,
        dice,
    )
    .await;
    tx.commit().await.unwrap();
    let refused = codes(house.perform(house.settle(), &officer).await.unwrap_err());
    assert_eq!(refused, ["result-too-few"]);
    assert_eq!(house.results().await.state, "open");
}

#[tokio::test]
async fn each_component_counts_by_itself_and_a_confirmed_veto_strikes_the_task() {
    let house = house().await;
    house.judge(0, [90, 95, 40]).await;
    let sheets = house.judge(1, [90, 90, 91]).await;
    house.veto(sheets[0], false).await;
    house.close().await;
    let officer = staff(&house.office, "officer", Role::ExamOfficer).await;
    let refused = codes(house.perform(house.settle(), &officer).await.unwrap_err());
    assert_eq!(refused, ["result-spread", "result-veto-pending"]);
    house.veto(sheets[0], true).await;
    let mut settle = house.settle();
    settle.accept_spread = "组长复核录像后维持".to_owned();
    let settled = house.perform(settle, &officer).await.unwrap();
    assert_eq!((settled.candidates, settled.absent), (3, 2));
    let list = house.results().await;
    let shown: Vec<_> = list
        .rows
        .iter()
        .map(|row| {
            (
                row.theory.as_ref().unwrap().shown.clone(),
                row.practical.as_ref().unwrap().shown.clone(),
                row.outcome,
            )
        })
        .collect();
    let expected = [
        ("100.0", "75.0", "passed"),
        ("100.0", "0.0", "failed"),
        ("0.0", "0.0", "failed"),
    ];
    let expected = expected.map(|(theory, practical, outcome)| (theory.to_owned(), practical.to_owned(), outcome));
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn whoever_settled_does_not_approve_and_a_hold_stops_the_release() {
    let house = house().await;
    house.judge(0, [80, 80, 80]).await;
    house.judge(1, [59, 59, 60]).await;
    house.close().await;
    let settler = staff(&house.office, "settler", Role::ExamOfficer).await;
    let approver = staff(&house.office, "scores", Role::ScoreApprover).await;
    let batch = house.ground.batch;
    house.perform(house.settle(), &settler).await.unwrap();
    let mut both = settler.clone();
    if let Actor::Staff { roles, .. } = &mut both.actor {
        roles.insert(Role::ScoreApprover);
    }
    let own = house
        .perform(ApproveResults { batch, digest: None }, &both)
        .await
        .unwrap_err();
    assert_eq!(codes(own), ["result-same-person"]);
    house.hold(false).await;
    let held = house
        .perform(ApproveResults { batch, digest: None }, &approver)
        .await
        .unwrap_err();
    assert_eq!(codes(held), ["result-held"]);
    house.hold(true).await;
    let seen = Some(house.results().await.digest);
    house
        .perform(ApproveResults { batch, digest: seen }, &approver)
        .await
        .unwrap();
    let again = house.perform(house.settle(), &settler).await.unwrap_err();
    assert_eq!(codes(again), ["result-already-approved"]);
    let until = house.perform(PublishResults { batch }, &approver).await.unwrap().until;
    assert_eq!(until.to_string(), "2026-05-13T16:00:00Z");
    let notice = house
        .perform(ShowNotice { batch }, &Caller::system("test"))
        .await
        .unwrap();
    let passed: Vec<_> = notice.lines.iter().map(|line| line.passed).collect();
    assert_eq!(passed, [true, false, false]);
    assert_eq!(notice.lines[0].name, house.records[0].name.masked());
    house.clock.advance(30 * DAY);
    let notices = house.perform(ListNotices {}, &Caller::system("test")).await.unwrap();
    assert!(notices.is_empty(), "after the period nobody's result is public");
}

#[tokio::test]
async fn certificates_wait_for_publicity_and_for_a_second_person_and_their_numbers_follow_each_other() {
    let house = house().await;
    house.finish().await;
    house.clock.advance(-8 * DAY);
    let batch = house.ground.batch;
    let officer = staff(&house.office, "early", Role::CertificateOfficer).await;
    let early = house
        .perform(PrepareCertificates { batch }, &officer)
        .await
        .unwrap_err();
    assert_eq!(codes(early), ["result-still-public"]);
    house.clock.advance(8 * DAY);
    let unapproved = IssueCertificates {
        batch,
        application: None,
    };
    let unapproved = house.perform(unapproved, &officer).await.unwrap_err();
    assert_eq!(codes(unapproved), ["certificate-list-not-approved"]);
    house.perform(PrepareCertificates { batch }, &officer).await.unwrap();
    let mut both = officer.clone();
    if let Actor::Staff { roles, .. } = &mut both.actor {
        roles.insert(Role::CertificateApprover);
    }
    let own = house.perform(ApproveCertificates { batch }, &both).await.unwrap_err();
    assert_eq!(codes(own), ["certificate-same-person"]);
    let approver = staff(&house.office, "approver", Role::CertificateApprover).await;
    house.perform(ApproveCertificates { batch }, &approver).await.unwrap();
    issue_list(&house.office, &officer, batch).await.unwrap();
    issue_list(&house.office, &officer, batch).await.unwrap();
    let list = house.perform(ListCertificates { batch }, &officer).await.unwrap();
    let numbers: Vec<_> = list
        .rows
        .iter()
        .filter_map(|row| Some(row.certificate.as_ref()?.number.clone()))
        .collect();
    assert_eq!(numbers, ["S000042001007264000001", "S000042001007264000002"]);
    assert!(list.finished_at.is_some());
}

#[tokio::test]
async fn a_stranger_learns_the_same_from_a_wrong_name_as_from_a_wrong_number() {
    let house = house().await;
    let (certificates, _, _) = house.issued().await;
    let (number, name) = (&certificates[0].number, house.records[0].name.as_str());
    let right = house.number(&format!(" {} ", number.to_lowercase()), name).await;
    assert_eq!(right.verdict, "genuine");
    let claims = right.claims.unwrap();
    assert_eq!(claims.name, house.records[0].name.masked());
    assert!(claims.citizen_id.contains("****************"));
    let wrong_name = house.number(number, "王小明").await;
    let wrong_number = house.number("S000042001007264000999", name).await;
    let no_number = house.number("hello", "").await;
    let json = |checked: &Checked| serde_json::to_string(checked).unwrap();
    assert_eq!(json(&wrong_name), json(&wrong_number));
    assert_eq!(json(&wrong_name), json(&no_number));
    assert_eq!((wrong_name.verdict, wrong_name.claims), ("unknown", None));
}

#[tokio::test]
async fn a_file_is_genuine_until_a_byte_changes_or_it_is_revoked() {
    let house = house().await;
    let (certificates, officer, approver) = house.issued().await;
    let pdf = house.pdf(certificates[0].id).await;
    let genuine = house.file(pdf.clone()).await;
    assert_eq!((genuine.verdict, genuine.reason), ("genuine", ""));
    let mut altered = pdf.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    assert_eq!(house.file(altered).await.verdict, "altered");
    let scan = house.file(b"%PDF-1.4 scanned".to_vec()).await;
    assert_eq!((scan.verdict, scan.reason), ("altered", "not-signed"));

    let mut connection = house.office.store.read().await.unwrap();
    let record = open_record(&house.office, &mut connection, certificates[0].id)
        .await
        .unwrap();
    drop(connection);
    let issuer = issuer(&house.office).await.unwrap();
    let Desk::Here(signer) = &issuer.desk else {
        panic!("the key is here")
    };
    let code = crate::certificate::Statement::of(&record)
        .sign(&record.verify_url, signer.as_ref())
        .unwrap();
    let letters = code.rsplit('/').next().unwrap().to_lowercase();
    let by_code = |statement: String| house.perform(VerifyStatement { statement }, &approver);
    assert_eq!(by_code(letters.clone()).await.unwrap().verdict, "genuine");
    assert_eq!(by_code(letters[..40].to_owned()).await.unwrap().verdict, "altered");

    house
        .change(certificates[0].id, Change::Void, "替考", (&officer, &approver))
        .await
        .unwrap();
    let again = house
        .change(certificates[0].id, Change::Void, "替考", (&officer, &approver))
        .await;
    assert_eq!(codes(again.unwrap_err()), ["change-not-now"]);
    assert_eq!(house.file(pdf).await.verdict, "revoked");
    assert_eq!(by_code(letters).await.unwrap().verdict, "revoked");
    let by_number = house
        .number(&certificates[0].number, house.records[0].name.as_str())
        .await;
    assert_eq!(by_number.verdict, "revoked");
}

#[tokio::test]
async fn a_foreign_authoritys_file_is_unknown_here() {
    let house = house().await;
    let now = house.office.now();
    let dice = SeededEntropy::new(99);
    let foreign = crate::certificate::Authority::create("第七鉴定所", now, &dice).unwrap();
    let record = &house.records[0];
    let issued = crate::certificate::issue(record, &house.office.fonts, &foreign.signer(), now).unwrap();
    let checked = house.file(issued.pdf).await;
    assert_eq!((checked.verdict, checked.reason), ("unknown", "untrusted"));
}

#[tokio::test]
async fn a_certificates_life_takes_two_people_and_every_step_is_in_the_ledger() {
    let house = house().await;
    let (certificates, officer, approver) = house.issued().await;
    let (id, number) = (certificates[0].id, certificates[0].number.clone());
    let people = (&officer, &approver);
    let name = house.records[0].name.as_str().to_owned();
    let verdict = async |name: &str| house.number(&number, name).await.verdict;
    let first = house.pdf(id).await;

    house.change(id, Change::Suspend, "调查中", people).await.unwrap();
    assert_eq!(verdict(&name).await, "suspended");
    let refused = house.change(id, Change::Reissue, "遗失", people).await.unwrap_err();
    assert_eq!(codes(refused), ["change-not-now"]);
    house.change(id, Change::Reinstate, "查无问题", people).await.unwrap();
    assert_eq!(verdict(&name).await, "genuine");

    house.change(id, Change::Reissue, "遗失，已登报", people).await.unwrap();
    let second = house.pdf(id).await;
    assert_eq!(house.file(first.clone()).await.verdict, "replaced");
    assert_eq!(house.file(second.clone()).await.verdict, "genuine");
    let roots = [issuer(&house.office).await.unwrap().root()];
    let record = |pdf: &[u8]| crate::certificate::verify(pdf, &roots).unwrap().credential;
    let (before, after) = (record(&first), record(&second));
    assert_eq!(before.record.number, after.record.number);
    assert_ne!(before.record.print_serial, after.record.print_serial);
    assert_eq!(after.record.edition, Some(crate::certificate::Edition::Reissued));
    assert!(after.inclusion().unwrap().is_some());

    house.change(id, Change::Correct, "姓名录入有误", people).await.unwrap();
    assert_eq!(verdict("李𬱟玉").await, "genuine");
    house.change(id, Change::Renew, "复审合格", people).await.unwrap();
    assert_eq!(verdict("李𬱟玉").await, "genuine");
    house.clock.advance(3 * 365 * DAY);
    assert_eq!(verdict("李𬱟玉").await, "expired");
    house.sound().await.unwrap();

    let list = StatusList { list: 2 };
    assert!(!house.perform(list, &officer).await.unwrap().jws.is_empty());
}

#[tokio::test]
async fn a_stop_at_any_step_leaves_nothing_without_its_entry_and_nothing_twice() {
    use super::issue::Step;
    let house = house().await;
    house.finish().await;
    let batch = house.ground.batch;
    let officer = staff(&house.office, "officer", Role::CertificateOfficer).await;
    let approver = staff(&house.office, "approver", Role::CertificateApprover).await;
    house.perform(PrepareCertificates { batch }, &officer).await.unwrap();
    house.perform(ApproveCertificates { batch }, &approver).await.unwrap();
    for step in [Step::Intended, Step::Entered, Step::Signed, Step::Signed] {
        *house.office.press.stop_at.lock().unwrap() = Some(step);
        let stopped = issue_list(&house.office, &officer, batch).await.unwrap_err();
        assert!(matches!(stopped, Refusal::Fault(_)), "{step:?}: {stopped}");
        house.office.ledger.restart().await;
        house.sound().await.unwrap();
    }
    *house.office.press.stop_at.lock().unwrap() = Some(Step::Saved);
    issue_list(&house.office, &officer, batch).await.unwrap_err();
    *house.office.press.stop_at.lock().unwrap() = None;
    issue_list(&house.office, &officer, batch).await.unwrap();
    let list = house.perform(ListCertificates { batch }, &officer).await.unwrap();
    let numbers: Vec<_> = list
        .rows
        .iter()
        .filter_map(|row| Some(row.certificate.as_ref()?.number.clone()))
        .collect();
    assert_eq!(
        numbers,
        ["S000042001007264000001", "S000042001007264000002"],
        "no number was lost or used twice"
    );
    assert_eq!(house.sound().await.unwrap().certificates, 2);
}

#[tokio::test]
async fn whatever_is_changed_in_the_register_is_found() {
    use sqlx::Executor as _;
    let house = house().await;
    let (certificates, officer, approver) = house.issued().await;
    house
        .change(certificates[0].id, Change::Suspend, "调查中", (&officer, &approver))
        .await
        .unwrap();
    house
        .change(certificates[1].id, Change::Reissue, "遗失", (&officer, &approver))
        .await
        .unwrap();
    assert_eq!(house.sound().await.unwrap().certificates, 2);
    let key = crate::office::ledger::public_key(&house.office).await.unwrap();
    let vault = &house.office.keys.vault;
    let trust = crate::office::ledger::Trust {
        ledger: &key,
        witnesses: &[],
        vault,
        kept: None,
    };
    for statement in [
        "UPDATE certificate SET name = '王小明'",
        "UPDATE certificate SET issued_at = issued_at - 86400000",
        "UPDATE certificate SET number = 'S000042001007264000009' WHERE number LIKE '%1'",
        "UPDATE certificate SET scheme = 'vocational-qualification'",
        "UPDATE certificate SET pdf = zeroblob(100)",
        "UPDATE certificate SET record = zeroblob(100)",
        "UPDATE certificate SET pdf_digest = replace(pdf_digest, substr(pdf_digest, 1, 4), '0000')",
        "DELETE FROM certificate_print",
        "UPDATE certificate_print SET pdf = zeroblob(10)",
        "UPDATE certificate_print SET printed_at = 0",
        "UPDATE certificate_print SET print_serial = 'X'",
        "DELETE FROM certificate_decision",
        "UPDATE certificate_decision SET granted = 0",
        "UPDATE certificate_decision SET decided_at = decided_at + 1",
        "UPDATE certificate_decision SET decided_by = (SELECT id FROM account WHERE login = 'officer')",
        "UPDATE certificate_request SET change = 'reinstate' WHERE change = 'suspend'",
        "UPDATE certificate_request SET reason = ''",
        "UPDATE certificate_request SET asked_at = 0",
        "UPDATE certificate_request SET certificate_id = (SELECT MAX(id) FROM certificate)",
        "UPDATE certificate_intent SET slot = slot + 10",
        "UPDATE certificate_intent SET number = 'S000042001007264000009' WHERE number LIKE '%1'",
        "UPDATE certificate_intent SET record = zeroblob(10)",
        "INSERT INTO certificate_decision SELECT id, 1, asked_by, asked_at FROM certificate_request WHERE 0; \
         INSERT INTO certificate_spoilage SELECT id, 'x', 1 FROM certificate_intent",
    ] {
        let mut tx = house.office.store.write().await.unwrap();
        tx.execute("PRAGMA defer_foreign_keys = ON").await.unwrap();
        let triggers: Vec<String> = sqlx::query_scalar(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'certificate%'",
        )
        .fetch_all(&mut *tx)
        .await
        .unwrap();
        for name in triggers {
            tx.execute(sqlx::AssertSqlSafe(format!("DROP TRIGGER {name}")))
                .await
                .unwrap();
        }
        tx.execute(statement).await.unwrap();
        let found = crate::office::ledger::check(&mut tx, trust).await;
        assert!(!matches!(found, Ok(Ok(_))), "{statement}");
        tx.rollback().await.unwrap();
    }
}

#[tokio::test]
async fn the_print_set_has_every_sheet_in_force_and_a_spoiled_blank_is_noted_once() {
    use base64::Engine as _;
    let house = house().await;
    let (certificates, officer, approver) = house.issued().await;
    let batch = house.ground.batch;
    let set = async |from: usize| {
        let act = PrintCertificates {
            batch,
            from: Some(from),
            count: None,
        };
        let download = house.perform(act, &officer).await?;
        let bytes = base64::engine::general_purpose::STANDARD
            .decode(download.content)
            .unwrap();
        Ok::<_, Refusal>(lopdf::Document::load_mem(&bytes).unwrap())
    };
    assert_eq!(set(1).await.unwrap().page_iter().count(), 2);
    let made = async |interrupted: bool| {
        let mut bytes = Vec::new();
        let mut run = PrintSet::open(&house.office, batch, 1, None).await.unwrap();
        let mut pieces = 0;
        while let Some(piece) = run.next(&house.office).await.unwrap() {
            bytes.extend(piece);
            pieces += 1;
            if interrupted && pieces == 2 {
                let saved = serde_json::to_vec(run.made().unwrap()).unwrap();
                run = PrintSet::open(&house.office, batch, 1, None).await.unwrap();
                run.resume(serde_json::from_slice(&saved).unwrap());
            }
        }
        bytes
    };
    assert!(made(true).await == made(false).await, "it goes on to the same bytes");
    assert_eq!(set(2).await.unwrap().page_iter().count(), 1);
    assert_eq!(codes(set(3).await.unwrap_err()), ["certificate-print-nothing"]);
    house
        .change(certificates[0].id, Change::Void, "替考", (&officer, &approver))
        .await
        .unwrap();
    assert_eq!(
        set(1).await.unwrap().page_iter().count(),
        1,
        "a void sheet is not printed"
    );

    let spoiled = |serial: &str, number: &str, cause| NoteSpoiled {
        batch,
        serial: serial.to_owned(),
        cause,
        number: number.to_owned(),
        note: String::new(),
    };
    let number = certificates[1].number.as_str();
    let note = async |act| house.perform(act, &officer).await.map(|_| ());
    note(spoiled(" b00012345 ", number, SpoilCause::Jam)).await.unwrap();
    let refused = async |act| codes(note(act).await.unwrap_err());
    assert_eq!(
        refused(spoiled("B00012345", "", SpoilCause::Lost)).await,
        ["blank-noted"]
    );
    assert_eq!(refused(spoiled("B1", "", SpoilCause::Lost)).await, ["blank-serial"]);
    assert_eq!(
        refused(spoiled("B00012346", "S1", SpoilCause::Lost)).await,
        ["blank-number"]
    );
    assert_eq!(
        refused(spoiled("B00012346", "", SpoilCause::Other)).await,
        ["blank-note"]
    );
    let listed = house.perform(ListSpoiled { batch }, &officer).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(
        (listed[0].cause.as_str(), listed[0].number.as_deref()),
        ("jam", Some(number))
    );
    house.sound().await.unwrap();
}

#[tokio::test]
async fn the_integrity_report_finds_what_somebody_did_in_the_database() {
    use sqlx::Executor as _;
    let house = house().await;
    let (certificates, officer, approver) = house.issued().await;
    house
        .change(certificates[1].id, Change::Reissue, "遗失", (&officer, &approver))
        .await
        .unwrap();
    let report = async || house.perform(ReportIntegrity {}, &officer).await.unwrap();
    let sound = report().await;
    assert_eq!((sound.grave, sound.report.taken, sound.report.issued), (0, 2, 2));
    assert_eq!(sound.report.counts.get("later_sheet"), Some(&1));
    assert!(house.perform(ExportIntegrity {}, &officer).await.unwrap().content.len() > 1000);
    for (statement, kind) in [
        (
            "UPDATE number_counter SET next_serial = 9 WHERE scope LIKE 'certificate/%'",
            "gap",
        ),
        (
            "UPDATE number_counter SET next_serial = 2 WHERE scope LIKE 'certificate/%'",
            "beyond_counter",
        ),
        ("UPDATE certificate_list SET approved_by = prepared_by", "no_approval"),
        ("UPDATE batch SET approved_by = settled_by", "no_approval"),
        (
            "UPDATE batch SET publicity_until = publicity_until + 864000000",
            "before_publicity",
        ),
        (
            "UPDATE certificate_list SET approved_at = approved_at + 864000000",
            "before_approval",
        ),
    ] {
        let mut tx = house.office.store.write().await.unwrap();
        tx.execute(statement).await.unwrap();
        tx.commit().await.unwrap();
        let found = report().await;
        assert!(
            found.report.counts.contains_key(kind),
            "{statement}: {:?}",
            found.report.counts
        );
        assert!(found.grave > 0);
        // Put right again, so that the next finding stands alone.
        let mut tx = house.office.store.write().await.unwrap();
        for back in [
            "UPDATE number_counter SET next_serial = 3 WHERE scope LIKE 'certificate/%'",
            "UPDATE certificate_list SET approved_by = (SELECT id FROM account WHERE login = 'approver')",
            "UPDATE batch SET approved_by = (SELECT id FROM account WHERE login = 'scores')",
        ] {
            tx.execute(back).await.unwrap();
        }
        if kind == "before_publicity" {
            tx.execute("UPDATE batch SET publicity_until = publicity_until - 864000000")
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }
}
