//! Seating: approved candidates get the free seats of a session.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{before_start, load, rows};
use crate::enrolment::{Applicant, SeatOrder, SeatingError, assign};
use crate::kernel::{ApplicationId, SessionId};
use crate::office::{Act, Broken, Caller, Event, List, Office, Op, Policy, Refusal, policy};
use crate::store::plan as plans;
use crate::store::session::ApplicantRow;

/// Assigns seats to approved candidates.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct SeatSession {
    /// The session.
    pub session: SessionId,
    /// In what order: `plain`, or `mixed_by_employer` to keep colleagues apart.
    pub order: SeatOrder,
    /// Who; all that still need a seat for this component unless said, as many as fit.
    #[serde(default)]
    pub applications: List<ApplicationId>,
}

/// What came of seating.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Seated {
    /// The session.
    pub session: SessionId,
    /// How many got a seat now.
    pub seated: usize,
    /// How many found the room full and still need a seat.
    pub left: usize,
    /// How many sit elsewhere at that time and were left out.
    pub elsewhere: usize,
}

impl Act for SeatSession {
    type Outcome = Seated;
    const POLICY: Policy = policy::SESSION_SEAT;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<Seated, Refusal> {
        let mut op = Op::begin::<Self>(office, caller).await?;
        let (session, batch) = load(op.connection(), self.session).await?;
        before_start(&session)?;
        plans::hold_open_batch(op.connection(), batch.id).await?;
        if session.seed.is_some() && session.component == "theory" {
            return Err(Broken::new("papers-drawn-already").into());
        }
        let room = plans::room(op.connection(), session.room_id)
            .await?
            .ok_or(Refusal::NotFound)?;
        let taken: BTreeSet<i64> = rows::seats(op.connection(), self.session)
            .await?
            .iter()
            .map(|seat| seat.seat_no)
            .collect();
        let free: Vec<i64> = (1..=room.seats).filter(|number| !taken.contains(number)).collect();
        let everybody = rows::applicants(op.connection(), &session).await?;
        let (wanted, elsewhere) = self.choose(&everybody)?;
        if wanted.is_empty() {
            return Err(Broken::new("nobody-to-seat").with("elsewhere", elsewhere).into());
        }
        let named = !self.applications.0.is_empty();
        if free.is_empty() || (named && wanted.len() > free.len()) {
            let short = Broken::new("seats-short").with("room", room.name);
            return Err(short.with("free", free.len()).with("wanted", wanted.len()).into());
        }
        let capacity = |seats: usize| u32::try_from(seats).unwrap_or(u32::MAX);
        // Whoever does not fit is put into a room that is not there.
        let rooms = [capacity(free.len()), capacity(wanted.len())];
        let seed = office.entropy.seed();
        let seats = assign(&wanted, &rooms, self.order, seed).map_err(|error| refused(&error))?;
        let mut seated = 0;
        for seat in seats.iter().filter(|seat| seat.room == 0) {
            let place = usize::try_from(seat.number).unwrap_or(usize::MAX) - 1;
            let Some(number) = free.get(place) else { continue };
            rows::insert_seat(op.connection(), self.session, *number, seat.application).await?;
            seated += 1;
        }
        let left = wanted.len() - seated;
        let detail = json!({ "seated": seated, "left": left, "order": self.order, "seed": seed });
        op.commit(Event::of(self.session).in_batch(batch.id).with(detail))
            .await?;
        Ok(Seated {
            session: self.session,
            seated,
            left,
            elsewhere,
        })
    }
}

impl SeatSession {
    /// Who is to be seated, and how many were left out because they sit elsewhere at that time.
    fn choose(&self, everybody: &[ApplicantRow]) -> Result<(Vec<Applicant>, usize), Refusal> {
        let applicant = |row: &ApplicantRow| Applicant {
            application: row.application_id,
            employer: Some(row.employer.clone()),
        };
        if self.applications.0.is_empty() {
            let without = everybody.iter().filter(|row| row.seated == 0);
            let (busy, free): (Vec<_>, Vec<_>) = without.partition(|row| row.elsewhere > 0);
            return Ok((free.into_iter().map(applicant).collect(), busy.len()));
        }
        let mut chosen = Vec::new();
        for wanted in &self.applications.0 {
            let Some(row) = everybody.iter().find(|row| row.application_id == *wanted) else {
                let not = Broken::new("not-approved").with("application", wanted.to_string());
                return Err(not.at("applications").into());
            };
            if row.seated > 0 {
                let seated = Broken::new("seated-already").with("name", row.name.as_str());
                return Err(seated.at("applications").into());
            }
            if row.elsewhere > 0 {
                let elsewhere = Broken::new("seated-elsewhere").with("name", row.name.as_str());
                return Err(elsewhere.at("applications").into());
            }
            chosen.push(applicant(row));
        }
        Ok((chosen, 0))
    }
}

fn refused(error: &SeatingError) -> Broken {
    match error {
        SeatingError::Short { short_by } => Broken::new("seats-short-by").with("short", *short_by),
        SeatingError::Twice { application } => Broken::new("listed-twice").with("application", application.to_string()),
    }
}
