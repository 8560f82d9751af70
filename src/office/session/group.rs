//! Who judges: the group proposed by lot, and the rules that another group would break.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::load;
use super::overriding::{OverrideView, override_views};
use crate::identity::{Duty, Role};
use crate::kernel::{AccountId, Digest, Seed, SessionId};
use crate::office::staff::{Record, day_of, examiner_card, year_span};
use crate::office::{Act, Broken, Caller, Office, Policy, Problem, Refusal, policy};
use crate::staff::{Conflict, Member, NoGroup, Objection, Occasion, Practitioner, Proposal, Rule, objections, propose};
use crate::store::account;
use crate::store::plan::BatchRow;
use crate::store::session::SessionRow;
use crate::store::staff as register;
use crate::store::{Connection, staffing};

/// What the rules need to know about a session and everybody who could judge there.
pub(super) struct Scene {
    pub(super) occasion: Occasion,
    pub(super) people: Vec<Practitioner>,
    names: BTreeMap<AccountId, String>,
}

impl Scene {
    /// Gathers the facts.
    pub(super) async fn of(
        office: &Office,
        connection: &mut Connection,
        session: &SessionRow,
        batch: &BatchRow,
    ) -> Result<Self, Refusal> {
        // Somebody who joins a group at work must be able to judge now.
        let on = match session.state.as_str() {
            "running" => day_of(office, session.opens_at.max(office.now())),
            _ => day_of(office, session.opens_at),
        };
        let candidates = register::to_be_judged(connection, session.id, batch.id).await?;
        let employers = candidates.iter().map(|(_, employer)| employer.trim().to_owned());
        let mut previous: Vec<(crate::kernel::BatchId, BTreeSet<AccountId>)> = Vec::new();
        let before = register::groups_before(
            connection,
            batch.station_id,
            &batch.occupation_code,
            batch.id,
            session.opens_at,
        );
        for (of, account) in before.await? {
            match previous.iter_mut().find(|(known, _)| *known == of) {
                Some((_, group)) => {
                    group.insert(account);
                }
                None => previous.push((of, BTreeSet::from([account]))),
            }
        }
        let occasion = Occasion {
            occupation: batch.occupation_code.clone(),
            level: u8::try_from(batch.level).unwrap_or(0),
            on,
            candidates: candidates.len(),
            employers: employers.filter(|employer| !employer.is_empty()).collect(),
            previous: previous.into_iter().map(|(_, group)| group).collect(),
            rule: office.groups,
        };
        let here: BTreeSet<_> = candidates.into_iter().map(|(application, _)| application).collect();
        let mut conflicts: BTreeMap<AccountId, BTreeSet<Conflict>> = BTreeMap::new();
        for (account, application, kind) in register::conflicts_in(connection, batch.id).await? {
            if here.contains(&application) {
                let kind = kind.parse().map_err(Refusal::Fault)?;
                conflicts.entry(account).or_default().insert(kind);
            }
        }
        let (people, names) = people(office, connection, session, batch, conflicts).await?;
        Ok(Self {
            occasion,
            people,
            names,
        })
    }

    pub(super) fn objections(&self, group: &[Member]) -> Vec<Objection> {
        objections(&self.occasion, &self.people, group)
    }

    /// An objection as a problem of the form that names the group.
    pub(super) fn problem(&self, objection: &Objection, size: usize) -> Problem {
        let name = objection.account.map(|account| self.name(account)).unwrap_or_default();
        let least = self.occasion.rule.least;
        match objection.rule {
            Rule::Size => Broken::new("examiners-too-few")
                .with("size", size)
                .with("least", least)
                .at("examiners"),
            Rule::Parity => Broken::new("examiners-even").with("size", size).at("examiners"),
            Rule::Leader => Broken::new("examiners-leader")
                .with("leaders", objection.fact.parse::<i64>().unwrap_or(0))
                .at("leader"),
            Rule::Twice => Broken::new("one-task-a-session").at("examiners"),
            Rule::Duty => Broken::new("duty-excluded-of")
                .with("name", name)
                .with("held", objection.fact.as_str())
                .with("wanted", Duty::Examiner.name())
                .at("examiners"),
            rule => Broken::new(rule_code(rule))
                .with("name", name)
                .with("fact", objection.fact.as_str())
                .at("examiners"),
        }
    }

