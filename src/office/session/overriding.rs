//! A group that breaks rules: asked for by one person, let judge by another, and on the batch's record for ever.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::group::{ObjectionView, Scene};
use super::load;
use super::staff::{Crew, apply, carded};
use crate::kernel::{AccountId, OverrideId, SessionId, Timestamp};
use crate::office::practical::reason;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::staff::Objection;
use crate::store::Connection;
use crate::store::plan as plans;
use crate::store::session::SessionRow;
use crate::store::staff::{self as register, OverrideRow};

/// A group that breaks rules, asked for, and perhaps decided on.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OverrideView {
    /// Its id.
    pub request: OverrideId,
    /// Who is to judge.
    pub examiners: Vec<String>,
    /// The rules that the group breaks.
    pub broken: Vec<ObjectionView>,
    /// Why it is asked for.
    pub reason: String,
    /// By whom.
    pub asked_by: String,
    /// When.
    pub asked_at: Timestamp,
    /// Whether it was granted; absent while nobody has decided.
    pub granted: Option<bool>,
    /// Who decided; empty while nobody has.
    pub decided_by: String,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// Why.
    pub answer: String,
    /// Whether the reader asked for it, and so cannot decide.
    pub own: bool,
}

/// The overrides of a session, as the reader sees them.
pub(super) async fn override_views(
    scene: &Scene,
    connection: &mut Connection,
    session: SessionId,
    caller: &Caller,
) -> Result<Vec<OverrideView>, Refusal> {
    let me = caller.account()?;
    let mut views = Vec::new();
    for row in register::overrides(connection, session).await? {
        let crew = crew_of(&row)?;
        let broken = broken_of(&row)?;
        views.push(OverrideView {
            request: row.id,
            examiners: crew.examiners.iter().map(|(account, _)| scene.name(*account)).collect(),
            broken: scene.views(&broken),
            reason: row.reason,
            asked_by: scene.name(row.asked_by),
            asked_at: row.asked_at,
            granted: row.granted.map(|granted| granted == 1),
            decided_by: row.decided_by.map(|account| scene.name(account)).unwrap_or_default(),
            decided_at: row.decided_at,
            answer: row.answer,
            own: row.asked_by == me,
        });
    }
    Ok(views)
}

fn crew_of(row: &OverrideRow) -> Result<Crew, Refusal> {
    serde_json::from_str(&row.wanted).map_err(|error| Refusal::Fault(format!("group_override.wanted: {error}")))
}

fn broken_of(row: &OverrideRow) -> Result<Vec<Objection>, Refusal> {
    serde_json::from_str(&row.broken).map_err(|error| Refusal::Fault(format!("group_override.broken: {error}")))
}

/// Which of the objections nobody has let go for this very group.
pub(super) async fn still_open(
    connection: &mut Connection,
    session: SessionId,
    crew: &Crew,
    found: Vec<Objection>,
) -> Result<Vec<Objection>, Refusal> {
    if found.is_empty() {
        return Ok(found);
    }
    let mut let_go: Vec<Objection> = Vec::new();
    for row in register::overrides(connection, session).await? {
        if row.granted == Some(1) && crew_of(&row)?.same_examiners(crew) {
            let_go.extend(broken_of(&row)?);
        }
    }
    let open = |one: &Objection| {
        let same = |gone: &Objection| gone.rule == one.rule && gone.account == one.account;
        !(one.rule.overridable() && let_go.iter().any(same))
    };
    Ok(found.into_iter().filter(open).collect())
}

/// Asks a second person to let a group judge that breaks rules.
pub(super) async fn ask(
    office: &Office,
    op: &mut Op<'_>,
    session: &SessionRow,
    crew: &Crew,
    broken: &[Objection],
    why: &str,
    by: AccountId,
) -> Result<OverrideId, Refusal> {
    let fault = |error: serde_json::Error| Refusal::Fault(error.to_string());
    let row = OverrideRow {
        id: OverrideId::new(op.now, office.entropy.as_ref()),
        session_id: session.id,
        batch_id: session.batch_id,
        wanted: serde_json::to_string(crew).map_err(fault)?,
        broken: serde_json::to_string(broken).map_err(fault)?,
        reason: why.to_owned(),
        asked_by: by,
        asked_at: op.now,
        granted: None,
        decided_by: None,
        decided_at: None,
        answer: String::new(),
    };
    register::ask_override(op.connection(), &row).await?;
    Ok(row.id)
}

/// Decides whether a group may judge that breaks rules.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct DecideOverride {
    /// The request.
    pub request: OverrideId,
    /// `grant` or `refuse`.
    pub decision: String,
    /// Why.
    pub reason: String,
}

/// A decided override.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OverrideDecided {
    /// The session.
    pub session: SessionId,
    /// Whether the group was let judge, and is assigned now.
    pub granted: bool,
}

impl Act for DecideOverride {
    type Outcome = OverrideDecided;
    const POLICY: Policy = policy::OVERRIDE_DECIDE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<OverrideDecided, Refusal> {
        let by = caller.account()?;
        let granted = match self.decision.as_str() {
            "grant" => true,
            "refuse" => false,
            _ => return Err(Broken::new("decision-unknown").at("decision").into()),
        };
        let answer = reason(&self.reason, "reason")?;
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = register::override_by_id(op.connection(), self.request)
            .await?
            .ok_or(Refusal::NotFound)?;
        if row.asked_by == by {
            return Err(Broken::new("override-same-person").into());
        }
        let crew = crew_of(&row)?;
        if crew.judges_or_watches(by) {
            return Err(Broken::new("override-own-group").into());
        }
        register::decide_override(op.connection(), row.id, granted, by, &answer, now).await?;
        let (session, batch) = load(op.connection(), row.session_id).await?;
        let mut relieved = Vec::new();
        if granted {
            if session.state == "closed" {
                return Err(Broken::new("session-begun").with("state", "closed").into());
            }
            plans::hold_open_batch(op.connection(), batch.id).await?;
            carded(office, &mut op, &session, &crew.supervisors).await?;
            let scene = Scene::of(office, op.connection(), &session, &batch).await?;
            let found = scene.objections(&crew.members());
            let open = still_open(op.connection(), session.id, &crew, found).await?;
            if !open.is_empty() {
                let size = crew.examiners.len();
                return Err(Refusal::Invalid(
                    open.iter().map(|one| scene.problem(one, size)).collect(),
                ));
            }
            relieved = apply(&mut op, &session, &crew, &scene).await?;
        }
        let detail = json!({
            "session": session.id, "granted": granted, "asked_by": row.asked_by, "asked_because": row.reason,
            "broken": broken_of(&row)?, "staff": crew, "relieved": relieved,
        });
        let event = Event::of(row.id).in_batch(batch.id).because(&answer).with(detail);
        op.commit(event).await?;
        Ok(OverrideDecided {
            session: session.id,
            granted,
        })
    }
}
