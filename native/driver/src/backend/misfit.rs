//! A column of a server's that cannot become what is wanted of it.

use oxyde_ir::ColumnType;

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

/// What a type holds, with its article.
pub const fn noun(wanted: &ColumnType) -> &'static str {
    match wanted {
        ColumnType::Bool => "a boolean",
        ColumnType::Int => "an integer",
        ColumnType::Float => "a float",
        ColumnType::Text => "text",
        ColumnType::Bytes => "bytes",
        ColumnType::Decimal { .. } => "a decimal",
        ColumnType::Date => "a date",
        ColumnType::Time => "a time of day",
        ColumnType::Datetime => "a date and time without zone",
        ColumnType::DatetimeTz => "a date and time with zone",
        ColumnType::Duration => "a duration",
        ColumnType::Uuid => "a UUID",
        ColumnType::Json => "JSON",
        ColumnType::Array { .. } => "a list",
        ColumnType::Enum { .. } => "a label",
        ColumnType::Any => "a value of Oxyde's",
    }
}
