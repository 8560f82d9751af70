//! Time in the room: extra time and pauses, for one or for all, each a line of the one ledger.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{DoneFor, check_reason, may_look, take_attempt, take_room};
use crate::kernel::{AttemptId, MINUTE, SessionId, TimeChangeId, Timestamp};
use crate::office::account::Done;
use crate::office::terminal::Minutes;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::sitting::{Clockwork, TimeChange, clockwork};
use crate::store::sitting::board;
use crate::store::sitting::{AttemptRow, time};

/// No extension is longer, in minutes.
const LONGEST_EXTENSION: i64 = 120;

/// A change of time to write.
pub(in crate::office) struct Change<'a> {
    session: SessionId,
    attempt: Option<AttemptId>,
    what: TimeChange,
    reason: &'a str,
}

impl<'a> Change<'a> {
    /// For one attempt.
    pub(in crate::office) fn of(attempt: &AttemptRow, what: TimeChange, reason: &'a str) -> Self {
        Self {
            session: attempt.session_id,
            attempt: Some(attempt.id),
            what,
            reason,
        }
    }

    /// For everybody in the room.
    fn of_room(session: SessionId, what: TimeChange, reason: &'a str) -> Self {
        Self {
            session,
            attempt: None,
            what,
            reason,
        }
    }
}

/// Writes a line of the ledger, and derives anew the deadlines that it moves. Tells whose time changed, and how it stands.
///
/// The attempts are held first: whatever answer or change of time comes at the same moment is before or after, never
/// between.
pub(in crate::office) async fn change_time(
    op: &mut Op<'_>,
    office: &Office,
    change: &Change<'_>,
) -> Result<Vec<(AttemptId, Clockwork)>, Refusal> {
    let (now, by_whom) = (op.now, op.caller_id());
    let connection = op.connection();
    let session = board::session(connection, change.session)
        .await?
        .ok_or(Refusal::NotFound)?;
    let duration = Minutes::of_rule(&session.paper_rule)?.duration_minutes * MINUTE;
    let (held, before) = match change.attempt {
        Some(attempt) => (
            time::hold(connection, attempt).await?,
            time::of_attempt(connection, change.session, attempt).await?,
        ),
        None => (
            time::hold_all(connection, change.session).await?,
            time::of_session(connection, change.session).await?,
        ),
    };
    // Lines keep their order also when two acts share a millisecond or the clock was set back.
    let last = before.iter().map(|row| row.at).max();
    let at = last.map_or(now, |last| now.max(last + 1));
    let (kind, ms) = time::stored_as(change.what);
    let line = time::TimeRow {
        id: TimeChangeId::new(now, office.entropy.as_ref()),
        session_id: change.session,
        attempt_id: change.attempt,
        kind: kind.to_owned(),
        ms,
        at,
        by_whom,
        reason: change.reason.to_owned(),
    };
    time::insert(connection, &line).await?;
    let mut changed = Vec::new();
    for (attempt, state) in held {
        if state == "submitted" && !matches!(change.what, TimeChange::Restore { .. }) {
            continue;
        }
        let own = before
            .iter()
            .filter(|row| row.attempt_id.is_none_or(|of| of == attempt));
        let mut entries = own.map(time::TimeRow::entry).collect::<Result<Vec<_>, _>>()?;
        let was = clockwork(duration, &entries);
        entries.push(line.entry()?);
        let is = clockwork(duration, &entries);
        if is != was {
            if state == "submitted" {
                time::reopen(connection, attempt).await?;
            }
            // A paper that is taken keeps the deadline that it had.
            if !matches!(is, Clockwork::Taken { .. }) {
                time::keep(connection, attempt, is).await?;
            }
            changed.push((attempt, is));
        }
    }
    Ok(changed)
}

fn check_minutes(minutes: i64) -> Result<i64, Refusal> {
    if (1..=LONGEST_EXTENSION).contains(&minutes) {
        Ok(minutes * MINUTE)
    } else {
        Err(Broken::new("extension-out-of-range")
            .with("max", LONGEST_EXTENSION)
            .at("minutes")
            .into())
    }
}

