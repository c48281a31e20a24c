//! One Python value becomes one value of the core, by the type of its slot.

use std::borrow::Cow;

use oxyde_driver::{Data, TextColumn};
use oxyde_ir::{ColumnType, Value};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBoolMethods, PyBytes, PyBytesMethods, PyDate, PyDateTime, PyDelta, PyFloat, PyInt, PyString, PyTime};

use super::{Refusal, members, mismatch, number, temporal};
use crate::arrow::Target;
use crate::types::{Visitor, visit};

/// The value for a slot of type `ty`.
pub fn value(ty: &ColumnType, given: &Bound<'_, PyAny>) -> Result<Value, Refusal> {
    if given.is_none() { Ok(Value::Null) } else { visit(ty, Scalar(given)) }
}

/// Makes a parameter of one value.
struct Scalar<'a, 'py>(&'a Bound<'py, PyAny>);

impl<'py> Visitor<'py> for Scalar<'_, 'py> {
    type Output = Result<Value, Refusal>;

    fn fixed<T: Default>(
        self,
        take: impl Fn(&Bound<'py, PyAny>) -> Result<T, Refusal>,
        value: fn(T) -> Value,
        _: fn(Vec<T>) -> Data,
        _: Target,
    ) -> Self::Output {
        take(self.0).map(value)
    }

    fn varying<B: ToOwned + AsRef<[u8]> + ?Sized>(
        self,
        take: impl for<'a> Fn(&'a Bound<'py, PyAny>) -> Result<Cow<'a, B>, Refusal>,
        value: fn(B::Owned) -> Value,
        _: fn(TextColumn) -> Data,
        _: Target,
    ) -> Self::Output {
        take(self.0).map(|taken| value(taken.into_owned()))
    }

    fn list(self, item: &ColumnType) -> Self::Output {
        list(item, self.0)
    }

    fn any(self) -> Self::Output {
        infer(self.0)
    }
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

pub fn json<'a>(given: &'a Bound<'_, PyAny>) -> Result<&'a str, Refusal> {
    text(given).map_err(|_| mismatch("JSON text (str)", given))
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
