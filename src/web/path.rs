//! Parameters of a path: what does not parse names nothing that exists, and is told so on a page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use serde::de::DeserializeOwned;

use super::App;
use super::caller::{Visitor, wants_json};
use super::refusal::respond;
use crate::office::Refusal;

/// The parameters of the path, parsed.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<App> for Path<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        #[expect(clippy::disallowed_types, reason = "this is the one place that wraps it")]
        if let Ok(axum::extract::Path(value)) = axum::extract::Path::<T>::from_request_parts(parts, app).await {
            return Ok(Self(value));
        }
        let json = wants_json(&parts.headers, parts.uri.path());
        let visitor = Visitor::from_request_parts(parts, app).await?;
        Err(respond(app, &visitor, Refusal::NotFound, json))
    }
}
