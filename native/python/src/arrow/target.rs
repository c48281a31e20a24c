//! The Arrow type that a column becomes: one answer for each column type, and one for each kind of data.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, TimeUnit};
use oxyde_driver::{Data, TextColumn};
use oxyde_ir::{ColumnType, Value};
use pyo3::prelude::*;

use crate::params::Refusal;
use crate::types::{Visitor, visit};

/// The types that leave this house. `Uuid` and `Json` are storage types that carry an extension's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Null,
    Bool,
    Int16,
    Int32,
    Int64,
    UInt64,
    Float32,
    Float64,
    Utf8,
    Binary,
    Decimal128(u8, i8),
    Date,
    Time,
    Datetime,
    DatetimeTz,
    Duration,
    Uuid,
    Json,
    Dictionary,
    List(Box<Target>),
}

impl Target {
    /// What a declared column becomes; `None` where the server has to say.
    pub fn of_type(ty: &ColumnType) -> Option<Self> {
        visit(ty, Declared)
    }

    /// What a declared decimal becomes; without digits it is text.
    pub fn of_digits(precision: Option<u16>, scale: Option<u16>) -> Self {
        precision.map_or(Self::Utf8, |precision| Self::decimal(precision, scale.unwrap_or(0)))
    }

    /// Text beyond 38 digits: Polars panics at wider decimals, and `DuckDB` refuses them.
    fn decimal(precision: u16, scale: u16) -> Self {
        match (u8::try_from(precision), i8::try_from(scale)) {
            (Ok(precision @ 1..=38), Ok(scale)) if scale <= precision as i8 => Self::Decimal128(precision, scale),
            _ => Self::Utf8,
        }
    }

    /// What a column becomes that only the server described; an error when its values have no one type.
    pub fn of_data(data: &Data) -> Result<Self, String> {
        Ok(match data {
            Data::Bool(_) => Self::Bool,
            Data::Int16(_) => Self::Int16,
            Data::Int32(_) => Self::Int32,
            Data::Int64(_) => Self::Int64,
            Data::UInt64(_) => Self::UInt64,
            Data::Float32(_) => Self::Float32,
            Data::Float64(_) => Self::Float64,
            // The labels are not known beforehand, and dictionaries of batches would differ.
            Data::Text(_) | Data::Enum(_) | Data::TimeTz(_) => Self::Utf8,
            Data::Bytes(_) => Self::Binary,
            Data::Decimal { precision, scale, .. } if *scale >= 0 => Self::decimal((*precision).into(), u16::from(scale.unsigned_abs())),
            Data::DecimalText { digits: Some((precision, scale)), .. } if *scale >= 0 => {
                Self::decimal((*precision).into(), u16::from(scale.unsigned_abs()))
            }
            Data::Decimal { .. } | Data::DecimalText { .. } => Self::Utf8,
            Data::Date(_) => Self::Date,
            Data::Time(_) => Self::Time,
            Data::Datetime(_) => Self::Datetime,
            Data::DatetimeTz(_) => Self::DatetimeTz,
            // Polars has no calendar intervals; what has months is refused.
            Data::Duration(_) | Data::Interval(_) => Self::Duration,
            Data::Uuid(_) => Self::Uuid,
            Data::Json(_) => Self::Json,
            Data::List { items, .. } => Self::List(Box::new(Self::of_data(&items.data)?)),
            Data::Dynamic(values) => Self::of_values(values)?,
        })
    }

    /// The one type of values that come without any; NULLs fit all, and integers fit floats.
    fn of_values(values: &[Value]) -> Result<Self, String> {
        let mut found = Self::Null;
        let (mut texts, mut decimals) = (false, false);
        for value in values {
            texts |= matches!(value, Value::Text(_));
            decimals |= matches!(value, Value::Decimal(_));
            let this = match value {
                Value::Null => continue,
                Value::Bool(_) => Self::Bool,
                Value::Int(_) => Self::Int64,
                Value::Float(_) => Self::Float64,
                Value::Text(_) | Value::Decimal(_) | Value::TimeTz(..) => Self::Utf8,
                Value::Bytes(_) => Self::Binary,
                Value::Date(_) => Self::Date,
                Value::Time(_) => Self::Time,
                Value::Datetime(_) => Self::Datetime,
                Value::DatetimeTz(_) => Self::DatetimeTz,
                Value::Duration(_) => Self::Duration,
                Value::Uuid(_) => Self::Uuid,
                Value::Json(_) => Self::Json,
                Value::Array(members) => Self::List(Box::new(Self::of_values(members)?)),
            };
            found = found.with(this)?;
        }
        if texts && decimals { Err("text and decimals in one column".to_owned()) } else { Ok(found) }
    }

