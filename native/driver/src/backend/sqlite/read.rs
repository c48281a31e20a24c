//! Decodes stored values; each is exactly of the requested type or an error.

use std::borrow::Cow;

use oxyde_ir::Value;

use super::statement::Cell;
use super::{quick, spelling};
use crate::calendar::in_utc;
use crate::{decimal, iso};

pub(crate) use crate::batch::Read;

/// Returns the error for a value that cannot be converted.
fn wrong<T>(cell: Cell<'_>, wanted: &str) -> Read<T> {
    Err(format!("expected {wanted}, got {}", shown(cell)).into())
}

/// Returns a value as messages show it.
pub fn shown(cell: Cell<'_>) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Int(value) => format!("the integer {value}"),
        Cell::Real(value) => format!("the float {value:?}"),
        Cell::Text(text) => {
            let text = String::from_utf8_lossy(text);
            let start: String = text.chars().take(60).collect();
            let more = if start.len() < text.len() { "..." } else { "" };
            format!("the text {start:?}{more}")
        }
        Cell::Blob(bytes) => format!("a blob of {} bytes", bytes.len()),
    }
}

pub const NO_UTF8: &str = "the text is not valid UTF-8";

#[inline]
fn utf8(text: &[u8]) -> Read<&str> {
    std::str::from_utf8(text).map_err(|_| NO_UTF8.into())
}

// Numbers

/// Returns a float without fraction as an integer.
fn whole(value: f64) -> Option<i64> {
    let fits = value.fract() == 0.0 && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value);
    fits.then_some(value as i64)
}

#[inline]
pub fn integer(cell: Cell<'_>) -> Read<i64> {
    let value = match cell {
        Cell::Int(value) => Some(value),
        Cell::Real(value) => whole(value),
        Cell::Text(text) => decimal::integer(utf8(text)?),
        Cell::Null | Cell::Blob(_) => None,
    };
    value.map_or_else(|| wrong(cell, "an integer of 64 bits"), Ok)
}

/// SQLite has no such type, and text written by other tools would not compare by its value.
pub fn time_tz(_: Cell<'_>) -> Read<&[u8]> {
    Err("SQLite has no time of day with zone".into())
}

#[inline]
pub fn boolean(cell: Cell<'_>) -> Read<bool> {
    match cell {
        Cell::Int(0) => Ok(false),
        Cell::Int(1) => Ok(true),
        Cell::Null | Cell::Int(_) | Cell::Real(_) | Cell::Text(_) | Cell::Blob(_) => wrong(cell, "0 or 1"),
    }
}

#[inline]
pub fn float(cell: Cell<'_>) -> Read<f64> {
    match cell {
        Cell::Real(value) => Ok(value),
        Cell::Int(value) if value as f64 as i128 == i128::from(value) => Ok(value as f64),
        Cell::Null | Cell::Int(_) | Cell::Text(_) | Cell::Blob(_) => wrong(cell, "a float"),
    }
}

/// Decodes microseconds.
#[inline]
pub fn duration(cell: Cell<'_>) -> Read<i64> {
    match cell {
        Cell::Int(value) => Ok(value),
        Cell::Null | Cell::Real(_) | Cell::Text(_) | Cell::Blob(_) => wrong(cell, "a whole number of microseconds"),
    }
}

