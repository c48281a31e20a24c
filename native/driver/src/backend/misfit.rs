//! A column of a server's that cannot become what is wanted of it.

use crate::error::{Error, Kind};

/// Names the column and its type; `text` is the type that the server can cast anything to.
pub fn error(name: &str, table: &str, type_name: &str, reason: &str, text: &str) -> Error {
    let place = if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") };
    let mut error = Error::new(Kind::Decode, format!("column {place:?} of type {type_name} {reason}"))
        .with_hint(format!("CAST the column to another type in SQL, such as CAST({name} AS {text})"));
    error.detail.column = Some(name.to_owned());
    error.detail.table = Some(table).filter(|table| !table.is_empty()).map(str::to_owned);
    error
}
