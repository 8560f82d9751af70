//! Preparing a rehearsal: from an empty installation to rooms full of invented candidates who may start at once.
//!
//! Everything is done by the acts that people perform, so that what is rehearsed is what will be used. It begins with the
//! first administrator's link, which an installation gives once: a rehearsal cannot be put into one that is in use.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::bank::{BankKind, generated};
use crate::enrolment::{ImportMode, SeatOrder};
use crate::kernel::{
    AccountId, ApplicationId, BankVersionId, BatchId, CitizenId, HOUR, Language, OneTimeCode, RoomId, SeededEntropy,
    SessionId, StationId,
};
use crate::office::account::{self, CreateAccount, ListAccounts, SetPassword, SetUp};
use crate::office::application::{DecideApplications, Decision, ImportRoll, ListApplications};
use crate::office::bank::load_bank;
use crate::office::plan::{AddBatch, CreatePlan, CreateRoom, CreateStation, Part, PublishPlan};
use crate::office::result::SettleResults;
use crate::office::room::{CheckInMany, CloseSession, ShowBoard, StartSession};
use crate::office::session::{AssignSession, CreateSession, DrawPapers, IssueTickets, SeatSession};
use crate::office::{Act, Actor, Caller, List, Moment, Office, Refusal, Upload};

/// Items of the generated bank.
const ITEMS: usize = 4_000;
/// Long, and handed in at any time.
const RULE: &str = "rehearsal-100";
/// A room takes so many; more candidates take more rooms.
const ROOM: usize = 2_000;
/// The dice of the bank: any will do.
const SEED: u64 = 1;

/// Login and role of the staff; each room has an invigilator besides.
const STAFF: [(&str, &str); 4] = [
    ("keeper", "bank_keeper"),
    ("clerk", "clerk"),
    ("eligibility", "eligibility_approver"),
    ("officer", "exam_officer"),
];

/// One ticket of a rehearsal.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Ticket {
    /// The session.
    pub(super) session: String,
    /// The ticket's number.
    pub(super) number: String,
    /// The one-time code.
    pub(super) code: String,
}

/// A prepared rehearsal.
pub(super) struct Prepared {
    /// A ticket for each candidate.
    pub(super) tickets: Vec<Ticket>,
    officer: Caller,
    rooms: Vec<Room>,
}

/// A room in which a session runs.
struct Room {
    invigilator: Caller,
    session: SessionId,
    batch: BatchId,
}

async fn does<A: Act>(office: &Office, caller: &Caller, act: A) -> Result<A::Outcome, Refusal> {
    office.perform(act, caller).await
}

/// Prepares an empty installation for so many candidates; `told` hears of each step.
pub(super) async fn prepare(office: &Office, candidates: usize, told: &dyn Fn(&str)) -> Result<Prepared, Refusal> {
    told("staff");
    let crew = hire(office, candidates.div_ceil(ROOM)).await?;
    told("bank");
    let (station, bank) = found(office, &crew).await?;
    let mut prepared = Prepared {
        tickets: Vec::with_capacity(candidates),
        officer: crew.callers["officer"].clone(),
        rooms: Vec::new(),
    };
    let people: Vec<usize> = (0..candidates).collect();
    // A batch for each room: the numbers of its tickets are bounded.
    for (number, people) in people.chunks(ROOM).enumerate() {
        told(&format!("room {}: candidates", number + 1));
        let (batch, room) = open_batch(office, &crew, (station, bank), people.len()).await?;
        register(office, &crew, batch, people).await?;
        told(&format!("room {}: seats, papers, tickets", number + 1));
        let invigilator = format!("invigilator{number}");
        let (session, tickets) = open_room(office, &crew, (batch, room), &invigilator).await?;
        prepared.tickets.extend(tickets);
        let invigilator = crew.callers[&invigilator].clone();
        prepared.rooms.push(Room {
            invigilator,
            session,
            batch,
        });
    }
    Ok(prepared)
}

