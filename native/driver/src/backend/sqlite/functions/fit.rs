//! Checks computed values before they are stored in a column: what the column cannot hold is refused,
//! as other servers do.

use super::number::Number;
use super::register::{Answer, Answered};
use crate::backend::sqlite::statement::Cell;
use crate::calendar::{self, DAYS};
use crate::iso;

/// Checks for a 64-bit integer. SQLite switches to floats when a sum or product overflows.
pub fn int(arguments: &[Cell<'_>]) -> Answered {
    match arguments {
        [Cell::Null] => Ok(Answer::Null),
        [Cell::Int(value)] => Ok(Answer::Int(*value)),
        _ => Err("the result is no integer of 64 bits".to_owned()),
    }
}

/// Checks a decimal for the digits of its column. A fourth argument completes the message about a value that has more
/// digits after the point.
pub fn decimal(arguments: &[Cell<'_>]) -> Answered {
    let [number, Cell::Int(precision), Cell::Int(scale), reason @ ..] = arguments else {
        return Err("it takes a decimal and its digits".to_owned());
    };
    let Some(number) = Number::of(*number)? else { return Ok(Answer::Null) };
    let unfit = || format!("the result does not fit {precision} digits, {scale} of them after the point");
    let (precision, scale) = (u8::try_from(*precision).map_err(|_| unfit())?, u8::try_from(*scale).map_err(|_| unfit())?);
    let text = number.text();
    let (whole, fraction) = text.trim_start_matches('-').split_once('.').unwrap_or((text.trim_start_matches('-'), ""));
    if whole.trim_start_matches('0').len() > usize::from(precision.saturating_sub(scale)) {
        return Err(unfit());
    }
    match reason {
        _ if fraction.len() <= usize::from(scale) => Ok(Answer::Text(text)),
        [Cell::Text(reason)] => Err(format!("{text}{}", String::from_utf8_lossy(reason))),
        _ => Err(unfit()),
    }
}

/// Checks a date, or a date and time, for the years 1 to 9999.
pub fn moment(arguments: &[Cell<'_>]) -> Answered {
    let text = match arguments {
        [Cell::Null] => return Ok(Answer::Null),
        [Cell::Text(bytes)] => std::str::from_utf8(bytes).unwrap_or_default(),
        _ => "",
    };
    let day = iso::parse_date(text).or_else(|| i32::try_from(calendar::split(iso::parse_datetime(text)?.0).0).ok());
    match day {
        Some(day) if DAYS.contains(&day) => Ok(Answer::Text(text.to_owned())),
        Some(_) | None => Err("the result lies outside the years 1 to 9999".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_stored_exactly() {
        let digits = [Cell::Int(6), Cell::Int(2)];
        let fit = |text: &str| decimal(&[Cell::Text(text.as_bytes()), digits[0], digits[1]]);
        for (text, stored) in [("3.3300", "3.33"), ("-0.01", "-0.01"), ("9999.99", "9999.99"), ("0", "0")] {
            assert_eq!(fit(text), Ok(Answer::Text(stored.to_owned())));
        }
        assert!(fit("9999.994").is_err() && fit("10000").is_err() && fit("0.001").is_err());
        let named = decimal(&[Cell::Text(b"-0.005"), digits[0], digits[1], Cell::Text(b" is too fine")]);
        assert_eq!(named, Err("-0.005 is too fine".to_owned()));
        assert_eq!(decimal(&[Cell::Null, digits[0], digits[1]]), Ok(Answer::Null));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(int(&[Cell::Real(9.3e18)]).is_err());
        assert_eq!(int(&[Cell::Int(i64::MIN)]), Ok(Answer::Int(i64::MIN)));
        assert!(moment(&[Cell::Text(b"-172-09-04 00:00:00")]).is_err() && moment(&[Cell::Text(b"?")]).is_err());
        assert_eq!(moment(&[Cell::Text(b"0001-01-01")]), Ok(Answer::Text("0001-01-01".to_owned())));
        assert_eq!(moment(&[Cell::Text(b"9999-12-31 23:59:59.999999")]), Ok(Answer::Text("9999-12-31 23:59:59.999999".to_owned())));
    }
}
