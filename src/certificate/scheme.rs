//! Certificate numbers: how one is put together, and what can be read out of one.
//!
//! The schemes are data (`schemes.toml`). A serial that does not fit its digits is refused, never wrapped: numbers are not
//! used twice. Neither scheme has a check digit, so a number by itself proves nothing.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SkillLevel;

/// A way of numbering certificates.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Its name in records and settings.
    pub id: String,
    /// The certificate's title.
    pub title: String,
    /// The title in English.
    pub title_en: String,
    /// What the certificate states (证书正文).
    pub text: String,
    /// The same in English.
    pub text_en: String,
    /// Whether scores are printed.
    pub results: bool,
    /// The parts of a number in order.
    #[serde(rename = "part")]
    pub parts: Vec<Part>,
}

/// One part of a number.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What it says: `year`, `level` and `serial` are filled in, the others are the issuing body's.
    pub name: String,
    /// How many characters it has.
    pub width: usize,
    /// What it is written with.
    #[serde(default)]
    pub form: Form,
    /// The only characters it may have, when not all of its form.
    #[serde(default)]
    pub allowed: Option<String>,
}

/// What a part is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Digits.
    #[default]
    Digits,
    /// Capital letters.
    Letters,
}

/// What goes into a number besides its serial.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NumberParts {
    /// The year of issue, four digits.
    pub year: i16,
    /// The level.
    pub level: SkillLevel,
    /// The issuing body's parts by name (`kind`, `body`, `province`, `site` …).
    pub body: BTreeMap<String, String>,
}

/// Why no number can be made, or a text is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// A part was not given.
    #[error("the number's part '{part}' is not given")]
    Missing {
        /// Which part.
        part: String,
    },
    /// A part does not fit.
    #[error("the number's part '{part}' cannot be '{text}'")]
    Unfit {
        /// Which part.
        part: String,
        /// What it was to be.
        text: String,
    },
    /// All serials of this body, year and level are used up.
    #[error("serial {serial} has more than {width} digits: the numbers of this body, year and level are used up")]
    Overflow {
        /// The serial.
        serial: u32,
        /// The digits there are.
        width: usize,
    },
    /// Serials begin at 1.
    #[error("serials begin at 1")]
    NoSerial,
    /// The text is no certificate number of any known scheme.
    #[error("not a certificate number")]
    Shape,
}

impl Part {
    fn accepts(&self, text: &str) -> bool {
        let formed = |c: char| match self.form {
            Form::Digits => c.is_ascii_digit(),
            Form::Letters => c.is_ascii_uppercase(),
        };
        let allowed = |c: char| self.allowed.as_ref().is_none_or(|allowed| allowed.contains(c));
        text.len() == self.width && text.chars().all(|c| formed(c) && allowed(c))
    }
}

impl Scheme {
    /// The schemes that are shipped.
    pub fn all() -> &'static [Self] {
        &SHIPPED
    }

    /// The shipped scheme of this name.
    pub fn find(id: &str) -> Option<&'static Self> {
        Self::all().iter().find(|scheme| scheme.id == id)
    }

    /// The number with this serial.
    pub fn number(&self, parts: &NumberParts, serial: u32) -> Result<CertificateNumber, NumberError> {
        let mut number = String::new();
        for part in &self.parts {
            let width = part.width;
            let text = match part.name.as_str() {
                "year" => format!("{:02}", parts.year.rem_euclid(100)),
                "level" => parts.level.digit().to_string(),
                "serial" => format!("{serial:0width$}"),
                name => parts
                    .body
                    .get(name)
                    .cloned()
                    .ok_or_else(|| NumberError::Missing { part: name.to_owned() })?,
            };
            if part.name == "serial" && serial == 0 {
                return Err(NumberError::NoSerial);
            }
            if part.name == "serial" && text.len() > width {
                return Err(NumberError::Overflow { serial, width });
            }
            if !part.accepts(&text) {
                return Err(NumberError::Unfit {
                    part: part.name.clone(),
                    text,
                });
            }
            number.push_str(&text);
        }
        Ok(CertificateNumber(number))
    }

    /// Cuts a number into its parts by name; `None` when it is not of this scheme.
    pub fn parts<'n>(&self, number: &'n str) -> Option<BTreeMap<&str, &'n str>> {
        let mut rest = number;
        let mut parts = BTreeMap::new();
        for part in &self.parts {
            let (text, after) = rest.split_at_checked(part.width)?;
            if !part.accepts(text) || (part.name == "serial" && text.bytes().all(|byte| byte == b'0')) {
                return None;
            }
            parts.insert(part.name.as_str(), text);
            rest = after;
        }
        rest.is_empty().then_some(parts)
    }
}

