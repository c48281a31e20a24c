//! A single value to send to a server, or read from a column without a type.

/// A value with its exact type. `PartialEq` of floats is only meant for tests.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    /// Canonical decimal text, also `NaN`, `Infinity` and `-Infinity`.
    Decimal(String),
    /// Days since 1970-01-01.
    Date(i32),
    /// Microseconds since midnight.
    Time(i64),
    /// Microseconds since midnight, and the offset in seconds east of UTC.
    TimeTz(i64, i32),
    /// Microseconds since 1970-01-01 00:00:00, without time zone.
    Datetime(i64),
    /// Microseconds since 1970-01-01 00:00:00 UTC.
    DatetimeTz(i64),
    /// Microseconds.
    Duration(i64),
    Uuid([u8; 16]),
    /// JSON text.
    Json(String),
    /// The items of an array or of an `in` list.
    Array(Vec<Value>),
}

impl Value {
    /// The most bytes that a value takes on the wire besides its text: a number, a UUID, a length.
    pub const MOST_FIXED_BYTES: usize = 20;

    /// Returns an upper bound for the size of the value on the wire.
    pub fn bytes(&self) -> usize {
        let varying = match self {
            Self::Text(text) | Self::Decimal(text) | Self::Json(text) => text.len(),
            Self::Bytes(bytes) => bytes.len(),
            Self::Array(members) => members.iter().map(Self::bytes).sum(),
            Self::Null
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Float(_)
            | Self::Date(_)
            | Self::Time(_)
            | Self::TimeTz(..)
            | Self::Datetime(_)
            | Self::DatetimeTz(_)
            | Self::Duration(_)
            | Self::Uuid(_) => 0,
        };
        varying + Self::MOST_FIXED_BYTES
    }
}
