//! The one table of what can be read as what.

use oxyde_ir::ColumnType;

use super::cells::{Cells, Values};
use super::read::{self, Part, Reader};
use super::wire::{Shape, Wire};
use super::{network, numeric};
use crate::batch::{Data, TextColumn};
use crate::{decimal, json};

/// How values of a shape become what is wanted; `None` where nothing exact can come of it.
pub fn cells(shape: Shape, wanted: &ColumnType) -> Option<Cells> {
    let Shape { wire, member } = shape;
    match (member, wanted) {
        (Some(_), ColumnType::Any) => list(wire, &ColumnType::Any),
        (Some(_), ColumnType::Array { item }) => list(wire, item),
        (Some(_), _) => None,
        (None, ColumnType::Array { item }) => {
            let read = text(wire)?;
            Some(Cells::JsonList { offsets: vec![0], items: json::items(item), item: (**item).clone(), read })
        }
        (None, ColumnType::Any) => any(wire),
        (None, wanted) => single(wire, wanted),
    }
}

fn list(wire: Wire, item: &ColumnType) -> Option<Cells> {
    let members = cells(Shape { wire, member: None }, item)?;
    Some(Cells::List { offsets: vec![0], members: Box::new(Values::new(members)) })
}

fn single(wire: Wire, wanted: &ColumnType) -> Option<Cells> {
    Some(match (wanted, wire) {
        (ColumnType::Bool, Wire::Bool) => any(wire)?,
        (ColumnType::Int, _) => int64(integer(wire)?, Data::Int64),
        (ColumnType::Duration, Wire::Interval) => int64(read::interval_micros, Data::Duration),
        (ColumnType::Duration, Wire::Int2 | Wire::Int4 | Wire::Int8 | Wire::Numeric) => int64(integer(wire)?, Data::Duration),
        (ColumnType::Float, _) => Cells::Float64 { values: Vec::new(), read: float(wire)? },
        (ColumnType::Text, Wire::Inet) => made(network::inet),
        (ColumnType::Text, Wire::Macaddr) => made(network::macaddr),
        (ColumnType::Text, Wire::Bit) => made(read::bits),
        (ColumnType::Text, Wire::Uuid) => made(read::uuid_text),
        (ColumnType::Text, Wire::Void) => texts(read::utf8, Data::Text),
        (ColumnType::Text, _) => texts(text(wire)?, Data::Text),
        (ColumnType::Json, Wire::Json | Wire::Jsonb | Wire::Text) => texts(text(wire)?, Data::Json),
        (ColumnType::Enum { .. }, Wire::Enum | Wire::Text) => texts(read::utf8, Data::Enum),
        (ColumnType::Bytes, Wire::Bytes) => any(wire)?,
        (ColumnType::Decimal { precision, scale }, _) => decimals(wire, *precision, *scale)?,
        (ColumnType::Date, Wire::Date) => any(wire)?,
        (ColumnType::Date, Wire::Timestamp) => Cells::Int32 { values: Vec::new(), read: read::timestamp_date, data: Data::Date },
        (ColumnType::Datetime, Wire::Timestamp) => any(wire)?,
        (ColumnType::Datetime, Wire::Date) => int64(read::date_timestamp, Data::Datetime),
        (ColumnType::DatetimeTz, Wire::TimestampTz) => any(wire)?,
        (ColumnType::Time, Wire::Time) | (ColumnType::TimeTz, Wire::TimeTz) => any(wire)?,
        (ColumnType::Uuid, Wire::Uuid) => any(wire)?,
        (ColumnType::Uuid, Wire::Text) => Cells::Uuid { values: Vec::new(), read: read::text_uuid },
        _ => return None,
    })
}

/// What the server's own type becomes.
fn any(wire: Wire) -> Option<Cells> {
    Some(match wire {
        Wire::Bool => Cells::Bool { values: Vec::new(), read: read::boolean },
        Wire::Int2 => Cells::Int16 { values: Vec::new(), read: read::int2 },
        Wire::Int4 => Cells::Int32 { values: Vec::new(), read: read::int4, data: Data::Int32 },
        Wire::Int8 => int64(read::int8, Data::Int64),
        Wire::Oid => int64(read::oid, Data::Int64),
        Wire::Float4 => Cells::Float32 { values: Vec::new(), read: read::float4 },
        Wire::Float8 => Cells::Float64 { values: Vec::new(), read: read::float8 },
        Wire::Numeric => decimals(wire, None, None)?,
        Wire::Bytes => texts(read::bytes, Data::Bytes),
        Wire::Json | Wire::Jsonb => texts(text(wire)?, Data::Json),
        Wire::Enum => texts(read::utf8, Data::Enum),
        Wire::Uuid => Cells::Uuid { values: Vec::new(), read: read::uuid },
        Wire::Date => Cells::Int32 { values: Vec::new(), read: read::date, data: Data::Date },
        Wire::Time => int64(read::int8, Data::Time),
        Wire::TimeTz => Cells::TimeTz(Vec::new()),
        Wire::Timestamp => int64(read::timestamp, Data::Datetime),
        Wire::TimestampTz => int64(read::timestamp, Data::DatetimeTz),
        Wire::Interval => Cells::Interval(Vec::new()),
        Wire::Text | Wire::Char | Wire::Path | Wire::Inet | Wire::Macaddr | Wire::Bit | Wire::Void => single(wire, &ColumnType::Text)?,
        Wire::Unknown => return None,
    })
}

