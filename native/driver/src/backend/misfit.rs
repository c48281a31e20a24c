//! The error for a column that cannot be decoded as the requested type.

use crate::error::{Error, Kind};

/// Names the column and its type; `text` is a type that every value can be CAST to.
pub fn error(name: &str, table: &str, type_name: &str, reason: &str, text: &str) -> Error {
    let place = if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") };
    let mut error = Error::new(Kind::Decode, format!("column {place:?} of type {type_name} {reason}"))
        .with_hint(format!("CAST the column to another type in SQL, such as CAST({name} AS {text})"));
    error.detail.column = Some(name.to_owned());
    error.detail.table = Some(table).filter(|table| !table.is_empty()).map(str::to_owned);
    error
}
