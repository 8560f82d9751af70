//! Ticket numbers: fourteen digits that a candidate can read out and a clerk can type, with two check digits.
//!
//! `2024 0012 0034 cc`: the year, the batch in that year, the candidate in that batch, and check digits by ISO 7064
//! MOD 97-10, so that a mistyped or swapped digit is noticed before a stranger's record opens. The number is no secret.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The number of an admission ticket (准考证号).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TicketNumber(String);

/// Why there is no ticket number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// A part does not fit into its four digits, or is zero.
    #[error("a ticket number has room for 1 to 9999 batches a year and candidates a batch")]
    OutOfRange,
    /// The text does not have fourteen digits.
    #[error("a ticket number has 14 digits")]
    Shape,
    /// The check digits say that a digit is wrong.
    #[error("a digit of the ticket number was mistyped")]
    CheckDigits,
}

/// The ticket number of the `serial`-th candidate of the `batch`-th batch of a year.
pub fn ticket_number(year: u16, batch: u32, serial: u32) -> Result<TicketNumber, TicketError> {
    let fits = (2000..=9999).contains(&year) && (1..=9999).contains(&batch) && (1..=9999).contains(&serial);
    if !fits {
        return Err(TicketError::OutOfRange);
    }
    let digits = format!("{year:04}{batch:04}{serial:04}");
    let check = 98 - remainder(&digits) * 100 % 97;
    Ok(TicketNumber(format!("{digits}{check:02}")))
}

impl TicketNumber {
    /// The fourteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As printed: in groups of four.
    pub fn grouped(&self) -> String {
        format!(
            "{} {} {} {}",
            &self.0[..4],
            &self.0[4..8],
            &self.0[8..12],
            &self.0[12..]
        )
    }
}

impl FromStr for TicketNumber {
    type Err = TicketError;

    fn from_str(text: &str) -> Result<Self, TicketError> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if digits.len() != 14 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TicketError::Shape);
        }
        if remainder(&digits) != 1 {
            return Err(TicketError::CheckDigits);
        }
        Ok(Self(digits))
    }
}

fn remainder(digits: &str) -> u32 {
    digits
        .bytes()
        .fold(0, |rest, byte| (rest * 10 + u32::from(byte - b'0')) % 97)
}

impl fmt::Display for TicketNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for TicketNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for TicketNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_is_printed() {
        let number = ticket_number(2024, 12, 34).unwrap();
        assert_eq!(number.as_str().len(), 14);
        assert!(number.as_str().starts_with("202400120034"));
        assert_eq!(number.grouped().parse::<TicketNumber>().unwrap(), number);
        assert_eq!(ticket_number(2024, 10_000, 1), Err(TicketError::OutOfRange));
        assert_eq!("2024".parse::<TicketNumber>(), Err(TicketError::Shape));
    }

    #[test]
    fn one_wrong_digit_or_two_swapped_are_noticed() {
        let number = ticket_number(2026, 7, 1234).unwrap();
        let digits: Vec<u8> = number.as_str().bytes().collect();
        for at in 0..14 {
            for digit in b'0'..=b'9' {
                let mut other = digits.clone();
                other[at] = digit;
                let parsed = String::from_utf8(other.clone()).unwrap().parse::<TicketNumber>();
                assert_eq!(parsed.is_ok(), other == digits);
            }
            let mut swapped = digits.clone();
            swapped.swap(at, (at + 1) % 14);
            let parsed = String::from_utf8(swapped.clone()).unwrap().parse::<TicketNumber>();
            // The ends are not neighbours: their exchange is not a slip of the hand.
            assert!(at == 13 || parsed.is_ok() == (swapped == digits));
        }
    }
}
