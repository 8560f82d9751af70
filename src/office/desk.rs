//! The answer desk: the one queue and the one writer through which all answers go.
//!
//! An answer is acknowledged only after it is durable. Whatever waits at one moment is written in one transaction and
//! then acknowledged, so that everybody shares the cost of the disk. The queue is bounded: when it is full the terminal
//! is told to come back, and keeps its answers meanwhile. A batch that fails is rolled back, and each part of it is tried
//! once alone, so that one bad part cannot fail the others; what fails then is told so. Handing in goes through the same
//! queue and therefore comes after the same candidate's saves. Older and repeated revisions are harmless.
//!
//! The rules for one part are in [`crate::sitting`]; `writer` applies them to a batch inside the transaction.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::{mpsc, oneshot};

use super::{Broken, Keys, Office, Refusal};
use crate::kernel::{ApplicationId, AttemptId, Clock, Digest, Entropy, SessionId, SignInId, Timestamp};
use crate::sitting::{AnswerRefusal, SaveRefusal, TooEarly};
use crate::store::{Store, sitting};

mod writer;

#[cfg(test)]
mod histories;
#[cfg(test)]
mod power_cut;
#[cfg(test)]
mod tests;

const QUEUE: usize = 32_768;
const REMEMBERED: usize = 100_000;
/// What a terminal waits before it comes back to a full queue, in seconds.
const COME_BACK: u32 = 2;

/// One answer as a terminal sends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// The question.
    pub number: i64,
    /// The chosen letters in order (`"B"`, `"ACD"`), `"T"` or `"F"`, or what the kind of the question asks for
    /// (docs/bank-format.md); `""` for none.
    pub value: String,
    /// The terminal's count of changes to this answer: higher is later.
    pub revision: i64,
    /// Whether the candidate marked the question for another look.
    #[serde(default)]
    pub flagged: bool,
}

/// What became of one answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ack {
    /// The question.
    pub number: i64,
    /// The revision that is durable.
    pub revision: i64,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// Whether it came after the deadline, within the grace.
    pub late: bool,
    /// Whether another value already stands under this revision: send again with a higher one.
    pub clash: bool,
}

/// The acknowledgement of a save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Saved {
    /// Each answer.
    pub answers: Vec<Ack>,
    /// Milliseconds left.
    pub remaining_ms: i64,
}

/// What a candidate gets for a paper handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Receipt {
    /// The attempt.
    pub attempt: AttemptId,
    /// When it was handed in.
    pub submitted_at: Timestamp,
    /// `candidate`, `deadline` or `invigilator`.
    pub how: String,
    /// How many questions have an answer.
    pub answered: i64,
    /// How many questions there are.
    pub questions: i64,
    /// The code under which the receipt is found later; absent while late answers may still come.
    pub code: Option<String>,
    /// The digest of the answers.
    pub digest: Option<String>,
    /// Our signature.
    pub signature: Option<String>,
}

/// What a terminal tells of itself with a sign of life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Beat {
    /// Answers that it could not save yet.
    pub unsaved: i64,
    /// Whether the candidate looks at something else than the paper.
    pub away: bool,
    /// How often the paper was left since the last sign of life.
    pub left: i64,
    /// Whether the last sign of life told of something that is over now.
    pub cleared: bool,
}

impl Beat {
    /// Whether there is nothing to note beyond the sign of life itself.
    fn is_quiet(self) -> bool {
        self == Self::default()
    }
}

/// What is asked of the desk for one attempt.
#[derive(Debug, Clone)]
pub(super) enum Ask {
    /// Save these answers.
    Save(Vec<Answer>),
    /// Hand in, not before so many milliseconds after the start.
    Submit {
        /// The earliest time for it.
        earliest_ms: i64,
        /// The request, for the record.
        request_id: String,
    },
    /// Only note that the terminal was heard, and what it told.
    Seen(Beat),
    /// Make the receipt of a paper that the clock or an invigilator handed in.
    Receipt,
    /// Only say when everything before is written.
    Settle,
}

