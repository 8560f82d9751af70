//! What the exam hall must survive: the server killed under load, its database stopped, lines that never finish a sentence.
//!
//! A real server process and the players of `jianding rehearse`, who remember every acknowledgement and compare answer by
//! answer. `JIANDING_ROUNDS` makes the run long; docs/reliability.md has its figures.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::postgres::{self, Stoppable};

/// How many rounds: few in the daily checks, as many as asked for in the long run.
fn rounds(daily: u32) -> u32 {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings file")]
    let asked = std::env::var("JIANDING_ROUNDS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(daily)
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_jianding"))
}

/// A server process over a folder, which may be killed and started again.
struct Hall {
    process: Child,
    url: String,
    database: Option<String>,
    folder: tempfile::TempDir,
}

const CANDIDATES: u32 = 40;

impl Hall {
    fn open(database: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (process, url) = Self::start(folder.path(), "127.0.0.1:0", database.as_deref());
        Self {
            process,
            url,
            database,
            folder,
        }
    }

    fn start(folder: &Path, listen: &str, database: Option<&str>) -> (Child, String) {
        let mut command = program();
        command
            .args(["rehearse", "host", "--listen", listen, "--candidates"])
            .arg(CANDIDATES.to_string())
            .arg("--data")
            .arg(folder)
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(folder.join("server.log")).unwrap());
        if let Some(url) = database {
            command.args(["--database-url", url]);
        }
        #[expect(clippy::zombie_processes, reason = "the hall waits for it when it is dropped")]
        let mut process = command.spawn().unwrap();
        let says = BufReader::new(process.stdout.take().unwrap());
        for line in says.lines() {
            let told: Value = serde_json::from_str(&line.unwrap()).unwrap();
            if let Some(url) = told["ready"].as_str() {
                return (process, url.to_owned());
            }
        }
        let log = std::fs::read_to_string(folder.join("server.log")).unwrap();
        panic!("the server did not start: {log}");
    }

    /// Kills it without a warning, and starts it again on the same data and the same port.
    fn killed_and_started(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        let listen = self.url.trim_start_matches("http://").to_owned();
        (self.process, _) = Self::start(self.folder.path(), &listen, self.database.as_deref());
    }

    /// The players, who save as fast as this pace for so many seconds.
    fn players(&self, seconds: u64, pace: u64) -> Child {
        program()
            .args(["rehearse", "--json", "--wave", "1", "--server", &self.url])
            .args(["--seconds", &seconds.to_string(), "--pace", &pace.to_string()])
            .args(["--candidates", &CANDIDATES.to_string(), "--tickets"])
            .arg(self.folder.path().join("rehearsal-tickets.json"))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The players' sheet, once they have finished.
fn sheet(players: Child) -> Value {
    let output = players.wait_with_output().unwrap();
    serde_json::from_slice(&output.stdout).expect("a sheet")
}

fn done(sheet: &Value, act: &str) -> u64 {
    let mut acts = sheet["acts"].as_array().unwrap().iter();
    acts.find(|one| one["act"] == act)
        .map_or(0, |one| one["done"].as_u64().unwrap())
}

/// Nobody lost anything, and there was something to lose.
fn nothing_lost(sheet: &Value, saves: u64) {
    assert_eq!(sheet["lost"], 0, "{sheet:#}");
    assert_eq!(sheet["gave_up"], 0, "{sheet:#}");
    assert!(
        done(sheet, "save") >= saves,
        "too few saves to prove anything: {sheet:#}"
    );
    assert!(sheet["compared"].as_u64().unwrap() > 0, "{sheet:#}");
    assert_eq!(done(sheet, "submit"), u64::from(CANDIDATES), "{sheet:#}");
}

/// A number between 0 and this that differs each time.
fn any(below: u64) -> u64 {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap();
    u64::from(now.subsec_nanos()) / 1_000 % below
}

fn killed_under_load(database: Option<String>) {
    let rounds = rounds(5);
    let mut hall = Hall::open(database);
    let players = hall.players(u64::from(rounds) * 4 + 2, 60);
    std::thread::sleep(Duration::from_secs(3));
    let begun = Instant::now();
    for round in 1..=rounds {
        std::thread::sleep(Duration::from_millis(300 + any(1_700)));
        hall.killed_and_started();
        eprintln!("killed {round} of {rounds} after {:?}", begun.elapsed());
    }
    let sheet = sheet(players);
    nothing_lost(&sheet, u64::from(rounds) * 200);
    let errors: u64 = sheet["acts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|act| act["errors"].as_u64().unwrap())
        .sum();
    assert!(errors > 0, "nobody noticed the kills: {sheet:#}");
    eprintln!(
        "{rounds} kills: {} saves, {errors} broken lines, 0 lost",
        done(&sheet, "save")
    );
    if hall.database.is_none() {
        latest_is_the_last_of_the_log(&hall.folder.path().join("jianding.db"));
    }
}

/// The latest answer of each question is the one of the highest revision in the log, and there is no other.
fn latest_is_the_last_of_the_log(database: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let (wrong, all): (i64, i64) = runtime.block_on(async {
        let store = jianding::store::Store::open_file(database).await.unwrap();
        let mut connection = store.read().await.unwrap();
        sqlx::query_as(
            "SELECT COUNT(*) - COUNT(l.attempt_id), COUNT(*) FROM answer a
             LEFT JOIN answer_log l ON l.attempt_id = a.attempt_id AND l.number = a.number
                AND l.revision = a.revision AND l.value = a.value AND l.flagged = a.flagged
                AND NOT EXISTS (SELECT 1 FROM answer_log later WHERE later.attempt_id = l.attempt_id
                    AND later.number = l.number AND later.revision > l.revision)",
        )
        .fetch_one(&mut *connection)
        .await
        .unwrap()
    });
    assert_eq!(wrong, 0, "answers that are not the last of the log");
    assert!(all > 0);
}

#[test]
fn killed_again_and_again_under_load_no_acknowledged_answer_is_lost_on_sqlite() {
    killed_under_load(None);
}

#[test]
fn killed_again_and_again_under_load_no_acknowledged_answer_is_lost_on_postgres() {
    if let Some(url) = postgres::fresh_database() {
        killed_under_load(Some(url));
    }
}

#[test]
fn a_database_that_stops_for_a_while_loses_nothing() {
    let Some(mut database) = Stoppable::start() else { return };
    // Half a minute in the long run.
    let stopped = if rounds(1) > 1 { 30 } else { 4 };
    let hall = Hall::open(Some(database.url()));
    let players = hall.players(stopped + 8, 100);
    std::thread::sleep(Duration::from_secs(4));
    database.stop();
    std::thread::sleep(Duration::from_secs(stopped));
    database.go_on();
    let sheet = sheet(players);
    nothing_lost(&sheet, 500);
    eprintln!(
        "database stopped for {stopped} s: {} saves, 0 lost",
        done(&sheet, "save")
    );
}

#[test]
fn two_hundred_slow_lines_do_not_keep_honest_ones_out_and_are_closed() {
    let hall = Hall::open(None);
    let address = hall.url.trim_start_matches("http://").to_owned();
    let mut slow: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(&address).unwrap()).collect();
    for line in &mut slow {
        line.write_all(b"POST /api/v1/terminal/answers HTTP/1.1\r\nhost: x\r\n")
            .unwrap();
    }
    let players = hall.players(3, 100);
    // A byte now and then, so that no line looks idle.
    for _ in 0..34 {
        std::thread::sleep(Duration::from_secs(1));
        for line in &mut slow {
            let _ = line.write_all(b"x");
        }
    }
    let sheet = sheet(players);
    nothing_lost(&sheet, 50);
    for line in &mut slow {
        line.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut rest = Vec::new();
        match line.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "still open"),
        }
    }
}
