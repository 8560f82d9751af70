//! Performing acts over HTTP: `/do/…` for forms, `/api/v1/…` for programs. One handler each, for all acts.

use std::pin::Pin;

use axum::Json;
use axum::extract::{RawPathParams, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::Value;

use super::App;
use super::caller::{CANDIDATE_COOKIE, STAFF_COOKIE, TERMINAL_COOKIE, Visitor, wants_json};
use super::input::{Fields, Sent, read, read_body};
use super::refusal::respond;
use crate::office::{Act, Broken, Caller, Kind, Office, Policy, Refusal, policy};

/// An act with its types forgotten, so that one pair of handlers performs all of them.
#[derive(Clone, Copy)]
pub(super) struct Door {
    policy: Policy,
    perform: for<'a> fn(&'a Office, &'a Caller, Sent) -> Answer<'a>,
}

/// The outcome of an act as JSON, in the making.
type Answer<'a> = Pin<Box<dyn Future<Output = Result<Vec<u8>, Refusal>> + Send + 'a>>;

impl Door {
    /// The door to an act.
    pub(super) fn to<A: Act>() -> Self {
        Self {
            policy: A::POLICY,
            perform: |office, caller, sent| {
                Box::pin(async move {
                    let outcome = office.perform(read::<A>(sent)?, caller).await?;
                    serde_json::to_vec(&outcome).map_err(|error| Refusal::Fault(error.to_string()))
                })
            },
        }
    }

    /// Its handler in the API.
    pub(super) fn api(self) -> MethodRouter<App> {
        let handler = move |State(app): State<App>, visitor: Visitor, path: RawPathParams, request: Request| async move {
            match self.perform_api(&app, &visitor, &path, request).await {
                Ok(outcome) => ([(header::CONTENT_TYPE, "application/json")], outcome).into_response(),
                Err(refusal) => respond(&app, &visitor, refusal, true),
            }
        };
        if self.policy.kind == Kind::Read {
            get(handler)
        } else {
            post(handler)
        }
    }

    /// Its handler for forms.
    pub(super) fn form(self) -> MethodRouter<App> {
        post(
            move |State(app): State<App>, visitor: Visitor, path: RawPathParams, request: Request| async move {
                let json = wants_json(request.headers(), "");
                match self.perform_form(&app, &visitor, &path, request).await {
                    Ok((outcome, next)) => answer(&app, &self.policy, &outcome, next.as_deref(), json),
                    Err(refusal) => respond(&app, &visitor, refusal, json),
                }
            },
        )
    }

    /// Input from path and query or JSON, outcome as JSON.
    async fn perform_api(
        self,
        app: &App,
        visitor: &Visitor,
        path: &RawPathParams,
        request: Request,
    ) -> Result<Vec<u8>, Refusal> {
        // Who may not, learns nothing about the input either.
        visitor.caller.may(&self.policy)?;
        if self.policy.kind == Kind::Read {
            let query = request.uri().query().unwrap_or_default().as_bytes();
            let mut fields: Fields = serde_urlencoded::from_bytes(query).unwrap_or_default();
            fields.retain(|(name, _)| name != "lang");
            let sent = Sent::Fields(with_path(path, fields));
            app.office
                .limits
                .count(&self.policy, &visitor.caller.address, app.office.now())?;
            return (self.perform)(&app.office, &visitor.caller, sent).await;
        }
        let csrf = request
            .headers()
            .get("x-csrf-token")
            .and_then(|value| value.to_str().ok());
        visitor.check_origin(request.headers(), csrf)?;
        app.office
            .limits
            .count(&self.policy, &visitor.caller.address, app.office.now())?;
        let sent = match read_body(request, &self.policy).await? {
            Sent::Json(mut object) => {
                object.extend(path.iter().map(|(name, value)| (name.to_owned(), Value::from(value))));
                Sent::Json(object)
            }
            Sent::Fields(fields) => Sent::Fields(with_path(path, fields)),
        };
        (self.perform)(&app.office, &visitor.caller, sent).await
    }

    /// Input from path and fields; the answer is a redirect, a download, or a page that says what is wrong.
    async fn perform_form(
        self,
        app: &App,
        visitor: &Visitor,
        path: &RawPathParams,
        request: Request,
    ) -> Result<(Value, Option<String>), Refusal> {
        visitor.caller.may(&self.policy)?;
        app.office
            .limits
            .count(&self.policy, &visitor.caller.address, app.office.now())?;
        let headers = request.headers().clone();
        let Sent::Fields(mut fields) = read_body(request, &self.policy).await? else {
            return Err(Broken::new("input-unreadable").with("cause", "JSON").into());
        };
        let csrf = take(&mut fields, "_csrf");
        let next = take(&mut fields, "_next").filter(|next| is_local(next));
        visitor.check_origin(&headers, csrf.as_deref())?;
        let sent = Sent::Fields(with_path(path, fields));
        let outcome = (self.perform)(&app.office, &visitor.caller, sent).await?;
        let outcome = serde_json::from_slice(&outcome).map_err(|error| Refusal::Fault(error.to_string()))?;
        Ok((outcome, next))
    }
}

fn with_path(path: &RawPathParams, mut fields: Fields) -> Fields {
    for (name, value) in path {
        fields.retain(|(field, _)| field != name);
        fields.push((name.to_owned(), value.to_owned()));
    }
    fields
}

fn take(fields: &mut Fields, name: &str) -> Option<String> {
    let at = fields.iter().position(|(field, _)| field == name)?;
    Some(fields.remove(at).1)
}

/// Whether this is a path of ours, and not an address of somebody else's.
pub(super) fn is_local(next: &str) -> bool {
    next.starts_with('/') && !next.starts_with("//") && !next.contains('\\') && !next.chars().any(char::is_control)
}

fn answer(app: &App, policy: &Policy, outcome: &Value, next: Option<&str>, json: bool) -> Response {
    if let Some(response) = download(outcome) {
        return response;
    }
    let mut headers = HeaderMap::new();
    let signs_in = [
        policy::SIGN_IN,
        policy::SET_UP,
        policy::PASSWORD_SET,
        policy::TERMINAL_SIGN_IN,
        policy::TERMINAL_BIND,
    ]
    .contains(policy);
    if signs_in && let Some(token) = outcome.get("token").and_then(Value::as_str) {
        let (name, seconds) = match *policy {
            policy::TERMINAL_SIGN_IN => (CANDIDATE_COOKIE, COOKIE_SECONDS),
            policy::TERMINAL_BIND => (TERMINAL_COOKIE, A_YEAR),
            _ => (STAFF_COOKIE, COOKIE_SECONDS),
        };
        set_cookie(&mut headers, app, name, token, seconds);
    }
    if *policy == policy::SIGN_OUT {
        set_cookie(&mut headers, app, STAFF_COOKIE, "", 0);
    }
    let own = outcome.get("next").and_then(Value::as_str);
    let target = next.or(own).map_or_else(|| "/".to_owned(), |next| fill(next, outcome));
    if json {
        let shown = if signs_in { Value::Null } else { outcome.clone() };
        return (headers, Json(serde_json::json!({ "next": target, "outcome": shown }))).into_response();
    }
    (headers, Redirect::to(&target)).into_response()
}

/// For what belongs to a machine and not to a person.
pub(super) const A_YEAR: i64 = 365 * 24 * 3600;
const COOKIE_SECONDS: i64 = 12 * 3600;

/// Adds a cookie that scripts cannot read and other sites cannot send.
pub(super) fn set_cookie(headers: &mut HeaderMap, app: &App, name: &str, value: &str, seconds: i64) {
    let secure = if app.secure() { "; Secure" } else { "" };
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// Fills `{field}` in the address to go to with fields of the outcome.
fn fill(next: &str, outcome: &Value) -> String {
    let mut filled = next.to_owned();
    if let Value::Object(fields) = outcome {
        for (name, value) in fields {
            if let Value::String(text) = value {
                filled = filled.replace(&format!("{{{name}}}"), text);
            }
        }
    }
    filled
}

fn download(outcome: &Value) -> Option<Response> {
    let file = outcome
        .get("download")
        .or(Some(outcome))
        .filter(|file| file.get("media_type").is_some())?;
    let bytes = BASE64.decode(file.get("content")?.as_str()?).ok()?;
    Some(file_response(
        file.get("file_name")?.as_str()?,
        file.get("media_type")?.as_str()?,
        bytes,
    ))
}

/// A file to keep.
pub(super) fn file_response(name: &str, media_type: &str, bytes: Vec<u8>) -> Response {
    let encoded: String = form_urlencoded::byte_serialize(name.as_bytes()).collect();
    let disposition = format!("attachment; filename*=UTF-8''{}", encoded.replace('+', "%20"));
    let headers = [
        (header::CONTENT_TYPE, media_type.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_never_sends_people_elsewhere() {
        for next in ["/plans", "/a?b=c"] {
            assert!(is_local(next), "{next}");
        }
        for next in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "javascript:alert(1)",
            "/a\r\nb",
        ] {
            assert!(!is_local(next), "{next}");
        }
    }

    #[test]
    fn the_way_on_is_filled_from_the_outcome() {
        let outcome = serde_json::json!({ "plan": "pln_1", "n": 3 });
        assert_eq!(fill("/plans/{plan}#{n}", &outcome), "/plans/pln_1#{n}");
    }

    #[test]
    fn terminals_have_a_cookie_of_their_own() {
        use crate::web::caller::for_candidates;
        assert!(for_candidates("/exam/paper") && !for_candidates("/work"));
        assert!(for_candidates("/exam?lang=en") && !for_candidates("/examiner"));
    }
}