    /// The type that holds the values of both.
    pub fn with(self, other: Self) -> Result<Self, String> {
        match (self, other) {
            (Self::Null, one) | (one, Self::Null) => Ok(one),
            (Self::Int64, Self::Float64) | (Self::Float64, Self::Int64) => Ok(Self::Float64),
            (one, other) if one == other => Ok(one),
            (one, other) => Err(format!("values of two types ({} and {}) in one column", one.data_type(), other.data_type())),
        }
    }

    /// Whether values that come later may still make another type of it.
    pub fn is_open(&self) -> bool {
        matches!(self, Self::Null | Self::Int64)
    }

    pub fn data_type(&self) -> DataType {
        match self {
            Self::Null => DataType::Null,
            Self::Bool => DataType::Boolean,
            Self::Int16 => DataType::Int16,
            Self::Int32 => DataType::Int32,
            Self::Int64 => DataType::Int64,
            Self::UInt64 => DataType::UInt64,
            Self::Float32 => DataType::Float32,
            Self::Float64 => DataType::Float64,
            Self::Utf8 | Self::Json => DataType::Utf8,
            Self::Binary => DataType::Binary,
            Self::Decimal128(precision, scale) => DataType::Decimal128(*precision, *scale),
            Self::Date => DataType::Date32,
            Self::Time => DataType::Time64(TimeUnit::Microsecond),
            Self::Datetime => DataType::Timestamp(TimeUnit::Microsecond, None),
            Self::DatetimeTz => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::Duration => DataType::Duration(TimeUnit::Microsecond),
            Self::Uuid => DataType::FixedSizeBinary(16),
            Self::Dictionary => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
            Self::List(item) => DataType::List(Arc::new(item.field("item", true))),
        }
    }

    /// A field of this type, with the name of its extension where it has one.
    pub fn field(&self, name: &str, nullable: bool) -> Field {
        let field = Field::new(name, self.data_type(), nullable);
        let extension = match self {
            Self::Uuid => "arrow.uuid",
            Self::Json => "arrow.json",
            Self::Null
            | Self::Bool
            | Self::Int16
            | Self::Int32
            | Self::Int64
            | Self::UInt64
            | Self::Float32
            | Self::Float64
            | Self::Utf8
            | Self::Binary
            | Self::Decimal128(..)
            | Self::Date
            | Self::Time
            | Self::Datetime
            | Self::DatetimeTz
            | Self::Duration
            | Self::Dictionary
            | Self::List(_) => return field,
        };
        field.with_metadata(HashMap::from([
            ("ARROW:extension:name".to_owned(), extension.to_owned()),
            ("ARROW:extension:metadata".to_owned(), String::new()),
        ]))
    }
}

/// Answers with the target of a declared type.
struct Declared;

impl<'py> Visitor<'py> for Declared {
    type Output = Option<Target>;

    fn fixed<T: Default>(
        self,
        _: impl Fn(&Bound<'py, PyAny>) -> Result<T, Refusal>,
        _: fn(T) -> Value,
        _: fn(Vec<T>) -> Data,
        target: Target,
    ) -> Self::Output {
        Some(target)
    }

    fn varying<B: ToOwned + AsRef<[u8]> + ?Sized>(
        self,
        _: impl for<'a> Fn(&'a Bound<'py, PyAny>) -> Result<Cow<'a, B>, Refusal>,
        _: fn(B::Owned) -> Value,
        _: fn(TextColumn) -> Data,
        target: Target,
    ) -> Self::Output {
        Some(target)
    }

    fn list(self, item: &ColumnType) -> Self::Output {
        Target::of_type(item).map(|item| Target::List(Box::new(item)))
    }

    fn any(self) -> Self::Output {
        None
    }
}
