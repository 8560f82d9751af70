//! One seat: checking in, another terminal, handing in.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::time::{Change, change_time};
use super::{check_reason, take_attempt};
use crate::kernel::AttemptId;
use crate::office::account::Done;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::sitting::TimeChange;
use crate::store::sitting::{self, AttemptRow};

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
        if how == "invigilator" {
            change_time(&mut op, office, &Change::of(&attempt, TimeChange::Taken, reason)).await?;
        }
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
