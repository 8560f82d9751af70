//! Publishing: the tree is grown, compared with what was published before, signed, kept outside, saved, and cosigned.
//!
//! The order matters: what is kept outside is changed before anything is shown, so that after any stop in between the
//! outside knows at least as much as the public.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{LedgerDesk, State, Stop, WitnessAddress, ask, keep, with_lines};
use crate::kernel::{Digest, MINUTE, Timestamp};
use crate::ledger::tile::{self, TileId};
use crate::ledger::tree::{self, Nodes, leaf_hash};
use crate::ledger::witness::AddCheckpoint;
use crate::ledger::{Checkpoint, KeyKind, Note, NoteKey, NoteSigner, SignatureLine};
use crate::office::{Broken, Caller, Event, Office, Op, Refusal};
use crate::store::Connection;
use crate::store::{ledger as rows, setting};

/// The setting that holds the ledger's name and its sealed key.
const LEDGER: &str = "ledger";
const PLACE: &str = "ledger.key";
/// So many entries are read at once.
const PAGE: u64 = 4096;

/// A published checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The note with all signatures.
    pub note: Note,
    /// When it was signed, or found to be still true after a start.
    pub at: Timestamp,
}

/// The ledger's name and key at rest.
#[derive(Serialize, Deserialize)]
struct AtRest {
    origin: String,
    key: String,
}

impl From<Stop> for Refusal {
    fn from(stop: Stop) -> Self {
        Broken::new("ledger-stopped").with("cause", stop.to_string()).into()
    }
}

/// The ledger's public key.
pub async fn public_key(office: &Office) -> Result<NoteKey, Refusal> {
    let mut state = office.ledger.state.lock().await;
    Ok(signer(office, &mut state).await?.public().clone())
}

/// The ledger's signer; made with the first checkpoint, and never again.
async fn signer(office: &Office, state: &mut State) -> Result<Arc<NoteSigner>, Refusal> {
    if let Some(signer) = &state.signer {
        return Ok(signer.clone());
    }
    let mut connection = office.store.read().await?;
    let stored = setting::get(&mut connection, LEDGER).await?;
    drop(connection);
    let stored = match stored {
        Some(stored) => stored,
        None => found(office).await?,
    };
    let fault = |cause: String| Refusal::Fault(format!("ledger key: {cause}"));
    let at_rest: AtRest = serde_json::from_slice(&stored).map_err(|error| fault(error.to_string()))?;
    let sealed = BASE64.decode(&at_rest.key).map_err(|error| fault(error.to_string()))?;
    let opened = office
        .keys
        .vault
        .open(PLACE, &sealed)
        .map_err(|error| fault(error.to_string()))?;
    let seed: [u8; 32] = opened.try_into().map_err(|_| fault("not 32 bytes".to_owned()))?;
    let signer = NoteSigner::new(&at_rest.origin, KeyKind::Log, &seed).map_err(|error| fault(error.to_string()))?;
    let signer = Arc::new(signer);
    state.signer = Some(signer.clone());
    Ok(signer)
}

/// Founds the ledger: its name comes from the address under which people reach us, its key from the dice.
async fn found(office: &Office) -> Result<Vec<u8>, Refusal> {
    let host = office
        .base_url
        .split_once("://")
        .map_or(office.base_url.as_str(), |(_, host)| host);
    let origin = format!("{}/ledger", host.trim_end_matches('/'));
    let seed = office.entropy.seed().0;
    let signer = NoteSigner::new(&origin, KeyKind::Log, &seed).map_err(|error| Refusal::Fault(error.to_string()))?;
    let sealed = office.keys.vault.seal(PLACE, &seed, office.entropy.as_ref());
    let at_rest = AtRest {
        origin,
        key: BASE64.encode(&sealed),
    };
    let stored = serde_json::to_vec(&at_rest).map_err(|error| Refusal::Fault(error.to_string()))?;
    let caller = Caller::system("ledger");
    let mut op = Op::begin_named(office, &caller, "ledger.found").await?;
    let now = op.now;
    if setting::insert_new(op.connection(), LEDGER, &stored, now).await? {
        let key = json!({ "key": signer.public().to_string() });
        op.commit(Event::of(LEDGER).with(key)).await?;
        return Ok(stored);
    }
    // Another node was first.
    let stored = setting::get(op.connection(), LEDGER).await?;
    stored.ok_or_else(|| Refusal::Fault("ledger key: gone".to_owned()))
}

