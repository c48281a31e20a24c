//! Decimals of arbitrary precision: an unscaled integer and a scale.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

use crate::backend::sqlite::read;
use crate::backend::sqlite::statement::Cell;
use crate::decimal;

/// The minimum number of significant digits of a quotient.
const DIGITS: i64 = 20;
/// How many further digits of a quotient are computed to see whether it terminates.
const MOST_EXACT: u32 = 60;
/// The maximum number of digits that rounding removes.
const MOST_DROPPED: u32 = 100_000;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Number {
    unscaled: BigInt,
    scale: u32,
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self { unscaled: value.into(), scale: 0 }
    }
}

impl Number {
    /// Converts a value to a number; `None` for NULL. A float stands for the shortest decimal stored as it.
    pub fn of(cell: Cell<'_>) -> Result<Option<Self>, String> {
        match cell {
            Cell::Null => Ok(None),
            Cell::Int(value) => Ok(Some(value.into())),
            Cell::Real(_) | Cell::Text(_) | Cell::Blob(_) => {
                let digits = read::digits(cell)?;
                Self::parse(&digits).map(Some).ok_or_else(|| format!("expected a decimal, got {}", read::shown(cell)))
            }
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        let text = decimal::canonical(text)?;
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        let digits = format!("{whole}{part}");
        Some(Self { unscaled: digits.parse().ok()?, scale: u32::try_from(part.len()).ok()? })
    }

    /// Returns canonical text: no trailing zeros in the fraction, no sign on zero.
    pub fn text(&self) -> String {
        let mut text = decimal::pointed(self.unscaled.is_negative(), self.unscaled.magnitude().to_string(), self.scale as usize);
        if self.scale > 0 {
            text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
        }
        text
    }

    pub fn is_zero(&self) -> bool {
        self.unscaled.is_zero()
    }

    /// Returns both unscaled values at the larger scale.
    fn aligned(&self, other: &Self) -> (BigInt, BigInt, u32) {
        let scale = self.scale.max(other.scale);
        let at = |number: &Self| &number.unscaled * power(scale - number.scale);
        (at(self), at(other), scale)
    }

    pub fn add(&self, other: &Self) -> Self {
        let (left, right, scale) = self.aligned(other);
        Self { unscaled: left + right, scale }
    }

    pub fn subtract(&self, other: &Self) -> Self {
        let (left, right, scale) = self.aligned(other);
        Self { unscaled: left - right, scale }
    }

    pub fn multiply(&self, other: &Self) -> Self {
        Self { unscaled: &self.unscaled * &other.unscaled, scale: self.scale + other.scale }
    }

    /// Returns the remainder of division towards zero, which has the sign of `self`; `None` for a zero
    /// divisor.
    pub fn remainder(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let (left, right, scale) = self.aligned(other);
        Some(Self { unscaled: left % right, scale })
    }

    /// Returns the quotient: exact if it terminates within 60 further digits; otherwise rounded half to
    /// even, with at least 20 significant digits and at least the scale of either operand. `None` for a
    /// zero divisor.
    pub fn divide(&self, other: &Self) -> Option<Self> {
        if other.is_zero() {
            return None;
        }
        let (left, right, scale) = self.aligned(other);
        // The quotient has this many digits before the point, or one less; negative if its fraction starts
        // with zeros.
        let whole = length(&left) - length(&right) + 1;
        let digits = u32::try_from(DIGITS + 1 - whole).unwrap_or(0).max(scale);
        let exact = digits + MOST_EXACT;
        let (quotient, rest) = (&left * power(exact)).div_rem(&right);
        if rest.is_zero() {
            return Some(Self { unscaled: quotient, scale: exact });
        }
        Some(Self { unscaled: half_even(&(left * power(digits)), &right), scale: digits })
    }

    pub fn negate(&self) -> Self {
        Self { unscaled: -&self.unscaled, scale: self.scale }
    }

    pub fn absolute(&self) -> Self {
        Self { unscaled: self.unscaled.abs(), scale: self.scale }
    }

    /// Rounds half away from zero to that many digits after the point, or before it if negative.
    pub fn round(&self, digits: i32) -> Option<Self> {
        self.to_digits(digits, |unscaled, unit| (unscaled.abs() * 2 + unit) / (unit * 2) * unscaled.signum())
    }

    /// The same, rounding half to even.
    pub fn even(&self, digits: i32) -> Option<Self> {
        self.to_digits(digits, half_even)
    }

    fn to_digits(&self, digits: i32, nearest: fn(&BigInt, &BigInt) -> BigInt) -> Option<Self> {
        let dropped = i64::from(self.scale) - i64::from(digits);
        if dropped <= 0 {
            return Some(self.clone());
        }
        let unit = power(u32::try_from(dropped).ok().filter(|dropped| *dropped <= MOST_DROPPED)?);
        let (zeros, scale) = (digits.min(0).unsigned_abs(), digits.max(0).unsigned_abs());
        Some(Self { unscaled: nearest(&self.unscaled, &unit) * power(zeros), scale })
    }

    /// Rounds towards negative infinity.
    pub fn floor(&self) -> Self {
        Self { unscaled: self.unscaled.div_floor(&power(self.scale)), scale: 0 }
    }

    /// Rounds towards positive infinity.
    pub fn ceil(&self) -> Self {
        self.negate().floor().negate()
    }

    /// Truncates towards zero; `None` if the result exceeds 64 bits.
    pub fn truncated(&self) -> Option<i64> {
        i64::try_from(&self.unscaled / power(self.scale)).ok()
    }
}

pub fn power(digits: u32) -> BigInt {
    BigInt::from(10).pow(digits)
}

/// Returns the number of decimal digits.
fn length(number: &BigInt) -> i64 {
    number.magnitude().to_string().len() as i64
}

/// Divides and rounds half to even.
pub fn half_even(left: &BigInt, right: &BigInt) -> BigInt {
    let (quotient, rest) = left.div_mod_floor(right);
    // The remainder has the sign of the divisor.
    let twice: BigInt = rest.abs() * 2;
    let up = match twice.cmp(&right.abs()) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => quotient.is_odd(),
        std::cmp::Ordering::Greater => true,
    };
    if up { quotient + BigInt::one() } else { quotient }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap()
    }

    fn divided(left: &str, right: &str) -> String {
        number(left).divide(&number(right)).unwrap().text()
    }

    #[test]
    fn text_is_canonical() {
        for (text, expected) in [("12.500", "12.5"), ("-0.00", "0"), ("007", "7"), ("-.5", "-0.5"), ("100", "100"), ("0.010", "0.01")] {
            assert_eq!(number(text).text(), expected);
        }
        assert!(Number::parse("1e").is_none() && Number::parse("NaN").is_none());
    }

    #[test]
    fn sums_and_products_are_exact() {
        let long = "123456789012345678901234567890.123456789";
        assert_eq!(number(long).add(&number("0.000000001")).text(), "123456789012345678901234567890.12345679");
        assert_eq!(number("0.1").add(&number("0.2")).text(), "0.3");
        assert_eq!(number("1").subtract(&number("1.00")).text(), "0");
        assert_eq!(number("-1.5").multiply(&number("0.04")).text(), "-0.06");
        assert_eq!(number("-7.5").remainder(&number("2")).unwrap().text(), "-1.5");
        assert_eq!(number("7.5").remainder(&number("-2")).unwrap().text(), "1.5");
        assert_eq!(number("1").remainder(&number("0")), None);
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        let cases = [("2.5", 0, "3"), ("-2.5", 0, "-3"), ("2.45", 1, "2.5"), ("2.449", 1, "2.4"), ("1.5", 3, "1.5"), ("1449", -2, "1400")];
        for (text, digits, expected) in cases {
            assert_eq!(number(text).round(digits).unwrap().text(), expected, "{text}");
        }
        assert_eq!(number("55").round(-2).unwrap().text(), "100");
        for (text, digits, expected) in [("2.5", 0, "2"), ("-3.5", 0, "-4"), ("2.45", 1, "2.4"), ("250", -2, "200"), ("50.1", -2, "100")] {
            assert_eq!(number(text).even(digits).unwrap().text(), expected, "{text}");
        }
        assert_eq!(number("1").round(i32::MIN), None);
    }

    #[test]
    fn quotients_have_twenty_digits() {
        assert_eq!(divided("1", "3"), "0.33333333333333333333");
        assert_eq!(divided("-2", "3"), "-0.66666666666666666667");
        assert_eq!(divided("1", "8"), "0.125");
        assert_eq!(divided("0.00001", "3"), "0.0000033333333333333333333");
        assert_eq!(divided("100000000000000000000000000000", "3"), "33333333333333333333333333333");
        assert_eq!(divided("5", "0.5"), "10");
        assert_eq!(divided("12345678901234567890.125", "8"), "1543209862654320986.265625");
        assert_eq!(number("1").divide(&number("0.0")), None);
    }

    #[test]
    fn halves_go_to_even() {
        for (left, right, expected) in [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (5, -2, -2), (8, 3, 3), (-8, 3, -3)] {
            assert_eq!(half_even(&BigInt::from(left), &BigInt::from(right)), BigInt::from(expected), "{left} / {right}");
        }
    }
}
