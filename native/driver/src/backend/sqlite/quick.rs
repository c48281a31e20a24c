//! Fast parsers for the canonical spellings, which nearly all stored values have. Anything else is left
//! to the general parsers.

use crate::calendar::{self, DAY};
use crate::decimal;

/// Parses decimal digits.
fn number<const N: usize>(digits: &[u8]) -> Option<u32> {
    let digits: &[u8; N] = digits.try_into().ok()?;
    digits.iter().try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
}

/// Parses `2024-02-29` as days since 1970-01-01.
pub fn date(text: &[u8]) -> Option<i32> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = text else { return None };
    let year = number::<4>(&[*y0, *y1, *y2, *y3])?;
    calendar::days(year as i32, number::<2>(&[*m0, *m1])?, number::<2>(&[*d0, *d1])?)
}

/// Parses `2024-02-29 23:59:59` or `2024-02-29 23:59:59.999999` as microseconds since 1970-01-01.
pub fn datetime(text: &[u8]) -> Option<i64> {
    let (day, clock) = text.split_at_checked(10)?;
    let ([b' ' | b'T', h0, h1, b':', m0, m1, b':', s0, s1], fraction) = clock.split_first_chunk()? else { return None };
    let micros = match fraction {
        [] => 0,
        [b'.', digits @ ..] => number::<6>(digits)?,
        _ => return None,
    };
    let (hour, minute, second) = (number::<2>(&[*h0, *h1])?, number::<2>(&[*m0, *m1])?, number::<2>(&[*s0, *s1])?);
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(i64::from(date(day)?) * DAY + calendar::clock(hour, minute, second, micros))
}

/// Parses a UUID of 36 characters.
pub fn uuid(text: &[u8]) -> Option<[u8; 16]> {
    // The positions of each byte's two digits.
    const AT: [usize; 16] = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
    let text: &[u8; 36] = text.try_into().ok()?;
    if [8, 13, 18, 23].iter().any(|at| text[*at] != b'-') {
        return None;
    }
    let mut bytes = [0; 16];
    let mut all = 0;
    for (byte, at) in bytes.iter_mut().zip(AT) {
        let (high, low) = (NIBBLES[usize::from(text[at])], NIBBLES[usize::from(text[at + 1])]);
        all |= high | low;
        *byte = high << 4 | low & 15;
    }
    (all < 16).then_some(bytes)
}

/// The value of each character as a hexadecimal digit; 255 if it is none.
const NIBBLES: [u8; 256] = {
    let mut nibbles = [255; 256];
    let mut value = 0;
    while value < 16 {
        nibbles[b"0123456789abcdef"[value] as usize] = value as u8;
        nibbles[b"0123456789ABCDEF"[value] as usize] = value as u8;
        value += 1;
    }
    nibbles
};

/// The powers of ten of up to 15 digits, all of which are exact floats.
const POWERS: [f64; 16] = [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

/// Returns the unscaled value of the decimal of at most 15 digits, `scale` of them after the point,
/// whose nearest float is `value`.
/// No two such decimals share a float, so it is the one that was stored.
pub fn unscaled(value: f64, precision: u8, scale: u8) -> Option<i128> {
    // Powers of ten up to this one, and integers below 2^53, are exact floats: the division rounds like
    // parsing the decimal.
    let power = *POWERS.get(usize::from(scale))?;
    let digits = (value * power).round();
    let limit = POWERS[usize::from(precision.min(15))];
    let is_stored = digits.abs() < limit && (digits / power).to_bits() == value.to_bits();
    is_stored.then_some(digits as i128)
}

/// Returns the unscaled value of an integer as a decimal of at most 15 digits.
pub fn unscaled_int(value: i64, precision: u8, scale: u8) -> Option<i128> {
    let unscaled = decimal::power(scale.into())?.checked_mul(value.into())?;
    decimal::fits(unscaled, precision.min(15)).then_some(unscaled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{iso, slot};

    #[test]
    fn usual_spellings_are_read_as_the_patient_readers_do() {
        for text in ["1970-01-02 03:04:05", "0001-01-01 00:00:00.000001", "9999-12-31T23:59:59.999999", "2024-02-29 12:00:00.500000"] {
            assert_eq!(datetime(text.as_bytes()), iso::parse_datetime(text).map(|(micros, _)| micros), "{text}");
            assert_eq!(date(&text.as_bytes()[..10]), iso::parse_date(&text[..10]), "{text}");
        }
        let (lower, upper) = ("00112233-4455-6677-8899-aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF");
        assert_eq!((uuid(lower.as_bytes()), uuid(upper.as_bytes())), (slot::parse_uuid(lower), slot::parse_uuid(upper)));
    }

    #[test]
    fn anything_else_is_left() {
        for text in [
            "",
            "1970-01-02",
            "1970-01-02 03:04",
            "1970-01-02 03:04:05Z",
            "1970-02-30 00:00:00",
            "1970-01-02 24:00:00",
            "1970-01-02 0a:00:00",
        ] {
            assert_eq!(datetime(text.as_bytes()), None, "{text}");
        }
        for text in
            ["", "0011223344556677-8899-aabbccddeeff----", "00112233-4455-6677-8899-aabbccddeefg", "é0112233-4455-6677-8899-aabbccddeef"]
        {
            assert_eq!(uuid(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn integers_are_decimals_or_left() {
        assert_eq!((unscaled_int(0, 10, 2), unscaled_int(-12, 4, 2), unscaled_int(7, 1, 0)), (Some(0), Some(-1_200), Some(7)));
        for (value, precision, scale) in [(100, 4, 2), (i64::MIN, 15, 0), (1, 38, 39), (i64::MAX, 38, 15)] {
            assert_eq!(unscaled_int(value, precision, scale), None, "{value}");
        }
    }

    #[test]
    fn floats_are_decimals_or_left() {
        assert_eq!((unscaled(0.1, 10, 2), unscaled(-12.5, 10, 2), unscaled(3.0, 5, 0)), (Some(10), Some(-1_250), Some(3)));
        assert_eq!(unscaled(123_456_789_012.345, 15, 3), Some(123_456_789_012_345));
        for (value, precision, scale) in
            [(0.1 + 0.2, 10, 2), (0.125, 10, 2), (1e15, 15, 0), (1000.0, 3, 0), (f64::INFINITY, 10, 2), (f64::NAN, 10, 2)]
        {
            assert_eq!(unscaled(value, precision, scale), None, "{value}");
        }
    }
}
