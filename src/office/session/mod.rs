//! Preparing sessions: seats, staff, tickets, papers, tasks.

mod draw;
mod group;
mod overriding;
mod seat;
mod show;
mod staff;
mod ticket;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use draw::{DrawPapers, DrawTasks, DrawnPapers, DrawnTasks};
pub use group::{Colliding, GroupMember, GroupView, LeftOutView, ObjectionView, ShowGroup};
pub use overriding::{DecideOverride, OverrideDecided, OverrideView};
pub use seat::{SeatSession, Seated};
pub use show::{
    ListPlannedSessions, Person, PlannedSession, PlannedSessions, SeatView, SessionView, ShowSession, StaffChoice,
    TaskView, seats_workbook,
};
pub use staff::{AssignSession, AssignedSession};
pub use ticket::{GivenTicket, IssueTickets, IssuedTickets};

use super::plan::Part;
use super::{Act, Broken, Caller, Event, Moment, Office, Op, Policy, Problems, Refusal, policy};
use crate::kernel::{BatchId, HOUR, MINUTE, RoomId, SessionId};
use crate::store::Connection;
use crate::store::plan::{self as plans, BatchRow};
use crate::store::session::{self as rows, SessionRow};

/// No session is longer: a day of practical work with its breaks.
const LONGEST: i64 = 12 * HOUR;
/// No session is shorter.
const SHORTEST: i64 = 5 * MINUTE;

/// The session with its batch.
async fn load(connection: &mut Connection, id: SessionId) -> Result<(SessionRow, BatchRow), Refusal> {
    let session = rows::by_id(connection, id).await?.ok_or(Refusal::NotFound)?;
    let batch = plans::batch(connection, session.batch_id).await?;
    Ok((session, batch.ok_or(Refusal::NotFound)?))
}

/// Refuses what may be done only before the start.
fn before_start(session: &SessionRow) -> Result<(), Broken> {
    match session.state.as_str() {
        "planned" => Ok(()),
        state => Err(Broken::new("session-begun").with("state", state)),
    }
}

/// Refuses another component than this.
fn only(session: &SessionRow, part: Part) -> Result<(), Broken> {
    if session.component == part.name() {
        Ok(())
    } else {
        Err(Broken::new("session-component").with("component", part.name()))
    }
}

/// Plans a session in a room.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct CreateSession {
    /// The batch.
    pub batch: BatchId,
    /// What is examined: `theory` or `practical`.
    pub component: Part,
    /// The room.
    pub room: RoomId,
    /// When it opens: `2026-05-06T09:00` in the installation's zone, or milliseconds since 1970.
    pub opens_at: Moment,
    /// When it closes.
    pub closes_at: Moment,
}

/// A planned session.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreatedSession {
    /// Its id.
    pub session: SessionId,
}

impl Act for CreateSession {
    type Outcome = CreatedSession;
    const POLICY: Policy = policy::SESSION_CREATE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<CreatedSession, Refusal> {
        let mut problems = Problems::default();
        let opens_at = problems.take("opens_at", self.opens_at.read(&office.zone));
        let closes_at = problems.take("closes_at", self.closes_at.read(&office.zone));
        problems.refuse()?;
        let (Some(opens_at), Some(closes_at)) = (opens_at, closes_at) else {
            return Err(Refusal::Invalid(Vec::new()));
        };
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let batch = plans::batch(op.connection(), self.batch)
            .await?
            .ok_or(Refusal::NotFound)?;
        check_batch(&mut op, &batch, self.component).await?;
        let length = closes_at - opens_at;
        if !(SHORTEST..=LONGEST).contains(&length) {
            problems_of_length(length)?;
        }
        if closes_at <= now {
            return Err(Broken::new("session-past").with("at", closes_at).at("closes_at").into());
        }
        if self.component == Part::Theory {
            check_duration(&batch, length)?;
        }
        let room = plans::room(op.connection(), self.room)
            .await?
            .filter(|room| room.station_id == batch.station_id)
            .ok_or_else(|| Broken::new("room-unknown").at("room"))?;
        rows::hold_room(op.connection(), self.room).await?;
        if let Some(other) = rows::in_room_between(op.connection(), self.room, opens_at, closes_at).await? {
            let taken = Broken::new("room-taken").with("room", room.name);
            return Err(taken
                .with("from", other.opens_at)
                .with("until", other.closes_at)
                .at("room")
                .into());
        }
        let row = SessionRow {
            id: SessionId::new(now, office.entropy.as_ref()),
            batch_id: self.batch,
            room_id: self.room,
            component: self.component.name().to_owned(),
            opens_at,
            closes_at,
            state: "planned".to_owned(),
            seed: None,
            started_at: None,
            closed_at: None,
            created_at: now,
        };
        rows::insert(op.connection(), &row).await?;
        let detail = json!({
            "component": row.component, "room": self.room, "opens_at": opens_at, "closes_at": closes_at,
        });
        op.commit(Event::of(row.id).in_batch(self.batch).with(detail)).await?;
        Ok(CreatedSession { session: row.id })
    }
}

fn problems_of_length(length: i64) -> Result<(), Refusal> {
    let code = if length < SHORTEST {
        "session-too-short"
    } else {
        "session-too-long"
    };
    Err(Broken::new(code)
        .with("minutes", length / MINUTE)
        .with("least", SHORTEST / MINUTE)
        .with("most", LONGEST / MINUTE)
        .at("closes_at")
        .into())
}

/// The paper's time must fit in.
fn check_duration(batch: &BatchRow, length: i64) -> Result<(), Refusal> {
    let minutes = i64::from(super::plan::frozen_rule(batch)?.duration_minutes);
    if length < minutes * MINUTE {
        let short = Broken::new("session-shorter-than-paper").with("minutes", minutes);
        return Err(short.at("closes_at").into());
    }
    Ok(())
}

async fn check_batch(op: &mut Op<'_>, batch: &BatchRow, part: Part) -> Result<(), Refusal> {
    let plan = plans::plan(op.connection(), batch.plan_id).await?;
    if plan.is_none_or(|plan| plan.state != "published") {
        return Err(Broken::new("plan-not-published").into());
    }
    if batch.state != "open" {
        return Err(Broken::new("batch-settled").into());
    }
    let examined = match part {
        Part::Theory => batch.theory,
        Part::Practical => batch.practical,
    };
    if examined == 0 {
        let not = Broken::new("component-not-examined").with("component", part.name());
        return Err(not.at("component").into());
    }
    Ok(())
}

#[cfg(test)]
mod tests;
