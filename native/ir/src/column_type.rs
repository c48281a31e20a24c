//! The column types; every other table of types matches on them exhaustively.

use serde::{Deserialize, Serialize};

/// The type of a column, a parameter or an output.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ColumnType {
    Bool,
    /// A signed 64-bit integer.
    Int,
    /// A 64-bit binary floating point number.
    Float,
    Text,
    Bytes,
    /// An exact decimal; without precision and scale, the server's widest.
    Decimal {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        precision: Option<u16>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scale: Option<u16>,
    },
    Date,
    /// Time of day without zone, microseconds.
    Time,
    /// Time of day with a UTC offset.
    TimeTz,
    /// Date and time without zone, microseconds.
    Datetime,
    /// An instant, microseconds, UTC.
    DatetimeTz,
    /// A duration in microseconds.
    Duration,
    Uuid,
    /// JSON text.
    Json,
    Array {
        item: Box<ColumnType>,
    },
    /// One of `labels`; `name` is the server's type, if it has named enumerations.
    Enum {
        name: String,
        labels: Vec<String>,
    },
    /// The type that the server reports: for outputs and parameters of raw SQL.
    Any,
}

impl ColumnType {
    /// Returns the type in words, with its article.
    pub const fn noun(&self) -> &'static str {
        match self {
            Self::Bool => "a boolean",
            Self::Int => "an integer",
            Self::Float => "a float",
            Self::Text => "text",
            Self::Bytes => "bytes",
            Self::Decimal { .. } => "a decimal",
            Self::Date => "a date",
            Self::Time => "a time of day",
            Self::TimeTz => "a time of day with zone",
            Self::Datetime => "a date and time without zone",
            Self::DatetimeTz => "a date and time with zone",
            Self::Duration => "a duration",
            Self::Uuid => "a UUID",
            Self::Json => "JSON",
            Self::Array { .. } => "a list",
            Self::Enum { .. } => "a label",
            Self::Any => "a value of Oxyde's",
        }
    }
}
