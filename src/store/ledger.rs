//! The ledger's rows: entries beside their events, salts, full tiles, checkpoints and what witnesses signed.

use sqlx::FromRow;

use super::event::EventRow;
use super::{Connection, StoreError};
use crate::kernel::{BatchId, Digest, Entropy, EventId, Timestamp};
use crate::ledger::Entry;

const SALT_BYTES: usize = 16;

/// Adds the entry of an event that was just written. Locks the head: entries are numbered in the order of their commits.
pub(super) async fn append(
    connection: &mut Connection,
    event: &EventRow,
    about: Option<Digest>,
    entropy: &dyn Entropy,
) -> Result<u64, StoreError> {
    let mut salt = [0; SALT_BYTES];
    entropy.fill(&mut salt);
    let entry = Entry {
        act: event.act.clone(),
        at: event.at,
        event: event.facts().commit(&salt),
        about,
    };
    let size: i64 = sqlx::query_scalar("UPDATE ledger_head SET size = size + 1 WHERE id = 1 RETURNING size")
        .fetch_one(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO ledger_entry (position, event_id, leaf) VALUES ($1, $2, $3)")
        .bind(size - 1)
        .bind(event.id)
        .bind(entry.to_string())
        .execute(&mut *connection)
        .await?;
    sqlx::query("INSERT INTO ledger_salt (position, salt) VALUES ($1, $2)")
        .bind(size - 1)
        .bind(salt.as_slice())
        .execute(connection)
        .await?;
    unsigned(size - 1)
}

fn unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::Corrupt {
        column: "ledger_entry.position".to_owned(),
        cause: format!("{number} is negative"),
    })
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// How many entries there are.
pub async fn size(connection: &mut Connection) -> Result<u64, StoreError> {
    let size: i64 = sqlx::query_scalar("SELECT size FROM ledger_head WHERE id = 1")
        .fetch_one(connection)
        .await?;
    unsigned(size)
}

/// The published texts of the entries from a place on, at most `limit`.
pub async fn leaves(connection: &mut Connection, from: u64, limit: u64) -> Result<Vec<(u64, String)>, StoreError> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("SELECT position, leaf FROM ledger_entry WHERE position >= $1 ORDER BY position LIMIT $2")
            .bind(signed(from))
            .bind(signed(limit))
            .fetch_all(connection)
            .await?;
    rows.into_iter().map(|(at, leaf)| Ok((unsigned(at)?, leaf))).collect()
}

/// The place of the last entry of this act about this subject.
pub async fn place_of(connection: &mut Connection, act: &str, subject: &str) -> Result<Option<u64>, StoreError> {
    let place: Option<i64> = sqlx::query_scalar(
        "SELECT l.position FROM event e JOIN ledger_entry l ON l.event_id = e.id
         WHERE e.subject = $2 AND e.act = $1 ORDER BY l.position DESC LIMIT 1",
    )
    .bind(act)
    .bind(subject)
    .fetch_optional(connection)
    .await?;
    place.map(unsigned).transpose()
}

/// The full tile of this level and number.
pub async fn tile(connection: &mut Connection, level: u32, number: u64) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(
        sqlx::query_scalar("SELECT hashes FROM ledger_tile WHERE level = $1 AND number = $2")
            .bind(i64::from(level))
            .bind(signed(number))
            .fetch_optional(connection)
            .await?,
    )
}

/// Writes a full tile; it is the same whoever writes it.
pub async fn insert_tile(
    connection: &mut Connection,
    level: u32,
    number: u64,
    hashes: &[u8],
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO ledger_tile (level, number, hashes) VALUES ($1, $2, $3) ON CONFLICT (level, number) DO NOTHING",
    )
    .bind(i64::from(level))
    .bind(signed(number))
    .bind(hashes)
    .execute(connection)
    .await?;
    Ok(())
}

/// A published checkpoint.
#[derive(Debug, Clone, FromRow)]
pub struct CheckpointRow {
    /// How many entries it covers.
    pub size: i64,
    /// The note with the ledger's signature.
    pub note: String,
}

/// Writes a checkpoint. Of two nodes that sign the same size, the first is kept.
pub async fn insert_checkpoint(connection: &mut Connection, size: u64, note: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO ledger_checkpoint (size, note) VALUES ($1, $2) ON CONFLICT (size) DO NOTHING")
        .bind(signed(size))
        .bind(note)
        .execute(connection)
        .await?;
    Ok(())
}

/// The last checkpoint.
pub async fn last_checkpoint(connection: &mut Connection) -> Result<Option<CheckpointRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT size, note FROM ledger_checkpoint ORDER BY size DESC LIMIT 1")
            .fetch_optional(connection)
            .await?,
    )
}

/// The checkpoints after this size, the smallest first, at most `limit`.
pub async fn checkpoints_after(
    connection: &mut Connection,
    size: i64,
    limit: u64,
) -> Result<Vec<CheckpointRow>, StoreError> {
    Ok(
        sqlx::query_as("SELECT size, note FROM ledger_checkpoint WHERE size > $1 ORDER BY size LIMIT $2")
            .bind(size)
            .bind(signed(limit))
            .fetch_all(connection)
            .await?,
    )
}

