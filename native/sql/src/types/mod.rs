//! The column types and their SQL on every server: each has a file and an entry in `of`.

mod any;
mod boolean;
mod bytes;
mod date;
mod datetime;
mod datetime_tz;
mod decimal;
mod duration;
mod float;
mod integer;
mod json;
mod label;
mod list;
mod text;
mod time;
mod time_tz;
mod uuid;

use std::borrow::Cow;

use oxyde_ir::{ColumnType, Expr};

use crate::convert::Kind;
use crate::dialect::Dialect;
use crate::error::Result;
use crate::fit::Range;
use crate::spelling::Spelt;
use crate::writer::Writer;

pub use decimal::{FLOAT_DIGITS, without_digits};
pub use label::label_list;

pub type Name = Cow<'static, str>;

/// The attributes of a column, besides its type, that its declaration depends on.
#[derive(Clone, Copy, Default)]
pub struct Declaration<'a> {
    pub length: Option<u32>,
    pub indexed: bool,
    /// The schema of the table, which also contains its named types.
    pub schema: Option<&'a str>,
}

/// The form in which a value is sent to a server whose protocol has no such type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// A form that the server treats as the type in expressions, too.
    Itself,
    /// Text, which the server would compare as text.
    Text,
    /// JSON text.
    Json,
}

/// The SQL of a column type.
pub trait SqlType {
    /// Returns the declared type of a column without a `db_type`.
    fn declared(&self, dialect: &Dialect, with: Declaration<'_>) -> Result<Name>;

    /// Returns the name of the type in CAST; `None` if it has no name, or no suitable one.
    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>>;

    /// Writes `CAST(expr AS type)` or an equivalent.
    fn cast(&self, writer: &mut Writer<'_>, expr: &Expr) -> Result<()> {
        writer.cast_as(expr, self)
    }

    /// Returns the kind that selects a row of the table in `convert`; `None` if `cast` is always used.
    fn kind(&self) -> Option<Kind> {
        None
    }

    fn sent(&self) -> Sent {
        Sent::Itself
    }

    /// Returns the kind of value if a stored text may have several spellings.
    fn spelt(&self) -> Option<Spelt> {
        None
    }

    /// Returns the range of values that Oxyde reads, for a server that can compute values outside it.
    fn range(&self) -> Option<Range> {
        None
    }

    /// Writes a computed value for a column of this type, on a server that would store any value unchanged.
    fn fit(&self, writer: &mut Writer<'_>, value: &Expr) -> Result<()> {
        writer.assigned(value)
    }
}

/// Returns the implementation of a column type.
pub fn of(ty: &ColumnType) -> Box<dyn SqlType + '_> {
    match ty {
        ColumnType::Bool => Box::new(boolean::Boolean),
        ColumnType::Int => Box::new(integer::Integer),
        ColumnType::Float => Box::new(float::Float),
        ColumnType::Text => Box::new(text::Text),
        ColumnType::Bytes => Box::new(bytes::Bytes),
        ColumnType::Decimal { precision, scale } => Box::new(decimal::Decimal { precision: *precision, scale: *scale }),
        ColumnType::Date => Box::new(date::Date),
        ColumnType::Time => Box::new(time::Time),
        ColumnType::TimeTz => Box::new(time_tz::TimeTz),
        ColumnType::Datetime => Box::new(datetime::Datetime),
        ColumnType::DatetimeTz => Box::new(datetime_tz::DatetimeTz),
        ColumnType::Duration => Box::new(duration::Duration),
        ColumnType::Uuid => Box::new(uuid::Uuid),
        ColumnType::Json => Box::new(json::Json),
        ColumnType::Array { item } => Box::new(list::List { item }),
        ColumnType::Enum { name, labels } => Box::new(label::Label { name, labels }),
        ColumnType::Any => Box::new(any::Any),
    }
}
