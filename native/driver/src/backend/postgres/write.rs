//! Encodes values for the binary protocol, each as the type that the server reports.

use std::fmt;

use oxyde_ir::Value;

use super::cell::{Cell, Cells};
use super::read::{EPOCH_DAYS, EPOCH_MICROS};
use super::wire::{Shape, Wire};
use super::{network, numeric};
use crate::calendar::DAY;
use crate::{decimal, slot};

/// Why a value cannot be sent.
#[derive(Debug, PartialEq, Eq)]
pub enum Fault {
    /// The value does not fit the type.
    Value(String),
    /// No value can be sent as this type.
    Type,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(reason) => f.write_str(reason),
            Self::Type => f.write_str("no value can be sent for the type"),
        }
    }
}

impl std::error::Error for Fault {}

type Written = Result<(), Fault>;

/// The first and the last day of the server's calendar, counted from 2000-01-01.
const FIRST_DAY: i32 = -2_451_545;
const LAST_DAY: i32 = 2_145_031_948;

const BEYOND_CALENDAR: &str = "the date and time lies outside PostgreSQL's calendar";

/// Appends a value; returns `false` for NULL. `declared`: the field has an explicit `db_type`, which
/// differs from its values' type.
pub fn value(shape: Shape, cell: &Cell<'_>, declared: bool, out: &mut Vec<u8>) -> Result<bool, Fault> {
    match (shape.member, cell) {
        (_, Cell::Null) => return Ok(false),
        (Some(member), Cell::List(cells)) => array(member, shape.wire, *cells, declared, out)?,
        (Some(_), _) => return Err(Fault::Value(format!("the server expects an array, not {}", cell.noun()))),
        (None, _) => single(shape.wire, cell, declared, out)?,
    }
    Ok(true)
}

fn array(member: u32, wire: Wire, cells: Cells<'_>, declared: bool, out: &mut Vec<u8>) -> Written {
    let count = i32::try_from(cells.len()).map_err(|_| Fault::Value("the list is too long".to_owned()))?;
    let dimensions = i32::from(count > 0);
    out.extend(dimensions.to_be_bytes());
    let flags = out.len();
    out.extend(0_i32.to_be_bytes());
    out.extend(member.to_be_bytes());
    if count > 0 {
        out.extend(count.to_be_bytes());
        out.extend(1_i32.to_be_bytes());
    }
    for cell in cells.iter() {
        let start = out.len();
        out.extend((-1_i32).to_be_bytes());
        if matches!(cell, Cell::Null) {
            out[flags + 3] = 1;
            continue;
        }
        if matches!(cell, Cell::List(_)) && !matches!(wire, Wire::Json | Wire::Jsonb) {
            return Err(Fault::Value("a list inside a list cannot be sent as an array".to_owned()));
        }
        single(wire, &cell, declared, out)?;
        let length = i32::try_from(out.len() - start - 4).map_err(|_| Fault::Value("a member is too long".to_owned()))?;
        out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    }
    Ok(())
}

