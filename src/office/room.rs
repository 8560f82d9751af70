//! The room: what an invigilator sees and does while candidates sit.
//!
//! Only those assigned to a session as its invigilators act in it; others who may look, look. Every act names its person
//! and, where it changes a candidate's chances, its reason.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::account::Done;
use super::terminal::{Photo, open_photo};
use super::{Act, Broken, Caller, Event, List, Office, Op, Policy, Refusal, policy};
use crate::identity::{Duty, Role};
use crate::kernel::{ApplicationId, AttemptId, BatchId, IncidentId, MINUTE, SessionId, Timestamp};
use crate::store::sitting::board::{self, SessionRow};
use crate::store::sitting::{self, AttemptRow, IncidentRow};

mod view;

pub use view::{BoardView, Counts, IncidentView, ListSessions, SeatView, SessionSummary, ShowBoard, Trouble};

/// No extension is longer, in minutes.
const LONGEST_EXTENSION: i64 = 120;
/// Kinds of incidents that a person records.
pub const INCIDENT_KINDS: &[&str] = &["misconduct", "equipment", "health", "identity", "absence", "other"];

/// Refuses unless the caller is assigned to this session as its invigilator, and notes the duty on the batch.
async fn take_room(op: &mut Op<'_>, caller: &Caller, session: SessionId) -> Result<SessionRow, Refusal> {
    let account = caller.account()?;
    let row = board::session(op.connection(), session)
        .await?
        .ok_or(Refusal::NotFound)?;
    let duty = board::duty_at(op.connection(), session, account).await?;
    if duty.as_deref() != Some("invigilator") {
        return Err(Broken::new("not-your-room").into());
    }
    op.take_duty(row.batch_id, Duty::Invigilator).await?;
    Ok(row)
}

async fn take_attempt(op: &mut Op<'_>, caller: &Caller, id: AttemptId) -> Result<AttemptRow, Refusal> {
    let attempt = sitting::attempt(op.connection(), id).await?.ok_or(Refusal::NotFound)?;
    take_room(op, caller, attempt.session_id).await?;
    Ok(attempt)
}

fn check_reason(reason: &str) -> Result<&str, Refusal> {
    let reason = reason.trim();
    match reason.chars().count() {
        0 => Err(Broken::new("reason-missing").at("reason").into()),
        1..=500 => Ok(reason),
        chars => Err(Broken::new("reason-too-long").with("chars", chars).at("reason").into()),
    }
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

/// Whether a session may be started at this instant.
fn may_start(state: &str, opens_at: Timestamp, without_paper: i64, now: Timestamp) -> Result<(), Broken> {
    match state {
        "planned" if now < opens_at => Err(Broken::new("session-too-early").with("at", opens_at)),
        "planned" if without_paper > 0 => Err(Broken::new("session-without-papers").with("count", without_paper)),
        "planned" => Ok(()),
        _ => Err(Broken::new("session-not-planned")),
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
        may_start(&row.state, row.opens_at, without, now)?;
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

/// For how many something was done.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct DoneFor {
    /// When.
    pub at: Timestamp,
    /// How many attempts.
    pub attempts: u64,
}

impl Act for ExtendSession {
    type Outcome = DoneFor;
    const POLICY: Policy = policy::SESSION_EXTEND;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<DoneFor, Refusal> {
        let reason = check_reason(&self.reason)?;
        let ms = check_minutes(self.minutes)?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = take_room(&mut op, caller, self.session).await?;
        if row.state == "closed" {
            return Err(Broken::new("session-not-running").into());
        }
        let attempts = sitting::extend_all(op.connection(), row.id, ms, now).await?;
        let event = Event::of(row.id)
            .in_batch(row.batch_id)
            .because(reason)
            .with(json!({ "minutes": self.minutes, "attempts": attempts }));
        let at = op.commit(event).await?;
        Ok(DoneFor { at, attempts })
    }
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

/// Checks a candidate in, person against photo.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CheckIn {
    /// The attempt.
    pub attempt: AttemptId,
}

impl Act for CheckIn {
    type Outcome = Done;
    const POLICY: Policy = policy::ATTEMPT_CHECK_IN;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let attempt = take_attempt(&mut op, caller, self.attempt).await?;
        if attempt.state != "seated" {
            return Err(Broken::new("already-checked-in").into());
        }
        sitting::check_in(op.connection(), attempt.id, caller.account()?, now).await?;
        let event = Event::of(attempt.id).in_batch(attempt.batch_id);
        Ok(Done {
            at: op.commit(event).await?,
        })
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
        let now = op.now;
        let attempt = take_attempt(&mut op, caller, self.attempt).await?;
        refuse_over(&attempt, now)?;
        sitting::extend(op.connection(), attempt.id, ms, now).await?;
        let event = Event::of(attempt.id)
            .in_batch(attempt.batch_id)
            .because(reason)
            .with(json!({ "minutes": self.minutes, "before": attempt.deadline }));
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

/// Lets a candidate go on at another terminal.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ReleaseAttempt {
    /// The attempt.
    pub attempt: AttemptId,
    /// Why.
    pub reason: String,
}

impl Act for ReleaseAttempt {
    type Outcome = Done;
    const POLICY: Policy = policy::ATTEMPT_RELEASE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let reason = check_reason(&self.reason)?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let attempt = take_attempt(&mut op, caller, self.attempt).await?;
        refuse_not_open(&attempt)?;
        sitting::release(op.connection(), attempt.id).await?;
        let event = Event::of(attempt.id).in_batch(attempt.batch_id).because(reason);
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}

fn refuse_not_open(attempt: &AttemptRow) -> Result<(), Broken> {
    if attempt.state == "open" {
        Ok(())
    } else {
        Err(Broken::new("attempt-not-open"))
    }
}

/// Hands a candidate's paper in.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ForceSubmit {
    /// The attempt.
    pub attempt: AttemptId,
    /// Why.
    pub reason: String,
}

impl Act for ForceSubmit {
    type Outcome = Done;
    const POLICY: Policy = policy::ATTEMPT_FORCE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let reason = check_reason(&self.reason)?;
        // What the candidate saved before this click counts, so it is written first.
        office.desk.settle(self.attempt).await?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let attempt = take_attempt(&mut op, caller, self.attempt).await?;
        refuse_not_open(&attempt)?;
        let (at, how) = match attempt.deadline {
            Some(deadline) if deadline <= now => (deadline, "deadline"),
            _ => (now, "invigilator"),
        };
        sitting::submit(op.connection(), attempt.id, at, how).await?;
        let event = Event::of(attempt.id)
            .in_batch(attempt.batch_id)
            .because(reason)
            .with(json!({ "how": how }));
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}

/// Records an incident.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RecordIncident {
    /// The session.
    pub session: SessionId,
    /// Whom it concerns, if anybody.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    pub application: Option<ApplicationId>,
    /// `misconduct`, `equipment`, `health`, `identity`, `absence` or `other`.
    pub kind: String,
    /// What happened.
    pub reason: String,
}

