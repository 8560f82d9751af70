//! Pages that prepare a session: seats, staff, tickets, papers.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::caller::Visitor;
use super::forms::file_response;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, view};
use super::{App, Frame};
use crate::identity::Role;
use crate::kernel::{BatchId, SessionId};
use crate::office::room::SebFile;
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
        view("/sessions/{session}/seb", policy::SESSION_SEB, get(seb)),
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

/// `GET /sessions/{session}/seb`: the settings file of Safe Exam Browser.
async fn seb(State(app): State<App>, visitor: Visitor, Path(session): Path<String>) -> Response {
    let Ok(session) = session.parse::<SessionId>() else {
        return respond(&app, &visitor, Refusal::NotFound, false);
    };
    match app.office.perform(SebFile { session }, &visitor.caller).await {
        Ok(download) => file(&download),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// A download as a file.
pub(super) fn file(download: &Download) -> Response {
    let bytes = BASE64.decode(&download.content).unwrap_or_default();
    file_response(&download.file_name, &download.media_type, bytes)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::bank::{BankKind, generated};
    use crate::kernel::{Language, SeededEntropy};
    use crate::office::bank::load_bank;
    use crate::office::plan::{AddBatch, CreatePlan, CreateRoom, CreateStation, Part, PublishPlan};
    use crate::office::testing::{office, staff};
    use crate::office::{Caller, List, Moment};
    use crate::web::Site;

    async fn shown(app: &App, caller: &Caller, path: &str) -> String {
        use axum::body::to_bytes;
        let visitor = Visitor {
            caller: caller.clone(),
            csrf: "csrf".to_owned(),
            path: path.to_owned(),
            bearer: false,
        };
        let (state, last) = (
            State(app.clone()),
            path.rsplit('/').next().unwrap_or_default().to_owned(),
        );
        let response = match path.split('/').collect::<Vec<_>>().as_slice() {
            ["", "batches", batch, "sessions"] => sessions(state, visitor, Path((*batch).to_owned())).await,
            _ => session(state, visitor, Path(last)).await,
        };
        assert_eq!(response.status(), 200, "{path}");
        String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_pages_of_sessions_speak_both_languages() {
        let (office, _folder) = office().await;
        let mut officer = staff(&office, "officer", &[Role::ExamOfficer]).await;
        let station = CreateStation {
            code: "BJ01".to_owned(),
            name: "第一鉴定站".to_owned(),
            name_en: "Station One".to_owned(),
        };
        let station = office.perform(station, &officer).await.unwrap().station;
        let room = CreateRoom {
            station,
            name: "101".to_owned(),
            seats: 4,
        };
        let room = office.perform(room, &officer).await.unwrap().room;
        let mut bank = generated(600, &SeededEntropy::new(3));
        bank.kind = BankKind::Live;
        let bank = load_bank(&office, &Caller::system("test"), bank).await.unwrap();
        let plan = CreatePlan {
            station,
            title: "五月".to_owned(),
            registration_until: Moment("2026-05-20T18:00".to_owned()),
            publicity_days: None,
        };
        let plan = office.perform(plan, &officer).await.unwrap().plan;
        let add = AddBatch {
            plan,
            station,
            bank,
            rule: "demo-20".to_owned(),
            components: List(vec![Part::Theory]),
            scheme: None,
        };
        let batch = office.perform(add, &officer).await.unwrap().batch;
        office.perform(PublishPlan { plan }, &officer).await.unwrap();
        let create = CreateSession {
            batch,
            component: Part::Theory,
            room,
            opens_at: Moment("2026-05-21T09:00".to_owned()),
            closes_at: Moment("2026-05-21T10:00".to_owned()),
        };
        let session = office.perform(create, &officer).await.unwrap().session;
        let site = Site::default();
        let app = App::new(Arc::new(office), site);
        for (language, words) in [(Language::Zh, "考试"), (Language::En, "Theory")] {
            officer.language = language;
            let list = shown(&app, &officer, &format!("/batches/{batch}/sessions")).await;
            assert!(list.contains("2026-05-21 09:00 – 10:00"), "{list}");
            let one = shown(&app, &officer, &format!("/sessions/{session}")).await;
            assert!(one.contains(words) || one.contains("理论"), "{one}");
        }
    }
}
