//! Conversions to fixed-precision decimals; exact or an error.

use oxyde_driver::TextColumn;
use oxyde_driver::decimal::{self, Unfit};

/// Returns the unscaled value of a decimal text at a scale, of at most `precision` digits.
pub fn unscaled(text: &str, precision: u8, scale: i8) -> Result<i128, String> {
    decimal::unscaled(text, precision, scale.unsigned_abs()).map_err(|unfit| reason(unfit, text, precision, scale))
}

fn reason(unfit: Unfit, text: &str, precision: u8, scale: i8) -> String {
    match unfit {
        Unfit::Text => format!("{text} has no digits"),
        Unfit::Places => format!("{text} has more than {} decimal places", scale.unsigned_abs()),
        Unfit::Digits => format!("{text} has more than {precision} digits"),
    }
}

/// Converts unscaled values to another scale.
pub fn rescale(values: &[i128], from: i8, precision: u8, scale: i8) -> Result<Vec<i128>, (usize, String)> {
    let each = |(row, value): (usize, &i128)| {
        decimal::rescaled(*value, from, precision, scale)
            .map_err(|unfit| (row, reason(unfit, &decimal::text(*value, from), precision, scale)))
    };
    values.iter().enumerate().map(each).collect()
}

/// Parses texts as numbers of at most 38 digits; NULL becomes zero.
pub fn small(values: &TextColumn, valid: impl Fn(usize) -> bool, precision: u8, scale: i8) -> Result<Vec<i128>, (usize, String)> {
    let each = |row| {
        if !valid(row) {
            return Ok(0);
        }
        let text = std::str::from_utf8(values.get(row)).map_err(|error| (row, error.to_string()))?;
        unscaled(text, precision, scale).map_err(|reason| (row, reason))
    };
    (0..values.len()).map(each).collect()
}

#[cfg(test)]
mod tests {
    use super::{rescale, unscaled};

    #[test]
    fn digits_are_kept_or_refused() {
        assert_eq!(unscaled("1.10", 5, 2), Ok(110));
        assert_eq!(unscaled("-1.1", 5, 3), Ok(-1_100));
        assert_eq!(unscaled("0.000", 5, 2), Ok(0));
        assert!(unscaled("1.111", 5, 2).is_err());
        assert!(unscaled("12345.1", 5, 1).is_err());
        assert!(unscaled("NaN", 5, 1).is_err());
        assert!(unscaled("Infinity", 5, 1).is_err());
        assert_eq!(rescale(&[110, -5], 2, 10, 4), Ok(vec![11_000, -500]));
        assert!(rescale(&[111], 2, 10, 1).is_err());
        assert!(rescale(&[100_000], 0, 5, 0).is_err());
    }
}