impl Prepared {
    /// Closes the rooms and scores every paper; tells for how many candidates.
    pub(super) async fn settle(&self, office: &Office) -> Result<usize, Refusal> {
        let mut candidates = 0;
        for room in &self.rooms {
            let session = room.session;
            does(office, &room.invigilator, CloseSession { session }).await?;
            let settle = SettleResults {
                batch: room.batch,
                accept_spread: String::new(),
                accept_absent: "演练".to_owned(),
            };
            candidates += does(office, &self.officer, settle).await?.candidates;
        }
        Ok(candidates)
    }
}

/// Callers and account ids, by login.
struct Crew {
    callers: BTreeMap<String, Caller>,
    accounts: BTreeMap<String, AccountId>,
}

fn stranger() -> Caller {
    Caller {
        actor: Actor::Anonymous,
        request_id: "rehearsal".to_owned(),
        language: Language::Zh,
        address: String::new(),
        terminal: None,
    }
}

async fn caller(office: &Office, token: &str) -> Result<Caller, Refusal> {
    let (actor, _) = account::recognise(office, token).await?;
    Ok(Caller { actor, ..stranger() })
}

async fn hire(office: &Office, rooms: usize) -> Result<Crew, Refusal> {
    let Some(link) = account::first_link(office).await? else {
        return Err(Refusal::Fault(
            "this database is in use: a rehearsal needs an empty one of its own".to_owned(),
        ));
    };
    let password = OneTimeCode::throw(office.entropy.as_ref()).to_string().to_lowercase();
    let set_up = SetUp {
        token: link.trim_start_matches("/set-up/").to_owned(),
        login: "administrator".to_owned(),
        name: "管理".to_owned(),
        password: password.clone(),
    };
    let administrator = caller(office, &does(office, &stranger(), set_up).await?.token).await?;
    let staff = STAFF.iter().map(|(login, role)| ((*login).to_owned(), *role));
    let watch = (0..rooms).map(|room| (format!("invigilator{room}"), "invigilator"));
    let mut callers = BTreeMap::new();
    for (login, role) in staff.chain(watch) {
        let create = CreateAccount {
            login: login.clone(),
            name: login.clone(),
            roles: role.to_owned(),
        };
        let link = does(office, &administrator, create).await?;
        let set = SetPassword {
            token: link.path.trim_start_matches("/password/").to_owned(),
            password: password.clone(),
        };
        let signed_in = does(office, &stranger(), set).await?;
        callers.insert(login, caller(office, &signed_in.token).await?);
    }
    let accounts = does(office, &administrator, ListAccounts {}).await?;
    let accounts = accounts.into_iter().map(|one| (one.login, one.account)).collect();
    Ok(Crew { callers, accounts })
}

fn moment(office: &Office, later: i64) -> Moment {
    Moment((office.now() + later).millis().to_string())
}

/// A station, and the bank that every room draws from.
async fn found(office: &Office, crew: &Crew) -> Result<(StationId, BankVersionId), Refusal> {
    let mut bank = generated(ITEMS, &SeededEntropy::new(SEED));
    // A practice bank serves no session.
    bank.kind = BankKind::Live;
    let bank = load_bank(office, &crew.callers["keeper"], bank).await?;
    let station = CreateStation {
        code: "3201001".to_owned(),
        name: "演练站".to_owned(),
        name_en: "Rehearsal Station".to_owned(),
    };
    let station = does(office, &crew.callers["officer"], station).await?.station;
    Ok((station, bank))
}

async fn open_batch(
    office: &Office,
    crew: &Crew,
    (station, bank): (StationId, BankVersionId),
    seats: usize,
) -> Result<(BatchId, RoomId), Refusal> {
    let officer = &crew.callers["officer"];
    let plan = CreatePlan {
        station,
        title: "演练".to_owned(),
        registration_until: moment(office, 24 * HOUR),
        publicity_days: Some(0),
    };
    let plan = does(office, officer, plan).await?;
    let room = CreateRoom {
        station,
        name: format!("演练机房 {}", plan.number),
        seats: i64::try_from(seats).unwrap_or(i64::MAX),
    };
    let room = does(office, officer, room).await?.room;
    let plan = plan.plan;
    let batch = AddBatch {
        plan,
        station,
        bank,
        rule: RULE.to_owned(),
        components: List(vec![Part::Theory]),
        scheme: None,
    };
    let batch = does(office, officer, batch).await?.batch;
    does(office, officer, PublishPlan { plan }).await?;
    Ok((batch, room))
}

