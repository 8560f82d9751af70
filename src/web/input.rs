//! Reading the input of an act: path, query, form, upload or JSON, all into the same struct.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http_body_util::BodyExt as _;
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
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
        name if name == policy::VERIFY_LIST.name => 2 * MIB,
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

/// Makes the act of what was sent.
pub(super) fn read<A: DeserializeOwned>(sent: Sent) -> Result<A, Refusal> {
    let parts = match sent {
        Sent::Json(object) => object
            .into_iter()
            .map(|(name, value)| (name, Part::Json(value)))
            .collect(),
        Sent::Fields(fields) => merged(fields),
    };
    let reader = MapDeserializer::<_, serde_json::Error>::new(parts.into_iter());
    serde_path_to_error::deserialize(reader).map_err(|error| unreadable(&error.path().to_string(), error.inner()))
}

/// Fields by name; one that occurs several times becomes one with commas.
fn merged(fields: Fields) -> Vec<(String, Part)> {
    let mut parts: Vec<(String, Part)> = Vec::new();
    for (name, value) in fields {
        match parts.iter_mut().find(|(other, _)| *other == name) {
            Some((_, Part::Text(values))) => {
                values.push(',');
                values.push_str(&value);
            }
            _ => parts.push((name, Part::Text(value))),
        }
    }
    parts
}

/// One input of an act, from a form or from JSON. Both are read by the same code, so that every act is compiled for one
/// kind of reader only.
enum Part {
    /// A field's text; numbers are read out of it.
    Text(String),
    /// A member of a JSON object, with its own type.
    Json(Value),
}

impl IntoDeserializer<'_, serde_json::Error> for Part {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// Numbers and truth values: parsed out of a text.
macro_rules! parsed {
    ($($method:ident $visit:ident $kind:ty;)+) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            match self {
                Self::Text(text) => match text.parse::<$kind>() {
                    Ok(value) => visitor.$visit(value),
                    Err(error) => Err(serde::de::Error::custom(error)),
                },
                Self::Json(value) => value.$method(visitor),
            }
        }
    )+};
}

impl<'de> Deserializer<'de> for Part {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Text(text) => visitor.visit_string(text),
            Self::Json(value) => value.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Json(Value::Null) => visitor.visit_none(),
            part => visitor.visit_some(part),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        let value = match self {
            Self::Text(text) => Value::String(text),
            Self::Json(value) => value,
        };
        value.deserialize_enum(name, variants, visitor)
    }

    parsed! {
        deserialize_bool visit_bool bool;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_f32 visit_f32 f32;
        deserialize_f64 visit_f64 f64;
    }

    serde::forward_to_deserialize_any! {
        char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

fn unreadable(field: &str, cause: &dyn std::fmt::Display) -> Refusal {
    let field = if field == "." || field == "?" { "" } else { field };
    Broken::new("input-unreadable")
        .with("cause", cause.to_string())
        .at(field)
        .into()
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;
    use crate::office::List;

    #[derive(Debug, PartialEq, Deserialize)]
    struct Asked {
        name: String,
        number: u16,
        sure: bool,
        #[serde(default)]
        note: Option<String>,
        rooms: List<String>,
        kind: Kind,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    enum Kind {
        Theory,
    }

    fn fields(pairs: &[(&str, &str)]) -> Sent {
        Sent::Fields(pairs.iter().map(|&(name, value)| (name.into(), value.into())).collect())
    }

    #[test]
    fn a_form_and_json_give_the_same_act() {
        let form = fields(&[
            ("name", "王·五"),
            ("number", "7"),
            ("sure", "true"),
            ("rooms", "a"),
            ("rooms", "b"),
            ("kind", "theory"),
        ]);
        let json = json!({
            "name": "王·五", "number": 7, "sure": true, "note": null, "rooms": ["a", "b"], "kind": "theory",
        });
        let Value::Object(json) = json else { panic!("an object") };
        let form: Asked = read(form).unwrap();
        assert_eq!(form, read(Sent::Json(json)).unwrap());
        assert_eq!((form.number, form.rooms.0.len(), form.note), (7, 2, None));
    }

    #[test]
    fn an_input_that_cannot_be_read_is_named() {
        let form = fields(&[
            ("name", "n"),
            ("number", "seven"),
            ("sure", "true"),
            ("rooms", ""),
            ("kind", "theory"),
        ]);
        let Err(Refusal::Invalid(problems)) = read::<Asked>(form) else {
            panic!("a word is no number");
        };
        assert_eq!(problems[0].field, "number");
    }
}