    /// Everything that keeps a member of the present group from judging on: a card that does not count, or a conflict.
    pub(super) fn barred(&self, account: AccountId) -> Option<Rule> {
        let own = self.objections(&[Member { account, leads: true }]);
        let mut own = own.into_iter().filter(|one| one.account == Some(account));
        own.find(|one| one.rule.ends_judging()).map(|one| one.rule)
    }

    /// The group that the lot gives. Nobody chooses the seed, and asking again gives the same group.
    pub(super) fn drawn(&self, office: &Office, session: SessionId) -> Result<Proposal, NoGroup> {
        let digest: Digest = office.keys.digest("group-draw", &session.to_string());
        propose(&self.occasion, &self.people, Seed(*digest.bytes()))
    }

    pub(super) fn name(&self, account: AccountId) -> String {
        self.names.get(&account).cloned().unwrap_or_default()
    }

    pub(super) fn views(&self, found: &[Objection]) -> Vec<ObjectionView> {
        let view = |one: &Objection| ObjectionView {
            rule: one.rule,
            name: one.account.map(|account| self.name(account)).unwrap_or_default(),
            fact: one.fact.clone(),
        };
        found.iter().map(view).collect()
    }
}

/// The code of a refusal because of a rule.
const fn rule_code(rule: Rule) -> &'static str {
    match rule {
        Rule::NoCard => "group-no_card",
        Rule::Suspended => "group-suspended",
        Rule::NotYetValid => "group-not_yet_valid",
        Rule::Expired => "group-expired",
        Rule::Occupation => "group-occupation",
        Rule::Level => "group-level",
        Rule::Relative => "group-relative",
        Rule::Trainee => "group-trainee",
        Rule::Asked => "group-asked",
        Rule::Busy => "group-busy",
        Rule::Employer => "group-employer",
        Rule::TrainingBody => "group-training_body",
        Rule::Rotation => "group-rotation",
        Rule::Ratio => "group-ratio",
        Rule::Changed => "group-changed",
        Rule::Size => "examiners-too-few",
        Rule::Parity => "examiners-even",
        Rule::Leader => "examiners-leader",
        Rule::Twice => "one-task-a-session",
        Rule::Duty => "duty-excluded-of",
    }
}

/// Every active examiner, and the names.
async fn people(
    office: &Office,
    connection: &mut Connection,
    session: &SessionRow,
    batch: &BatchRow,
    mut conflicts: BTreeMap<AccountId, BTreeSet<Conflict>>,
) -> Result<(Vec<Practitioner>, BTreeMap<AccountId, String>), Refusal> {
    let (from, until) = year_span(office, day_of(office, session.opens_at).year())?;
    let record = Record::of(connection, from, until).await?;
    let busy = register::busy_between(connection, session.id, session.opens_at, session.closes_at).await?;
    let mut duties: BTreeMap<AccountId, Vec<Duty>> = BTreeMap::new();
    for (account, duty) in register::duties_in(connection, batch.id).await? {
        duties
            .entry(account)
            .or_default()
            .push(duty.parse().map_err(Refusal::Fault)?);
    }
    let cards = register::cards(connection).await?;
    let roles = account::all_roles(connection).await?;
    let mut people = Vec::new();
    let mut names = BTreeMap::new();
    for row in account::all(connection).await? {
        names.insert(row.id, row.name.clone());
        if row.active == 0 || !roles.contains(&(row.id, Role::Examiner)) {
            continue;
        }
        let own = || cards.iter().filter(|card| card.account_id == Some(row.id));
        let texts = |pick: fn(&register::CardRow) -> &str| {
            let texts = own().map(pick).map(str::trim);
            texts.filter(|text| !text.is_empty()).map(str::to_owned).collect()
        };
        let mut judging = Vec::new();
        for card in own() {
            judging.extend(examiner_card(card)?);
        }
        let (judged, _) = record.of_account(Some(row.id));
        people.push(Practitioner {
            account: row.id,
            cards: judging,
            employers: texts(|card| &card.employer),
            training_bodies: texts(|card| &card.training_body),
            conflicts: conflicts.remove(&row.id).unwrap_or_default(),
            duties: duties.remove(&row.id).unwrap_or_default(),
            busy: busy.contains(&row.id),
            judged: u32::try_from(judged).unwrap_or(u32::MAX),
        });
    }
    Ok((people, names))
}

