//! The columns of a result while it is read: what each was sent as, and what it becomes.

use std::borrow::Cow;

use oxyde_ir::ColumnType;
use sqlx::TypeInfo;
use sqlx::mysql::MySqlTypeInfo;

use super::read::{self, Read};
use super::wire::Wire;
use crate::backend::misfit;
use crate::batch::{Column, Data, TextColumn, Validity};
use crate::error::{Error, Result};
use crate::{decimal, json};

/// One column. The reader is chosen once, by what the server sends and what is wanted.
pub struct Reader {
    pub name: String,
    table: String,
    /// The server's name for the type, for messages.
    type_name: String,
    cells: Cells,
    valid: Validity,
}

/// The values so far, how the next is read, and which column they make.
enum Cells {
    Bool { values: Vec<bool>, read: fn(&[u8]) -> Read<bool> },
    Int16 { values: Vec<i16>, read: fn(&[u8]) -> Read<i16> },
    Int32 { values: Vec<i32>, read: fn(&[u8]) -> Read<i32>, data: fn(Vec<i32>) -> Data },
    Int64 { values: Vec<i64>, read: fn(&[u8]) -> Read<i64>, data: fn(Vec<i64>) -> Data },
    UInt64 { values: Vec<u64>, read: fn(&[u8]) -> Read<u64> },
    Float32 { values: Vec<f32>, read: fn(&[u8]) -> Read<f32> },
    Float64 { values: Vec<f64>, read: fn(&[u8]) -> Read<f64> },
    Text { values: TextColumn, read: fn(&[u8]) -> Read<&[u8]>, data: fn(TextColumn) -> Data },
    Decimal { values: Vec<i128>, precision: u8, scale: u8, read: Digits },
    DecimalText { values: TextColumn, digits: Option<(u8, i8)>, read: Digits },
    Uuid { values: Vec<[u8; 16]>, read: fn(&[u8]) -> Read<[u8; 16]> },
    List { offsets: Vec<i32>, items: Column, item: ColumnType },
}

/// Reads the digits of a decimal.
type Digits = for<'a> fn(&'a [u8]) -> Read<Cow<'a, str>>;

impl Reader {
    /// A reader for a column that the server describes as `info` and that shall become `wanted`.
    pub fn new(name: &str, table: &str, info: &MySqlTypeInfo, wanted: &ColumnType) -> Result<Self> {
        let type_name = info.name().to_owned();
        let cells = cells(Wire::of(info), Wire::is_unsigned(info), wanted);
        let cells = cells.ok_or_else(|| fault(name, table, &type_name, &format!("cannot become {}", wanted.noun())))?;
        Ok(Self { name: name.to_owned(), table: table.to_owned(), type_name, cells, valid: Validity::default() })
    }

    /// A reader for a column that nothing will be read from.
    pub fn without_rows(name: &str, wanted: &ColumnType) -> Option<Self> {
        let cells = cells(Wire::Null, false, wanted)?;
        Some(Self { name: name.to_owned(), table: String::new(), type_name: String::new(), cells, valid: Validity::default() })
    }

    /// The error of a value that is not read.
    pub fn misfit(&self, reason: &str) -> Error {
        fault(&self.name, &self.table, &self.type_name, &format!("cannot be read: {reason}"))
    }

    /// Appends a value, or NULL.
    pub fn push(&mut self, raw: Option<&[u8]>) -> Result<()> {
        match raw {
            Some(raw) => {
                self.cells
                    .push(raw)
                    .map_err(|reason| fault(&self.name, &self.table, &self.type_name, &format!("cannot be read: {reason}")))?;
            }
            None => self.cells.push_empty(),
        }
        self.valid.push(raw.is_some());
        Ok(())
    }

    /// The rows so far as a column; the reader starts anew.
    pub fn take(&mut self) -> Column {
        Column { name: self.name.clone(), data: self.cells.take(), valid: self.valid.take() }
    }
}

fn fault(name: &str, table: &str, type_name: &str, reason: &str) -> Error {
    misfit::error(name, table, type_name, reason, "CHAR")
}

