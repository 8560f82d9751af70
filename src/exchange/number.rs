//! Exact decimal numbers as formats write them: `2.50`, `-.5`, `1e-3`, full-width digits.

/// A number as whole units of a power of ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    units: i128,
    /// How many of the digits stand behind the point.
    scale: u32,
}

const MAX_DIGITS: usize = 18;
const MAX_SCALE: u32 = 15;

impl Decimal {
    /// The number that a text writes, if it is one of a bearable length.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text: String = super::text::narrow(text.trim()).replace('−', "-");
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (mantissa, exponent.trim_start_matches('+').parse::<i32>().ok()?),
            None => (text.as_str(), 0),
        };
        let (negative, digits) = match mantissa.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all: String = [whole, fraction].concat();
        if all.is_empty() || all.len() > MAX_DIGITS || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let scale = i32::try_from(fraction.len()).ok()? - exponent;
        let mut units: i128 = all.parse().ok()?;
        if negative {
            units = -units;
        }
        if scale < 0 {
            let power = u32::try_from(-scale).ok().filter(|power| *power <= MAX_SCALE)?;
            return Some(Self {
                units: units.checked_mul(10_i128.checked_pow(power)?)?,
                scale: 0,
            });
        }
        let mut number = Self {
            units,
            scale: u32::try_from(scale).ok()?,
        };
        number.shorten();
        (number.scale <= MAX_SCALE).then_some(number)
    }

    fn shorten(&mut self) {
        while self.scale > 0 && self.units % 10 == 0 {
            (self.units, self.scale) = (self.units / 10, self.scale - 1);
        }
    }

    /// The middle of two numbers and half of what lies between them.
    pub(super) fn middle(low: Self, high: Self) -> Option<(Self, Self)> {
        let scale = low.scale.max(high.scale) + 1;
        let (low, high) = (low.at(scale)?, high.at(scale)?);
        let half = |units: i128| {
            // One more digit than both have, so that a half is whole.
            let mut half = Self {
                units: units / 2,
                scale,
            };
            half.shorten();
            half
        };
        (low <= high).then(|| (half(low + high), half(high - low)))
    }

    /// One over it, where that is a decimal number.
    pub(super) fn over_one(self) -> Option<Self> {
        let above = 10_i128.checked_pow(MAX_SCALE + self.scale)?;
        let exact = self.units > 0 && above % self.units == 0;
        let mut over = Self {
            units: above.checked_div(self.units)?,
            scale: MAX_SCALE,
        };
        over.shorten();
        exact.then_some(over)
    }

    fn at(self, scale: u32) -> Option<i128> {
        self.units.checked_mul(10_i128.checked_pow(scale - self.scale)?)
    }

    pub(super) fn is_negative(self) -> bool {
        self.units < 0
    }
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let power = 10_u128.pow(self.scale);
        let (whole, rest) = (self.units.unsigned_abs() / power, self.units.unsigned_abs() % power);
        let sign = if self.units < 0 { "-" } else { "" };
        if self.scale == 0 {
            return write!(f, "{sign}{whole}");
        }
        let width = usize::try_from(self.scale).unwrap_or(0);
        write!(f, "{sign}{whole}.{rest:0width$}")
    }
}

/// A number in its plain form.
pub(super) fn plain(text: &str) -> Option<String> {
    Decimal::parse(text).map(|number| number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_plain_form() {
        for (text, form) in [
            ("2.50", "2.5"),
            ("-.5", "-0.5"),
            ("1e3", "1000"),
            ("1.5E-3", "0.0015"),
            ("３．１４", "3.14"),
            ("-0", "0"),
        ] {
            assert_eq!(plain(text).as_deref(), Some(form), "{text}");
        }
        for wrong in ["", "-", "1,5", "1e99", "0x1", "1.2.3", "12345678901234567890"] {
            assert_eq!(plain(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_over_a_number_is_told_where_it_is_exact() {
        let over = |text| Decimal::parse(text).unwrap().over_one().map(|over| over.to_string());
        for (text, form) in [
            ("1", "1"),
            ("0.001", "1000"),
            ("1000", "0.001"),
            ("8", "0.125"),
            ("2.5", "0.4"),
        ] {
            assert_eq!(over(text).as_deref(), Some(form), "{text}");
        }
        for wrong in ["60", "0", "-1"] {
            assert_eq!(over(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_span_is_its_middle_and_its_half() {
        let number = |text| Decimal::parse(text).unwrap();
        let (middle, half) = Decimal::middle(number("1"), number("2.5")).unwrap();
        assert_eq!(
            (middle.to_string(), half.to_string()),
            ("1.75".to_owned(), "0.75".to_owned())
        );
        assert_eq!(Decimal::middle(number("2"), number("1")), None);
    }
}
