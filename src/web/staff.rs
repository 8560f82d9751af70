//! Pages of the register of examiners and supervisors, and of the group that judges a session.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::caller::Visitor;
use super::forms::file_response;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, page, view};
use super::{App, Frame};
use crate::identity::Role;
use crate::kernel::{CardId, SessionId};
use crate::office::input::XLSX;
use crate::office::session::{DecideOverride, GroupView, ObjectionView, ShowGroup};
use crate::office::staff::{
    CardView, CheckStaff, DeclareConflict, ImportStaff, ListStaff, RecordComplaint, SaveCard, StaffList,
    register_workbook, staff_template,
};
use crate::office::{Refusal, Who, policy};
use crate::staff::StaffKind;

/// Those who keep the register.
const KEEPERS: Who = Who::Roles(&[Role::Administrator]);

/// The routes of the register.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/staff", policy::STAFF_LIST, get(list)),
        view("/staff.xlsx", policy::STAFF_LIST, get(workbook)),
        page("/staff-template.xlsx", KEEPERS, get(template)),
        page("/staff/new", KEEPERS, get(new)),
        page("/staff/import", KEEPERS, get(import)),
        view("/staff/{card}", policy::STAFF_LIST, get(card)),
        view("/sessions/{session}/group", policy::SESSION_GROUP, get(group)),
        act::<ListStaff>(),
        act::<SaveCard>(),
        act::<CheckStaff>(),
        act::<ImportStaff>(),
        act::<DeclareConflict>(),
        act::<RecordComplaint>(),
        act::<ShowGroup>(),
        act::<DecideOverride>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What the address of the list says.
#[derive(Debug, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    year: String,
    #[serde(default)]
    standing: String,
}

#[derive(Template)]
#[template(path = "staff/list.html")]
struct ListPage {
    frame: Frame,
    list: StaffList,
    filter: Filter,
    keeper: bool,
}

impl ListPage {
    fn shown(&self) -> impl Iterator<Item = &CardView> {
        let wanted = self.filter.standing.as_str();
        self.list
            .cards
            .iter()
            .filter(move |card| wanted.is_empty() || card.standing == wanted)
    }

    fn tone(card: &CardView) -> &'static str {
        match card.standing.as_str() {
            "valid" => "good",
            "ending" | "not_yet" => "warn",
            _ => "bad",
        }
    }
}

/// `GET /staff`
async fn list(State(app): State<App>, visitor: Visitor, Query(filter): Query<Filter>) -> Response {
    let year = filter.year.trim().parse().ok();
    match app.office.perform(ListStaff { year }, &visitor.caller).await {
        Ok(list) => render(&ListPage {
            frame: visitor.frame(&app),
            list,
            filter,
            keeper: visitor.caller.has(Role::Administrator),
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// `GET /staff.xlsx`
async fn workbook(State(app): State<App>, visitor: Visitor, Query(filter): Query<Filter>) -> Response {
    let year = filter.year.trim().parse().ok();
    match register_workbook(&app.office, &visitor.caller, year).await {
        Ok((name, bytes)) => file_response(name, XLSX, bytes),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// `GET /staff-template.xlsx`
async fn template(State(app): State<App>, visitor: Visitor) -> Response {
    let made = visitor
        .caller
        .may(&policy::STAFF_CHECK)
        .and_then(|()| staff_template(visitor.caller.language));
    match made {
        Ok((name, bytes)) => file_response(name, XLSX, bytes),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "staff/card.html")]
struct CardPage {
    frame: Frame,
    card: Option<CardView>,
    keeper: bool,
    year: i16,
}

impl CardPage {
    fn kinds() -> &'static [StaffKind] {
        StaffKind::ALL
    }

    fn is(&self, kind: &str) -> bool {
        self.card.as_ref().is_some_and(|card| card.kind.name() == kind)
    }

    fn value(&self, field: &str) -> String {
        let Some(card) = &self.card else { return String::new() };
        match field {
            "name" => card.name.clone(),
            "login" => card.login.clone(),
            "number" => card.number.clone(),
            "occupations" => card.occupations.join("；"),
            "levels" => card.levels.iter().map(u8::to_string).collect::<Vec<_>>().join("，"),
            "valid_from" => card.valid_from.clone(),
            "valid_through" => card.valid_through.clone(),
            "employer" => card.employer.clone(),
            _ => card.training_body.clone(),
        }
    }

    fn state(&self) -> &str {
        match self.card.as_ref().map(|card| card.standing.as_str()) {
            Some(state @ ("suspended" | "withdrawn")) => state,
            _ => "active",
        }
    }
}

/// `GET /staff/new`
async fn new(State(app): State<App>, visitor: Visitor) -> Response {
    if let Err(refusal) = visitor.caller.may(&policy::STAFF_SAVE) {
        return respond(&app, &visitor, refusal, false);
    }
    render(&CardPage {
        frame: visitor.frame(&app),
        card: None,
        keeper: true,
        year: 0,
    })
}

/// `GET /staff/{card}`
async fn card(State(app): State<App>, visitor: Visitor, Path(card): Path<CardId>) -> Response {
    match app.office.perform(ListStaff::default(), &visitor.caller).await {
        Ok(StaffList { year, cards, .. }) => match cards.into_iter().find(|one| one.card == card) {
            Some(card) => render(&CardPage {
                frame: visitor.frame(&app),
                card: Some(card),
                keeper: visitor.caller.has(Role::Administrator),
                year,
            }),
            None => respond(&app, &visitor, Refusal::NotFound, false),
        },
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "staff/import.html")]
struct ImportPage {
    frame: Frame,
}

/// `GET /staff/import`
async fn import(State(app): State<App>, visitor: Visitor) -> Response {
    if let Err(refusal) = visitor.caller.may(&policy::STAFF_IMPORT) {
        return respond(&app, &visitor, refusal, false);
    }
    render(&ImportPage {
        frame: visitor.frame(&app),
    })
}

#[derive(Template)]
#[template(path = "staff/group.html")]
struct GroupPage {
    frame: Frame,
    shown: GroupView,
    officer: bool,
    decides: bool,
}

impl GroupPage {
    fn says(&self, one: &ObjectionView) -> String {
        let fact = match one.rule.name() {
            "duty" => self.frame.join("office-duty-", &one.fact),
            _ => one.fact.clone(),
        };
        self.frame.say(&format!("rule-{}", one.rule), "fact", fact)
    }
}

/// `GET /sessions/{session}/group`
async fn group(State(app): State<App>, visitor: Visitor, Path(session): Path<SessionId>) -> Response {
    match app.office.perform(ShowGroup { session }, &visitor.caller).await {
        Ok(shown) => render(&GroupPage {
            frame: visitor.frame(&app),
            shown,
            officer: visitor.caller.has(Role::ExamOfficer),
            decides: visitor.caller.may(&policy::OVERRIDE_DECIDE).is_ok(),
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