#[derive(Deserialize)]
struct File {
    scheme: Vec<Scheme>,
}

static SHIPPED: LazyLock<Vec<Scheme>> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "the file is part of the program, and a test reads it")]
    let file: File = toml::from_str(include_str!("schemes.toml")).expect("the shipped schemes are well formed");
    file.scheme
});

/// A certificate number of a shipped scheme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(transparent)]
pub struct CertificateNumber(String);

impl CertificateNumber {
    /// The number as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The scheme that it is written by.
    pub fn scheme(&self) -> Option<&'static Scheme> {
        Scheme::all().iter().find(|scheme| scheme.parts(&self.0).is_some())
    }
}

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for CertificateNumber {
    type Err = NumberError;

    fn from_str(text: &str) -> Result<Self, NumberError> {
        let number = Self(text.trim().to_ascii_uppercase());
        number.scheme().ok_or(NumberError::Shape)?;
        Ok(number)
    }
}

impl Serialize for CertificateNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for CertificateNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn harbin() -> NumberParts {
        let body = [("kind", "Y"), ("body", "0001"), ("province", "23"), ("site", "000007")];
        NumberParts {
            year: 2026,
            level: SkillLevel::Intermediate,
            body: body.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
        }
    }

    #[test]
    fn a_number_has_its_parts_in_order() {
        let scheme = Scheme::find("vocational-skill-level").unwrap();
        let number = scheme.number(&harbin(), 1).unwrap();
        assert_eq!(number.as_str(), "Y000123000007264000001");
        assert_eq!(scheme.parts(number.as_str()).unwrap()["site"], "000007");
        assert_eq!(number.scheme(), Some(scheme));
    }

    #[test]
    fn a_serial_that_does_not_fit_is_refused() {
        let scheme = Scheme::find("vocational-skill-level").unwrap();
        assert!(scheme.number(&harbin(), 999_999).is_ok());
        assert_eq!(
            scheme.number(&harbin(), 1_000_000),
            Err(NumberError::Overflow {
                serial: 1_000_000,
                width: 6
            })
        );
        assert_eq!(scheme.number(&harbin(), 0), Err(NumberError::NoSerial));
    }

    #[test]
    fn a_body_that_lacks_a_part_or_misspells_one_gets_no_number() {
        let scheme = Scheme::find("vocational-skill-level").unwrap();
        let mut parts = harbin();
        parts.body.insert("province".to_owned(), "2B".to_owned());
        assert!(matches!(scheme.number(&parts, 1), Err(NumberError::Unfit { .. })));
        parts.body.remove("province");
        assert!(matches!(scheme.number(&parts, 1), Err(NumberError::Missing { .. })));
    }

    #[test]
    fn numbers_of_both_schemes_are_read_and_others_refused() {
        for text in ["Y000123000007264000001", "s000023123456195000001", " 0810012003412345 "] {
            assert!(text.parse::<CertificateNumber>().is_ok(), "{text}");
        }
        for text in [
            "Y000123000007266000001",
            "Y000123000007264000000",
            "0810015003412345",
            "Y00012300000726400000",
            "１000123000007264000001",
        ] {
            assert_eq!(text.parse::<CertificateNumber>(), Err(NumberError::Shape), "{text}");
        }
    }
}
