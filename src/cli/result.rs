//! `result recompute`, `export` and `simulate`: scores reckoned again without a browser, on any machine.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Subcommand;
use serde_json::json;

use super::bank::{read_bank, rule_by_id};
use super::serve::{load_config, open_office, runtime, write_private};
use super::{Failure, complain, say};
use crate::kernel::{BatchId, Digest, SeededEntropy, canonical_json};
use crate::office::result::bundle_of;
use crate::result::bundle::Bundle;
use crate::result::package::Package;
use crate::result::recompute::{Recomputed, recompute};
use crate::result::simulate::simulated;

#[derive(Debug, Subcommand)]
pub(super) enum ResultCommand {
    /// Reckons scores again out of answers and sheets, and compares them with what is stored. The output is the same, byte
    /// for byte, on every machine. Exit status: 0 the same, 1 something differs, 2 not readable.
    Recompute {
        /// A score bundle: the zip, or the folder that it was unpacked to.
        #[arg(long, conflicts_with = "batch", required_unless_present = "batch")]
        bundle: Option<PathBuf>,
        /// A batch of the installation, out of its database.
        #[arg(long)]
        batch: Option<BatchId>,
        /// The settings file of the installation.
        #[arg(long)]
        config: Option<PathBuf>,
        /// Print JSON, with every score.
        #[arg(long)]
        json: bool,
    },
    /// Writes the score bundle of a batch: papers with keys, answers, sheets, rules, scores; no names.
    Export {
        /// The batch.
        #[arg(long)]
        batch: BatchId,
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
        /// The settings file.
        #[arg(long)]
        config: Option<PathBuf>,
    },
    /// Writes a score bundle of invented attempts, to measure how fast scores are reckoned.
    Simulate {
        /// The bank's folder.
        #[arg(long)]
        bank: PathBuf,
        /// The paper rule's id.
        #[arg(long)]
        rule: String,
        /// How many attempts.
        #[arg(long, default_value_t = 100_000)]
        attempts: u32,
        /// How many different papers.
        #[arg(long, default_value_t = 200)]
        papers: u32,
        /// The seed: the same gives the same bundle.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// The file to write.
        #[arg(long)]
        out: PathBuf,
    },
}

const DIFFERENT: u8 = 1;
const UNREADABLE: u8 = 2;

pub(super) fn result(command: ResultCommand) -> Result<(), Failure> {
    match command {
        ResultCommand::Recompute {
            bundle,
            batch,
            config,
            json,
        } => {
            let bundle = match (bundle, batch) {
                (Some(path), _) => read(&path)?,
                (None, Some(batch)) => of_batch(batch, config.as_deref())?,
                (None, None) => return Err(Failure::new("--bundle or --batch")),
            };
            again(&bundle, json)
        }
        ResultCommand::Export { batch, out, config } => {
            let bytes = of_batch(batch, config.as_deref())?.pack()?;
            write_private(&out, &bytes)?;
            say(&format!("{} {}", Digest::of(&bytes), out.display()));
            Ok(())
        }
        ResultCommand::Simulate {
            bank,
            rule,
            attempts,
            papers,
            seed,
            out,
        } => {
            let (bank, rule) = (read_bank(&bank)?, rule_by_id(&rule)?);
            let bundle = simulated(&bank, &rule, attempts, papers, &SeededEntropy::new(seed))?;
            let bytes = bundle.pack()?;
            std::fs::write(&out, &bytes)?;
            say(&format!("{} {}", Digest::of(&bytes), out.display()));
            Ok(())
        }
    }
}

fn read(path: &Path) -> Result<Bundle, Failure> {
    let read = Package::read(path)
        .map_err(Failure::from)
        .and_then(|package| Ok(Bundle::open(package)?));
    read.map_err(|failure| Failure {
        message: format!("{}: {}", path.display(), failure.message),
        code: UNREADABLE,
    })
}

fn of_batch(batch: BatchId, config: Option<&Path>) -> Result<Bundle, Failure> {
    let config = load_config(config)?;
    runtime()?.block_on(async {
        let office = open_office(&config, false).await?;
        let bundle = bundle_of(&office, batch).await.map_err(Failure::new)?;
        office.store.close().await;
        Ok(bundle)
    })
}

fn again(bundle: &Bundle, json: bool) -> Result<(), Failure> {
    let (again, took) = measured(|| recompute(bundle));
    let again = again?;
    if json {
        say(&String::from_utf8_lossy(&canonical_json(&again)?));
    } else {
        print(&again);
    }
    // Beside the output, which is the same everywhere; how long it took is not.
    complain(&format!("{} scores, {} ms", again.scores.len(), took.as_millis()));
    if again.differences.is_empty() {
        Ok(())
    } else {
        Err(Failure::silent(DIFFERENT))
    }
}

fn print(again: &Recomputed) {
    for found in &again.differences {
        say(&json!(found).to_string());
    }
    let told = json!({
        "scores": again.scores.len(), "passed": again.scores.iter().filter(|score| score.passed).count(),
        "digest": again.digest, "differences": again.differences.len(),
    });
    say(&told.to_string());
}

fn measured<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let began = std::time::Instant::now();
    let done = work();
    (done, began.elapsed())
}
