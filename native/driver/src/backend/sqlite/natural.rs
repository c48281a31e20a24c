//! Values of results whose types nobody promised: as the table's declaration says where it says the truth, else as the file holds them.

use oxyde_ir::{ColumnType, Value};

use super::read::{self, Read};
use super::spelling;
use super::statement::Cell;
use crate::decimal;

/// Microseconds; 24:00 is a time of day to SQL only.
const DAY: i64 = 86_400_000_000;

/// Whether a value is of the class that a column of this type holds, so that reading it as that changes nothing.
pub fn is_of(cell: Cell<'_>, declared: &ColumnType) -> bool {
    match declared {
        ColumnType::Int => matches!(cell, Cell::Int(_)),
        ColumnType::Text | ColumnType::TimeTz | ColumnType::Json | ColumnType::Enum { .. } => matches!(cell, Cell::Text(_)),
        ColumnType::Bytes => matches!(cell, Cell::Blob(_)),
        ColumnType::Bool
        | ColumnType::Float
        | ColumnType::Decimal { .. }
        | ColumnType::Date
        | ColumnType::Time
        | ColumnType::Datetime
        | ColumnType::DatetimeTz
        | ColumnType::Duration
        | ColumnType::Uuid
        | ColumnType::Array { .. }
        | ColumnType::Any => true,
    }
}

/// A value as the declaration says; as the file holds it where it is nothing of the kind.
pub fn value(cell: Cell<'_>, declared: Option<&ColumnType>) -> Read<Value> {
    let meant = match declared {
        Some(declared) if is_of(cell, declared) => meant(cell, declared),
        Some(_) | None => None,
    };
    meant.map_or_else(|| held(cell), Ok)
}

fn meant(cell: Cell<'_>, declared: &ColumnType) -> Option<Value> {
    match declared {
        ColumnType::Bool => read::boolean(cell).ok().map(Value::Bool),
        ColumnType::Float => read::float(cell).ok().map(Value::Float),
        // Of any number of digits.
        ColumnType::Decimal { .. } => decimal::canonical(&read::digits(cell).ok()?).map(Value::Decimal),
        ColumnType::Date => read::date(cell).ok().map(Value::Date),
        ColumnType::Time => read::time(cell).ok().filter(|micros| *micros < DAY).map(Value::Time),
        ColumnType::Datetime => moment(cell),
        ColumnType::DatetimeTz => read::datetime_tz(cell).ok().map(Value::DatetimeTz),
        ColumnType::Uuid => read::uuid(cell).ok().map(Value::Uuid),
        ColumnType::Int
        | ColumnType::Text
        | ColumnType::Bytes
        | ColumnType::TimeTz
        | ColumnType::Duration
        | ColumnType::Json
        | ColumnType::Array { .. }
        | ColumnType::Enum { .. }
        | ColumnType::Any => None,
    }
}

/// A date and time, with a zone where the text has an offset.
fn moment(cell: Cell<'_>) -> Option<Value> {
    let Cell::Text(text) = cell else { return None };
    let (micros, offset) = spelling::instant(std::str::from_utf8(text).ok()?)?;
    Some(offset.map_or(Value::Datetime(micros), |offset| Value::DatetimeTz(spelling::in_utc(micros, offset))))
}

/// A value by its own class.
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

    const MICROS: i64 = 1_000_000;

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