/// Publishes a checkpoint over everything that is saved, unless one covers it already.
pub async fn publish(office: &Office) -> Result<Published, Refusal> {
    let mut state = office.ledger.state.lock().await;
    if let Some(stop) = &state.stopped {
        return Err(stop.clone().into());
    }
    let signer = signer(office, &mut state).await?;
    if let Err(stop) = grow(office, &mut state).await? {
        return Err(halt(&mut state, stop));
    }
    if let Some(last) = state
        .last
        .clone()
        .filter(|last| last.checkpoint.size == state.growth.size())
    {
        return Ok(last);
    }
    let now = office.now();
    let checkpoint = Checkpoint {
        origin: signer.public().name().to_owned(),
        size: state.growth.size(),
        root: state.growth.root(),
    };
    let note = checkpoint.sign(&signer);
    if let Err(stop) = keep_outside(office, &state, &signer, &note).await? {
        return Err(halt(&mut state, stop));
    }
    let mut tx = office.store.write().await?;
    rows::insert_checkpoint(&mut tx, checkpoint.size, &note.to_string()).await?;
    tx.commit().await.map_err(crate::store::StoreError::from)?;
    let mut published = Published {
        checkpoint,
        note,
        at: now,
    };
    match cosign(office, &state, &published).await? {
        Ok(lines) => published.note = with_lines(published.note, &lines),
        Err(stop) => return Err(halt(&mut state, stop)),
    }
    state.last = Some(published.clone());
    Ok(published)
}

fn halt(state: &mut State, stop: Stop) -> Refusal {
    tracing::error!(code = stop.code(), %stop, "the ledger stopped: nothing more is published");
    state.stopped = Some(stop.clone());
    stop.into()
}

/// What the jobs do at each beat: publish, and tell again each minute why not.
pub async fn watch(office: &Office) {
    match publish(office).await {
        Ok(_) => {}
        Err(refusal) => {
            let mut state = office.ledger.state.lock().await;
            let now = office.now();
            if state.told_at.is_none_or(|told| now - told >= MINUTE) {
                state.told_at = Some(now);
                tracing::error!(%refusal, "ledger");
            }
        }
    }
}

/// Reads what is new, from the first entry after a start, and saves tiles that became full.
async fn grow(office: &Office, state: &mut State) -> Result<Result<(), Stop>, Refusal> {
    let mut full = Vec::new();
    loop {
        let from = state.growth.size();
        let mut connection = office.store.read().await?;
        let leaves = rows::leaves(&mut connection, from, PAGE).await?;
        drop(connection);
        let count = leaves.len() as u64;
        for (at, leaf) in leaves {
            if at != state.growth.size() {
                return Ok(Err(Stop::Broken {
                    at: state.growth.size(),
                }));
            }
            full.extend(state.growth.push(leaf_hash(leaf.as_bytes())));
        }
        if count < PAGE {
            break;
        }
    }
    if !full.is_empty() {
        let mut tx = office.store.write().await?;
        for (id, hashes) in &full {
            rows::insert_tile(&mut tx, id.level, id.number, &tile::to_bytes(hashes)).await?;
        }
        tx.commit().await.map_err(crate::store::StoreError::from)?;
    }
    if !state.read {
        if let Err(stop) = compare_with_saved(office, state).await? {
            return Ok(Err(stop));
        }
        state.read = true;
    }
    Ok(Ok(()))
}