/// Returns the digits of a decimal. A float stands for the shortest decimal that is stored as it, so
/// decimals of up to 15 digits are returned as written.
pub fn digits(cell: Cell<'_>) -> Read<Cow<'_, str>> {
    match cell {
        Cell::Int(value) => Ok(value.to_string().into()),
        Cell::Real(value) if value.is_finite() => Ok(value.to_string().into()),
        Cell::Text(text) => Ok(utf8(text)?.into()),
        Cell::Null | Cell::Real(_) | Cell::Blob(_) => wrong(cell, "a decimal"),
    }
}

/// Returns canonical text of any precision.
pub fn decimal(cell: Cell<'_>) -> Read<String> {
    decimal::canonical(&digits(cell)?).ok_or_else(|| format!("expected a decimal, got {}", shown(cell)).into())
}

/// Returns the unscaled value of a decimal with this precision and scale.
pub fn unscaled(cell: Cell<'_>, precision: u8, scale: u8) -> Read<i128> {
    let quick = match cell {
        Cell::Real(value) => quick::unscaled(value, precision, scale),
        Cell::Int(value) => quick::unscaled_int(value, precision, scale),
        Cell::Null | Cell::Text(_) | Cell::Blob(_) => None,
    };
    if let Some(unscaled) = quick {
        return Ok(unscaled);
    }
    let value = decimal::unscaled(&digits(cell)?, precision, scale);
    value.or_else(|_| wrong(cell, &format!("a decimal of {precision} digits, {scale} of them after the point")))
}

// Dates and times

fn parsed<T>(cell: Cell<'_>, parse: impl Fn(&str) -> Option<T>, wanted: &str) -> Read<T> {
    let Cell::Text(text) = cell else { return wrong(cell, wanted) };
    parse(utf8(text)?).map_or_else(|| wrong(cell, wanted), Ok)
}

pub fn date(cell: Cell<'_>) -> Read<i32> {
    if let Cell::Text(text) = cell
        && let Some(days) = quick::date(text)
    {
        return Ok(days);
    }
    parsed(cell, iso::parse_date, "a date such as 2024-02-29")
}

pub fn time(cell: Cell<'_>) -> Read<i64> {
    parsed(cell, iso::parse_time, "a time of day such as 23:59:59")
}

pub fn datetime(cell: Cell<'_>) -> Read<i64> {
    if let Cell::Text(text) = cell
        && let Some(micros) = quick::datetime(text)
    {
        return Ok(micros);
    }
    let naive = |text: &str| spelling::instant(text).filter(|(_, offset)| offset.is_none()).map(|(micros, _)| micros);
    parsed(cell, naive, "a date and time without zone such as 2024-02-29 23:59:59")
}

/// Text without an offset is in UTC.
pub fn datetime_tz(cell: Cell<'_>) -> Read<i64> {
    let micros = if let Cell::Text(text) = cell { spelling::moment(text) } else { None };
    micros.map_or_else(|| wrong(cell, "a date and time such as 2024-02-29 23:59:59"), Ok)
}

/// Parses a date and time; text with an offset is an instant.
pub fn instant(cell: Cell<'_>) -> Option<Value> {
    let Cell::Text(text) = cell else { return None };
    let (micros, offset) = spelling::instant(std::str::from_utf8(text).ok()?)?;
    Some(offset.map_or(Value::Datetime(micros), |offset| Value::DatetimeTz(in_utc(micros, offset))))
}

// Text and bytes

/// Returns the text, checked to be UTF-8.
#[inline]
pub fn text(cell: Cell<'_>) -> Read<&[u8]> {
    match cell {
        Cell::Text(text) => utf8(text).map(str::as_bytes),
        Cell::Null | Cell::Int(_) | Cell::Real(_) | Cell::Blob(_) => wrong(cell, "text"),
    }
}

#[inline]
pub fn bytes(cell: Cell<'_>) -> Read<&[u8]> {
    match cell {
        Cell::Blob(bytes) | Cell::Text(bytes) => Ok(bytes),
        Cell::Null | Cell::Int(_) | Cell::Real(_) => wrong(cell, "bytes"),
    }
}

/// Decodes 16 bytes, or 32 or 36 characters in a single case.
pub fn uuid(cell: Cell<'_>) -> Read<[u8; 16]> {
    spelling::uuid(cell).map_or_else(|| wrong(cell, "a UUID in small letters, in capitals or as 16 bytes"), Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_fit_or_fail() {
        assert_eq!((integer(Cell::Int(-1)), integer(Cell::Real(3.0)), integer(Cell::Text(b"12.0"))), (Ok(-1), Ok(3), Ok(12)));
        for cell in [Cell::Real(0.5), Cell::Real(9.3e18), Cell::Text(b"x"), Cell::Text(b"9223372036854775808"), Cell::Blob(b"1")] {
            assert!(integer(cell).is_err(), "{cell:?}");
        }
        assert_eq!((boolean(Cell::Int(1)), boolean(Cell::Int(0))), (Ok(true), Ok(false)));
        assert_eq!(boolean(Cell::Text(b"yes")).unwrap_err(), "expected 0 or 1, got the text \"yes\"");
        assert_eq!((float(Cell::Int(3)), float(Cell::Int(1 << 60))), (Ok(3.0), Ok((1_i64 << 60) as f64)));
        assert!(float(Cell::Int((1 << 53) + 1)).is_err() && float(Cell::Int(i64::MAX)).is_err() && float(Cell::Text(b"1")).is_err());
    }

    #[test]
    fn floats_stand_for_short_decimals() {
        for (value, expected) in [(0.1, "0.1"), (123_456_789_012.345, "123456789012.345"), (-0.5, "-0.5"), (1e20, "100000000000000000000")]
        {
            assert_eq!(digits(Cell::Real(value)).unwrap(), expected);
        }
        assert!(digits(Cell::Real(f64::INFINITY)).is_err() && digits(Cell::Blob(b"1")).is_err());
    }

    #[test]
    fn dates_are_read_in_every_spelling() {
        let expected = 86_400_000_000 + 3_600_000_000;
        for text in ["1970-01-02 01:00:00", "1970-01-02T01:00:00", "1970-01-02 01:00", "1970-01-02T01:00:00.000"] {
            assert_eq!(datetime(Cell::Text(text.as_bytes())), Ok(expected), "{text}");
            assert_eq!(datetime_tz(Cell::Text(text.as_bytes())), Ok(expected), "{text}");
        }
        assert_eq!(datetime_tz(Cell::Text(b"1970-01-02T03:00:00+02:00")), Ok(expected));
        assert_eq!(datetime(Cell::Text(b"1970-01-02")), Ok(86_400_000_000));
        for cell in [Cell::Text(b"1970-01-02T01:00:00Z"), Cell::Text(b"soon"), Cell::Int(0), Cell::Real(2_440_587.5)] {
            assert!(datetime(cell).is_err(), "{cell:?}");
        }
        assert!(date(Cell::Text(b"2023-02-29")).is_err() && time(Cell::Text(b"25:00:00")).is_err());
    }

    #[test]
    fn text_is_text() {
        assert_eq!(text(Cell::Text("é\0".as_bytes())), Ok("é\0".as_bytes()));
        assert!(text(Cell::Text(b"\xff")).is_err() && text(Cell::Blob(b"a")).is_err() && text(Cell::Int(1)).is_err());
        assert_eq!(bytes(Cell::Blob(b"\xff")), Ok(&b"\xff"[..]));
        assert_eq!(uuid(Cell::Blob(&[7; 16])), Ok([7; 16]));
        assert_eq!(uuid(Cell::Text(b"07070707-0707-0707-0707-070707070707")), Ok([7; 16]));
        assert!(uuid(Cell::Blob(b"7")).is_err() && uuid(Cell::Text(b"7")).is_err());
    }
}
