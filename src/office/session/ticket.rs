//! Admission tickets: a number for ever, a fresh code each time, and the sheets to print.

mod sheet;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{load, rows};
use crate::enrolment::{TicketNumber, ticket_number};
use crate::kernel::{ApplicationId, BatchId, CandidateId, Language, OneTimeCode, SessionId};
use crate::office::bank::aside;
use crate::office::{Act, Broken, Caller, Download, Event, List, Office, Op, Policy, Refusal, input, policy};
use crate::store::plan as plans;
use crate::store::session::{SeatRow, SessionRow};
use crate::store::ticket as tickets;

/// Makes admission tickets with fresh one-time codes.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct IssueTickets {
    /// The session.
    pub session: SessionId,
    /// Whose; everybody who is seated unless said.
    #[serde(default)]
    pub applications: List<ApplicationId>,
}

/// The tickets, once: the codes are nowhere else.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IssuedTickets {
    /// The session.
    pub session: SessionId,
    /// How many.
    pub count: usize,
    /// How many of them replace a ticket whose code stopped working now.
    pub replaced: usize,
    /// The tickets, for programs that print their own.
    pub tickets: Vec<GivenTicket>,
    /// The sheets to print.
    pub download: Download,
}

/// A ticket as it is given out.
#[derive(Debug, Serialize, JsonSchema)]
pub struct GivenTicket {
    /// Whose.
    pub application: ApplicationId,
    /// The ticket's number.
    pub number: String,
    /// The one-time code; only its digest is kept.
    pub code: String,
}

impl Act for IssueTickets {
    type Outcome = IssuedTickets;
    const POLICY: Policy = policy::TICKET_ISSUE;

    async fn perform(self, office: &Office, caller: &Caller) -> Result<IssuedTickets, Refusal> {
        let mut connection = office.store.read().await?;
        let (session, batch) = load(&mut connection, self.session).await?;
        let seats = self.choose(rows::seats(&mut connection, self.session).await?)?;
        let station = plans::station(&mut connection, batch.station_id).await?;
        let mut photos = BTreeMap::new();
        for seat in &seats {
            let photo = tickets::photo(&mut connection, seat.application_id).await?;
            photos.insert(
                seat.application_id,
                photo.and_then(|photo| open_photo(office, seat.candidate_id, photo)),
            );
        }
        let mut sessions: BTreeMap<ApplicationId, Vec<_>> = BTreeMap::new();
        for row in tickets::sessions(&mut connection, batch.id).await? {
            sessions.entry(row.application_id).or_default().push(row);
        }
        drop(connection);
        if batch.state != "open" {
            return Err(Broken::new("tickets-batch-settled").into());
        }
        self.check(office, &session, &seats)?;
        let replaced = seats.iter().filter(|seat| seat.ticket_code.is_some()).count();
        let given = give(office, caller, self.session, batch.id, &seats).await?;
        let tickets = seats.iter().zip(&given).map(|(seat, (number, code))| GivenTicket {
            application: seat.application_id,
            number: number.to_string(),
            code: code.to_string(),
        });
        let tickets = tickets.collect();
        let mut printed = Vec::with_capacity(seats.len());
        for (seat, (number, code)) in seats.into_iter().zip(given) {
            printed.push(sheet::Ticket {
                photo: photos.remove(&seat.application_id).flatten(),
                sessions: sessions.remove(&seat.application_id).unwrap_or_default(),
                name: seat.name,
                citizen_mask: seat.citizen_mask,
                number,
                code,
            });
        }
        let count = printed.len();
        let book = sheet::Book {
            station: station.map(|station| station.name).unwrap_or_default(),
            occupation: batch.occupation_name,
            level: u8::try_from(batch.level).unwrap_or(0),
            zone: office.zone.clone(),
            now: office.now(),
            session: self.session,
            tickets: printed,
        };
        let (fonts, language) = (office.fonts.clone(), caller.language);
        let steps = office.progress.begin(caller, count);
        let bytes = aside(move || book.print(&fonts, &steps))
            .await?
            .map_err(|error| Refusal::Fault(format!("tickets: {error}")))?;
        let file_name = match language {
            Language::Zh => format!("准考证-{count}人.pdf"),
            Language::En => format!("tickets-{count}.pdf"),
        };
        Ok(IssuedTickets {
            session: self.session,
            count,
            replaced,
            tickets,
            download: Download::new(file_name, input::PDF, &bytes),
        })
    }
}

