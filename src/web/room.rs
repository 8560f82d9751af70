//! The invigilator's console: seat map first, problems on top.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::caller::Visitor;
use super::candidate::photo_response;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, view};
use super::{App, Frame};
use crate::kernel::{ApplicationId, SessionId};
use crate::office::room::{
    self, AsideView, BoardView, CheckIn, CheckInMany, CloseSession, Counts, DecideOutage, ExtendAttempt, ExtendSession,
    ForceSubmit, INCIDENT_KINDS, ListAside, ListOutages, ListSessions, ListTimes, LockSession, Outages, PauseAttempt,
    PauseSession, PreparePack, ProposeOutages, RecordIncident, ReleaseAttempt, ResumeAttempt, ResumeSession, SeatView,
    SebFile, SessionSummary, ShowBoard, StartSession, TROUBLES, TimeLine,
};
use crate::office::{Refusal, policy};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/rooms", policy::SESSION_LIST, get(rooms)),
        view("/rooms/{session}", policy::SESSION_BOARD, get(console)),
        view("/rooms/{session}/live", policy::SESSION_BOARD, get(super::live::room)),
        view("/rooms/{session}/wall", policy::SESSION_BOARD, get(wall)),
        view("/rooms/{session}/outages", policy::OUTAGE_LIST, get(outages)),
        view("/rooms/{session}/register", policy::SESSION_BOARD, get(register)),
        view(
            "/rooms/{session}/photo/{application}",
            policy::SESSION_BOARD,
            get(photo),
        ),
        act::<ListSessions>(),
        act::<ShowBoard>(),
        act::<StartSession>(),
        act::<CloseSession>(),
        act::<ExtendSession>(),
        act::<CheckInMany>(),
        act::<CheckIn>(),
        act::<ExtendAttempt>(),
        act::<ReleaseAttempt>(),
        act::<ForceSubmit>(),
        act::<PauseSession>(),
        act::<ResumeSession>(),
        act::<PauseAttempt>(),
        act::<ResumeAttempt>(),
        act::<ListTimes>(),
        act::<ListOutages>(),
        act::<ProposeOutages>(),
        act::<DecideOutage>(),
        act::<ListAside>(),
        act::<PreparePack>(),
        act::<LockSession>(),
        act::<SebFile>(),
        act::<RecordIncident>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "room/rooms.html")]
struct RoomsPage {
    frame: Frame,
    groups: Vec<(&'static str, Vec<SessionSummary>)>,
}

/// `GET /rooms`: the caller's sessions, today's first.
async fn rooms(State(app): State<App>, visitor: Visitor) -> Response {
    let sessions = match app.office.perform(ListSessions {}, &visitor.caller).await {
        Ok(sessions) => sessions,
        Err(refusal) => return respond(&app, &visitor, refusal, false),
    };
    let frame = visitor.frame(&app);
    let day = frame.date(&app.office.now());
    let (mut today, other): (Vec<_>, Vec<_>) = sessions
        .into_iter()
        .partition(|session| frame.date(&session.opens_at) == day);
    today.sort_by_key(|session| session.opens_at);
    let groups = [("today", today), ("other", other)];
    let groups = groups
        .into_iter()
        .filter(|(_, sessions)| !sessions.is_empty())
        .collect();
    render(&RoomsPage { frame, groups })
}

/// The seat that is looked at.
#[derive(Debug, Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    seat: i64,
}

/// A place on the map, taken or not.
struct Place {
    number: i64,
    name: String,
    state: &'static str,
}

#[derive(Template)]
#[template(path = "room/console.html")]
struct ConsolePage {
    frame: Frame,
    board: BoardView,
    here: String,
    map: Vec<Place>,
    counts: Vec<(&'static str, i64)>,
    chosen: i64,
    seat: Option<SeatView>,
    seat_acts: Vec<&'static str>,
    kinds: &'static [&'static str],
    states: &'static [&'static str],
    trouble_kinds: &'static [&'static str],
    reasons: &'static [&'static str],
}

/// Common reasons, offered so that giving one is a click: message keys `reason-…`.
const REASONS: &[&str] = &["power", "network", "terminal", "health", "late", "entitled", "order"];

impl ConsolePage {
    /// What can be done with everybody's time now.
    fn turn(&self) -> &'static str {
        if self.board.session.paused_at.is_some() {
            "resume"
        } else {
            "pause"
        }
    }
}

/// The states of a seat, for the script's words.
const STATES: &[&str] = &[
    "empty",
    "seated",
    "checked_in",
    "working",
    "disconnected",
    "paused",
    "handed_in",
];
fn counted(counts: &Counts) -> Vec<(&'static str, i64)> {
    vec![
        ("seated", counts.seated),
        ("checked_in", counts.checked_in),
        ("working", counts.working),
        ("disconnected", counts.disconnected),
        ("paused", counts.paused),
        ("handed_in", counts.handed_in),
    ]
}

fn map_of(board: &BoardView) -> Vec<Place> {
    let last = board.seats.last().map_or(0, |seat| seat.seat).max(board.room_seats);
    (1..=last)
        .map(|number| match board.seats.iter().find(|seat| seat.seat == number) {
            Some(seat) => Place {
                number,
                name: seat.name.clone(),
                state: seat.state,
            },
            None => Place {
                number,
                name: String::new(),
                state: "empty",
            },
        })
        .collect()
}