/// Writes what a witness signed.
pub async fn insert_cosignature(
    connection: &mut Connection,
    size: u64,
    witness: &str,
    line: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO ledger_cosignature (size, witness, line) VALUES ($1, $2, $3)
         ON CONFLICT (size, witness) DO NOTHING",
    )
    .bind(signed(size))
    .bind(witness)
    .bind(line)
    .execute(connection)
    .await?;
    Ok(())
}

/// What witnesses signed at this size: their lines by name.
pub async fn cosignatures(connection: &mut Connection, size: u64) -> Result<Vec<(String, String)>, StoreError> {
    Ok(
        sqlx::query_as("SELECT witness, line FROM ledger_cosignature WHERE size = $1 ORDER BY witness")
            .bind(signed(size))
            .fetch_all(connection)
            .await?,
    )
}

/// The last size that a witness signed; 0 when it never did.
pub async fn last_cosigned(connection: &mut Connection, witness: &str) -> Result<u64, StoreError> {
    let size: Option<i64> =
        sqlx::query_scalar("SELECT size FROM ledger_cosignature WHERE witness = $1 ORDER BY size DESC LIMIT 1")
            .bind(witness)
            .fetch_optional(connection)
            .await?;
    unsigned(size.unwrap_or(0))
}

/// Everything that stands behind an entry, for checking it.
#[derive(Debug, Clone, FromRow)]
pub struct BehindRow {
    /// Its place.
    pub position: i64,
    /// The id of its event as the entry has it.
    pub event_id: String,
    /// The published text.
    pub leaf: String,
    /// What opens the commitment.
    pub salt: Option<Vec<u8>>,
    /// The event's id, when the event is there.
    pub id: Option<EventId>,
    /// When.
    pub at: Option<Timestamp>,
    /// The kind of actor.
    pub actor_kind: Option<String>,
    /// The actor.
    pub actor_id: Option<String>,
    /// The act.
    pub act: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// The batch.
    pub batch_id: Option<BatchId>,
    /// Why.
    pub reason: Option<String>,
    /// Details.
    pub detail: Option<String>,
    /// The request.
    pub request_id: Option<String>,
}

impl BehindRow {
    /// The event, if it is there whole.
    pub fn event(&self) -> Option<EventRow> {
        Some(EventRow {
            id: self.id?,
            at: self.at?,
            actor_kind: self.actor_kind.clone()?,
            actor_id: self.actor_id.clone()?,
            act: self.act.clone()?,
            subject: self.subject.clone()?,
            batch_id: self.batch_id,
            reason: self.reason.clone()?,
            detail: self.detail.clone()?,
            request_id: self.request_id.clone()?,
        })
    }
}

/// What stands behind the entries from a place on, at most `limit`.
pub async fn behind(connection: &mut Connection, from: u64, limit: u64) -> Result<Vec<BehindRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT l.position, l.event_id, l.leaf, s.salt, e.id, e.at, e.actor_kind, e.actor_id, e.act, e.subject,
                e.batch_id, e.reason, e.detail, e.request_id
         FROM ledger_entry l
         LEFT JOIN ledger_salt s ON s.position = l.position
         LEFT JOIN event e ON e.id = l.event_id
         WHERE l.position >= $1 ORDER BY l.position LIMIT $2",
    )
    .bind(signed(from))
    .bind(signed(limit))
    .fetch_all(connection)
    .await?)
}

/// The first event that has no entry, if there is one.
pub async fn event_without_entry(connection: &mut Connection) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "SELECT e.id FROM event e LEFT JOIN ledger_entry l ON l.event_id = e.id
         WHERE l.event_id IS NULL ORDER BY e.id LIMIT 1",
    )
    .fetch_optional(connection)
    .await?)
}

/// How many salts and tiles there are: rows that belong to nothing are found by their number.
pub async fn counts(connection: &mut Connection) -> Result<(i64, i64), StoreError> {
    let salts = sqlx::query_scalar("SELECT COUNT(*) FROM ledger_salt")
        .fetch_one(&mut *connection)
        .await?;
    let tiles = sqlx::query_scalar("SELECT COUNT(*) FROM ledger_tile")
        .fetch_one(connection)
        .await?;
    Ok((salts, tiles))
}

/// Destroys the salts of all events about a subject. The entries and every proof about them stay as they are; what they
/// commit to can no longer be shown. Tells the places.
pub async fn destroy_salts(connection: &mut Connection, subject: &str) -> Result<Vec<u64>, StoreError> {
    let places: Vec<i64> = sqlx::query_scalar(
        "SELECT s.position FROM ledger_salt s JOIN ledger_entry l ON l.position = s.position
         JOIN event e ON e.id = l.event_id WHERE e.subject = $1 ORDER BY s.position",
    )
    .bind(subject)
    .fetch_all(&mut *connection)
    .await?;
    for place in &places {
        sqlx::query("DELETE FROM ledger_salt WHERE position = $1")
            .bind(place)
            .execute(&mut *connection)
            .await?;
    }
    places.into_iter().map(unsigned).collect()
}
