//! A signer of its own, asked through its socket, over a database that it can only read.

use super::*;
use crate::certificate::{Change, LockedKey, SoftSigner, verify};
use crate::identity::Role;
use crate::kernel::{ManualClock, OsEntropy};
use crate::office::Caller;
use crate::office::certificate::tests::{House, codes, house, staff};
use crate::office::certificate::{
    ApproveCertificates, CertificateBadge, IssueCertificates, ListCertificates, PrepareCertificates, StatusList,
    give_up_key, issue_list, issuer, stored_authority,
};
use crate::office::ledger::{public_key, publish};
use crate::store::Store;

const PASSPHRASE: &str = "nine grey cranes over the lake";

/// A house with an approved list whose key is with a signer of its own.
struct Apart {
    house: House,
    officer: Caller,
    approver: Caller,
    key: LockedKey,
}

async fn apart() -> Apart {
    let mut house = house().await;
    house.finish().await;
    let batch = house.ground.batch;
    let office = &house.office;
    let officer = staff(office, "officer", Role::CertificateOfficer).await;
    let approver = staff(office, "approver", Role::CertificateApprover).await;
    let log = public_key(office).await.unwrap().to_string();
    let sealed = stored_authority(office).await.unwrap();
    let key = LockedKey::lock(&sealed, &office.keys.vault, PASSPHRASE, &log, &OsEntropy).unwrap();
    give_up_key(office).await.unwrap();
    assert!(stored_authority(office).await.unwrap().signing_key.is_none());
    house.office.press.ask_signer_at(house.folder.path().join("signer"));
    house.perform(PrepareCertificates { batch }, &officer).await.unwrap();
    house.perform(ApproveCertificates { batch }, &approver).await.unwrap();
    Apart {
        house,
        officer,
        approver,
        key,
    }
}

impl Apart {
    fn signer(&self) -> SoftSigner {
        self.key.open(PASSPHRASE).unwrap()
    }

    async fn room(&self, limit: u32) -> std::io::Result<SignerRoom> {
        let path = self.house.folder.path();
        let store = Store::open_reading(&format!("sqlite:{}", path.join("office.db").display())).await;
        let clock: &ManualClock = &self.house.clock;
        let office = crate::office::testing::office_over(store.unwrap(), clock, Arc::new(OsEntropy), true);
        let log = self.key.ledger.parse().unwrap();
        SignerRoom::new(office, Arc::new(self.signer()), log, (&path.join("journal"), limit))
    }

    /// A signer that serves until the test ends.
    async fn serves(&self, limit: u32) {
        let room = Arc::new(self.room(limit).await.unwrap());
        let socket = UnixListener::bind(self.house.folder.path().join("signer")).unwrap();
        tokio::spawn(room.serve(socket, None, std::future::pending()));
    }

    fn journal(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.house.folder.path().join("journal")).unwrap();
        text.lines().map(ToOwned::to_owned).collect()
    }

    /// What a server that somebody took over might write.
    async fn tampers(&self, statement: &'static str) {
        use sqlx::Executor as _;
        let mut tx = self.house.office.store.write().await.unwrap();
        tx.execute(statement).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn issue(&self) -> Result<(), Refusal> {
        issue_list(&self.house.office, &self.officer, self.house.ground.batch).await
    }
}

#[tokio::test]
async fn certificates_are_issued_by_asking_a_process_that_has_the_key() {
    let apart = apart().await;
    let batch = apart.house.ground.batch;
    let nobody = IssueCertificates {
        batch,
        application: Some(apart.house.people[0]),
    };
    let down = apart.house.perform(nobody, &apart.officer).await.unwrap_err();
    assert!(matches!(down, Refusal::Fault(cause) if cause.contains("signer")));
    apart.serves(100).await;
    // Nothing was lost while the signer was away: the number that was taken is used.
    apart.issue().await.unwrap();
    assert_eq!(apart.journal().len(), 2);
    let office = &apart.house.office;
    let list = apart
        .house
        .perform(ListCertificates { batch }, &apart.officer)
        .await
        .unwrap();
    let certificates: Vec<_> = list.rows.into_iter().filter_map(|row| row.certificate).collect();
    assert_eq!(certificates[0].number, "S000042001007264000001");
    let root = issuer(office).await.unwrap().root();
    let pdf = apart.house.pdf(certificates[0].id).await;
    let genuine = verify(&pdf, &[root]).unwrap();
    assert_eq!(genuine.credential.record.number.as_str(), certificates[0].number);

    let both = (&apart.officer, &apart.approver);
    apart
        .house
        .change(certificates[0].id, Change::Reissue, "遗失", both)
        .await
        .unwrap();
    assert_eq!(apart.journal().len(), 3);
    let system = Caller::system("test");
    let jws = apart.house.perform(StatusList { list: 1 }, &system).await.unwrap().jws;
    assert_eq!(jws.split('.').count(), 3);
    let certificate = certificates[0].id;
    apart
        .house
        .perform(CertificateBadge { certificate }, &system)
        .await
        .unwrap();
    apart.house.sound().await.unwrap();
}

