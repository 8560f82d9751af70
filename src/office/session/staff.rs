//! Staffing: who invigilates, who judges under whose lead, who supervises.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::group::Scene;
use super::load;
use super::overriding::{ask, still_open};
use crate::identity::{Duty, Role};
use crate::kernel::{AccountId, OverrideId, SessionId};
use crate::office::plan::Part;
use crate::office::practical::reason;
use crate::office::staff::{any_may_supervise, day_of};
use crate::office::{Act, Broken, Caller, Event, List, Office, Op, Policy, Refusal, policy};
use crate::staff::{Member, Rule};
use crate::store::Connection;
use crate::store::account;
use crate::store::plan as plans;
use crate::store::script;
use crate::store::session::SessionRow;
use crate::store::staff as register;
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

    /// Whether somebody judges or supervises here.
    pub(super) fn judges_or_watches(&self, account: AccountId) -> bool {
        self.supervisors.contains(&account) || self.examiners.iter().any(|(one, _)| *one == account)
    }

    /// Whether just these judge, under the same leader.
    fn is_group(&self, members: &[Member]) -> bool {
        let drawn: std::collections::BTreeSet<_> = members.iter().map(|one| (one.account, one.leads)).collect();
        drawn == self.examiners.iter().copied().collect()
    }

    /// Whether the same people judge under the same leader.
    pub(super) fn same_examiners(&self, other: &Self) -> bool {
        let set = |crew: &Self| {
            crew.examiners
                .iter()
                .copied()
                .collect::<std::collections::BTreeSet<_>>()
        };
        set(self) == set(other)
    }

    fn wanted(&self) -> Vec<Wanted> {
        let plain = |accounts: &[AccountId], duty| -> Vec<Wanted> {
            accounts.iter().map(|account| (*account, duty, false)).collect()
        };
        let mut wanted = plain(&self.invigilators, Duty::Invigilator);
        wanted.extend(
            self.examiners
                .iter()
                .map(|(account, leads)| (*account, Duty::Examiner, *leads)),
        );
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
        if crew.judges_or_watches(caller.account()?) {
            return Err(Broken::new("assign-self").into());
        }
        carded(office, &mut op, &session, &crew.supervisors).await?;
        let scene = Scene::of(office, op.connection(), &session, &batch).await?;
        let mut open = Vec::new();
        if !crew.examiners.is_empty() {
            let found = scene.objections(&crew.members());
            open = still_open(op.connection(), session.id, &crew, found).await?;
        }
        let mut waiting = None;
        let mut relieved = Vec::new();
        if open.is_empty() {
            relieved = apply(&mut op, &session, &crew, &scene).await?;
        } else {
            let asks = !self.override_reason.trim().is_empty();
            if !asks || !open.iter().all(|one| one.rule.overridable()) {
                let size = crew.examiners.len();
                return Err(Refusal::Invalid(
                    open.iter().map(|one| scene.problem(one, size)).collect(),
                ));
            }
            let why = reason(&self.override_reason, "override_reason")?;
            waiting = Some(ask(office, &mut op, &session, &crew, &open, &why, caller.account()?).await?);
        }
        let as_drawn = scene
            .drawn(office, session.id)
            .is_ok_and(|drawn| crew.is_group(&drawn.members));
        let event = Event::of(self.session)
            .in_batch(batch.id)
            .because(self.override_reason.trim())
            .with(json!({
                "staff": crew, "waiting": waiting, "as_drawn": as_drawn, "rule": office.groups, "relieved": relieved,
            }));
        let staff = staffing::staff(op.connection(), self.session).await?.len();
        op.commit(event).await?;
        Ok(AssignedSession {
            session: self.session,
            staff,
            waiting,
        })
    }
}

/// Appoints everybody who is wanted, and relieves everybody else; tells who was relieved of work that had begun, and why.
pub(super) async fn apply(
    op: &mut Op<'_>,
    session: &SessionRow,
    crew: &Crew,
    scene: &Scene,
) -> Result<Vec<(AccountId, Rule)>, Refusal> {
    let wanted = crew.wanted();
    let mut relieved = Vec::new();
    for person in staffing::staff(op.connection(), session.id).await? {
        let stays = wanted
            .iter()
            .any(|(account, duty, _)| *account == person.account_id && duty.name() == person.duty);
        if !stays && let Some(rule) = relieve(op, session, &person, scene).await? {
            relieved.push((person.account_id, rule));
        }
    }
    for one in wanted {
        appoint(op, session, one).await?;
    }
    Ok(relieved)
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
            examiners: examiners
                .map(|account| (*account, self.leader == Some(*account)))
                .collect(),
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

/// Relieves somebody who has not begun, or an examiner who may not judge on: what was signed stays and counts, what was not
/// is set aside. The duty goes with the last assignment to it, unless work was begun.
async fn relieve(
    op: &mut Op<'_>,
    session: &SessionRow,
    person: &StaffRow,
    scene: &Scene,
) -> Result<Option<Rule>, Refusal> {
    let sheets = staffing::sheets_of(op.connection(), session.id, person.account_id).await?;
    let begun = session.state != "planned" || sheets > 0;
    let barred = scene
        .barred(person.account_id)
        .filter(|_| begun && person.duty == Duty::Examiner.name());
    if begun && barred.is_none() {
        return Err(Broken::new("staff-begun").with("name", person.name.as_str()).into());
    }
    staffing::unassign(op.connection(), session.id, person.account_id).await?;
    let left = staffing::assignments(op.connection(), session.batch_id, person.account_id, &person.duty).await?;
    let scripts = script::marked_by(op.connection(), session.batch_id, person.account_id).await?;
    if left == 0 && sheets == 0 && scripts == 0 {
        plans::forget_duty(op.connection(), session.batch_id, person.account_id, &person.duty).await?;
    }
    Ok(barred)
}

/// Refuses supervisors without a card that is valid on the day, and those who must stay out because of a candidate.
pub(super) async fn carded(
    office: &Office,
    op: &mut Op<'_>,
    session: &SessionRow,
    supervisors: &[AccountId],
) -> Result<(), Refusal> {
    let on = day_of(office, session.opens_at);
    let connection = op.connection();
    for account in supervisors {
        let cards = register::cards_of(connection, *account).await?;
        if !any_may_supervise(&cards, on)? {
            return Err(named(connection, *account, "supervisor-card").await?);
        }
    }
    if supervisors.is_empty() {
        return Ok(());
    }
    let here = register::to_be_judged(connection, session.id, session.batch_id).await?;
    for (account, application, _) in register::conflicts_in(connection, session.batch_id).await? {
        if supervisors.contains(&account) && here.iter().any(|(one, _)| *one == application) {
            return Err(named(connection, account, "supervisor-conflict").await?);
        }
    }
    Ok(())
}

/// A refusal that names a supervisor.
async fn named(connection: &mut Connection, account: AccountId, code: &'static str) -> Result<Refusal, Refusal> {
    let name = account::by_id(connection, account).await?.map(|person| person.name);
    Ok(Broken::new(code)
        .with("name", name.unwrap_or_default())
        .at("supervisors")
        .into())
}
