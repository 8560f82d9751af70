//! The terminal: from the ticket to the receipt, as the candidate meets it.
//!
//! The server's clock decides; a terminal is told milliseconds left and never asked the time. One terminal holds the
//! lease of an attempt; another is refused until an invigilator releases it. What a terminal gets of its paper is read
//! into [`paper::CandidatePaper`], a type that has no place for a key.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use subtle::ConstantTimeEq;

use super::account::{Done, SignedIn, new_sign_in};
use super::desk::{Answer, Receipt, Saved};
use super::{Act, Broken, Caller, Event, Office, Op, Policy, Refusal, policy, room};
use crate::kernel::{AttemptId, CandidateId, HOUR, IncidentId, MINUTE, OneTimeCode, Timestamp};
use crate::store::account::insert_sign_in;
use crate::store::sitting::{self, AttemptRow, DeskRow, IncidentRow, SeatedSessionRow, answers};

pub mod gate;
pub mod paper;
pub mod picture;
pub mod shape;
#[cfg(test)]
mod tests;

use gate::{Gate, Way, gate};
pub use paper::{CandidatePaper, Minutes};

/// How long a candidate stays signed in.
const SIGN_IN_LIFE: i64 = 12 * HOUR;
/// How long before the planned time a ticket opens a terminal.
const DOORS_OPEN: i64 = 2 * HOUR;
/// The incident of a second terminal that tried to start.
const SECOND_TERMINAL: &str = "second_terminal";
/// The incident of a candidate who is not the person on the screen.
const WRONG_PERSON: &str = "wrong_person";
/// No save carries more answers than this.
const MOST_ANSWERS: usize = 1_000;

/// Signs a candidate in.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct TerminalSignIn {
    /// The ticket's number.
    pub ticket: String,
    /// The one-time code; case, blanks and hyphens do not matter.
    pub code: String,
}

/// The session that a ticket opens now: the earliest that is not closed.
pub(super) fn choose_session(sessions: &[SeatedSessionRow], now: Timestamp) -> Result<&SeatedSessionRow, Broken> {
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
        let right = ticket
            .ticket_code
            .is_some_and(|stored| bool::from(stored.bytes().ct_eq(digest.bytes())));
        if !right {
            return Err(wrong());
        }
        let sessions = sitting::seated_sessions(&mut connection, ticket.application_id).await?;
        drop(connection);
        let session = choose_session(&sessions, office.now())?.session_id;

        let mut op = Op::begin::<Self>(office, caller).await?;
        let (token, mut row) = new_sign_in(office, op.now, SIGN_IN_LIFE);
        row.application_id = Some(ticket.application_id);
        row.session_id = Some(session);
        insert_sign_in(op.connection(), &row).await?;
        let event = Event::of(ticket.application_id)
            .in_batch(ticket.batch_id)
            .with(json!({ "session": session, "terminal": row.id }));
        op.commit(event).await?;
        Ok(SignedIn {
            token,
            csrf: row.csrf,
            next: "/exam/confirm".to_owned(),
        })
    }
}

/// Tells a terminal its state.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowTerminal {
    /// Leaves the saved answers out: for heartbeats.
    #[serde(default)]
    pub brief: bool,
}

/// An answer as the server has it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SavedAnswer {
    /// The question.
    pub number: i64,
    /// The value.
    pub value: String,
    /// The revision.
    pub revision: i64,
    /// Whether it is marked for another look.
    pub flagged: bool,
}

/// What a terminal knows.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TerminalView {
    /// The attempt, once the paper is drawn.
    pub attempt: Option<AttemptId>,
    /// `seated`, `checked_in`, `open` or `submitted`.
    pub state: String,
    /// `planned`, `running` or `closed`.
    pub session_state: String,
    /// What stands between the candidate and the paper now.
    pub gate: Gate,
    /// Whether this terminal holds the lease.
    pub lease: bool,
    /// The candidate's name.
    pub name: String,
    /// The masked citizen id.
    pub masked_id: String,
    /// The ticket's number.
    pub ticket: String,
    /// The room.
    pub room: String,
    /// The seat.
    pub seat: i64,
    /// The occupation.
    pub occupation: String,
    /// The occupation in English.
    pub occupation_en: String,
    /// The level.
    pub level: i64,
    /// The minutes of the rule.
    pub minutes: Minutes,
    /// The server's time.
    pub now: Timestamp,
    /// When the session is planned to open.
    pub opens_at: Timestamp,
    /// Milliseconds until then; never negative.
    pub opens_in_ms: i64,
    /// When the attempt was started.
    pub started_at: Option<Timestamp>,
    /// When it ends.
    pub deadline: Option<Timestamp>,
    /// Milliseconds left, while it is open.
    pub remaining_ms: Option<i64>,
    /// Milliseconds until handing in is possible, while it is open.
    pub submit_in_ms: Option<i64>,
    /// Extra time given so far, in milliseconds.
    pub extra_ms: i64,
    /// How many questions there are.
    pub questions: i64,
    /// The saved answers; empty when asked briefly.
    pub answers: Vec<SavedAnswer>,
    /// The receipt, once handed in.
    pub receipt: Option<Receipt>,
}

