//! Columnar batches: rows decoded once into Arrow's layout, for both models and Arrow.

mod builder;
mod text;
mod validity;
mod value;

pub(crate) use builder::{Builder, Grow, Part, Payload, Read, Source, TOO_LONG};
pub use text::TextColumn;
pub(crate) use validity::Validity;

use oxyde_ir::Value;

use crate::request::Run;

/// Some rows of a result.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnBatch {
    pub columns: Vec<Column>,
    pub rows: usize,
}

/// One column of a batch: name, values and validity.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    pub data: Data,
    /// One entry per row, `false` for NULL; `None` while there is no NULL. In `data`, a zero or empty value
    /// fills the place of a NULL.
    pub valid: Option<Vec<bool>>,
}

/// The values of a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Data {
    Bool(Vec<bool>),
    Int16(Vec<i16>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    UInt64(Vec<u64>),
    Float32(Vec<f32>),
    Float64(Vec<f64>),
    /// UTF-8.
    Text(TextColumn),
    Bytes(TextColumn),
    /// Unscaled values of at most 38 digits.
    Decimal {
        values: Vec<i128>,
        precision: u8,
        scale: i8,
    },
    /// Decimals without a declared precision, or of more than 38 digits, as canonical text; also `NaN`,
    /// `Infinity`, `-Infinity`. `digits` are precision and scale if known (`decimal256` in Arrow, up to 76
    /// digits).
    DecimalText {
        values: TextColumn,
        digits: Option<(u8, i8)>,
    },
    /// Days since 1970-01-01; may exceed the range of Python's `date`.
    Date(Vec<i32>),
    /// Microseconds since midnight, 86,400,000,000 included.
    Time(Vec<i64>),
    /// Microseconds since midnight, and the offset in seconds east of UTC.
    TimeTz(Vec<(i64, i32)>),
    /// Microseconds since 1970-01-01 without zone.
    Datetime(Vec<i64>),
    /// Microseconds since 1970-01-01 UTC.
    DatetimeTz(Vec<i64>),
    /// Microseconds.
    Duration(Vec<i64>),
    /// PostgreSQL's interval: months, days, microseconds.
    Interval(Vec<(i32, i32, i64)>),
    Uuid(Vec<[u8; 16]>),
    /// JSON text.
    Json(TextColumn),
    /// A label of an enumeration.
    Enum(TextColumn),
    /// `offsets` has one more entry than there are rows.
    List {
        offsets: Vec<i32>,
        items: Box<Column>,
    },
    /// `SQLite` results without a declared type only.
    Dynamic(Vec<Value>),
}

impl ColumnBatch {
    /// Returns the size of the values in bytes, for `Limits`.
    pub fn bytes(&self) -> usize {
        self.columns.iter().map(|column| column.data.bytes()).sum()
    }

    /// Returns an upper bound for the size of some rows on the wire.
    pub fn bytes_of(&self, run: Run) -> usize {
        self.columns.iter().map(|column| column.data.bytes_of(run)).sum()
    }
}

impl Column {
    pub fn new(name: impl Into<String>, data: Data) -> Self {
        Self { name: name.into(), data, valid: None }
    }

    /// Whether row `row` is not NULL.
    pub fn is_valid(&self, row: usize) -> bool {
        self.valid.as_ref().is_none_or(|valid| valid[row])
    }

    /// Records whether the value just pushed is not NULL; `rows` is the number of rows including it.
    pub fn mark(&mut self, rows: usize, valid: bool) {
        validity::mark(&mut self.valid, rows - 1, valid);
    }
}

impl Data {
    /// Returns the number of values, including NULLs.
    pub fn len(&self) -> usize {
        match self {
            Self::Bool(v) => v.len(),
            Self::Int16(v) => v.len(),
            Self::Int32(v) | Self::Date(v) => v.len(),
            Self::Int64(v) | Self::Time(v) | Self::Datetime(v) | Self::DatetimeTz(v) | Self::Duration(v) => v.len(),
            Self::UInt64(v) => v.len(),
            Self::Float32(v) => v.len(),
            Self::Float64(v) => v.len(),
            Self::Text(v) | Self::Bytes(v) | Self::Json(v) | Self::Enum(v) => v.len(),
            Self::Decimal { values, .. } => values.len(),
            Self::DecimalText { values, .. } => values.len(),
            Self::TimeTz(v) => v.len(),
            Self::Interval(v) => v.len(),
            Self::Uuid(v) => v.len(),
            Self::List { offsets, .. } => offsets.len() - 1,
            Self::Dynamic(v) => v.len(),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns an upper bound for the size of some rows on the wire.
    pub(crate) fn bytes_of(&self, run: Run) -> usize {
        let end = run.start + run.rows;
        let varying = match self {
            Self::Text(v) | Self::Bytes(v) | Self::Json(v) | Self::Enum(v) | Self::DecimalText { values: v, .. } => {
                v.bytes_between(run.start, end)
            }
            Self::List { offsets, items } => {
                let (start, end) = (offsets[run.start] as usize, offsets[end] as usize);
                items.data.bytes_of(Run { start, rows: end - start })
            }
            Self::Dynamic(v) => v[run.start..end].iter().map(Value::bytes).sum(),
            Self::Bool(_)
            | Self::Int16(_)
            | Self::Int32(_)
            | Self::Int64(_)
            | Self::UInt64(_)
            | Self::Float32(_)
            | Self::Float64(_)
            | Self::Decimal { .. }
            | Self::Date(_)
            | Self::Time(_)
            | Self::TimeTz(_)
            | Self::Datetime(_)
            | Self::DatetimeTz(_)
            | Self::Duration(_)
            | Self::Interval(_)
            | Self::Uuid(_) => 0,
        };
        varying + run.rows * Value::MOST_FIXED_BYTES
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Bool(v) => v.len(),
            Self::Int16(v) => v.len() * 2,
            Self::Int32(v) | Self::Date(v) => v.len() * 4,
            Self::Float32(v) => v.len() * 4,
            Self::Int64(v) | Self::Time(v) | Self::Datetime(v) | Self::DatetimeTz(v) | Self::Duration(v) => v.len() * 8,
            Self::UInt64(v) => v.len() * 8,
            Self::Float64(v) => v.len() * 8,
            Self::Text(v) | Self::Bytes(v) | Self::Json(v) | Self::Enum(v) => v.bytes(),
            Self::Decimal { values, .. } => values.len() * 16,
            Self::DecimalText { values, .. } => values.bytes(),
            Self::TimeTz(v) => v.len() * 16,
            Self::Interval(v) => v.len() * 16,
            Self::Uuid(v) => v.len() * 16,
            Self::List { offsets, items } => offsets.len() * 4 + items.data.bytes(),
            Self::Dynamic(v) => v.len() * 48,
        }
    }
}