/// Proposes a group of examiners.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowGroup {
    /// The practical session.
    pub session: SessionId,
}

/// A proposed group, or why there is none; what is assigned now; and the overrides.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GroupView {
    /// The session.
    pub session: SessionId,
    /// Who invigilates now.
    pub invigilators: Vec<AccountId>,
    /// Who supervises now.
    pub supervisors: Vec<AccountId>,
    /// How many candidates there are.
    pub candidates: usize,
    /// How many examiners are needed.
    pub needed: usize,
    /// The proposed group; empty when there is none.
    pub proposed: Vec<GroupMember>,
    /// Everybody else, and why.
    pub left_out: Vec<LeftOutView>,
    /// The rules that collide when there is no group.
    pub colliding: Vec<Colliding>,
    /// The rules of which one, let go by a second person, would make a group possible.
    pub relief: Vec<Rule>,
    /// The rules that the group assigned now breaks.
    pub broken: Vec<ObjectionView>,
    /// The overrides asked for, the latest first.
    pub overrides: Vec<OverrideView>,
}

/// A rule that stands in the way of a group.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Colliding {
    /// The rule.
    pub rule: Rule,
    /// How many people it keeps out; 0 for a rule of the group itself.
    pub keeps_out: usize,
}

/// A member of a proposed group.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GroupMember {
    /// The account.
    pub account: AccountId,
    /// The name.
    pub name: String,
    /// Whether this one leads.
    pub leads: bool,
}

/// Somebody who is not in the proposed group.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LeftOutView {
    /// The account.
    pub account: AccountId,
    /// The name.
    pub name: String,
    /// The rules; none when the lot fell on others.
    pub why: Vec<ObjectionView>,
}

/// A rule that is broken.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ObjectionView {
    /// The rule.
    pub rule: Rule,
    /// By whom; empty when the group breaks it.
    pub name: String,
    /// The fact that shows it.
    pub fact: String,
}

impl Act for ShowGroup {
    type Outcome = GroupView;
    const POLICY: Policy = policy::SESSION_GROUP;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<GroupView, Refusal> {
        let mut connection = office.store.read().await?;
        let (session, batch) = load(&mut connection, self.session).await?;
        super::only(&session, crate::office::plan::Part::Practical)?;
        let scene = Scene::of(office, &mut connection, &session, &batch).await?;
        let staff = staffing::staff(&mut connection, session.id).await?;
        let with = |duty: Duty| {
            let own = staff.iter().filter(|person| person.duty == duty.name());
            own.map(|person| person.account_id).collect()
        };
        let assigned: Vec<Member> = staff
            .iter()
            .filter(|person| person.duty == Duty::Examiner.name())
            .map(|person| Member {
                account: person.account_id,
                leads: person.leader == 1,
            })
            .collect();
        let broken = if assigned.is_empty() {
            Vec::new()
        } else {
            scene.objections(&assigned)
        };
        let mut view = GroupView {
            session: session.id,
            invigilators: with(Duty::Invigilator),
            supervisors: with(Duty::Supervisor),
            candidates: scene.occasion.candidates,
            needed: scene.occasion.rule.size_for(scene.occasion.candidates),
            proposed: Vec::new(),
            left_out: Vec::new(),
            colliding: Vec::new(),
            relief: Vec::new(),
            broken: scene.views(&broken),
            overrides: override_views(&scene, &mut connection, session.id, caller).await?,
        };
        let left_out = match scene.drawn(office, session.id) {
            Ok(proposal) => {
                let member = |member: &Member| GroupMember {
                    account: member.account,
                    name: scene.name(member.account),
                    leads: member.leads,
                };
                view.proposed = proposal.members.iter().map(member).collect();
                proposal.left_out
            }
            Err(none) => {
                let named = none.colliding.into_iter();
                view.colliding = named.map(|(rule, keeps_out)| Colliding { rule, keeps_out }).collect();
                view.relief = none.relief;
                none.left_out
            }
        };
        let out = |one: crate::staff::LeftOut| LeftOutView {
            account: one.account,
            name: scene.name(one.account),
            why: scene.views(&one.why),
        };
        view.left_out = left_out.into_iter().map(out).collect();
        Ok(view)
    }
}