/// After a start: the last saved checkpoint must be about this very list.
async fn compare_with_saved(office: &Office, state: &mut State) -> Result<Result<(), Stop>, Refusal> {
    let mut connection = office.store.read().await?;
    let Some(last) = rows::last_checkpoint(&mut connection).await? else {
        return Ok(Ok(()));
    };
    let (Ok(note), Some(signer)) = (last.note.parse::<Note>(), &state.signer) else {
        return Ok(Err(Stop::Keep("the saved checkpoint is not a note".to_owned())));
    };
    let checkpoint = match Checkpoint::open(&note, signer.public()) {
        Ok(checkpoint) => checkpoint,
        Err(error) => return Ok(Err(Stop::Keep(error.to_string()))),
    };
    if let Err(stop) = contains(&mut connection, state, &checkpoint).await? {
        return Ok(Err(stop));
    }
    if checkpoint.size == state.growth.size() {
        let lines = rows::cosignatures(&mut connection, checkpoint.size).await?;
        state.last = Some(Published {
            checkpoint,
            note: with_lines(note, &lines),
            at: office.now(),
        });
        // A start compares with the outside too, even if nothing is new.
        if let (Some(signer), Some(last)) = (&state.signer, &state.last) {
            return keep_outside(office, state, signer, &last.note).await;
        }
    }
    Ok(Ok(()))
}

/// Whether the list as it is now begins with the one that a checkpoint is about.
async fn contains(connection: &mut Connection, state: &State, old: &Checkpoint) -> Result<Result<(), Stop>, Refusal> {
    let here = state.growth.size();
    if old.size > here {
        return Ok(Err(Stop::RolledBack { kept: old.size, here }));
    }
    let root = looked_up(connection, state, |nodes| tree::root(old.size, nodes)).await?;
    Ok(if root == Some(old.root) {
        Ok(())
    } else {
        Err(Stop::Changed { at: old.size })
    })
}

/// Puts the note into the kept file, if the list begins with what is kept there.
async fn keep_outside(
    office: &Office,
    state: &State,
    signer: &NoteSigner,
    note: &Note,
) -> Result<Result<(), Stop>, Refusal> {
    let Some(path) = office.ledger.keep.get() else {
        return Ok(Ok(()));
    };
    let fault = |error: std::io::Error| Refusal::Fault(format!("kept checkpoint: {error}"));
    loop {
        let kept = keep::read(path).map_err(fault)?;
        if let Some(text) = &kept {
            let opened = text.parse::<Note>().map_err(|error| error.to_string());
            let opened = opened.and_then(|note| Checkpoint::open(&note, signer.public()).map_err(|e| e.to_string()));
            let old = match opened {
                Ok(old) => old,
                Err(cause) => return Ok(Err(Stop::Keep(cause))),
            };
            let mut connection = office.store.read().await?;
            if let Err(stop) = contains(&mut connection, state, &old).await? {
                return Ok(Err(stop));
            }
            if old.size == state.growth.size() {
                return Ok(Ok(()));
            }
        }
        if keep::swap(path, kept.as_deref(), &note.to_string()).map_err(fault)? {
            return Ok(Ok(()));
        }
    }
}

/// Asks every witness. One that cannot be reached is asked again with the next checkpoint; one that remembers another past
/// stops the ledger.
async fn cosign(
    office: &Office,
    state: &State,
    published: &Published,
) -> Result<Result<Vec<(String, String)>, Stop>, Refusal> {
    let mut lines = Vec::new();
    for witness in office.ledger.witnesses() {
        match cosign_one(office, state, published, witness).await? {
            Ok(Some(line)) => lines.push((witness.key.name().to_owned(), line)),
            Ok(None) => {}
            Err(stop) => return Ok(Err(stop)),
        }
    }
    if !lines.is_empty() {
        let mut tx = office.store.write().await?;
        for (name, line) in &lines {
            rows::insert_cosignature(&mut tx, published.checkpoint.size, name, line).await?;
        }
        tx.commit().await.map_err(crate::store::StoreError::from)?;
    }
    Ok(Ok(lines))
}

