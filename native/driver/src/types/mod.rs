//! The column types: what each is read as, from every server and from JSON. One file and one line of the table for each.

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

/// How values of one column type are read. Each reader is exact, or says why a value is none.
pub trait Codec {
    fn sqlite(&self) -> Builder<sqlite::File>;

    /// The one class of `SQLite` values that a column of raw SQL, declared as this type, is read from; `None` for every class.
    fn class(&self) -> Option<sqlite::Class> {
        None
    }

    /// What a value of `SQLite` means where its column is declared as this type and others in it are of other types; `None` where it
    /// means no more than the file says.
    fn meant(&self, _cell: sqlite::Cell<'_>) -> Option<Value> {
        None
    }

    /// `None` where nothing exact can come of what the server sends.
    fn mysql(&self, sent: mysql::Sent) -> Option<Builder<Payload>>;

    /// The same of a single value; arrays are taken apart before.
    fn postgres(&self, wire: postgres::Wire) -> Option<Builder<Payload>>;

    /// An empty column of members of JSON arrays.
    fn members(&self) -> Data;
}

/// The one table of codecs.
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