/// What came of it.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    /// Saved.
    Saved(Saved),
    /// Handed in.
    Received(Receipt),
    /// Heard.
    Heard,
}

/// One part of a batch: for one attempt, from one terminal.
pub(super) struct Part {
    attempt: AttemptId,
    lease: Digest,
    ask: Ask,
}

struct Waiting {
    part: Part,
    reply: oneshot::Sender<Result<Outcome, Refusal>>,
}

/// The desk. Clones share the queue.
#[derive(Clone)]
pub struct AnswerDesk {
    queue: mpsc::Sender<Waiting>,
    attempts: Arc<Mutex<BTreeMap<(SessionId, ApplicationId), AttemptId>>>,
}

impl AnswerDesk {
    /// Opens the desk: starts its writer on the present runtime. The writer ends when the last desk is dropped; if it
    /// breaks, the process ends, because a desk that takes answers and never writes them would be worse.
    pub fn start(store: Store, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, keys: Keys) -> Self {
        Self::with_batches_of(BATCH, store, clock, entropy, keys)
    }

    /// A desk that writes each part in a transaction of its own: only to measure what writing together brings.
    pub fn one_by_one(store: Store, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>, keys: Keys) -> Self {
        Self::with_batches_of(1, store, clock, entropy, keys)
    }

    fn with_batches_of(
        most: usize,
        store: Store,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        keys: Keys,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let tools = Tools { store, entropy, keys };
        let writer = tokio::spawn(run(waiting, most, tools, clock));
        tokio::spawn(async move {
            if let Err(error) = writer.await
                && error.is_panic()
            {
                tracing::error!(%error, "the answer desk broke");
                std::process::abort();
            }
        });
        Self {
            queue,
            attempts: Arc::default(),
        }
    }

    /// Saves answers; returns when they are durable.
    pub async fn save(&self, attempt: AttemptId, lease: Digest, answers: Vec<Answer>) -> Result<Saved, Refusal> {
        match self.ask(attempt, lease, Ask::Save(answers)).await? {
            Outcome::Saved(saved) => Ok(saved),
            Outcome::Received(_) | Outcome::Heard => Err(Refusal::Fault("the desk answered another question".into())),
        }
    }

    /// Hands in, after everything that this terminal sent before.
    pub async fn submit(
        &self,
        attempt: AttemptId,
        lease: Digest,
        earliest_ms: i64,
        request_id: String,
    ) -> Result<Receipt, Refusal> {
        let ask = Ask::Submit {
            earliest_ms,
            request_id,
        };
        match self.ask(attempt, lease, ask).await? {
            Outcome::Received(receipt) => Ok(receipt),
            Outcome::Saved(_) | Outcome::Heard => Err(Refusal::Fault("the desk answered another question".into())),
        }
    }

    /// The receipt of a paper that is handed in, made if there is none yet.
    pub async fn receipt(&self, attempt: AttemptId) -> Result<Receipt, Refusal> {
        match self.ask(attempt, Digest::of(b""), Ask::Receipt).await? {
            Outcome::Received(receipt) => Ok(receipt),
            Outcome::Saved(_) | Outcome::Heard => Err(Refusal::Fault("the desk answered another question".into())),
        }
    }

    /// Notes that a terminal was heard. Nobody waits for it, and a full queue may drop it.
    pub fn seen(&self, attempt: AttemptId, lease: Digest, beat: Beat) {
        let (reply, _) = oneshot::channel();
        let part = Part {
            attempt,
            lease,
            ask: Ask::Seen(beat),
        };
        // The next heartbeat is seconds away: dropping one costs nothing.
        let _ = self.queue.try_send(Waiting { part, reply });
    }

    /// Returns when everything that waits now is written, so that an invigilator's change comes after it.
    pub async fn settle(&self, attempt: AttemptId) -> Result<(), Refusal> {
        self.ask(attempt, Digest::of(b""), Ask::Settle).await.map(|_| ())
    }

