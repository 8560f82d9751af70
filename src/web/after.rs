//! Pages of what follows the scores: objections, corrections, and every version of results.

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;

use super::caller::Visitor;
use super::download::show;
use super::path::Path;
use super::public::render;
use super::refusal::respond;
use super::result::batch;
use super::routes::{Route, act, view};
use super::{App, Frame};
use crate::identity::Role;
use crate::office::objection::{
    DecideObjection, FileObjection, ListObjections, ObjectionEvidence, ObjectionList, RecheckObjection,
};
use crate::office::regrade::{
    ListRegrades, ListVersions, ProposeRegrade, RegradeList, RegradeState, VersionList, VoteRegrade,
};
use crate::office::{Act, Refusal, policy};
use crate::result::scoring::Right;

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/batches/{batch}/objections", policy::OBJECTION_LIST, get(objections)),
        view(
            "/objections/{objection}/evidence",
            policy::OBJECTION_EVIDENCE,
            get(evidence),
        ),
        view("/batches/{batch}/regrades", policy::REGRADE_LIST, get(regrades)),
        view("/batches/{batch}/versions", policy::RESULT_VERSIONS, get(versions)),
        act::<FileObjection>(),
        act::<ListObjections>(),
        act::<ObjectionEvidence>(),
        act::<RecheckObjection>(),
        act::<DecideObjection>(),
        act::<ProposeRegrade>(),
        act::<ListRegrades>(),
        act::<VoteRegrade>(),
        act::<ListVersions>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Performs a read act and shows its page, or why not.
async fn page<A: Act, T: Template>(
    app: &App,
    visitor: &Visitor,
    act: Result<A, Refusal>,
    page: impl FnOnce(Frame, A::Outcome) -> T,
) -> Response {
    let outcome = match act {
        Ok(act) => app.office.perform(act, &visitor.caller).await,
        Err(refusal) => Err(refusal),
    };
    match outcome {
        Ok(outcome) => render(&page(visitor.frame(app), outcome)),
        Err(refusal) => respond(app, visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "result/objections.html")]
struct ObjectionsPage {
    frame: Frame,
    list: ObjectionList,
}

/// An exact score as people write it: a whole number without its denominator.
fn plain(exact: &str) -> &str {
    exact.strip_suffix("/1").unwrap_or(exact)
}

/// `GET /batches/{batch}/objections`.
async fn objections(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let act = batch(&path).map(|batch| ListObjections { batch });
    page(&app, &visitor, act, |frame, list| ObjectionsPage { frame, list }).await
}

/// `GET /objections/{objection}/evidence`: the file.
async fn evidence(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let file = match path.parse() {
        Ok(objection) => {
            app.office
                .perform(ObjectionEvidence { objection }, &visitor.caller)
                .await
        }
        Err(_) => Err(Refusal::NotFound),
    };
    show(&app, &visitor, file)
}

#[derive(Template)]
#[template(path = "result/regrades.html")]
struct RegradesPage {
    frame: Frame,
    list: RegradeList,
}

/// `GET /batches/{batch}/regrades`.
async fn regrades(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let act = batch(&path).map(|batch| ListRegrades { batch });
    page(&app, &visitor, act, |frame, list| RegradesPage { frame, list }).await
}

/// What counts as right, for people: several keys one beside the other.
fn keys(right: &Right) -> Option<String> {
    match right {
        Right::Everybody => None,
        Right::Any(keys) => Some(keys.iter().map(|key| key.join(" + ")).collect::<Vec<_>>().join(" / ")),
    }
}

#[derive(Template)]
#[template(path = "result/versions.html")]
struct VersionsPage {
    frame: Frame,
    list: VersionList,
}

/// Which version somebody looks at.
#[derive(Debug, Deserialize)]
struct Wanted {
    version: Option<i64>,
}

/// `GET /batches/{batch}/versions`.
async fn versions(
    State(app): State<App>,
    visitor: Visitor,
    Path(path): Path<String>,
    Query(Wanted { version }): Query<Wanted>,
) -> Response {
    let act = batch(&path).map(|batch| ListVersions { batch, version });
    page(&app, &visitor, act, |frame, list| VersionsPage { frame, list }).await
}
