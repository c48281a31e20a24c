//! Decodes JSON arrays into list columns; each member has exactly the item type or is an error.

use std::borrow::Cow;

use oxyde_ir::ColumnType;
use serde_json::value::RawValue;

use crate::batch::{Column, Data, TextColumn};
use crate::types::codec;
use crate::{calendar, decimal, iso, slot};

/// Returns an empty column for members of a type.
pub fn items(item: &ColumnType) -> Column {
    Column::new("item", codec(item).members())
}

/// Appends the members of a JSON array to a column made by `items`. After an error the column must not
/// be used.
pub fn append(text: &str, items: &mut Column) -> Result<(), String> {
    let members: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| format!("not a JSON array: {error}"))?;
    for member in members {
        let valid = member.get() != "null";
        if valid {
            push(member.get(), &mut items.data).map_err(|error| format!("{error}: {}", shown(member.get())))?;
        } else {
            push_empty(&mut items.data);
        }
        let rows = items.data.len();
        items.mark(rows, valid);
    }
    Ok(())
}

fn shown(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(80) {
        Some((end, _)) => format!("{}...", &text[..end]).into(),
        None => text.into(),
    }
}

fn string(raw: &str) -> Result<Cow<'_, str>, String> {
    if !raw.starts_with('"') {
        return Err("not a string".to_owned());
    }
    // Borrowed if the string contains no escape.
    let plain = raw.get(1..raw.len() - 1).filter(|inner| !inner.contains('\\'));
    match plain {
        Some(inner) => Ok(Cow::Borrowed(inner)),
        None => serde_json::from_str::<String>(raw).map(Cow::Owned).map_err(|_| "not a string of Unicode characters".to_owned()),
    }
}

fn push(raw: &str, data: &mut Data) -> Result<(), String> {
    let wrong = |what: &str| format!("not {what}");
    match data {
        Data::Bool(values) => values.push(match raw {
            "true" => true,
            "false" => false,
            _ => return Err(wrong("a boolean")),
        }),
        Data::Int64(values) => values.push(raw.parse().map_err(|_| wrong("an integer of 64 bits"))?),
        Data::Duration(values) => values.push(raw.parse().map_err(|_| wrong("a number of microseconds"))?),
        Data::Float64(values) => {
            let value: f64 = raw.parse().map_err(|_| wrong("a number"))?;
            if !value.is_finite() {
                return Err(wrong("a number of 64 bits"));
            }
            values.push(value);
        }
        Data::Text(values) | Data::Enum(values) => append_text(values, string(raw)?.as_bytes())?,
        Data::Json(values) => append_text(values, raw.as_bytes())?,
        Data::Bytes(values) => {
            let bytes = slot::parse_hex(&string(raw)?).ok_or_else(|| wrong("bytes in hexadecimal digits"))?;
            append_text(values, &bytes)?;
        }
        Data::Decimal { values, precision, scale } => {
            let text = if raw.starts_with('"') { string(raw)? } else { raw.into() };
            let value = u8::try_from(*scale).ok().and_then(|scale| decimal::unscaled(&text, *precision, scale).ok());
            values.push(value.ok_or_else(|| format!("not a decimal of {precision} digits, {scale} after the point"))?);
        }
        Data::DecimalText { values, .. } => {
            let text = if raw.starts_with('"') { string(raw)? } else { raw.into() };
            append_text(values, decimal::canonical(&text).ok_or_else(|| wrong("a decimal"))?.as_bytes())?;
        }
        Data::Date(values) => values.push(iso::parse_date(&string(raw)?).ok_or_else(|| wrong("a date"))?),
        Data::Time(values) => values.push(iso::parse_time(&string(raw)?).ok_or_else(|| wrong("a time of day"))?),
        Data::Datetime(values) => match iso::parse_datetime(&string(raw)?) {
            Some((micros, None)) => values.push(micros),
            Some((_, Some(_))) | None => return Err(wrong("a date and time without zone")),
        },
        Data::DatetimeTz(values) => match iso::parse_datetime(&string(raw)?) {
            Some((micros, Some(offset))) => values.push(calendar::in_utc(micros, offset)),
            Some((_, None)) | None => return Err(wrong("a date and time with zone")),
        },
        Data::Uuid(values) => values.push(slot::parse_uuid(&string(raw)?).ok_or_else(|| wrong("a UUID"))?),
        Data::List { offsets, items } => {
            append(raw, items)?;
            offsets.push(i32::try_from(items.data.len()).map_err(|_| "the column passes 2 GiB".to_owned())?);
        }
        // `items` never creates these.
        Data::Int16(_) | Data::Int32(_) | Data::UInt64(_) | Data::Float32(_) | Data::TimeTz(_) | Data::Interval(_) | Data::Dynamic(_) => {
            return Err("a member of no JSON type".to_owned());
        }
    }
    Ok(())
}

