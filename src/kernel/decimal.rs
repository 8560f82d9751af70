//! A decimal number as somebody writes it: exact, with twelve decimals at most.
//!
//! Written forms: `20`, `-0.5`, `+3.`, `.5`, `1.5e-6`, `1.5×10^-6`; full-width digits and signs count as the plain ones and
//! blanks do not count. No grouping of thousands: `1,000` is one number in one country and another in the next.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A number in units of 10⁻¹²; its whole part has at most twelve digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, JsonSchema)]
#[schemars(transparent)]
pub struct Decimal(#[schemars(with = "String")] i128);

/// How many decimals there are.
const PLACES: usize = 12;
const ONE: i128 = 1_000_000_000_000;
/// The first number that is too large.
const BOUND: i128 = ONE * ONE;

/// The text is no number that can be held exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number with at most 12 digits before and 12 after the point")]
pub struct NotADecimal;

impl Decimal {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(ONE);

    /// Whether it is zero.
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }

    /// Whether it is below zero.
    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    /// This share of it, in percent, if that can be held exactly.
    pub fn percent(self, percent: Self) -> Option<Self> {
        let product = self.0.checked_mul(percent.0)?;
        (product % (ONE * 100) == 0).then_some(Self(product / (ONE * 100)))
    }

    /// Its distance from zero.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// Whether `given × factor` lies within `tolerance` of this, both ends included. What is too large to be told lies
    /// outside.
    pub fn near(self, given: Self, factor: Self, tolerance: Self) -> bool {
        let exact = || {
            let given = given.0.checked_mul(factor.0)?;
            let distance = given.checked_sub(self.0.checked_mul(ONE)?)?.checked_abs()?;
            Some(distance <= tolerance.0.checked_mul(ONE)?)
        };
        exact().unwrap_or(false)
    }
}

/// Full-width forms as plain ones, without blanks.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '０'..='９' | 'ｅ' | 'Ｅ' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '．' => '.',
            '＋' => '+',
            '－' | '−' => '-',
            '＾' => '^',
            'x' | 'X' | '*' | '·' => '×',
            c => c,
        })
        .collect()
}

impl FromStr for Decimal {
    type Err = NotADecimal;

    fn from_str(text: &str) -> Result<Self, NotADecimal> {
        if text.len() > 120 {
            return Err(NotADecimal);
        }
        let text = plain(text);
        let power = ["×10^", "e", "E"].into_iter().find_map(|mark| text.split_once(mark));
        let (digits, exponent) = match power {
            None => (text.as_str(), 0),
            Some((digits, exponent)) => (digits, exponent.parse::<i32>().map_err(|_| NotADecimal)?),
        };
        let (negative, digits) = match digits.as_bytes() {
            [b'-', ..] => (true, &digits[1..]),
            [b'+', ..] => (false, &digits[1..]),
            _ => (false, digits),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit());
        if !all_digits || whole.len() + fraction.len() == 0 || exponent.abs() > 30 {
            return Err(NotADecimal);
        }
        let units = scaled(whole, fraction, exponent).ok_or(NotADecimal)?;
        Ok(Self(if negative { -units } else { units }))
    }
}

/// The digits in units of 10⁻¹², if nothing is lost and nothing too large.
fn scaled(whole: &str, fraction: &str, exponent: i32) -> Option<i128> {
    let all = format!("{whole}{fraction}");
    let significant = all.trim_start_matches('0');
    let trimmed = significant.trim_end_matches('0');
    if trimmed.is_empty() {
        return Some(0);
    }
    if trimmed.len() > 2 * PLACES {
        return None;
    }
    let dropped = i32::try_from(significant.len() - trimmed.len()).ok()?;
    let decimals = i32::try_from(fraction.len()).ok()?;
    let shift = u32::try_from(i32::try_from(PLACES).ok()? - decimals + dropped + exponent).ok()?;
    let units = trimmed.parse::<i128>().ok()?.checked_mul(10_i128.checked_pow(shift)?)?;
    (units < BOUND).then_some(units)
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let units = self.0.unsigned_abs();
        let (whole, rest) = (units / ONE.unsigned_abs(), units % ONE.unsigned_abs());
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{rest:0>PLACES$}");
        write!(f, "{sign}{whole}.{}", decimals.trim_end_matches('0'))
    }
}

impl Serialize for Decimal {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_has_one_spelling() {
        for (written, kept) in [
            ("20", "20"),
            ("020.50", "20.5"),
            ("-0", "0"),
            ("+.5", "0.5"),
            ("3.", "3"),
            ("２０．５", "20.5"),
            ("－１", "-1"),
            ("1.5e-6", "0.0000015"),
            ("1.5 × 10^3", "1500"),
            ("2.5E2", "250"),
            ("999999999999", "999999999999"),
            ("0.000000000001", "0.000000000001"),
            ("1000000e-6", "1"),
        ] {
            assert_eq!(number(written).to_string(), kept, "{written}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            ".",
            "-",
            "1,000",
            "1 / 2",
            "--1",
            "1e",
            "e5",
            "12V",
            "1000000000000",
            "0.0000000000001",
            "1e99",
            "٣",
            "1.2.3",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    #[test]
    fn nearness_includes_both_ends_and_is_exact() {
        let near = |given: &str, factor: &str| number("20").near(number(given), number(factor), number("0.1"));
        assert!(near("20.1", "1") && near("19.9", "1"));
        assert!(!near("20.100000000001", "1") && !near("19.89", "1"));
        assert!(near("0.02", "1000"), "kilovolts");
        assert!(!near("999999999999", "999999999999"), "too large to be told");
    }

    #[test]
    fn a_percentage_is_exact_or_not_given() {
        assert_eq!(number("20").percent(number("2.5")), Some(number("0.5")));
        assert_eq!(number("0.000000000001").percent(number("1")), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_and_what_is_read_reads_again(text in ".{0,40}") {
            if let Ok(read) = text.parse::<Decimal>() {
                prop_assert_eq!(read.to_string().parse::<Decimal>(), Ok(read));
            }
        }

        #[test]
        fn every_number_is_near_itself(units in -(BOUND - 1)..BOUND) {
            let number = Decimal(units);
            prop_assert_eq!(number.to_string().parse::<Decimal>(), Ok(number));
            prop_assert!(number.near(number, Decimal::ONE, Decimal::ZERO));
        }
    }
}
