//! Days since 1970-01-01, dates of the proleptic Gregorian calendar, and clocks in microseconds.
//!
//! Both directions count days from 1 March of year 0 in eras of 400 years
//! (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").

use std::ops::RangeInclusive;

/// One second in microseconds.
pub const SECOND: i64 = 1_000_000;
pub const DAY: i64 = 86_400 * SECOND;

/// The days from 0001-01-01 to 9999-12-31: the range that every client supports, Python included.
pub const DAYS: RangeInclusive<i32> = -719_162..=2_932_896;

/// The days from 0000-03-01 to 1970-01-01.
const EPOCH: i64 = 719_468;
const ERA: i64 = 146_097;

const LENGTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// Returns the days since 1970-01-01 of a date that must exist.
#[inline]
pub fn days_of(year: i32, month: u8, day: u8) -> i32 {
    let (month, day) = (i64::from(month), i64::from(day));
    let year = i64::from(year) - i64::from(month <= 2);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (year.div_euclid(400) * ERA + day_of_era - EPOCH) as i32
}

/// Returns the days since 1970-01-01, or `None` for a date that does not exist. The year has at most
/// six digits.
#[inline]
pub fn days(year: i32, month: u32, day: u32) -> Option<i32> {
    let length = LENGTHS.get((month as usize).wrapping_sub(1))?;
    let is_leap_day = || (month, day) == (2, 29) && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let exists = (1..=*length).contains(&day) || is_leap_day();
    (exists && year.abs() < 1_000_000).then(|| days_of(year, month as u8, day as u8))
}

/// Returns year, month and day.
#[inline]
pub fn civil(days: i32) -> (i32, u8, u8) {
    let shifted = i64::from(days) + EPOCH;
    let day_of_era = shifted.rem_euclid(ERA);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + shifted.div_euclid(ERA) * 400 + i64::from(month <= 2);
    (year as i32, month as u8, day as u8)
}

/// Returns year, month and day, or `None` outside the years 1 to 9999.
#[inline]
pub fn date_of(days: i32) -> Option<(i32, u8, u8)> {
    DAYS.contains(&days).then(|| civil(days))
}

/// Returns hour, minute, second and microsecond of a time of day.
#[inline]
pub const fn clock_of(micros: i64) -> (u8, u8, u8, u32) {
    let seconds = micros / SECOND;
    ((seconds / 3_600) as u8, (seconds / 60 % 60) as u8, (seconds % 60) as u8, (micros % SECOND) as u32)
}

/// Returns microseconds since midnight.
#[inline]
pub fn clock(hour: u32, minute: u32, second: u32, micros: u32) -> i64 {
    (i64::from(hour) * 3_600 + i64::from(minute) * 60 + i64::from(second)) * SECOND + i64::from(micros)
}

/// Splits microseconds since 1970-01-01 into the day and the microseconds since its midnight.
#[inline]
pub const fn split(micros: i64) -> (i64, i64) {
    (micros.div_euclid(DAY), micros.rem_euclid(DAY))
}

/// Returns the date and the microsecond of the day, or `None` outside the years 1 to 9999.
#[inline]
pub fn datetime_of(micros: i64) -> Option<((i32, u8, u8), i64)> {
    let (days, rest) = split(micros);
    Some((date_of(i32::try_from(days).ok()?)?, rest))
}

/// Converts local time at `offset` seconds east of UTC to UTC.
#[inline]
pub fn in_utc(micros: i64, offset: i32) -> i64 {
    micros - i64::from(offset) * SECOND
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_ten_millennia_returns() {
        let mut before = (-1, 12, 31);
        for day in days(0, 1, 1).unwrap()..=*DAYS.end() {
            let (year, month, of_month) = civil(day);
            assert!((year, month, of_month) > before);
            assert_eq!(days(year, month.into(), of_month.into()), Some(day));
            before = (year, month, of_month);
        }
        assert_eq!((date_of(*DAYS.start()), date_of(*DAYS.end())), (Some((1, 1, 1)), Some((9_999, 12, 31))));
        assert_eq!((date_of(DAYS.start() - 1), date_of(DAYS.end() + 1)), (None, None));
        assert_eq!((civil(0), days(2_000, 2, 29)), ((1970, 1, 1), Some(11_016)));
    }

    #[test]
    fn no_calendar_has_other_days() {
        for (year, month, day) in [(1_900, 2, 29), (2_024, 4, 31), (2_024, 0, 1), (2_024, 13, 1), (2_024, 1, 0), (0, 0, 0)] {
            assert_eq!(days(year, month, day), None, "{year}-{month}-{day}");
        }
    }

    #[test]
    fn far_days_are_reckoned_without_overflow() {
        for day in [i32::MIN, i32::MAX] {
            let (year, month, of_month) = civil(day);
            assert_eq!(days_of(year, month, of_month), day);
        }
        assert_eq!(split(-1), (-1, DAY - 1));
        assert_eq!(datetime_of(i64::MAX), None);
        assert_eq!(clock_of(clock(23, 59, 58, 7)), (23, 59, 58, 7));
    }
}
