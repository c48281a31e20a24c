//! Converts columns to lists of exact Python values.

use std::ops::Range;

use oxyde_driver::calendar::{DAY, SECOND, clock_of, date_of, datetime_of, split};
use oxyde_driver::{Column, ColumnBatch, Data, Error, Kind, TextColumn, decimal};
use oxyde_ir::Value;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyDate, PyDateTime, PyDelta, PyFloat, PyInt, PyList, PyString, PyTime, PyTzInfo};

use super::json::Parser;
use super::types::Types;
use crate::error::exception;

/// Why a value cannot be converted.
pub enum Fault {
    Python(PyErr),
    /// Exact on the server, but not representable in Python.
    Unfit(String),
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

type Made<'py> = Result<Bound<'py, PyAny>, Fault>;

/// What is needed to create values, looked up once per batch.
pub struct Maker<'py> {
    py: Python<'py>,
    types: &'py Types,
    utc: Bound<'py, PyTzInfo>,
    json: Parser<'py>,
}

/// Returns every column of a batch as a list. `parse` marks further columns whose text is JSON; with
/// `None`, only columns of the JSON type are parsed. `first` is the number of rows before this batch,
/// for messages.
pub fn columns<'py>(py: Python<'py>, batch: &ColumnBatch, parse: Option<&[bool]>, first: usize) -> PyResult<Vec<Bound<'py, PyList>>> {
    let maker = Maker { py, types: Types::get(py)?, utc: PyTzInfo::utc(py)?.to_owned(), json: Parser::new(py)? };
    batch
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            let parse = parse.map_or(matches!(column.data, Data::Json(_)), |parse| parse[index]);
            maker.list(column, 0..batch.rows, parse).map_err(|(row, fault)| match fault {
                Fault::Python(error) => error,
                Fault::Unfit(reason) => unfit(py, &column.name, first + row, &reason),
            })
        })
        .collect()
}

/// Returns one column as a list, with JSON parsed.
pub fn column<'py>(py: Python<'py>, column: &Column, rows: usize, first: usize) -> PyResult<Bound<'py, PyList>> {
    let maker = Maker { py, types: Types::get(py)?, utc: PyTzInfo::utc(py)?.to_owned(), json: Parser::new(py)? };
    maker.list(column, 0..rows, matches!(column.data, Data::Json(_))).map_err(|(row, fault)| match fault {
        Fault::Python(error) => error,
        Fault::Unfit(reason) => unfit(py, &column.name, first + row, &reason),
    })
}

/// Returns the JSON columns as lists of their texts.
pub fn texts<'py>(py: Python<'py>, batch: &ColumnBatch, json: &[bool], first: usize) -> PyResult<Vec<Option<Bound<'py, PyList>>>> {
    let maker = Maker { py, types: Types::get(py)?, utc: PyTzInfo::utc(py)?.to_owned(), json: Parser::new(py)? };
    let list = |(column, json): (&Column, &bool)| {
        json.then(|| {
            maker.list(column, 0..batch.rows, false).map_err(|(row, fault)| match fault {
                Fault::Python(error) => error,
                Fault::Unfit(reason) => unfit(py, &column.name, first + row, &reason),
            })
        })
        .transpose()
    };
    batch.columns.iter().zip(json).map(list).collect()
}

fn unfit(py: Python<'_>, column: &str, row: usize, reason: &str) -> PyErr {
    let mut error = Error::new(Kind::Decode, format!("column {column:?}, row {}: {reason}", row + 1));
    error.detail.column = Some(column.to_owned());
    error.detail.hint = Some("cast the column to text in SQL, or read it as Arrow".to_owned());
    exception(py, error)
}

/// Returns a list of `range.len()` values, or the row of the first failure.
fn collect<'py>(
    py: Python<'py>,
    column: &Column,
    range: Range<usize>,
    mut make: impl FnMut(usize) -> Made<'py>,
) -> Result<Bound<'py, PyList>, (usize, Fault)> {
    let start = range.start;
    let length = range.len() as ffi::Py_ssize_t;
    // SAFETY: a new list of `length` empty places, or null with an exception set. Each place is filled
    // below exactly once with a reference that the list takes; a partly filled list skips its empty places
    // when dropped. No other code sees it before it is returned.
    let list = unsafe { Bound::from_owned_ptr_or_err(py, ffi::PyList_New(length)) }.map_err(|error| (start, error.into()))?;
    for row in range {
        let value = if column.is_valid(row) { make(row).map_err(|fault| (row, fault))? } else { py.None().into_bound(py) };
        // SAFETY: `row - start` is below `length`; see above.
        unsafe { ffi::PyList_SET_ITEM(list.as_ptr(), (row - start) as ffi::Py_ssize_t, value.into_ptr()) };
    }
    list.cast_into().map_err(|error| (start, Fault::Python(error.into())))
}