fn append_text(values: &mut TextColumn, bytes: &[u8]) -> Result<(), String> {
    if values.push(bytes) { Ok(()) } else { Err("the column passes 2 GiB".to_owned()) }
}

/// Appends the zero or empty value that fills the place of a NULL.
pub fn push_empty(data: &mut Data) {
    match data {
        Data::Bool(values) => values.push(false),
        Data::Int16(values) => values.push(0),
        Data::Int32(values) | Data::Date(values) => values.push(0),
        Data::Int64(values) | Data::Time(values) | Data::Datetime(values) | Data::DatetimeTz(values) | Data::Duration(values) => {
            values.push(0);
        }
        Data::UInt64(values) => values.push(0),
        Data::Float32(values) => values.push(0.0),
        Data::Float64(values) => values.push(0.0),
        Data::Text(values) | Data::Bytes(values) | Data::Json(values) | Data::Enum(values) | Data::DecimalText { values, .. } => {
            // Appending nothing cannot exceed the limit.
            let _ = values.push(b"");
        }
        Data::Decimal { values, .. } => values.push(0),
        Data::TimeTz(values) => values.push((0, 0)),
        Data::Interval(values) => values.push((0, 0, 0)),
        Data::Uuid(values) => values.push([0; 16]),
        Data::List { offsets, items } => offsets.push(items.data.len() as i32),
        Data::Dynamic(values) => values.push(oxyde_ir::Value::Null),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oxyde_ir::Value;

    fn read(text: &str, item: &ColumnType) -> Result<Vec<Value>, String> {
        let mut column = items(item);
        append(text, &mut column)?;
        Ok((0..column.data.len()).map(|row| column.value(row)).collect())
    }

    #[test]
    fn what_slots_write_is_read_back() {
        let decimal = ColumnType::Decimal { precision: None, scale: None };
        let cases = [
            (ColumnType::Int, vec![Value::Int(i64::MIN), Value::Null, Value::Int(i64::MAX)]),
            (ColumnType::Float, vec![Value::Float(1e308), Value::Float(5e-324), Value::Float(0.1)]),
            (ColumnType::Bool, vec![Value::Bool(true), Value::Null, Value::Bool(false)]),
            (ColumnType::Text, vec![Value::Text("a\"b\\c\0\u{1f600}\u{7f}é".into()), Value::Text(String::new())]),
            (ColumnType::Bytes, vec![Value::Bytes(vec![0, 255]), Value::Bytes(vec![])]),
            (decimal.clone(), vec![Value::Decimal("12345678901234567890123456789012345678901234567890.10".into())]),
            (ColumnType::Uuid, vec![Value::Uuid([7; 16])]),
            (ColumnType::Date, vec![Value::Date(-719_162), Value::Date(2_932_896)]),
            (ColumnType::Time, vec![Value::Time(86_399_999_999)]),
            (ColumnType::Datetime, vec![Value::Datetime(-1)]),
            (ColumnType::DatetimeTz, vec![Value::DatetimeTz(253_402_300_799_999_999)]),
            (ColumnType::Duration, vec![Value::Duration(-1)]),
            (ColumnType::Json, vec![Value::Json("{\"a\":[1,2.50]}".into())]),
            (
                ColumnType::Array { item: Box::new(decimal) },
                vec![Value::Array(vec![Value::Decimal("1.10".into()), Value::Null]), Value::Null, Value::Array(vec![])],
            ),
        ];
        for (item, values) in cases {
            let text = slot::json_array(&values).unwrap();
            assert_eq!(read(&text, &item).unwrap(), values, "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let fixed = ColumnType::Decimal { precision: Some(5), scale: Some(2) };
        assert_eq!(read("[1.5,\"2.25\"]", &fixed).unwrap(), [Value::Decimal("1.50".into()), Value::Decimal("2.25".into())]);
        for (text, item) in [
            ("[9223372036854775808]", ColumnType::Int),
            ("[1.0]", ColumnType::Int),
            ("[1e400]", ColumnType::Float),
            ("[\"\\ud800\"]", ColumnType::Text),
            ("[1]", ColumnType::Text),
            ("[1.234]", fixed),
            ("[\"2024-02-30\"]", ColumnType::Date),
            ("[\"2024-02-03T00:00:00\"]", ColumnType::DatetimeTz),
            ("{}", ColumnType::Int),
            ("[1", ColumnType::Int),
        ] {
            assert!(read(text, &item).is_err(), "{text}");
        }
    }
}
