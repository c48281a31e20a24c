//! Decodes the values of the binary protocol; each is exact or an error.

use std::borrow::Cow;

use crate::calendar::{self, DAY};
use crate::{decimal, iso, slot};

pub(crate) use crate::batch::Read;

#[inline]
fn fixed<const N: usize>(raw: &[u8]) -> Read<[u8; N]> {
    raw.try_into().map_err(|_| format!("{} bytes came instead of {N}", raw.len()).into())
}

#[inline]
pub fn text(raw: &[u8]) -> Read<&str> {
    std::str::from_utf8(raw).map_err(|_| "the text is not valid UTF-8".into())
}

// Integers

/// Decodes a signed integer of any width.
#[inline]
pub fn signed(raw: &[u8]) -> Read<i64> {
    Ok(match raw.len() {
        1 => i8::from_le_bytes(fixed(raw)?).into(),
        2 => i16::from_le_bytes(fixed(raw)?).into(),
        4 => i32::from_le_bytes(fixed(raw)?).into(),
        _ => i64::from_le_bytes(fixed(raw)?),
    })
}

/// Decodes an unsigned integer of any width.
#[inline]
pub fn unsigned(raw: &[u8]) -> Read<u64> {
    Ok(match raw.len() {
        1 => u8::from_le_bytes(fixed(raw)?).into(),
        2 => u16::from_le_bytes(fixed(raw)?).into(),
        4 => u32::from_le_bytes(fixed(raw)?).into(),
        _ => u64::from_le_bytes(fixed(raw)?),
    })
}

/// Decodes a number of up to 64 bits, big-endian.
pub fn bits(raw: &[u8]) -> Read<u64> {
    if raw.len() > 8 {
        return Err("more than 64 bits".into());
    }
    Ok(raw.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn narrow<T: TryInto<U> + Copy + ToString, U>(value: T) -> Read<U> {
    value.try_into().map_err(|_| format!("{} is out of range", value.to_string()).into())
}

pub fn signed16(raw: &[u8]) -> Read<i16> {
    narrow(signed(raw)?)
}

pub fn unsigned16(raw: &[u8]) -> Read<i16> {
    narrow(unsigned(raw)?)
}

pub fn signed32(raw: &[u8]) -> Read<i32> {
    narrow(signed(raw)?)
}

pub fn unsigned32(raw: &[u8]) -> Read<i32> {
    narrow(unsigned(raw)?)
}

pub fn unsigned64(raw: &[u8]) -> Read<i64> {
    narrow(unsigned(raw)?)
}

pub fn bits64(raw: &[u8]) -> Read<i64> {
    narrow(bits(raw)?)
}

/// Decodes an integer from decimal digits: SUM of integers is `DECIMAL`.
pub fn digits64(raw: &[u8]) -> Read<i64> {
    let digits = text(raw)?;
    decimal::integer(digits).ok_or_else(|| format!("{digits} is no integer of 64 bits").into())
}

/// Decodes an integer from a float without fraction: `FLOOR` of a float is a float.
pub fn double64(raw: &[u8]) -> Read<i64> {
    let value = double(raw)?;
    let fits = value.fract() == 0.0 && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value);
    if fits { Ok(value as i64) } else { Err(format!("{value} is no integer of 64 bits").into()) }
}

fn truth(value: u64) -> Read<bool> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        other => Err(format!("{} is neither 0 nor 1", other as i64).into()),
    }
}

#[inline]
pub fn boolean(raw: &[u8]) -> Read<bool> {
    truth(signed(raw)? as u64)
}

pub fn bit_boolean(raw: &[u8]) -> Read<bool> {
    truth(bits(raw)?)
}

// Floats

#[inline]
pub fn float(raw: &[u8]) -> Read<f32> {
    Ok(f32::from_le_bytes(fixed(raw)?))
}

/// Decodes a float of either width.
#[inline]
pub fn double(raw: &[u8]) -> Read<f64> {
    if raw.len() == 4 { float(raw).map(f64::from) } else { Ok(f64::from_le_bytes(fixed(raw)?)) }
}

/// Decodes decimal digits as the nearest float.
pub fn digits_double(raw: &[u8]) -> Read<f64> {
    let digits = text(raw)?;
    digits.parse().ok().filter(|value: &f64| value.is_finite()).ok_or_else(|| format!("{digits:?} is no float").into())
}

pub fn signed_double(raw: &[u8]) -> Read<f64> {
    exact_double(signed(raw)?.into())
}

pub fn unsigned_double(raw: &[u8]) -> Read<f64> {
    exact_double(unsigned(raw)?.into())
}