fn count(changed: &[(AttemptId, Clockwork)]) -> u64 {
    u64::try_from(changed.len()).unwrap_or(u64::MAX)
}

/// Gives everybody in the room extra time.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ExtendSession {
    /// The session.
    pub session: SessionId,
    /// How many minutes.
    pub minutes: i64,
    /// Why.
    pub reason: String,
}

impl Act for ExtendSession {
    type Outcome = DoneFor;
    const POLICY: Policy = policy::SESSION_EXTEND;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<DoneFor, Refusal> {
        let reason = check_reason(&self.reason)?;
        let ms = check_minutes(self.minutes)?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let row = take_room(&mut op, caller, self.session).await?;
        if row.state == "closed" {
            return Err(Broken::new("session-not-running").into());
        }
        let change = Change::of_room(row.id, TimeChange::Extra { ms }, reason);
        let attempts = count(&change_time(&mut op, office, &change).await?);
        let event = Event::of(row.id)
            .in_batch(row.batch_id)
            .because(reason)
            .with(json!({ "minutes": self.minutes, "attempts": attempts }));
        let at = op.commit(event).await?;
        Ok(DoneFor { at, attempts })
    }
}

/// Gives one candidate extra time.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ExtendAttempt {
    /// The attempt.
    pub attempt: AttemptId,
    /// How many minutes.
    pub minutes: i64,
    /// Why.
    pub reason: String,
}

impl Act for ExtendAttempt {
    type Outcome = Done;
    const POLICY: Policy = policy::ATTEMPT_EXTEND;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let reason = check_reason(&self.reason)?;
        let ms = check_minutes(self.minutes)?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let attempt = take_attempt(&mut op, caller, self.attempt).await?;
        refuse_over(&attempt, op.now)?;
        let change = Change::of(&attempt, TimeChange::Extra { ms }, reason);
        let changed = change_time(&mut op, office, &change).await?;
        let event = Event::of(attempt.id)
            .in_batch(attempt.batch_id)
            .because(reason)
            .with(json!({
                "minutes": self.minutes, "before": attempt.deadline, "after": deadline_in(&changed),
            }));
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}

/// Refuses an attempt whose time is over, or that is handed in.
fn refuse_over(attempt: &AttemptRow, now: Timestamp) -> Result<(), Broken> {
    let over = attempt
        .submitted_at
        .or(attempt.deadline.filter(|deadline| *deadline <= now));
    over.map_or(Ok(()), |at| Err(Broken::new("attempt-closed").with("at", at)))
}

fn deadline_in(changed: &[(AttemptId, Clockwork)]) -> Option<Timestamp> {
    changed.first().and_then(|(_, clock)| clock.deadline())
}

/// Stops the time of one candidate; the paper is hidden meanwhile.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PauseAttempt {
    /// The attempt.
    pub attempt: AttemptId,
    /// Why.
    pub reason: String,
}

impl Act for PauseAttempt {
    type Outcome = Done;
    const POLICY: Policy = policy::ATTEMPT_PAUSE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let reason = check_reason(&self.reason)?;
        // What was saved before this click is written first.
        office.desk.settle(self.attempt).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let attempt = take_attempt(&mut op, caller, self.attempt).await?;
        refuse_over(&attempt, op.now)?;
        turn(op, office, attempt, TimeChange::Pause, reason, "attempt-not-open").await
    }
}

/// Lets the time of one candidate go on.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ResumeAttempt {
    /// The attempt.
    pub attempt: AttemptId,
    /// Why.
    pub reason: String,
}

impl Act for ResumeAttempt {
    type Outcome = Done;
    const POLICY: Policy = policy::ATTEMPT_RESUME;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let reason = check_reason(&self.reason)?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let attempt = take_attempt(&mut op, caller, self.attempt).await?;
        turn(op, office, attempt, TimeChange::Resume, reason, "attempt-not-paused").await
    }
}

