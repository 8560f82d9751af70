//! What a terminal is told: where its candidate stands, how much time is left, what is saved.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Minutes, Place, place};
use crate::kernel::{AttemptId, Digest, MINUTE, Timestamp};
use crate::office::desk::{Beat, Receipt};
use crate::office::room::{self, LockView};
use crate::office::{Act, Caller, Office, Policy, Refusal, policy};
use crate::sitting::{GRACE, Gate, ReceiptStatement};
use crate::store::Connection;
use crate::store::sitting::receipt as receipts;
use crate::store::sitting::{self, AttemptRow, answers};

/// Tells a terminal its state.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowTerminal {
    /// Leaves the saved answers out: for heartbeats.
    #[serde(default)]
    pub brief: bool,
}

impl Act for ShowTerminal {
    type Outcome = TerminalView;
    const POLICY: Policy = policy::TERMINAL_STATE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<TerminalView, Refusal> {
        look(office, caller, self.brief, Beat::default()).await
    }
}

/// Takes a sign of life, and what the terminal tells of itself.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TerminalBeat {
    /// Answers that it could not save yet.
    #[serde(default)]
    pub unsaved: i64,
    /// Whether the candidate looks at something else than the paper.
    #[serde(default)]
    pub away: bool,
    /// How often the paper was left since the last sign of life.
    #[serde(default)]
    pub left: i64,
    /// Whether the last sign of life told of something that is over now.
    #[serde(default)]
    pub cleared: bool,
}

impl Act for TerminalBeat {
    type Outcome = TerminalView;
    const POLICY: Policy = policy::TERMINAL_BEAT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<TerminalView, Refusal> {
        let beat = Beat {
            unsaved: self.unsaved,
            away: self.away,
            left: self.left,
            cleared: self.cleared,
        };
        look(office, caller, true, beat).await
    }
}

/// An answer as the server has it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SavedAnswer {
    /// The question.
    pub number: i64,
    /// The value.
    pub value: String,
    /// The revision.
    pub revision: i64,
    /// Whether it is marked for another look.
    pub flagged: bool,
}

/// What a terminal knows.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TerminalView {
    /// The attempt, once the paper is drawn.
    pub attempt: Option<AttemptId>,
    /// `seated`, `checked_in`, `open` or `submitted`.
    pub state: String,
    /// `planned`, `running` or `closed`.
    pub session_state: String,
    /// Whether this is a demonstration or a rehearsal, in which nothing counts.
    pub demo: bool,
    /// What stands between the candidate and the paper now.
    pub gate: Gate,
    /// Whether this terminal holds the lease.
    pub lease: bool,
    /// The candidate's name.
    pub name: String,
    /// The masked citizen id.
    pub masked_id: String,
    /// The ticket's number.
    pub ticket: String,
    /// The room.
    pub room: String,
    /// The seat.
    pub seat: i64,
    /// The occupation.
    pub occupation: String,
    /// The occupation in English.
    pub occupation_en: String,
    /// The level.
    pub level: i64,
    /// The minutes of the rule.
    pub minutes: Minutes,
    /// The server's time.
    pub now: Timestamp,
    /// When the session is planned to open.
    pub opens_at: Timestamp,
    /// Milliseconds until then; never negative.
    pub opens_in_ms: i64,
    /// When the attempt was started.
    pub started_at: Option<Timestamp>,
    /// When it ends.
    pub deadline: Option<Timestamp>,
    /// What the session asks of the browser.
    pub lock: LockView,
    /// Whether time stands still; the paper is hidden meanwhile.
    pub paused: bool,
    /// Milliseconds left, while it is open.
    pub remaining_ms: Option<i64>,
    /// Milliseconds until handing in is possible, while it is open.
    pub submit_in_ms: Option<i64>,
    /// Extra time given so far, in milliseconds.
    pub extra_ms: i64,
    /// How many questions there are.
    pub questions: i64,
    /// The saved answers; empty when asked briefly.
    pub answers: Vec<SavedAnswer>,
    /// The receipt, once handed in.
    pub receipt: Option<Receipt>,
}

