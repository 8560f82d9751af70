//! A PostgreSQL server of the tests' own: made from the installed programs, on a socket in a temporary folder, under an
//! unprivileged user, and gone when the tests are.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::house::required;

struct Server {
    socket: PathBuf,
    /// While this is open the server lives; it is never closed before the process ends.
    _leash: std::process::ChildStdin,
    databases: AtomicU32,
}

/// The URL of a fresh, empty database, or `None` where PostgreSQL is not installed.
pub(crate) fn fresh_database() -> Option<String> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(start).as_ref()?;
    let name = format!("house_{}", server.databases.fetch_add(1, Ordering::SeqCst));
    let bin = programs()?;
    let done = as_nobody(&bin.join("createdb"))
        .arg("-h")
        .arg(&server.socket)
        .args(["-U", "tests", &name])
        .status()
        .expect("createdb starts");
    assert!(done.success(), "createdb {name}");
    Some(format!(
        "postgres://tests@localhost/{name}?host={}",
        server.socket.display()
    ))
}

/// A PostgreSQL server of one test's own, which it may stop as a crash would and start again.
pub(crate) struct Stoppable {
    folder: PathBuf,
}

impl Stoppable {
    /// Starts it, with one empty database; `None` where PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        let Some(bin) = programs() else {
            eprintln!("skipped: PostgreSQL is not installed (Debian: postgresql)");
            return None;
        };
        let folder = make_cluster(&bin);
        let mut own = Self { folder };
        own.go_on();
        let made = as_nobody(&bin.join("createdb"))
            .arg("-h")
            .arg(&own.folder)
            .args(["-U", "tests", "house"])
            .status()
            .expect("createdb starts");
        assert!(made.success(), "createdb");
        Some(own)
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://tests@localhost/house?host={}", self.folder.display())
    }

    /// Stops it at once, without finishing anything.
    pub(crate) fn stop(&mut self) {
        self.control(&["stop", "-m", "immediate"]);
    }

    /// Starts it again.
    pub(crate) fn go_on(&mut self) {
        let options = format!("-k {} -h '' -c fsync=on -c max_connections=100", self.folder.display());
        self.control(&["start", "-w", "-o", &options]);
    }

    fn control(&self, what: &[&str]) {
        let bin = programs().expect("it was there before");
        let done = as_nobody(&bin.join("pg_ctl"))
            .args(what)
            .arg("-D")
            .arg(self.folder.join("data"))
            .arg("-l")
            .arg(self.folder.join("log"))
            .stdout(Stdio::null())
            .status()
            .expect("pg_ctl starts");
        assert!(done.success(), "pg_ctl {what:?}");
    }
}

impl Drop for Stoppable {
    fn drop(&mut self) {
        self.stop();
        let _ = as_nobody(Path::new("/bin/rm")).arg("-rf").arg(&self.folder).status();
    }
}

fn programs() -> Option<PathBuf> {
    let mut versions: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    versions.sort();
    versions.into_iter().rev().find(|bin| bin.join("initdb").is_file())
}

fn start() -> Option<Server> {
    let Some(bin) = programs() else {
        assert!(
            !required("postgres"),
            "PostgreSQL is required and its programs are not under /usr/lib/postgresql"
        );
        eprintln!("skipped: PostgreSQL is not installed (Debian: postgresql)");
        return None;
    };
    let folder = make_cluster(&bin);
    let data = folder.join("data");
    // The shell ends the server when its input ends, which happens when the tests end, in whatever way.
    let script = "\"$0\" -D \"$1\" -k \"$2\" -h '' -c fsync=on -c max_connections=200 >\"$2/log\" 2>&1 & p=$!; \
                  read -r _; kill -INT $p; wait $p; rm -rf \"$2\"";
    let mut shell = as_nobody(Path::new("/bin/sh"));
    #[expect(clippy::zombie_processes, reason = "it ends with the tests: its input is the leash")]
    let mut child = shell
        .arg("-c")
        .arg(script)
        .arg(bin.join("postgres"))
        .arg(&data)
        .arg(&folder)
        .stdin(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let leash = child.stdin.take().expect("its input");
    wait_until_ready(&bin, &folder);
    Some(Server {
        socket: folder,
        _leash: leash,
        databases: AtomicU32::new(0),
    })
}

/// A fresh cluster in a temporary folder, below which it is `data`.
fn make_cluster(bin: &Path) -> PathBuf {
    // Made by the unprivileged user, who also takes it away again.
    let made = as_nobody(Path::new("/usr/bin/mktemp"))
        .args(["-d", "/tmp/jianding-pg-XXXXXX"])
        .output()
        .expect("mktemp");
    let folder = PathBuf::from(String::from_utf8(made.stdout).expect("a path").trim());
    let data = folder.join("data");
    let made = as_nobody(&bin.join("initdb"))
        .args([
            "-U",
            "tests",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            "-D",
        ])
        .arg(&data)
        .stdout(Stdio::null())
        .status()
        .expect("initdb starts");
    assert!(made.success(), "initdb");
    folder
}

fn wait_until_ready(bin: &Path, socket: &Path) {
    for _ in 0..300 {
        let ready = as_nobody(&bin.join("pg_isready"))
            .arg("-q")
            .arg("-h")
            .arg(socket)
            .status()
            .expect("pg_isready starts");
        if ready.success() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!(
        "PostgreSQL did not start: {}",
        std::fs::read_to_string(socket.join("log")).unwrap_or_default()
    );
}

/// PostgreSQL refuses to run as root.
fn as_nobody(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"])
        .arg(program)
        .current_dir("/tmp");
    command
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id starts");
    id.stdout.trim_ascii() == b"0"
}
