//! Compares instants, times of day and UUIDs by value, whatever their spelling.
//!
//! Texts are compared by the collations `oxyde_moment` and `oxyde_time`; the functions of the same
//! names return the canonical spelling. `oxyde_uuid(x)` does so for UUIDs, which may also be blobs, and
//! `oxyde_uuid(x, n)` returns the n-th spelling, so that an index can find each. Values that cannot be
//! parsed stay unchanged and sort last.

use std::cmp::Ordering;

use oxyde_ir::Value;

use super::register::{Answer, Answered};
use crate::backend::sqlite::read;
use crate::backend::sqlite::spelling;
use crate::backend::sqlite::statement::Cell;

/// The order of dates and times: with or without an offset, with `T` or a space, with any number of
/// digits.
pub fn moments(left: &[u8], right: &[u8]) -> Ordering {
    let alike = left.len() == right.len() && left.get(10) == right.get(10) && is_moment(left) && is_moment(right);
    if alike { left.cmp(right) } else { by_meaning(left, right, spelling::moment) }
}

/// The order of times of day.
pub fn times(left: &[u8], right: &[u8]) -> Ordering {
    let alike = left.len() == right.len() && is_clock(left) && is_clock(right);
    if alike { left.cmp(right) } else { by_meaning(left, right, spelling::time) }
}

/// Whether a text is `2024-02-29 23:59:59`, optionally with six more digits, without an offset: such
/// texts sort correctly by their bytes.
fn is_moment(text: &[u8]) -> bool {
    let parts = text.split_at_checked(11);
    parts.is_some_and(|(day, clock)| matches!(day, [_, _, _, _, b'-', _, _, b'-', _, _, b' ' | b'T']) && is_clock(clock))
}

/// The same for `23:59:59`.
fn is_clock(text: &[u8]) -> bool {
    let Some(([h0, h1, b':', m0, m1, b':', s0, s1], fraction)) = text.split_first_chunk() else { return false };
    let is_whole = [h0, h1, m0, m1, s0, s1].into_iter().all(u8::is_ascii_digit);
    is_whole
        && (fraction.is_empty() || matches!(fraction, [b'.', digits @ ..] if digits.len() == 6 && digits.iter().all(u8::is_ascii_digit)))
}

fn by_meaning(left: &[u8], right: &[u8], meaning: fn(&[u8]) -> Option<i64>) -> Ordering {
    match (meaning(left), meaning(right)) {
        (Some(left), Some(right)) => left.cmp(&right),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.cmp(right),
    }
}

