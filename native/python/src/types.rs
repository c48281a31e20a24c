//! The column types as Python and Arrow know them: one line for each.

use std::borrow::Cow;

use oxyde_driver::{Data, TextColumn};
use oxyde_ir::{ColumnType, Value};
use pyo3::prelude::*;

use crate::arrow::Target;
use crate::params::{Refusal, number, scalar, temporal};

/// What is done with a column type. `take` reads one Python value, `value` makes a parameter of it, `data` makes a column
/// of many, and `target` is what Arrow calls the type.
pub trait Visitor<'py>: Sized {
    type Output;

    /// A type whose values have one width.
    fn fixed<T: Default>(
        self,
        take: impl Fn(&Bound<'py, PyAny>) -> Result<T, Refusal>,
        value: fn(T) -> Value,
        data: fn(Vec<T>) -> Data,
        target: Target,
    ) -> Self::Output;

    /// A type whose values are text or bytes of any length.
    fn varying<B: ToOwned + AsRef<[u8]> + ?Sized>(
        self,
        take: impl for<'a> Fn(&'a Bound<'py, PyAny>) -> Result<Cow<'a, B>, Refusal>,
        value: fn(B::Owned) -> Value,
        data: fn(TextColumn) -> Data,
        target: Target,
    ) -> Self::Output;

    fn list(self, item: &ColumnType) -> Self::Output;

    /// The type is what each value says.
    fn any(self) -> Self::Output;
}

/// Calls the method of `visitor` that fits a column type.
pub fn visit<'py, V: Visitor<'py>>(ty: &ColumnType, visitor: V) -> V::Output {
    match ty {
        ColumnType::Bool => visitor.fixed(scalar::bool, Value::Bool, Data::Bool, Target::Bool),
        ColumnType::Int => visitor.fixed(number::int, Value::Int, Data::Int64, Target::Int64),
        ColumnType::Float => visitor.fixed(number::float, Value::Float, Data::Float64, Target::Float64),
        ColumnType::Text => visitor.varying(|given| scalar::text(given).map(Cow::Borrowed), Value::Text, Data::Text, Target::Utf8),
        ColumnType::Bytes => visitor.varying(|given| scalar::bytes(given).map(Cow::Borrowed), Value::Bytes, Data::Bytes, Target::Binary),
        ColumnType::Decimal { precision, scale } => visitor.varying(
            |given| number::decimal(given).map(Cow::<str>::Owned),
            Value::Decimal,
            |values| Data::DecimalText { values, digits: None },
            Target::of_digits(*precision, *scale),
        ),
        ColumnType::Date => visitor.fixed(temporal::date, Value::Date, Data::Date, Target::Date),
        ColumnType::Time => visitor.fixed(temporal::time, Value::Time, Data::Time, Target::Time),
        ColumnType::TimeTz => visitor.fixed(temporal::time_tz, |(micros, east)| Value::TimeTz(micros, east), Data::TimeTz, Target::Utf8),
        ColumnType::Datetime => visitor.fixed(temporal::datetime, Value::Datetime, Data::Datetime, Target::Datetime),
        ColumnType::DatetimeTz => visitor.fixed(temporal::datetime_tz, Value::DatetimeTz, Data::DatetimeTz, Target::DatetimeTz),
        ColumnType::Duration => visitor.fixed(temporal::duration, Value::Duration, Data::Duration, Target::Duration),
        ColumnType::Uuid => visitor.fixed(number::uuid, Value::Uuid, Data::Uuid, Target::Uuid),
        ColumnType::Json => visitor.varying(|given| scalar::json(given).map(Cow::Borrowed), Value::Json, Data::Json, Target::Json),
        ColumnType::Enum { labels, .. } => {
            visitor.varying(|given| scalar::label(labels, given).map(Cow::Borrowed), Value::Text, Data::Enum, Target::Dictionary)
        }
        ColumnType::Array { item } => visitor.list(item),
        ColumnType::Any => visitor.any(),
    }
}
