//! How inputs arrive: lists, optional fields and files, alike from a form and from JSON.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::Broken;
use crate::kernel::Timestamp;

/// Several values: a JSON array, or in a form one field with commas or a field that occurs several times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(transparent)]
pub struct List<T>(pub Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T> Deserialize<'de> for List<T>
where
    T: FromStr,
    T::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Shape {
            Text(String),
            Many(Vec<String>),
        }
        let texts = match Shape::deserialize(deserializer)? {
            Shape::Text(text) => text
                .split(',')
                .map(str::trim)
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect(),
            Shape::Many(texts) => texts,
        };
        texts
            .iter()
            .map(|text| text.parse().map_err(serde::de::Error::custom))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

/// For `#[serde(default, deserialize_with = "optional")]`: an empty form field is no value.
pub fn optional<'de, T, D>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T: FromStr,
    T::Err: fmt::Display,
    D: Deserializer<'de>,
{
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Shape {
        Text(String),
        Number(i64),
    }
    let text = Option::<Shape>::deserialize(deserializer)?.map(|shape| match shape {
        Shape::Text(text) => text,
        Shape::Number(number) => number.to_string(),
    });
    match text.as_deref().map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some).map_err(serde::de::Error::custom),
    }
}

/// For `#[serde(deserialize_with = "number")]`: a whole number, or in a form its text.
pub fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Shape {
        Number(i64),
        Text(String),
    }
    match Shape::deserialize(deserializer)? {
        Shape::Number(number) => Ok(number),
        Shape::Text(text) => text.trim().parse().map_err(serde::de::Error::custom),
    }
}

/// An instant as people and programs give it: `2026-05-06T09:30` in the installation's zone, or milliseconds since 1970.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(transparent)]
pub struct Moment(#[schemars(with = "String")] pub String);

impl Moment {
    /// The instant, read in this zone.
    pub fn read(&self, zone: &TimeZone) -> Result<Timestamp, Broken> {
        let text = self.0.trim();
        if let Ok(millis) = text.parse::<i64>() {
            return Ok(Timestamp::from_millis(millis));
        }
        text.parse::<DateTime>()
            .ok()
            .and_then(|local| zone.to_timestamp(local).ok())
            .map(|instant| Timestamp::from_millis(instant.as_millisecond()))
            .ok_or_else(|| Broken::new("moment-unreadable").with("text", text))
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Shape {
            Number(i64),
            Text(String),
        }
        Ok(match Shape::deserialize(deserializer)? {
            Shape::Number(number) => Self(number.to_string()),
            Shape::Text(text) => Self(text),
        })
    }
}

/// A file that somebody sends: base64 in JSON, a file field in a form.
#[derive(Clone, PartialEq, Eq, JsonSchema)]
#[schemars(transparent)]
pub struct Upload(#[schemars(with = "String")] pub Vec<u8>);

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Upload({} bytes)", self.0.len())
    }
}

impl<'de> Deserialize<'de> for Upload {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        BASE64.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// A file that somebody gets: base64 in JSON, a download from a form.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Download {
    /// The file's name.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes, in base64.
    pub content: String,
}

impl Download {
    /// A download of these bytes.
    pub fn new(file_name: impl Into<String>, media_type: &str, bytes: &[u8]) -> Self {
        Self {
            file_name: file_name.into(),
            media_type: media_type.to_owned(),
            content: BASE64.encode(bytes),
        }
    }
}

/// What an `.xlsx` is called on the web.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// What a `.pdf` is called on the web.
pub const PDF: &str = "application/pdf";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_is_read_in_the_zone_of_the_installation() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let read = |text: &str| Moment(text.to_owned()).read(&zone);
        assert_eq!(
            read("2026-05-06T09:30").unwrap(),
            Timestamp::from_millis(1_778_031_000_000)
        );
        assert_eq!(read("1778031000000").unwrap(), read("2026-05-06T09:30").unwrap());
        assert_eq!(read("yesterday").unwrap_err().code, "moment-unreadable");
    }
}
