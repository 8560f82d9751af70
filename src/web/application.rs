//! Pages of applications: the list, one candidate, the import of a roll.

#[cfg(test)]
mod tests;
mod words;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::caller::Visitor;
use super::forms::file_response;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::routes::{Route, act, page, view};
use super::{App, Frame};
use crate::enrolment::{Education, Source};
use crate::identity::Role;
use crate::kernel::{ApplicationId, BatchId};
use crate::office::application::{
    self, ApplicationList, ApplicationView, BatchView, ListApplications, ListedApplication, Phase, ShowApplication,
};
use crate::office::input::XLSX;
use crate::office::{Refusal, Who, policy};
use crate::spreadsheet;
use words::{education, lacks, source, tone, verdict, word, years};

/// Those who register.
const CLERKS: Who = Who::Roles(&[Role::Clerk]);

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/batches/{batch}/applications", policy::APPLICATION_LIST, get(list)),
        view(
            "/batches/{batch}/applications.xlsx",
            policy::APPLICATION_LIST,
            get(workbook),
        ),
        page("/batches/{batch}/applications/new", CLERKS, get(new)),
        page("/batches/{batch}/applications/import", CLERKS, get(import)),
        page("/roll-template.xlsx", CLERKS, get(roll_template)),
        view("/applications/{application}", policy::APPLICATION_SHOW, get(show)),
        view(
            "/applications/{application}/photo",
            policy::APPLICATION_SHOW,
            get(photo),
        ),
        act::<ListApplications>(),
        act::<ShowApplication>(),
        act::<application::RevealApplication>(),
        act::<application::RegisterApplication>(),
        act::<application::DecideApplications>(),
        act::<application::WithdrawApplication>(),
        act::<application::PutPhoto>(),
        act::<application::CheckRoll>(),
        act::<application::ImportRoll>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The filter of the list, as it stands in the address.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Filter {
    #[serde(default)]
    state: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    photo: String,
    #[serde(default)]
    page: String,
}

impl Filter {
    fn of(&self, batch: BatchId, page: Option<u16>) -> ListApplications {
        let phases = [Phase::Registered, Phase::Approved, Phase::Rejected, Phase::Withdrawn];
        ListApplications {
            batch,
            state: phases.into_iter().find(|phase| phase.name() == self.state),
            text: self.text.clone(),
            photo: self.photo.clone(),
            page,
        }
    }

    fn page(&self) -> u16 {
        self.page.parse().unwrap_or(1).max(1)
    }

    /// The filter without its page, as a query.
    fn query(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .append_pair("state", &self.state)
            .append_pair("text", &self.text)
            .append_pair("photo", &self.photo)
            .finish()
    }

    fn any(&self) -> bool {
        !(self.state.is_empty() && self.text.is_empty() && self.photo.is_empty())
    }
}

#[derive(Template)]
#[template(path = "enrolment/list.html")]
struct ListPage {
    frame: Frame,
    list: ApplicationList,
    filter: Filter,
    registrar: bool,
    approver: bool,
}

