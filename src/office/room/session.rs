//! Opening and closing a session, checking everybody in, and handing in what is overdue.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::take_room;
use crate::kernel::{AttemptId, BatchId, SessionId, Timestamp};
use crate::office::account::Done;
use crate::office::{Act, Broken, Caller, Event, List, Office, Op, Policy, Refusal, policy};
use crate::sitting::{SessionRefusal, may_start};
use crate::store::sitting::{self, board};

impl From<SessionRefusal> for Broken {
    fn from(refusal: SessionRefusal) -> Self {
        match refusal {
            SessionRefusal::TooEarly { at } => Self::new("session-too-early").with("at", at),
            SessionRefusal::WithoutPapers { count } => Self::new("session-without-papers").with("count", count),
            SessionRefusal::NotPlanned => Self::new("session-not-planned"),
        }
    }
}

/// Opens a session for its candidates.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct StartSession {
    /// The session.
    pub session: SessionId,
}

impl Act for StartSession {
    type Outcome = Done;
    const POLICY: Policy = policy::SESSION_START;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = take_room(&mut op, caller, self.session).await?;
        let theory = row.component == "theory";
        let without = if theory {
            board::seats_without_paper(op.connection(), row.id).await?
        } else {
            0
        };
        may_start(&row.state, row.opens_at, without, now).map_err(Broken::from)?;
        board::start_session(op.connection(), row.id, now).await?;
        let event = Event::of(row.id)
            .in_batch(row.batch_id)
            .with(json!({ "seated": row.seated }));
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}

/// Closes a session after its last candidate.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CloseSession {
    /// The session.
    pub session: SessionId,
}

impl Act for CloseSession {
    type Outcome = Done;
    const POLICY: Policy = policy::SESSION_CLOSE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        close_overdue(office).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = take_room(&mut op, caller, self.session).await?;
        if row.state != "running" {
            return Err(Broken::new("session-not-running").into());
        }
        let open = board::count_attempts(op.connection(), row.id, "open").await?;
        if open > 0 {
            return Err(Broken::new("session-has-open").with("count", open).into());
        }
        let submitted = board::count_attempts(op.connection(), row.id, "submitted").await?;
        board::close_session(op.connection(), row.id, now).await?;
        let event = Event::of(row.id)
            .in_batch(row.batch_id)
            .with(json!({ "seated": row.seated, "submitted": submitted }));
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}

/// For how many something was done.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct DoneFor {
    /// When.
    pub at: Timestamp,
    /// How many attempts.
    pub attempts: u64,
}

/// Checks several candidates in at once.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CheckInMany {
    /// The session.
    pub session: SessionId,
    /// Whom; if empty, everybody who signed in at a terminal.
    #[serde(default = "nobody_named")]
    pub attempts: List<AttemptId>,
}

fn nobody_named() -> List<AttemptId> {
    List(Vec::new())
}

impl Act for CheckInMany {
    type Outcome = DoneFor;
    const POLICY: Policy = policy::SESSION_CHECK_IN;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<DoneFor, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = take_room(&mut op, caller, self.session).await?;
        let account = caller.account()?;
        let List(asked) = self.attempts;
        let seats = board::seats(op.connection(), row.id).await?;
        let chosen: Vec<AttemptId> = seats
            .iter()
            .filter(|seat| seat.state.as_deref() == Some("seated"))
            .filter_map(|seat| {
                let id = seat.attempt_id?;
                let wanted = if asked.is_empty() {
                    seat.last_seen_at.is_some()
                } else {
                    asked.contains(&id)
                };
                wanted.then_some(id)
            })
            .collect();
        if chosen.is_empty() {
            return Err(Broken::new("nobody-to-check-in").into());
        }
        for id in &chosen {
            sitting::check_in(op.connection(), *id, account, now).await?;
        }
        let event = Event::of(row.id)
            .in_batch(row.batch_id)
            .with(json!({ "attempts": chosen }));
        let at = op.commit(event).await?;
        let attempts = u64::try_from(chosen.len()).unwrap_or(u64::MAX);
        Ok(DoneFor { at, attempts })
    }
}

/// Hands in every open attempt whose time is over, as of its deadline. For the job that comes by each second; answers
/// that arrive within the grace are still taken, as late.
pub async fn close_overdue(office: &Office) -> Result<usize, Refusal> {
    let mut connection = office.store.read().await?;
    let sessions = sitting::overdue_sessions(&mut connection, office.now()).await?;
    drop(connection);
    let mut closed = 0;
    for (session, batch) in sessions {
        closed += close_overdue_of(office, session, batch).await?;
    }
    Ok(closed)
}

/// The same, for one session.
pub(in crate::office) async fn close_overdue_of(
    office: &Office,
    session: SessionId,
    batch: BatchId,
) -> Result<usize, Refusal> {
    let clock = Caller::system("clock");
    let mut op = Op::begin_named(office, &clock, "attempt.time-over").await?;
    let now = op.now;
    let attempts = sitting::submit_overdue(op.connection(), session, now).await?;
    if attempts.is_empty() {
        return Ok(0);
    }
    let event = Event::of(session).in_batch(batch).with(json!({ "attempts": attempts }));
    op.commit(event).await?;
    Ok(attempts.len())
}
