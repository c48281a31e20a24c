//! One value to send, borrowed from a parameter or a batch.

use std::borrow::Cow;

use oxyde_ir::Value;

use crate::batch::{Column, Data};
use crate::decimal;

/// A value of a parameter or of a batch.
#[derive(Clone, Debug)]
pub enum Cell<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a [u8]),
    Bytes(&'a [u8]),
    Decimal(Cow<'a, str>),
    Date(i32),
    Time(i64),
    /// Microseconds since midnight, and the offset in seconds east of UTC.
    TimeTz(i64, i32),
    Datetime(i64),
    DatetimeTz(i64),
    Duration(i64),
    /// Months, days, microseconds.
    Interval(i32, i32, i64),
    Uuid([u8; 16]),
    Json(&'a [u8]),
    List(Cells<'a>),
}

/// Several values.
#[derive(Clone, Copy, Debug)]
pub enum Cells<'a> {
    Values(&'a [Value]),
    /// A range of rows of a column: start and end.
    Rows(&'a Column, usize, usize),
}

impl<'a> Cell<'a> {
    pub fn of(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(*value),
            Value::Int(value) => Self::Int(*value),
            Value::Float(value) => Self::Float(*value),
            Value::Text(value) => Self::Text(value.as_bytes()),
            Value::Bytes(value) => Self::Bytes(value),
            Value::Decimal(value) => Self::Decimal(value.as_str().into()),
            Value::Date(value) => Self::Date(*value),
            Value::Time(value) => Self::Time(*value),
            Value::TimeTz(value, east) => Self::TimeTz(*value, *east),
            Value::Datetime(value) => Self::Datetime(*value),
            Value::DatetimeTz(value) => Self::DatetimeTz(*value),
            Value::Duration(value) => Self::Duration(*value),
            Value::Uuid(value) => Self::Uuid(*value),
            Value::Json(value) => Self::Json(value.as_bytes()),
            Value::Array(values) => Self::List(Cells::Values(values)),
        }
    }

    /// Returns the value of a column in a row.
    pub fn at(column: &'a Column, row: usize) -> Self {
        if !column.is_valid(row) {
            return Self::Null;
        }
        match &column.data {
            Data::Bool(v) => Self::Bool(v[row]),
            Data::Int16(v) => Self::Int(v[row].into()),
            Data::Int32(v) => Self::Int(v[row].into()),
            Data::Int64(v) => Self::Int(v[row]),
            Data::UInt64(v) => i64::try_from(v[row]).map_or_else(|_| Self::Decimal(v[row].to_string().into()), Self::Int),
            Data::Float32(v) => Self::Float(v[row].into()),
            Data::Float64(v) => Self::Float(v[row]),
            Data::Text(v) | Data::Enum(v) => Self::Text(v.get(row)),
            Data::Bytes(v) => Self::Bytes(v.get(row)),
            Data::Json(v) => Self::Json(v.get(row)),
            Data::Decimal { values, scale, .. } => Self::Decimal(decimal::text(values[row], *scale).into()),
            Data::DecimalText { values, .. } => Self::Decimal(String::from_utf8_lossy(values.get(row))),
            Data::Date(v) => Self::Date(v[row]),
            Data::Time(v) => Self::Time(v[row]),
            Data::TimeTz(v) => Self::TimeTz(v[row].0, v[row].1),
            Data::Datetime(v) => Self::Datetime(v[row]),
            Data::DatetimeTz(v) => Self::DatetimeTz(v[row]),
            Data::Duration(v) => Self::Duration(v[row]),
            Data::Interval(v) => Self::Interval(v[row].0, v[row].1, v[row].2),
            Data::Uuid(v) => Self::Uuid(v[row]),
            Data::List { offsets, items } => Self::List(Cells::Rows(items, offsets[row] as usize, offsets[row + 1] as usize)),
            Data::Dynamic(v) => Self::of(&v[row]),
        }
    }

    /// Returns the server's type for such a value; `None` if there are several, or none.
    pub fn own_type(&self) -> Option<&'static str> {
        Some(match self {
            Self::Null | Self::List(_) => return None,
            Self::Bool(_) => "boolean",
            Self::Int(_) => "bigint",
            Self::Float(_) => "double precision",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytea",
            Self::Decimal(_) => "numeric",
            Self::Date(_) => "date",
            Self::Time(_) => "time",
            Self::TimeTz(..) => "timetz",
            Self::Datetime(_) => "timestamp",
            Self::DatetimeTz(_) => "timestamptz",
            Self::Duration(_) | Self::Interval(..) => "interval",
            Self::Uuid(_) => "uuid",
            Self::Json(_) => "jsonb",
        })
    }

    /// Returns its description for messages.
    pub fn noun(&self) -> &'static str {
        match self {
            Self::Null => "NULL",
            Self::Bool(_) => "a boolean",
            Self::Int(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Text(_) => "text",
            Self::Bytes(_) => "bytes",
            Self::Decimal(_) => "a decimal",
            Self::Date(_) => "a date",
            Self::Time(_) => "a time of day",
            Self::TimeTz(..) => "a time of day with zone",
            Self::Datetime(_) => "a date and time without zone",
            Self::DatetimeTz(_) => "a date and time with zone",
            Self::Duration(_) | Self::Interval(..) => "a length of time",
            Self::Uuid(_) => "a UUID",
            Self::Json(_) => "JSON",
            Self::List(_) => "a list",
        }
    }
}

impl<'a> Cells<'a> {
    pub fn len(self) -> usize {
        match self {
            Self::Values(values) => values.len(),
            Self::Rows(_, start, end) => end - start,
        }
    }

    pub fn get(self, index: usize) -> Cell<'a> {
        match self {
            Self::Values(values) => Cell::of(&values[index]),
            Self::Rows(column, start, _) => Cell::at(column, start + index),
        }
    }

    pub fn iter(self) -> impl Iterator<Item = Cell<'a>> {
        (0..self.len()).map(move |index| self.get(index))
    }

    /// Copies the values for the encodings that all servers share.
    pub fn values(self) -> Vec<Value> {
        match self {
            Self::Values(values) => values.to_vec(),
            Self::Rows(column, start, end) => (start..end).map(|row| column.value(row)).collect(),
        }
    }
}