/// The table of which value can be sent as which type.
fn single(wire: Wire, cell: &Cell<'_>, declared: bool, out: &mut Vec<u8>) -> Written {
    match (wire, cell) {
        (Wire::Unknown | Wire::Void, _) => return Err(Fault::Type),
        (Wire::Bool, Cell::Bool(value)) => out.push((*value).into()),
        (Wire::Int2, Cell::Int(value)) => out.extend(narrow::<i16>(*value, "smallint")?.to_be_bytes()),
        (Wire::Int4, Cell::Int(value)) => out.extend(narrow::<i32>(*value, "integer")?.to_be_bytes()),
        (Wire::Int8, Cell::Int(value) | Cell::Duration(value)) => out.extend(value.to_be_bytes()),
        (Wire::Int2 | Wire::Int4 | Wire::Int8, Cell::Decimal(value)) => {
            let whole = decimal::integer(value).ok_or_else(|| {
                let is_integer = value.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
                Fault::Value(if is_integer { beyond(value, "bigint") } else { format!("the server expects {}, not a decimal", noun(wire)) })
            })?;
            single(wire, &Cell::Int(whole), declared, out)?;
        }
        (Wire::Oid, Cell::Int(value)) => out.extend(narrow::<u32>(*value, "oid")?.to_be_bytes()),
        (Wire::Float4, Cell::Float(value)) => out.extend(float4(*value)?.to_be_bytes()),
        (Wire::Float4, Cell::Int(value)) => out.extend(float4(float8(*value)?)?.to_be_bytes()),
        (Wire::Float8, Cell::Float(value)) => out.extend(value.to_be_bytes()),
        (Wire::Float8, Cell::Int(value)) => out.extend(float8(*value)?.to_be_bytes()),
        (Wire::Numeric, Cell::Decimal(value)) => numeric::write(value, out).map_err(Fault::Value)?,
        (Wire::Numeric, Cell::Int(value)) => numeric::write(&value.to_string(), out).map_err(Fault::Value)?,
        (Wire::Text | Wire::Enum, Cell::Text(value) | Cell::Json(value)) => text(value, out)?,
        // The server prints a zero byte as empty text.
        (Wire::Char, Cell::Text([])) => out.push(0),
        (Wire::Char, Cell::Text(value)) if value.len() == 1 => text(value, out)?,
        (Wire::Char, Cell::Text(_)) => return Err(Fault::Value("the type \"char\" holds one ASCII character".to_owned())),
        (Wire::Path, Cell::Text(value)) => {
            out.push(1);
            text(value, out)?;
        }
        (Wire::Bytes, Cell::Bytes(value)) => out.extend(*value),
        (Wire::Json | Wire::Jsonb, cell) => json(wire, cell, out)?,
        (Wire::Uuid, Cell::Uuid(value)) => out.extend(value),
        (Wire::Text, Cell::Uuid(value)) if declared => out.extend(slot::uuid(*value).as_bytes()),
        (Wire::Uuid, Cell::Text(value)) => out.extend(parsed(value, slot::parse_uuid, "UUID")?),
        (Wire::Date, Cell::Datetime(value)) if declared && value.rem_euclid(DAY) == 0 => {
            single(wire, &Cell::Date((value / DAY) as i32), declared, out)?;
        }
        (Wire::Timestamp, Cell::Date(value)) if declared => {
            let midnight = i64::from(*value).checked_mul(DAY).ok_or_else(|| Fault::Value(BEYOND_CALENDAR.to_owned()))?;
            single(wire, &Cell::Datetime(midnight), declared, out)?;
        }
        (Wire::Date, Cell::Date(value)) => {
            let days = value.checked_sub(EPOCH_DAYS).filter(|days| (FIRST_DAY..=LAST_DAY).contains(days));
            out.extend(days.ok_or_else(|| Fault::Value("the date lies outside PostgreSQL's calendar".to_owned()))?.to_be_bytes());
        }
        (Wire::Time, Cell::Time(value)) => out.extend(value.to_be_bytes()),
        (Wire::TimeTz, Cell::TimeTz(micros, east)) => {
            out.extend(micros.to_be_bytes());
            out.extend((-east).to_be_bytes());
        }
        (Wire::Timestamp, Cell::Datetime(value)) | (Wire::TimestampTz, Cell::DatetimeTz(value)) => {
            let micros = value.checked_sub(EPOCH_MICROS).filter(|micros| *micros != i64::MIN);
            let micros = micros.ok_or_else(|| Fault::Value(BEYOND_CALENDAR.to_owned()))?;
            out.extend(micros.to_be_bytes());
        }
        (Wire::Interval, Cell::Duration(value)) => interval(0, (value / DAY) as i32, value % DAY, out),
        (Wire::Interval, Cell::Interval(months, days, micros)) => interval(*months, *days, *micros, out),
        (Wire::Inet, Cell::Text(value)) => parsed(value, |text| network::write_inet(text, out), "network address")?,
        (Wire::Macaddr, Cell::Text(value)) => parsed(value, |text| network::write_macaddr(text, out), "hardware address")?,
        (Wire::Bit, Cell::Text(value)) => bits(value, out)?,
        _ => return Err(Fault::Value(format!("the server expects {}, not {}", noun(wire), cell.noun()))),
    }
    Ok(())
}

fn narrow<T: TryFrom<i64>>(value: i64, name: &str) -> Result<T, Fault> {
    T::try_from(value).map_err(|_| Fault::Value(beyond(value, name)))
}

fn beyond(value: impl fmt::Display, name: &str) -> String {
    format!("{value} is out of range for {name}")
}

