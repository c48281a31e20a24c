//! Rows as JSON text, as Pydantic writes the instances that they would be.

use oxyde_driver::calendar::{DAY, clock_of, date_of, datetime_of};
use oxyde_driver::{Column, ColumnBatch, Data, decimal};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

use crate::hydrate;

/// How a column is written: what comes before the value (a brace or a comma, and the name); whether NULL is no value of it; its limits
/// (of integers, of the characters of a text, the digits of decimals and those after the point), and what returns whether its values
/// are valid and stay as they are, where no limits say it; what returns the JSON of each of its values, or None.
pub type Field<'py> = (Vec<u8>, bool, Option<(i64, i64)>, Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>);

/// The values of a column, ready to be written without the GIL.
enum Ready<'a> {
    Values(&'a Column),
    Texts(Vec<Vec<u8>>),
}

/// A value that has no text here, whatever the reason: the instances say it.
struct Unwritable;

/// Returns the rows with commas between; `None` where they must be instances first.
pub fn rows<'py>(py: Python<'py>, batch: &ColumnBatch, fields: &[Field<'py>], first: usize) -> PyResult<Option<Bound<'py, PyBytes>>> {
    if fields.len() != batch.columns.len() {
        return Ok(None);
    }
    let mut ready = Vec::with_capacity(fields.len());
    for (field, column) in fields.iter().zip(&batch.columns) {
        let Some(one) = prepared(py, batch.rows, field, column, first)? else { return Ok(None) };
        ready.push((field.0.as_slice(), one));
    }
    let text = py.detach(|| written(batch.rows, &ready));
    Ok(text.ok().map(|text| PyBytes::new(py, &text)))
}

fn prepared<'a>(py: Python<'_>, rows: usize, field: &Field<'_>, column: &'a Column, first: usize) -> PyResult<Option<Ready<'a>>> {
    let (_, required, limits, check, render) = field;
    if *required && column.valid.as_ref().is_some_and(|valid| valid.contains(&false)) {
        return Ok(None);
    }
    if let Some(render) = render {
        let made = render.call1((hydrate::column(py, column, rows, first)?,))?;
        if made.is_none() {
            return Ok(None);
        }
        let texts: Vec<Vec<u8>> = made.cast::<PyList>()?.iter().map(|text| text.extract()).collect::<PyResult<_>>()?;
        return Ok((texts.len() == rows).then_some(Ready::Texts(texts)));
    }
    if let Some(check) = check
        && !limits.is_some_and(|(low, high)| (0..rows).all(|row| !column.is_valid(row) || is_within(&column.data, row, low, high)))
        && !check.call1((hydrate::column(py, column, rows, first)?,))?.is_truthy()?
    {
        return Ok(None);
    }
    Ok(Some(Ready::Values(column)))
}

/// Whether a value is surely within the limits of its column.
fn is_within(data: &Data, row: usize, low: i64, high: i64) -> bool {
    match data {
        Data::Int16(v) => (low..=high).contains(&v[row].into()),
        Data::Int32(v) => (low..=high).contains(&v[row].into()),
        Data::Int64(v) => (low..=high).contains(&v[row]),
        Data::Text(v) => {
            // A text has no more characters than bytes.
            let bytes = v.get(row);
            let high = usize::try_from(high).unwrap_or(usize::MAX);
            (low == 0 && bytes.len() <= high)
                || std::str::from_utf8(bytes).is_ok_and(|text| {
                    let characters = text.chars().count();
                    characters <= high && i64::try_from(characters).is_ok_and(|characters| characters >= low)
                })
        }
        Data::Decimal { precision, scale, .. } => {
            let (precision, scale) = (i64::from(*precision), i64::from(*scale));
            scale <= high && precision - scale <= low - high
        }
        Data::DecimalText { values, .. } => is_of_digits(values.get(row), low, high),
        Data::Bool(_)
        | Data::UInt64(_)
        | Data::Float32(_)
        | Data::Float64(_)
        | Data::Bytes(_)
        | Data::Date(_)
        | Data::Time(_)
        | Data::TimeTz(_)
        | Data::Datetime(_)
        | Data::DatetimeTz(_)
        | Data::Duration(_)
        | Data::Interval(_)
        | Data::Uuid(_)
        | Data::Json(_)
        | Data::Enum(_)
        | Data::List { .. }
        | Data::Dynamic(_) => false,
    }
}

/// Whether a decimal is finite, and has no more digits than it may have, and after the point.
fn is_of_digits(text: &[u8], digits: i64, places: i64) -> bool {
    let text = text.strip_prefix(b"-").unwrap_or(text);
    let point = text.iter().position(|byte| *byte == b'.').unwrap_or(text.len());
    let after = text.len().saturating_sub(point + 1);
    let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.')
        && count(after) <= places
        && count(point) <= digits.saturating_sub(places)
}

