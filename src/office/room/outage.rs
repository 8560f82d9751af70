//! Outages: what each candidate lost, proposed by one person and decided by another.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::time::{Change, change_time};
use super::{DoneFor, check_reason, may_look, take_room};
use crate::kernel::{AttemptId, CompensationId, MINUTE, SessionId, Timestamp};
use crate::office::terminal::Minutes;
use crate::office::{Act, Broken, Caller, Event, List, Office, Op, Policy, Refusal, policy};
use crate::sitting::{Assessment, NOTICED, OutageRule, Silence, TimeChange, assess, spans};
use crate::store::sitting::board::{self, SeatRow, SessionRow};
use crate::store::sitting::outage::{self, CompensationRow};
use crate::store::sitting::{self, time};
use crate::store::{Connection, StoreError};

/// Shows what outages took, and what became of it.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListOutages {
    /// The session.
    pub session: SessionId,
}

/// The outages of a session.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Outages {
    /// The session.
    pub session: SessionId,
    /// The server's time.
    pub now: Timestamp,
    /// Whether the caller may propose here.
    pub may_propose: bool,
    /// The caller's account, who decides nothing that they proposed.
    pub own: String,
    /// Silences of this length or longer are paid, in milliseconds.
    pub paid_from_ms: i64,
    /// Candidates who lost something that is not dealt with, by seat.
    pub candidates: Vec<OutageView>,
    /// What was proposed, latest first.
    pub proposals: Vec<ProposalView>,
}

/// What one candidate lost.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OutageView {
    /// The attempt.
    pub attempt: AttemptId,
    /// The seat.
    pub seat: i64,
    /// The candidate's name.
    pub name: String,
    /// Silences that are paid.
    pub paid: usize,
    /// How long they were together, in milliseconds.
    pub paid_ms: i64,
    /// Shorter silences.
    pub short: usize,
    /// How long they were together, in milliseconds.
    pub short_ms: i64,
    /// Extra time to propose, in milliseconds.
    pub proposal_ms: i64,
    /// Whether there are so many short silences that somebody should look.
    pub flagged: bool,
    /// Whether the terminal is silent now.
    pub silent: bool,
}

/// A proposal and what was decided.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProposalView {
    /// Its id.
    pub proposal: CompensationId,
    /// The attempt.
    pub attempt: AttemptId,
    /// The seat.
    pub seat: i64,
    /// The candidate's name.
    pub name: String,
    /// What was lost, in milliseconds.
    pub lost_ms: i64,
    /// What is proposed, in milliseconds.
    pub ms: i64,
    /// Why.
    pub reason: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Timestamp,
    /// Whether it was approved; absent while it waits.
    pub approved: Option<bool>,
    /// When it was decided.
    pub decided_at: Option<Timestamp>,
}

impl Act for ListOutages {
    type Outcome = Outages;
    const POLICY: Policy = policy::OUTAGE_LIST;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Outages, Refusal> {
        let now = office.now();
        let mut connection = office.store.read().await?;
        let may_propose = may_look(&mut connection, caller, self.session).await?;
        let row = board::session(&mut connection, self.session)
            .await?
            .ok_or(Refusal::NotFound)?;
        let found = lost_in(&mut connection, &row, now).await?;
        let proposals = outage::compensations(&mut connection, self.session).await?;
        let seats = board::seats(&mut connection, self.session).await?;
        drop(connection);
        let person = |attempt: AttemptId| seats.iter().find(|seat| seat.attempt_id == Some(attempt));
        let candidates = found.into_iter().filter(|(_, found)| *found != Assessment::default());
        Ok(Outages {
            session: self.session,
            now,
            may_propose: may_propose && row.state == "running",
            own: caller.account()?.to_string(),
            paid_from_ms: OutageRule::default().paid_from_ms,
            candidates: candidates.map(|(seat, found)| outage_view(seat, found, now)).collect(),
            proposals: proposals
                .into_iter()
                .map(|row| proposal_view(person(row.attempt_id), row))
                .collect(),
        })
    }
}