/// The one table of what can be read as what; `None` where nothing exact can come of it.
fn cells(wire: Wire, unsigned: bool, wanted: &ColumnType) -> Option<Cells> {
    use Wire::{
        Bit, Bytes, Date, Datetime, Decimal, Double, Enum, Float, Int16, Int32, Int64, Json, Null, Text, Time, Timestamp, UInt64, Unknown,
    };
    let is_integer = matches!(wire, Int16 | Int32 | Int64 | UInt64);
    let is_text = matches!(wire, Text | Bytes | Json | Enum | Null);
    let integer: Integer = if unsigned { read::unsigned64 } else { read::signed };
    Some(match wanted {
        ColumnType::Bool if is_integer => bool_cells(read::boolean),
        ColumnType::Bool if matches!(wire, Bit | Null) => bool_cells(read::bit_boolean),
        ColumnType::Int => int_cells(integer_reader(wire, integer)?, Data::Int64),
        ColumnType::Duration if wire == Time => int_cells(read::interval, Data::Duration),
        ColumnType::Duration => int_cells(integer_reader(wire, integer)?, Data::Duration),
        ColumnType::Float => {
            let read = match wire {
                Float | Double => read::double,
                Decimal | Text | Null => read::digits_double,
                Int16 | Int32 | Int64 | UInt64 if unsigned => read::unsigned_double,
                Int16 | Int32 | Int64 | UInt64 => read::signed_double,
                Bit | Date | Datetime | Timestamp | Time | Bytes | Json | Enum | Unknown => return None,
            };
            Cells::Float64 { values: Vec::new(), read }
        }
        ColumnType::Text if is_text => text_cells(read::utf8, Data::Text),
        ColumnType::Json if is_text => text_cells(read::utf8, Data::Json),
        ColumnType::Enum { .. } if is_text => text_cells(read::utf8, Data::Enum),
        ColumnType::Bytes if is_text || wire == Bit => text_cells(read::bytes, Data::Bytes),
        ColumnType::Decimal { precision, scale } => {
            let read: Digits = match wire {
                Decimal | Text | Null => read::digits,
                Int16 | Int32 | Int64 | UInt64 if unsigned => read::unsigned_digits,
                Int16 | Int32 | Int64 | UInt64 => read::signed_digits,
                Bit | Float | Double | Date | Datetime | Timestamp | Time | Bytes | Json | Enum | Unknown => return None,
            };
            decimal_cells(*precision, *scale, read)
        }
        ColumnType::Date if matches!(wire, Date | Datetime | Timestamp) => date_cells(read::date),
        ColumnType::Date if matches!(wire, Text | Null) => date_cells(read::text_date),
        ColumnType::Datetime if matches!(wire, Date | Datetime | Timestamp) => int_cells(read::datetime, Data::Datetime),
        ColumnType::Datetime if matches!(wire, Text | Null) => int_cells(read::text_datetime, Data::Datetime),
        ColumnType::DatetimeTz if matches!(wire, Date | Datetime | Timestamp) => int_cells(read::datetime, Data::DatetimeTz),
        ColumnType::DatetimeTz if matches!(wire, Text | Null) => int_cells(read::text_datetime_tz, Data::DatetimeTz),
        ColumnType::Time if wire == Time => int_cells(read::time, Data::Time),
        ColumnType::Time if matches!(wire, Text | Null) => int_cells(read::text_time, Data::Time),
        ColumnType::Uuid if is_text => Cells::Uuid { values: Vec::new(), read: read::uuid },
        ColumnType::Array { item } if is_text => Cells::List { offsets: vec![0], items: json::items(item), item: (**item).clone() },
        ColumnType::Any => any_cells(wire, unsigned, integer),
        ColumnType::Bool
        | ColumnType::Text
        | ColumnType::Json
        | ColumnType::Enum { .. }
        | ColumnType::Bytes
        | ColumnType::Date
        | ColumnType::Datetime
        | ColumnType::DatetimeTz
        | ColumnType::Time
        | ColumnType::TimeTz
        | ColumnType::Uuid
        | ColumnType::Array { .. } => return None,
    })
}

/// What the server's own type becomes. `TINYINT(1)` stays an integer: it may hold 2.
fn any_cells(wire: Wire, unsigned: bool, integer: Integer) -> Cells {
    match wire {
        Wire::Int16 => Cells::Int16 { values: Vec::new(), read: if unsigned { read::unsigned16 } else { read::signed16 } },
        Wire::Int32 => {
            let read = if unsigned { read::unsigned32 } else { read::signed32 };
            Cells::Int32 { values: Vec::new(), read, data: Data::Int32 }
        }
        Wire::Int64 => int_cells(integer, Data::Int64),
        Wire::UInt64 => Cells::UInt64 { values: Vec::new(), read: read::unsigned },
        Wire::Bit => Cells::UInt64 { values: Vec::new(), read: read::bits },
        Wire::Float => Cells::Float32 { values: Vec::new(), read: read::float },
        Wire::Double => Cells::Float64 { values: Vec::new(), read: read::double },
        Wire::Decimal => decimal_cells(None, None, read::digits),
        Wire::Date => date_cells(read::date),
        Wire::Datetime => int_cells(read::datetime, Data::Datetime),
        Wire::Timestamp => int_cells(read::datetime, Data::DatetimeTz),
        Wire::Time => int_cells(read::interval, Data::Duration),
        Wire::Text | Wire::Null => text_cells(read::utf8, Data::Text),
        Wire::Enum => text_cells(read::utf8, Data::Enum),
        Wire::Json => text_cells(read::utf8, Data::Json),
        Wire::Bytes => text_cells(read::bytes, Data::Bytes),
        Wire::Unknown => text_cells(read::unknown, Data::Bytes),
    }
}

/// Reads an integer.
type Integer = fn(&[u8]) -> Read<i64>;

