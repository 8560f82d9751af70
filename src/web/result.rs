//! Pages of results: settling, approval, publicity.

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
use super::routes::{Route, act, view};
use super::{App, Frame};
use crate::kernel::BatchId;
use crate::office::result::{
    ApproveResults, ExportBundle, ExportResults, ListNotices, ListResults, Notice, NoticePage, PublishResults,
    RecomputeResults, RecomputedResults, ResultList, SettleResults, ShowNotice,
};
use crate::office::{Refusal, policy};

/// The routes of this audience.
pub(super) fn routes() -> Vec<Route> {
    [
        view("/batches/{batch}/results", policy::RESULT_LIST, get(results)),
        view("/batches/{batch}/results.xlsx", policy::RESULT_EXPORT, get(export)),
        view("/batches/{batch}/recompute", policy::RESULT_RECOMPUTE, get(again)),
        act::<RecomputeResults>(),
        act::<ExportBundle>(),
        view("/notices", policy::NOTICE_LIST, get(notices)),
        view("/notices/{batch}", policy::NOTICE_SHOW, get(notice)),
        act::<ListResults>(),
        act::<ExportResults>(),
        act::<SettleResults>(),
        act::<ApproveResults>(),
        act::<PublishResults>(),
        act::<ListNotices>(),
        act::<ShowNotice>(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What somebody looks for in a list.
#[derive(Debug, Deserialize)]
struct Filter {
    #[serde(default)]
    only: String,
    #[serde(default)]
    q: String,
}

/// The batch in a path; anything else is not found.
pub(super) fn batch(path: &str) -> Result<BatchId, Refusal> {
    path.parse().map_err(|_| Refusal::NotFound)
}

#[derive(Template)]
#[template(path = "result/list.html")]
struct ResultPage {
    frame: Frame,
    list: ResultList,
    only: String,
    q: String,
}

async fn results(
    State(app): State<App>,
    visitor: Visitor,
    Path(path): Path<String>,
    Query(filter): Query<Filter>,
) -> Response {
    let Filter { only, q } = filter;
    let list = match batch(&path) {
        Ok(batch) => {
            let (only, q) = (only.clone(), q.clone());
            app.office
                .perform(ListResults { batch, only, q }, &visitor.caller)
                .await
        }
        Err(refusal) => Err(refusal),
    };
    match list {
        Ok(list) => render(&ResultPage {
            frame: visitor.frame(&app),
            list,
            only,
            q,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

async fn export(
    State(app): State<App>,
    visitor: Visitor,
    Path(path): Path<String>,
    Query(Filter { only, q }): Query<Filter>,
) -> Response {
    let file = match batch(&path) {
        Ok(batch) => {
            app.office
                .perform(ExportResults { batch, only, q }, &visitor.caller)
                .await
        }
        Err(refusal) => Err(refusal),
    };
    show(&app, &visitor, file)
}

#[derive(Template)]
#[template(path = "result/recompute.html")]
struct RecomputePage {
    frame: Frame,
    again: RecomputedResults,
}

/// `GET /batches/{batch}/recompute`: the scores reckoned again.
async fn again(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let again = match batch(&path) {
        Ok(batch) => app.office.perform(RecomputeResults { batch }, &visitor.caller).await,
        Err(refusal) => Err(refusal),
    };
    match again {
        Ok(again) => render(&RecomputePage {
            frame: visitor.frame(&app),
            again,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "result/notices.html")]
struct NoticesPage {
    frame: Frame,
    notices: Vec<Notice>,
}

async fn notices(State(app): State<App>, visitor: Visitor) -> Response {
    match app.office.perform(ListNotices {}, &visitor.caller).await {
        Ok(notices) => render(&NoticesPage {
            frame: visitor.frame(&app),
            notices,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}

#[derive(Template)]
#[template(path = "result/notice.html")]
struct OneNoticePage {
    frame: Frame,
    page: NoticePage,
}

async fn notice(State(app): State<App>, visitor: Visitor, Path(path): Path<String>) -> Response {
    let page = match batch(&path) {
        Ok(batch) => app.office.perform(ShowNotice { batch }, &visitor.caller).await,
        Err(refusal) => Err(refusal),
    };
    match page {
        Ok(page) => render(&OneNoticePage {
            frame: visitor.frame(&app),
            page,
        }),
        Err(refusal) => respond(&app, &visitor, refusal, false),
    }
}
