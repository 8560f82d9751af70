//! Signing in with a ticket, and saying whether one is the person on the screen.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use subtle::ConstantTimeEq;

use super::binding::check_seat;
use super::place;
use crate::kernel::{AttemptId, HOUR, IncidentId, OneTimeCode, Timestamp};
use crate::office::account::{Done, SignedIn, new_sign_in};
use crate::office::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy};
use crate::store::account::insert_sign_in;
use crate::store::sitting::{self, IncidentRow, SeatedSessionRow, answers, pack};

/// How long a candidate stays signed in.
const SIGN_IN_LIFE: i64 = 12 * HOUR;
/// How long before the planned time a ticket opens a terminal.
const DOORS_OPEN: i64 = 2 * HOUR;
/// The incident of a candidate who is not the person on the screen.
const WRONG_PERSON: &str = "wrong_person";

/// Signs a candidate in.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TerminalSignIn {
    /// The ticket's number.
    pub ticket: String,
    /// The one-time code; case, blanks and hyphens do not matter.
    pub code: String,
}

/// The session that a ticket opens now: the earliest that is not closed.
fn choose_session(sessions: &[SeatedSessionRow], now: Timestamp) -> Result<&SeatedSessionRow, Broken> {
    let Some(open) = sessions.iter().find(|session| session.state != "closed") else {
        return Err(match sessions.last() {
            None => Broken::new("ticket-no-seat"),
            Some(last) => Broken::new("ticket-session-closed").with("at", last.closed_at.unwrap_or(last.opens_at)),
        });
    };
    if open.state == "planned" && now < open.opens_at + -DOORS_OPEN {
        return Err(Broken::new("ticket-other-day").with("at", open.opens_at));
    }
    Ok(open)
}

impl Act for TerminalSignIn {
    type Outcome = SignedIn;
    const POLICY: Policy = policy::TERMINAL_SIGN_IN;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<SignedIn, Refusal> {
        let wrong = || Refusal::from(Broken::new("ticket-wrong"));
        let code = OneTimeCode::typed(&self.code).ok_or_else(wrong)?;
        let digest = office.keys.digest("ticket", code.as_str());
        let mut connection = office.store.read().await?;
        let ticket = sitting::ticket(&mut connection, self.ticket.trim())
            .await?
            .ok_or_else(wrong)?;
        let reserve = pack::code_of(&mut connection, ticket.application_id).await?;
        let is_it = |stored: &crate::kernel::Digest| bool::from(stored.bytes().ct_eq(digest.bytes()));
        if !ticket.ticket_code.iter().chain(&reserve).any(is_it) {
            return Err(wrong());
        }
        let sessions = sitting::seated_sessions(&mut connection, ticket.application_id).await?;
        drop(connection);
        let session = choose_session(&sessions, office.now())?.session_id;
        let machine = check_seat(office, caller, session, ticket.application_id).await?;

        let mut op = Op::begin::<Self>(office, caller).await?;
        let (token, mut row) = new_sign_in(office, op.now, SIGN_IN_LIFE);
        row.application_id = Some(ticket.application_id);
        row.session_id = Some(session);
        insert_sign_in(op.connection(), &row).await?;
        let event = Event::of(ticket.application_id)
            .in_batch(ticket.batch_id)
            .with(json!({ "session": session, "terminal": row.id, "machine": machine }));
        op.commit(event).await?;
        Ok(SignedIn {
            token,
            csrf: row.csrf,
            next: "/exam/confirm".to_owned(),
        })
    }
}

/// Confirms name and photo, or says that they are somebody else's.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ConfirmPerson {
    /// Whether name and photo are the candidate's own.
    pub right: bool,
}

impl Act for ConfirmPerson {
    type Outcome = Done;
    const POLICY: Policy = policy::TERMINAL_CONFIRM;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Done, Refusal> {
        let (application, session, sign_in) = caller.candidate()?;
        let mut connection = office.store.read().await?;
        let place = place(&mut connection, caller).await?;
        drop(connection);
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        if self.right {
            // Whoever confirms sits at a terminal: checking everybody in finds them without waiting for a heartbeat.
            let waiting = place.attempt.filter(|attempt| attempt.started_at.is_none());
            let waiting: Vec<AttemptId> = waiting.iter().map(|attempt| attempt.id).collect();
            answers::note_seen(op.connection(), office.store.engine(), &waiting, now).await?;
        } else {
            let incident = own_incident(office, caller, WRONG_PERSON, now)?;
            sitting::insert_incident(op.connection(), &incident).await?;
            crate::store::account::revoke(op.connection(), sign_in, now).await?;
        }
        let event = Event::of(application)
            .in_batch(place.desk.batch_id)
            .with(json!({ "session": session, "right": self.right }));
        let at = op.commit(event).await?;
        if !self.right {
            office.remembered.forget(sign_in);
        }
        Ok(Done { at })
    }
}

pub(super) fn own_incident(
    office: &Office,
    caller: &Caller,
    kind: &str,
    now: Timestamp,
) -> Result<IncidentRow, Refusal> {
    let (application, session, _) = caller.candidate()?;
    Ok(IncidentRow {
        id: IncidentId::new(now, office.entropy.as_ref()),
        session_id: session,
        application_id: Some(application),
        kind: kind.to_owned(),
        reason: String::new(),
        recorded_by: "system".to_owned(),
        at: now,
    })
}
