//! Binds the parameters of a statement.

use std::borrow::Cow;

use oxyde_ir::program::{Form, Origin, Repeat, Slot};
use oxyde_ir::{ColumnType, Value};

use super::float::Speller;
use super::handle::Handle;
use super::spelling;
use super::statement::{Cursor, Unbound};
use crate::batch::{Column, Data};
use crate::error::{Error, Kind, Result};
use crate::request::{Request, Run};
use crate::{decimal, iso, slot};

/// The number of decimal digits that a float always preserves (`DBL_DIG`).
const FLOAT_DIGITS: usize = 15;

/// Binds the slots of one run.
pub fn bind<'a>(cursor: &mut Cursor<'a>, handle: &Handle, request: &Request<'a>, run: Run) -> Result<()> {
    for (index, (slot, row)) in request.step.text.slots(run.rows).enumerate() {
        bind_slot(cursor, index + 1, handle, request, slot, run, run.start + row).map_err(|fault| fault.at(request, slot))?;
    }
    Ok(())
}

/// Why a value cannot be sent.
enum Fault {
    Value(String),
    /// The statement was compiled for another server.
    Form,
    Other(Error),
}

impl From<Unbound> for Fault {
    fn from(unbound: Unbound) -> Self {
        Self::Value(unbound.reason())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Self::Value(reason)
    }
}

impl Fault {
    fn at(self, request: &Request<'_>, slot: &Slot) -> Error {
        match self {
            Self::Value(reason) => request.misfit(slot, &reason),
            Self::Other(error) => error,
            Self::Form => {
                Error::new(Kind::Internal, format!("{} has a form that SQLite does not know: {:?}", request.place(slot), slot.form))
            }
        }
    }
}

fn bind_slot<'a>(
    cursor: &mut Cursor<'a>,
    at: usize,
    handle: &Handle,
    request: &Request<'a>,
    slot: &Slot,
    run: Run,
    row: usize,
) -> std::result::Result<(), Fault> {
    let stored = request.column(slot.origin);
    match (slot.form, slot.origin) {
        (Form::Scalar, origin) => match stored {
            Some(column) => bind_cell(cursor, at, column, row),
            None => match request.scalar(origin, row) {
                value if slot.ty == ColumnType::Any && matches!(*value, Value::Decimal(_)) => bind_number(cursor, at, &value),
                Cow::Borrowed(value) => bind_value(cursor, at, value),
                Cow::Owned(value) => bind_owned(cursor, at, &value),
            },
        },
        (Form::Pattern { syntax, before, after }, origin) => {
            let value = request.scalar(origin, row);
            if let Value::Text(text) = &*value {
                return Ok(cursor.bind_copy(at, &slot::pattern(text, syntax, before, after))?);
            }
            if *value == Value::Null { Ok(cursor.bind_null(at)?) } else { Err(Fault::Form) }
        }
        (Form::JsonArray, origin) => match list(request, origin, run, row) {
            Some(values) => Ok(cursor.bind_copy(at, &json_array(handle, &values)?)?),
            None => Ok(cursor.bind_null(at)?),
        },
        (Form::Bound { upper }, origin) => match span(&request.scalar(origin, row), upper) {
            Some(text) => Ok(cursor.bind_copy(at, &text)?),
            None => Ok(cursor.bind_null(at)?),
        },
        (Form::Spelling(number), origin) => {
            let value = request.scalar(origin, row);
            if let Value::Uuid(uuid) = *value {
                return match spelling::of_uuid(uuid, number).ok_or(Fault::Form)? {
                    spelling::Uuid::Text(text) => Ok(cursor.bind_copy(at, &text)?),
                    spelling::Uuid::Bytes(bytes) => Ok(cursor.bind_blob_copy(at, &bytes)?),
                };
            }
            if *value == Value::Null { Ok(cursor.bind_null(at)?) } else { Err(Fault::Form) }
        }
        (Form::Array, _) => Err(Fault::Form),
    }
}

/// Returns the bound of a value, or the outermost bound of a list's items.
fn span(value: &Value, upper: bool) -> Option<String> {
    let Value::Array(values) = value else { return spelling::bound(value, upper) };
    let bounds = values.iter().filter_map(|value| spelling::bound(value, upper));
    if upper { bounds.max() } else { bounds.min() }
}