impl IssueTickets {
    /// A name that cannot be printed is told before any code is replaced.
    fn check(&self, office: &Office, session: &SessionRow, seats: &[SeatRow]) -> Result<(), Broken> {
        match session.state.as_str() {
            "closed" => return Err(Broken::new("session-begun").with("state", "closed")),
            "running" if self.applications.0.is_empty() => return Err(Broken::new("tickets-all-late")),
            _ => {}
        }
        for seat in seats {
            if let Some(missing) = office.fonts.missing(&seat.name).first() {
                let glyph = Broken::new("glyph-missing").with("name", seat.name.as_str());
                return Err(glyph.with("character", missing.to_string()));
            }
        }
        Ok(())
    }

    fn choose(&self, seats: Vec<SeatRow>) -> Result<Vec<SeatRow>, Refusal> {
        let wanted = &self.applications.0;
        let unknown = wanted
            .iter()
            .find(|wanted| seats.iter().all(|seat| seat.application_id != **wanted));
        if let Some(unknown) = unknown {
            let not = Broken::new("not-seated").with("application", unknown.to_string());
            return Err(not.at("applications").into());
        }
        let chosen: Vec<_> = seats
            .into_iter()
            .filter(|seat| seat.application_state == "approved")
            .filter(|seat| wanted.is_empty() || wanted.contains(&seat.application_id))
            .collect();
        if chosen.is_empty() {
            return Err(Broken::new("nobody-seated").into());
        }
        Ok(chosen)
    }
}

/// A photo as the camera made it, whether it is stored sealed or not.
fn open_photo(office: &Office, candidate: CandidateId, stored: Vec<u8>) -> Option<Vec<u8>> {
    const JPEG: &[u8] = &[0xFF, 0xD8];
    if stored.starts_with(JPEG) {
        return Some(stored);
    }
    let place = format!("candidate.photo/{candidate}");
    office.keys.vault.open(&place, &stored).ok()
}

/// Stores numbers and the digests of fresh codes; gives both back in the order of the seats.
async fn give(
    office: &Office,
    caller: &Caller,
    session: SessionId,
    batch: BatchId,
    seats: &[SeatRow],
) -> Result<Vec<(TicketNumber, OneTimeCode)>, Refusal> {
    let mut op = Op::begin::<IssueTickets>(office, caller).await?;
    plans::hold_open_batch(op.connection(), batch).await?;
    let mut next = Numbers::of(&mut op, office, batch).await?;
    let mut given = Vec::with_capacity(seats.len());
    for seat in seats {
        let number = match &seat.ticket_number {
            Some(number) => number
                .parse()
                .map_err(|error| Refusal::Fault(format!("ticket number: {error}")))?,
            None => next.take(&mut op).await?,
        };
        let code = OneTimeCode::throw(office.entropy.as_ref());
        let digest = office.keys.digest("ticket", code.as_str());
        tickets::set(op.connection(), seat.application_id, number.as_str(), digest).await?;
        given.push((number, code));
    }
    let replaced = seats.iter().filter(|seat| seat.ticket_code.is_some()).count();
    let detail = json!({ "tickets": seats.len(), "replaced": replaced });
    op.commit(Event::of(session).in_batch(batch).with(detail)).await?;
    Ok(given)
}

/// The next ticket numbers of a batch: the year and the batch in it are those of its first ticket.
struct Numbers {
    year: u16,
    batch: Option<u32>,
    last: u32,
}

impl Numbers {
    async fn of(op: &mut Op<'_>, office: &Office, batch: BatchId) -> Result<Self, Refusal> {
        if let Some(last) = tickets::last_number(op.connection(), batch).await? {
            let part = |from: usize, to: usize| last.get(from..to).and_then(|digits| digits.parse::<u32>().ok());
            let parts = (part(0, 4), part(4, 8), part(8, 12));
            let (Some(year), Some(batch), Some(last)) = parts else {
                return Err(Refusal::Fault("a ticket number of another shape".to_owned()));
            };
            let year = u16::try_from(year).map_err(|error| Refusal::Fault(error.to_string()))?;
            return Ok(Self {
                year,
                batch: Some(batch),
                last,
            });
        }
        let now = jiff::Timestamp::from_millisecond(op.now.millis());
        let year = now.map(|now| now.to_zoned_datetime(office.zone.clone()).year());
        let year = year.ok().and_then(|year| u16::try_from(year).ok()).unwrap_or_default();
        Ok(Self {
            year,
            batch: None,
            last: 0,
        })
    }

    async fn take(&mut self, op: &mut Op<'_>) -> Result<TicketNumber, Refusal> {
        let batch = if let Some(batch) = self.batch {
            batch
        } else {
            let scope = format!("ticket-batch/{}", self.year);
            let next = plans::next_number(op.connection(), &scope).await?;
            *self.batch.insert(u32::try_from(next).unwrap_or(u32::MAX))
        };
        self.last += 1;
        ticket_number(self.year, batch, self.last).map_err(|_| Broken::new("ticket-numbers-used-up").into())
    }
}
