//! Checking the ledger: everything is computed again from the rows, and the first thing that does not fit is named.
//!
//! Nothing that is stored is believed: commitments are made again from events and salts, digests from the entries' texts,
//! tiles and roots from the digests, and the roots must be those that were signed. An edit made with all rights over the
//! database, but without the key, cannot make them so.

mod register;

use std::collections::BTreeSet;
use std::fmt;

use crate::kernel::Vault;
use crate::ledger::tile::{self, Growth};
use crate::ledger::{Checkpoint, Entry, Note, NoteKey};
use crate::office::Refusal;
use crate::store::Connection;
use crate::store::ledger::{self as rows, BehindRow, CheckpointRow};

/// Everything fits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sound {
    /// How many entries.
    pub entries: u64,
    /// How many checkpoints cover them.
    pub checkpoints: u64,
    /// How many entries no checkpoint covers yet.
    pub uncovered: u64,
    /// How many entries had their salt destroyed, by a recorded act.
    pub erased: u64,
    /// How many cosignatures were checked.
    pub cosignatures: u64,
    /// How many certificates were compared with their entries and files.
    pub certificates: u64,
}

/// The first thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where.
    pub place: String,
    /// What.
    pub what: &'static str,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// What the check trusts.
#[derive(Debug, Clone, Copy)]
pub struct Trust<'a> {
    /// The ledger's key.
    pub ledger: &'a NoteKey,
    /// Known witnesses.
    pub witnesses: &'a [NoteKey],
    /// Opens records and files.
    pub vault: &'a Vault,
    /// The checkpoint that was kept outside, if there is one.
    pub kept: Option<&'a str>,
}

/// So many entries are read at once.
const PAGE: u64 = 8192;

/// Stops at the first thing found; the outer result is for a database that does not answer.
type Step<T> = Result<Result<T, Found>, Refusal>;

macro_rules! sound {
    ($step:expr) => {
        match $step {
            Ok(value) => value,
            Err(found) => return Ok(Err(found)),
        }
    };
}
use sound;

fn found<T>(place: impl fmt::Display, what: &'static str) -> Result<T, Found> {
    Err(Found {
        place: place.to_string(),
        what,
    })
}

/// Checks the whole ledger, and the register of certificates against it.
pub async fn check(connection: &mut Connection, trust: Trust<'_>) -> Step<Sound> {
    let kept = match trust.kept.map(|kept| opened(kept, trust.ledger)) {
        Some(None) => return Ok(found("kept checkpoint", "not signed by the ledger")),
        Some(Some((_, kept))) => Some(kept),
        None => None,
    };
    let last = rows::last_checkpoint(connection).await?;
    let mut walk = Walk {
        trust,
        kept,
        end: last.map_or(0, |last| u64::try_from(last.size).unwrap_or(0)),
        seen: i64::MIN,
        all_due: false,
        growth: Growth::default(),
        erased: BTreeSet::new(),
        allowed: BTreeSet::new(),
        due: Vec::new(),
        tiles: 0,
        salts: 0,
        sound: Sound::default(),
    };
    sound!(walk.entries(connection).await?);
    sound!(walk.rest(connection).await?);
    walk.sound.certificates = sound!(register::check(connection, trust.vault).await?);
    Ok(Ok(walk.sound))
}

struct Walk<'a> {
    trust: Trust<'a>,
    growth: Growth,
    /// Entries without their salt …
    erased: BTreeSet<u64>,
    /// … and those that a recorded act destroyed.
    allowed: BTreeSet<u64>,
    /// Checkpoints not reached yet, the nearest last; the size of the last that was read; whether all were.
    due: Vec<CheckpointRow>,
    seen: i64,
    all_due: bool,
    /// How many entries the last checkpoint covers.
    end: u64,
    /// The checkpoint that was kept outside.
    kept: Option<Checkpoint>,
    tiles: i64,
    salts: i64,
    sound: Sound,
}