fn written(rows: usize, ready: &[(&[u8], Ready<'_>)]) -> Result<Vec<u8>, Unwritable> {
    let mut out = Vec::with_capacity(rows * ready.iter().map(|(key, _)| key.len() + 12).sum::<usize>());
    for row in 0..rows {
        if row > 0 {
            out.push(b',');
        }
        for (key, one) in ready {
            out.extend_from_slice(key);
            match one {
                Ready::Texts(texts) => out.extend_from_slice(&texts[row]),
                Ready::Values(column) if column.is_valid(row) => value(&mut out, &column.data, row)?,
                Ready::Values(_) => out.extend_from_slice(b"null"),
            }
        }
        out.push(b'}');
    }
    Ok(out)
}

fn value(out: &mut Vec<u8>, data: &Data, row: usize) -> Result<(), Unwritable> {
    match data {
        Data::Bool(v) => out.extend_from_slice(if v[row] { b"true" } else { b"false" }),
        Data::Int16(v) => integer(out, v[row].into()),
        Data::Int32(v) => integer(out, v[row].into()),
        Data::Int64(v) => integer(out, v[row]),
        // What is no number is null.
        Data::Float64(v) => serde_json::to_writer(out, &v[row]).map_err(|_| Unwritable)?,
        Data::Text(v) | Data::Enum(v) => text(out, std::str::from_utf8(v.get(row)).map_err(|_| Unwritable)?),
        Data::Decimal { values, scale, .. } => match (i64::try_from(values[row]), usize::try_from(*scale)) {
            (Ok(unscaled), Ok(scale @ 0..=6)) => short(out, unscaled, scale),
            (Ok(_) | Err(_), _) => number(out, &decimal::text(values[row], *scale)),
        },
        Data::DecimalText { values, .. } => number(out, std::str::from_utf8(values.get(row)).map_err(|_| Unwritable)?),
        Data::Date(v) => {
            let date = date_of(v[row]).ok_or(Unwritable)?;
            out.push(b'"');
            day(out, date);
            out.push(b'"');
        }
        Data::Time(v) if (0..DAY).contains(&v[row]) => {
            out.push(b'"');
            clock(out, v[row]);
            out.push(b'"');
        }
        Data::Datetime(v) => moment(out, v[row], b"\"")?,
        Data::DatetimeTz(v) => moment(out, v[row], b"Z\"")?,
        Data::Uuid(v) => uuid(out, &v[row]),
        Data::UInt64(_)
        | Data::Float32(_)
        | Data::Bytes(_)
        | Data::Time(_)
        | Data::TimeTz(_)
        | Data::Duration(_)
        | Data::Interval(_)
        | Data::Json(_)
        | Data::List { .. }
        | Data::Dynamic(_) => return Err(Unwritable),
    }
    Ok(())
}

fn integer(out: &mut Vec<u8>, value: i64) {
    // Writing to a vector does not fail.
    let _ = serde_json::to_writer(out, &value);
}

fn text(out: &mut Vec<u8>, value: &str) {
    let _ = serde_json::to_writer(out, value);
}

/// A number of two digits.
fn two(out: &mut Vec<u8>, number: u8) {
    out.extend_from_slice(&[b'0' + number / 10, b'0' + number % 10]);
}

fn day(out: &mut Vec<u8>, (year, month, day): (i32, u8, u8)) {
    two(out, (year / 100) as u8);
    two(out, (year % 100) as u8);
    out.push(b'-');
    two(out, month);
    out.push(b'-');
    two(out, day);
}

fn clock(out: &mut Vec<u8>, micros: i64) {
    let (hour, minute, second, micro) = clock_of(micros);
    two(out, hour);
    out.push(b':');
    two(out, minute);
    out.push(b':');
    two(out, second);
    if micro != 0 {
        out.push(b'.');
        two(out, (micro / 10_000) as u8);
        two(out, (micro / 100 % 100) as u8);
        two(out, (micro % 100) as u8);
    }
}

fn moment(out: &mut Vec<u8>, micros: i64, end: &[u8]) -> Result<(), Unwritable> {
    let (date, rest) = datetime_of(micros).ok_or(Unwritable)?;
    out.push(b'"');
    day(out, date);
    out.push(b'T');
    clock(out, rest);
    out.extend_from_slice(end);
    Ok(())
}

fn uuid(out: &mut Vec<u8>, bytes: &[u8; 16]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    out.push(b'"');
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        out.extend_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    out.push(b'"');
}

/// A decimal of a few digits after the point, which needs no exponent.
fn short(out: &mut Vec<u8>, unscaled: i64, scale: usize) {
    let mut digits = [0; 24];
    let (mut left, mut start) = (unscaled.unsigned_abs(), digits.len());
    while left > 0 || digits.len() - start <= scale {
        start -= 1;
        digits[start] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    let (whole, fraction) = digits[start..].split_at(digits.len() - start - scale);
    out.push(b'"');
    if unscaled < 0 {
        out.push(b'-');
    }
    out.extend_from_slice(whole);
    if scale > 0 {
        out.push(b'.');
        out.extend_from_slice(fraction);
    }
    out.push(b'"');
}

/// A decimal as Python's `str` has it: with an exponent where six zeros would follow the point.
fn number(out: &mut Vec<u8>, plain: &str) {
    let (sign, digits) = plain.strip_prefix('-').map_or(("", plain), |digits| ("-", digits));
    let Some((_, fraction)) = digits.split_once('.').filter(|(whole, _)| *whole == "0") else { return text(out, plain) };
    let significant = fraction.trim_start_matches('0');
    // What is zero has one digit, the last.
    let leading = fraction.len() - significant.len().max(1);
    if leading < 6 {
        return text(out, plain);
    }
    let significant = if significant.is_empty() { "0" } else { significant };
    let (head, tail) = significant.split_at(1);
    let point = if tail.is_empty() { "" } else { "." };
    text(out, &format!("{sign}{head}{point}{tail}E-{}", leading + 1));
}