fn integer_reader(wire: Wire, integer: Integer) -> Option<Integer> {
    match wire {
        Wire::Int16 | Wire::Int32 | Wire::Int64 | Wire::UInt64 => Some(integer),
        Wire::Bit => Some(read::bits64),
        Wire::Float | Wire::Double => Some(read::double64),
        Wire::Decimal | Wire::Text | Wire::Null => Some(read::digits64),
        Wire::Date | Wire::Datetime | Wire::Timestamp | Wire::Time | Wire::Bytes | Wire::Json | Wire::Enum | Wire::Unknown => None,
    }
}

fn bool_cells(read: fn(&[u8]) -> Read<bool>) -> Cells {
    Cells::Bool { values: Vec::new(), read }
}

fn int_cells(read: fn(&[u8]) -> Read<i64>, data: fn(Vec<i64>) -> Data) -> Cells {
    Cells::Int64 { values: Vec::new(), read, data }
}

fn date_cells(read: fn(&[u8]) -> Read<i32>) -> Cells {
    Cells::Int32 { values: Vec::new(), read, data: Data::Date }
}

fn text_cells(read: fn(&[u8]) -> Read<&[u8]>, data: fn(TextColumn) -> Data) -> Cells {
    Cells::Text { values: TextColumn::default(), read, data }
}

fn decimal_cells(precision: Option<u16>, scale: Option<u16>, read: Digits) -> Cells {
    if let Some((precision, scale)) = decimal::narrow(precision, scale) {
        return Cells::Decimal { values: Vec::new(), precision, scale, read };
    }
    Cells::DecimalText { values: TextColumn::default(), digits: decimal::wide(precision, scale), read }
}

const TOO_LONG: &str = "the values of one batch pass 2 GiB; read them in smaller batches with stream()";

impl Cells {
    fn push(&mut self, raw: &[u8]) -> Read<()> {
        match self {
            Self::Bool { values, read } => values.push(read(raw)?),
            Self::Int16 { values, read } => values.push(read(raw)?),
            Self::Int32 { values, read, .. } => values.push(read(raw)?),
            Self::Int64 { values, read, .. } => values.push(read(raw)?),
            Self::UInt64 { values, read } => values.push(read(raw)?),
            Self::Float32 { values, read } => values.push(read(raw)?),
            Self::Float64 { values, read } => values.push(read(raw)?),
            Self::Text { values, read, .. } => return if values.push(read(raw)?) { Ok(()) } else { Err(TOO_LONG.into()) },
            Self::Decimal { values, precision, scale, read } => {
                let digits = read(raw)?;
                let value = decimal::unscaled(&digits, *precision, *scale);
                values.push(value.map_err(|_| decimal::misfit(&digits, *precision, *scale))?);
            }
            Self::DecimalText { values, read, .. } => {
                let digits = read(raw)?;
                let digits = decimal::canonical(&digits).ok_or_else(|| format!("{digits:?} is no decimal"))?;
                return if values.push(digits.as_bytes()) { Ok(()) } else { Err(TOO_LONG.into()) };
            }
            Self::Uuid { values, read } => values.push(read(raw)?),
            Self::List { offsets, items, .. } => {
                json::append(read::text(raw)?, items)?;
                offsets.push(i32::try_from(items.data.len()).map_err(|_| TOO_LONG)?);
            }
        }
        Ok(())
    }

    fn push_empty(&mut self) {
        match self {
            Self::Bool { values, .. } => values.push(false),
            Self::Int16 { values, .. } => values.push(0),
            Self::Int32 { values, .. } => values.push(0),
            Self::Int64 { values, .. } => values.push(0),
            Self::UInt64 { values, .. } => values.push(0),
            Self::Float32 { values, .. } => values.push(0.0),
            Self::Float64 { values, .. } => values.push(0.0),
            // Nothing is appended, so nothing can be too long.
            Self::Text { values, .. } | Self::DecimalText { values, .. } => drop(values.push(b"")),
            Self::Decimal { values, .. } => values.push(0),
            Self::Uuid { values, .. } => values.push([0; 16]),
            Self::List { offsets, items, .. } => offsets.push(items.data.len() as i32),
        }
    }

    fn take(&mut self) -> Data {
        use std::mem::take;
        match self {
            Self::Bool { values, .. } => Data::Bool(take(values)),
            Self::Int16 { values, .. } => Data::Int16(take(values)),
            Self::Int32 { values, data, .. } => data(take(values)),
            Self::Int64 { values, data, .. } => data(take(values)),
            Self::UInt64 { values, .. } => Data::UInt64(take(values)),
            Self::Float32 { values, .. } => Data::Float32(take(values)),
            Self::Float64 { values, .. } => Data::Float64(take(values)),
            Self::Text { values, data, .. } => data(take(values)),
            Self::Decimal { values, precision, scale, .. } => {
                Data::Decimal { values: take(values), precision: *precision, scale: *scale as i8 }
            }
            Self::DecimalText { values, digits, .. } => Data::DecimalText { values: take(values), digits: *digits },
            Self::Uuid { values, .. } => Data::Uuid(take(values)),
            Self::List { offsets, items, item } => {
                let items = std::mem::replace(items, json::items(item));
                Data::List { offsets: std::mem::replace(offsets, vec![0]), items: Box::new(items) }
            }
        }
    }
}
