//! The room: what an invigilator sees and does while candidates sit.
//!
//! Only those assigned to a session as its invigilators act in it; others who may look, look. Every act names its person
//! and, where it changes a candidate's chances, its reason.

use super::terminal::{Photo, open_photo};
use super::{Broken, Caller, Office, Op, Refusal, policy};
use crate::identity::{Duty, Role};
use crate::kernel::{ApplicationId, AttemptId, SessionId};
use crate::store::sitting::board::{self, SessionRow};
use crate::store::sitting::{self, AttemptRow};

mod aside;
mod incident;
mod live;
mod lock;
mod outage;
mod pack;
mod seat;
mod session;
#[cfg(test)]
#[path = "room/tests.rs"]
mod stories;
pub(super) mod time;
mod trouble;
mod view;

pub use aside::{AsideView, ListAside};
pub use incident::{INCIDENT_KINDS, RecordIncident};
pub use live::{Tick, Watched, watch};
pub use lock::{LockSession, LockView, Locks, SebFile, check_browser, lock_of};
pub use outage::{DecideOutage, ListOutages, OutageView, Outages, ProposalView, ProposeOutages};
pub use pack::{Pack, PreparePack};
pub use seat::{CheckIn, ForceSubmit, ReleaseAttempt};
pub(super) use session::close_overdue_of;
pub use session::{CheckInMany, CloseSession, DoneFor, StartSession, close_overdue};
pub use time::{
    ExtendAttempt, ExtendSession, ListTimes, PauseAttempt, PauseSession, ResumeAttempt, ResumeSession, TimeLine,
};
pub use trouble::{TROUBLES, Trouble};
pub use view::{BoardView, Counts, IncidentView, ListSessions, SeatView, SessionSummary, ShowBoard};

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

    #[test]
    fn a_reason_is_more_than_blanks() {
        assert!(check_reason(" \n").is_err());
        assert_eq!(check_reason(" power cut ").unwrap(), "power cut");
        assert!(check_reason(&"x".repeat(501)).is_err());
    }
}