/// Converts an integer to a float, if that is exact.
fn float8(value: i64) -> Result<f64, Fault> {
    let float = value as f64;
    if float as i128 == i128::from(value) { Ok(float) } else { Err(Fault::Value(format!("{value} has more digits than a float"))) }
}

/// Converts a float to 32 bits, if that is exact.
fn float4(value: f64) -> Result<f32, Fault> {
    let narrow = value as f32;
    if value.is_nan() || f64::from(narrow).total_cmp(&value).is_eq() {
        return Ok(narrow);
    }
    Err(Fault::Value(format!(
        "{value} has no exact place in real, which would make it {narrow}; round it before, write a cast from double precision, or use that type"
    )))
}

fn text(value: &[u8], out: &mut Vec<u8>) -> Written {
    if value.contains(&0) {
        return Err(Fault::Value("PostgreSQL cannot hold text with a NUL character".to_owned()));
    }
    out.extend(value);
    Ok(())
}

fn json(wire: Wire, cell: &Cell<'_>, out: &mut Vec<u8>) -> Written {
    if wire == Wire::Jsonb {
        out.push(1);
    }
    let values = match cell {
        Cell::Json(value) | Cell::Text(value) => return text(value, out),
        Cell::List(cells) => Value::Array(cells.values()),
        Cell::Bool(value) => Value::Bool(*value),
        Cell::Int(value) => Value::Int(*value),
        Cell::Float(value) => Value::Float(*value),
        Cell::Null
        | Cell::Bytes(_)
        | Cell::Decimal(_)
        | Cell::Date(_)
        | Cell::Time(_)
        | Cell::TimeTz(..)
        | Cell::Datetime(_)
        | Cell::DatetimeTz(_)
        | Cell::Duration(_)
        | Cell::Interval(..)
        | Cell::Uuid(_) => return Err(Fault::Value(format!("the server expects JSON, not {}", cell.noun()))),
    };
    let made = slot::json(&values);
    out.extend(made.map_err(Fault::Value)?.as_bytes());
    Ok(())
}

fn parsed<T>(value: &[u8], parse: impl FnOnce(&str) -> Option<T>, what: &str) -> Result<T, Fault> {
    let text = std::str::from_utf8(value).unwrap_or_default();
    parse(text).ok_or_else(|| Fault::Value(format!("{:?} is no {what}", text.chars().take(80).collect::<String>())))
}

fn bits(digits: &[u8], out: &mut Vec<u8>) -> Written {
    if digits.iter().any(|digit| !matches!(digit, b'0' | b'1')) {
        return Err(Fault::Value("a string of bits has only the digits 0 and 1".to_owned()));
    }
    let count = u32::try_from(digits.len()).map_err(|_| Fault::Value("the string of bits is too long".to_owned()))?;
    out.extend(count.to_be_bytes());
    let byte = |chunk: &[u8]| chunk.iter().enumerate().fold(0, |byte, (at, digit)| byte | (digit - b'0') << (7 - at));
    out.extend(digits.chunks(8).map(byte));
    Ok(())
}

/// Appends an interval in the server's order of its parts.
fn interval(months: i32, days: i32, micros: i64, out: &mut Vec<u8>) {
    out.extend(micros.to_be_bytes());
    out.extend(days.to_be_bytes());
    out.extend(months.to_be_bytes());
}

const fn noun(wire: Wire) -> &'static str {
    match wire {
        Wire::Bool => "a boolean",
        Wire::Int2 | Wire::Int4 | Wire::Int8 | Wire::Oid => "an integer",
        Wire::Float4 | Wire::Float8 => "a float",
        Wire::Numeric => "a decimal",
        Wire::Text | Wire::Char | Wire::Path => "text",
        Wire::Bytes => "bytes",
        Wire::Json | Wire::Jsonb => "JSON",
        Wire::Uuid => "a UUID",
        Wire::Date => "a date",
        Wire::Time => "a time of day",
        Wire::TimeTz => "a time of day with zone",
        Wire::Timestamp => "a date and time without zone",
        Wire::TimestampTz => "a date and time with zone",
        Wire::Interval => "a length of time",
        Wire::Inet => "a network address as text",
        Wire::Macaddr => "a hardware address as text",
        Wire::Bit => "bits as text",
        Wire::Enum => "a label",
        Wire::Void | Wire::Unknown => "another value",
    }
}
