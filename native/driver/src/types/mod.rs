//! The column types: how each is decoded from every server and from JSON, one file and one table line
//! per type.

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

use oxyde_ir::{ColumnType, Value};

use crate::backend::{mysql, postgres, sqlite};
use crate::batch::{Builder, Data, Payload};

/// How values of one column type are decoded. A reader returns the exact value, or an error that says
/// why it cannot.
pub trait Codec {
    fn sqlite(&self) -> Builder<sqlite::File>;

    /// Returns the only storage class that a raw SQL column declared as this type is decoded from on
    /// `SQLite`; `None` for any class.
    fn class(&self) -> Option<sqlite::Class> {
        None
    }

    /// Decodes a `SQLite` value of a column that is declared as this type but also contains other types.
    /// `None` keeps the value as stored.
    fn meant(&self, _cell: sqlite::Cell<'_>) -> Option<Value> {
        None
    }

    /// Returns `None` if the wire type cannot be decoded exactly.
    fn mysql(&self, sent: mysql::Sent) -> Option<Builder<Payload>>;

    /// The same for a single value; arrays are split into items before.
    fn postgres(&self, wire: postgres::Wire) -> Option<Builder<Payload>>;

    /// Returns an empty column for the members of JSON arrays.
    fn members(&self) -> Data;
}

/// Returns the codec of a column type.
pub fn codec(ty: &ColumnType) -> Box<dyn Codec + '_> {
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
        ColumnType::Enum { .. } => Box::new(label::Label),
        ColumnType::Any => Box::new(any::Any),
    }
}
