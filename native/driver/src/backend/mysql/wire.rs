//! The wire types of columns in the binary protocol.

use sqlx::mysql::{MySql, MySqlTypeInfo};
use sqlx::{Type, TypeInfo};

use super::read;
use crate::batch::{Builder, Data, Payload};

/// The wire type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// Integers of up to 16, 32 and 64 bits: signed ones, and smaller unsigned ones that fit.
    Int16,
    Int32,
    Int64,
    UInt64,
    /// An unsigned number, big-endian.
    Bit,
    Float,
    Double,
    /// ASCII digits.
    Decimal,
    Date,
    /// Without time zone.
    Datetime,
    /// In the session's time zone, UTC.
    Timestamp,
    Time,
    /// UTF-8: the server converts from every character set but `binary`.
    Text,
    Bytes,
    Json,
    /// A label of an enumeration.
    Enum,
    /// An expression that is always NULL.
    Null,
    /// Geometry, and types of later servers.
    Unknown,
}

impl Wire {
    pub fn of(info: &MySqlTypeInfo) -> Self {
        let unsigned = <u8 as Type<MySql>>::compatible(info);
        match info.name() {
            // sqlx's name for TINYINT(1), including unsigned ones.
            "BOOLEAN" | "TINYINT" | "TINYINT UNSIGNED" | "SMALLINT" | "YEAR" => Self::Int16,
            "SMALLINT UNSIGNED" | "MEDIUMINT" | "MEDIUMINT UNSIGNED" | "INT" => Self::Int32,
            "INT UNSIGNED" => Self::Int64,
            "BIGINT" if !unsigned => Self::Int64,
            "BIGINT" | "BIGINT UNSIGNED" => Self::UInt64,
            "BIT" => Self::Bit,
            "FLOAT" => Self::Float,
            "DOUBLE" => Self::Double,
            "DECIMAL" => Self::Decimal,
            "DATE" => Self::Date,
            "DATETIME" => Self::Datetime,
            "TIMESTAMP" => Self::Timestamp,
            "TIME" => Self::Time,
            "JSON" => Self::Json,
            "ENUM" => Self::Enum,
            "SET" => Self::Text,
            "NULL" => Self::Null,
            "GEOMETRY" => Self::Unknown,
            // Binary collations also set the BINARY flag, so the character set decides.
            _ if <str as Type<MySql>>::compatible(info) => Self::Text,
            _ if <[u8] as Type<MySql>>::compatible(info) => Self::Bytes,
            _ => Self::Unknown,
        }
    }
}

/// How a column is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    pub wire: Wire,
    /// The integers are unsigned.
    pub unsigned: bool,
}

impl Sent {
    pub fn of(info: &MySqlTypeInfo) -> Self {
        Self { wire: Wire::of(info), unsigned: <u8 as Type<MySql>>::compatible(info) }
    }

    pub fn is_integer(self) -> bool {
        matches!(self.wire, Wire::Int16 | Wire::Int32 | Wire::Int64 | Wire::UInt64)
    }

    /// Whether it is text or may be.
    pub fn is_text(self) -> bool {
        matches!(self.wire, Wire::Text | Wire::Bytes | Wire::Json | Wire::Enum | Wire::Null)
    }

    /// Whether it is a date, with or without time.
    pub fn is_moment(self) -> bool {
        matches!(self.wire, Wire::Date | Wire::Datetime | Wire::Timestamp)
    }

    /// Whether it is text that may be parsed as another type.
    pub fn may_spell(self) -> bool {
        matches!(self.wire, Wire::Text | Wire::Null)
    }

    /// Returns a builder if the values are, or can be, 64-bit integers.
    pub fn integers(self, data: fn(Vec<i64>) -> Data) -> Option<Builder<Payload>> {
        match self.wire {
            Wire::Int16 | Wire::Int32 | Wire::Int64 | Wire::UInt64 if self.unsigned => Some(Builder::fixed(read::unsigned64, data)),
            Wire::Int16 | Wire::Int32 | Wire::Int64 | Wire::UInt64 => Some(Builder::fixed(read::signed, data)),
            Wire::Bit => Some(Builder::fixed(read::bits64, data)),
            Wire::Float | Wire::Double => Some(Builder::fixed(read::double64, data)),
            Wire::Decimal | Wire::Text | Wire::Null => Some(Builder::fixed(read::digits64, data)),
            Wire::Date | Wire::Datetime | Wire::Timestamp | Wire::Time | Wire::Bytes | Wire::Json | Wire::Enum | Wire::Unknown => None,
        }
    }
}