/// Invented people, in a list as offices send them.
async fn register(office: &Office, crew: &Crew, batch: BatchId, people: &[usize]) -> Result<(), Refusal> {
    let mut table = "姓名,证件号码,本工种年限\n".to_owned();
    for number in people {
        let Some(id) = citizen_id(*number) else { continue };
        // Writing to a String cannot fail.
        let _ = writeln!(table, "{},{},6", name(*number), id.reveal());
    }
    let roll = ImportRoll {
        batch,
        file: Upload(table.into_bytes()),
        file_name: "roll.csv".to_owned(),
        mode: ImportMode::OverwriteSame,
    };
    does(office, &crew.callers["clerk"], roll).await?;
    let all = ListApplications {
        batch,
        state: None,
        text: String::new(),
        photo: String::new(),
        page: None,
    };
    let all = does(office, &crew.callers["clerk"], all).await?.applications;
    let decide = DecideApplications {
        batch,
        applications: List(all.into_iter().map(|one| one.application).collect()),
        decision: Decision::Approve,
        reason: "演练".to_owned(),
    };
    does(office, &crew.callers["eligibility"], decide).await?;
    Ok(())
}

/// The candidate's name: invented, and no two the same.
fn name(number: usize) -> String {
    let letter = |number: usize| char::from_u32(0x4E00 + u32::try_from(number % 2_000).unwrap_or(0)).unwrap_or('一');
    format!("演{}{}", letter(number / 2_000), letter(number))
}

/// An id that fits the check digit, of a region that does not exist.
fn citizen_id(number: usize) -> Option<CitizenId> {
    let (serial, day) = (number % 999 + 1, number / 999);
    let (day, month) = (day % 28 + 1, day / 28 % 12 + 1);
    CitizenId::complete(&format!("9999991990{month:02}{day:02}{serial:03}"))
}

/// A running session in which everybody is checked in, and its tickets.
async fn open_room(
    office: &Office,
    crew: &Crew,
    (batch, room): (BatchId, RoomId),
    invigilator: &str,
) -> Result<(SessionId, Vec<Ticket>), Refusal> {
    let (officer, watcher) = (&crew.callers["officer"], &crew.callers[invigilator]);
    let create = CreateSession {
        batch,
        component: Part::Theory,
        room,
        opens_at: moment(office, 0),
        closes_at: moment(office, 12 * HOUR),
    };
    let session = does(office, officer, create).await?.session;
    let everybody = || List(Vec::<ApplicationId>::new());
    let seat = SeatSession {
        session,
        order: SeatOrder::Plain,
        applications: everybody(),
    };
    does(office, officer, seat).await?;
    let watch = AssignSession {
        session,
        invigilators: List(vec![crew.accounts[invigilator]]),
        examiners: List(Vec::new()),
        leader: None,
        supervisors: List(Vec::new()),
        override_reason: String::new(),
    };
    does(office, officer, watch).await?;
    does(office, officer, DrawPapers { session }).await?;
    let issue = IssueTickets {
        session,
        applications: everybody(),
    };
    let issued = does(office, officer, issue).await?;
    does(office, watcher, StartSession { session }).await?;
    let board = does(office, watcher, ShowBoard { session }).await?;
    let attempts = List(board.seats.into_iter().filter_map(|seat| seat.attempt).collect());
    does(office, watcher, CheckInMany { session, attempts }).await?;
    let tickets = issued.tickets.into_iter().map(|one| Ticket {
        session: session.to_string(),
        number: one.number,
        code: one.code,
    });
    Ok((session, tickets.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_thousand_people_have_ten_thousand_names_and_ids() {
        let mut seen = std::collections::BTreeSet::new();
        for number in 0..10_000 {
            assert!(seen.insert(citizen_id(number).unwrap().reveal().to_owned()));
            assert!(seen.insert(name(number)));
        }
    }
}
