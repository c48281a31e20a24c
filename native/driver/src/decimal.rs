//! Conversions between decimal text and unscaled integers; a result is exact or an error.

use std::borrow::Cow;

/// The largest number of zeros that an exponent is expanded to.
const MOST_ZEROS: usize = 10_000;

/// Returns a decimal without exponent (`1.5E+3` becomes `1500`), and any other text unchanged.
pub fn expanded(text: &str) -> Cow<'_, str> {
    let number = text.find(['e', 'E']).and_then(|at| without_exponent(text.get(..at)?, text.get(at + 1..)?));
    number.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn without_exponent(mantissa: &str, exponent: &str) -> Option<String> {
    let Parts { negative, whole, part } = Parts::of(mantissa.as_bytes())?;
    let digits = String::from_utf8([whole, part].concat()).ok()?;
    let is_plain = !exponent.trim_start_matches(['+', '-']).is_empty() && exponent.bytes().skip(1).all(|byte| byte.is_ascii_digit());
    let point = i64::try_from(whole.len()).ok()?.checked_add(exponent.parse().ok().filter(|_| is_plain)?)?;
    let length = i64::try_from(digits.len()).ok()?;
    let zeros =
        usize::try_from(if point <= 0 { point.checked_neg()? } else { point - length }.max(0)).ok().filter(|zeros| *zeros <= MOST_ZEROS)?;
    let zeros = "0".repeat(zeros);
    let sign = if negative { "-" } else { "" };
    Some(match usize::try_from(point) {
        Ok(0) | Err(_) => format!("{sign}0.{zeros}{digits}"),
        Ok(point) if point >= digits.len() => format!("{sign}{digits}{zeros}"),
        Ok(point) => {
            let (whole, part) = digits.split_at(point);
            format!("{sign}{whole}.{part}")
        }
    })
}

/// A decimal without exponent (`-12.50`): its sign, and the digits before and after the point.
pub struct Parts<'a> {
    pub negative: bool,
    pub whole: &'a [u8],
    pub part: &'a [u8],
}

impl<'a> Parts<'a> {
    /// Returns `None` unless the text is digits with an optional sign and at most one point.
    pub fn of(text: &'a [u8]) -> Option<Self> {
        let (negative, digits) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let (whole, part) = match digits.iter().position(|byte| *byte == b'.') {
            Some(at) => (digits.get(..at)?, digits.get(at + 1..)?),
            None => (digits, &digits[digits.len()..]),
        };
        let is_plain = whole.iter().chain(part).all(u8::is_ascii_digit) && !(whole.is_empty() && part.is_empty());
        is_plain.then_some(Self { negative, whole, part })
    }
}

/// Why a text cannot be a decimal of the given precision and scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// The text is not a decimal without exponent.
    Text,
    /// It has non-zero digits beyond the scale.
    Places,
    /// It has more digits than the precision.
    Digits,
}

/// Returns the unscaled value at `scale`, of at most `precision` digits.
pub fn unscaled(text: &str, precision: u8, scale: u8) -> Result<i128, Unfit> {
    let text = expanded(text);
    let Parts { negative, whole, part } = Parts::of(text.as_bytes()).ok_or(Unfit::Text)?;
    let (kept, rest) = part.split_at_checked(scale.into()).unwrap_or((part, &[]));
    if rest.iter().any(|byte| *byte != b'0') {
        return Err(Unfit::Places);
    }
    let padding = usize::from(scale) - kept.len();
    let mut value: i128 = 0;
    for digit in whole.iter().chain(kept).copied().chain(std::iter::repeat_n(b'0', padding)) {
        value = value.checked_mul(10).and_then(|value| value.checked_add(i128::from(digit - b'0'))).ok_or(Unfit::Digits)?;
    }
    if fits(value, precision) { Ok(if negative { -value } else { value }) } else { Err(Unfit::Digits) }
}

