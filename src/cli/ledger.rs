//! `ledger verify`, `checkpoint`, `export` and `witness`: the ledger without a browser.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde_json::json;

use super::serve::{kept_at, load_config, open_office, runtime};
use super::{Failure, say};
use crate::kernel::{Entropy, OsEntropy};
use crate::ledger::NoteKey;
use crate::office::ledger::{self, Trust};
use crate::web::{Witness, WitnessError, serve_witness};

#[derive(Debug, Subcommand)]
pub(super) enum LedgerCommand {
    /// Computes everything again from the database's rows, and names the first thing that does not fit. Exit status: 0 all
    /// fits, 1 something does not.
    Verify {
        /// The settings file.
        #[arg(long)]
        config: Option<PathBuf>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Prints the last checkpoint with all signatures, and makes one if something is new.
    Checkpoint {
        /// The settings file.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Writes the whole ledger as files that any file server can serve: checkpoint, tiles, entries, keys.
    Export {
        /// The settings file.
        #[arg(long)]
        config: Option<PathBuf>,
        /// The folder.
        #[arg(long)]
        out: PathBuf,
    },
    /// Witnesses a ledger: remembers its last checkpoint and signs the next only if the past is still in it. To be run by
    /// somebody else than the ledger's operator.
    Witness {
        /// The ledger's public key (`log.vkey`).
        #[arg(long)]
        log: String,
        /// The witness's name, as `witness.example/station-7`.
        #[arg(long)]
        name: String,
        /// The folder for its key and the last checkpoint.
        #[arg(long)]
        state: PathBuf,
        /// Where it listens.
        #[arg(long, default_value = "127.0.0.1:8630")]
        listen: SocketAddr,
        /// Print the public key and end.
        #[arg(long)]
        key: bool,
    },
}

pub(super) fn ledger(command: LedgerCommand) -> Result<(), Failure> {
    match command {
        LedgerCommand::Verify { config, json } => verify(config.as_deref(), json),
        LedgerCommand::Checkpoint { config } => checkpoint(config.as_deref()),
        LedgerCommand::Export { config, out } => export(config.as_deref(), &out),
        LedgerCommand::Witness {
            log,
            name,
            state,
            listen,
            key,
        } => witness(&log, &name, &state, listen, key),
    }
}

fn verify(config: Option<&Path>, json: bool) -> Result<(), Failure> {
    let config = load_config(config)?;
    let kept = std::fs::read_to_string(kept_at(&config)).ok();
    let witnesses: Vec<NoteKey> = config.witnesses.iter().map(|(key, _)| key.clone()).collect();
    runtime()?.block_on(async {
        let office = open_office(&config, false).await?;
        let key = ledger::public_key(&office).await.map_err(Failure::new)?;
        let mut connection = office.store.read().await?;
        let trust = Trust {
            ledger: &key,
            witnesses: &witnesses,
            vault: &office.keys.vault,
            kept: kept.as_deref(),
        };
        let checked = ledger::check(&mut connection, trust).await.map_err(Failure::new)?;
        drop(connection);
        office.store.close().await;
        match checked {
            Ok(sound) => {
                let told = json!({
                    "verdict": "sound", "entries": sound.entries, "checkpoints": sound.checkpoints,
                    "uncovered": sound.uncovered, "erased": sound.erased, "cosignatures": sound.cosignatures,
                    "certificates": sound.certificates, "kept_outside": kept.is_some(),
                });
                say(&if json { told.to_string() } else { format!("ok {told}") });
                Ok(())
            }
            Err(found) => {
                let told = json!({ "verdict": "broken", "place": found.place, "what": found.what });
                say(&if json { told.to_string() } else { found.to_string() });
                Err(Failure::silent(1))
            }
        }
    })
}

fn checkpoint(config: Option<&Path>) -> Result<(), Failure> {
    let config = load_config(config)?;
    runtime()?.block_on(async {
        let office = open_office(&config, false).await?;
        let published = ledger::publish(&office).await.map_err(Failure::new)?;
        office.store.close().await;
        say(published.note.to_string().trim_end());
        Ok(())
    })
}

fn export(config: Option<&Path>, out: &Path) -> Result<(), Failure> {
    let config = load_config(config)?;
    runtime()?.block_on(async {
        let office = open_office(&config, false).await?;
        let write = |path: &str, bytes: &[u8]| {
            let path = out.join(path);
            std::fs::create_dir_all(path.parent().unwrap_or(out))?;
            std::fs::write(path, bytes)
        };
        let published = ledger::export(&office, write).await.map_err(Failure::new)?;
        office.store.close().await;
        say(&format!("{} → {}", published.checkpoint.size, out.display()));
        Ok(())
    })
}

fn witness(log: &str, name: &str, state: &Path, listen: SocketAddr, key: bool) -> Result<(), Failure> {
    let log = std::fs::read_to_string(log).unwrap_or_else(|_| log.to_owned());
    let log: NoteKey = log.trim().parse()?;
    let opened = match Witness::open(state, name, &log, None) {
        Err(WitnessError::NoKey) => Witness::open(state, name, &log, Some(OsEntropy.seed().0))?,
        other => other?,
    };
    say(&opened.public().to_string());
    if key {
        return Ok(());
    }
    runtime()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        say(&format!("http://{}", listener.local_addr()?));
        Ok(serve_witness(opened, listener).await?)
    })
}
