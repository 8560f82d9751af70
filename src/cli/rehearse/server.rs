//! The server that is played against: one that runs already, or one of our own in a temporary folder.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::super::Failure;
use super::host::{SETTLE, TICKETS, Told, read_tickets};
use super::prepare::Ticket;

/// The server and its tickets.
pub(super) struct Server {
    /// Where it is.
    pub(super) address: SocketAddr,
    /// Who may sit.
    pub(super) tickets: Vec<Ticket>,
    /// Our own, with everything that only its owner can know.
    pub(super) own: Option<Own>,
}

/// A server that we started; it ends with this.
pub(super) struct Own {
    child: Child,
    says: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
}

/// What our own server keeps, in its folder; what it leaves beside it goes with the folder.
const DATA: &str = "data";

/// What our own server is to be.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted<'w> {
    /// How many candidates.
    pub(super) candidates: usize,
    /// PostgreSQL, or a file.
    pub(super) database_url: Option<&'w str>,
    /// One transaction for each save.
    pub(super) one_by_one: bool,
    /// Attempts of earlier examinations that lie in its database.
    pub(super) past: u64,
    /// Where the temporary folder is made.
    pub(super) below: Option<&'w Path>,
}

impl Server {
    /// One that runs already, named by its URL.
    pub(super) fn running(url: &str, tickets: &Path) -> Result<Self, Failure> {
        Ok(Self {
            address: resolve(url)?,
            tickets: read_tickets(tickets)?,
            own: None,
        })
    }

    /// Starts one of our own; `told` hears of each step of its preparation.
    pub(super) fn start(wanted: &Wanted<'_>, told: &dyn Fn(&str)) -> Result<Self, Failure> {
        let mut name = tempfile::Builder::new();
        name.prefix("jianding-rehearsal-");
        let folder = match wanted.below {
            Some(below) => name.tempdir_in(below)?,
            None => name.tempdir()?,
        };
        let log = std::fs::File::create(folder.path().join("server.log"))?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["rehearse", "host", "--leash", "--listen", "127.0.0.1:0", "--candidates"])
            .arg(wanted.candidates.to_string())
            .arg("--data")
            .arg(folder.path().join(DATA))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log);
        if let Some(url) = wanted.database_url {
            command.args(["--database-url", url]);
        }
        if wanted.past > 0 {
            command.args(["--past", &wanted.past.to_string()]);
        }
        if wanted.one_by_one {
            command.arg("--one-by-one");
        }
        let mut child = command.spawn()?;
        let says = child.stdout.take().map(BufReader::new);
        let says = says.ok_or_else(|| Failure::new("the server has no output"))?;
        let mut own = Own { child, says, folder };
        let url = loop {
            match own.hear()? {
                Told::Preparing(step) => told(&step),
                Told::Ready(url) => break url,
                Told::Scored { .. } => {}
                Told::Failed(why) => return Err(Failure::new(why)),
            }
        };
        Ok(Self {
            address: resolve(&url)?,
            tickets: read_tickets(&own.data().join(TICKETS))?,
            own: Some(own),
        })
    }
}

impl Own {
    /// Its process.
    pub(super) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Its folder.
    pub(super) fn data(&self) -> PathBuf {
        self.folder.path().join(DATA)
    }

    /// Has it close the rooms and score everybody: how many, and the milliseconds it took.
    pub(super) fn settle(&mut self) -> Result<(usize, u128), Failure> {
        let input = self.child.stdin.as_mut();
        let input = input.ok_or_else(|| Failure::new("the server has no input"))?;
        writeln!(input, "{SETTLE}")?;
        loop {
            match self.hear()? {
                Told::Scored { candidates, ms } => return Ok((candidates, ms)),
                Told::Failed(why) => return Err(Failure::new(why)),
                Told::Preparing(_) | Told::Ready(_) => {}
            }
        }
    }

    fn hear(&mut self) -> Result<Told, Failure> {
        let mut line = String::new();
        if self.says.read_line(&mut line)? == 0 {
            let log = std::fs::read_to_string(self.folder.path().join("server.log")).unwrap_or_default();
            let last: Vec<_> = log.lines().rev().take(5).collect();
            return Err(Failure::new(format!("the server ended: {}", last.join("\n"))));
        }
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        // It is thrown away with its folder: nothing is worth finishing.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn resolve(url: &str) -> Result<SocketAddr, Failure> {
    let rest = url.strip_prefix("http://").ok_or_else(|| {
        Failure::new(format!(
            "{url}: only http:// is played; behind a TLS proxy, name the server itself"
        ))
    })?;
    let host = rest.split('/').next().unwrap_or_default();
    let host = if host.contains(':') {
        host.to_owned()
    } else {
        format!("{host}:80")
    };
    host.to_socket_addrs()?
        .next()
        .ok_or_else(|| Failure::new(format!("{url}: no such server")))
}
