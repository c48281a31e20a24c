//! Decodes the values of the binary protocol; each is exact or an error.

use crate::calendar::{self, DAY};
use crate::slot;

pub(crate) use crate::batch::Read;

/// The days from the Unix epoch to the server's epoch, 2000-01-01.
pub const EPOCH_DAYS: i32 = 10_957;
pub const EPOCH_MICROS: i64 = EPOCH_DAYS as i64 * DAY;

#[inline]
pub fn fixed<const N: usize>(raw: &[u8]) -> Read<[u8; N]> {
    raw.try_into().map_err(|_| format!("{} bytes came instead of {N}", raw.len()).into())
}

#[inline]
pub fn text(raw: &[u8]) -> Read<&str> {
    std::str::from_utf8(raw).map_err(|_| "the text is not valid UTF-8".into())
}

// Booleans and integers

#[inline]
pub fn boolean(raw: &[u8]) -> Read<bool> {
    fixed(raw).map(|[byte]| byte != 0)
}

#[inline]
pub fn int2(raw: &[u8]) -> Read<i16> {
    fixed(raw).map(i16::from_be_bytes)
}

#[inline]
pub fn int4(raw: &[u8]) -> Read<i32> {
    fixed(raw).map(i32::from_be_bytes)
}

#[inline]
pub fn int8(raw: &[u8]) -> Read<i64> {
    fixed(raw).map(i64::from_be_bytes)
}

#[inline]
pub fn int2_wide(raw: &[u8]) -> Read<i64> {
    int2(raw).map(i64::from)
}

#[inline]
pub fn int4_wide(raw: &[u8]) -> Read<i64> {
    int4(raw).map(i64::from)
}

pub fn oid(raw: &[u8]) -> Read<i64> {
    fixed(raw).map(u32::from_be_bytes).map(i64::from)
}

/// Converts a float without fraction to an integer: `FLOOR` of a float is a float.
fn whole(value: f64) -> Read<i64> {
    let fits = value.fract() == 0.0 && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value);
    if fits { Ok(value as i64) } else { Err(format!("{value} is no integer of 64 bits").into()) }
}

pub fn float4_whole(raw: &[u8]) -> Read<i64> {
    whole(float4(raw)?.into())
}

pub fn float8_whole(raw: &[u8]) -> Read<i64> {
    whole(float8(raw)?)
}

// Floats

#[inline]
pub fn float4(raw: &[u8]) -> Read<f32> {
    fixed(raw).map(f32::from_be_bytes)
}

#[inline]
pub fn float8(raw: &[u8]) -> Read<f64> {
    fixed(raw).map(f64::from_be_bytes)
}

#[inline]
pub fn float4_wide(raw: &[u8]) -> Read<f64> {
    float4(raw).map(f64::from)
}

pub fn int2_double(raw: &[u8]) -> Read<f64> {
    int2(raw).map(f64::from)
}

pub fn int4_double(raw: &[u8]) -> Read<f64> {
    int4(raw).map(f64::from)
}

pub fn int8_double(raw: &[u8]) -> Read<f64> {
    let value = int8(raw)?;
    let float = value as f64;
    if float as i128 == i128::from(value) { Ok(float) } else { Err(format!("{value} has more digits than a float").into()) }
}

// Dates and times

#[inline]
pub fn date(raw: &[u8]) -> Read<i32> {
    match int4(raw)? {
        i32::MAX => Err("infinity is no day of the calendar".into()),
        i32::MIN => Err("-infinity is no day of the calendar".into()),
        days => days.checked_add(EPOCH_DAYS).ok_or_else(|| "the date is out of range".into()),
    }
}

#[inline]
pub fn timestamp(raw: &[u8]) -> Read<i64> {
    match int8(raw)? {
        i64::MAX => Err("infinity is no date and time".into()),
        i64::MIN => Err("-infinity is no date and time".into()),
        micros => micros.checked_add(EPOCH_MICROS).ok_or_else(|| "the date and time is out of range".into()),
    }
}

/// Decodes a timestamp at midnight as its date.
pub fn timestamp_date(raw: &[u8]) -> Read<i32> {
    match calendar::split(timestamp(raw)?) {
        (days, 0) => Ok(days as i32),
        _ => Err("the value has a time of day, which a date has not".into()),
    }
}

