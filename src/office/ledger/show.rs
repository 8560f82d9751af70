//! The ledger as the public sees it: the last checkpoint, proofs, tiles, and the whole of it as files.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::publish::{looked_up, publish};
use super::{Published, State, Stop};
use crate::kernel::Timestamp;
use crate::ledger::tile::{self, TileId};
use crate::ledger::{Entry, Proof, tree};
use crate::office::{Act, Caller, Office, Policy, Refusal, policy};
use crate::store::Connection;
use crate::store::ledger as rows;

/// Tells the ledger's key, its last checkpoint and its witnesses.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowLedger {}

/// The ledger.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LedgerState {
    /// Its name.
    pub origin: String,
    /// Its public key in one line, for keeping.
    pub key: String,
    /// How many entries the last checkpoint covers.
    pub size: u64,
    /// The digest of all of them.
    pub root: String,
    /// When the last checkpoint was signed.
    pub at: Option<Timestamp>,
    /// The last checkpoint with all signatures.
    pub checkpoint: String,
    /// Why nothing more is published, as a stable code; empty when all is well.
    pub stopped: String,
    /// The same in words.
    pub cause: String,
    /// The witnesses.
    pub witnesses: Vec<WitnessView>,
}

/// A witness.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WitnessView {
    /// Its name.
    pub name: String,
    /// Its public key in one line.
    pub key: String,
    /// When it signed the last checkpoint, if it did.
    pub signed_at: Option<Timestamp>,
}

impl Act for ShowLedger {
    type Outcome = LedgerState;
    const POLICY: Policy = policy::LEDGER_SHOW;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<LedgerState, Refusal> {
        let key = super::public_key(office).await?;
        let last = last(office).await;
        let stopped = office.ledger.stopped().await;
        let witness = |witness: &super::WitnessAddress| WitnessView {
            name: witness.key.name().to_owned(),
            key: witness.key.to_string(),
            signed_at: last.as_ref().ok().and_then(|last| {
                let second = i64::try_from(witness.key.check(&last.note).ok()??).ok()?;
                Some(Timestamp::from_millis(second.saturating_mul(1000)))
            }),
        };
        let witnesses = office.ledger.witnesses().iter().map(witness).collect();
        let (size, root, at, checkpoint) = match &last {
            Ok(last) => (
                last.checkpoint.size,
                last.checkpoint.root.to_string(),
                Some(last.at),
                last.note.to_string(),
            ),
            Err(_) => (0, String::new(), None, String::new()),
        };
        Ok(LedgerState {
            origin: key.name().to_owned(),
            key: key.to_string(),
            size,
            root,
            at,
            checkpoint,
            stopped: stopped.as_ref().map(Stop::code).unwrap_or_default().to_owned(),
            cause: stopped.map(|stop| stop.to_string()).unwrap_or_default(),
            witnesses,
        })
    }
}

/// The last checkpoint; made now when there is none since the start.
async fn last(office: &Office) -> Result<Published, Refusal> {
    let state = office.ledger.state.lock().await;
    match (&state.stopped, &state.last) {
        (Some(stop), _) => Err(stop.clone().into()),
        (None, Some(last)) => Ok(last.clone()),
        (None, None) => {
            drop(state);
            publish(office).await
        }
    }
}

/// Gives the last checkpoint with all signatures.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LedgerCheckpoint {}

/// A checkpoint.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Signed {
    /// The signed note.
    pub note: String,
}

impl Act for LedgerCheckpoint {
    type Outcome = Signed;
    const POLICY: Policy = policy::LEDGER_CHECKPOINT;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Signed, Refusal> {
        let note = last(office).await?.note.to_string();
        Ok(Signed { note })
    }
}

/// Proves that an entry is in the ledger.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LedgerProof {
    /// Its place, from 0.
    pub index: u64,
}

/// A proof.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Shown {
    /// The proof, with the entry and the last checkpoint.
    pub proof: String,
}

