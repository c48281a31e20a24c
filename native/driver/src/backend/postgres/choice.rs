//! Chooses the reader from a wire type to a column type.

use std::mem::replace;

use oxyde_ir::ColumnType;

use super::wire::{Shape, Wire};
use super::{numeric, read};
use crate::batch::{Builder, Data, Grow, Payload, Read, TOO_LONG, TextColumn, Validity};
use crate::types::codec;

/// Returns the builder from a wire type to a column type; `None` if the conversion cannot be exact.
pub fn builder(shape: Shape, wanted: &ColumnType) -> Option<Builder<Payload>> {
    match (shape.member, wanted) {
        (Some(_), ColumnType::Any) => arrays(shape.wire, wanted),
        (Some(_), ColumnType::Array { item }) => arrays(shape.wire, item),
        (Some(_), _) => None,
        (None, _) => codec(wanted).postgres(shape.wire),
    }
}

fn arrays(wire: Wire, item: &ColumnType) -> Option<Builder<Payload>> {
    let members = builder(Shape { wire, member: None }, item)?;
    Some(Builder::of(Arrays { offsets: vec![0], members, valid: Validity::default() }))
}

/// Arrays, whose items are a column of their own.
struct Arrays {
    offsets: Vec<i32>,
    members: Builder<Payload>,
    valid: Validity,
}

impl Grow<Payload> for Arrays {
    fn push(&mut self, raw: &[u8]) -> Read<()> {
        read::members(raw, |member| {
            if let Some(member) = member {
                return self.members.push(member);
            }
            self.members.push_null();
            Ok(())
        })?;
        self.offsets.push(i32::try_from(self.members.rows()).map_err(|_| TOO_LONG)?);
        self.valid.push(true);
        Ok(())
    }

    fn push_null(&mut self) {
        self.offsets.push(self.members.rows() as i32);
        self.valid.push(false);
    }

    fn rows(&self) -> usize {
        self.valid.rows()
    }

    fn take(&mut self) -> (Data, Option<Vec<bool>>) {
        let items = Box::new(self.members.take("item"));
        (Data::List { offsets: replace(&mut self.offsets, vec![0]), items }, self.valid.take())
    }
}

/// The result of a function that returns void.
pub fn void() -> Builder<Payload> {
    Builder::of(Void(Builder::texts(read::utf8, Data::Text)))
}

/// A column of NULLs, whatever is sent.
struct Void(Builder<Payload>);

impl Grow<Payload> for Void {
    fn push(&mut self, _: &[u8]) -> Read<()> {
        self.0.push_null();
        Ok(())
    }

    fn push_null(&mut self) {
        self.0.push_null();
    }

    fn rows(&self) -> usize {
        self.0.rows()
    }

    fn take(&mut self) -> (Data, Option<Vec<bool>>) {
        let column = self.0.take("");
        (column.data, column.valid)
    }
}

/// The wire types of numbers.
#[derive(Clone, Copy)]
pub enum Number {
    Int2,
    Int4,
    Int8,
    Oid,
    Float4,
    Float8,
    Numeric,
}

/// A function that borrows the text of a payload.
pub type TextOf = fn(&[u8]) -> Read<&[u8]>;

impl Wire {
    pub fn number(self) -> Option<Number> {
        match self {
            Self::Int2 => Some(Number::Int2),
            Self::Int4 => Some(Number::Int4),
            Self::Int8 => Some(Number::Int8),
            Self::Oid => Some(Number::Oid),
            Self::Float4 => Some(Number::Float4),
            Self::Float8 => Some(Number::Float8),
            Self::Numeric => Some(Number::Numeric),
            Self::Bool
            | Self::Text
            | Self::Char
            | Self::Bytes
            | Self::Json
            | Self::Jsonb
            | Self::Path
            | Self::Uuid
            | Self::Date
            | Self::Time
            | Self::TimeTz
            | Self::Timestamp
            | Self::TimestampTz
            | Self::Interval
            | Self::Inet
            | Self::Macaddr
            | Self::Bit
            | Self::Enum
            | Self::Void
            | Self::Unknown => None,
        }
    }

    /// Returns a builder if the values are, or can be, 64-bit integers.
    pub fn integers(self, data: fn(Vec<i64>) -> Data) -> Option<Builder<Payload>> {
        Some(match self.number()? {
            Number::Int2 => Builder::fixed(read::int2_wide, data),
            Number::Int4 => Builder::fixed(read::int4_wide, data),
            Number::Int8 => Builder::fixed(read::int8, data),
            Number::Oid => Builder::fixed(read::oid, data),
            Number::Float4 => Builder::fixed(read::float4_whole, data),
            Number::Float8 => Builder::fixed(read::float8_whole, data),
            Number::Numeric => Builder::fixed(numeric::integer, data),
        })
    }

    /// Returns the function that borrows the text of the payload.
    pub fn text(self) -> Option<TextOf> {
        match self {
            Self::Text | Self::Json | Self::Enum => Some(read::utf8),
            Self::Char => Some(read::char),
            Self::Jsonb | Self::Path => Some(read::versioned),
            Self::Bool
            | Self::Int2
            | Self::Int4
            | Self::Int8
            | Self::Oid
            | Self::Float4
            | Self::Float8
            | Self::Numeric
            | Self::Bytes
            | Self::Uuid
            | Self::Date
            | Self::Time
            | Self::TimeTz
            | Self::Timestamp
            | Self::TimestampTz
            | Self::Interval
            | Self::Inet
            | Self::Macaddr
            | Self::Bit
            | Self::Void
            | Self::Unknown => None,
        }
    }

    /// Returns a builder if the values are text.
    pub fn texts(self, data: fn(TextColumn) -> Data) -> Option<Builder<Payload>> {
        if matches!(self, Self::Text | Self::Json | Self::Enum) {
            return Some(Builder::texts(read::utf8, data));
        }
        Some(Builder::texts(self.text()?, data))
    }
}
