//! The power fails: everything that was not made durable is undone, at any instant, and no acknowledged answer may be
//! missing. With `synchronous = NORMAL` answers must be missing, or the test would prove nothing.
//!
//! The desk runs in a process of its own, under the library of `tests/power_cut.c`; each acknowledgement is noted in a
//! file beside, which the cut spares. `JIANDING_ROUNDS` says how many cuts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::*;
use crate::kernel::{HOUR, ManualClock, SeededEntropy};
use crate::store::sitting::answers;
use crate::store::sitting::fixture;

const BEGIN: Timestamp = Timestamp::from_millis(1_780_000_000_000);
const SEATS: i64 = 40;
/// A cut before so many acknowledgements proves nothing.
const AT_LEAST: usize = 1_000;
const PATIENCE: Duration = Duration::from_secs(120);

#[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
fn said(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn lease(seat: usize) -> Digest {
    Digest::of(&seat.to_le_bytes())
}

/// The process that suffers the cut: saves without end and notes what was acknowledged.
#[test]
#[ignore = "is started by the tests of power cuts"]
fn suffers_the_cut() {
    let Some(folder) = said("POWER_CUT_DATA").map(PathBuf::from) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let database = folder.join("exam.db");
        let store = if said("POWER_CUT_WEAK").is_some() {
            Store::open_weakly(&database).await.unwrap()
        } else {
            Store::open_file(&database).await.unwrap()
        };
        let dice = Arc::new(SeededEntropy::new(1));
        let code = |seat: i64| Digest::of(&seat.to_le_bytes());
        let hall = fixture::hall(&store, dice.as_ref(), BEGIN, SEATS, code).await;
        let desk = AnswerDesk::start(
            store.clone(),
            Arc::new(ManualClock::at(BEGIN)),
            dice,
            Keys::from_secret([7; 32]),
        );
        let mut saving = Vec::new();
        for (seat, (_, attempt)) in hall.seats.into_iter().enumerate() {
            fixture::open(&store, attempt, lease(seat), BEGIN, HOUR).await;
            let notes = std::fs::File::options()
                .create(true)
                .append(true)
                .open(folder.join("acknowledged"))
                .unwrap();
            saving.push(tokio::spawn(saves(desk.clone(), attempt, lease(seat), notes)));
        }
        for one in saving {
            one.await.unwrap();
        }
    });
}

async fn saves(desk: AnswerDesk, attempt: AttemptId, lease: Digest, mut notes: std::fs::File) {
    use std::io::Write as _;
    for revision in 1.. {
        for number in 1..=100 {
            let answer = Answer {
                number,
                value: "B".to_owned(),
                revision,
                flagged: false,
            };
            desk.save(attempt, lease, vec![answer]).await.unwrap();
            notes
                .write_all(format!("{attempt} {number} {revision}\n").as_bytes())
                .unwrap();
        }
    }
}

/// The library that undoes; `None` where there is no C compiler.
fn library(folder: &Path) -> Option<PathBuf> {
    let built = folder.join("power_cut.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/power_cut.c");
    let done = Command::new("cc")
        .args(["-O1", "-shared", "-fPIC", "-o"])
        .arg(&built)
        .arg(source)
        .args(["-ldl", "-lpthread"])
        .status();
    done.is_ok_and(|status| status.success()).then_some(built)
}

