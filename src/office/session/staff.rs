//! Staffing: who invigilates, who judges under whose lead, who supervises.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::group::{Scene, ask, still_open};
use super::load;
use crate::identity::{Duty, Role};
use crate::kernel::{AccountId, OverrideId, SessionId};
use crate::office::plan::Part;
use crate::office::practical::reason;
use crate::office::{Act, Broken, Caller, Event, List, Office, Op, Policy, Refusal, policy};
use crate::staff::Member;
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
    /// Why a group is wanted that breaks rules which a second person may let go. With it such a group is asked for; without
    /// it, it is refused.
    #[serde(default)]
    pub override_reason: String,
}

/// What came of assigning.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AssignedSession {
    /// The session.
    pub session: SessionId,
    /// How many work there now.
    pub staff: usize,
    /// The request that a second person must decide on before anybody is assigned; absent when nothing stood against it.
    pub waiting: Option<OverrideId>,
}

/// One person and what they are to do.
type Wanted = (AccountId, Duty, bool);

/// Who is to work at a session.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Crew {
    pub(super) invigilators: Vec<AccountId>,
    /// The examiners, and whether each leads.
    pub(super) examiners: Vec<(AccountId, bool)>,
    pub(super) supervisors: Vec<AccountId>,
}

impl Crew {
    /// The group of examiners.
    pub(super) fn members(&self) -> Vec<Member> {
        let member = |(account, leads): &(AccountId, bool)| Member {
            account: *account,
            leads: *leads,
        };
        self.examiners.iter().map(member).collect()
    }

    /// Whether the same people judge under the same leader.
    pub(super) fn same_examiners(&self, other: &Self) -> bool {
        let set = |crew: &Self| crew.examiners.iter().copied().collect::<std::collections::BTreeSet<_>>();
        set(self) == set(other)
    }

    fn wanted(&self) -> Vec<Wanted> {
        let plain = |accounts: &[AccountId], duty| -> Vec<Wanted> {
            accounts.iter().map(|account| (*account, duty, false)).collect()
        };
        let mut wanted = plain(&self.invigilators, Duty::Invigilator);
        wanted.extend(self.examiners.iter().map(|(account, leads)| (*account, Duty::Examiner, *leads)));
        wanted.extend(plain(&self.supervisors, Duty::Supervisor));
        wanted
    }
}

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
        let crew = self.crew(&session)?;
        for (account, duty, _) in crew.wanted() {
            able(&mut op, account, duty).await?;
        }
        let mut waiting = None;
        if !crew.examiners.is_empty() {
            let scene = Scene::of(office, op.connection(), &session, &batch).await?;
            let found = scene.objections(&crew.members());
            let open = still_open(op.connection(), session.id, &crew, found).await?;
            if !open.is_empty() {
                let asks = !self.override_reason.trim().is_empty();
                if !asks || !open.iter().all(|one| one.rule.overridable()) {
                    let size = crew.examiners.len();
                    return Err(Refusal::Invalid(open.iter().map(|one| scene.problem(one, size)).collect()));
                }
                let why = reason(&self.override_reason, "override_reason")?;
                let by = caller.account()?;
                waiting = Some(ask(office, &mut op, &session, &crew, &open, &why, by).await?);
            }
        }
        if waiting.is_none() {
            apply(&mut op, &session, &crew).await?;
        }
        let event = Event::of(self.session)
            .in_batch(batch.id)
            .because(self.override_reason.trim())
            .with(json!({ "staff": crew, "waiting": waiting }));
        let staff = staffing::staff(op.connection(), self.session).await?.len();
        op.commit(event).await?;
        Ok(AssignedSession {
            session: self.session,
            staff,
            waiting,
        })
    }
}

/// Appoints everybody who is wanted, and relieves everybody else.
pub(super) async fn apply(op: &mut Op<'_>, session: &SessionRow, crew: &Crew) -> Result<(), Refusal> {
    let wanted = crew.wanted();
    let present = staffing::staff(op.connection(), session.id).await?;
    for person in &present {
        let stays = wanted
            .iter()
            .any(|(account, duty, _)| *account == person.account_id && duty.name() == person.duty);
        if !stays {
            relieve(op, session, person).await?;
        }
    }
    for one in wanted {
        appoint(op, session, one).await?;
    }
    Ok(())
}

impl AssignSession {
    /// Who is to do what, once it is sure that nobody is to do two things.
    fn crew(&self, session: &SessionRow) -> Result<Crew, Refusal> {
        let practical = session.component == Part::Practical.name();
        if !practical && !self.examiners.0.is_empty() {
            return Err(Broken::new("examiners-only-practical").at("examiners").into());
        }
        let examiners = self.examiners.0.iter();
        let crew = Crew {
            invigilators: self.invigilators.0.clone(),
            examiners: examiners.map(|account| (*account, self.leader == Some(*account))).collect(),
            supervisors: self.supervisors.0.clone(),
        };
        let mut seen = std::collections::BTreeSet::new();
        if crew.wanted().iter().all(|(account, ..)| seen.insert(*account)) {
            Ok(crew)
        } else {
            Err(Broken::new("one-task-a-session").into())
        }
    }
}

const fn role_for(duty: Duty) -> Role {
    match duty {
        Duty::Examiner => Role::Examiner,
        Duty::Supervisor => Role::Supervisor,
        _ => Role::Invigilator,
    }
}

/// The name of somebody who can do this at all.
async fn able(op: &mut Op<'_>, id: AccountId, duty: Duty) -> Result<String, Refusal> {
    let person = account::by_id(op.connection(), id).await?;
    let Some(person) = person.filter(|person| person.active == 1) else {
        return Err(Broken::new("account-unknown").into());
    };
    let role = role_for(duty);
    if !account::roles(op.connection(), id).await?.contains(&role) {
        let without = Broken::new("account-without-role").with("name", person.name);
        return Err(without.with("role", role.name()).into());
    }
    Ok(person.name)
}

/// Gives a duty, and says whose earlier duty stands against it.
async fn appoint(op: &mut Op<'_>, session: &SessionRow, (id, duty, leads): Wanted) -> Result<(), Refusal> {
    let name = able(op, id, duty).await?;
    op.give_duty(id, session.batch_id, duty)
        .await
        .map_err(|refusal| match refusal {
            Refusal::Rule(mut broken) if broken.code == "duty-excluded" => {
                broken.code = "duty-excluded-of";
                broken.with("name", name.as_str()).into()
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