fn exact_double(value: i128) -> Read<f64> {
    let float = value as f64;
    if float as i128 == value { Ok(float) } else { Err(format!("{value} has more digits than a float").into()) }
}

// Decimals: text that `decimal` reads

pub fn signed_digits(raw: &[u8]) -> Read<Cow<'_, str>> {
    Ok(signed(raw)?.to_string().into())
}

pub fn unsigned_digits(raw: &[u8]) -> Read<Cow<'_, str>> {
    Ok(unsigned(raw)?.to_string().into())
}

#[inline]
pub fn digits(raw: &[u8]) -> Read<Cow<'_, str>> {
    Ok(text(raw)?.into())
}

// Dates and times: a length byte, then the parts that are not zero

/// Decodes year, month and day, and the time of day in microseconds.
fn calendar(raw: &[u8]) -> Read<((i32, u32, u32), i64)> {
    let [length, rest @ ..] = raw else { return Err("an empty date came".into()) };
    if usize::from(*length) != rest.len() || !matches!(length, 0 | 4 | 7 | 11) {
        return Err(format!("a date of {length} bytes came").into());
    }
    let [y0, y1, month, day, clock @ ..] = rest else { return Ok(((0, 0, 0), 0)) };
    let date = (u16::from_le_bytes([*y0, *y1]).into(), (*month).into(), (*day).into());
    Ok((date, clock_micros(clock)?))
}

/// Decodes hour, minute, second and, if present, microseconds.
fn clock_micros(clock: &[u8]) -> Read<i64> {
    let [hour, minute, second, fraction @ ..] = clock else { return Ok(0) };
    let micros = if fraction.is_empty() { 0 } else { u32::from_le_bytes(fixed(fraction)?) };
    Ok(calendar::clock((*hour).into(), (*minute).into(), (*second).into(), micros))
}

fn day((year, month, day): (i32, u32, u32)) -> Read<i64> {
    calendar::days(year, month, day).map(i64::from).ok_or_else(|| format!("{year:04}-{month:02}-{day:02} is no day of the calendar").into())
}

pub fn date(raw: &[u8]) -> Read<i32> {
    let (date, clock) = calendar(raw)?;
    if clock != 0 {
        return Err("the value has a time of day, which a date has not".into());
    }
    day(date).map(|days| days as i32)
}

pub fn datetime(raw: &[u8]) -> Read<i64> {
    let (date, clock) = calendar(raw)?;
    Ok(day(date)? * DAY + clock)
}

/// Writes a date as the server does, also one that no calendar has.
pub fn date_spelt(raw: &[u8]) -> Read<String> {
    let ((year, month, day), _) = calendar(raw)?;
    Ok(format!("{year:04}-{month:02}-{day:02}"))
}

