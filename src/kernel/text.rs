//! Parsed text: a person's name and a citizen id, checked once at the door.
//!
//! Names are kept as the id card has them: no Unicode normalisation (NFC would rewrite compatibility ideographs), only
//! the look-alikes of the middle dot are folded to U+00B7.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A person's name: 1 to 50 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(transparent)]
pub struct PersonName(String);

/// Why a text is not a name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but blanks.
    #[error("the name is empty")]
    Empty,
    /// More than [`PersonName::MAX_CHARS`] characters.
    #[error("the name has {chars} characters; at most {max} are allowed", max = PersonName::MAX_CHARS)]
    TooLong {
        /// How many it has.
        chars: usize,
    },
    /// A character that no name has: controls, private-use characters, and the `?` or `*` that stand for a lost one.
    #[error("the name has the character {0:?} (U+{code:04X}), which no name has", code = u32::from(*.0))]
    Unusable(char),
}

impl PersonName {
    /// The longest name accepted, in characters.
    pub const MAX_CHARS: usize = 50;

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name with all but its first and last character hidden (with two characters: all but the first), as public
    /// pages show it.
    pub fn masked(&self) -> String {
        let chars: Vec<char> = self.0.chars().collect();
        match chars.as_slice() {
            [] => String::new(),
            [only] => only.to_string(),
            [first, _] => format!("{first}*"),
            [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len())),
        }
    }
}

impl FromStr for PersonName {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let name: String = text.trim().chars().map(fold_middle_dot).collect();
        let chars = name.chars().count();
        if chars == 0 {
            return Err(NameError::Empty);
        }
        if chars > Self::MAX_CHARS {
            return Err(NameError::TooLong { chars });
        }
        match name.chars().find(|c| unusable(*c)) {
            Some(wrong) => Err(NameError::Unusable(wrong)),
            None => Ok(Self(name)),
        }
    }
}

/// The dots that keyboards and old systems give for U+00B7.
fn fold_middle_dot(c: char) -> char {
    match c {
        '•' | '・' | '･' | '．' | '‧' | '∙' | '⋅' => '·',
        other => other,
    }
}

fn unusable(c: char) -> bool {
    let private_use = matches!(u32::from(c), 0xE000..=0xF8FF | 0xF_0000..=0x10_FFFF);
    let variation = matches!(u32::from(c), 0xFE00..=0xFE0F | 0xE_0100..=0xE_01EF);
    let invisible = matches!(u32::from(c), 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF);
    let marks_loss = matches!(c, '?' | '？' | '*' | '＊' | '\u{FFFD}' | '□' | '■');
    let markup = matches!(c, '<' | '>' | '"' | '=' | '+' | '@' | '\\' | '/' | ';' | '&');
    c.is_control() || private_use || variation || invisible || marks_loss || markup
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A citizen identity number by GB 11643: region, birth date, sequence, check digit.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(transparent)]
pub struct CitizenId(String);

/// Sex as GB/T 2261.1 codes it, as far as a citizen id tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sex {
    /// 1 男
    Male,
    /// 2 女
    Female,
}

/// Why a text is not a citizen id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CitizenIdError {
    /// Not 17 digits and a check character.
    #[error("a citizen id has 18 characters: 17 digits and a digit or X")]
    Shape,
    /// The birth date within is no date.
    #[error("the birth date in the citizen id is not a date")]
    BirthDate,
    /// The check character is not the one that the digits give.
    #[error("the check character of the citizen id is wrong: a digit was mistyped")]
    CheckCharacter,
}

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARACTERS: &[u8; 11] = b"10X98765432";

impl CitizenId {
    /// The full number. Whoever calls this shows or seals the real thing: everything else uses [`CitizenId::masked`].
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// First and last character only: with more, working ages leave few candidates for the rest.
    pub fn masked(&self) -> String {
        format!("{}{}{}", &self.0[..1], "*".repeat(16), &self.0[17..])
    }

    /// The birth date within.
    pub fn birth_date(&self) -> Date {
        birth_date(&self.0).unwrap_or(Date::ZERO)
    }

    /// The sex that the sequence tells: odd male, even female.
    pub fn sex(&self) -> Sex {
        if self.0.as_bytes()[16] % 2 == 1 {
            Sex::Male
        } else {
            Sex::Female
        }
    }

