//! The column types: what each is in SQL, on every server. One file and one line of the table for each.

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

/// What a declaration says beside the type.
#[derive(Clone, Copy, Default)]
pub struct Declaration<'a> {
    pub length: Option<u32>,
    pub indexed: bool,
    /// Where the table's named types live.
    pub schema: Option<&'a str>,
}

/// What a server without types in its protocol is sent a value as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// What it takes for the type among expressions, too.
    Itself,
    /// Text, which would be compared as text.
    Text,
    /// JSON text.
    Json,
}

/// What one column type is in SQL.
pub trait SqlType {
    /// What a column without a `db_type` is declared as.
    fn declared(&self, dialect: &Dialect, with: Declaration<'_>) -> Result<Name>;

    /// What CAST calls it; `None` where there is no name, or none that would do.
    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>>;

    /// Writes `CAST(expr AS type)`, or what does the same.
    fn cast(&self, writer: &mut Writer<'_>, expr: &Expr) -> Result<()> {
        writer.cast_as(expr, self)
    }

    /// Its row and column in the table of casts; `None` where the server's own cast does.
    fn kind(&self) -> Option<Kind> {
        None
    }

    fn sent(&self) -> Sent {
        Sent::Itself
    }

    /// What its texts are where other tools may have spelt them.
    fn spelt(&self) -> Option<Spelt> {
        None
    }

    /// What is read of it on a server that computes more.
    fn range(&self) -> Option<Range> {
        None
    }

    /// Writes a computed value for a column of it, on a server that would store whatever it is.
    fn fit(&self, writer: &mut Writer<'_>, value: &Expr) -> Result<()> {
        writer.assigned(value)
    }
}

/// The one table of types.
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
