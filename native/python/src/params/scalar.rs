//! One Python value becomes one value of the core, by the type of its slot.

use oxyde_ir::{ColumnType, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBoolMethods, PyBytes, PyBytesMethods, PyDate, PyDateTime, PyDelta, PyFloat, PyInt, PyString, PyTime};

use super::{Refusal, members, mismatch, number, temporal};

/// The value for a slot of type `ty`.
pub fn value(ty: &ColumnType, given: &Bound<'_, PyAny>) -> Result<Value, Refusal> {
    if given.is_none() {
        return Ok(Value::Null);
    }
    Ok(match ty {
        ColumnType::Bool => Value::Bool(bool(given)?),
        ColumnType::Int => Value::Int(number::int(given)?),
        ColumnType::Float => Value::Float(number::float(given)?),
        ColumnType::Text => Value::Text(text(given)?.to_owned()),
        ColumnType::Json => Value::Json(text(given).map_err(|_| mismatch("JSON text (str)", given))?.to_owned()),
        ColumnType::Bytes => Value::Bytes(bytes(given)?.to_vec()),
        ColumnType::Decimal { .. } => Value::Decimal(number::decimal(given)?),
        ColumnType::Date => Value::Date(temporal::date(given)?),
        ColumnType::Time => Value::Time(temporal::time(given)?),
        ColumnType::TimeTz => temporal::time_tz(given).map(|(micros, east)| Value::TimeTz(micros, east))?,
        ColumnType::Datetime => Value::Datetime(temporal::datetime(given)?),
        ColumnType::DatetimeTz => Value::DatetimeTz(temporal::datetime_tz(given)?),
        ColumnType::Duration => Value::Duration(temporal::duration(given)?),
        ColumnType::Uuid => Value::Uuid(number::uuid(given)?),
        ColumnType::Array { item } => list(item, given)?,
        ColumnType::Enum { labels, .. } => Value::Text(label(labels, given)?.to_owned()),
        ColumnType::Any => infer(given)?,
    })
}

/// A list of values of one type: an array, or the right side of `in`.
pub fn list(item: &ColumnType, given: &Bound<'_, PyAny>) -> Result<Value, Refusal> {
    if given.is_none() {
        return Ok(Value::Null);
    }
    let members = members(given).ok_or_else(|| mismatch("list", given))?;
    let values = members.iter().enumerate().map(|(at, member)| {
        value(item, member).map_err(|refusal| match refusal {
            Refusal::Unfit(reason) => Refusal::Unfit(format!("item {}: {reason}", at + 1)),
            Refusal::Python(error) => Refusal::Python(error),
        })
    });
    Ok(Value::Array(values.collect::<Result<_, _>>()?))
}

pub fn bool(given: &Bound<'_, PyAny>) -> Result<bool, Refusal> {
    given.cast::<PyBool>().map(PyBoolMethods::is_true).map_err(|_| mismatch("bool", given))
}

/// UTF-8; a string with a lone surrogate has none.
pub fn text<'a>(given: &'a Bound<'_, PyAny>) -> Result<&'a str, Refusal> {
    let given = given.cast::<PyString>().map_err(|_| mismatch("str", given))?;
    given.to_str().map_err(|_| Refusal::Unfit("text with a lone surrogate, which is no character".to_owned()))
}

pub fn bytes<'a>(given: &'a Bound<'_, PyAny>) -> Result<&'a [u8], Refusal> {
    given.cast::<PyBytes>().map(PyBytesMethods::as_bytes).map_err(|_| mismatch("bytes", given))
}

pub fn label<'a>(labels: &[String], given: &'a Bound<'_, PyAny>) -> Result<&'a str, Refusal> {
    let label = text(given)?;
    if labels.is_empty() || labels.iter().any(|known| known == label) {
        Ok(label)
    } else {
        Err(Refusal::Unfit(format!("the label is not one of {}", labels.join(", "))))
    }
}

/// The value for a slot of raw SQL, by the class of the Python value.
fn infer(given: &Bound<'_, PyAny>) -> Result<Value, Refusal> {
    let ty = if given.is_instance_of::<PyBool>() {
        ColumnType::Bool
    } else if given.is_instance_of::<PyInt>() {
        ColumnType::Int
    } else if given.is_instance_of::<PyFloat>() {
        ColumnType::Float
    } else if given.is_instance_of::<PyString>() {
        ColumnType::Text
    } else if given.is_instance_of::<PyBytes>() {
        ColumnType::Bytes
    } else if given.is_instance_of::<PyDateTime>() {
        if temporal::is_aware(given) { ColumnType::DatetimeTz } else { ColumnType::Datetime }
    } else if given.is_instance_of::<PyDate>() {
        ColumnType::Date
    } else if given.is_instance_of::<PyTime>() {
        if temporal::has_zone(given) { ColumnType::TimeTz } else { ColumnType::Time }
    } else if given.is_instance_of::<PyDelta>() {
        ColumnType::Duration
    } else if number::is_decimal(given)? {
        ColumnType::Decimal { precision: None, scale: None }
    } else if number::is_uuid(given)? {
        ColumnType::Uuid
    } else if members(given).is_some() {
        ColumnType::Array { item: Box::new(ColumnType::Any) }
    } else {
        return Err(mismatch("a value that a database knows", given));
    };
    value(&ty, given)
}