impl Act for ShowTerminal {
    type Outcome = TerminalView;
    const POLICY: Policy = policy::TERMINAL_STATE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<TerminalView, Refusal> {
        let (application, session, sign_in) = caller.candidate()?;
        let now = office.now();
        let mut connection = office.store.read().await?;
        let mut place = place(&mut connection, caller).await?;
        if let Some(attempt) = place.attempt.as_ref().filter(|attempt| is_overdue(attempt, now)) {
            // The job comes by each second; whoever looks first must not see an open paper after its time.
            room::close_overdue_of(office, attempt.session_id, attempt.batch_id).await?;
            place.attempt = sitting::attempt_of(&mut connection, session, application).await?;
        }
        let lease = office.lease(sign_in);
        let (stored, receipt) = match &place.attempt {
            None => (Vec::new(), None),
            Some(attempt) => {
                let wanted = !self.brief && attempt.lease == Some(lease);
                let stored = if wanted {
                    answers::of_attempt(&mut connection, attempt.id).await?
                } else {
                    Vec::new()
                };
                (stored, receipt_of(&mut connection, attempt).await?)
            }
        };
        drop(connection);
        let view = place.view(lease, now, stored, receipt);
        // Life is noted only from the terminal that counts, so that another one does not hide its silence.
        if let Some(attempt) = view.attempt.filter(|_| view.lease || view.started_at.is_none()) {
            office.desk.seen(attempt, lease);
        }
        Ok(view)
    }
}

fn is_overdue(attempt: &AttemptRow, now: Timestamp) -> bool {
    attempt.state == "open" && attempt.deadline.is_some_and(|deadline| deadline <= now)
}

async fn receipt_of(
    connection: &mut crate::store::Connection,
    attempt: &AttemptRow,
) -> Result<Option<Receipt>, Refusal> {
    let (Some(submitted_at), Some(how)) = (attempt.submitted_at, attempt.submitted_how.clone()) else {
        return Ok(None);
    };
    Ok(Some(Receipt {
        attempt: attempt.id,
        submitted_at,
        how,
        answered: answers::answered(connection, attempt.id).await?,
        questions: attempt.questions,
    }))
}

/// Where a signed-in candidate sits.
struct Place {
    desk: DeskRow,
    minutes: Minutes,
    attempt: Option<AttemptRow>,
}

async fn place(connection: &mut crate::store::Connection, caller: &Caller) -> Result<Place, Refusal> {
    let (application, session, _) = caller.candidate()?;
    // A seat that was taken away leaves a sign-in without a place.
    let desk = sitting::desk(connection, session, application)
        .await?
        .ok_or_else(|| Broken::new("ticket-no-seat"))?;
    let minutes = Minutes::of_rule(&desk.paper_rule)?;
    let attempt = sitting::attempt_of(connection, session, application).await?;
    Ok(Place { desk, minutes, attempt })
}

impl Place {
    fn gate(&self, lease: crate::kernel::Digest, now: Timestamp) -> Gate {
        gate(&gate::Facts {
            session_state: &self.desk.session_state,
            opens_at: self.desk.opens_at,
            session_started_at: self.desk.session_started_at,
            latest_entry_ms: self.minutes.latest_entry_minutes.map(|minutes| minutes * MINUTE),
            attempt_state: self.attempt.as_ref().map(|attempt| attempt.state.as_str()),
            holds_lease: self
                .attempt
                .as_ref()
                .is_some_and(|attempt| attempt.lease == Some(lease)),
            released: self.attempt.as_ref().is_some_and(|attempt| attempt.released == 1),
            now,
        })
    }

