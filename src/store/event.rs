//! Events and duties: what happened, and who did what on which batch.

use sqlx::FromRow;

use super::{Connection, StoreError, ledger};
use crate::identity::Duty;
use crate::kernel::{AccountId, BatchId, Digest, Entropy, EventId, Timestamp};
use crate::ledger::EventFacts;

/// A recorded event.
#[derive(Debug, Clone, FromRow)]
pub struct EventRow {
    /// Its id; ids sort by time.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// `staff`, `candidate`, `anonymous` or `system`.
    pub actor_kind: String,
    /// The account, application or job.
    pub actor_id: String,
    /// The name of the act's policy.
    pub act: String,
    /// The id of what it was about.
    pub subject: String,
    /// The batch, if it belongs to one.
    pub batch_id: Option<BatchId>,
    /// Why, in the person's words; may be empty.
    pub reason: String,
    /// Facts as JSON.
    pub detail: String,
    /// The request.
    pub request_id: String,
}

impl EventRow {
    /// The facts that the ledger commits to: all of them.
    pub fn facts(&self) -> EventFacts<'_> {
        EventFacts {
            id: self.id.to_string(),
            at: self.at,
            actor_kind: &self.actor_kind,
            actor_id: &self.actor_id,
            act: &self.act,
            subject: &self.subject,
            batch: self.batch_id.map(|batch| batch.to_string()),
            reason: &self.reason,
            detail: &self.detail,
            request: &self.request_id,
        }
    }
}

/// Writes an event with its entry in the ledger: there is no event without one. `about` is the digest of what the act made,
/// if others can know it. Tells the entry's place.
pub async fn insert(
    connection: &mut Connection,
    event: &EventRow,
    about: Option<Digest>,
    entropy: &dyn Entropy,
) -> Result<u64, StoreError> {
    write(connection, event).await?;
    ledger::append(connection, event, about, entropy).await
}

async fn write(connection: &mut Connection, event: &EventRow) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO event (id, at, actor_kind, actor_id, act, subject, batch_id, reason, detail, request_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(event.id)
    .bind(event.at)
    .bind(&event.actor_kind)
    .bind(&event.actor_id)
    .bind(&event.act)
    .bind(&event.subject)
    .bind(event.batch_id)
    .bind(&event.reason)
    .bind(&event.detail)
    .bind(&event.request_id)
    .execute(connection)
    .await?;
    Ok(())
}

/// What this account did on this batch so far.
pub async fn duties(connection: &mut Connection, batch: BatchId, account: AccountId) -> Result<Vec<Duty>, StoreError> {
    let names: Vec<(String,)> = sqlx::query_as("SELECT duty FROM duty WHERE batch_id = $1 AND account_id = $2")
        .bind(batch)
        .bind(account)
        .fetch_all(connection)
        .await?;
    names
        .into_iter()
        .map(|(name,)| {
            name.parse().map_err(|cause| StoreError::Corrupt {
                column: "duty.duty".to_owned(),
                cause,
            })
        })
        .collect()
}

/// Notes a duty; noting it again changes nothing.
pub async fn note_duty(
    connection: &mut Connection,
    batch: BatchId,
    account: AccountId,
    duty: Duty,
    now: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO duty (batch_id, account_id, duty, at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (batch_id, account_id, duty) DO NOTHING",
    )
    .bind(batch)
    .bind(account)
    .bind(duty.name())
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// An event with the name of who did it.
#[derive(Debug, Clone, FromRow)]
pub struct NamedEventRow {
    /// Its id; ids sort by time.
    pub id: EventId,
    /// When.
    pub at: Timestamp,
    /// `staff`, `candidate`, `anonymous` or `system`.
    pub actor_kind: String,
    /// The account, application or job.
    pub actor_id: String,
    /// The login, for staff.
    pub login: Option<String>,
    /// The name, for staff.
    pub name: Option<String>,
    /// The name of the act's policy.
    pub act: String,
    /// The id of what it was about.
    pub subject: String,
    /// The batch, if it belongs to one.
    pub batch_id: Option<BatchId>,
    /// Why, in the person's words; may be empty.
    pub reason: String,
    /// Facts as JSON.
    pub detail: String,
    /// The request.
    pub request_id: String,
}

/// Which events are looked for; an empty text is no condition.
#[derive(Debug, Clone)]
pub struct Search {
    /// Login, or account, application or job.
    pub actor: String,
    /// The act.
    pub act: String,
    /// The subject.
    pub subject: String,
    /// The batch.
    pub batch: String,
    /// Not before.
    pub from: Timestamp,
    /// Before.
    pub until: Timestamp,
    /// Older than this event.
    pub before: String,
    /// At most so many.
    pub limit: i64,
}

/// A text after every id, for a search from the newest on.
const AFTER_ALL: &str = "evt_z";

impl Default for Search {
    fn default() -> Self {
        Self {
            actor: String::new(),
            act: String::new(),
            subject: String::new(),
            batch: String::new(),
            from: Timestamp::from_millis(0),
            until: Timestamp::from_millis(i64::MAX),
            before: AFTER_ALL.to_owned(),
            limit: 100,
        }
    }
}

/// The events that fit, the newest first.
pub async fn search(connection: &mut Connection, search: &Search) -> Result<Vec<NamedEventRow>, StoreError> {
    Ok(sqlx::query_as(
        "SELECT e.id, e.at, e.actor_kind, e.actor_id, c.login, c.name, e.act, e.subject, e.batch_id, e.reason,
                e.detail, e.request_id
         FROM event e LEFT JOIN account c ON c.id = e.actor_id
         WHERE ($1 = '' OR c.login = $1 OR e.actor_id = $1)
           AND ($2 = '' OR e.act = $2)
           AND ($3 = '' OR e.subject = $3)
           AND ($4 = '' OR e.batch_id = $4)
           AND e.at >= $5 AND e.at < $6 AND e.id < $7
         ORDER BY e.id DESC LIMIT $8",
    )
    .bind(&search.actor)
    .bind(&search.act)
    .bind(&search.subject)
    .bind(&search.batch)
    .bind(search.from)
    .bind(search.until)
    .bind(&search.before)
    .bind(search.limit)
    .fetch_all(connection)
    .await?)
}