/// Decodes a date as a timestamp at midnight.
pub fn date_timestamp(raw: &[u8]) -> Read<i64> {
    i64::from(date(raw)?).checked_mul(DAY).ok_or_else(|| "the date is out of range".into())
}

/// Decodes microseconds since midnight and seconds east of UTC; the server counts them west.
pub fn timetz(raw: &[u8]) -> Read<(i64, i32)> {
    let [clock @ .., z0, z1, z2, z3] = raw else { return fixed::<12>(raw).map(|_| (0, 0)) };
    Ok((int8(clock)?, i32::from_be_bytes([*z0, *z1, *z2, *z3]).checked_neg().ok_or("the zone is out of range")?))
}

/// Decodes months, days and microseconds.
pub fn interval(raw: &[u8]) -> Read<(i32, i32, i64)> {
    let raw: [u8; 16] = fixed(raw)?;
    let (micros, rest) = raw.split_at(8);
    let (days, months) = rest.split_at(4);
    match (int4(months)?, int4(days)?, int8(micros)?) {
        (i32::MAX, i32::MAX, i64::MAX) => Err("infinity is no length of time".into()),
        (i32::MIN, i32::MIN, i64::MIN) => Err("-infinity is no length of time".into()),
        parts => Ok(parts),
    }
}

/// Decodes an interval without months; a day has 24 hours.
pub fn interval_micros(raw: &[u8]) -> Read<i64> {
    let (months, days, micros) = interval(raw)?;
    if months != 0 {
        return Err(format!("its {months} months have no fixed length").into());
    }
    let whole = i64::from(days).checked_mul(DAY).and_then(|whole| whole.checked_add(micros));
    whole.ok_or_else(|| "the interval is out of range".into())
}

// Texts and bytes

/// Returns the text, checked to be UTF-8.
#[inline]
pub fn utf8(raw: &[u8]) -> Read<&[u8]> {
    text(raw).map(str::as_bytes)
}

/// Returns one character; the server prints a zero byte as empty text.
pub fn char(raw: &[u8]) -> Read<&[u8]> {
    utf8(raw.strip_suffix(&[0]).unwrap_or(raw))
}

#[inline]
#[allow(clippy::unnecessary_wraps)] // one of several readers of the same signature
pub fn bytes(raw: &[u8]) -> Read<&[u8]> {
    Ok(raw)
}

/// Returns the text after the version byte of `jsonb` and `jsonpath`.
#[inline]
pub fn versioned(raw: &[u8]) -> Read<&[u8]> {
    match raw {
        [1, rest @ ..] => utf8(rest),
        _ => Err("it comes in a version that Oxyde does not know".into()),
    }
}

#[inline]
pub fn uuid(raw: &[u8]) -> Read<[u8; 16]> {
    fixed(raw)
}

pub fn uuid_text(raw: &[u8]) -> Read<String> {
    fixed(raw).map(slot::uuid)
}

/// Decodes a UUID from text in the only spelling that comparisons find.
pub fn text_uuid(raw: &[u8]) -> Read<[u8; 16]> {
    let text = text(raw)?;
    let shown = || text.chars().take(80).collect::<String>();
    let uuid = slot::parse_uuid(text).ok_or_else(|| format!("{:?} is no UUID", shown()))?;
    if slot::uuid(uuid) != text {
        return Err(format!("{:?} is spelt otherwise than in lower case with hyphens, and would not be found", shown()).into());
    }
    Ok(uuid)
}

/// Decodes the digits of a bit string.
pub fn bits(raw: &[u8]) -> Read<String> {
    let [l0, l1, l2, l3, bytes @ ..] = raw else { return fixed::<4>(raw).map(|_| String::new()) };
    let length = u32::from_be_bytes([*l0, *l1, *l2, *l3]) as usize;
    if length.div_ceil(8) != bytes.len() {
        return Err(format!("{} bytes came for {length} bits", bytes.len()).into());
    }
    Ok((0..length).map(|bit| if bytes[bit / 8] & (0x80 >> (bit % 8)) == 0 { '0' } else { '1' }).collect())
}