    fn view(
        self,
        lease: crate::kernel::Digest,
        now: Timestamp,
        stored: Vec<answers::AnswerRow>,
        receipt: Option<Receipt>,
    ) -> TerminalView {
        let gate = self.gate(lease, now);
        let Self { desk, minutes, attempt } = self;
        let attempt = attempt.as_ref();
        let open = attempt.filter(|attempt| attempt.state == "open");
        let left = |end: Timestamp| (end - now).max(0);
        TerminalView {
            attempt: attempt.map(|attempt| attempt.id),
            state: attempt.map_or("seated", |attempt| &attempt.state).to_owned(),
            session_state: desk.session_state,
            gate,
            lease: attempt.is_some_and(|attempt| attempt.lease == Some(lease)),
            name: desk.name,
            masked_id: desk.citizen_mask,
            ticket: desk.ticket_number.unwrap_or_default(),
            room: desk.room,
            seat: desk.seat_no,
            occupation: desk.occupation_name,
            occupation_en: desk.occupation_name_en,
            level: desk.level,
            minutes,
            now,
            opens_at: desk.opens_at,
            opens_in_ms: left(desk.opens_at),
            started_at: attempt.and_then(|attempt| attempt.started_at),
            deadline: attempt.and_then(|attempt| attempt.deadline),
            remaining_ms: open.and_then(|attempt| attempt.deadline).map(left),
            submit_in_ms: open
                .and_then(|attempt| attempt.started_at)
                .map(|started| left(started + minutes.earliest_submit_minutes * MINUTE)),
            extra_ms: attempt.map_or(0, |attempt| attempt.extra_ms),
            questions: attempt.map_or(0, |attempt| attempt.questions),
            answers: stored.into_iter().map(SavedAnswer::from).collect(),
            receipt,
        }
    }
}

impl From<answers::AnswerRow> for SavedAnswer {
    fn from(row: answers::AnswerRow) -> Self {
        Self {
            number: row.number,
            value: row.value,
            revision: row.revision,
            flagged: row.flagged == 1,
        }
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
        let batch = place(&mut connection, caller).await?.desk.batch_id;
        drop(connection);
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        if !self.right {
            let incident = own_incident(office, caller, WRONG_PERSON, now)?;
            sitting::insert_incident(op.connection(), &incident).await?;
            crate::store::account::revoke(op.connection(), sign_in, now).await?;
        }
        let event = Event::of(application)
            .in_batch(batch)
            .with(json!({ "session": session, "right": self.right }));
        Ok(Done {
            at: op.commit(event).await?,
        })
    }
}

fn own_incident(office: &Office, caller: &Caller, kind: &str, now: Timestamp) -> Result<IncidentRow, Refusal> {
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

/// Starts the attempt, goes on with it, or takes it over from a released terminal.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct StartAttempt {}

/// An attempt that is open at this terminal.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Started {
    /// The attempt.
    pub attempt: AttemptId,
    /// When it ends.
    pub deadline: Timestamp,
    /// Milliseconds left.
    pub remaining_ms: i64,
}

impl Act for StartAttempt {
    type Outcome = Started;
    const POLICY: Policy = policy::TERMINAL_START;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Started, Refusal> {
        let (_, session, sign_in) = caller.candidate()?;
        let lease = office.lease(sign_in);
        let mut op = Op::begin::<Self>(office, caller).await?;
        let now = op.now;
        let place = place(op.connection(), caller).await?;
        let gate = place.gate(lease, now);
        let attempt = place.attempt.ok_or_else(|| Broken::new("gate-no-paper"))?;
        let deadline = match (gate.way(), attempt.deadline) {
            (Err(broken), _) => {
                if gate == Gate::SecondTerminal {
                    note_second_terminal(op, office, caller, &attempt).await?;
                }
                return Err(broken.into());
            }
            (Ok(Way::Resume), Some(deadline)) => return Ok(started(attempt.id, deadline, now)),
            (Ok(Way::TakeOver), Some(deadline)) => {
                sitting::take_lease(op.connection(), attempt.id, lease, now).await?;
                deadline
            }
            (Ok(_), _) => {
                let deadline = now + (place.minutes.duration_minutes * MINUTE + attempt.extra_ms);
                sitting::open_attempt(op.connection(), attempt.id, lease, now, deadline).await?;
                deadline
            }
        };
        let event = Event::of(attempt.id).in_batch(attempt.batch_id).with(json!({
            "session": session, "terminal": sign_in, "way": gate, "deadline": deadline,
        }));
        op.commit(event).await?;
        Ok(started(attempt.id, deadline, now))
    }
}

fn started(attempt: AttemptId, deadline: Timestamp, now: Timestamp) -> Started {
    Started {
        attempt,
        deadline,
        remaining_ms: (deadline - now).max(0),
    }
}

