//! The disk fills up in the middle of an exam: the terminal is told the truth, nothing acknowledged is lost, and when
//! there is room again everything goes on without a restart.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::cast::{Cast, approve, open_batch, prepare_sessions, register, text};
use crate::house::House;
use crate::people::Person;
use crate::story::{check_in_all, sits_down};

const MINUTE: i64 = 60_000;

/// A disk of its own in memory, small enough to fill. Gone with the value.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    /// Needs the right to mount; `None` where it is missing.
    fn mounted() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=48m", "tmpfs"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        if done.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        eprintln!("skipped: a disk that fills up needs the right to mount (run as root)");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Fills what is left, to the last byte; gives the file that does.
    fn fill(&self) -> PathBuf {
        use std::io::Write as _;
        let path = self.path().join("filler");
        let mut file = std::fs::File::create(&path).unwrap();
        for size in [1 << 20, 4096, 1] {
            while file.write_all(&vec![0_u8; size]).is_ok() {}
        }
        path
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: the house may still hold its files open.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[test]
fn a_full_disk_is_told_and_loses_nothing_and_needs_no_restart() {
    let Some(disk) = SmallDisk::mounted() else { return };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let house = House::on_sqlite_in(tempfile::tempdir_in(disk.path()).unwrap()).await;
        fill_and_go_on(&house, &disk).await;
    });
}

async fn fill_and_go_on(house: &House, disk: &SmallDisk) {
    let (ada, ben) = two_at_their_papers(house).await;
    let mut known = Known::default();
    for revision in 1..=3 {
        for number in 1..=20 {
            let saved = ada.saves(&mut known, number, revision).await;
            assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
        }
    }

    // The disk is full. Some saves may still fit into what the database already holds of it; then no more.
    let filler = disk.fill();
    let refused = ada.saves_until_refused(&mut known).await;
    assert_eq!(refused.status, StatusCode::INSUFFICIENT_STORAGE, "{}", refused.body);
    assert_eq!(refused.body["code"], "storage-full");
    let said = text(&refused.body, "message");
    assert!(
        said.contains("这次没有保存") && said.contains("之前保存的内容都还在"),
        "{said}"
    );
    let english = ada
        .person
        .does("/terminal/answers?lang=en", answer(1, "A", 9_000))
        .await;
    let said = text(&english.body, "message");
    assert!(
        said.contains("not saved") && said.contains("saved before is safe"),
        "{said}"
    );

    // Meanwhile reading goes on, another candidate is told the same, and handing in is not half done.
    known.is_what_the_server_has(&ada.person).await;
    let also = ben.person.does("/terminal/answers", answer(1, "A", 1)).await;
    assert_eq!(also.status, StatusCode::INSUFFICIENT_STORAGE, "{}", also.body);
    let submit = ada.person.does("/terminal/submit", json!({})).await;
    assert_eq!(submit.status, StatusCode::INSUFFICIENT_STORAGE, "{}", submit.body);
    assert_eq!(ada.person.sees("/terminal").await.ok()["state"], "open");

    // Somebody makes room. The same server, the same terminals: what was refused is sent again.
    std::fs::remove_file(filler).unwrap();
    for number in 1..=20 {
        let saved = ada.saves(&mut known, number, 10_000).await;
        assert_eq!(saved.status, StatusCode::OK, "{}", saved.body);
    }
    ben.person.does("/terminal/answers", answer(1, "A", 1)).await.ok();
    known.is_what_the_server_has(&ada.person).await;
    let receipt = ada.person.does("/terminal/submit", json!({})).await.ok();
    assert_eq!(
        (&receipt["answered"], &receipt["how"]),
        (&json!(20), &json!("candidate"))
    );
}

/// A candidate in front of an open paper.
struct Seated {
    person: Person,
    /// Two answers that each question takes, by its number.
    takes: BTreeMap<i64, [&'static str; 2]>,
}

/// What was acknowledged: revision and value by question.
#[derive(Default)]
struct Known(BTreeMap<i64, (i64, String)>);

impl Known {
    /// The server gives back exactly this, and nothing that it refused.
    async fn is_what_the_server_has(&self, person: &Person) {
        let state = person.sees("/terminal").await.ok();
        let stored: BTreeMap<i64, (i64, String)> = state["answers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| {
                let number = one["number"].as_i64().unwrap();
                (number, (one["revision"].as_i64().unwrap(), text(one, "value")))
            })
            .collect();
        assert_eq!(stored, self.0);
    }
}

fn answer(number: i64, value: &str, revision: i64) -> Value {
    json!({ "answers": [{ "number": number, "value": value, "revision": revision, "flagged": false }] })
}

impl Seated {
    async fn saves(&self, known: &mut Known, number: i64, revision: i64) -> crate::people::Answer {
        let value = self.takes[&number][usize::from(revision % 2 == 0)];
        let told = self
            .person
            .does("/terminal/answers", answer(number, value, revision))
            .await;
        if told.status.is_success() {
            known.0.insert(number, (revision, value.to_owned()));
        }
        told
    }

    async fn saves_until_refused(&self, known: &mut Known) -> crate::people::Answer {
        for revision in 4..8_000 {
            let told = self.saves(known, 1 + revision % 20, revision).await;
            if !told.status.is_success() {
                return told;
            }
        }
        panic!("a full disk took thousands of saves");
    }
}

/// Two candidates with open papers of twenty questions.
async fn two_at_their_papers(house: &House) -> (Seated, Seated) {
    let cast = Cast::of(house).await;
    let batch = open_batch(&cast).await;
    let ada = register(&cast, &batch, "艾达·李", 1).await;
    let ben = register(&cast, &batch, "贲本", 2).await;
    approve(&cast, &batch, &[ada.clone(), ben.clone()]).await;
    let sessions = prepare_sessions(&cast, &batch).await;
    house.clock.advance(30 * MINUTE);
    let (ada, ben) = (
        sits_down(house, &sessions, &ada).await,
        sits_down(house, &sessions, &ben).await,
    );
    let start = format!("/sessions/{}/start", sessions.theory);
    cast.invigilator.does(&start, json!({})).await.ok();
    check_in_all(&cast, &sessions.theory).await;
    (opened(ada).await, opened(ben).await)
}

async fn opened(person: Person) -> Seated {
    person.does("/terminal/start", json!({})).await.ok();
    let paper = person.sees("/terminal/paper").await.ok();
    let takes = paper["questions"].as_array().unwrap().iter().map(|question| {
        let values = if question["kind"] == "single" {
            ["A", "B"]
        } else {
            ["T", "F"]
        };
        (question["number"].as_i64().unwrap(), values)
    });
    Seated {
        takes: takes.collect(),
        person,
    }
}