impl ListPage {
    fn states(&self) -> [(&'static str, usize); 4] {
        let counts = &self.list.counts;
        [
            (Phase::Registered.name(), counts.registered),
            (Phase::Approved.name(), counts.approved),
            (Phase::Rejected.name(), counts.rejected),
            (Phase::Withdrawn.name(), counts.withdrawn),
        ]
    }

    fn education(&self, one: &ListedApplication) -> String {
        education(&self.frame, one)
    }

    fn verdict(&self, one: &ListedApplication) -> String {
        verdict(&self.frame, &one.verdict)
    }

    /// The pages, and whether each is the one shown.
    fn page_numbers(&self) -> Vec<(usize, bool)> {
        let shown = usize::from(self.filter.page());
        (1..=self.list.pages).map(|number| (number, number == shown)).collect()
    }
}

/// `GET /batches/{batch}/applications`
async fn list(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<BatchId>,
    Query(filter): Query<Filter>,
) -> Response {
    let act = filter.of(batch, Some(filter.page()));
    match app.office.perform(act, &visitor.caller).await {
        Ok(list) => render(&ListPage {
            frame: visitor.frame(&app),
            registrar: visitor.caller.has(Role::Clerk),
            approver: visitor.caller.has(Role::EligibilityApprover) && list.batch.deciding,
            list,
            filter,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// `GET /batches/{batch}/applications.xlsx`: the same list, with the same filter, whole.
async fn workbook(
    State(app): State<App>,
    visitor: Visitor,
    Path(batch): Path<BatchId>,
    Query(filter): Query<Filter>,
) -> Response {
    let frame = visitor.frame(&app);
    let list = match app.office.perform(filter.of(batch, None), &visitor.caller).await {
        Ok(list) => list,
        Err(refusal) => return respond(&app, &visitor, refusal, false),
    };
    let headers: Vec<String> = EXPORTED.iter().map(|key| frame.t(key)).collect();
    let headers: Vec<&str> = headers.iter().map(String::as_str).collect();
    let rows: Vec<Vec<String>> = list.applications.iter().map(|one| exported(&frame, one)).collect();
    match spreadsheet::write(&frame.t("applications-title"), &headers, &rows) {
        Ok(bytes) => {
            let name = format!("{}-{}.xlsx", list.batch.plan_number, frame.t("applications-title"));
            file_response(&name, XLSX, bytes)
        }
        Err(error) => respond(&app, &visitor, Refusal::Fault(error.to_string()), false),
    }
}

/// The columns of the exported list.
const EXPORTED: &[&str] = &[
    "person-name",
    "application-citizen-id",
    "application-sex",
    "application-birth-date",
    "application-employer",
    "application-source",
    "application-education",
    "application-trade-years",
    "application-exam-kind",
    "application-conditions",
    "state",
    "reason",
    "application-registered-at",
    "application-photo",
    "application-ticket",
];

fn exported(frame: &Frame, one: &ListedApplication) -> Vec<String> {
    vec![
        one.name.clone(),
        one.citizen_id.clone(),
        frame.join("sex-", word(one.sex)),
        one.birth_date.clone(),
        one.employer.clone(),
        source(frame, one),
        education(frame, one),
        years(one),
        frame.join("exam-kind-", &one.exam_kind),
        verdict(frame, &one.verdict),
        frame.join("application-state-", &one.state),
        one.reason.clone(),
        frame.minute(&one.registered_at),
        frame.t(if one.photo { "yes" } else { "no" }),
        one.ticket_number.clone().unwrap_or_default(),
    ]
}

#[derive(Template)]
#[template(path = "enrolment/new.html")]
struct NewPage {
    frame: Frame,
    batch: BatchView,
    sources: Vec<String>,
    educations: Vec<String>,
}

/// `GET /batches/{batch}/applications/new`: registers one candidate.
async fn new(State(app): State<App>, visitor: Visitor, Path(batch): Path<BatchId>) -> Response {
    match batch_view(&app, &visitor, batch).await {
        Ok(batch) => render(&NewPage {
            frame: visitor.frame(&app),
            batch,
            sources: Source::WORDS
                .iter()
                .filter_map(|text| Source::read(text))
                .map(word)
                .collect(),
            educations: Education::WORDS
                .iter()
                .filter_map(|text| Education::read(text))
                .map(word)
                .collect(),
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "enrolment/import.html")]
struct ImportPage {
    frame: Frame,
    batch: BatchView,
}

/// `GET /batches/{batch}/applications/import`: tries and imports a candidate list.
async fn import(State(app): State<App>, visitor: Visitor, Path(batch): Path<BatchId>) -> Response {
    match batch_view(&app, &visitor, batch).await {
        Ok(batch) => render(&ImportPage {
            frame: visitor.frame(&app),
            batch,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// The batch, for somebody who registers.
async fn batch_view(app: &App, visitor: &Visitor, batch: BatchId) -> Result<BatchView, Refusal> {
    visitor.caller.may(&policy::APPLICATION_REGISTER)?;
    application::batch(&app.office, batch).await
}

/// `GET /roll-template.xlsx`: an empty list to fill in.
async fn roll_template(State(app): State<App>, visitor: Visitor) -> Response {
    let template = visitor
        .caller
        .may(&policy::ROLL_CHECK)
        .and_then(|()| application::template(visitor.caller.language));
    match template {
        Ok((name, bytes)) => file_response(name, XLSX, bytes),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "enrolment/show.html")]
struct ShowPage {
    frame: Frame,
    batch: BatchView,
    one: ListedApplication,
    id_kind: String,
    phone: Option<String>,
    history: Vec<application::HistoryEntry>,
    registrar: bool,
    approver: bool,
    reveals: bool,
}

impl ShowPage {
    fn tone(&self) -> &'static str {
        tone(&self.one)
    }

    fn sex(&self) -> String {
        self.frame.join("sex-", word(self.one.sex))
    }

    fn source(&self) -> String {
        source(&self.frame, &self.one)
    }

    fn education(&self) -> String {
        education(&self.frame, &self.one)
    }

    fn years(&self) -> String {
        years(&self.one)
    }

    fn held(&self) -> String {
        let claims = &self.one.claims;
        let Some(level) = claims.held_level else {
            return self.frame.t("none");
        };
        let since = claims.held_since.as_deref().unwrap_or_default();
        format!("{} {since}", self.frame.join("level-", level))
    }

    fn verdict(&self) -> String {
        verdict(&self.frame, &self.one.verdict)
    }

    fn lines(&self) -> Vec<(String, String)> {
        let lines = self.one.verdict.missing.iter();
        lines
            .map(|missing| (missing.line.clone(), lacks(&self.frame, &missing.needs)))
            .collect()
    }

    fn act(&self, entry: &application::HistoryEntry) -> String {
        self.frame.join("history-", entry.act.replace('.', "-"))
    }
}

/// `GET /applications/{application}`
async fn show(State(app): State<App>, visitor: Visitor, Path(application): Path<ApplicationId>) -> Response {
    let shown = app
        .office
        .perform(ShowApplication { application }, &visitor.caller)
        .await;
    match shown {
        Ok(ApplicationView {
            batch,
            application: one,
            id_kind,
            phone,
            history,
        }) => {
            let caller = &visitor.caller;
            render(&ShowPage {
                frame: visitor.frame(&app),
                registrar: caller.has(Role::Clerk) && batch.deciding,
                approver: caller.has(Role::EligibilityApprover) && batch.deciding && one.state == "registered",
                reveals: caller.may(&policy::APPLICATION_REVEAL).is_ok(),
                batch,
                one,
                id_kind,
                phone,
                history,
            })
        }
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

/// `GET /applications/{application}/photo`
async fn photo(State(app): State<App>, visitor: Visitor, Path(application): Path<ApplicationId>) -> Response {
    match application::photo(&app.office, &visitor.caller, application).await {
        Ok(jpeg) => ([(header::CONTENT_TYPE, "image/jpeg")], jpeg).into_response(),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