/// Returns an integer as an unscaled value, or `None` when it exceeds the precision.
pub fn of_integer(value: i64, precision: u8, scale: u8) -> Option<i128> {
    let scaled = power(scale.into())?.checked_mul(value.into())?;
    fits(scaled, precision).then_some(scaled)
}

/// Converts an unscaled value to another scale.
pub fn rescaled(value: i128, from: i8, precision: u8, scale: i8) -> Result<i128, Unfit> {
    let steps = i32::from(scale) - i32::from(from);
    let power = power(steps.unsigned_abs());
    let value = match (steps, power) {
        (0.., Some(power)) => value.checked_mul(power).ok_or(Unfit::Digits)?,
        (0.., None) if value != 0 => return Err(Unfit::Digits),
        (_, Some(power)) if value % power == 0 => value / power,
        (_, None) if value == 0 => 0,
        (_, _) => return Err(Unfit::Places),
    };
    if fits(value, precision) { Ok(value) } else { Err(Unfit::Digits) }
}

/// The powers of ten that 128 bits hold.
const POWERS: [i128; 39] = {
    let mut powers = [1; 39];
    let mut exponent = 1;
    while exponent < powers.len() {
        powers[exponent] = powers[exponent - 1] * 10;
        exponent += 1;
    }
    powers
};

/// Returns a power of ten; `None` if 128 bits do not hold it.
pub fn power(exponent: u32) -> Option<i128> {
    POWERS.get(exponent as usize).copied()
}

/// Whether an unscaled value has at most `precision` digits.
pub fn fits(value: i128, precision: u8) -> bool {
    power(precision.into()).is_none_or(|limit| value.unsigned_abs() < limit.unsigned_abs())
}

/// Returns the message for digits that exceed the precision or the scale.
pub fn misfit(digits: &str, precision: u8, scale: u8) -> String {
    format!("{digits} does not fit {precision} digits, {scale} of them after the point")
}

/// Returns an unscaled value as text: `-12345` of scale 2 is `-123.45`.
pub fn text(unscaled: i128, scale: i8) -> String {
    let digits = unscaled.unsigned_abs().to_string();
    match usize::try_from(scale) {
        Ok(scale) => pointed(unscaled < 0, digits, scale),
        Err(_) => pointed(unscaled < 0, digits + &"0".repeat(usize::from(scale.unsigned_abs())), 0),
    }
}

/// Inserts a point before the last `scale` digits, with at least one digit before it.
pub fn pointed(negative: bool, digits: String, scale: usize) -> String {
    let sign = if negative { "-" } else { "" };
    if scale == 0 {
        return if negative { format!("{sign}{digits}") } else { digits };
    }
    let digits = if digits.len() > scale { digits } else { format!("{digits:0>width$}", width = scale + 1) };
    let (whole, part) = digits.split_at(digits.len() - scale);
    format!("{sign}{whole}.{part}")
}

/// Returns precision and scale if such decimals fit 128 bits.
pub fn narrow(precision: Option<u16>, scale: Option<u16>) -> Option<(u8, u8)> {
    let precision = u8::try_from(precision?).ok().filter(|precision| *precision <= 38)?;
    let scale = u8::try_from(scale.unwrap_or(0)).ok().filter(|scale| *scale <= precision)?;
    Some((precision, scale))
}

/// Returns precision and scale if both are known.
pub fn wide(precision: Option<u16>, scale: Option<u16>) -> Option<(u8, i8)> {
    Some((u8::try_from(precision?).ok()?, i8::try_from(scale.unwrap_or(0)).ok()?))
}

/// Removes leading zeros and a plus sign. Trailing zeros stay: they are the scale.
pub fn canonical(text: &str) -> Option<String> {
    let text = expanded(text);
    let Parts { negative, whole, part } = Parts::of(text.as_bytes())?;
    let leading = whole.iter().take_while(|digit| **digit == b'0').count();
    let mut canonical = String::with_capacity(text.len() + 1);
    if negative {
        canonical.push('-');
    }
    canonical.extend(if leading == whole.len() { b"0" } else { &whole[leading..] }.iter().copied().map(char::from));
    if !part.is_empty() {
        canonical.push('.');
        canonical.extend(part.iter().copied().map(char::from));
    }
    Some(canonical)
}

