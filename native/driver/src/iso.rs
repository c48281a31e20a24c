//! Dates and times as ISO 8601 text, both ways, in the proleptic Gregorian calendar.

/// Days from 0000-01-01 to 1970-01-01.
const EPOCH: i64 = 719_528;
const DAY: i64 = 86_400_000_000;
const MONTH_STARTS: [i64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];

const fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// Days from 0000-01-01 to the first day of a year.
fn year_start(year: i64) -> i64 {
    let before = year - 1;
    365 * year + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) + 1
}

/// Days from the start of a year to the first day of a month, 1 to 12.
fn month_start(year: i64, month: i64) -> i64 {
    MONTH_STARTS[month as usize - 1] + i64::from(month > 2 && is_leap(year))
}

/// Days since 1970-01-01; `None` for a day that no calendar has.
pub fn days(year: i32, month: u32, day: u32) -> Option<i32> {
    let (year, month, day) = (i64::from(year), i64::from(month), i64::from(day));
    if !(1..=12).contains(&month) {
        return None;
    }
    let start = month_start(year, month);
    let end = if month == 12 { 365 + i64::from(is_leap(year)) } else { month_start(year, month + 1) };
    if !(1..=end - start).contains(&day) {
        return None;
    }
    i32::try_from(year_start(year) + start + day - 1 - EPOCH).ok()
}

/// Year, month and day of a day since 1970-01-01.
pub fn civil(days: i64) -> (i64, i64, i64) {
    let total = days + EPOCH;
    let mut year = total.div_euclid(146_097) * 400 + total.rem_euclid(146_097) * 400 / 146_097;
    while year_start(year) > total {
        year -= 1;
    }
    while year_start(year + 1) <= total {
        year += 1;
    }
    let rest = total - year_start(year);
    let mut month = 12;
    while month_start(year, month) > rest {
        month -= 1;
    }
    (year, month, rest - month_start(year, month) + 1)
}

/// `2024-02-29`; `None` outside the years 0 to 9999.
pub fn date(days: i32) -> Option<String> {
    let (year, month, day) = civil(days.into());
    (0..=9_999).contains(&year).then(|| format!("{year:04}-{month:02}-{day:02}"))
}

/// `23:59:59.999999`; `None` outside 00:00 to 24:00.
pub fn time(micros: i64) -> Option<String> {
    if !(0..=DAY).contains(&micros) {
        return None;
    }
    let (seconds, fraction) = (micros / 1_000_000, micros % 1_000_000);
    Some(format!("{:02}:{:02}:{:02}.{fraction:06}", seconds / 3_600, seconds / 60 % 60, seconds % 60))
}

/// `2024-02-29 23:59:59.999999`, with `separator` between date and time; `None` outside the years 0 to 9999.
pub fn datetime(micros: i64, separator: char) -> Option<String> {
    let date = date(i32::try_from(micros.div_euclid(DAY)).ok()?)?;
    let time = time(micros.rem_euclid(DAY))?;
    Some(format!("{date}{separator}{time}"))
}

/// Digits only, at most nine of them.
fn number(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.len() <= 9 && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// Days since 1970-01-01 from `2024-02-29`.
pub fn parse_date(text: &str) -> Option<i32> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    days(i32::try_from(number(year)?).ok()?, number(month)?, number(day)?)
}

/// Microseconds since midnight from `23:59`, `23:59:59` or `23:59:59.999999`; 24:00 included.
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
    let micros = i64::from(hour * 3_600 + minute * 60 + second) * 1_000_000 + parse_fraction(fraction)?;
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

/// Microseconds since 1970-01-01 from `2024-02-29 23:59:59.999999` (or with `T`), and the offset in seconds
/// east of Greenwich when the text ends in `Z`, `+02:00` or `+02`, perhaps after a space. The microseconds are those of the clock on the wall.
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
    (seconds < 86_400).then_some(if sign == "-" { -seconds } else { seconds })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_ten_millennia_returns() {
        let mut before = String::new();
        for day in days(0, 1, 1).unwrap()..=days(9_999, 12, 31).unwrap() {
            let text = date(day).unwrap();
            assert_eq!(parse_date(&text), Some(day), "{text}");
            assert!(before < text, "{before} {text}");
            before = text;
        }
        assert_eq!(date(0).unwrap(), "1970-01-01");
        assert_eq!(days(2_000, 2, 29), Some(11_016));
        assert_eq!((days(1_900, 2, 29), days(2_024, 4, 31), days(2_024, 0, 1), days(2_024, 13, 1)), (None, None, None, None));
        assert_eq!(date(days(9_999, 12, 31).unwrap() + 1), None);
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