impl Walk<'_> {
    async fn entries(&mut self, connection: &mut Connection) -> Step<()> {
        sound!(self.covered(connection).await?);
        loop {
            let page = rows::behind(connection, self.growth.size(), PAGE).await?;
            let last = (page.len() as u64) < PAGE;
            for row in page {
                sound!(self.entry(&row));
                let entry = row.leaf.as_bytes();
                for (id, hashes) in self.growth.push(crate::ledger::tree::leaf_hash(entry)) {
                    self.tiles += 1;
                    let saved = rows::tile(connection, id.level, id.number).await?;
                    let same = saved.map(|saved| saved == tile::to_bytes(&hashes));
                    // A tile that no checkpoint covers yet may be written with the next.
                    if same != Some(true) && !(same.is_none() && self.growth.size() > self.end) {
                        return Ok(found(id.path(tile::WIDTH), "the saved tile is not the entries' tile"));
                    }
                }
                sound!(self.covered(connection).await?);
            }
            if last {
                return Ok(Ok(()));
            }
        }
    }

    /// One entry: in its place, well formed, and committing to its event as it is.
    fn entry(&mut self, row: &BehindRow) -> Result<(), Found> {
        let at = self.growth.size();
        let place = format!("entry {at} ({})", row.event_id);
        if u64::try_from(row.position) != Ok(at) {
            return found(format!("entry {at}"), "missing");
        }
        let Ok(entry) = row.leaf.parse::<Entry>() else {
            return found(place, "not in the form of an entry");
        };
        let Some(event) = row.event() else {
            return found(place, "its event is missing");
        };
        if event.act != entry.act || event.at != entry.at {
            return found(place, "its event is another act or time");
        }
        match &row.salt {
            Some(salt) if event.facts().commit(salt) == entry.event => self.salts += 1,
            Some(_) => return found(place, "its event is not what it commits to"),
            None => _ = self.erased.insert(at),
        }
        if event.act == super::ERASE {
            let detail: serde_json::Value = serde_json::from_str(&event.detail).unwrap_or_default();
            let places = detail["places"].as_array().map(Vec::as_slice).unwrap_or_default();
            self.allowed.extend(places.iter().filter_map(serde_json::Value::as_u64));
        }
        Ok(())
    }

    /// Compares with what was signed, or kept outside, at this size.
    async fn covered(&mut self, connection: &mut Connection) -> Step<()> {
        let size = self.growth.size();
        if self
            .kept
            .as_ref()
            .is_some_and(|kept| kept.size == size && kept.root != self.growth.root())
        {
            return Ok(found("kept checkpoint", "the entries are not those that were kept"));
        }
        if self.due.is_empty() && !self.all_due {
            self.due = rows::checkpoints_after(connection, self.seen, PAGE).await?;
            self.all_due = (self.due.len() as u64) < PAGE;
            self.seen = self.due.last().map_or(self.seen, |row| row.size);
            self.due.reverse();
        }
        match self.due.pop_if(|row| u64::try_from(row.size) == Ok(size)) {
            Some(row) => self.checkpoint(connection, &row).await,
            None => Ok(Ok(())),
        }
    }

    async fn checkpoint(&mut self, connection: &mut Connection, row: &CheckpointRow) -> Step<()> {
        let size = self.growth.size();
        let place = format!("checkpoint {size}");
        let opened = opened(&row.note, self.trust.ledger).filter(|(note, _)| note.signatures.len() == 1);
        let Some((note, checkpoint)) = opened else {
            return Ok(found(place, "not signed by the ledger alone"));
        };
        if checkpoint.size != size {
            return Ok(found(place, "it is of another size"));
        }
        if checkpoint.root != self.growth.root() {
            return Ok(found(place, "the entries are not those that were signed"));
        }
        self.sound.checkpoints += 1;
        for (witness, line) in rows::cosignatures(connection, size).await? {
            let place = format!("cosignature {size} of {witness}");
            let Some(key) = self.trust.witnesses.iter().find(|key| key.name() == witness) else {
                return Ok(found(place, "the witness is not known"));
            };
            let signed = line.parse().map(|line| Note {
                body: note.body.clone(),
                signatures: vec![line],
            });
            if !signed.is_ok_and(|signed| key.check(&signed).is_ok()) {
                return Ok(found(place, "not signed by the witness"));
            }
            self.sound.cosignatures += 1;
        }
        Ok(Ok(()))
    }

    /// What walking along the entries does not meet.
    async fn rest(&mut self, connection: &mut Connection) -> Step<()> {
        let size = self.growth.size();
        if !self.due.is_empty() {
            return Ok(found(
                format!("entry {size}"),
                "missing: a checkpoint covers more entries",
            ));
        }
        if self.kept.as_ref().is_some_and(|kept| kept.size > size) {
            return Ok(found(
                format!("entry {size}"),
                "missing: the kept checkpoint covers more entries",
            ));
        }
        if rows::size(connection).await? != size {
            return Ok(found(format!("entry {size}"), "the count of entries is wrong"));
        }
        if let Some(at) = self.erased.difference(&self.allowed).next() {
            return Ok(found(
                format!("entry {at}"),
                "its salt is missing, and no act destroyed it",
            ));
        }
        if let Some(event) = rows::event_without_entry(connection).await? {
            return Ok(found(event, "an event without an entry"));
        }
        let (salts, tiles) = rows::counts(connection).await?;
        if salts != self.salts || tiles > self.tiles {
            return Ok(found("ledger", "a salt or a tile that belongs to nothing"));
        }
        self.sound.uncovered = size.saturating_sub(self.end);
        self.sound.entries = size;
        self.sound.erased = self.erased.len() as u64;
        Ok(Ok(()))
    }
}

fn opened(note: &str, ledger: &NoteKey) -> Option<(Note, Checkpoint)> {
    let note: Note = note.parse().ok()?;
    let checkpoint = Checkpoint::open(&note, ledger).ok()?;
    Some((note, checkpoint))
}