/// What can be done for a seat in this state, besides checking in.
fn acts_for(seat: &SeatView) -> Vec<&'static str> {
    match seat.state {
        "working" | "disconnected" if seat.released => vec!["extend", "pause", "force"],
        "working" | "disconnected" => vec!["extend", "pause", "release", "force"],
        "paused" => vec!["resume", "extend", "release", "force"],
        "handed_in" => Vec::new(),
        _ => vec!["extend"],
    }
}

async fn board(app: &App, visitor: &Visitor, session: &str) -> Result<BoardView, Response> {
    let shown = match session.parse::<SessionId>() {
        Ok(session) => app.office.perform(ShowBoard { session }, &visitor.caller).await,
        Err(_) => Err(Refusal::NotFound),
    };
    shown.map_err(|refusal| respond(app, visitor, refusal, false))
}

/// `GET /rooms/{session}`: the console.
async fn console(
    State(app): State<App>,
    visitor: Visitor,
    Path(session): Path<String>,
    Query(chosen): Query<Chosen>,
) -> Response {
    let board = match board(&app, &visitor, &session).await {
        Ok(board) => board,
        Err(response) => return response,
    };
    let seat = board.seats.iter().find(|seat| seat.seat == chosen.seat).cloned();
    render(&ConsolePage {
        frame: visitor.frame(&app),
        here: format!("/rooms/{}", board.session.session),
        map: map_of(&board),
        counts: counted(&board.counts),
        chosen: chosen.seat,
        seat_acts: seat.as_ref().map(acts_for).unwrap_or_default(),
        seat,
        kinds: INCIDENT_KINDS,
        states: STATES,
        trouble_kinds: TROUBLES,
        reasons: REASONS,
        board,
    })
}

#[derive(Template)]
#[template(path = "room/wall.html")]
struct WallPage {
    frame: Frame,
    board: BoardView,
    counts: Vec<(&'static str, i64)>,
}

/// `GET /rooms/{session}/wall`: the hall's clock, large.
async fn wall(State(app): State<App>, visitor: Visitor, Path(session): Path<String>) -> Response {
    match board(&app, &visitor, &session).await {
        Ok(board) => render(&WallPage {
            frame: visitor.frame(&app),
            counts: counted(&board.counts),
            board,
        }),
        Err(response) => response,
    }
}

#[derive(Template)]
#[template(path = "room/outages.html")]
struct OutagesPage {
    frame: Frame,
    board: BoardView,
    outages: Outages,
    /// Answers kept aside, for those who may see answers.
    aside: Option<Vec<AsideView>>,
    times: Vec<(TimeLine, String)>,
    decides: bool,
    here: String,
}

impl OutagesPage {
    fn waiting(&self) -> bool {
        self.outages.proposals.iter().any(|one| one.approved.is_none())
    }
}

/// `GET /rooms/{session}/outages`: what outages took, proposals and decisions, and the whole ledger of time.
async fn outages(State(app): State<App>, visitor: Visitor, Path(session): Path<String>) -> Response {
    let board = match board(&app, &visitor, &session).await {
        Ok(board) => board,
        Err(response) => return response,
    };
    let session = board.session.session;
    let caller = &visitor.caller;
    let (outages, times) = match (
        app.office.perform(ListOutages { session }, caller).await,
        app.office.perform(ListTimes { session }, caller).await,
    ) {
        (Ok(outages), Ok(times)) => (outages, times),
        (Err(refusal), _) | (_, Err(refusal)) => return respond(&app, &visitor, refusal, false),
    };
    let aside = match app.office.perform(ListAside { session }, caller).await {
        Ok(aside) => Some(aside),
        Err(Refusal::Forbidden) => None,
        Err(refusal) => return respond(&app, &visitor, refusal, false),
    };
    let frame = visitor.frame(&app);
    let whom = |line: &TimeLine| {
        let seat = board
            .seats
            .iter()
            .find(|seat| line.attempt.is_some() && seat.attempt == line.attempt);
        seat.map_or_else(
            || frame.t("incident-whole-room"),
            |seat| format!("{} {}", seat.seat, seat.name),
        )
    };
    // Starts are many and say nothing that the board does not.
    let told = times.into_iter().filter(|line| line.kind != "start");
    let times = told
        .map(|line| (whom(&line), line))
        .map(|(whom, line)| (line, whom))
        .collect();
    render(&OutagesPage {
        here: format!("/rooms/{session}"),
        decides: caller.may(&policy::OUTAGE_DECIDE).is_ok(),
        frame,
        board,
        outages,
        aside,
        times,
    })
}

#[derive(Template)]
#[template(path = "room/register.html")]
struct RegisterPage {
    frame: Frame,
    board: BoardView,
}

/// `GET /rooms/{session}/register`: the register to print and sign.
async fn register(State(app): State<App>, visitor: Visitor, Path(session): Path<String>) -> Response {
    match board(&app, &visitor, &session).await {
        Ok(board) => render(&RegisterPage {
            frame: visitor.frame(&app),
            board,
        }),
        Err(response) => response,
    }
}

/// `GET /rooms/{session}/photo/{application}`: the photo to compare the person with.
async fn photo(
    State(app): State<App>,
    visitor: Visitor,
    Path((session, application)): Path<(String, String)>,
) -> Response {
    let found = match (session.parse::<SessionId>(), application.parse::<ApplicationId>()) {
        (Ok(session), Ok(application)) => room::photo(&app.office, &visitor.caller, session, application).await,
        _ => Err(Refusal::NotFound),
    };
    match found {
        Ok(photo) => photo_response(photo),
        Err(refusal) => respond(&app, &visitor, refusal, true),
    }
}
