//! Who is asking: the sign-in cookie or bearer token, the language, the request id; and that a form was ours.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use subtle::ConstantTimeEq;

use super::{App, Frame};
use crate::kernel::Language;
use crate::office::{Actor, Caller, Refusal, account, room};

/// The caller of a request, with what its forms must carry.
#[derive(Debug, Clone)]
pub(super) struct Visitor {
    /// Who.
    pub(super) caller: Caller,
    /// The token that state-changing requests of this sign-in carry.
    pub(super) csrf: String,
    /// The path and query that was asked for.
    pub(super) path: String,
    /// Signed in by a bearer token, which a browser never sends by itself.
    pub(super) bearer: bool,
}

/// The request's id, put there by the outermost layer.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

/// The caller's network address, put there by the outermost layer.
#[derive(Debug, Clone)]
pub(super) struct Address(pub(super) String);

/// The cookie of staff.
pub(super) const STAFF_COOKIE: &str = "jianding_staff";
/// The cookie of candidates: a terminal's sign-in does not disturb a member of staff at the same machine.
pub(super) const CANDIDATE_COOKIE: &str = "jianding_candidate";
/// The cookie of a machine that is bound to a seat.
pub(super) const TERMINAL_COOKIE: &str = "jianding_terminal";
/// The cookie that remembers the language.
pub(super) const LANGUAGE_COOKIE: &str = "jianding_language";

impl Visitor {
    /// The frame of a page for this visitor.
    pub(super) fn frame(&self, app: &App) -> Frame {
        Frame::new(app, &self.caller, &self.csrf, &self.path)
    }

    /// Refuses a candidate's request from another browser than the session asks for.
    async fn check_browser(&self, app: &App, headers: &HeaderMap) -> Result<(), Refusal> {
        let Actor::Candidate { session, .. } = &self.caller.actor else {
            return Ok(());
        };
        let sent = headers
            .get("x-safeexambrowser-configkeyhash")
            .and_then(|value| value.to_str().ok());
        room::check_browser(&app.office, *session, &self.path, sent).await
    }

    /// Refuses a state-changing request that another site may have sent.
    pub(super) fn check_origin(&self, headers: &HeaderMap, sent: Option<&str>) -> Result<(), Refusal> {
        if self.bearer {
            return Ok(());
        }
        let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
        if matches!(site, Some("cross-site" | "same-site")) {
            return Err(Refusal::Forbidden);
        }
        if self.csrf.is_empty() {
            return Ok(());
        }
        let right = sent.is_some_and(|sent| bool::from(sent.as_bytes().ct_eq(self.csrf.as_bytes())));
        if right {
            Ok(())
        } else {
            Err(crate::office::Broken::new("form-outdated").into())
        }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = axum::response::Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        let request_id = parts
            .extensions
            .get::<RequestId>()
            .map_or_else(String::new, |id| id.0.clone());
        let address = parts
            .extensions
            .get::<Address>()
            .map_or_else(String::new, |address| address.0.clone());
        let mut caller = Caller {
            actor: Actor::Anonymous,
            request_id,
            language: language(parts),
            address,
            terminal: cookie(&parts.headers, TERMINAL_COOKIE).map(|token| app.office.machine(&token)),
        };
        let path = parts.uri.path_and_query().map_or_else(String::new, ToString::to_string);
        let (actor, csrf, bearer) = match recognise(app, parts).await {
            Ok(found) => found,
            Err(refusal) => {
                let visitor = Self {
                    caller,
                    csrf: String::new(),
                    path,
                    bearer: false,
                };
                return Err(super::refusal::respond(
                    app,
                    &visitor,
                    refusal,
                    wants_json(&parts.headers, parts.uri.path()),
                ));
            }
        };
        caller.actor = actor;
        let visitor = Self {
            caller,
            csrf,
            path,
            bearer,
        };
        match visitor.check_browser(app, &parts.headers).await {
            Ok(()) => Ok(visitor),
            Err(refusal) => {
                let json = wants_json(&parts.headers, parts.uri.path());
                Err(super::refusal::respond(app, &visitor, refusal, json))
            }
        }
    }
}

async fn recognise(app: &App, parts: &Parts) -> Result<(Actor, String, bool), Refusal> {
    let authorization = parts
        .headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if let Some(token) = authorization.and_then(|value| value.strip_prefix("Bearer ")) {
        if token.contains('.') {
            return Ok((
                account::recognise_api_token(&app.office, token).await?,
                String::new(),
                true,
            ));
        }
        let (actor, _) = account::recognise(&app.office, token).await?;
        return Ok((actor, String::new(), true));
    }
    let name = if for_candidates(parts.uri.path()) {
        CANDIDATE_COOKIE
    } else {
        STAFF_COOKIE
    };
    let Some(token) = cookie(&parts.headers, name) else {
        return Ok((Actor::Anonymous, String::new(), false));
    };
    let (actor, row) = account::recognise(&app.office, &token).await?;
    Ok((actor, row.map(|row| row.csrf).unwrap_or_default(), false))
}

/// Pages and calls of the terminal use the candidate's cookie.
pub(super) fn for_candidates(path: &str) -> bool {
    ["/exam", "/do/terminal", "/api/v1/terminal"].iter().any(|prefix| {
        // `/examiner` is staff's.
        let rest = path.strip_prefix(prefix);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']))
    })
}

fn language(parts: &Parts) -> Language {
    let query = parts.uri.query().unwrap_or_default();
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("lang="));
    let remembered = cookie(&parts.headers, LANGUAGE_COOKIE);
    match asked.or(remembered.as_deref()) {
        Some("en") => Language::En,
        _ => Language::Zh,
    }
}

/// The value of a cookie.
pub(super) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

/// Whether the answer should be JSON.
pub(super) fn wants_json(headers: &HeaderMap, path: &str) -> bool {
    let accepts = headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    path.starts_with("/api/") || accepts.starts_with("application/json")
}
