//! The examiner's tablet: candidates, score sheets, vetoes, and blank sheets for print.

#[cfg(test)]
mod tests;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::caller::Visitor;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, view};
use super::{App, Frame};
use crate::kernel::{SessionId, SheetId};
use crate::office::practical::{
    BlankSheets, BlankView, ConfirmVeto, ExaminerSession, ExaminerWork, OpenSheet, RaiseVeto, SaveSheet, SessionBrief,
    SessionView, SheetView, ShowSheet, SignSheet, WithdrawVeto,
};
use crate::office::{Refusal, policy};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/examiner", policy::EXAMINER_WORK, get(work)),
        view("/examiner/{session}", policy::EXAMINER_SESSION, get(session)),
        view("/examiner/{session}/sheets/print", policy::SHEET_BLANK, get(blank)),
        view("/examiner/sheets/{sheet}", policy::SHEET_SHOW, get(sheet)),
        act::<ExaminerWork>(),
        act::<ExaminerSession>(),
        act::<BlankSheets>(),
        act::<ShowSheet>(),
        act::<OpenSheet>(),
        act::<SaveSheet>(),
        act::<SignSheet>(),
        act::<RaiseVeto>(),
        act::<WithdrawVeto>(),
        act::<ConfirmVeto>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "practical/work.html")]
struct WorkPage {
    frame: Frame,
    current: Vec<SessionBrief>,
    others: Vec<SessionBrief>,
}

/// `GET /examiner`: one's own sessions.
async fn work(State(app): State<App>, visitor: Visitor) -> Response {
    match app.office.perform(ExaminerWork {}, &visitor.caller).await {
        Ok(sessions) => {
            let (current, others) = sessions.into_iter().partition(|session| session.current);
            render(&WorkPage {
                frame: visitor.frame(&app),
                current,
                others,
            })
        }
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "practical/session.html")]
struct SessionPage {
    frame: Frame,
    view: SessionView,
}

/// `GET /examiner/{session}`: candidates by seat, one's own sheets, vetoes that wait.
async fn session(State(app): State<App>, visitor: Visitor, Path(session): Path<String>) -> Response {
    let Ok(session) = session.parse::<SessionId>() else {
        return respond(&app, &visitor, Refusal::NotFound, false);
    };
    match app.office.perform(ExaminerSession { session }, &visitor.caller).await {
        Ok(view) => render(&SessionPage {
            frame: visitor.frame(&app),
            view,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "practical/sheet.html")]
struct SheetPage {
    frame: Frame,
    view: SheetView,
}

impl SheetPage {
    fn signed(&self) -> bool {
        self.view.signed_at.is_some()
    }
}

/// `GET /examiner/sheets/{sheet}`: one's own score sheet.
async fn sheet(State(app): State<App>, visitor: Visitor, Path(sheet): Path<String>) -> Response {
    let Ok(sheet) = sheet.parse::<SheetId>() else {
        return respond(&app, &visitor, Refusal::NotFound, false);
    };
    match app.office.perform(ShowSheet { sheet }, &visitor.caller).await {
        Ok(view) => render(&SheetPage {
            frame: visitor.frame(&app),
            view,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "practical/blank.html")]
struct BlankPage {
    frame: Frame,
    view: BlankView,
}

/// `GET /examiner/{session}/sheets/print`: a blank sheet for each candidate and task, on A4.
async fn blank(State(app): State<App>, visitor: Visitor, Path(session): Path<String>) -> Response {
    let Ok(session) = session.parse::<SessionId>() else {
        return respond(&app, &visitor, Refusal::NotFound, false);
    };
    match app.office.perform(BlankSheets { session }, &visitor.caller).await {
        Ok(view) => render(&BlankPage {
            frame: visitor.frame(&app),
            view,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