/// Pauses one attempt or lets it go on; refuses with this code if that changes nothing.
async fn turn(
    mut op: Op<'_>,
    office: &Office,
    attempt: AttemptRow,
    change: TimeChange,
    reason: &str,
    otherwise: &'static str,
) -> Result<Done, Refusal> {
    let changed = change_time(&mut op, office, &Change::of(&attempt, change, reason)).await?;
    if changed.is_empty() {
        return Err(Broken::new(otherwise).into());
    }
    let event = Event::of(attempt.id)
        .in_batch(attempt.batch_id)
        .because(reason)
        .with(json!({ "deadline": deadline_in(&changed) }));
    Ok(Done {
        at: op.commit(event).await?,
    })
}

/// Stops everybody's time.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct PauseSession {
    /// The session.
    pub session: SessionId,
    /// Why.
    pub reason: String,
}

impl Act for PauseSession {
    type Outcome = DoneFor;
    const POLICY: Policy = policy::SESSION_PAUSE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<DoneFor, Refusal> {
        turn_room::<Self>(office, caller, self.session, TimeChange::Pause, &self.reason).await
    }
}

/// Lets everybody's time go on.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ResumeSession {
    /// The session.
    pub session: SessionId,
    /// Why.
    pub reason: String,
}

impl Act for ResumeSession {
    type Outcome = DoneFor;
    const POLICY: Policy = policy::SESSION_RESUME;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<DoneFor, Refusal> {
        turn_room::<Self>(office, caller, self.session, TimeChange::Resume, &self.reason).await
    }
}

async fn turn_room<A: Act>(
    office: &Office,
    caller: &Caller,
    session: SessionId,
    change: TimeChange,
    reason: &str,
) -> Result<DoneFor, Refusal> {
    let reason = check_reason(reason)?;
    let mut op = Op::begin::<A>(office, caller).await?;
    let now = op.now;
    let row = take_room(&mut op, caller, session).await?;
    let pause = change == TimeChange::Pause;
    match (row.state.as_str(), row.paused_at) {
        ("running", Some(at)) if pause => return Err(Broken::new("session-paused-already").with("at", at).into()),
        ("running", None) if !pause => return Err(Broken::new("session-not-paused").into()),
        ("running", _) => {}
        _ => return Err(Broken::new("session-not-running").into()),
    }
    let changed = change_time(&mut op, office, &Change::of_room(row.id, change, reason)).await?;
    time::mark_session(op.connection(), row.id, pause.then_some(now)).await?;
    let attempts = count(&changed);
    let event = Event::of(row.id)
        .in_batch(row.batch_id)
        .because(reason)
        .with(json!({ "attempts": attempts }));
    let at = op.commit(event).await?;
    Ok(DoneFor { at, attempts })
}

/// Lists every change of time of a session.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListTimes {
    /// The session.
    pub session: SessionId,
}

/// A line of the ledger of time.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TimeLine {
    /// When.
    pub at: Timestamp,
    /// The attempt; without one it concerns everybody in the room.
    pub attempt: Option<AttemptId>,
    /// `start`, `extra`, `restore`, `pause`, `resume` or `taken`.
    pub kind: String,
    /// How much, in milliseconds, for the kinds that add time.
    pub ms: i64,
    /// The account, or the application of a candidate who started.
    pub by_whom: String,
    /// Why.
    pub reason: String,
}

impl Act for ListTimes {
    type Outcome = Vec<TimeLine>;
    const POLICY: Policy = policy::SESSION_TIMES;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Vec<TimeLine>, Refusal> {
        let mut connection = office.store.read().await?;
        may_look(&mut connection, caller, self.session).await?;
        let rows = time::of_session(&mut connection, self.session).await?;
        let line = |row: time::TimeRow| TimeLine {
            at: row.at,
            attempt: row.attempt_id,
            kind: row.kind,
            ms: row.ms,
            by_whom: row.by_whom,
            reason: row.reason,
        };
        Ok(rows.into_iter().map(line).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_extension_is_some_minutes_and_at_most_two_hours() {
        for wrong in [i64::MIN, -1, 0, 121, i64::MAX] {
            assert!(check_minutes(wrong).is_err(), "{wrong}");
        }
        assert_eq!(check_minutes(10).unwrap(), 600_000);
    }
}
