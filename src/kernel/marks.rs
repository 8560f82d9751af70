//! Marks: exact decimals. A mark is a whole number of hundredths; a mean stays a fraction until a rule says to round.

use std::cmp::Ordering;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Marks in hundredths of one mark. Text form: at most two decimals, no sign of exactness lost (`"0.5"`, `"60"`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, JsonSchema)]
#[schemars(transparent)]
pub struct Marks(#[schemars(with = "String")] i64);

impl Marks {
    /// No marks.
    pub const ZERO: Self = Self(0);

    /// So many hundredths of a mark.
    pub const fn from_hundredths(hundredths: i64) -> Self {
        Self(hundredths)
    }

    /// So many whole marks.
    pub const fn whole(marks: i64) -> Self {
        Self(marks * 100)
    }

    /// Hundredths of a mark.
    pub const fn hundredths(self) -> i64 {
        self.0
    }

    /// These marks, that many times.
    #[must_use]
    pub const fn times(self, count: i64) -> Self {
        Self(self.0 * count)
    }

    /// The same value as an exact fraction.
    pub fn exact(self) -> Exact {
        Exact::new(i128::from(self.0), 100)
    }
}

impl Add for Marks {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Marks {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl Sum for Marks {
    fn sum<I: Iterator<Item = Self>>(marks: I) -> Self {
        marks.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Marks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, rest) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{sign}{whole}"),
            (_, 0) => write!(f, "{sign}{whole}.{}", rest / 10),
            _ => write!(f, "{sign}{whole}.{rest:02}"),
        }
    }
}

/// Why a text is not marks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MarksError {
    /// Not a decimal number.
    #[error("not a number of marks")]
    NotANumber,
    /// More than two decimals.
    #[error("marks have at most two decimals")]
    TooFine,
    /// Larger than anything a sheet can hold.
    #[error("too many marks")]
    TooLarge,
}

impl FromStr for Marks {
    type Err = MarksError;

    fn from_str(text: &str) -> Result<Self, MarksError> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(whole) || !plain(decimals) {
            return Err(MarksError::NotANumber);
        }
        if decimals.len() > 2 {
            return Err(MarksError::TooFine);
        }
        if whole.len() > 6 {
            return Err(MarksError::TooLarge);
        }
        let whole: i64 = whole.parse().map_err(|_| MarksError::NotANumber)?;
        let fraction: i64 = format!("{decimals:0<2}").parse().map_err(|_| MarksError::NotANumber)?;
        let hundredths = whole * 100 + fraction;
        Ok(Self(if negative { -hundredths } else { hundredths }))
    }
}

impl Serialize for Marks {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Marks {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An exact fraction of marks, in lowest terms. Pass rules compare these; only [`Exact::half_up`] rounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    /// Nothing.
    pub const ZERO: Self = Self {
        numerator: 0,
        denominator: 1,
    };

    /// The fraction `numerator / denominator`; the denominator must not be zero (zero counts as one).
    pub fn new(numerator: i128, denominator: i128) -> Self {
        let denominator = if denominator == 0 { 1 } else { denominator };
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).unwrap_or(1).max(1) * denominator.signum();
        Self {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        }
    }

    /// The arithmetic mean, or `None` of nothing.
    pub fn mean(values: &[Self]) -> Option<Self> {
        let count = i128::try_from(values.len()).ok().filter(|count| *count > 0)?;
        let sum = values.iter().fold(Self::ZERO, |sum, value| sum.plus(*value));
        Some(sum.times(1, count))
    }

    /// The sum of two.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self::new(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )
    }

    /// This, multiplied by `numerator / denominator`.
    #[must_use]
    pub fn times(self, numerator: i128, denominator: i128) -> Self {
        Self::new(self.numerator * numerator, self.denominator * denominator)
    }

    /// Rounded to hundredths of a mark, halves away from zero: the one place where marks are rounded.
    pub fn half_up(self) -> Marks {
        let scaled = self.numerator * 100;
        let (quotient, remainder) = (scaled / self.denominator, scaled % self.denominator);
        let up = i128::from(remainder.abs() * 2 >= self.denominator);
        Marks(i64::try_from(quotient + up * scaled.signum()).unwrap_or(i64::MAX))
    }
}

impl PartialOrd for Exact {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exact {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.numerator * other.denominator).cmp(&(other.numerator * self.denominator))
    }
}

/// Written `n/d`, the form in which a result keeps its unrounded value.
impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

impl FromStr for Exact {
    type Err = MarksError;

    fn from_str(text: &str) -> Result<Self, MarksError> {
        let (numerator, denominator) = text.split_once('/').ok_or(MarksError::NotANumber)?;
        let numerator = numerator.parse().map_err(|_| MarksError::NotANumber)?;
        let denominator: i128 = denominator.parse().map_err(|_| MarksError::NotANumber)?;
        if denominator <= 0 {
            return Err(MarksError::NotANumber);
        }
        Ok(Self::new(numerator, denominator))
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_and_written_exactly() {
        for (text, hundredths) in [("0.5", 50), ("60", 6_000), ("99.25", 9_925), ("-1", -100), ("0", 0)] {
            let marks: Marks = text.parse().unwrap();
            assert_eq!(marks.hundredths(), hundredths);
            assert_eq!(marks.to_string(), text);
        }
        assert_eq!("1.234".parse::<Marks>(), Err(MarksError::TooFine));
        for wrong in ["", ".", "1.", "+1", "1e3", "٣", "1,5", "--1"] {
            assert_eq!(wrong.parse::<Marks>(), Err(MarksError::NotANumber), "{wrong}");
        }
    }

    #[test]
    fn a_mean_of_three_just_below_the_line_does_not_pass() {
        let totals = ["59.99", "60", "60"].map(|text| text.parse::<Marks>().unwrap().exact());
        let mean = Exact::mean(&totals).unwrap();
        assert_eq!(mean.half_up(), Marks::whole(60));
        assert!(mean < Marks::whole(60).exact(), "compared before rounding");
        assert_eq!(mean.to_string().parse::<Exact>().unwrap(), mean);
    }

    #[test]
    fn halves_round_away_from_zero() {
        assert_eq!(Exact::new(1, 200).half_up(), Marks::from_hundredths(1));
        assert_eq!(Exact::new(-1, 200).half_up(), Marks::from_hundredths(-1));
        assert_eq!(Exact::new(1, 201).half_up(), Marks::ZERO);
    }
}