/// Returns a text below or above all spellings of the values that are at least, or at most, this one.
/// For a value that cannot be parsed it is below or above everything, so that no row is missed.
pub fn beyond(arguments: &[Cell<'_>]) -> Answered {
    let [cell, Cell::Text(kind), Cell::Int(upper)] = arguments else { return Err("it takes a value, its kind and a side".to_owned()) };
    let upper = *upper != 0;
    let text = |meaning: fn(&[u8]) -> Option<i64>, value: fn(i64) -> Value| {
        if let Cell::Text(text) = cell { meaning(text).and_then(|micros| spelling::bound(&value(micros), upper)) } else { None }
    };
    let bound = match *kind {
        b"naive" => text(spelling::moment, Value::Datetime),
        b"aware" => text(spelling::moment, Value::DatetimeTz),
        b"time" => text(spelling::time, Value::Time),
        b"uuid" => spelling::uuid(*cell).map(|uuid| spelling::bound_of_uuid(uuid, upper)),
        _ => return Err("there is no such kind".to_owned()),
    };
    Ok(match bound {
        Some(text) => Answer::Text(text),
        None if upper => Answer::Blob(vec![0xff; 17]),
        None => Answer::Int(i64::MIN),
    })
}

/// Returns the integer of a value.
pub fn int(arguments: &[Cell<'_>]) -> Answered {
    let [cell] = arguments else { return Err("it takes one argument".to_owned()) };
    Ok(read::integer(*cell).map_or(Answer::Given, Answer::Int))
}

/// Returns a date and time in the canonical spelling, in UTC.
pub fn moment(arguments: &[Cell<'_>]) -> Answered {
    spelt(arguments, is_moment, |text| spelling::moment(text).and_then(spelling::of_moment))
}

/// Returns a time of day in the canonical spelling.
pub fn time(arguments: &[Cell<'_>]) -> Answered {
    spelt(arguments, is_clock, |text| spelling::time(text).and_then(spelling::of_time))
}

fn spelt(arguments: &[Cell<'_>], is_plain: fn(&[u8]) -> bool, meaning: fn(&[u8]) -> Option<String>) -> Answered {
    let [cell] = arguments else { return Err("it takes one argument".to_owned()) };
    if let Cell::Text(text) = *cell
        && !(is_plain(text) && text.get(10) != Some(&b'T') && !text.ends_with(b".000000"))
        && let Some(text) = meaning(text)
    {
        return Ok(Answer::Text(text));
    }
    Ok(Answer::Given)
}

/// Returns a UUID in the canonical spelling, or in the one of that number.
pub fn uuid(arguments: &[Cell<'_>]) -> Answered {
    let (cell, number) = match arguments {
        [cell] => (*cell, 0),
        [cell, Cell::Int(number)] => (*cell, *number),
        _ => return Err("it takes a UUID and the number of a spelling".to_owned()),
    };
    if let Cell::Text(text) = cell
        && number == 0
        && is_ours(text)
    {
        return Ok(Answer::Given);
    }
    let Some(uuid) = spelling::uuid(cell) else { return Ok(Answer::Given) };
    let number = u8::try_from(number).ok().and_then(|number| spelling::of_uuid(uuid, number));
    number.ok_or_else(|| "there is no such spelling".to_owned()).map(|spelling| match spelling {
        spelling::Uuid::Text(text) => Answer::Text(text),
        spelling::Uuid::Bytes(bytes) => Answer::Blob(bytes.to_vec()),
    })
}

/// Whether a text is a UUID in the canonical spelling.
fn is_ours(text: &[u8]) -> bool {
    let hyphens = [8, 13, 18, 23];
    let is_fit = |(at, byte): (usize, &u8)| if hyphens.contains(&at) { *byte == b'-' } else { matches!(byte, b'0'..=b'9' | b'a'..=b'f') };
    text.len() == 36 && text.iter().enumerate().all(is_fit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_have_the_order_of_what_they_mean() {
        let ascending: [&[&str]; 6] = [
            &["2024-05-01", "2024-05-01 00:00", "2024-05-01T00:00:00.000", "2024-05-01 02:00:00+02:00", "2024-04-30T23:00:00-01:00"],
            &["2024-05-01 11:59:59.999999", "2024-05-01T11:59:59.999999Z"],
            &["2024-05-01 12:00:00", "2024-05-01 12:00:00.000000", "2024-05-01T12:00", "2024-05-01 14:00:00.000 +02:00"],
            &["2024-05-01 12:00:00.000001", "2024-05-01T12:00:00.000001"],
            &["2024-05-02 00:00:00"],
            &["no moment"],
        ];
        for (at, group) in ascending.iter().enumerate() {
            for (other, others) in ascending.iter().enumerate() {
                for (left, right) in group.iter().flat_map(|left| others.iter().map(move |right| (left, right))) {
                    assert_eq!(moments(left.as_bytes(), right.as_bytes()), at.cmp(&other), "{left} {right}");
                }
            }
        }
    }

    #[test]
    fn times_have_the_order_of_what_they_mean() {
        for (left, right) in [("10:00", "10:00:00"), ("10:00:00", "10:00:00.000000"), ("10:00:00.5", "10:00:00.500000")] {
            assert_eq!(times(left.as_bytes(), right.as_bytes()), Ordering::Equal, "{left} {right}");
        }
        assert_eq!(times(b"09:59:59.999999", b"10:00"), Ordering::Less);
        assert_eq!(times(b"10:00", b"10:00:00.1"), Ordering::Less);
    }

    #[test]
    fn bounds_leave_nothing_out() {
        let beyond = |text: &str, kind: &str, upper| beyond(&[Cell::Text(text.as_bytes()), Cell::Text(kind.as_bytes()), Cell::Int(upper)]);
        let text = |text: &str| Ok(Answer::Text(text.to_owned()));
        assert_eq!(beyond("2024-05-01T12:00", "naive", 1), text("2024-05-02"));
        assert_eq!(beyond("2024-05-01 23:00:00-02:00", "aware", 0), text("2024-05-01"));
        assert_eq!(beyond("10:30", "time", 1), text("10:30;"));
        let key = "ABABABAB-abab-abab-abab-abababababab";
        assert_eq!(beyond(&key.to_lowercase(), "uuid", 1), text("ababababg"));
        assert_eq!(beyond(&key.to_lowercase(), "uuid", 0), text("ABABABAB"));
        assert_eq!((beyond(key, "uuid", 1), beyond(key, "uuid", 0)), (Ok(Answer::Blob(vec![0xff; 17])), Ok(Answer::Int(i64::MIN))));
        assert!(beyond(key, "date", 1).is_err());
    }

    #[test]
    fn there_is_one_spelling_of_ours() {
        let moment = |text: &str| moment(&[Cell::Text(text.as_bytes())]).unwrap();
        for text in ["2024-05-01T12:00:00.000000", "2024-05-01 14:00:00+02:00", "2024-05-01 12:00"] {
            assert_eq!(moment(text), Answer::Text("2024-05-01 12:00:00".to_owned()), "{text}");
        }
        assert_eq!(moment("2024-05-01 12:00:00.5"), Answer::Text("2024-05-01 12:00:00.500000".to_owned()));
        assert_eq!((moment("soon"), moment("2024-05-01 12:00:00")), (Answer::Given, Answer::Given));
        assert_eq!(time(&[Cell::Text(b"10:00")]), Ok(Answer::Text("10:00:00".to_owned())));
        assert_eq!(time(&[Cell::Int(7)]), Ok(Answer::Given));
        let hex = b"ABABABABABABABABABABABABABABABAB";
        assert_eq!(uuid(&[Cell::Text(hex)]), Ok(Answer::Text("abababab-abab-abab-abab-abababababab".to_owned())));
        assert_eq!(uuid(&[Cell::Text(hex), Cell::Int(3)]), uuid(&[Cell::Blob(&[0xab; 16]), Cell::Int(3)]));
        assert!(uuid(&[Cell::Text(hex), Cell::Int(5)]).is_err());
    }
}
