//! The supervisor's tablet: sessions, checklist, findings and holds; and the page where holds are lifted.

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
use crate::identity::Role;
use crate::kernel::SessionId;
use crate::office::practical::SessionBrief;
use crate::office::supervision::{
    HoldView, LiftHold, ListHolds, RaiseFinding, RaiseHold, SaveChecklist, ShowSupervision, SupervisionView,
    SupervisionWork,
};
use crate::office::{Refusal, policy};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/supervision", policy::SUPERVISION_WORK, get(work)),
        view("/supervision/{session}", policy::SUPERVISION_SHOW, get(session)),
        view("/holds", policy::HOLD_LIST, get(holds)),
        act::<SupervisionWork>(),
        act::<ShowSupervision>(),
        act::<SaveChecklist>(),
        act::<RaiseFinding>(),
        act::<RaiseHold>(),
        act::<ListHolds>(),
        act::<LiftHold>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "supervision/work.html")]
struct WorkPage {
    frame: Frame,
    current: Vec<SessionBrief>,
    others: Vec<SessionBrief>,
}

/// `GET /supervision`: the sessions to supervise.
async fn work(State(app): State<App>, visitor: Visitor) -> Response {
    match app.office.perform(SupervisionWork {}, &visitor.caller).await {
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
#[template(path = "supervision/session.html")]
struct SessionPage {
    frame: Frame,
    view: SupervisionView,
}

impl SessionPage {
    /// The checklist can be written by its supervisor until it is signed.
    fn open(&self) -> bool {
        self.view.own && self.view.signed_at.is_none()
    }

    fn held(&self) -> bool {
        self.view.holds.iter().any(|hold| hold.lifted_at.is_none())
    }
}

/// `GET /supervision/{session}`: counts, checklist, findings, holds.
async fn session(State(app): State<App>, visitor: Visitor, Path(session): Path<String>) -> Response {
    let Ok(session) = session.parse::<SessionId>() else {
        return respond(&app, &visitor, Refusal::NotFound, false);
    };
    match app.office.perform(ShowSupervision { session }, &visitor.caller).await {
        Ok(view) => render(&SessionPage {
            frame: visitor.frame(&app),
            view,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "supervision/holds.html")]
struct HoldsPage {
    frame: Frame,
    holds: Vec<HoldView>,
}

/// `GET /holds`: what stops the release of results.
async fn holds(State(app): State<App>, visitor: Visitor) -> Response {
    match app.office.perform(ListHolds {}, &visitor.caller).await {
        Ok(holds) => render(&HoldsPage {
            frame: visitor.frame(&app),
            holds,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
