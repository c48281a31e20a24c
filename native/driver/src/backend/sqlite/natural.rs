//! Decodes values of results without known types: by the declared type if the value matches it,
//! otherwise as stored.

use oxyde_ir::{ColumnType, Value};

use super::read::{self, Read};
use super::statement::{Cell, Class};
use crate::types::codec;

/// Whether a value has the storage class of a column type, so that decoding changes nothing.
#[inline]
pub fn is_of(cell: Cell<'_>, class: Option<Class>) -> bool {
    class.is_none_or(|class| match cell {
        Cell::Int(_) => class == Class::Int,
        Cell::Text(_) => class == Class::Text,
        Cell::Blob(_) => class == Class::Blob,
        Cell::Null | Cell::Real(_) => false,
    })
}

/// Decodes a value by its declared type, or as stored if it does not match.
pub fn value(cell: Cell<'_>, declared: Option<&ColumnType>) -> Read<Value> {
    let meant = declared.and_then(|declared| {
        let codec = codec(declared);
        if is_of(cell, codec.class()) { codec.meant(cell) } else { None }
    });
    meant.map_or_else(|| held(cell), Ok)
}

/// Decodes a value by its storage class.
pub fn held(cell: Cell<'_>) -> Read<Value> {
    Ok(match cell {
        Cell::Null => Value::Null,
        Cell::Int(value) => Value::Int(value),
        Cell::Real(value) => Value::Float(value),
        Cell::Text(_) => Value::Text(String::from_utf8_lossy(read::text(cell)?).into_owned()),
        Cell::Blob(bytes) => Value::Bytes(bytes.to_vec()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::DAY;

    use crate::calendar::SECOND as MICROS;

    fn text(value: &str) -> Value {
        Value::Text(value.to_owned())
    }

    #[test]
    fn values_are_what_the_file_holds() {
        let small = ColumnType::Decimal { precision: Some(5), scale: Some(2) };
        let cases = [
            (Cell::Text(b"1970-01-01 00:00:01"), ColumnType::Datetime, Value::Datetime(MICROS)),
            (Cell::Text(b"1970-01-01T02:00:01.000+02:00"), ColumnType::Datetime, Value::DatetimeTz(MICROS)),
            (Cell::Text(b"1970-01-01T00:00:01Z"), ColumnType::Datetime, Value::DatetimeTz(MICROS)),
            (Cell::Text(b"1970-01-01 00:00:00.123456789"), ColumnType::Datetime, text("1970-01-01 00:00:00.123456789")),
            (Cell::Text(b"23:59:59.999999"), ColumnType::Time, Value::Time(DAY - 1)),
            (Cell::Text(b"24:00"), ColumnType::Time, text("24:00")),
            (Cell::Int(1_719_835_200_000), ColumnType::Datetime, Value::Int(1_719_835_200_000)),
            (Cell::Real(2_460_310.5), ColumnType::Date, Value::Float(2_460_310.5)),
            (Cell::Int(5), ColumnType::Text, Value::Int(5)),
            (Cell::Text(b"text"), ColumnType::Bytes, text("text")),
            (Cell::Int(42), ColumnType::Bytes, Value::Int(42)),
            (Cell::Blob(b"\0"), ColumnType::Text, Value::Bytes(vec![0])),
            (Cell::Real(1.005), small.clone(), Value::Decimal("1.005".into())),
            (Cell::Int(1_000_000), small.clone(), Value::Decimal("1000000".into())),
            (Cell::Text(b"1,5"), small, text("1,5")),
            (Cell::Text(b""), ColumnType::Float, text("")),
            (Cell::Text(b"true"), ColumnType::Bool, text("true")),
            (Cell::Int(1), ColumnType::Bool, Value::Bool(true)),
            (Cell::Int(2), ColumnType::Bool, Value::Int(2)),
            (Cell::Text(b"007"), ColumnType::Int, text("007")),
            (Cell::Real(3.0), ColumnType::Int, Value::Float(3.0)),
            (Cell::Int(i64::MAX), ColumnType::Float, Value::Int(i64::MAX)),
            (Cell::Int(7), ColumnType::Uuid, Value::Int(7)),
            (Cell::Null, ColumnType::Int, Value::Null),
        ];
        for (cell, declared, expected) in cases {
            assert_eq!(value(cell, Some(&declared)), Ok(expected), "{cell:?} {declared:?}");
        }
        assert_eq!(value(Cell::Text(b"007"), None), Ok(text("007")));
        assert!(value(Cell::Text(b"\xff"), Some(&ColumnType::Date)).is_err());
    }
}
