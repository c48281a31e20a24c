//! Converts a column to an Arrow array; buffers are moved, not copied, where the layouts agree.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::types::{
    Date32Type, Decimal128Type, DurationMicrosecondType, Float32Type, Float64Type, Int16Type, Int32Type, Int64Type, Time64MicrosecondType,
    TimestampMicrosecondType, UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, ArrowPrimitiveType, BinaryArray, BooleanArray, DictionaryArray, FixedSizeBinaryArray, ListArray, NullArray,
    PrimitiveArray, StringArray,
};
use arrow_buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::ArrowError;
use oxyde_driver::calendar::{DAY, clock_of};
use oxyde_driver::{Column, Data, TextColumn};

use super::decimal;
use super::dynamic::{exact, narrow};
use super::misfit::Misfit;
use super::target::Target;

/// Returns a column as an array of the type `target`.
pub fn array(column: Column, target: &Target) -> Result<ArrayRef, Misfit> {
    let length = column.data.len();
    let flags = column.valid;
    let valid = |row: usize| flags.as_ref().is_none_or(|flags| flags[row]);
    let nulls = || flags.as_ref().map(|flags| NullBuffer::from(flags.as_slice()));
    Ok(match (target, column.data) {
        (_, Data::Dynamic(values)) => return array(narrow(values, target)?, target),
        (Target::Bool, Data::Bool(v)) => Arc::new(BooleanArray::new(v.into(), nulls())),
        (Target::Int16, Data::Int16(v)) => primitive::<Int16Type>(v, nulls())?,
        (Target::Int32, Data::Int32(v)) => primitive::<Int32Type>(v, nulls())?,
        (Target::Int64, Data::Int64(v)) => primitive::<Int64Type>(v, nulls())?,
        (Target::Int32, Data::Int16(v)) => primitive::<Int32Type>(widen(v), nulls())?,
        (Target::Int64, Data::Int16(v)) => primitive::<Int64Type>(widen(v), nulls())?,
        (Target::Int64, Data::Int32(v)) => primitive::<Int64Type>(widen(v), nulls())?,
        (Target::Int64, Data::UInt64(v)) => {
            let signed = |(row, v)| i64::try_from(v).map_err(|_| (row, format!("{v} is more than an int64 holds")));
            primitive::<Int64Type>(v.into_iter().enumerate().map(signed).collect::<Result<_, _>>()?, nulls())?
        }
        (Target::UInt64, Data::UInt64(v)) => primitive::<UInt64Type>(v, nulls())?,
        (Target::Float32, Data::Float32(v)) => primitive::<Float32Type>(v, nulls())?,
        (Target::Float64, Data::Float64(v)) => primitive::<Float64Type>(v, nulls())?,
        (Target::Float64, Data::Int64(v)) => {
            let float = |(row, v)| exact(row, v);
            primitive::<Float64Type>(v.into_iter().enumerate().map(float).collect::<Result<_, _>>()?, nulls())?
        }
        (Target::Float64, Data::Float32(v)) => primitive::<Float64Type>(widen(v), nulls())?,
        (Target::Utf8, Data::Text(v) | Data::Enum(v) | Data::DecimalText { values: v, .. })
        | (Target::Json, Data::Json(v) | Data::Text(v)) => Arc::new(text(v, nulls())?),
        (Target::Utf8, Data::Decimal { values, scale, .. }) => {
            texts(values.iter().map(|v| oxyde_driver::decimal::text(*v, scale)), nulls())?
        }
        (Target::Utf8, Data::TimeTz(v)) => texts(v.iter().map(|(micros, offset)| time_tz(*micros, *offset)), nulls())?,
        (Target::Binary, Data::Bytes(v)) => {
            let (offsets, values) = v.into_parts();
            Arc::new(BinaryArray::try_new(offset_buffer(offsets), Buffer::from_vec(values), nulls())?)
        }
        (Target::Decimal128(p, s), Data::Decimal { values, precision, scale }) => {
            let same = scale == *s && precision <= *p;
            let values = if same { values } else { decimal::rescale(&values, scale, *p, *s)? };
            Arc::new(PrimitiveArray::<Decimal128Type>::try_new(values.into(), nulls())?.with_precision_and_scale(*p, *s)?)
        }
        (Target::Decimal128(p, s), Data::DecimalText { values, .. }) => {
            let values = decimal::small(&values, valid, *p, *s)?;
            Arc::new(PrimitiveArray::<Decimal128Type>::try_new(values.into(), nulls())?.with_precision_and_scale(*p, *s)?)
        }
        (Target::Date, Data::Date(v)) => primitive::<Date32Type>(v, nulls())?,
        (Target::Time, Data::Time(v)) => {
            if let Some(row) = v.iter().position(|micros| !(0..DAY).contains(micros)) {
                return Err((row, format!("a time of {} microseconds, and Arrow's end before 24:00", v[row])).into());
            }
            primitive::<Time64MicrosecondType>(v, nulls())?
        }
        (Target::Datetime, Data::Datetime(v)) => primitive::<TimestampMicrosecondType>(v, nulls())?,
        (Target::DatetimeTz, Data::DatetimeTz(v)) => {
            Arc::new(PrimitiveArray::<TimestampMicrosecondType>::try_new(v.into(), nulls())?.with_timezone("UTC"))
        }
        (Target::Duration, Data::Duration(v)) => primitive::<DurationMicrosecondType>(v, nulls())?,
        (Target::Duration, Data::Interval(v)) => {
            primitive::<DurationMicrosecondType>(v.into_iter().enumerate().map(micros).collect::<Result<_, _>>()?, nulls())?
        }
        (Target::Uuid, Data::Uuid(v)) => Arc::new(FixedSizeBinaryArray::try_new(16, Buffer::from_vec(v.into_flattened()), nulls())?),
        (Target::Dictionary, Data::Enum(v) | Data::Text(v)) => dictionary(&text(v, nulls())?)?,
        (Target::List(item), Data::List { offsets, items }) => {
            let field = Arc::new(item.field("item", true));
            Arc::new(ListArray::try_new(field, offset_buffer(offsets), array(*items, item)?, nulls())?)
        }
        (Target::Null, _) if (0..length).all(|row| !valid(row)) => Arc::new(NullArray::new(length)),
        (target, data) => {
            let found = Target::of_data(&data).map_or_else(|reason| reason, |found| found.data_type().to_string());
            return Err(Misfit::mixed(None, format!("{found} where {} came before", target.data_type())));
        }
    })
}