    async fn ask(&self, attempt: AttemptId, lease: Digest, ask: Ask) -> Result<Outcome, Refusal> {
        let (reply, answer) = oneshot::channel();
        let part = Part { attempt, lease, ask };
        self.queue
            .try_send(Waiting { part, reply })
            .map_err(|_| Refusal::Busy { retry_after: COME_BACK })?;
        answer
            .await
            .map_err(|_| Refusal::Fault("the answer desk is closed".into()))?
    }

    /// The attempt of a candidate in a session. It never changes once drawn, so it is remembered.
    pub async fn attempt_of(
        &self,
        store: &Store,
        session: SessionId,
        application: ApplicationId,
    ) -> Result<Option<AttemptId>, Refusal> {
        let key = (session, application);
        let known = self
            .attempts
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
            .copied();
        if known.is_some() {
            return Ok(known);
        }
        let mut connection = store.read().await?;
        let found = sitting::attempt_of(&mut connection, session, application).await?;
        let Some(found) = found else { return Ok(None) };
        let mut attempts = self.attempts.lock().unwrap_or_else(PoisonError::into_inner);
        if attempts.len() >= REMEMBERED {
            attempts.clear();
        }
        attempts.insert(key, found.id);
        Ok(Some(found.id))
    }
}

impl From<SaveRefusal> for Broken {
    fn from(refusal: SaveRefusal) -> Self {
        match refusal {
            SaveRefusal::NotStarted => Self::new("attempt-not-started"),
            SaveRefusal::Closed { at } => Self::new("attempt-closed").with("at", at),
        }
    }
}

impl From<AnswerRefusal> for Broken {
    fn from(refusal: AnswerRefusal) -> Self {
        match refusal {
            AnswerRefusal::NoSuchQuestion { number } => Self::new("answer-no-such-question").with("number", number),
            AnswerRefusal::Unreadable { number } => Self::new("answer-unreadable").with("number", number),
        }
    }
}

impl From<TooEarly> for Broken {
    fn from(refusal: TooEarly) -> Self {
        Self::new("submit-too-early").with("at", refusal.at)
    }
}

impl Office {
    /// The lease of a terminal: only its digest is kept.
    pub fn lease(&self, terminal: SignInId) -> Digest {
        self.keys.digest("lease", &terminal.to_string())
    }
}

/// How many parts one transaction takes at most.
const BATCH: usize = 4_096;

/// What the writer works with.
struct Tools {
    store: Store,
    entropy: Arc<dyn Entropy>,
    keys: Keys,
}

async fn run(mut queue: mpsc::Receiver<Waiting>, most: usize, tools: Tools, clock: Arc<dyn Clock>) {
    let mut waiting = Vec::new();
    while queue.recv_many(&mut waiting, most).await > 0 {
        let (parts, replies): (Vec<Part>, Vec<_>) = waiting.drain(..).map(|one| (one.part, one.reply)).unzip();
        let outcomes = match writer::write(&tools, clock.now(), &parts).await {
            Ok(outcomes) => outcomes,
            Err(refusal) => alone(&tools, clock.as_ref(), &parts, refusal).await,
        };
        for (reply, outcome) in replies.into_iter().zip(outcomes) {
            // A terminal that hung up sends again, and again is harmless.
            let _ = reply.send(outcome);
        }
    }
}

/// After a batch failed: each part once more, in a transaction of its own. When the disk is full or the database is held
/// by somebody else, trying each would only make everybody wait: all are told at once.
async fn alone(tools: &Tools, clock: &dyn Clock, parts: &[Part], refusal: Refusal) -> Vec<Result<Outcome, Refusal>> {
    tracing::error!(%refusal, parts = parts.len(), "a batch of answers failed");
    let mut outcomes = Vec::with_capacity(parts.len());
    for part in parts {
        let outcome = match &refusal {
            Refusal::StorageFull => Err(Refusal::StorageFull),
            Refusal::Busy { retry_after } => Err(Refusal::Busy {
                retry_after: *retry_after,
            }),
            _ => writer::write(tools, clock.now(), std::slice::from_ref(part))
                .await
                .and_then(|mut outcomes| outcomes.pop().unwrap_or(Err(Refusal::Fault("no outcome".into())))),
        };
        outcomes.push(outcome);
    }
    outcomes
}