/// Records, once, that a second terminal tried: the invigilator's console shows it.
async fn note_second_terminal(
    mut op: Op<'_>,
    office: &Office,
    caller: &Caller,
    attempt: &AttemptRow,
) -> Result<(), Refusal> {
    let (application, session, sign_in) = caller.candidate()?;
    if sitting::has_incident(op.connection(), session, application, SECOND_TERMINAL).await? {
        return Ok(());
    }
    let incident = own_incident(office, caller, SECOND_TERMINAL, op.now)?;
    sitting::insert_incident(op.connection(), &incident).await?;
    let event = Event::of(attempt.id)
        .in_batch(attempt.batch_id)
        .with(json!({ "refused": "second-terminal", "terminal": sign_in }));
    op.commit(event).await.map(|_| ())
}

/// Gives the candidate's paper.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct ShowPaper {}

impl Act for ShowPaper {
    type Outcome = CandidatePaper;
    const POLICY: Policy = policy::TERMINAL_PAPER;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<CandidatePaper, Refusal> {
        let (application, session, sign_in) = caller.candidate()?;
        let mut connection = office.store.read().await?;
        let attempt = sitting::attempt_of(&mut connection, session, application).await?;
        let attempt = attempt.ok_or_else(|| Broken::new("gate-no-paper"))?;
        match attempt.state.as_str() {
            "open" if attempt.lease == Some(office.lease(sign_in)) => {}
            "open" => return Err(Broken::new("second-terminal").into()),
            "submitted" => {
                let at = attempt.submitted_at.unwrap_or(office.now());
                return Err(Broken::new("attempt-closed").with("at", at).into());
            }
            _ => return Err(Broken::new("attempt-not-started").into()),
        }
        let view = sitting::paper_view(&mut connection, session, application).await?;
        let paper = CandidatePaper::read(&view.ok_or(Refusal::NotFound)?)?;
        office.shapes.note(attempt.id, &paper);
        Ok(paper)
    }
}

/// Saves answers.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SaveAnswers {
    /// The answers that changed.
    pub answers: Vec<Answer>,
}

impl Act for SaveAnswers {
    type Outcome = Saved;
    const POLICY: Policy = policy::TERMINAL_SAVE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Saved, Refusal> {
        if self.answers.len() > MOST_ANSWERS {
            return Err(Broken::new("too-many-answers").with("max", MOST_ANSWERS).into());
        }
        let (attempt, lease) = own_attempt(office, caller).await?;
        let answers = office.shapes.fitted(office, caller, attempt, self.answers).await?;
        office.desk.save(attempt, lease, answers).await
    }
}

async fn own_attempt(office: &Office, caller: &Caller) -> Result<(AttemptId, crate::kernel::Digest), Refusal> {
    let (application, session, sign_in) = caller.candidate()?;
    let mut connection = office.store.read().await?;
    let attempt = office.desk.attempt_of(&mut connection, session, application).await?;
    let attempt = attempt.ok_or_else(|| Broken::new("attempt-not-started"))?;
    Ok((attempt, office.lease(sign_in)))
}

/// Hands the paper in.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SubmitAttempt {}

impl Act for SubmitAttempt {
    type Outcome = Receipt;
    const POLICY: Policy = policy::TERMINAL_SUBMIT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Receipt, Refusal> {
        let mut connection = office.store.read().await?;
        let minutes = place(&mut connection, caller).await?.minutes;
        drop(connection);
        let (attempt, lease) = own_attempt(office, caller).await?;
        let earliest = minutes.earliest_submit_minutes * MINUTE;
        office
            .desk
            .submit(attempt, lease, earliest, caller.request_id.clone())
            .await
    }
}

/// A photo, ready to show.
#[derive(Debug)]
pub struct Photo {
    /// Its media type.
    pub media_type: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The signed-in candidate's photo.
pub async fn own_photo(office: &Office, caller: &Caller) -> Result<Photo, Refusal> {
    let (application, session, _) = caller.candidate()?;
    let mut connection = office.store.read().await?;
    let (candidate, stored) = sitting::photo(&mut connection, session, application)
        .await?
        .ok_or(Refusal::NotFound)?;
    open_photo(office, candidate, stored)
}

/// Opens a stored photo, sealed or not.
pub(super) fn open_photo(office: &Office, candidate: CandidateId, stored: Option<Vec<u8>>) -> Result<Photo, Refusal> {
    let stored = stored.ok_or(Refusal::NotFound)?;
    let bytes = if media_type(&stored).is_some() {
        stored
    } else {
        office
            .keys
            .vault
            .open(&format!("candidate.photo/{candidate}"), &stored)
            .map_err(|error| Refusal::Fault(error.to_string()))?
    };
    let media_type = media_type(&bytes).ok_or(Refusal::NotFound)?;
    Ok(Photo { media_type, bytes })
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        _ => None,
    }
}
