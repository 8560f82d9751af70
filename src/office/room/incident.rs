//! Incidents: what happened in the room, written down by those who watch it.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{check_reason, take_room};
use crate::kernel::{ApplicationId, IncidentId, SessionId};
use crate::office::account::Done;
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::store::sitting::{self, IncidentRow};

/// Kinds of incidents that a person records.
pub const INCIDENT_KINDS: &[&str] = &["misconduct", "equipment", "health", "identity", "absence", "other"];

/// Records an incident.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct RecordIncident {
    /// The session.
    pub session: SessionId,
    /// Whom it concerns, if anybody.
    #[serde(default, deserialize_with = "crate::office::input::optional")]
    pub application: Option<ApplicationId>,
    /// `misconduct`, `equipment`, `health`, `identity`, `absence` or `other`.
    pub kind: String,
    /// What happened.
    pub reason: String,
}

impl Act for RecordIncident {
    type Outcome = Done;
    const POLICY: Policy = policy::INCIDENT_RECORD;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let reason = check_reason(&self.reason)?;
        if !INCIDENT_KINDS.contains(&self.kind.as_str()) {
            return Err(Broken::new("incident-kind-unknown").at("kind").into());
        }
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let row = take_room(&mut op, caller, self.session).await?;
        if let Some(application) = self.application {
            sitting::desk(op.connection(), row.id, application)
                .await?
                .ok_or_else(|| Broken::new("incident-not-seated").at("application"))?;
        }
        let incident = IncidentRow {
            id: IncidentId::new(now, office.entropy.as_ref()),
            session_id: row.id,
            application_id: self.application,
            kind: self.kind,
            reason: reason.to_owned(),
            recorded_by: caller.account()?.to_string(),
            at: now,
        };
        sitting::insert_incident(op.connection(), &incident).await?;
        let event = Event::of(incident.id)
            .in_batch(row.batch_id)
            .with(json!({ "session": row.id, "kind": incident.kind, "application": incident.application_id }));
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}