/// One cut at a random instant: how many acknowledged answers there were, and how many are missing.
fn cut(library: &Path, weak: bool, round: u64) -> (usize, usize) {
    let folder = tempfile::tempdir().unwrap();
    let now = folder.path().join("now");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "office::desk::power_cut::suffers_the_cut",
            "--ignored",
            "--nocapture",
        ])
        .env("LD_PRELOAD", library)
        .env("POWER_CUT_DATA", folder.path())
        .env("POWER_CUT_FOLDER", folder.path())
        .env("POWER_CUT_NOW", &now)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if weak {
        command.env("POWER_CUT_WEAK", "1");
    }
    let mut process = command.spawn().unwrap();
    let begun = std::time::Instant::now();
    while noted(folder.path()).len() < AT_LEAST {
        assert!(begun.elapsed() < PATIENCE, "too few saves in {PATIENCE:?}");
        assert!(process.try_wait().unwrap().is_none(), "it ended before the cut");
        std::thread::sleep(Duration::from_millis(50));
    }
    std::thread::sleep(Duration::from_millis(round * 577 % 1_500));
    std::fs::write(&now, "").unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(137), "the cut came");
    let acknowledged = noted(folder.path());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let missing = runtime.block_on(missing(&folder.path().join("exam.db"), &acknowledged));
    (acknowledged.len(), missing)
}

/// The highest acknowledged revision of each question.
fn noted(folder: &Path) -> BTreeMap<(String, i64), i64> {
    let text = std::fs::read_to_string(folder.join("acknowledged")).unwrap_or_default();
    let mut noted = BTreeMap::new();
    // A last line without its end was being written.
    for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        let mut words = line.split_whitespace();
        let attempt = words.next().unwrap().to_owned();
        let number: i64 = words.next().unwrap().parse().unwrap();
        let revision: i64 = words.next().unwrap().parse().unwrap();
        let highest = noted.entry((attempt, number)).or_insert(0);
        *highest = revision.max(*highest);
    }
    noted
}

async fn missing(database: &Path, acknowledged: &BTreeMap<(String, i64), i64>) -> usize {
    let store = Store::open_file(database).await.unwrap();
    assert_eq!(fixture::integrity(&store).await, "ok");
    let mut stored = BTreeMap::new();
    let mut connection = store.read().await.unwrap();
    for (attempt, _) in acknowledged.keys() {
        if stored.contains_key(attempt) {
            continue;
        }
        let rows = answers::of_attempt(&mut connection, attempt.parse().unwrap())
            .await
            .unwrap();
        let rows: BTreeMap<i64, i64> = rows.into_iter().map(|row| (row.number, row.revision)).collect();
        stored.insert(attempt.clone(), rows);
    }
    let kept = |((attempt, number), revision): &(&(String, i64), &i64)| {
        stored[attempt].get(number).is_some_and(|stored| stored >= revision)
    };
    acknowledged.iter().filter(|one| !kept(one)).count()
}

fn rounds(daily: u64) -> u64 {
    said("JIANDING_ROUNDS")
        .and_then(|text| text.parse().ok())
        .unwrap_or(daily)
}

fn cuts(weak: bool, rounds: u64) -> Option<(usize, usize)> {
    let folder = tempfile::tempdir().unwrap();
    let Some(library) = library(folder.path()) else {
        #[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
        {
            eprintln!("skipped: a power cut needs a C compiler (cc)");
        }
        return None;
    };
    let all = (0..rounds).map(|round| cut(&library, weak, round));
    let sum = all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    #[expect(clippy::print_stderr, reason = "the long run's figures")]
    {
        let kind = if weak { "NORMAL" } else { "FULL" };
        eprintln!(
            "{rounds} power cuts with {kind}: {} acknowledged answers, {} missing",
            sum.0, sum.1
        );
    }
    Some(sum)
}

#[test]
fn a_power_cut_takes_no_acknowledged_answer() {
    if let Some((acknowledged, missing)) = cuts(false, rounds(3)) {
        assert!(acknowledged >= AT_LEAST);
        assert_eq!(missing, 0, "of {acknowledged}");
    }
}

#[test]
fn with_a_weaker_setting_the_same_cut_does_take_answers() {
    // A few cuts are enough: one may pass by luck.
    if let Some((acknowledged, missing)) = cuts(true, rounds(3).min(6)) {
        assert!(
            missing > 0,
            "{acknowledged} acknowledged and all there: the cut does not bite"
        );
    }
}
