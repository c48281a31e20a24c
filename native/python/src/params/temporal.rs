//! Dates, times and lengths of time out of Python objects.

use oxyde_driver::calendar::{self, DAY, days_of};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDate, PyDateAccess, PyDateTime, PyDelta, PyDeltaAccess, PyTime, PyTimeAccess, PyTzInfo, PyTzInfoAccess};

use super::{Refusal, mismatch};

pub fn date(given: &Bound<'_, PyAny>) -> Result<i32, Refusal> {
    // A datetime is a date in Python, and would lose its time.
    if given.is_instance_of::<PyDateTime>() {
        return Err(mismatch("date", given));
    }
    let date = given.cast::<PyDate>().map_err(|_| mismatch("date", given))?;
    Ok(days_of(date.get_year(), date.get_month(), date.get_day()))
}

pub fn time(given: &Bound<'_, PyAny>) -> Result<i64, Refusal> {
    let time = given.cast::<PyTime>().map_err(|_| mismatch("time", given))?;
    if time.get_tzinfo().is_some() {
        return Err(Refusal::Unfit("a time with a zone for a column without one: use time.replace(tzinfo=None)".to_owned()));
    }
    Ok(micros_of(time))
}

/// Microseconds since midnight, and seconds east of Greenwich.
pub fn time_tz(given: &Bound<'_, PyAny>) -> Result<(i64, i32), Refusal> {
    let time = given.cast::<PyTime>().map_err(|_| mismatch("time", given))?;
    if time.get_tzinfo().is_none() {
        return Err(Refusal::Unfit(
            "a time without a zone for a column with one: add one, such as time.replace(tzinfo=timezone.utc)".to_owned(),
        ));
    }
    let offset = given.call_method0(intern!(given.py(), "utcoffset"))?;
    let offset = offset.cast::<PyDelta>().map_err(|_| {
        Refusal::Unfit("a time in a zone whose offset depends on the date: give it a fixed one, such as timezone.utc".to_owned())
    })?;
    let east = micros(offset);
    if east % 1_000_000 != 0 {
        return Err(Refusal::Unfit("a time whose zone has an offset with a fraction of a second".to_owned()));
    }
    // Less than a day.
    Ok((micros_of(time), (east / 1_000_000) as i32))
}

pub fn has_zone(given: &Bound<'_, PyAny>) -> bool {
    given.cast::<PyTime>().is_ok_and(|given| given.get_tzinfo().is_some())
}

fn micros_of(clock: &impl PyTimeAccess) -> i64 {
    calendar::clock(clock.get_hour().into(), clock.get_minute().into(), clock.get_second().into(), clock.get_microsecond())
}

/// Microseconds since 1970-01-01 00:00:00 as the clock shows, whatever the zone.
fn local(given: &Bound<'_, PyDateTime>) -> i64 {
    i64::from(days_of(given.get_year(), given.get_month(), given.get_day())) * DAY + micros_of(given)
}

pub fn is_aware(given: &Bound<'_, PyAny>) -> bool {
    given.cast::<PyDateTime>().is_ok_and(|given| given.get_tzinfo().is_some())
}

pub fn datetime(given: &Bound<'_, PyAny>) -> Result<i64, Refusal> {
    let given = given.cast::<PyDateTime>().map_err(|_| mismatch("datetime", given))?;
    if given.get_tzinfo().is_some() {
        return Err(Refusal::Unfit(
            "a datetime with a zone for a column without one: declare it AwareDatetime, or drop the zone".to_owned(),
        ));
    }
    Ok(local(given))
}

pub fn datetime_tz(given: &Bound<'_, PyAny>) -> Result<i64, Refusal> {
    let given = given.cast::<PyDateTime>().map_err(|_| mismatch("datetime", given))?;
    let py = given.py();
    let naive =
        || Refusal::Unfit("a datetime without a zone for a column with one: add one, such as datetime.now(timezone.utc)".to_owned());
    let zone = given.get_tzinfo().ok_or_else(naive)?;
    let mut instant = local(given);
    if !zone.is(PyTzInfo::utc(py)?) {
        let offset = given.call_method0(intern!(py, "utcoffset"))?;
        let offset = offset.cast::<PyDelta>().map_err(|_| naive())?;
        instant -= micros(offset);
    }
    if calendar::datetime_of(instant).is_some() {
        Ok(instant)
    } else {
        Err(Refusal::Unfit("a datetime outside the years 1 to 9999 in UTC".to_owned()))
    }
}

fn micros(delta: &Bound<'_, PyDelta>) -> i64 {
    let seconds = i64::from(delta.get_days()) * 86_400 + i64::from(delta.get_seconds());
    // At most 10**9 days: 8.64e19 would overflow, so this is only used for offsets of less than a day.
    seconds * 1_000_000 + i64::from(delta.get_microseconds())
}

pub fn duration(given: &Bound<'_, PyAny>) -> Result<i64, Refusal> {
    let delta = given.cast::<PyDelta>().map_err(|_| mismatch("timedelta", given))?;
    let seconds = i64::from(delta.get_days()) * 86_400 + i64::from(delta.get_seconds());
    seconds
        .checked_mul(1_000_000)
        .and_then(|micros| micros.checked_add(delta.get_microseconds().into()))
        .ok_or_else(|| Refusal::Unfit("a timedelta of more than 292,277 years".to_owned()))
}