// Arrays

/// Iterates over the items of a one-dimensional array with lower bound 1; `None` is NULL.
pub fn members<'a>(raw: &'a [u8], mut each: impl FnMut(Option<&'a [u8]>) -> Read<()>) -> Read<()> {
    let mut rest = raw;
    let dimensions = number(&mut rest)?;
    let (_flags, _member) = (number(&mut rest)?, number(&mut rest)?);
    match dimensions {
        0 => return Ok(()),
        1 => {}
        more => return Err(format!("it has {more} dimensions; only one can be read").into()),
    }
    let count = number(&mut rest)?;
    match number(&mut rest)? {
        1 => {}
        first => return Err(format!("it counts from {first}; only arrays that count from 1 can be read").into()),
    }
    for _ in 0..count {
        let member = match usize::try_from(number(&mut rest)?) {
            Ok(length) => {
                let (member, after) = rest.split_at_checked(length).ok_or("the array is cut short")?;
                rest = after;
                Some(member)
            }
            Err(_) => None,
        };
        each(member)?;
    }
    Ok(())
}

fn number(rest: &mut &[u8]) -> Read<i32> {
    let (number, after) = rest.split_first_chunk().ok_or("the array is cut short")?;
    *rest = after;
    Ok(i32::from_be_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinities_are_no_values() {
        for (days, found) in [(i32::MAX, false), (i32::MIN, false), (0, true), (-2_451_545, true), (2_145_031_948, true)] {
            assert_eq!(date(&days.to_be_bytes()).is_ok(), found, "{days}");
        }
        for (micros, found) in [(i64::MAX, false), (i64::MIN, false), (0, true), (-211_813_488_000_000_000, true)] {
            assert_eq!(timestamp(&micros.to_be_bytes()).is_ok(), found, "{micros}");
        }
        // The largest timestamps of the server overflow our epoch.
        assert!(timestamp(&9_223_371_331_199_999_999_i64.to_be_bytes()).is_err());
        assert_eq!(date(&(-EPOCH_DAYS).to_be_bytes()), Ok(0));
        assert!(date(&[0; 3]).is_err());
    }

    #[test]
    fn intervals_keep_their_parts() {
        let mut raw = 5_i64.to_be_bytes().to_vec();
        raw.extend((-2_i32).to_be_bytes());
        raw.extend(0_i32.to_be_bytes());
        assert_eq!(interval(&raw), Ok((0, -2, 5)));
        assert_eq!(interval_micros(&raw), Ok(5 - 2 * DAY));
        raw[15] = 1;
        assert_eq!(interval_micros(&raw), Err("its 1 months have no fixed length".into()));
    }

    #[test]
    fn zones_count_east() {
        let mut raw = 1_i64.to_be_bytes().to_vec();
        raw.extend((-7_200_i32).to_be_bytes());
        assert_eq!(timetz(&raw), Ok((1, 7_200)));
        assert!(timetz(&[0; 11]).is_err() && timetz(&[]).is_err());
    }

    #[test]
    fn bits_are_digits() {
        assert_eq!(bits(&[0, 0, 0, 10, 0b1010_0000, 0b1100_0000]), Ok("1010000011".to_owned()));
        assert_eq!(bits(&[0; 4]), Ok(String::new()));
        assert!(bits(&[0, 0, 0, 10, 0]).is_err() && bits(&[0]).is_err());
    }

    #[test]
    fn odd_arrays_are_refused() {
        let read = |numbers: &[i32]| {
            let raw: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
            let mut members = 0;
            super::members(&raw, |_| {
                members += 1;
                Ok(())
            })
            .map(|()| members)
        };
        assert_eq!(read(&[0, 0, 23]), Ok(0));
        assert_eq!(read(&[1, 1, 23, 2, 1, 4, 7, -1]), Ok(2));
        for odd in [&[2, 0, 23, 1, 1, 1, 1, 4, 7][..], &[1, 0, 23, 1, 0, 4, 7], &[1, 0, 23, 1, 1, 4], &[1, 0], &[]] {
            assert!(read(odd).is_err(), "{odd:?}");
        }
    }
}
