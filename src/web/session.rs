//! Pages that prepare a session: seats, staff, tickets, papers.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::caller::Visitor;
use super::forms::file_response;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, view};
use super::{App, Frame};
use crate::identity::Role;
use crate::kernel::{BatchId, SessionId};
use crate::office::session::{
    AssignSession, CreateSession, DrawPapers, DrawTasks, IssueTickets, ListPlannedSessions, PlannedSessions,
    SeatSession, SessionView, ShowSession, seats_workbook,
};
use crate::office::{Download, Refusal, policy};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/batches/{batch}/sessions", policy::SESSION_PLANNED, get(sessions)),
        view("/sessions/{session}", policy::SESSION_SHOW, get(session)),
        view("/sessions/{session}/seats.xlsx", policy::SESSION_BOARD, get(seats)),
        act::<ListPlannedSessions>(),
        act::<CreateSession>(),
        act::<ShowSession>(),
        act::<SeatSession>(),
        act::<AssignSession>(),
        act::<IssueTickets>(),
        act::<DrawPapers>(),
        act::<DrawTasks>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "office/sessions.html")]
struct SessionsPage {
    frame: Frame,
    shown: PlannedSessions,
    officer: bool,
}

/// `GET /batches/{batch}/sessions`
async fn sessions(State(app): State<App>, visitor: Visitor, Path(batch): Path<String>) -> Response {
    let Ok(batch) = batch.parse::<BatchId>() else {
        return respond(&app, &visitor, Refusal::NotFound, false);
    };
    match app.office.perform(ListPlannedSessions { batch }, &visitor.caller).await {
        Ok(shown) => render(&SessionsPage {
            frame: visitor.frame(&app),
            shown,
            officer: visitor.caller.has(Role::ExamOfficer),
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "office/session.html")]
struct SessionPage {
    frame: Frame,
    shown: SessionView,
    officer: bool,
    exports: bool,
}

impl SessionPage {
    /// Planned, and open for changes by this reader.
    fn changes(&self) -> bool {
        self.officer && self.shown.state == "planned"
    }

    fn theory(&self) -> bool {
        self.shown.component == "theory"
    }
}

/// `GET /sessions/{session}`
async fn session(State(app): State<App>, visitor: Visitor, Path(session): Path<String>) -> Response {
    let Ok(session) = session.parse::<SessionId>() else {
        return respond(&app, &visitor, Refusal::NotFound, false);
    };
    match app.office.perform(ShowSession { session }, &visitor.caller).await {
        Ok(shown) => render(&SessionPage {
            frame: visitor.frame(&app),
            shown,
            officer: visitor.caller.has(Role::ExamOfficer),
            exports: visitor.caller.may(&policy::SESSION_BOARD).is_ok(),
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// `GET /sessions/{session}/seats.xlsx`
async fn seats(State(app): State<App>, visitor: Visitor, Path(session): Path<String>) -> Response {
    let Ok(session) = session.parse::<SessionId>() else {
        return respond(&app, &visitor, Refusal::NotFound, false);
    };
    match seats_workbook(&app.office, &visitor.caller, session).await {
        Ok(download) => file(&download),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// A download as a file.
pub(super) fn file(download: &Download) -> Response {
    let bytes = BASE64.decode(&download.content).unwrap_or_default();
    file_response(&download.file_name, &download.media_type, bytes)
}
