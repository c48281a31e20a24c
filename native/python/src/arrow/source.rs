//! Arrow arrays of other libraries, which become columns of a bulk insert without values of Python in between.

use std::ops::RangeInclusive;

use arrow_array::cast::AsArray;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::types::{
    Date32Type, Decimal128Type, DurationMicrosecondType, Float64Type, Int64Type, Time64MicrosecondType, TimestampMicrosecondType,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, make_array};
use arrow_schema::{ArrowError, DataType, TimeUnit};
use oxyde_driver::calendar::{DAY, DAYS};
use oxyde_driver::{Column, Data, TextColumn, decimal};
use oxyde_ir::ColumnType;
use pyo3::exceptions::PyValueError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;

/// A row whose value cannot be sent, and why.
pub type Unfit = (usize, String);

/// Returns an object of the Arrow `PyCapsule` interface as an array; `None` for any other object.
pub fn imported(given: &Bound<'_, PyAny>) -> PyResult<Option<ArrayRef>> {
    let Some(export) = given.getattr_opt(intern!(given.py(), "__arrow_c_array__"))? else { return Ok(None) };
    let (schema, array): (Bound<'_, PyCapsule>, Bound<'_, PyCapsule>) = export.call0()?.extract()?;
    let schema = schema.pointer_checked(Some(c"arrow_schema"))?.cast::<FFI_ArrowSchema>();
    let array = array.pointer_checked(Some(c"arrow_array"))?.cast::<FFI_ArrowArray>();
    // SAFETY: capsules of these names hold these structures. The array is moved out, which leaves a released
    // one behind, as the interface demands; the schema stays with its capsule, which lives until the end.
    let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) };
    let refused = |error: ArrowError| PyValueError::new_err(format!("the Arrow array cannot be read: {error}"));
    Ok(Some(make_array(data.map_err(refused)?)))
}

/// Returns an array as a column of a type; the array must be of the one Arrow type that this takes.
pub fn column(name: &str, ty: &ColumnType, array: &ArrayRef) -> Result<Column, Unfit> {
    let micros = |unit: &TimeUnit| *unit == TimeUnit::Microsecond;
    let data = match (ty, array.data_type()) {
        (ColumnType::Bool, DataType::Boolean) => {
            let array = array.as_boolean();
            Data::Bool((0..array.len()).map(|row| array.is_valid(row) && array.value(row)).collect())
        }
        (ColumnType::Int, DataType::Int64) => Data::Int64(values::<Int64Type>(array)),
        (ColumnType::Float, DataType::Float64) => Data::Float64(values::<Float64Type>(array)),
        (ColumnType::Text, DataType::Utf8) => Data::Text(texts(array.as_string::<i32>().iter())?),
        (ColumnType::Text, DataType::LargeUtf8) => Data::Text(texts(array.as_string::<i64>().iter())?),
        (ColumnType::Bytes, DataType::Binary) => Data::Bytes(bytes(array.as_binary::<i32>().iter())?),
        (ColumnType::Bytes, DataType::LargeBinary) => Data::Bytes(bytes(array.as_binary::<i64>().iter())?),
        (ColumnType::Decimal { .. }, DataType::Decimal128(_, scale)) => {
            let texts: Vec<_> =
                array.as_primitive::<Decimal128Type>().iter().map(|value| value.map(|v| decimal::text(v, *scale))).collect();
            Data::DecimalText { values: bytes(texts.iter().map(|text| text.as_ref().map(String::as_bytes)))?, digits: None }
        }
        (ColumnType::Date, DataType::Date32) => Data::Date(within(values::<Date32Type>(array), &DAYS)?),
        (ColumnType::Time, DataType::Time64(unit)) if micros(unit) => {
            Data::Time(within(values::<Time64MicrosecondType>(array), &(0..=DAY - 1))?)
        }
        (ColumnType::Datetime, DataType::Timestamp(unit, None)) if micros(unit) => Data::Datetime(instants(array)?),
        (ColumnType::DatetimeTz, DataType::Timestamp(unit, Some(_))) if micros(unit) => Data::DatetimeTz(instants(array)?),
        (ColumnType::Duration, DataType::Duration(unit)) if micros(unit) => Data::Duration(values::<DurationMicrosecondType>(array)),
        (ColumnType::Uuid, DataType::FixedSizeBinary(16)) => {
            let array = array.as_fixed_size_binary();
            let value = |row| if array.is_valid(row) { array.value(row).try_into().unwrap_or_default() } else { [0; 16] };
            Data::Uuid((0..array.len()).map(value).collect())
        }
        (ty, other) => return Err((0, format!("an Arrow array of {other} for a column of {ty:?}"))),
    };
    let mut column = Column::new(name, data);
    column.valid = array.nulls().filter(|nulls| nulls.null_count() > 0).map(|nulls| nulls.iter().collect());
    Ok(column)
}

/// Returns the values of an array; zero for NULL.
fn values<T: ArrowPrimitiveType>(array: &ArrayRef) -> Vec<T::Native> {
    let array = array.as_primitive::<T>();
    if array.null_count() == 0 { array.values().to_vec() } else { array.iter().map(Option::unwrap_or_default).collect() }
}

/// Refuses values that Python cannot hold.
fn within<T: PartialOrd + std::fmt::Display>(values: Vec<T>, range: &RangeInclusive<T>) -> Result<Vec<T>, Unfit> {
    match values.iter().position(|value| !range.contains(value)) {
        Some(row) => Err((row, format!("{} of Arrow is outside of Python's range", values[row]))),
        None => Ok(values),
    }
}

fn instants(array: &ArrayRef) -> Result<Vec<i64>, Unfit> {
    let (first, last) = (i64::from(*DAYS.start()), i64::from(*DAYS.end()));
    within(values::<TimestampMicrosecondType>(array), &(first * DAY..=last * DAY + DAY - 1))
}

/// Copies text, which a foreign array only promises to be UTF-8.
fn texts<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Result<TextColumn, Unfit> {
    bytes(values.map(|value| value.map(str::as_bytes))).and_then(|column| {
        let invalid = (0..column.len()).find(|row| std::str::from_utf8(column.get(*row)).is_err());
        invalid.map_or(Ok(column), |row| Err((row, "text that is not UTF-8".to_owned())))
    })
}

fn bytes<'a>(values: impl Iterator<Item = Option<&'a [u8]>>) -> Result<TextColumn, Unfit> {
    let mut column = TextColumn::default();
    for (row, value) in values.enumerate() {
        if !column.push(value.unwrap_or_default()) {
            return Err((row, "more than 2 GiB in one column of a batch: insert fewer rows at once".to_owned()));
        }
    }
    Ok(column)
}