/// Returns the decimal as a 64-bit integer, or `None` if it is not one.
pub fn integer(text: &str) -> Option<i64> {
    i64::try_from(unscaled(text, 38, 0).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unscaled_is_exact_or_unfit() {
        for (digits, precision, scale, expected) in [
            ("-12.50", 10, 2, Ok(-1_250)),
            ("12.500", 10, 2, Ok(1_250)),
            ("12.501", 10, 2, Err(Unfit::Places)),
            ("7", 10, 3, Ok(7_000)),
            ("99999999999999999999999999999999999999", 38, 0, Ok(10_i128.pow(38) - 1)),
            ("100000000000000000000000000000000000000", 38, 0, Err(Unfit::Digits)),
            ("1000000000000000000000000000000000000000", 38, 0, Err(Unfit::Digits)),
            ("1000", 3, 0, Err(Unfit::Digits)),
            ("", 5, 0, Err(Unfit::Text)),
            (".", 5, 0, Err(Unfit::Text)),
            ("1e", 5, 0, Err(Unfit::Text)),
            ("-", 5, 0, Err(Unfit::Text)),
            ("1e3", 5, 0, Ok(1_000)),
            ("1.5E-1", 5, 2, Ok(15)),
            ("1E+5", 5, 0, Err(Unfit::Digits)),
        ] {
            assert_eq!(unscaled(digits, precision, scale), expected, "{digits}");
        }
        assert_eq!((of_integer(7, 5, 2), of_integer(7_000, 5, 2)), (Some(700), None));
    }

    #[test]
    fn scales_change_exactly_or_not() {
        for (value, from, to, expected) in [
            (110, 2, 4, Ok(11_000)),
            (-500, 2, 0, Ok(-5)),
            (111, 2, 1, Err(Unfit::Places)),
            (1, 0, 30, Err(Unfit::Digits)),
            (1, 0, 127, Err(Unfit::Digits)),
            (0, 0, 127, Ok(0)),
            (0, 127, 0, Ok(0)),
        ] {
            assert_eq!(rescaled(value, from, 10, to), expected, "{value} {from} {to}");
        }
    }

    #[test]
    fn unscaled_values_are_texts() {
        for (value, scale, expected) in
            [(-12_345, 2, "-123.45"), (5, 2, "0.05"), (-5, 1, "-0.5"), (12, 2, "0.12"), (7, 0, "7"), (-7, 0, "-7"), (7, -2, "700")]
        {
            assert_eq!(text(value, scale), expected);
        }
    }

    #[test]
    fn exponents_are_digits() {
        for (text, expected) in
            [("1E+5", "100000"), ("-1.50e2", "-150"), ("1.25E1", "12.5"), ("1E-3", "0.001"), ("12E-1", "1.2"), ("0E+3", "0")]
        {
            assert_eq!(canonical(text).unwrap(), expected, "{text}");
        }
        for text in ["1E", "E5", "1E+", "1E5.0", "1E++5", "1E999999", "1E9999999999999999999"] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn text_is_canonical() {
        assert_eq!(canonical("0007.10").unwrap(), "7.10");
        assert_eq!(canonical("-.5").unwrap(), "-0.5");
        assert_eq!(canonical("+0").unwrap(), "0");
        assert_eq!(canonical("NaN"), None);
    }

    #[test]
    fn integers_fit_or_fail() {
        assert_eq!(integer("-9223372036854775808"), Some(i64::MIN));
        assert_eq!(integer("9223372036854775808"), None);
        assert_eq!((integer("3.00"), integer("3.01")), (Some(3), None));
    }
}