impl Act for RecordIncident {
    type Outcome = Done;
    const POLICY: Policy = policy::INCIDENT_RECORD;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let reason = check_reason(&self.reason)?;
        if !INCIDENT_KINDS.contains(&self.kind.as_str()) {
            return Err(Broken::new("incident-kind-unknown").at("kind").into());
        }
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = take_room(&mut op, caller, self.session).await?;
        if let Some(application) = self.application {
            sitting::desk(op.connection(), row.id, application)
                .await?
                .ok_or_else(|| Broken::new("incident-not-seated").at("application"))?;
        }
        let incident = IncidentRow {
            id: IncidentId::new(now, office.entropy.as_ref()),
            session_id: row.id,
            application_id: self.application,
            kind: self.kind,
            reason: reason.to_owned(),
            recorded_by: caller.account()?.to_string(),
            at: now,
        };
        sitting::insert_incident(op.connection(), &incident).await?;
        let event = Event::of(incident.id)
            .in_batch(row.batch_id)
            .with(json!({ "session": row.id, "kind": incident.kind, "application": incident.application_id }));
        Ok(Done {
            at: op.commit(event).await?,
        })
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
pub(super) async fn close_overdue_of(office: &Office, session: SessionId, batch: BatchId) -> Result<usize, Refusal> {
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

/// The photo of a candidate of a session, for those who may see its board.
pub async fn photo(
    office: &Office,
    caller: &Caller,
    session: SessionId,
    application: ApplicationId,
) -> Result<Photo, Refusal> {
    caller.may(&policy::SESSION_BOARD)?;
    let mut connection = office.store.read().await?;
    may_look(&mut connection, caller, session).await?;
    let (candidate, stored) = sitting::photo(&mut connection, session, application)
        .await?
        .ok_or(Refusal::NotFound)?;
    open_photo(office, candidate, stored)
}

/// Refuses an invigilator of another room; those who oversee see every room. Tells whether the caller may act here.
pub(super) async fn may_look(
    connection: &mut crate::store::Connection,
    caller: &Caller,
    session: SessionId,
) -> Result<bool, Refusal> {
    let duty = board::duty_at(connection, session, caller.account()?).await?;
    let acts = duty.as_deref() == Some("invigilator") && caller.has(Role::Invigilator);
    let oversees = [Role::Supervisor, Role::ExamOfficer, Role::Auditor]
        .iter()
        .any(|role| caller.has(*role));
    if acts || oversees {
        Ok(acts)
    } else {
        Err(Refusal::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENS: Timestamp = Timestamp::from_millis(1_000);

    #[test]
    fn a_session_starts_once_not_before_its_time_and_not_without_papers() {
        assert!(may_start("planned", OPENS, 0, OPENS).is_ok());
        for (state, without, now, code) in [
            ("planned", 0, OPENS + -1, "session-too-early"),
            ("planned", 2, OPENS, "session-without-papers"),
            ("running", 0, OPENS, "session-not-planned"),
            ("closed", 0, OPENS, "session-not-planned"),
        ] {
            assert_eq!(may_start(state, OPENS, without, now).unwrap_err().code, code);
        }
    }

    #[test]
    fn a_reason_is_more_than_blanks() {
        assert!(check_reason(" \n").is_err());
        assert_eq!(check_reason(" power cut ").unwrap(), "power cut");
        assert!(check_reason(&"x".repeat(501)).is_err());
    }

    #[test]
    fn an_extension_is_some_minutes_and_at_most_two_hours() {
        for wrong in [i64::MIN, -1, 0, 121, i64::MAX] {
            assert!(check_minutes(wrong).is_err(), "{wrong}");
        }
        assert_eq!(check_minutes(10).unwrap(), 600_000);
    }
}
