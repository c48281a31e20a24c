//! The accepted spellings of instants, times of day and UUIDs as text, and the range that their texts
//! fall into.

use oxyde_ir::Value;

use super::quick;
use super::statement::Cell;
use crate::calendar::{self, DAY, in_utc};
pub use crate::slot::{Uuid, of_uuid};
use crate::{iso, slot};

/// Parses a date and time, and its offset in seconds if it has one. A date alone means midnight, as in
/// SQLite.
pub fn instant(text: &str) -> Option<(i64, Option<i32>)> {
    let midnight = |text: &str| iso::parse_date(text).map(|days| (i64::from(days) * DAY, None));
    // 24:00 is refused: the text of a time must start with its own day, which `bound` relies on.
    iso::parse_datetime(text).filter(|_| text.get(11..13).is_none_or(|hour| hour != "24")).or_else(|| midnight(text))
}

/// Parses microseconds since 1970-01-01 UTC; text without offset is in UTC.
pub fn moment(text: &[u8]) -> Option<i64> {
    let patient = || instant(std::str::from_utf8(text).ok()?).map(|(micros, offset)| in_utc(micros, offset.unwrap_or(0)));
    quick::datetime(text).or_else(patient)
}

/// Parses microseconds since midnight.
pub fn time(text: &[u8]) -> Option<i64> {
    iso::parse_time(std::str::from_utf8(text).ok()?)
}

/// Formats a date and time in the canonical spelling.
pub fn of_moment(micros: i64) -> Option<String> {
    iso::datetime(micros, ' ').map(short)
}

/// Formats a time of day in the canonical spelling.
pub fn of_time(micros: i64) -> Option<String> {
    iso::time(micros).map(short)
}

/// Removes a fraction of zero.
fn short(mut clock: String) -> String {
    if clock.ends_with(".000000") {
        clock.truncate(clock.len() - 7);
    }
    clock
}

/// Returns a text below or above all spellings of a value. Every spelling starts with the day, or for a
/// time with hour and minute; an offset may shift the day. `None` for values with a single spelling.
pub fn bound(value: &Value, upper: bool) -> Option<String> {
    let (day, widened) = match value {
        Value::Datetime(micros) => (calendar::split(*micros).0, 0),
        Value::DatetimeTz(micros) => (calendar::split(*micros).0, 1),
        Value::Time(micros) => {
            return of_time(*micros).and_then(|text| text.get(..5).map(|text| format!("{text}{}", if upper { ";" } else { "" })));
        }
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Bytes(_)
        | Value::Decimal(_)
        | Value::Date(_)
        | Value::TimeTz(..)
        | Value::Duration(_)
        | Value::Uuid(_)
        | Value::Json(_)
        | Value::Array(_) => return None,
    };
    let day = if upper { day + 1 + widened } else { day - widened };
    let text = i32::try_from(day).ok().and_then(iso::date);
    // Outside the calendar, all texts are on one side.
    Some(text.unwrap_or_else(|| if upper { ":".to_owned() } else { String::new() }))
}

/// Returns a text below all spellings of a UUID and of greater ones, or above all spellings of it and
/// of smaller ones. Upper case sorts before lower case and hyphens before digits, so the first eight
/// digits decide.
pub fn bound_of_uuid(bytes: [u8; 16], upper: bool) -> String {
    let digits = slot::hex(&bytes[..4]);
    if upper { digits + "g" } else { digits.to_ascii_uppercase() }
}

/// Parses a UUID in one of these spellings; mixed case is refused.
pub fn uuid(cell: Cell<'_>) -> Option<[u8; 16]> {
    match cell {
        Cell::Blob(bytes) => bytes.try_into().ok(),
        Cell::Text(text) => {
            let bytes = quick::uuid(text).or_else(|| slot::parse_uuid(std::str::from_utf8(text).ok()?))?;
            // Counted to the end, which is vectorized, where `any` is not.
            let letters = |first: u8| text.iter().filter(|byte| (first..first + 6).contains(byte)).count();
            (letters(b'a') == 0 || letters(b'A') == 0).then_some(bytes)
        }
        Cell::Null | Cell::Int(_) | Cell::Real(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_enclose_every_spelling() {
        let noon = DAY / 2;
        let naive = Value::Datetime(noon);
        assert_eq!((bound(&naive, false).unwrap(), bound(&naive, true).unwrap()), ("1970-01-01".to_owned(), "1970-01-02".to_owned()));
        let aware = Value::DatetimeTz(noon);
        assert_eq!((bound(&aware, false).unwrap(), bound(&aware, true).unwrap()), ("1969-12-31".to_owned(), "1970-01-03".to_owned()));
        let time = Value::Time(noon);
        assert_eq!((bound(&time, false).unwrap(), bound(&time, true).unwrap()), ("12:00".to_owned(), "12:00;".to_owned()));
        let last = moment(b"9999-12-31 23:59:59").unwrap();
        assert_eq!(bound(&Value::Datetime(last), true).unwrap(), ":");
        assert_eq!(bound(&Value::Int(1), true), None);
    }

    #[test]
    fn days_have_24_hours_and_offsets_fewer() {
        for text in ["2024-05-01 24:00:00", "2024-05-01 12:00:00+24:00", "2024-05-01 12:00:00+99"] {
            assert_eq!(moment(text.as_bytes()), None, "{text}");
        }
        assert!(moment(b"2024-05-01 00:30:00+23:59").is_some());
    }

    #[test]
    fn spellings_of_uuids_return() {
        for number in 0..5 {
            let bytes = [0xa7; 16];
            let found = match of_uuid(bytes, number).unwrap() {
                Uuid::Text(text) => uuid(Cell::Text(text.as_bytes())),
                Uuid::Bytes(bytes) => uuid(Cell::Blob(&bytes)),
            };
            assert_eq!(found, Some(bytes));
        }
        assert_eq!(uuid(Cell::Text(b"A7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7")), None);
    }
}