    /// Completes 17 digits with their check character; `None` when they cannot be an id. For demonstration data.
    pub fn complete(digits: &str) -> Option<Self> {
        let check = check_character(digits.as_bytes())?;
        format!("{digits}{check}").parse().ok()
    }
}

impl FromStr for CitizenId {
    type Err = CitizenIdError;

    fn from_str(text: &str) -> Result<Self, CitizenIdError> {
        let id = text.trim().to_ascii_uppercase();
        let bytes = id.as_bytes();
        let shaped = bytes.len() == 18
            && bytes[..17].iter().all(u8::is_ascii_digit)
            && (bytes[17].is_ascii_digit() || bytes[17] == b'X')
            && bytes[0] != b'0';
        if !shaped {
            return Err(CitizenIdError::Shape);
        }
        birth_date(&id).ok_or(CitizenIdError::BirthDate)?;
        if check_character(&bytes[..17]) != Some(char::from(bytes[17])) {
            return Err(CitizenIdError::CheckCharacter);
        }
        Ok(Self(id))
    }
}

fn birth_date(id: &str) -> Option<Date> {
    let year = id[6..10].parse().ok().filter(|year| *year >= 1880)?;
    Date::new(year, id[10..12].parse().ok()?, id[12..14].parse().ok()?).ok()
}

/// ISO 7064 MOD 11-2 over the first 17 digits.
fn check_character(digits: &[u8]) -> Option<char> {
    if digits.len() != 17 || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let sum: u32 = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(digit, weight)| u32::from(digit - b'0') * weight)
        .sum();
    Some(char::from(CHECK_CHARACTERS[usize::try_from(sum % 11).ok()?]))
}

/// Masked, so that a log line never carries the number.
impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CitizenId({})", self.masked())
    }
}

macro_rules! text_in_serde {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

text_in_serde!(PersonName);
text_in_serde!(CitizenId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_examples_are_accepted() {
        for id in ["11010519491231002X", "440524188001010014", "11010519491231002x"] {
            assert!(id.parse::<CitizenId>().is_ok(), "{id}");
        }
        assert_eq!(
            "110105194912310021".parse::<CitizenId>(),
            Err(CitizenIdError::CheckCharacter)
        );
        assert_eq!(
            "11010519490231002X".parse::<CitizenId>(),
            Err(CitizenIdError::BirthDate)
        );
        assert_eq!("11010519491231".parse::<CitizenId>(), Err(CitizenIdError::Shape));
        assert_eq!("１１010519491231002".parse::<CitizenId>(), Err(CitizenIdError::Shape));
    }

    #[test]
    fn a_citizen_id_never_shows_more_than_its_ends() {
        let id: CitizenId = "11010519491231002X".parse().unwrap();
        assert_eq!(id.masked(), "1****************X");
        assert!(!format!("{id:?}").contains("1949"));
        assert_eq!(id.sex(), Sex::Female);
        assert_eq!(id.birth_date().to_string(), "1949-12-31");
    }

    #[test]
    fn names_are_kept_as_people_have_them() {
        for name in ["李𬱟", "买买提·吐尔逊", "欧阳娜娜", "Anna-Maria O'Neill", "赵龘"] {
            assert_eq!(name.parse::<PersonName>().unwrap().as_str(), name);
        }
        assert_eq!("买买提•吐尔逊".parse::<PersonName>().unwrap().as_str(), "买买提·吐尔逊");
        assert_eq!("王?".parse::<PersonName>(), Err(NameError::Unusable('?')));
        assert_eq!("王\u{E863}".parse::<PersonName>(), Err(NameError::Unusable('\u{E863}')));
        assert_eq!(" ".parse::<PersonName>(), Err(NameError::Empty));
        assert_eq!(
            "王".repeat(51).parse::<PersonName>(),
            Err(NameError::TooLong { chars: 51 })
        );
        // U+F9D1 is a compatibility ideograph that NFC would turn into U+516D.
        assert_eq!("\u{F9D1}".parse::<PersonName>().unwrap().as_str(), "\u{F9D1}");
    }

    #[test]
    fn a_masked_name_keeps_its_ends() {
        let masked = |name: &str| name.parse::<PersonName>().unwrap().masked();
        assert_eq!(masked("王伟"), "王*");
        assert_eq!(masked("欧阳娜娜"), "欧**娜");
    }
}
