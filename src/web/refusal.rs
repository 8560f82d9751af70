//! Refusals as answers: the status, and a page or JSON that says what happened, what was kept and what to do.

use askama::Template;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Serialize;

use super::caller::{Visitor, for_candidates};
use super::{App, Frame};
use crate::office::{Problem, Refusal};

/// A refusal in the caller's language; the JSON of the API.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub(super) struct Told {
    /// The stable code.
    code: &'static str,
    /// What to tell the person.
    message: String,
    /// The problems of the input, field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    problems: Vec<ToldProblem>,
    /// The number of the request, as in the log.
    request: String,
}

#[derive(Debug, Serialize, schemars::JsonSchema)]
struct ToldProblem {
    /// The field of the input; empty for the whole.
    field: String,
    /// The stable code.
    code: &'static str,
    /// What to tell the person.
    message: String,
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct RefusalPage {
    frame: Frame,
    told: Told,
}

impl RefusalPage {
    /// Whether something was asked to be done, so that people must learn what became of it.
    fn kept(&self) -> bool {
        !matches!(self.told.code, "not-found" | "forbidden")
    }

    fn title(&self) -> &'static str {
        match self.told.code {
            "not-found" => "refusal-title-not-found",
            "forbidden" => "refusal-title-forbidden",
            _ => "refusal-title",
        }
    }
}

/// The answer to a refused request.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a refusal ends here: handlers hand it over"
)]
pub(super) fn respond(app: &App, visitor: &Visitor, refusal: Refusal, json: bool) -> Response {
    let frame = visitor.frame(app);
    if matches!(refusal, Refusal::SignInFirst) && !json {
        let next: String = form_urlencoded::byte_serialize(visitor.path.as_bytes()).collect();
        let door = if for_candidates(&visitor.path) {
            "/exam".to_owned()
        } else if visitor.path.starts_with("/do/") {
            // What was sent cannot be looked at afterwards.
            "/sign-in".to_owned()
        } else {
            format!("/sign-in?next={next}")
        };
        return Redirect::to(&door).into_response();
    }
    let request = &visitor.caller.request_id;
    let (status, told) = tell(&frame, &refusal, request);
    if let Refusal::Fault(cause) = &refusal {
        tracing::error!(request, cause, "fault");
    }
    let mut response = if json {
        (status, Json(told)).into_response()
    } else {
        match (RefusalPage { frame, told }).render() {
            Ok(page) => (status, Html(page)).into_response(),
            Err(_) => status.into_response(),
        }
    };
    if let Refusal::Busy { retry_after } = refusal {
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
    }
    response
}

fn tell(frame: &Frame, refusal: &Refusal, request: &str) -> (StatusCode, Told) {
    let plain = |code: &'static str| Told {
        code,
        message: frame.join("refusal-", code),
        problems: Vec::new(),
        request: request.to_owned(),
    };
    match refusal {
        Refusal::SignInFirst => (StatusCode::UNAUTHORIZED, plain("sign-in-first")),
        Refusal::Forbidden => (StatusCode::FORBIDDEN, plain("forbidden")),
        Refusal::NotFound => (StatusCode::NOT_FOUND, plain("not-found")),
        Refusal::Stale => (StatusCode::CONFLICT, plain("stale")),
        Refusal::Busy { .. } => (StatusCode::SERVICE_UNAVAILABLE, plain("busy")),
        Refusal::StorageFull => (StatusCode::INSUFFICIENT_STORAGE, plain("storage-full")),
        Refusal::Fault(_) => (StatusCode::INTERNAL_SERVER_ERROR, plain("fault")),
        Refusal::Rule(broken) => {
            let told = Told {
                message: frame.broken(broken),
                ..plain(broken.code)
            };
            (StatusCode::CONFLICT, told)
        }
        Refusal::Invalid(problems) => {
            let told_problem = |problem: &Problem| ToldProblem {
                field: problem.field.clone(),
                code: problem.broken.code,
                message: frame.broken(&problem.broken),
            };
            let told = Told {
                problems: problems.iter().map(told_problem).collect(),
                ..plain("invalid")
            };
            (StatusCode::UNPROCESSABLE_ENTITY, told)
        }
    }
}