impl<'py> Maker<'py> {
    fn list(&self, column: &Column, range: Range<usize>, parse: bool) -> Result<Bound<'py, PyList>, (usize, Fault)> {
        let py = self.py;
        macro_rules! each {
            ($make:expr) => {
                collect(py, column, range, $make)
            };
        }
        match &column.data {
            Data::Bool(v) => each!(|row| Ok(PyBool::new(py, v[row]).to_owned().into_any())),
            Data::Int16(v) => each!(|row| Ok(self.int(v[row].into()))),
            Data::Int32(v) => each!(|row| Ok(self.int(v[row].into()))),
            Data::Int64(v) => each!(|row| Ok(self.int(v[row]))),
            Data::UInt64(v) => each!(|row| Ok(PyInt::new(py, v[row]).into_any())),
            Data::Float32(v) => each!(|row| Ok(PyFloat::new(py, v[row].into()).into_any())),
            Data::Float64(v) => each!(|row| Ok(PyFloat::new(py, v[row]).into_any())),
            Data::Text(v) | Data::Enum(v) if parse => each!(|row| self.json(v, row)),
            Data::Json(v) if parse => each!(|row| self.json(v, row)),
            Data::Text(v) | Data::Enum(v) | Data::Json(v) => each!(|row| self.text(v.get(row))),
            Data::Bytes(v) => each!(|row| Ok(PyBytes::new(py, v.get(row)).into_any())),
            Data::Decimal { values, scale, .. } => each!(|row| self.decimal(&decimal::text(values[row], *scale))),
            Data::DecimalText { values, .. } => each!(|row| self.decimal_bytes(values.get(row))),
            Data::Date(v) => each!(|row| self.date(v[row])),
            Data::Time(v) => each!(|row| self.time(v[row], None)),
            Data::TimeTz(v) => each!(|row| self.time(v[row].0, Some(v[row].1))),
            Data::Datetime(v) => each!(|row| self.datetime(v[row], None)),
            Data::DatetimeTz(v) => each!(|row| self.datetime(v[row], Some(&self.utc))),
            Data::Duration(v) => each!(|row| self.duration(split(v[row]))),
            Data::Interval(v) => each!(|row| self.interval(v[row])),
            Data::Uuid(v) => each!(|row| Ok(self.types.make_uuid(py, v[row])?)),
            Data::List { offsets, items } => each!(|row| {
                let members = offsets[row] as usize..offsets[row + 1] as usize;
                self.list(items, members, matches!(items.data, Data::Json(_))).map(Bound::into_any).map_err(|(_, fault)| fault)
            }),
            Data::Dynamic(v) => each!(|row| self.value(&v[row], parse)),
        }
    }

    /// Converts a value of a column without a type.
    fn value(&self, value: &Value, parse: bool) -> Made<'py> {
        let py = self.py;
        Ok(match value {
            Value::Null => py.None().into_bound(py),
            Value::Bool(v) => PyBool::new(py, *v).to_owned().into_any(),
            Value::Int(v) => self.int(*v),
            Value::Float(v) => PyFloat::new(py, *v).into_any(),
            Value::Text(v) | Value::Json(v) if parse => self.parse(v.as_bytes())?,
            Value::Text(v) | Value::Json(v) => PyString::new(py, v).into_any(),
            Value::Bytes(v) => PyBytes::new(py, v).into_any(),
            Value::Decimal(v) => self.decimal(v)?,
            Value::Date(v) => self.date(*v)?,
            Value::Time(v) => self.time(*v, None)?,
            Value::TimeTz(v, east) => self.time(*v, Some(*east))?,
            Value::Datetime(v) => self.datetime(*v, None)?,
            Value::DatetimeTz(v) => self.datetime(*v, Some(&self.utc))?,
            Value::Duration(v) => self.duration(split(*v))?,
            Value::Uuid(v) => self.types.make_uuid(py, *v)?,
            Value::Array(v) => {
                let members = v.iter().map(|member| self.value(member, parse)).collect::<Result<Vec<_>, _>>()?;
                PyList::new(py, members)?.into_any()
            }
        })
    }

    fn int(&self, value: i64) -> Bound<'py, PyAny> {
        PyInt::new(self.py, value).into_any()
    }

    fn text(&self, bytes: &[u8]) -> Made<'py> {
        if !bytes.is_ascii() {
            let text = std::str::from_utf8(bytes).map_err(|error| Fault::Unfit(format!("text that is not UTF-8: {error}")))?;
            return Ok(PyString::new(self.py, text).into_any());
        }
        // SAFETY: a new string of `len` one-byte characters for ASCII (127), or null with an exception set; it
        // is written before any other code sees it, with bytes just checked to be ASCII.
        unsafe {
            let made = Bound::from_owned_ptr_or_err(self.py, ffi::PyUnicode_New(bytes.len() as ffi::Py_ssize_t, 127))?;
            if !bytes.is_empty() {
                std::ptr::copy_nonoverlapping(bytes.as_ptr(), ffi::PyUnicode_DATA(made.as_ptr()).cast::<u8>(), bytes.len());
            }
            Ok(made)
        }
    }

    fn json(&self, column: &TextColumn, row: usize) -> Made<'py> {
        self.parse(column.get(row))
    }

    fn parse(&self, text: &[u8]) -> Made<'py> {
        self.json.parse(text).map_err(|error| self.not_json(&error))
    }

    fn not_json(&self, error: &PyErr) -> Fault {
        Fault::Unfit(format!("text that is not JSON: {}", error.value(self.py)))
    }

    fn decimal_bytes(&self, bytes: &[u8]) -> Made<'py> {
        let text = std::str::from_utf8(bytes).map_err(|error| Fault::Unfit(format!("a decimal that is not text: {error}")))?;
        self.decimal(text)
    }

    fn decimal(&self, text: &str) -> Made<'py> {
        Ok(self.types.decimal.bind(self.py).call1((PyString::new(self.py, text),))?)
    }

    fn date(&self, days: i32) -> Made<'py> {
        let (year, month, day) =
            date_of(days).ok_or_else(|| Fault::Unfit(format!("a date {days} days from 1970, outside the years 1 to 9999")))?;
        Ok(PyDate::new(self.py, year, month, day)?.into_any())
    }

    fn time(&self, micros: i64, offset: Option<i32>) -> Made<'py> {
        if !(0..DAY).contains(&micros) {
            return Err(Fault::Unfit(format!("a time of {micros} microseconds, and Python's end before 24:00")));
        }
        let zone = offset.map(|seconds| PyTzInfo::fixed_offset(self.py, PyDelta::new(self.py, 0, seconds, 0, true)?)).transpose()?;
        let (hour, minute, second, micro) = clock_of(micros);
        Ok(PyTime::new(self.py, hour, minute, second, micro, zone.as_ref())?.into_any())
    }

    fn datetime(&self, micros: i64, zone: Option<&Bound<'py, PyTzInfo>>) -> Made<'py> {
        let ((year, month, day), rest) = datetime_of(micros)
            .ok_or_else(|| Fault::Unfit(format!("a timestamp {micros} microseconds from 1970, outside the years 1 to 9999")))?;
        let (hour, minute, second, micro) = clock_of(rest);
        Ok(PyDateTime::new(self.py, year, month, day, hour, minute, second, micro, zone)?.into_any())
    }

    fn interval(&self, (months, days, micros): (i32, i32, i64)) -> Made<'py> {
        if months != 0 {
            return Err(Fault::Unfit(format!("an interval of {months} months, which timedelta cannot hold")));
        }
        let (whole, rest) = split(micros);
        self.duration((i64::from(days) + whole, rest))
    }

    fn duration(&self, (days, micros): (i64, i64)) -> Made<'py> {
        let days = i32::try_from(days)
            .ok()
            .filter(|days| days.unsigned_abs() <= 999_999_999)
            .ok_or_else(|| Fault::Unfit(format!("an interval of {days} days, more than timedelta holds")))?;
        Ok(PyDelta::new(self.py, days, (micros / SECOND) as i32, (micros % SECOND) as i32, false)?.into_any())
    }
}