/// How text is found in the payload.
fn text(wire: Wire) -> Option<Part> {
    match wire {
        Wire::Text | Wire::Json | Wire::Enum => Some(read::utf8),
        Wire::Char => Some(read::char),
        Wire::Jsonb | Wire::Path => Some(read::versioned),
        Wire::Bool
        | Wire::Int2
        | Wire::Int4
        | Wire::Int8
        | Wire::Oid
        | Wire::Float4
        | Wire::Float8
        | Wire::Numeric
        | Wire::Bytes
        | Wire::Uuid
        | Wire::Date
        | Wire::Time
        | Wire::TimeTz
        | Wire::Timestamp
        | Wire::TimestampTz
        | Wire::Interval
        | Wire::Inet
        | Wire::Macaddr
        | Wire::Bit
        | Wire::Void
        | Wire::Unknown => None,
    }
}

/// The shapes of numbers.
#[derive(Clone, Copy)]
enum Number {
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
}

fn number(wire: Wire) -> Option<Number> {
    match wire {
        Wire::Int2 => Some(Number::Int2),
        Wire::Int4 => Some(Number::Int4),
        Wire::Int8 => Some(Number::Int8),
        Wire::Oid => Some(Number::Oid),
        Wire::Float4 => Some(Number::Float4),
        Wire::Float8 => Some(Number::Float8),
        Wire::Numeric => Some(Number::Numeric),
        Wire::Bool
        | Wire::Text
        | Wire::Char
        | Wire::Bytes
        | Wire::Json
        | Wire::Jsonb
        | Wire::Path
        | Wire::Uuid
        | Wire::Date
        | Wire::Time
        | Wire::TimeTz
        | Wire::Timestamp
        | Wire::TimestampTz
        | Wire::Interval
        | Wire::Inet
        | Wire::Macaddr
        | Wire::Bit
        | Wire::Enum
        | Wire::Void
        | Wire::Unknown => None,
    }
}

fn integer(wire: Wire) -> Option<Reader<i64>> {
    Some(match number(wire)? {
        Number::Int2 => read::int2_wide,
        Number::Int4 => read::int4_wide,
        Number::Int8 => read::int8,
        Number::Oid => read::oid,
        Number::Float4 => read::float4_whole,
        Number::Float8 => read::float8_whole,
        Number::Numeric => numeric::integer,
    })
}

fn float(wire: Wire) -> Option<Reader<f64>> {
    Some(match number(wire)? {
        Number::Int2 => read::int2_double,
        Number::Int4 => read::int4_double,
        Number::Int8 => read::int8_double,
        Number::Float4 => read::float4_wide,
        Number::Float8 => read::float8,
        Number::Numeric => numeric::double,
        Number::Oid => return None,
    })
}

/// Unscaled values where 128 bits hold them, else text.
fn decimals(wire: Wire, precision: Option<u16>, scale: Option<u16>) -> Option<Cells> {
    let number = number(wire)?;
    if let Some((precision, scale)) = decimal::narrow(precision, scale) {
        let read = match number {
            Number::Numeric => numeric::unscaled,
            Number::Int2 => numeric::unscaled_int2,
            Number::Int4 => numeric::unscaled_int4,
            Number::Int8 => numeric::unscaled_int8,
            Number::Oid | Number::Float4 | Number::Float8 => return None,
        };
        return Some(Cells::Decimal { values: Vec::new(), precision, scale, read });
    }
    let read = match number {
        Number::Numeric => numeric::text,
        Number::Int2 => numeric::text_int2,
        Number::Int4 => numeric::text_int4,
        Number::Int8 => numeric::text_int8,
        Number::Oid | Number::Float4 | Number::Float8 => return None,
    };
    Some(Cells::DecimalText { values: TextColumn::default(), digits: decimal::wide(precision, scale), read })
}

fn int64(read: Reader<i64>, data: fn(Vec<i64>) -> Data) -> Cells {
    Cells::Int64 { values: Vec::new(), read, data }
}

fn texts(read: Part, data: fn(TextColumn) -> Data) -> Cells {
    Cells::Text { values: TextColumn::default(), read, data }
}

fn made(read: Reader<String>) -> Cells {
    Cells::Made { values: TextColumn::default(), read, data: Data::Text }
}