/// Returns the items of a list: a parameter, the rows of a bulk column in this run, or the kept keys.
fn list<'a>(request: &Request<'a>, origin: Origin, run: Run, row: usize) -> Option<Cow<'a, [Value]>> {
    let all = |column: &Column, rows: std::ops::Range<usize>| rows.map(|row| column.value(row)).collect::<Vec<_>>();
    match origin {
        Origin::Bulk(_) => request.column(origin).map(|column| all(column, run.start..run.start + run.rows).into()),
        Origin::Key(_) if request.step.repeat != Repeat::EachKey => {
            request.column(origin).map(|column| all(column, 0..column.data.len()).into())
        }
        Origin::Param(_) | Origin::Member { .. } | Origin::Key(_) => match request.scalar(origin, row) {
            Cow::Borrowed(Value::Array(values)) => Some(values.as_slice().into()),
            Cow::Owned(Value::Array(values)) => Some(values.into()),
            Cow::Borrowed(Value::Null) | Cow::Owned(Value::Null) => None,
            other @ (Cow::Borrowed(_) | Cow::Owned(_)) => Some(vec![other.into_owned()].into()),
        },
    }
}

/// Binds a decimal in raw SQL as a number, because the type of its context is unknown.
fn bind_number(cursor: &mut Cursor<'_>, at: usize, value: &Value) -> std::result::Result<(), Fault> {
    let digits = text(value)?;
    if let Ok(whole) = digits.parse() {
        return Ok(cursor.bind_int(at, whole)?);
    }
    // Decimals of up to 15 digits map to distinct floats.
    let significant = digits.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    let significant = if digits.contains('.') { significant } else { digits.trim_start_matches('-').trim_end_matches('0').len() };
    match digits.parse() {
        Ok(float) if significant <= FLOAT_DIGITS => Ok(cursor.bind_real(at, float)?),
        Ok(_) | Err(_) => Err("SQLite has no number of more than 15 digits; give such a decimal as text, str(value), for a column of text"
            .to_owned()
            .into()),
    }
}

/// Binds a value directly from a column.
fn bind_cell<'a>(cursor: &mut Cursor<'a>, at: usize, column: &'a Column, row: usize) -> std::result::Result<(), Fault> {
    if !column.is_valid(row) {
        return Ok(cursor.bind_null(at)?);
    }
    match &column.data {
        Data::Bool(v) => cursor.bind_int(at, v[row].into())?,
        Data::Int16(v) => cursor.bind_int(at, v[row].into())?,
        Data::Int32(v) => cursor.bind_int(at, v[row].into())?,
        Data::Int64(v) | Data::Duration(v) => cursor.bind_int(at, v[row])?,
        Data::Text(v) | Data::Enum(v) | Data::Json(v) => cursor.bind_text(at, v.get(row))?,
        Data::Bytes(v) => cursor.bind_blob(at, v.get(row))?,
        Data::Dynamic(v) => bind_value(cursor, at, &v[row])?,
        Data::UInt64(_)
        | Data::Float32(_)
        | Data::Float64(_)
        | Data::Decimal { .. }
        | Data::DecimalText { .. }
        | Data::Date(_)
        | Data::Time(_)
        | Data::TimeTz(_)
        | Data::Datetime(_)
        | Data::DatetimeTz(_)
        | Data::Interval(_)
        | Data::Uuid(_)
        | Data::List { .. } => bind_owned(cursor, at, &column.value(row))?,
    }
    Ok(())
}

/// Binds a value that lives as long as the run, without copying text and bytes.
fn bind_value<'a>(cursor: &mut Cursor<'a>, at: usize, value: &'a Value) -> std::result::Result<(), Fault> {
    match value {
        Value::Text(value) | Value::Json(value) => Ok(cursor.bind_text(at, value.as_bytes())?),
        Value::Bytes(value) => Ok(cursor.bind_blob(at, value)?),
        Value::Null
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Float(_)
        | Value::Decimal(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::TimeTz(..)
        | Value::Datetime(_)
        | Value::DatetimeTz(_)
        | Value::Duration(_)
        | Value::Uuid(_)
        | Value::Array(_) => bind_owned(cursor, at, value),
    }
}

