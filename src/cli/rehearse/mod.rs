//! `rehearse`: plays an examination with simulated candidates over real HTTP, and says go or no-go.
//!
//! Against a server of its own, or against `rehearse host` on the machine that will serve the real one. It never touches
//! a live session: it plays only where the server says that nothing counts.

mod bench;
mod candidate;
mod host;
mod machine;
mod play;
mod prepare;
mod server;
mod sheet;
mod tally;
mod wire;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};

use self::server::{Server, Wanted};
use super::{Failure, say};
use crate::kernel::Language;

pub(super) use machine::raise_open_files;

/// What `rehearse` takes.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct RehearseArguments {
    #[command(subcommand)]
    command: Option<RehearseCommand>,
    #[command(flatten)]
    play: PlayArguments,
}

#[derive(Debug, Subcommand)]
enum RehearseCommand {
    /// Prepares and serves an installation that others, or other machines, play against.
    Host(host::HostArguments),
}

/// How to play.
#[derive(Debug, Args)]
struct PlayArguments {
    /// The server of a `rehearse host`, as http://host:port; without it one is started in a temporary folder.
    #[arg(long, requires = "tickets")]
    server: Option<String>,
    /// The tickets that `rehearse host` wrote into its data folder.
    #[arg(long, requires = "server")]
    tickets: Option<PathBuf>,
    /// Only the candidates of this session.
    #[arg(long, requires = "server")]
    session: Option<String>,
    /// How many candidates; at most as many as there are tickets.
    #[arg(long, default_value_t = 100)]
    candidates: usize,
    /// The seconds in which everybody signs in, starts, and hands in.
    #[arg(long, default_value_t = 60)]
    wave: u64,
    /// The seconds of steady saving between the starts and the first hand-in.
    #[arg(long, default_value_t = 120)]
    seconds: u64,
    /// The milliseconds between two saves of one candidate.
    #[arg(long, default_value_t = 3_000)]
    pace: u64,
    /// An empty PostgreSQL database for the server of our own.
    #[arg(long, conflicts_with = "server")]
    database_url: Option<String>,
    /// Where the temporary folder is made: the disk that is tried.
    #[arg(long, conflicts_with = "server")]
    folder: Option<PathBuf>,
    /// Print the sheet as JSON.
    #[arg(long)]
    json: bool,
    /// Measure instead: saves beside empty requests, as fast as they go; `--seconds` is the length of a turn.
    #[arg(long, conflicts_with = "server")]
    bench: bool,
    /// With `--bench` on SQLite: also measure saves on a server whose database holds so many attempts of earlier examinations.
    #[arg(long, requires = "bench", conflicts_with = "database_url", default_value_t = 0)]
    past: u64,
}

/// Open files beside the candidates' lines.
const SPARE_FILES: u64 = 64;

pub(super) fn rehearse(arguments: &RehearseArguments, language: Language) -> Result<(), Failure> {
    if let Some(RehearseCommand::Host(arguments)) = &arguments.command {
        return host::host(arguments);
    }
    let play = &arguments.play;
    let may = raise_open_files();
    let needs = u64::try_from(play.candidates)
        .unwrap_or(u64::MAX)
        .saturating_add(SPARE_FILES);
    if may < needs {
        return Err(Failure::new(format!(
            "{} candidates need {needs} open files, and this process may open {may}: raise it with `ulimit -n 65536` \
             (or LimitNOFILE= of its service) and start again",
            play.candidates
        )));
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed_precise} {msg}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    if play.bench {
        return bench::bench(play, &bar);
    }
    let mut server = server(play, &bar)?;
    let chosen = |session: &String| play.session.as_ref().is_none_or(|wanted| wanted == session);
    server.tickets.retain(|ticket| chosen(&ticket.session));
    server.tickets.truncate(play.candidates);
    if server.tickets.is_empty() {
        return Err(Failure::new("there are no tickets to play with"));
    }
    // One thread plays everybody: the server beside it needs the other cores.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sheet = runtime.block_on(play::play(play, &mut server, &bar))?;
    bar.finish_and_clear();
    if play.json {
        say(&serde_json::to_string_pretty(&sheet)?);
    } else {
        say(&sheet.told(language));
    }
    if sheet.go { Ok(()) } else { Err(Failure::silent(1)) }
}

fn server(play: &PlayArguments, bar: &ProgressBar) -> Result<Server, Failure> {
    if let (Some(url), Some(tickets)) = (&play.server, &play.tickets) {
        return Server::running(url, tickets);
    }
    let wanted = Wanted {
        candidates: play.candidates,
        database_url: play.database_url.as_deref(),
        one_by_one: false,
        past: 0,
        below: play.folder.as_deref(),
    };
    Server::start(&wanted, &|step| bar.set_message(format!("preparing: {step}")))
}
