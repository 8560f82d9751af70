//! Pages for everybody: the door, the language, and whether the program is well.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::caller::{LANGUAGE_COOKIE, Visitor};
use super::forms::{A_YEAR, is_local, set_cookie};
use super::{App, Frame};

/// A page as an answer.
pub(super) fn render(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "template");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    frame: Frame,
}

/// `GET /`: three doors, for the candidate, the employer and the staff.
pub(super) async fn home(State(app): State<App>, visitor: Visitor) -> Response {
    render(&HomePage {
        frame: visitor.frame(&app),
    })
}

#[derive(Debug, Deserialize)]
pub(super) struct LanguageChoice {
    to: String,
    #[serde(default)]
    back: String,
}

/// `GET /language?to=en&back=/…`: remembers the language.
pub(super) async fn language(State(app): State<App>, Query(choice): Query<LanguageChoice>) -> Response {
    let mut headers = HeaderMap::new();
    let tag = if choice.to == "en" { "en" } else { "zh-CN" };
    set_cookie(&mut headers, &app, LANGUAGE_COOKIE, tag, A_YEAR);
    let back = if is_local(&choice.back) {
        choice.back
    } else {
        "/".to_owned()
    };
    (headers, Redirect::to(&back)).into_response()
}

/// `GET /healthz`: the process answers.
pub(super) async fn healthz() -> &'static str {
    "ok"
}

/// `GET /readyz`: the database answers too.
pub(super) async fn readyz(State(app): State<App>) -> Response {
    match app.office.store.read().await {
        Ok(_) => "ready".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}