fn outage_view(seat: Loser, found: Assessment, now: Timestamp) -> OutageView {
    OutageView {
        attempt: seat.attempt,
        seat: seat.row.seat_no,
        silent: is_silent(&seat.row, now),
        name: seat.row.name,
        paid: found.paid,
        paid_ms: found.paid_ms,
        short: found.short,
        short_ms: found.short_ms,
        proposal_ms: found.proposal_ms,
        flagged: found.flagged,
    }
}

fn proposal_view(seat: Option<&SeatRow>, row: CompensationRow) -> ProposalView {
    ProposalView {
        proposal: row.id,
        attempt: row.attempt_id,
        seat: seat.map_or(0, |seat| seat.seat_no),
        name: seat.map(|seat| seat.name.clone()).unwrap_or_default(),
        lost_ms: row.lost_ms,
        ms: row.ms,
        reason: row.reason,
        proposed_by: row.proposed_by.to_string(),
        proposed_at: row.proposed_at,
        approved: row.approved.map(|approved| approved == 1),
        decided_at: row.decided_at,
    }
}

/// Somebody who may have lost time.
struct Loser {
    row: SeatRow,
    attempt: AttemptId,
}

/// Not heard for longer than a terminal's ordinary rhythm, and not because the candidate or an invigilator ended it.
fn is_silent(seat: &SeatRow, now: Timestamp) -> bool {
    let working = seat.state.as_deref() == Some("open") || seat.submitted_how.as_deref() == Some("deadline");
    working && seat.last_seen_at.is_some_and(|at| now - at > NOTICED)
}

/// What each candidate who can still get time back lost, and that no proposal deals with.
async fn lost_in(
    connection: &mut Connection,
    session: &SessionRow,
    now: Timestamp,
) -> Result<Vec<(Loser, Assessment)>, Refusal> {
    let duration = Minutes::of_rule(&session.paper_rule)?.duration_minutes * MINUTE;
    let seats = board::seats(connection, session.id).await?;
    let lines = time::of_session(connection, session.id).await?;
    let mut silences: BTreeMap<AttemptId, Vec<Silence>> = BTreeMap::new();
    for row in outage::silences(connection, session.id).await? {
        silences.entry(row.attempt_id).or_default().push(Silence {
            from: row.from_at,
            until: row.until_at,
        });
    }
    let mut dealt: BTreeMap<AttemptId, Timestamp> = BTreeMap::new();
    for row in outage::compensations(connection, session.id).await? {
        if row.approved != Some(0) {
            let until = dealt.entry(row.attempt_id).or_insert(row.until_at);
            *until = row.until_at.max(*until);
        }
    }
    let mut found = Vec::new();
    for row in seats {
        let (Some(attempt), Some(_)) = (row.attempt_id, row.started_at) else {
            continue;
        };
        if !matches!(row.submitted_how.as_deref(), None | Some("deadline")) {
            continue;
        }
        let own = lines
            .iter()
            .filter(|line| line.attempt_id.is_none_or(|of| of == attempt));
        let entries = own.map(time::TimeRow::entry).collect::<Result<Vec<_>, StoreError>>()?;
        let mut own = silences.remove(&attempt).unwrap_or_default();
        if let Some(from) = row.last_seen_at.filter(|_| is_silent(&row, now)) {
            own.push(Silence { from, until: now });
        }
        if let Some(until) = dealt.get(&attempt) {
            for silence in &mut own {
                silence.from = silence.from.max(*until);
            }
            own.retain(|silence| silence.from < silence.until);
        }
        let ran = spans(duration, &entries, row.submitted_at.unwrap_or(now));
        found.push((Loser { row, attempt }, assess(&own, &ran, &OutageRule::default())));
    }
    Ok(found)
}

/// Proposes extra time for what outages took.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ProposeOutages {
    /// The session.
    pub session: SessionId,
    /// For whom: those of them who lost nothing that is paid are left out.
    #[serde(default)]
    pub attempts: List<AttemptId>,
    /// What happened.
    pub reason: String,
}

/// Refuses an empty choice: nobody named is nobody meant.
fn chosen<T>(list: List<T>, field: &str) -> Result<Vec<T>, Refusal> {
    let List(chosen) = list;
    if chosen.is_empty() {
        return Err(Broken::new("outage-nobody-chosen").at(field).into());
    }
    Ok(chosen)
}

