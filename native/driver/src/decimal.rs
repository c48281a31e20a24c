//! Decimals as text and as unscaled integers; exact or not at all.

use std::borrow::Cow;

/// The most zeros that an exponent makes.
const MOST_ZEROS: usize = 10_000;

/// A decimal without its exponent: `1.5E+3` is `1500`. Other texts stay.
pub fn expanded(text: &str) -> Cow<'_, str> {
    let number = text.find(['e', 'E']).and_then(|at| without_exponent(text.get(..at)?, text.get(at + 1..)?));
    number.map_or(Cow::Borrowed(text), Cow::Owned)
}

fn without_exponent(mantissa: &str, exponent: &str) -> Option<String> {
    let (negative, whole, part) = split(mantissa)?;
    let digits = format!("{whole}{part}");
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

/// A plain decimal (`-12.50`) split into its sign, whole digits and digits after the point.
fn split(text: &str) -> Option<(bool, &str, &str)> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (plain(whole) && plain(part) && !(whole.is_empty() && part.is_empty())).then_some((negative, whole, part))
}

/// The unscaled value at `scale`; `None` when the text is no plain decimal, has more digits after the point
/// that are not zeros, or does not fit `precision` digits.
pub fn unscaled(text: &str, precision: u8, scale: u8) -> Option<i128> {
    let text = expanded(text);
    let (negative, whole, part) = split(&text)?;
    let (kept, rest) = part.split_at_checked(scale.into()).unwrap_or((part, ""));
    if rest.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let padding = usize::from(scale) - kept.len();
    let mut value: i128 = 0;
    for digit in whole.bytes().chain(kept.bytes()).chain(std::iter::repeat_n(b'0', padding)) {
        value = value.checked_mul(10)?.checked_add(i128::from(digit - b'0'))?;
    }
    let limit = 10_i128.checked_pow(precision.into())?;
    (value < limit).then_some(if negative { -value } else { value })
}

/// The text without superfluous leading zeros or plus sign; trailing zeros stay, they are the scale.
pub fn canonical(text: &str) -> Option<String> {
    let text = expanded(text);
    let (negative, whole, part) = split(&text)?;
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let sign = if negative { "-" } else { "" };
    Some(if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") })
}

/// The integer that the decimal is, if it is one of 64 bits.
pub fn integer(text: &str) -> Option<i64> {
    i64::try_from(unscaled(text, 38, 0)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unscaled_is_exact_or_nothing() {
        assert_eq!(unscaled("-12.50", 10, 2), Some(-1_250));
        assert_eq!(unscaled("12.500", 10, 2), Some(1_250));
        assert_eq!(unscaled("12.501", 10, 2), None);
        assert_eq!(unscaled("7", 10, 3), Some(7_000));
        assert_eq!(unscaled("99999999999999999999999999999999999999", 38, 0), Some(10_i128.pow(38) - 1));
        assert_eq!(unscaled("100000000000000000000000000000000000000", 38, 0), None);
        assert_eq!(unscaled("1000", 3, 0), None);
        assert_eq!((unscaled("", 5, 0), unscaled(".", 5, 0), unscaled("1e", 5, 0), unscaled("-", 5, 0)), (None, None, None, None));
        assert_eq!((unscaled("1e3", 5, 0), unscaled("1.5E-1", 5, 2), unscaled("1E+5", 5, 0)), (Some(1_000), Some(15), None));
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