async fn look(office: &Office, caller: &Caller, brief: bool, beat: Beat) -> Result<TerminalView, Refusal> {
    let (application, session, sign_in) = caller.candidate()?;
    let now = office.now();
    let mut connection = office.store.read().await?;
    let mut place = place(&mut connection, caller).await?;
    if let Some(attempt) = place.attempt.as_ref().filter(|attempt| is_overdue(attempt, now)) {
        // The job comes by each second; whoever looks first must not see an open paper after its time.
        room::close_overdue_of(office, attempt.session_id, attempt.batch_id).await?;
        place.attempt = sitting::attempt_of(&mut connection, session, application).await?;
    }
    let lease = office.lease(sign_in);
    let (stored, receipt) = match &place.attempt {
        None => (Vec::new(), None),
        Some(attempt) => {
            let wanted = !brief && attempt.lease == Some(lease);
            let stored = if wanted {
                answers::of_attempt(&mut connection, attempt.id).await?
            } else {
                Vec::new()
            };
            let receipt = receipt_of(&mut connection, attempt).await?;
            (stored, receipt)
        }
    };
    drop(connection);
    let receipt = match receipt {
        // Once no more answers can come, it is made by the one writer of answers.
        Some(open) if open.code.is_none() && (open.how != "deadline" || now - open.submitted_at >= GRACE) => {
            Some(office.desk.receipt(open.attempt).await?)
        }
        receipt => receipt,
    };
    let lock = room::lock_of(office, session).await?;
    let view = TerminalView {
        demo: office.demo,
        lock: lock.map(|lock| LockView::from(lock.as_ref())).unwrap_or_default(),
        ..place.view(lease, now, stored, receipt)
    };
    // Life is noted only from the terminal that counts, so that another one does not hide its silence.
    if let Some(attempt) = view.attempt.filter(|_| view.lease || view.started_at.is_none()) {
        office.desk.seen(attempt, lease, beat);
    }
    Ok(view)
}

fn is_overdue(attempt: &AttemptRow, now: Timestamp) -> bool {
    attempt.state == "open" && attempt.deadline.is_some_and(|deadline| deadline <= now)
}

/// The receipt as it is stored, or what there is to say before it is made.
async fn receipt_of(connection: &mut Connection, attempt: &AttemptRow) -> Result<Option<Receipt>, Refusal> {
    let (Some(submitted_at), Some(how)) = (attempt.submitted_at, attempt.submitted_how.clone()) else {
        return Ok(None);
    };
    let stored = receipts::latest(connection, attempt.id).await?;
    let statement = stored
        .as_ref()
        .map(|row| serde_json::from_str::<ReceiptStatement>(&row.statement));
    let statement = statement
        .transpose()
        .map_err(|error| Refusal::Fault(format!("receipt.statement: {error}")))?
        // The receipt of a paper that was opened again speaks of another hand-in.
        .filter(|statement| statement.handed_in_at == submitted_at);
    let stored = stored.filter(|_| statement.is_some());
    Ok(Some(Receipt {
        attempt: attempt.id,
        submitted_at,
        how,
        answered: match &statement {
            Some(statement) => statement.answered,
            None => answers::answered(connection, attempt.id).await?,
        },
        questions: attempt.questions,
        code: stored.as_ref().map(|row| row.code.clone()),
        digest: statement.map(|statement| statement.answers),
        signature: stored.map(|row| row.signature),
    }))
}

impl Place {
    fn view(
        self,
        lease: Digest,
        now: Timestamp,
        stored: Vec<answers::AnswerRow>,
        receipt: Option<Receipt>,
    ) -> TerminalView {
        let gate = self.gate(lease, now);
        let Self { desk, minutes, attempt } = self;
        let attempt = attempt.as_ref();
        let open = attempt.filter(|attempt| attempt.state == "open");
        let left = |end: Timestamp| (end - now).max(0);
        TerminalView {
            attempt: attempt.map(|attempt| attempt.id),
            state: attempt.map_or("seated", |attempt| &attempt.state).to_owned(),
            session_state: desk.session_state,
            demo: false,
            gate,
            lease: attempt.is_some_and(|attempt| attempt.lease == Some(lease)),
            name: desk.name,
            masked_id: desk.citizen_mask,
            ticket: desk.ticket_number.unwrap_or_default(),
            room: desk.room,
            seat: desk.seat_no,
            occupation: desk.occupation_name,
            occupation_en: desk.occupation_name_en,
            level: desk.level,
            minutes,
            now,
            opens_at: desk.opens_at,
            opens_in_ms: left(desk.opens_at),
            started_at: attempt.and_then(|attempt| attempt.started_at),
            deadline: attempt.and_then(|attempt| attempt.deadline),
            lock: LockView::default(),
            paused: open.is_some_and(|attempt| attempt.paused_at.is_some()),
            remaining_ms: open.and_then(|attempt| attempt.deadline.map(left).or(attempt.left_ms)),
            submit_in_ms: open
                .and_then(|attempt| attempt.started_at)
                .map(|started| left(started + minutes.earliest_submit_minutes * MINUTE)),
            extra_ms: attempt.map_or(0, |attempt| attempt.extra_ms),
            questions: attempt.map_or(0, |attempt| attempt.questions),
            answers: stored.into_iter().map(SavedAnswer::from).collect(),
            receipt,
        }
    }
}

impl From<answers::AnswerRow> for SavedAnswer {
    fn from(row: answers::AnswerRow) -> Self {
        Self {
            number: row.number,
            value: row.value,
            revision: row.revision,
            flagged: row.flagged == 1,
        }
    }
}