/// Writes a date with its time of day as the server does, also one that no calendar has.
pub fn datetime_spelt(raw: &[u8]) -> Read<String> {
    let (_, clock) = calendar(raw)?;
    let (seconds, fraction) = (clock / 1_000_000, clock % 1_000_000);
    let time = format!("{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    let micros = if fraction == 0 { String::new() } else { format!(".{fraction:06}") };
    Ok(format!("{} {time}{micros}", date_spelt(raw)?))
}

/// Decodes an interval of up to ±838:59:59.999999.
pub fn interval(raw: &[u8]) -> Read<i64> {
    let [length, rest @ ..] = raw else { return Err("an empty time came".into()) };
    if usize::from(*length) != rest.len() || !matches!(length, 0 | 8 | 12) {
        return Err(format!("a time of {length} bytes came").into());
    }
    let [negative, d0, d1, d2, d3, clock @ ..] = rest else { return Ok(0) };
    let micros = i64::from(u32::from_le_bytes([*d0, *d1, *d2, *d3])) * DAY + clock_micros(clock)?;
    Ok(if *negative == 0 { micros } else { -micros })
}

/// Decodes a time of day.
pub fn time(raw: &[u8]) -> Read<i64> {
    let micros = interval(raw)?;
    if (0..=DAY).contains(&micros) {
        return Ok(micros);
    }
    let (sign, size) = (if micros < 0 { "-" } else { "" }, micros.abs() / 1_000_000);
    let fraction = micros.abs() % 1_000_000;
    Err(format!("{sign}{:02}:{:02}:{:02}.{fraction:06} is no time of day", size / 3_600, size / 60 % 60, size % 60).into())
}

fn parsed<T>(raw: &[u8], parse: impl Fn(&str) -> Option<T>, what: &str) -> Read<T> {
    let text = text(raw)?;
    parse(text).ok_or_else(|| format!("{:?} is no {what}", text.chars().take(80).collect::<String>()).into())
}

pub fn text_date(raw: &[u8]) -> Read<i32> {
    parsed(raw, iso::parse_date, "date")
}

pub fn text_time(raw: &[u8]) -> Read<i64> {
    parsed(raw, iso::parse_time, "time of day")
}

/// Parses local time; refuses text with an offset.
pub fn text_datetime(raw: &[u8]) -> Read<i64> {
    parsed(
        raw,
        |text| iso::parse_datetime(text).filter(|(_, offset)| offset.is_none()).map(|(micros, _)| micros),
        "date and time without zone",
    )
}

/// Parses an instant; text without offset is in UTC, the session's time zone.
pub fn text_datetime_tz(raw: &[u8]) -> Read<i64> {
    let instant = |(micros, offset): (i64, Option<i32>)| calendar::in_utc(micros, offset.unwrap_or(0));
    parsed(raw, |text| iso::parse_datetime(text).map(instant), "date and time")
}

// Texts and bytes

/// Returns the text, checked to be UTF-8.
#[inline]
pub fn utf8(raw: &[u8]) -> Read<&[u8]> {
    text(raw).map(str::as_bytes)
}

#[inline]
#[allow(clippy::unnecessary_wraps)] // one of several readers of the same signature
pub fn bytes(raw: &[u8]) -> Read<&[u8]> {
    Ok(raw)
}

/// Decodes 16 bytes, or 32 or 36 characters.
pub fn uuid(raw: &[u8]) -> Read<[u8; 16]> {
    if raw.len() == 16 { fixed(raw) } else { parsed(raw, slot::parse_uuid, "UUID") }
}

/// The reader of columns with an unknown type.
pub fn unknown(_: &[u8]) -> Read<&[u8]> {
    Err("Oxyde does not know this type".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_whole_or_errors() {
        assert_eq!(date(&[4, 0xe8, 7, 2, 29]), Ok(19_782));
        assert_eq!(datetime(&[11, 0xb2, 7, 1, 1, 0, 0, 1, 1, 0, 0, 0]), Ok(1_000_001));
        for zero in [&[0][..], &[4, 0, 0, 0, 0], &[4, 0xe9, 7, 0, 15], &[4, 0xe9, 7, 2, 0], &[4, 0xe9, 7, 2, 29], &[], &[4, 1]] {
            assert!(date(zero).is_err(), "{zero:?}");
            assert!(datetime(zero).is_err(), "{zero:?}");
        }
        assert!(date(&[7, 0xe9, 7, 2, 1, 0, 0, 1]).is_err());
    }

    #[test]
    fn every_date_has_a_spelling() {
        assert_eq!((date_spelt(&[0]), datetime_spelt(&[0])), (Ok("0000-00-00".into()), Ok("0000-00-00 00:00:00".into())));
        assert_eq!(date_spelt(&[4, 0xe9, 7, 2, 30]), Ok("2025-02-30".into()));
        let fine = [11, 0xb2, 7, 1, 1, 10, 11, 12, 1, 0, 0, 0];
        assert_eq!(datetime_spelt(&fine), Ok("1970-01-01 10:11:12.000001".into()));
    }

    #[test]
    fn times_keep_their_sign() {
        assert_eq!(interval(&[0]), Ok(0));
        assert_eq!(interval(&[12, 1, 0, 0, 0, 0, 0, 0, 0, 0x78, 0xe0, 1, 0]), Ok(-123_000));
        let longest = [12, 1, 34, 0, 0, 0, 22, 59, 59, 0x3f, 0x42, 0x0f, 0];
        assert_eq!(interval(&longest), Ok(-3_020_399_999_999));
        assert_eq!(time(&longest), Err("-838:59:59.999999 is no time of day".into()));
        assert_eq!(time(&[8, 0, 1, 0, 0, 0, 0, 0, 0]), Ok(DAY));
    }

    #[test]
    fn numbers_fit_or_fail() {
        assert_eq!((signed(&[0xff]), unsigned(&[0xff])), (Ok(-1), Ok(255)));
        assert!(unsigned64(&u64::MAX.to_le_bytes()).is_err());
        assert_eq!(bits(&[0xff; 8]), Ok(u64::MAX));
        assert_eq!((boolean(&[1]), boolean(&[0])), (Ok(true), Ok(false)));
        assert_eq!(boolean(&[0x80]), Err("-128 is neither 0 nor 1".into()));
        assert_eq!(double64(&9e15_f64.to_le_bytes()), Ok(9_000_000_000_000_000));
        assert!(double64(&9_223_372_036_854_775_808.0_f64.to_le_bytes()).is_err());
        assert!(signed_double(&9_007_199_254_740_993_i64.to_le_bytes()).is_err());
        assert!(digits64(b"9223372036854775808").is_err());
    }
}
