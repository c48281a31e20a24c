//! The columns of a result: wire type, requested type, and checks for values that a comparison would
//! not find.

use oxyde_ir::{ColumnType, Output};
use sqlx::mysql::MySqlColumn;
use sqlx::{Column as _, TypeInfo as _};

use super::read;
use super::wire::{Sent, Wire};
use crate::backend::gather::{Guard, Reader};
use crate::backend::misfit;
use crate::batch::{Builder, Column, Data, Payload};
use crate::error::{Error, Kind, Result};
use crate::types::codec;

/// A type that every value can be CAST to.
const CASTABLE: &str = "CHAR";

/// Returns a reader from the column that the server describes to the type of the output.
pub fn reader(column: &MySqlColumn, output: Option<&Output>) -> Result<Reader> {
    let info = column.type_info();
    let (sent, type_name) = (Sent::of(info), info.name().to_owned());
    if let Some(output) = output.filter(|output| is_misread(output, sent.wire)) {
        return Err(refusal(output, &type_name));
    }
    let (name, table, wanted) =
        output.map_or((column.name(), "", &ColumnType::Any), |output| (output.name.as_str(), output.table.as_str(), &output.ty));
    let builder = codec(wanted)
        .mysql(sent)
        .or_else(|| output.and_then(|output| spelt(output, sent.wire)))
        .ok_or_else(|| misfit::error(name, table, &type_name, &format!("cannot become {}", wanted.noun()), CASTABLE))?;
    let guard = output.and_then(|output| guard(output, sent.wire));
    Ok(Reader { name: name.to_owned(), table: table.to_owned(), type_name, castable: CASTABLE, builder, guard })
}

/// Returns an empty column for an output.
pub fn without_rows(output: &Output) -> Option<Column> {
    let mut builder = codec(&output.ty).mysql(Sent { wire: Wire::Null, unsigned: false })?;
    Some(builder.take(&output.name))
}

/// Returns the check for values that can be decoded, but that the server compares as a different type.
fn guard(output: &Output, wire: Wire) -> Option<Guard> {
    if output.ty == ColumnType::Uuid && is_plain_column(output) {
        return Some(|_, output, raw| if raw.len() == 36 { Ok(()) } else { Err(refusal(output, "CHAR(32)")) });
    }
    let is_text = output.ty == ColumnType::DatetimeTz && !output.table.is_empty() && wire == Wire::Text;
    is_text.then_some(|reader, _, raw| {
        if has_offset(raw) {
            return Err(reader.misfit("its text has an offset, which the server does not heed: it would not be found"));
        }
        Ok(())
    })
}

/// Whether the text of a date and time has a UTC offset.
fn has_offset(raw: &[u8]) -> bool {
    raw.get(10..).is_some_and(|clock| clock.iter().any(|byte| matches!(byte, b'+' | b'-' | b'Z' | b'z')))
}

/// Returns the builder of texts from dates, where the field has the column's type as its `db_type`: it reads 0000-00-00, too.
fn spelt(output: &Output, wire: Wire) -> Option<Builder<Payload>> {
    if output.ty != ColumnType::Text || !output.declared {
        return None;
    }
    if wire == Wire::Date {
        Some(Builder::made(read::date_spelt, Data::Text))
    } else if matches!(wire, Wire::Datetime | Wire::Timestamp) {
        Some(Builder::made(read::datetime_spelt, Data::Text))
    } else {
        None
    }
}

/// Whether this is a column of a table without a declared `db_type`.
fn is_plain_column(output: &Output) -> bool {
    !output.table.is_empty() && !output.declared
}

/// Whether the server compares or sorts the column's values as a different type than the field's.
fn is_misread(output: &Output, wire: Wire) -> bool {
    let ty = &output.ty;
    // An expression over BIT may be sent as text, with its type still BIT.
    let is_bits = output.table.is_empty() && *ty == ColumnType::Int && wire == Wire::Bit;
    let is_other = (matches!(ty, ColumnType::Int | ColumnType::Float | ColumnType::Decimal { .. }) && wire == Wire::Text)
        || (*ty == ColumnType::Duration && matches!(wire, Wire::Time | Wire::Text))
        || (*ty == ColumnType::Uuid && wire == Wire::Bytes)
        || (*ty == ColumnType::Bytes && wire == Wire::Bit);
    is_bits || (is_other && is_plain_column(output))
}

fn refusal(output: &Output, declared: &str) -> Error {
    let Output { name, table, ty, .. } = output;
    let remedy = if *ty == ColumnType::Bytes {
        "declare the field int".to_owned()
    } else {
        let length = if declared == "BINARY" {
            "(16)"
        } else if declared == "BIT" {
            "(n)"
        } else {
            ""
        };
        format!("give the field db_type=\"{declared}{length}\"")
    };
    let place = if table.is_empty() { name.clone() } else { format!("{table}.{name}") };
    let message = format!(
        "column {place} is {declared}, which the server compares as something else than the field's values: what was read would not \
         be found; {remedy}"
    );
    let mut error = Error::new(Kind::Decode, message).with_hint(format!("or read it by SQL of your own: CAST({name} AS CHAR)"));
    (error.detail.table, error.detail.column) = (Some(table.clone()), Some(name.clone()));
    error
}
