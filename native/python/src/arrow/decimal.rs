//! Decimals of a fixed number of digits, exactly or not at all.

use oxyde_driver::{TextColumn, decimal_text};

/// The unscaled digits of a decimal text at a scale, sign first, for at most `precision` digits.
pub fn unscaled(text: &str, precision: u8, scale: i8) -> Result<String, String> {
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(part.bytes()).all(|digit| digit.is_ascii_digit()) {
        return Err(format!("{text} has no digits"));
    }
    let scale = usize::from(scale.unsigned_abs());
    let (kept, cut) = part.split_at(part.len().min(scale));
    if cut.bytes().any(|digit| digit != b'0') {
        return Err(format!("{text} has more than {scale} decimal places"));
    }
    let all = format!("{whole}{kept:0<scale$}");
    let all = match all.trim_start_matches('0') {
        "" => "0",
        trimmed => trimmed,
    };
    if all.len() > usize::from(precision) {
        return Err(format!("{text} has more than {precision} digits"));
    }
    Ok(format!("{sign}{all}"))
}

/// Unscaled values at another scale.
pub fn rescale(values: &[i128], from: i8, precision: u8, scale: i8) -> Result<Vec<i128>, (usize, String)> {
    let limit = 10_i128.checked_pow(precision.into()).unwrap_or(i128::MAX);
    let each = |(row, value): (usize, &i128)| {
        let whole = if from == scale && value.unsigned_abs() < limit.unsigned_abs() {
            Ok(*value)
        } else {
            unscaled(&decimal_text(*value, from), precision, scale)
                .and_then(|digits| digits.parse().map_err(|_| "too many digits".to_owned()))
        };
        whole.map_err(|reason| (row, reason))
    };
    values.iter().enumerate().map(each).collect()
}

/// Texts as numbers of at most 38 digits; NULL becomes zero.
pub fn small(values: &TextColumn, valid: impl Fn(usize) -> bool, precision: u8, scale: i8) -> Result<Vec<i128>, (usize, String)> {
    let each = |row| {
        if !valid(row) {
            return Ok(0);
        }
        let text = std::str::from_utf8(values.get(row)).map_err(|error| (row, error.to_string()))?;
        let digits = unscaled(text, precision, scale).map_err(|reason| (row, reason))?;
        digits.parse().map_err(|_| (row, format!("{text} has too many digits")))
    };
    (0..values.len()).map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::{rescale, unscaled};

    #[test]
    fn digits_are_kept_or_refused() {
        assert_eq!(unscaled("1.10", 5, 2).as_deref(), Ok("110"));
        assert_eq!(unscaled("-1.1", 5, 3).as_deref(), Ok("-1100"));
        assert_eq!(unscaled("0.000", 5, 2).as_deref(), Ok("0"));
        assert!(unscaled("1.111", 5, 2).is_err());
        assert!(unscaled("12345.1", 5, 1).is_err());
        assert!(unscaled("NaN", 5, 1).is_err());
        assert!(unscaled("Infinity", 5, 1).is_err());
        assert_eq!(rescale(&[110, -5], 2, 10, 4), Ok(vec![11_000, -500]));
        assert!(rescale(&[111], 2, 10, 1).is_err());
        assert!(rescale(&[100_000], 0, 5, 0).is_err());
    }
}
