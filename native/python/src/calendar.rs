//! Days since 1970-01-01 and dates of the proleptic Gregorian calendar, for the years that Python knows.

pub const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The first and last day that a Python date can hold: 0001-01-01 and 9999-12-31.
const FIRST_DAY: i32 = -719_162;
const LAST_DAY: i32 = 2_932_896;

/// Year, month and day; `None` outside the years 1 to 9999.
///
/// The algorithm counts days from 1 March of year 0 in eras of 400 years (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms").
pub fn date_of(days: i32) -> Option<(i32, u8, u8)> {
    if !(FIRST_DAY..=LAST_DAY).contains(&days) {
        return None;
    }
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    Some((year, month as u8, day as u8))
}

/// The days since 1970-01-01 of a date.
pub fn days_of(year: i32, month: u8, day: u8) -> i32 {
    let (month, day) = (i32::from(month), i32::from(day));
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

/// Hour, minute, second and microsecond of a time of day.
pub fn clock_of(micros: i64) -> (u8, u8, u8, u32) {
    let seconds = micros / 1_000_000;
    ((seconds / 3_600) as u8, (seconds / 60 % 60) as u8, (seconds % 60) as u8, (micros % 1_000_000) as u32)
}

/// Microseconds since 1970-01-01 00:00:00 as day and microsecond of the day; `None` outside the years 1 to 9999.
pub fn split(micros: i64) -> Option<((i32, u8, u8), i64)> {
    let days = i32::try_from(micros.div_euclid(MICROS_PER_DAY)).ok()?;
    Some((date_of(days)?, micros.rem_euclid(MICROS_PER_DAY)))
}

/// Whether an instant lies in the years 1 to 9999.
pub fn in_range(micros: i64) -> bool {
    split(micros).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_python_survives_the_way_there_and_back() {
        let mut before = (0, 12, 31);
        for days in FIRST_DAY..=LAST_DAY {
            let date = date_of(days).unwrap();
            assert!(date > before);
            assert_eq!(days_of(date.0, date.1, date.2), days);
            before = date;
        }
        assert_eq!(date_of(FIRST_DAY), Some((1, 1, 1)));
        assert_eq!(date_of(LAST_DAY), Some((9999, 12, 31)));
        assert_eq!(date_of(0), Some((1970, 1, 1)));
        assert_eq!(date_of(LAST_DAY + 1), None);
        assert_eq!(date_of(FIRST_DAY - 1), None);
    }
}
