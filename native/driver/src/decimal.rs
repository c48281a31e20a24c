//! Decimals as text and as unscaled integers; exact or not at all.

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
    let (negative, whole, part) = split(text)?;
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
    let (negative, whole, part) = split(text)?;
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
        assert_eq!((unscaled("", 5, 0), unscaled(".", 5, 0), unscaled("1e3", 5, 0), unscaled("-", 5, 0)), (None, None, None, None));
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
