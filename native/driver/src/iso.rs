//! Formats and parses dates and times as ISO 8601 text.

use crate::calendar::{self, DAY, SECOND};

/// Returns a date as `2024-02-29`, or `None` outside the years 0 to 9999.
pub fn date(days: i32) -> Option<String> {
    let (year, month, day) = calendar::civil(days);
    (0..=9_999).contains(&year).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// Returns a time as `23:59:59.999999`, or `None` outside 00:00 to 24:00.
pub fn time(micros: i64) -> Option<String> {
    if !(0..=DAY).contains(&micros) {
        return None;
    }
    let (hour, minute, second, fraction) = calendar::clock_of(micros);
    Some(format!("{hour:02}:{minute:02}:{second:02}.{fraction:06}"))
}

/// Returns `2024-02-29 23:59:59.999999` with `separator` between date and time, or `None` outside the
/// years 0 to 9999.
pub fn datetime(micros: i64, separator: char) -> Option<String> {
    let (days, rest) = calendar::split(micros);
    let (date, time) = (date(i32::try_from(days).ok()?)?, time(rest)?);
    Some(format!("{date}{separator}{time}"))
}

/// Parses one to nine digits.
fn number(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Parses `2024-02-29` as days since 1970-01-01.
pub fn parse_date(text: &str) -> Option<i32> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    calendar::days(i32::try_from(number(year)?).ok()?, number(month)?, number(day)?)
}

/// Parses `23:59`, `23:59:59` or `23:59:59.999999` as microseconds since midnight; accepts 24:00.
/// Digits beyond microseconds must be zeros.
pub fn parse_time(text: &str) -> Option<i64> {
    let (clock, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let mut parts = clock.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next().unwrap_or("00"));
    if parts.next().is_some() || (hour.len(), minute.len(), second.len()) != (2, 2, 2) {
        return None;
    }
    let (hour, minute, second) = (number(hour)?, number(minute)?, number(second)?);
    if minute > 59 || second > 59 {
        return None;
    }
    let micros = calendar::clock(hour, minute, second, 0) + parse_fraction(fraction)?;
    (micros <= DAY).then_some(micros)
}

fn parse_fraction(digits: &str) -> Option<i64> {
    let (kept, rest) = digits.split_at_checked(6).unwrap_or((digits, ""));
    if rest.bytes().any(|byte| byte != b'0') {
        return None;
    }
    let missing = u32::try_from(6 - kept.len()).ok()?;
    Some(i64::from(number(kept)?) * 10_i64.pow(missing))
}

/// Parses `2024-02-29 23:59:59.999999` (or with `T`) as microseconds since 1970-01-01 in local time,
/// and the offset in seconds east of UTC if the text ends in `Z`, `+02:00` or `+02`, with or without a
/// space before it.
pub fn parse_datetime(text: &str) -> Option<(i64, Option<i32>)> {
    let (day, clock) = text.split_at_checked(10)?;
    let clock = clock.strip_prefix(['T', 't', ' '])?;
    let (clock, offset) = match clock.find(['Z', 'z', '+', '-']) {
        Some(at) => (clock.get(..at).map(|clock| clock.strip_suffix(' ').unwrap_or(clock))?, Some(parse_offset(clock.get(at..)?)?)),
        None => (clock, None),
    };
    Some((i64::from(parse_date(day)?) * DAY + parse_time(clock)?, offset))
}

fn parse_offset(text: &str) -> Option<i32> {
    if text.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let (sign, clock) = text.split_at_checked(1)?;
    let mut seconds = 0;
    for (index, part) in clock.split(':').enumerate() {
        let unit = *[3_600, 60, 1].get(index)?;
        let value = number(part).filter(|value| part.len() == 2 && (index == 0 || *value < 60))?;
        seconds += i32::try_from(value).ok()? * unit;
    }
    (i64::from(seconds) * SECOND < DAY).then_some(if sign == "-" { -seconds } else { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_ten_millennia_returns() {
        let mut before = String::new();
        for day in parse_date("0000-01-01").unwrap()..=parse_date("9999-12-31").unwrap() {
            let text = date(day).unwrap();
            assert_eq!(parse_date(&text), Some(day), "{text}");
            assert!(before < text, "{before} {text}");
            before = text;
        }
        assert_eq!(date(0).unwrap(), "1970-01-01");
        assert_eq!((parse_date("1900-02-29"), parse_date("2024-04-31")), (None, None));
        assert_eq!(date(calendar::DAYS.end() + 1), None);
    }

    #[test]
    fn clocks_return() {
        for micros in [0, 1, 999_999, DAY - 1, DAY] {
            assert_eq!(parse_time(&time(micros).unwrap()), Some(micros));
        }
        assert_eq!(parse_time("07:05"), Some(25_500_000_000));
        assert_eq!(parse_time("07:05:01.5"), Some(25_501_500_000));
        assert_eq!((parse_time("24:00:00.000001"), parse_time("07:60:00"), parse_time("07:05:01.0000001")), (None, None, None));
    }

    #[test]
    fn datetimes_return() {
        for micros in [0, -1, 253_402_300_799_999_999, -62_167_219_200_000_000] {
            assert_eq!(parse_datetime(&datetime(micros, 'T').unwrap()), Some((micros, None)));
        }
        assert_eq!(parse_datetime("1970-01-01T02:00:00+02:00"), Some((7_200_000_000, Some(7_200))));
        assert_eq!(parse_datetime("1970-01-01 00:00:00Z"), Some((0, Some(0))));
        assert_eq!(datetime(253_402_300_800_000_000, ' '), None);
        assert_eq!(parse_datetime("1970-01-01é00:00"), None);
    }
}