/// Binds a value that is dropped before the run ends, by copying it.
fn bind_owned(cursor: &mut Cursor<'_>, at: usize, value: &Value) -> std::result::Result<(), Fault> {
    match value {
        Value::Null => cursor.bind_null(at)?,
        Value::Bool(value) => cursor.bind_int(at, (*value).into())?,
        Value::Int(value) | Value::Duration(value) => cursor.bind_int(at, *value)?,
        // SQLite would store NULL.
        Value::Float(value) if value.is_nan() => return Err("SQLite cannot hold NaN".to_owned().into()),
        Value::Float(value) => cursor.bind_real(at, *value)?,
        Value::Text(value) | Value::Json(value) => cursor.bind_copy(at, value)?,
        Value::Bytes(value) => cursor.bind_blob_copy(at, value)?,
        Value::Decimal(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::TimeTz(..)
        | Value::Datetime(_)
        | Value::DatetimeTz(_)
        | Value::Uuid(_)
        | Value::Array(_) => {
            cursor.bind_copy(at, &text(value)?)?;
        }
    }
    Ok(())
}

/// Formats a value that SQLite has no type for, in the canonical spelling, which makes text comparison
/// correct.
fn text(value: &Value) -> std::result::Result<String, String> {
    let calendar = || "the date is outside the years 0 to 9999".to_owned();
    match value {
        Value::Decimal(value) => plain(value).ok_or_else(|| format!("SQLite cannot hold the decimal {value}")),
        Value::Date(value) => iso::date(*value).ok_or_else(calendar),
        Value::Time(value) => spelling::of_time(*value).ok_or_else(|| format!("{value} microseconds are no time of day")),
        Value::TimeTz(..) => Err("SQLite has no time of day with zone".to_owned()),
        Value::Datetime(value) | Value::DatetimeTz(value) => spelling::of_moment(*value).ok_or_else(calendar),
        Value::Uuid(value) => Ok(slot::uuid(*value)),
        Value::Text(value) | Value::Json(value) => Ok(value.clone()),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Bytes(_) | Value::Duration(_) | Value::Array(_) => {
            slot::json(value)
        }
    }
}

/// Returns a decimal without leading and trailing zeros, and without a sign on zero; `None` for NaN and
/// infinities.
pub fn plain(text: &str) -> Option<String> {
    let mut text = decimal::canonical(text)?;
    if text.contains('.') {
        text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    }
    Some(if text == "-0" { "0".to_owned() } else { text })
}

/// Returns a list for `json_each`, whose values compare equal to bound ones.
fn json_array(handle: &Handle, values: &[Value]) -> std::result::Result<String, Fault> {
    let mut speller = Speller::new(handle);
    let mut list = String::from("[");
    for value in values {
        if list.len() > 1 {
            list.push(',');
        }
        match value {
            Value::Float(value) if value.is_finite() => list.push_str(&speller.spell(*value)?),
            Value::Text(value) if value.contains('\0') => {
                return Err("text with a NUL character cannot be in a list".to_owned().into());
            }
            Value::Bytes(_) | Value::Array(_) | Value::Json(_) => return Err("such values cannot be in a list".to_owned().into()),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Text(_) | Value::Duration(_) => {
                list.push_str(&slot::json(value)?);
            }
            Value::Decimal(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::TimeTz(..)
            | Value::Datetime(_)
            | Value::DatetimeTz(_)
            | Value::Uuid(_) => {
                list.push_str(&slot::json(&Value::Text(text(value)?))?);
            }
        }
    }
    list.push(']');
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_each_value() {
        let spelled = |value| text(&value).unwrap();
        assert_eq!(spelled(Value::Decimal("0012.500".into())), "12.5");
        assert_eq!(spelled(Value::Decimal("-0.00".into())), "0");
        assert_eq!(spelled(Value::Decimal("100".into())), "100");
        assert_eq!(spelled(Value::Datetime(0)), "1970-01-01 00:00:00");
        assert_eq!(spelled(Value::DatetimeTz(1_500_000)), "1970-01-01 00:00:01.500000");
        assert_eq!(spelled(Value::Time(0)), "00:00:00");
        assert_eq!(spelled(Value::Uuid([0xab; 16])), "abababab-abab-abab-abab-abababababab");
        assert_eq!(spelled(Value::Array(vec![Value::Int(1), Value::Null])), "[1,null]");
        for value in [Value::Decimal("NaN".into()), Value::Decimal("Infinity".into()), Value::Date(i32::MAX), Value::Time(-1)] {
            assert!(text(&value).is_err(), "{value:?}");
        }
    }
}
