//! Staffing: who invigilates, who judges under whose lead, who supervises.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::load;
use crate::identity::{Duty, Role};
use crate::kernel::{AccountId, SessionId};
use crate::office::plan::Part;
use crate::office::{Act, Broken, Caller, Event, List, Office, Op, Policy, Problems, Refusal, policy};
use crate::staff::{GroupError, GroupRule, Member};
use crate::store::account;
use crate::store::plan as plans;
use crate::store::session::SessionRow;
use crate::store::staffing::{self, StaffRow};

/// Assigns invigilators, examiners and supervisors; what is given here replaces what was.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct AssignSession {
    /// The session.
    pub session: SessionId,
    /// Who invigilates.
    #[serde(default)]
    pub invigilators: List<AccountId>,
    /// Who judges; at least three and an odd number, for a practical session.
    #[serde(default)]
    pub examiners: List<AccountId>,
    /// Which of the examiners leads.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    pub leader: Option<AccountId>,
    /// Who supervises.
    #[serde(default)]
    pub supervisors: List<AccountId>,
}

/// What came of assigning.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AssignedSession {
    /// The session.
    pub session: SessionId,
    /// How many work there now.
    pub staff: usize,
}

/// One person and what they are to do.
type Wanted = (AccountId, Duty, bool);

impl Act for AssignSession {
    type Outcome = AssignedSession;
    const POLICY: Policy = policy::SESSION_ASSIGN;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<AssignedSession, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        let (session, batch) = load(op.connection(), self.session).await?;
        if session.state == "closed" {
            return Err(Broken::new("session-begun").with("state", "closed").into());
        }
        plans::hold_open_batch(op.connection(), batch.id).await?;
        let wanted = self.wanted(&session)?;
        let present = staffing::staff(op.connection(), self.session).await?;
        for person in &present {
            let stays = wanted
                .iter()
                .any(|(account, duty, _)| *account == person.account_id && duty.name() == person.duty);
            if !stays {
                relieve(&mut op, &session, person).await?;
            }
        }
        for (account, duty, leads) in &wanted {
            appoint(&mut op, &session, (*account, *duty, *leads)).await?;
        }
        let named: Vec<_> = wanted
            .iter()
            .map(|(account, duty, leads)| json!({ "account": account, "duty": duty, "leads": leads }))
            .collect();
        let event = Event::of(self.session)
            .in_batch(batch.id)
            .with(json!({ "staff": named }));
        op.commit(event).await?;
        Ok(AssignedSession {
            session: self.session,
            staff: wanted.len(),
        })
    }
}

impl AssignSession {
    /// Who is to do what, once it is sure that the groups are right.
    fn wanted(&self, session: &SessionRow) -> Result<Vec<Wanted>, Refusal> {
        let mut problems = Problems::default();
        let practical = session.component == Part::Practical.name();
        if !practical && !self.examiners.0.is_empty() {
            problems.note(Broken::new("examiners-only-practical").at("examiners"));
        }
        if practical && !self.examiners.0.is_empty() {
            let member = |account: &AccountId| Member {
                account: *account,
                leads: self.leader == Some(*account),
            };
            let group: Vec<_> = self.examiners.0.iter().map(member).collect();
            for error in GroupRule::default().check(&group) {
                problems.note(group_problem(&error));
            }
        }
        problems.refuse()?;
        let of = |list: &List<AccountId>, duty| list.0.iter().map(move |account| (*account, duty, false)).collect();
        let mut wanted: Vec<Wanted> = of(&self.invigilators, Duty::Invigilator);
        let examiners = self.examiners.0.iter();
        wanted.extend(examiners.map(|account| (*account, Duty::Examiner, self.leader == Some(*account))));
        let supervisors: Vec<Wanted> = of(&self.supervisors, Duty::Supervisor);
        wanted.extend(supervisors);
        let mut seen = std::collections::BTreeSet::new();
        if wanted.iter().all(|(account, ..)| seen.insert(*account)) {
            Ok(wanted)
        } else {
            Err(Broken::new("one-task-a-session").into())
        }
    }
}

fn group_problem(error: &GroupError) -> crate::office::Problem {
    match error {
        GroupError::TooSmall { size, least } => Broken::new("examiners-too-few")
            .with("size", *size)
            .with("least", *least)
            .at("examiners"),
        GroupError::Even { size } => Broken::new("examiners-even").with("size", *size).at("examiners"),
        GroupError::Leaders { leaders } => Broken::new("examiners-leader").with("leaders", *leaders).at("leader"),
        GroupError::Twice { .. } => Broken::new("one-task-a-session").at("examiners"),
    }
}

const fn role_for(duty: Duty) -> Role {
    match duty {
        Duty::Examiner => Role::Examiner,
        Duty::Supervisor => Role::Supervisor,
        _ => Role::Invigilator,
    }
}

/// Gives a duty, and says whose earlier duty stands against it.
async fn appoint(op: &mut Op<'_>, session: &SessionRow, (id, duty, leads): Wanted) -> Result<(), Refusal> {
    let person = account::by_id(op.connection(), id).await?;
    let Some(person) = person.filter(|person| person.active == 1) else {
        return Err(Broken::new("account-unknown").into());
    };
    let role = role_for(duty);
    if !account::roles(op.connection(), id).await?.contains(&role) {
        let without = Broken::new("account-without-role").with("name", person.name);
        return Err(without.with("role", role.name()).into());
    }
    op.give_duty(id, session.batch_id, duty)
        .await
        .map_err(|refusal| match refusal {
            Refusal::Rule(mut broken) if broken.code == "duty-excluded" => {
                broken.code = "duty-excluded-of";
                broken.with("name", person.name.as_str()).into()
            }
            other => other,
        })?;
    let now = op.now;
    staffing::assign(op.connection(), session.id, id, duty.name(), leads, now).await?;
    Ok(())
}

/// Relieves somebody who has not begun; the duty goes with the last assignment to it.
async fn relieve(op: &mut Op<'_>, session: &SessionRow, person: &StaffRow) -> Result<(), Refusal> {
    let begun =
        session.state != "planned" || staffing::sheets_of(op.connection(), session.id, person.account_id).await? > 0;
    if begun {
        return Err(Broken::new("staff-begun").with("name", person.name.as_str()).into());
    }
    staffing::unassign(op.connection(), session.id, person.account_id).await?;
    let left = staffing::assignments(op.connection(), session.batch_id, person.account_id, &person.duty).await?;
    if left == 0 {
        plans::forget_duty(op.connection(), session.batch_id, person.account_id, &person.duty).await?;
    }
    Ok(())
}