impl Act for LedgerProof {
    type Outcome = Shown;
    const POLICY: Policy = policy::LEDGER_PROOF;

    async fn perform(self, office: &Office, _caller: &Caller) -> Result<Shown, Refusal> {
        let proof = prove(office, &last(office).await?, self.index).await?;
        Ok(Shown {
            proof: proof.to_string(),
        })
    }
}

/// The proof for an entry that this checkpoint covers.
pub(in crate::office) async fn prove(office: &Office, under: &Published, index: u64) -> Result<Proof, Refusal> {
    let size = under.checkpoint.size;
    if index >= size {
        return Err(Refusal::NotFound);
    }
    let state = office.ledger.state.lock().await;
    let mut connection = office.store.read().await?;
    let leaf = rows::leaves(&mut connection, index, 1).await?;
    let entry: Option<Entry> = leaf.first().and_then(|(_, leaf)| leaf.parse().ok());
    let path = looked_up(&mut connection, &state, |nodes| tree::inclusion(index, size, nodes)).await?;
    match (entry, path) {
        (Some(entry), Some(path)) => Ok(Proof {
            entry,
            index,
            path,
            checkpoint: under.note.clone(),
        }),
        _ => Err(Refusal::Fault(format!("ledger: no proof for entry {index} of {size}"))),
    }
}

/// A tile, full or as wide as asked for, or a bundle of entries when no level is given; only what is published.
pub async fn tile(office: &Office, level: Option<u32>, number: u64, width: u64) -> Result<Vec<u8>, Refusal> {
    let size = last(office).await?.checkpoint.size;
    let id = TileId {
        level: level.unwrap_or(0),
        number,
    };
    if id.width(size) < width {
        return Err(Refusal::NotFound);
    }
    let state = office.ledger.state.lock().await;
    let mut connection = office.store.read().await?;
    cut(&mut connection, &state, level, id, width).await
}

async fn cut(
    connection: &mut Connection,
    state: &State,
    level: Option<u32>,
    id: TileId,
    width: u64,
) -> Result<Vec<u8>, Refusal> {
    if level.is_none() {
        let leaves = rows::leaves(connection, id.number * tile::WIDTH, width).await?;
        return Ok(tile::bundle(leaves.iter().map(|(_, leaf)| leaf.as_str())));
    }
    let mut bytes = match rows::tile(connection, id.level, id.number).await? {
        Some(bytes) => bytes,
        None => tile::to_bytes(state.growth.partial(id.level)),
    };
    bytes.truncate(usize::try_from(width).unwrap_or(0) * 32);
    Ok(bytes)
}

/// The whole published ledger as files: path and content of each.
pub async fn export(
    office: &Office,
    mut write: impl FnMut(&str, &[u8]) -> std::io::Result<()>,
) -> Result<Published, Refusal> {
    let last = publish(office).await?;
    let size = last.checkpoint.size;
    let fault = |error: std::io::Error| Refusal::Fault(error.to_string());
    for level in [None, Some(0), Some(1), Some(2), Some(3), Some(4)] {
        let mut id = TileId {
            level: level.unwrap_or(0),
            number: 0,
        };
        loop {
            let width = id.width(size);
            if width == 0 {
                break;
            }
            let bytes = tile(office, level, id.number, width).await?;
            let path = match level {
                None => tile::entries_path(id.number, width),
                Some(_) => id.path(width),
            };
            write(&path, &bytes).map_err(fault)?;
            id.number += 1;
        }
    }
    let key = super::public_key(office).await?;
    write("log.vkey", format!("{key}\n").as_bytes()).map_err(fault)?;
    let mut witnesses = String::new();
    for one in office.ledger.witnesses() {
        witnesses.push_str(&one.key.to_string());
        witnesses.push('\n');
    }
    write("witnesses.vkey", witnesses.as_bytes()).map_err(fault)?;
    write("checkpoint", last.note.to_string().as_bytes()).map_err(fault)?;
    Ok(last)
}
