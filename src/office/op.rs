//! An operation: the one way to change anything.
//!
//! It opens the write transaction, fixes the time once, and can be saved only together with the event that says who did
//! what, when and why. "No change without its record" is therefore structure and not habit.

use serde_json::Value;

use super::{Act, Actor, Caller, Office, Refusal};
use crate::identity::{Duty, may_take};
use crate::kernel::{AccountId, BatchId, Digest, EventId, Timestamp};
use crate::store::{Connection, StoreError, Tx, event};

/// A change under way. Dropped without [`Op::commit`], it leaves nothing behind.
pub struct Op<'a> {
    tx: Tx,
    office: &'a Office,
    caller: &'a Caller,
    act: &'static str,
    /// The one instant of this operation.
    pub now: Timestamp,
}

/// What an event says beyond who, when and which act.
#[derive(Debug, Clone)]
pub struct Event {
    subject: String,
    batch: Option<BatchId>,
    reason: String,
    detail: Value,
    about: Option<Digest>,
}

impl Event {
    /// An event about this subject (an id).
    pub fn of(subject: impl std::fmt::Display) -> Self {
        Self {
            subject: subject.to_string(),
            batch: None,
            reason: String::new(),
            detail: Value::Null,
            about: None,
        }
    }

    /// The digest of what the act made, published in the ledger. Only of things that nobody can guess: a file, or a record
    /// with its salt.
    #[must_use]
    pub fn about(mut self, made: Digest) -> Self {
        self.about = Some(made);
        self
    }

    /// The batch that it belongs to.
    #[must_use]
    pub fn in_batch(mut self, batch: BatchId) -> Self {
        self.batch = Some(batch);
        self
    }

    /// Why, in the person's words.
    #[must_use]
    pub fn because(mut self, reason: &str) -> Self {
        self.reason.push_str(reason);
        self
    }

    /// Facts worth keeping: ids, digests, counts, old and new values. Never citizen ids, codes or answers.
    #[must_use]
    pub fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }
}

impl<'a> Op<'a> {
    /// Begins the operation of this act.
    pub async fn begin<A: Act>(office: &'a Office, caller: &'a Caller) -> Result<Self, Refusal> {
        Self::begin_named(office, caller, A::POLICY.name).await
    }

    /// Begins an operation that is not an act of a person: a job, or one part of an act with many.
    pub async fn begin_named(office: &'a Office, caller: &'a Caller, act: &'static str) -> Result<Self, Refusal> {
        let tx = office.store.write().await?;
        Ok(Self {
            tx,
            office,
            caller,
            act,
            now: office.clock.now(),
        })
    }

    /// The connection of the transaction.
    pub fn connection(&mut self) -> &mut Connection {
        &mut self.tx
    }

    /// Notes that the caller takes this duty on a batch; refuses if an earlier one excludes it.
    pub async fn take_duty(&mut self, batch: BatchId, duty: Duty) -> Result<AccountId, Refusal> {
        let account = self.caller.account()?;
        self.give_duty(account, batch, duty).await?;
        Ok(account)
    }

    /// Notes that this account has this duty on a batch; refuses if an earlier one excludes it.
    pub async fn give_duty(&mut self, account: AccountId, batch: BatchId, duty: Duty) -> Result<(), Refusal> {
        let held = event::duties(&mut self.tx, batch, account).await?;
        may_take(&held, duty)?;
        Ok(event::note_duty(&mut self.tx, batch, account, duty, self.now).await?)
    }

    /// Who does this: an account, an application, or the name of a job.
    pub fn caller_id(&self) -> String {
        who(&self.caller.actor).1
    }

    /// Saves everything, with its event, or nothing.
    pub async fn commit(mut self, event: Event) -> Result<Timestamp, Refusal> {
        self.note(self.act, event).await?;
        self.tx.commit().await.map_err(StoreError::from)?;
        Ok(self.now)
    }

    /// Writes a further event of an operation that has more than one; [`Op::commit`] writes the last. Tells its place in the
    /// ledger.
    pub async fn note(&mut self, act: &'static str, event: Event) -> Result<u64, Refusal> {
        let (actor_kind, actor_id) = who(&self.caller.actor);
        let row = event::EventRow {
            id: EventId::new(self.now, self.office.entropy.as_ref()),
            at: self.now,
            actor_kind: actor_kind.to_owned(),
            actor_id,
            act: act.to_owned(),
            subject: event.subject,
            batch_id: event.batch,
            reason: event.reason,
            detail: event.detail.to_string(),
            request_id: self.caller.request_id.clone(),
        };
        Ok(event::insert(&mut self.tx, &row, event.about, self.office.entropy.as_ref()).await?)
    }
}

/// The kind of an actor and its id, as events name them.
fn who(actor: &Actor) -> (&'static str, String) {
    match actor {
        Actor::Anonymous => ("anonymous", String::new()),
        Actor::Staff { account, .. } => ("staff", account.to_string()),
        Actor::Candidate { application, .. } => ("candidate", application.to_string()),
        Actor::System(job) => ("system", (*job).to_owned()),
    }
}
