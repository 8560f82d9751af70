//! Killed while issuing: a process of its own issues, and is ended at any moment, as a power cut would.
//!
//! `JIANDING_ROUNDS=100` plays a hundred rounds; a few are enough for every day.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use super::tests::{House, house, staff};
use super::*;
use crate::identity::Role;
use crate::kernel::{Entropy as _, ManualClock, OsEntropy, SeededEntropy};
use crate::office::Actor;
use crate::office::ledger::{Trust, check, public_key};
use crate::store::Store;

/// What the other process is told.
const TOLD: &str = "JIANDING_KILLED";

#[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
fn told(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The process that is killed: issues the list of a batch in somebody's database.
#[tokio::test]
async fn the_process_that_issues() {
    let Some(text) = told(TOLD) else { return };
    let facts: Vec<&str> = text.split('|').collect();
    let [path, time, batch, account] = facts[..] else {
        panic!("{text}")
    };
    let clock = ManualClock::at(Timestamp::from_millis(time.parse().unwrap()));
    let store = Store::open_file(std::path::Path::new(path)).await.unwrap();
    let office = crate::office::testing::office_over(store, &clock, Arc::new(OsEntropy), true);
    let mut caller = Caller::system("test");
    caller.actor = Actor::Staff {
        account: account.parse().unwrap(),
        login: "officer".to_owned(),
        name: "officer".to_owned(),
        roles: [Role::CertificateOfficer].into(),
        sign_in: crate::kernel::SignInId::new(clock_now(&clock), &OsEntropy),
    };
    eprintln!("issuing");
    issue_list(&office, &caller, batch.parse().unwrap()).await.unwrap();
}

fn clock_now(clock: &ManualClock) -> Timestamp {
    crate::kernel::Clock::now(clock)
}

/// A house whose list is approved, saved as a file that each round starts from.
async fn approved() -> (House, Caller) {
    let house = house().await;
    house.finish().await;
    let batch = house.ground.batch;
    let officer = staff(&house.office, "officer", Role::CertificateOfficer).await;
    let approver = staff(&house.office, "approver", Role::CertificateApprover).await;
    house.perform(PrepareCertificates { batch }, &officer).await.unwrap();
    house.perform(ApproveCertificates { batch }, &approver).await.unwrap();
    (house, officer)
}

#[tokio::test]
async fn a_kill_at_any_moment_leaves_no_certificate_without_its_entry_and_no_number_twice() {
    use sqlx::Executor as _;
    let (house, officer) = approved().await;
    let folder = tempfile::tempdir().unwrap();
    let dice = SeededEntropy::new(3);
    let mut whole = 0;
    let rounds = told("JIANDING_ROUNDS")
        .and_then(|told| told.parse().ok())
        .unwrap_or(4_u32);
    for round in 0..rounds {
        let path = folder.path().join(format!("round-{round}.db"));
        let mut connection = house.office.store.read().await.unwrap();
        connection.execute("PRAGMA query_only = OFF").await.unwrap();
        let copy = format!("VACUUM INTO '{}'", path.display());
        connection.execute(sqlx::AssertSqlSafe(copy)).await.unwrap();
        connection.execute("PRAGMA query_only = ON").await.unwrap();
        drop(connection);
        let facts = [
            path.display().to_string(),
            house.office.now().millis().to_string(),
            house.ground.batch.to_string(),
            officer.account().unwrap().to_string(),
        ];
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "office::certificate::kill::the_process_that_issues",
                "--nocapture",
            ])
            .env(TOLD, facts.join("|"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.any(|line| line.unwrap().contains("issuing")));
        let mut moment = [0; 2];
        dice.fill(&mut moment);
        std::thread::sleep(Duration::from_millis(u64::from(u16::from_be_bytes(moment)) % 700));
        child.kill().unwrap();
        child.wait().unwrap();
        whole += u32::from(after(&house, &officer, &path).await);
    }
    assert!(whole < rounds || rounds < 20, "every round was over before the kill");
}

/// What is found after a kill, and after going on. Tells whether everything was issued before the kill.
async fn after(house: &House, officer: &Caller, path: &std::path::Path) -> bool {
    let store = Store::open_file(path).await.unwrap();
    let office = crate::office::testing::office_over(store, &house.clock, Arc::new(OsEntropy), true);
    let key = public_key(&office).await.unwrap();
    let trust = Trust {
        ledger: &key,
        witnesses: &[],
        vault: &office.keys.vault,
        kept: None,
    };
    let mut connection = office.store.read().await.unwrap();
    // The check itself: every certificate and every number has its entry.
    let before = check(&mut connection, trust).await.unwrap().unwrap();
    drop(connection);
    issue_list(&office, officer, house.ground.batch).await.unwrap();
    let mut connection = office.store.read().await.unwrap();
    let sound = check(&mut connection, trust).await.unwrap().unwrap();
    assert_eq!(sound.certificates, 2);
    let rows = rows::of_batch(&mut connection, house.ground.batch).await.unwrap();
    let numbers: Vec<_> = rows.iter().map(|row| row.number.as_str()).collect();
    assert_eq!(numbers, ["S000042001007264000001", "S000042001007264000002"]);
    drop(connection);
    office.store.close().await;
    before.certificates == 2
}
