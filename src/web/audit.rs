//! The auditor's page: every recorded event.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;

use super::caller::Visitor;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, view};
use super::session::file;
use super::{App, Frame};
use crate::office::audit::{EventPage, ListEvents, events_workbook};
use crate::office::policy;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/events", policy::EVENT_LIST, get(events)),
        view("/events.xlsx", policy::EVENT_LIST, get(workbook)),
        act::<ListEvents>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[derive(Template)]
#[template(path = "office/events.html")]
struct EventsPage {
    frame: Frame,
    search: ListEvents,
    page: EventPage,
    /// The filters, for the next page and the workbook.
    query: String,
    acts: Vec<&'static str>,
}

/// `GET /events?actor=…&act=…&subject=…&batch=…&from=…&to=…`
async fn events(State(app): State<App>, visitor: Visitor, Query(search): Query<ListEvents>) -> Response {
    match app.office.perform(search.clone(), &visitor.caller).await {
        Ok(page) => render(&EventsPage {
            frame: visitor.frame(&app),
            query: query(&search),
            search,
            page,
            acts: policy::ALL
                .iter()
                .filter(|policy| policy.kind == crate::office::Kind::Write)
                .map(|policy| policy.name)
                .collect(),
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// The filters as part of an address, without the page.
fn query(search: &ListEvents) -> String {
    let filters = [
        ("actor", &search.actor),
        ("act", &search.act),
        ("subject", &search.subject),
        ("batch", &search.batch),
        ("from", &search.from),
        ("to", &search.to),
    ];
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(filters.iter().filter(|(_, value)| !value.is_empty()))
        .finish()
}

/// `GET /events.xlsx`, with the same filters.
async fn workbook(State(app): State<App>, visitor: Visitor, Query(search): Query<ListEvents>) -> Response {
    match events_workbook(&app.office, &visitor.caller, &search).await {
        Ok(download) => file(&download),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