fn primitive<T: ArrowPrimitiveType>(values: Vec<T::Native>, nulls: Option<NullBuffer>) -> Result<ArrayRef, Misfit> {
    Ok(Arc::new(PrimitiveArray::<T>::try_new(ScalarBuffer::from(values), nulls)?))
}

fn widen<A: Into<B>, B>(values: Vec<A>) -> Vec<B> {
    values.into_iter().map(Into::into).collect()
}

fn offset_buffer(offsets: Vec<i32>) -> OffsetBuffer<i32> {
    OffsetBuffer::new(ScalarBuffer::from(offsets))
}

fn text(column: TextColumn, nulls: Option<NullBuffer>) -> Result<StringArray, ArrowError> {
    let (offsets, values) = column.into_parts();
    StringArray::try_new(offset_buffer(offsets), Buffer::from_vec(values), nulls)
}

fn texts(values: impl Iterator<Item = String>, nulls: Option<NullBuffer>) -> Result<ArrayRef, Misfit> {
    let mut column = TextColumn::default();
    for (row, value) in values.enumerate() {
        if !column.push(value.as_bytes()) {
            return Err((row, "more than 2 GiB of text in one batch".to_owned()).into());
        }
    }
    Ok(Arc::new(text(column, nulls)?))
}

/// Converts an interval without months to microseconds; a day has 24 hours.
fn micros((row, (months, days, micros)): (usize, (i32, i32, i64))) -> Result<i64, (usize, String)> {
    if months != 0 {
        return Err((row, format!("an interval of {months} months, which a duration cannot hold")));
    }
    i64::from(days)
        .checked_mul(DAY)
        .and_then(|whole| whole.checked_add(micros))
        .ok_or_else(|| (row, format!("an interval of {days} days, more than a duration holds")))
}

/// Formats `12:34:56.000001+02:00`, because Arrow has no such type.
fn time_tz(micros: i64, offset: i32) -> String {
    let (hour, minute, second, part) = clock_of(micros);
    let part = if part == 0 { String::new() } else { format!(".{part:06}") };
    let sign = if offset < 0 { '-' } else { '+' };
    let offset = offset.unsigned_abs();
    let odd = if offset.is_multiple_of(60) { String::new() } else { format!(":{:02}", offset % 60) };
    let (hours, minutes) = (offset / 3_600, offset / 60 % 60);
    format!("{hour:02}:{minute:02}:{second:02}{part}{sign}{hours:02}:{minutes:02}{odd}")
}

/// Encodes labels as a dictionary, in the order of first appearance.
fn dictionary(labels: &StringArray) -> Result<ArrayRef, Misfit> {
    let mut known: HashMap<&str, i32> = HashMap::new();
    let mut values = Vec::new();
    let mut keys = Vec::with_capacity(labels.len());
    for row in 0..labels.len() {
        keys.push(if labels.is_null(row) {
            0
        } else {
            let label = labels.value(row);
            *known.entry(label).or_insert_with(|| {
                values.push(label);
                values.len() as i32 - 1
            })
        });
    }
    let keys = PrimitiveArray::<Int32Type>::try_new(keys.into(), labels.nulls().cloned())?;
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, Arc::new(StringArray::from(values)))?))
}
