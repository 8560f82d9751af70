//! The ledger as the office keeps it: checkpoints are signed and published, witnesses asked, proofs handed out.
//!
//! Entries are written with their events ([`super::Op`]). What happens here is the rest: the tree over them is grown, its
//! root signed, compared with what was published before, and only then published. Whatever does not fit stops publishing,
//! for good, and says why: the database was rolled back, or its past was changed.

pub(super) mod ask;
mod check;
mod keep;
mod publish;
mod show;
#[cfg(test)]
mod tests;

pub use check::{Found, Sound, Trust, check};
pub use publish::{Published, public_key, publish, watch};
pub(in crate::office) use show::prove;
pub use show::{LedgerCheckpoint, LedgerProof, LedgerState, ShowLedger, WitnessView, export, tile};

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use tokio::sync::Mutex;

use crate::kernel::Timestamp;
use crate::ledger::tile::Growth;
use crate::ledger::{Note, NoteKey, NoteSigner};

/// The act that destroys salts; its event names the places.
pub const ERASE: &str = "ledger.erase";

/// The desk at which the ledger is kept.
#[derive(Default)]
pub struct LedgerDesk {
    state: Mutex<State>,
    keep: OnceLock<PathBuf>,
    witnesses: OnceLock<Vec<WitnessAddress>>,
}

/// What the desk knows between two checkpoints.
#[derive(Default)]
struct State {
    signer: Option<Arc<NoteSigner>>,
    growth: Growth,
    /// Whether the whole list was read once since the start.
    read: bool,
    last: Option<Published>,
    stopped: Option<Stop>,
    told_at: Option<Timestamp>,
}

/// Where a witness is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WitnessAddress {
    /// Its key.
    pub key: NoteKey,
    /// Where its `add-checkpoint` is, as `http://127.0.0.1:8630`.
    pub url: String,
}

/// Why nothing more is published.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Stop {
    /// The database has fewer entries than were published.
    #[error("the database was rolled back: {kept} entries were published, it has {here}")]
    RolledBack {
        /// As published.
        kept: u64,
        /// As in the database.
        here: u64,
    },
    /// The entries are others than those that were published.
    #[error("the past was changed: the first {at} entries are not those that were published")]
    Changed {
        /// The size at which it was noticed.
        at: u64,
    },
    /// An entry is missing or cannot be read.
    #[error("entry {at} of the ledger is missing or cannot be read")]
    Broken {
        /// Its place.
        at: u64,
    },
    /// A witness remembers another past.
    #[error("the witness {name} remembers another past, of {seen} entries")]
    Witness {
        /// Its name.
        name: String,
        /// How many entries it saw.
        seen: u64,
    },
    /// What was kept of the last checkpoint cannot be read or is not this ledger's.
    #[error("the kept checkpoint cannot be used: {0}")]
    Keep(String),
}

impl Stop {
    /// A stable word for it.
    pub fn code(&self) -> &'static str {
        match self {
            Self::RolledBack { .. } => "rolled-back",
            Self::Changed { .. } => "changed",
            Self::Broken { .. } => "broken",
            Self::Witness { .. } => "witness",
            Self::Keep(_) => "keep",
        }
    }
}

impl LedgerDesk {
    /// Keeps the last checkpoint in this file too, which belongs outside every backup of the database. Said once, at the
    /// start.
    pub fn keep_at(&self, path: PathBuf) {
        _ = self.keep.set(path);
    }

    /// Asks these witnesses for each checkpoint. Said once, at the start.
    pub fn ask_witnesses(&self, witnesses: Vec<WitnessAddress>) {
        _ = self.witnesses.set(witnesses);
    }

    fn witnesses(&self) -> &[WitnessAddress] {
        self.witnesses.get().map(Vec::as_slice).unwrap_or_default()
    }

    /// Why nothing more is published, if so.
    pub async fn stopped(&self) -> Option<Stop> {
        self.state.lock().await.stopped.clone()
    }
}

impl fmt::Debug for LedgerDesk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LedgerDesk({:?})", self.keep.get())
    }
}

/// A note's signatures and those that witnesses added.
fn with_lines(mut note: Note, lines: &[(String, String)]) -> Note {
    note.signatures
        .extend(lines.iter().filter_map(|(_, line)| line.parse().ok()));
    note
}