#[tokio::test]
async fn a_signer_does_not_believe_what_the_register_does_not_support() {
    let apart = apart().await;
    apart.serves(100).await;
    let refused = async |statement: &'static str, mended: &'static str| {
        apart.tampers(statement).await;
        let refusal = apart.issue().await.unwrap_err();
        apart.tampers(mended).await;
        let Refusal::Rule(broken) = refusal else {
            panic!("{refusal}")
        };
        assert_eq!(broken.code, "signer-refused");
        broken
            .facts
            .iter()
            .find(|(name, _)| *name == "reason")
            .map(|(_, fact)| serde_json::to_value(fact).unwrap())
    };
    let reason = refused(
        "UPDATE batch SET approved_by = settled_by",
        "UPDATE batch SET approved_by = (SELECT id FROM account WHERE login = 'scores')",
    );
    assert_eq!(reason.await, Some("results".into()));
    assert!(!apart.house.folder.path().join("journal").exists() || apart.journal().is_empty());
    apart.issue().await.unwrap();
    assert_eq!(apart.journal().len(), 2);
}

#[tokio::test]
async fn a_signer_signs_nothing_twice_nothing_unknown_and_only_what_its_own_ledger_has() {
    let apart = apart().await;
    apart.serves(100).await;
    apart.issue().await.unwrap();
    let office = &apart.house.office;
    let mut connection = office.store.read().await.unwrap();
    let rows = crate::store::certificate::of_batch(&mut connection, apart.house.ground.batch)
        .await
        .unwrap();
    drop(connection);
    publish(office).await.unwrap();
    let ledger = super::super::issue::evidence(office, &rows[0].id.to_string())
        .await
        .unwrap();
    let order = |id, ledger| Order::Sheet { id, ledger };
    let socket = apart.house.folder.path().join("signer");
    let unknown = crate::kernel::CertificateId::new(office.now(), &OsEntropy);
    let orders = [
        order(rows[0].id, ledger.clone()),
        order(unknown, ledger.clone()),
        order(rows[1].id, ledger.clone()),
    ];
    let told: Vec<String> = ask_signer(&socket, &orders)
        .await
        .unwrap()
        .into_iter()
        .map(|answer| match answer {
            Answer::Refused { name, .. } => name,
            _ => panic!("signed"),
        })
        .collect();
    assert_eq!(told, ["issued", "unknown", "issued"]);

    // Too long a frame ends the conversation; no order at all is told so.
    let mut stream = UnixStream::connect(&socket).await.unwrap();
    write_frame(&mut stream, b"{\"order\":\"digest\",\"bytes\":\"00\"}")
        .await
        .unwrap();
    let answer = read_frame(&mut stream, LONGEST_ANSWER).await.unwrap().unwrap();
    assert!(String::from_utf8(answer).unwrap().contains("not an order"));
    stream.write_all(&u32::MAX.to_be_bytes()).await.unwrap();
    assert!(!matches!(read_frame(&mut stream, LONGEST_ANSWER).await, Ok(Some(_))));
}

#[tokio::test]
async fn the_hours_limit_holds_over_a_restart_and_an_altered_journal_is_refused() {
    let apart = apart().await;
    apart.serves(1).await;
    assert_eq!(codes(apart.issue().await.unwrap_err()), ["signer-refused"]);
    assert_eq!(apart.journal().len(), 1);
    assert!(apart.room(1).await.is_err(), "one signer for a journal");

    let path = apart.house.folder.path().join("copy");
    let line = apart.journal()[0].clone() + "\n";
    std::fs::write(&path, line.clone() + "{\"before\":").unwrap();
    let now = apart.house.office.now();
    let journal = Journal::open(&path, 1, now).unwrap();
    assert_eq!((journal.recent.len(), journal.numbers.len()), (1, 1));
    drop(journal);
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        line,
        "half a line was no signature"
    );
    let mut journal = Journal::open(&path, 5, now).unwrap();
    let again = |id: &str| Line {
        before: Digest::of(b""),
        at: now.millis(),
        order: SHEET.to_owned(),
        id: id.to_owned(),
        number: "S000042001007264000001".to_owned(),
        claims: Digest::of(b"claims"),
    };
    let other = journal.note(again("another certificate"), now);
    assert!(matches!(other, Err(SigningFailure::Facts(NotSigned::Number))));
    drop(journal);
    std::fs::write(&path, line.replace("264000001", "264000002") + &line).unwrap();
    assert!(Journal::open(&path, 5, now).is_err());
}