impl Act for ProposeOutages {
    type Outcome = DoneFor;
    const POLICY: Policy = policy::OUTAGE_PROPOSE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<DoneFor, Refusal> {
        let reason = check_reason(&self.reason)?;
        let asked = chosen(self.attempts, "attempts")?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = take_room(&mut op, caller, self.session).await?;
        if row.state != "running" {
            return Err(Broken::new("session-not-running").into());
        }
        let mut proposed = Vec::new();
        for (loser, found) in lost_in(op.connection(), &row, now).await? {
            if !asked.contains(&loser.attempt) || found.proposal_ms == 0 {
                continue;
            }
            let proposal = CompensationRow {
                id: CompensationId::new(now, office.entropy.as_ref()),
                session_id: row.id,
                attempt_id: loser.attempt,
                lost_ms: found.paid_ms,
                silences: i64::try_from(found.paid).unwrap_or(i64::MAX),
                short: i64::try_from(found.short).unwrap_or(i64::MAX),
                ms: found.proposal_ms,
                until_at: now,
                reason: reason.to_owned(),
                proposed_by: caller.account()?,
                proposed_at: now,
                approved: None,
                decided_by: None,
                decided_at: None,
            };
            outage::propose(op.connection(), &proposal).await?;
            proposed.push(json!({
                "proposal": proposal.id, "attempt": proposal.attempt_id, "lost_ms": proposal.lost_ms, "ms": proposal.ms,
            }));
        }
        if proposed.is_empty() {
            return Err(Broken::new("outage-nothing-lost").into());
        }
        let attempts = u64::try_from(proposed.len()).unwrap_or(u64::MAX);
        let event = Event::of(row.id)
            .in_batch(row.batch_id)
            .because(reason)
            .with(json!({ "proposals": proposed }));
        let at = op.commit(event).await?;
        Ok(DoneFor { at, attempts })
    }
}

/// Approves or rejects proposed extra time.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DecideOutage {
    /// The session.
    pub session: SessionId,
    /// Which proposals.
    #[serde(default)]
    pub proposals: List<CompensationId>,
    /// `approve` or `reject`.
    pub decision: String,
    /// Why.
    pub reason: String,
}

impl Act for DecideOutage {
    type Outcome = DoneFor;
    const POLICY: Policy = policy::OUTAGE_DECIDE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<DoneFor, Refusal> {
        let reason = check_reason(&self.reason)?;
        let approve = match self.decision.as_str() {
            "approve" => true,
            "reject" => false,
            _ => return Err(Broken::new("decision-unknown").at("decision").into()),
        };
        let asked = chosen(self.proposals, "proposals")?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let (now, account) = (op.now, caller.account()?);
        let row = board::session(op.connection(), self.session)
            .await?
            .ok_or(Refusal::NotFound)?;
        if row.state != "running" {
            return Err(Broken::new("session-not-running").into());
        }
        let waiting = outage::compensations(op.connection(), row.id).await?;
        let waiting: Vec<_> = waiting
            .into_iter()
            .filter(|one| one.approved.is_none() && asked.contains(&one.id))
            .collect();
        if waiting.is_empty() {
            return Err(Broken::new("outage-nothing-waits").into());
        }
        if waiting.iter().any(|one| one.proposed_by == account) {
            return Err(Broken::new("outage-same-person").into());
        }
        for one in &waiting {
            outage::decide(op.connection(), one.id, approve, reason, account, now).await?;
            let attempt = sitting::attempt(op.connection(), one.attempt_id).await?;
            let attempt = attempt.ok_or(Refusal::NotFound)?;
            // Whoever handed in by themselves meanwhile needs no time any more.
            if approve && matches!(attempt.submitted_how.as_deref(), None | Some("deadline")) {
                let given = TimeChange::Restore { ms: one.ms };
                change_time(&mut op, office, &Change::of(&attempt, given, reason)).await?;
            }
        }
        let decided: Vec<_> = waiting.iter().map(|one| one.id).collect();
        let attempts = u64::try_from(decided.len()).unwrap_or(u64::MAX);
        let event = Event::of(row.id)
            .in_batch(row.batch_id)
            .because(reason)
            .with(json!({ "approved": approve, "proposals": decided }));
        let at = op.commit(event).await?;
        Ok(DoneFor { at, attempts })
    }
}