async fn cosign_one(
    office: &Office,
    state: &State,
    published: &Published,
    witness: &WitnessAddress,
) -> Result<Result<Option<String>, Stop>, Refusal> {
    let name = witness.key.name();
    let mut connection = office.store.read().await?;
    let mut old = rows::last_cosigned(&mut connection, name).await?;
    let url = format!("{}/add-checkpoint", witness.url.trim_end_matches('/'));
    // Twice: the first answer may tell the size that the witness really saw last.
    for _ in 0..2 {
        let size = published.checkpoint.size;
        let proof = looked_up(&mut connection, state, |nodes| tree::consistency(old, size, nodes)).await?;
        let note = published.note.clone();
        let request = AddCheckpoint {
            old,
            proof: proof.unwrap_or_default(),
            note,
        };
        let (status, body) = match ask::post(&url, &request.to_string()).await {
            Ok(answer) => answer,
            Err(error) => {
                tracing::warn!(witness = name, %error, "witness not reached");
                return Ok(Ok(None));
            }
        };
        match (status, body.trim().parse::<u64>()) {
            (200, _) => return Ok(Ok(signed_line(&body, witness, &published.note))),
            (409, Ok(seen)) if seen > size => {
                return Ok(Err(Stop::Witness {
                    name: name.to_owned(),
                    seen,
                }));
            }
            (409, Ok(seen)) if seen != old => old = seen,
            (409 | 422, _) => {
                return Ok(Err(Stop::Witness {
                    name: name.to_owned(),
                    seen: old,
                }));
            }
            _ => {
                tracing::warn!(witness = name, status, "witness refused");
                return Ok(Ok(None));
            }
        }
    }
    Ok(Ok(None))
}

/// The witness's line in an answer, if it is right.
fn signed_line(body: &str, witness: &WitnessAddress, note: &Note) -> Option<String> {
    let lines: Vec<SignatureLine> = body
        .split_inclusive('\n')
        .filter_map(|line| line.parse().ok())
        .collect();
    let own = lines.into_iter().find(|line| {
        let signed = Note {
            body: note.body.clone(),
            signatures: vec![line.clone()],
        };
        witness.key.check(&signed).is_ok()
    });
    if own.is_none() {
        tracing::warn!(witness = witness.key.name(), "the witness's signature is wrong");
    }
    own.map(|line| line.to_string())
}

/// Complete nodes from the tiles at hand; what is missing is noted.
pub(super) struct Lookup<'a> {
    state: &'a State,
    tiles: BTreeMap<TileId, Vec<Digest>>,
    missing: BTreeSet<TileId>,
}

impl Nodes for Lookup<'_> {
    fn node(&mut self, level: u32, number: u64) -> Option<Digest> {
        let id = TileId::of_node(level, number);
        let hashes = if id.width(self.state.growth.size()) < tile::WIDTH {
            self.state.growth.partial(id.level)
        } else if let Some(hashes) = self.tiles.get(&id) {
            hashes
        } else {
            self.missing.insert(id);
            return Some(tree::empty_root());
        };
        tile::node_in(level, number, hashes)
    }
}

/// Answers a question about the tree; the tiles that it needs are read from the database, and nothing else.
pub(super) async fn looked_up<T>(
    connection: &mut Connection,
    state: &State,
    ask: impl Fn(&mut Lookup<'_>) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    let mut lookup = Lookup {
        state,
        tiles: BTreeMap::new(),
        missing: BTreeSet::new(),
    };
    loop {
        let answer = ask(&mut lookup);
        if lookup.missing.is_empty() {
            return Ok(answer);
        }
        for id in std::mem::take(&mut lookup.missing) {
            let bytes = rows::tile(connection, id.level, id.number).await?.unwrap_or_default();
            lookup.tiles.insert(id, tile::from_bytes(&bytes).unwrap_or_default());
        }
    }
}

impl LedgerDesk {
    /// Forgets everything but the settings, as a start does; for tests.
    #[cfg(test)]
    pub(crate) async fn restart(&self) {
        *self.state.lock().await = State::default();
    }
}
