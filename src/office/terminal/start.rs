//! Starting an attempt, going on with it, and taking it over from a terminal that was released.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::binding::check_seat;
use super::place;
use super::sign_in::own_incident;
use crate::kernel::{AttemptId, Timestamp};
use crate::office::room::time::{Change, change_time};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::sitting::{Gate, TimeChange, Way};
use crate::store::sitting::{self, AttemptRow};

/// The incident of a second terminal that tried to start.
const SECOND_TERMINAL: &str = "second_terminal";

/// Starts the attempt, goes on with it, or takes it over from a released terminal.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct StartAttempt {}

/// An attempt that is open at this terminal.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Started {
    /// The attempt.
    pub attempt: AttemptId,
    /// When it ends; absent while its time stands still.
    pub deadline: Option<Timestamp>,
    /// Milliseconds left.
    pub remaining_ms: i64,
}

impl Act for StartAttempt {
    type Outcome = Started;
    const POLICY: Policy = policy::TERMINAL_START;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Started, Refusal> {
        let (application, session, sign_in) = caller.candidate()?;
        let machine = check_seat(office, caller, session, application).await?;
        let lease = office.lease(sign_in);
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let place = place(op.connection(), caller).await?;
        let gate = place.gate(lease, now);
        let attempt = place.attempt.ok_or_else(|| Broken::new("gate-no-paper"))?;
        let (deadline, left_ms) = match gate.way() {
            None => {
                if gate == Gate::SecondTerminal {
                    note_second_terminal(op, office, caller, &attempt).await?;
                }
                return Err(gate_closed(gate).into());
            }
            Some(Way::Resume) => return Ok(started(&attempt, attempt.deadline, attempt.left_ms, now)),
            Some(Way::TakeOver) => {
                sitting::take_lease(op.connection(), attempt.id, lease, now).await?;
                (attempt.deadline, attempt.left_ms)
            }
            Some(Way::Begin) => {
                let change = Change::of(&attempt, TimeChange::Start, "");
                let changed = change_time(&mut op, office, &change).await?;
                sitting::open_attempt(op.connection(), attempt.id, lease, now).await?;
                (changed.first().and_then(|(_, clock)| clock.deadline()), None)
            }
        };
        let event = Event::of(attempt.id).in_batch(attempt.batch_id).with(json!({
            "session": session, "terminal": sign_in, "machine": machine, "way": gate, "deadline": deadline,
        }));
        op.commit(event).await?;
        Ok(started(&attempt, deadline, left_ms, now))
    }
}

fn started(attempt: &AttemptRow, deadline: Option<Timestamp>, left_ms: Option<i64>, now: Timestamp) -> Started {
    let running = deadline.map(|deadline| (deadline - now).max(0));
    Started {
        attempt: attempt.id,
        deadline,
        remaining_ms: running.or(left_ms).unwrap_or(0),
    }
}

/// The rule by which a gate is closed.
fn gate_closed(gate: Gate) -> Broken {
    match gate {
        Gate::TooLate { at } => Broken::new("gate-too-late").with("at", at),
        Gate::NoPaper => Broken::new("gate-no-paper"),
        Gate::CheckIn => Broken::new("gate-check-in"),
        Gate::NotStarted => Broken::new("gate-not-started"),
        Gate::Paused => Broken::new("gate-paused"),
        Gate::SecondTerminal => Broken::new("second-terminal"),
        Gate::HandedIn => Broken::new("gate-handed-in"),
        Gate::Closed | Gate::Ready | Gate::Resume | Gate::TakeOver => Broken::new("gate-closed"),
    }
}

/// Records, once, that a second terminal tried: the invigilator's console shows it.
async fn note_second_terminal(
    mut op: Op<'_>,
    office: &Office,
    caller: &Caller,
    attempt: &AttemptRow,
) -> Result<(), Refusal> {
    let (application, session, sign_in) = caller.candidate()?;
    if sitting::has_incident(op.connection(), session, application, SECOND_TERMINAL).await? {
        return Ok(());
    }
    let incident = own_incident(office, caller, SECOND_TERMINAL, op.now)?;
    sitting::insert_incident(op.connection(), &incident).await?;
    let event = Event::of(attempt.id)
        .in_batch(attempt.batch_id)
        .with(json!({ "refused": "second-terminal", "terminal": sign_in }));
    op.commit(event).await.map(|_| ())
}
