//! Holds: what stops the release of a batch's results until somebody else lifts it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{HoldView, own_session, reason, store};
use crate::identity::Duty;
use crate::kernel::{HoldId, SessionId, Timestamp};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::supervision::{Hold, HoldRefusal};

impl From<HoldRefusal> for Refusal {
    fn from(refusal: HoldRefusal) -> Self {
        match refusal {
            HoldRefusal::NoReason => Broken::new("reason-missing").at("reason").into(),
            HoldRefusal::SamePerson => Broken::new("hold-same-person").into(),
            HoldRefusal::AlreadyLifted { at } => Broken::new("hold-lifted").with("at", at).into(),
        }
    }
}

/// Stops the release of the batch's results.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RaiseHold {
    /// The session where the reason was seen.
    pub session: SessionId,
    /// Why.
    pub reason: String,
}

/// A hold that was raised or lifted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct HoldDone {
    /// The hold.
    pub hold: HoldId,
    /// When.
    pub at: Timestamp,
}

impl Act for RaiseHold {
    type Outcome = HoldDone;
    const POLICY: Policy = policy::HOLD_RAISE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<HoldDone, Refusal> {
        let reason = reason(&self.reason, "reason")?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let work = own_session(op.connection(), self.session, caller).await?;
        if work.batch_state == "published" {
            return Err(Broken::new("hold-too-late").into());
        }
        let by = op.take_duty(work.batch_id, Duty::Supervisor).await?;
        let hold = Hold::raise(HoldId::new(now, office.entropy.as_ref()), by, &reason, now)?;
        store::insert_hold(
            op.connection(),
            hold.id,
            self.session,
            work.batch_id,
            &hold.reason,
            by,
            now,
        )
        .await?;
        let event = Event::of(hold.id)
            .in_batch(work.batch_id)
            .because(&hold.reason)
            .with(json!({ "session": self.session }));
        Ok(HoldDone {
            hold: hold.id,
            at: op.commit(event).await?,
        })
    }
}

/// Lists holds, the open ones first.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ListHolds {}

impl Act for ListHolds {
    type Outcome = Vec<HoldView>;
    const POLICY: Policy = policy::HOLD_LIST;

    async fn perform(self, office: &Office, _: &Caller) -> Result<Vec<HoldView>, Refusal> {
        let mut connection = office.store.read().await?;
        let holds = store::all_holds(&mut connection).await?;
        Ok(holds.into_iter().map(HoldView::from).collect())
    }
}

/// Lifts a hold, with a reason.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct LiftHold {
    /// The hold.
    pub hold: HoldId,
    /// Why it may be lifted.
    pub reason: String,
}

impl Act for LiftHold {
    type Outcome = HoldDone;
    const POLICY: Policy = policy::HOLD_LIFT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<HoldDone, Refusal> {
        let by = caller.account()?;
        let reason = reason(&self.reason, "reason")?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = store::hold(op.connection(), self.hold)
            .await?
            .ok_or(Refusal::NotFound)?;
        if let Some(at) = row.lifted_at {
            return Err(HoldRefusal::AlreadyLifted { at }.into());
        }
        Hold::raise(row.id, row.raised_by, &row.reason, row.raised_at)?.lift(by, &reason, now)?;
        store::lift_hold(op.connection(), self.hold, by, &reason, now).await?;
        let event = Event::of(self.hold).in_batch(row.batch_id).because(&reason);
        Ok(HoldDone {
            hold: self.hold,
            at: op.commit(event).await?,
        })
    }
}
