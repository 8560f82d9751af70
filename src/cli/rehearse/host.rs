//! `rehearse host`: an installation of its own for rehearsals, prepared so that its candidates can start at once.
//!
//! It says on every terminal that nothing counts; the players of a rehearsal refuse a server that does not.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::super::serve::{load_config, open_office, run, runtime, start_log, write_private};
use super::super::{Failure, complain, say};
use super::machine::raise_open_files;
use super::prepare::{Prepared, Ticket, prepare};
use crate::config::Config;
use crate::office::Office;
use crate::office::desk::AnswerDesk;
use crate::store::sitting::past;
use crate::web::{Serving, Site};

/// What `rehearse host` takes.
#[derive(Debug, Args)]
pub(super) struct HostArguments {
    /// The folder for the rehearsal's data; a folder that already holds a rehearsal is served again.
    #[arg(long)]
    pub(super) data: PathBuf,
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:8621")]
    pub(super) listen: SocketAddr,
    /// An empty PostgreSQL database instead of a file in the folder.
    #[arg(long)]
    pub(super) database_url: Option<String>,
    /// How many candidates to invent.
    #[arg(long, default_value_t = 100)]
    pub(super) candidates: usize,
    /// Attempts of earlier examinations to make up: only to measure what a full database costs.
    #[arg(long, default_value_t = 0, hide = true)]
    pub(super) past: u64,
    /// One transaction for each save: only to measure what group commit brings.
    #[arg(long, hide = true)]
    pub(super) one_by_one: bool,
    /// End when the standard input ends, and do what its lines say.
    #[arg(long, hide = true)]
    pub(super) leash: bool,
}

/// The tickets of a rehearsal, as written to a file for its players.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Tickets {
    /// The tickets.
    pub(super) tickets: Vec<Ticket>,
}

/// The file with the tickets, in the data folder.
pub(super) const TICKETS: &str = "rehearsal-tickets.json";

/// What a host says on its standard output, one JSON object a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Told {
    /// A step of the preparation.
    Preparing(String),
    /// Ready: the address to play against.
    Ready(String),
    /// Everybody was scored.
    Scored {
        /// How many.
        candidates: usize,
        /// How long it took.
        ms: u128,
    },
    /// It could not do what was asked.
    Failed(String),
}

/// The line that asks a host on a leash to close the rooms and score everybody.
pub(super) const SETTLE: &str = "settle";

/// Earlier attempts that are made up in one transaction; whole sessions.
const AT_ONCE: usize = 20_000;

fn tell(told: &Told) {
    if let Ok(line) = serde_json::to_string(told) {
        say(&line);
    }
}

pub(super) fn host(arguments: &HostArguments) -> Result<(), Failure> {
    raise_open_files();
    runtime()?.block_on(async {
        let serving = Serving::bind(arguments.listen)?;
        let config = Config {
            data: arguments.data.clone(),
            base_url: format!("http://{}", serving.address),
            database_url: arguments.database_url.clone(),
            ..load_config(None)?
        };
        start_log(&config);
        let mut office = open_office(&config, true).await?;
        if arguments.one_by_one {
            let (store, clock) = (office.store.clone(), office.clock.clone());
            office.desk = AnswerDesk::one_by_one(store, clock, office.entropy.clone(), office.keys.clone());
        }
        let prepared = ready(&office, arguments).await?;
        let office = Arc::new(office);
        tell(&Told::Ready(config.base_url.clone()));
        let server = run(office.clone(), Site::default(), serving);
        if !arguments.leash {
            return server.await;
        }
        tokio::select! {
            ended = server => ended,
            () = obey(&office, prepared.as_ref()) => Ok(()),
        }
    })
}

/// Prepares the rehearsal, unless the folder holds one already.
async fn ready(office: &Office, arguments: &HostArguments) -> Result<Option<Prepared>, Failure> {
    let path = arguments.data.join(TICKETS);
    if path.exists() {
        return Ok(None);
    }
    let told = |step: &str| tell(&Told::Preparing(step.to_owned()));
    let prepared = prepare(office, arguments.candidates, &told).await?;
    make_up(office, arguments.past, &told).await?;
    let tickets = Tickets {
        tickets: prepared.tickets.clone(),
    };
    write_private(&path, &serde_json::to_vec_pretty(&tickets)?)?;
    Ok(Some(prepared))
}

/// Fills the database with attempts of earlier examinations.
async fn make_up(office: &Office, attempts: u64, told: &(dyn Fn(&str) + Sync)) -> Result<(), Failure> {
    let attempts = i64::try_from(attempts).map_err(|error| Failure::new(error.to_string()))?;
    for from in (0..attempts).step_by(AT_ONCE) {
        told(&format!("earlier attempts: {from}"));
        let mut tx = office.store.write().await?;
        let number = (attempts - from).min(i64::try_from(AT_ONCE).unwrap_or(i64::MAX));
        past::make_up(&mut tx, from, number).await?;
        tx.commit().await?;
        office.store.carry_over().await?;
    }
    Ok(())
}

/// Does what the lines of the standard input say, until it ends.
async fn obey(office: &Office, prepared: Option<&Prepared>) {
    let (hear, mut lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lines().map_while(Result::ok) {
            if hear.send(line).is_err() {
                return;
            }
        }
    });
    while let Some(line) = lines.recv().await {
        if line == SETTLE {
            tell(&settle(office, prepared).await);
        } else {
            complain(&format!("unknown: {line}"));
        }
    }
}

async fn settle(office: &Office, prepared: Option<&Prepared>) -> Told {
    let Some(prepared) = prepared else {
        return Told::Failed("prepared by another process".to_owned());
    };
    let begun = std::time::Instant::now();
    match prepared.settle(office).await {
        Ok(candidates) => Told::Scored {
            candidates,
            ms: begun.elapsed().as_millis(),
        },
        Err(refusal) => Told::Failed(refusal.to_string()),
    }
}

/// Reads the tickets of a rehearsal.
pub(super) fn read_tickets(path: &Path) -> Result<Vec<Ticket>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
    let read: Tickets = serde_json::from_str(&text)
        .map_err(|error| Failure::new(format!("{}: not the tickets of a rehearsal ({error})", path.display())))?;
    Ok(read.tickets)
}
