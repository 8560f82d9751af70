//! Reading the input of an act: path, query, form, upload or JSON, all into the same struct.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http_body_util::BodyExt as _;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::certificate::PhotoError;
use crate::office::{Broken, Policy, Refusal, policy};

/// Fields of a form or query, in order.
pub(super) type Fields = Vec<(String, String)>;

const ORDINARY_BODY: usize = 256 * 1024;

/// How large the body of an act may be, in bytes.
fn body_limit(policy: &Policy) -> usize {
    const MIB: usize = 1024 * 1024;
    match policy.name {
        name if name == policy::PHOTO_PUT.name => 14 * MIB,
        name if name == policy::ROLL_CHECK.name || name == policy::ROLL_IMPORT.name => 14 * MIB,
        name if name == policy::BANK_LOAD.name => 30 * MIB,
        name if name == policy::VERIFY_FILE.name => 8 * MIB,
        _ => ORDINARY_BODY,
    }
}

/// The body of a request as it came: JSON, or fields.
pub(super) enum Sent {
    /// A JSON object.
    Json(Map<String, Value>),
    /// Form fields; files stand as base64, with `<field>_name` beside them.
    Fields(Fields),
}

/// Reads a body.
pub(super) async fn read_body(request: Request, asked: &Policy) -> Result<Sent, Refusal> {
    let photo = *asked == policy::PHOTO_PUT;
    read_limited(request, body_limit(asked))
        .await
        .map_err(|refusal| match refusal {
            // The limits of photos say more to people than the limit of a body.
            Refusal::Rule(broken) if photo && broken.code == "body-too-large" => {
                Broken::from(PhotoError::TooLarge).at("photo").into()
            }
            other => other,
        })
}

async fn read_limited(request: Request, limit: usize) -> Result<Sent, Refusal> {
    let kind = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if kind.starts_with("multipart/form-data") {
        return read_multipart(request, limit).await;
    }
    let json = kind.starts_with("application/json");
    let bytes = limited(request.into_body(), limit).await?;
    if json {
        let value = if bytes.is_empty() {
            Ok(Map::new())
        } else {
            serde_json::from_slice(&bytes)
        };
        return value.map(Sent::Json).map_err(|error| unreadable("", &error));
    }
    serde_urlencoded::from_bytes(&bytes)
        .map(Sent::Fields)
        .map_err(|error| unreadable("", &error))
}

/// Reads a body up to the limit. What is beyond it is still taken in and thrown away, up to a point: a browser that is
/// cut off while it sends never shows the answer.
async fn limited(mut body: Body, limit: usize) -> Result<Bytes, Refusal> {
    let (mut kept, mut total) = (Vec::new(), 0_usize);
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| unreadable("", &error))?;
        let Ok(data) = frame.into_data() else { continue };
        total = total.saturating_add(data.len());
        if total <= limit {
            kept.extend_from_slice(&data);
        } else {
            kept = Vec::new();
        }
        if total > THROWN_AWAY {
            break;
        }
    }
    if total > limit {
        Err(too_large(limit))
    } else {
        Ok(kept.into())
    }
}

/// How much of a body that is too large is still taken in.
const THROWN_AWAY: usize = 100 * 1024 * 1024;

fn too_large(limit: usize) -> Refusal {
    Broken::new("body-too-large").with("limit", limit / 1024).into()
}

async fn read_multipart(request: Request, limit: usize) -> Result<Sent, Refusal> {
    // The stream is cut at the limit, so that an endless upload ends there.
    let (parts, body) = request.into_parts();
    let bytes = limited(body, limit).await?;
    let request = Request::from_parts(parts, Body::from(bytes));
    let mut form = Multipart::from_request(request, &())
        .await
        .map_err(|error| unreadable("", &error))?;
    let mut fields = Fields::new();
    while let Some(field) = form.next_field().await.map_err(|error| unreadable("", &error))? {
        let name = field.name().unwrap_or_default().to_owned();
        let file_name = field.file_name().map(str::to_owned);
        let bytes = field.bytes().await.map_err(|error| unreadable(&name, &error))?;
        match file_name {
            Some(file_name) => {
                fields.push((format!("{name}_name"), file_name));
                fields.push((name, BASE64.encode(bytes)));
            }
            None => fields.push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    Ok(Sent::Fields(fields))
}

/// Makes the act of fields; a field that occurs several times becomes one with commas.
pub(super) fn from_fields<A: DeserializeOwned>(fields: Fields) -> Result<A, Refusal> {
    let mut merged = Fields::new();
    for (name, value) in fields {
        match merged.iter_mut().find(|(other, _)| *other == name) {
            Some((_, values)) => {
                values.push(',');
                values.push_str(&value);
            }
            None => merged.push((name, value)),
        }
    }
    let encoded = serde_urlencoded::to_string(&merged).map_err(|error| unreadable("", &error))?;
    let reader = serde_urlencoded::Deserializer::new(url_pairs(encoded.as_bytes()));
    serde_path_to_error::deserialize(reader).map_err(|error| unreadable(&error.path().to_string(), error.inner()))
}

fn url_pairs(encoded: &[u8]) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(encoded)
}

/// Makes the act of a JSON object.
pub(super) fn from_json<A: DeserializeOwned>(object: Map<String, Value>) -> Result<A, Refusal> {
    serde_path_to_error::deserialize(Value::Object(object))
        .map_err(|error| unreadable(&error.path().to_string(), error.inner()))
}

fn unreadable(field: &str, cause: &dyn std::fmt::Display) -> Refusal {
    let field = if field == "." || field == "?" { "" } else { field };
    Broken::new("input-unreadable")
        .with("cause", cause.to_string())
        .at(field)
        .into()
}
