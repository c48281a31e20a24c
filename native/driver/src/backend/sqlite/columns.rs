//! The columns of a result while it is read: what each becomes.

use oxyde_ir::{ColumnType, Value};

use super::natural;
use super::read::{self, Read};
use super::statement::Cell;
use crate::batch::{Column, Data, TextColumn, Validity};
use crate::{decimal, json};

/// One column. How its values are read is chosen once, by what is wanted.
pub struct Reader {
    pub name: String,
    cells: Cells,
    valid: Validity,
    /// Nobody promised a type: the table may declare one, and its rows may hold others.
    natural: Option<Natural>,
}

/// What the table declares, if it does.
struct Natural(Option<ColumnType>);

/// The values so far, how the next is read, and which column they make.
enum Cells {
    Bool(Vec<bool>),
    Int {
        values: Vec<i64>,
        read: fn(Cell<'_>) -> Read<i64>,
        data: fn(Vec<i64>) -> Data,
    },
    Date(Vec<i32>),
    Float(Vec<f64>),
    Text {
        values: TextColumn,
        read: fn(Cell<'_>) -> Read<&[u8]>,
        data: fn(TextColumn) -> Data,
    },
    Decimal {
        values: Vec<i128>,
        precision: u8,
        scale: u8,
    },
    DecimalText {
        values: TextColumn,
        digits: Option<(u8, i8)>,
    },
    Uuid(Vec<[u8; 16]>),
    List {
        offsets: Vec<i32>,
        items: Column,
        item: ColumnType,
    },
    /// Each value by its own class.
    Dynamic(Vec<Value>),
}

const TOO_LONG: &str = "the values of one batch pass 2 GiB; read them in smaller batches with stream()";

impl Reader {
    /// A reader for a column that shall become `wanted`.
    pub fn new(name: String, wanted: &ColumnType) -> Self {
        Self { name, cells: cells(wanted), valid: Validity::default(), natural: None }
    }

    /// A reader for a column of which nothing is known but the type that its table declares: what is nothing of the kind stays as
    /// it is.
    pub fn natural(name: String, declared: Option<ColumnType>) -> Self {
        let start = cells(declared.as_ref().unwrap_or(&ColumnType::Any));
        Self { name, cells: start, valid: Validity::default(), natural: Some(Natural(declared)) }
    }

    /// Appends a value, or NULL.
    pub fn push(&mut self, cell: Cell<'_>) -> Read<()> {
        let there = !matches!(cell, Cell::Null);
        match &self.natural {
            _ if !there => self.cells.push_empty(),
            None => self.cells.push(cell)?,
            Some(Natural(declared)) => push_natural(&mut self.cells, &self.valid, cell, declared.as_ref())?,
        }
        self.valid.push(there);
        Ok(())
    }

    /// The rows so far as a column; the reader starts anew.
    pub fn take(&mut self) -> Column {
        let data = self.cells.take();
        if let Some(Natural(declared)) = &self.natural {
            self.cells = cells(declared.as_ref().unwrap_or(&ColumnType::Any));
        }
        Column { name: self.name.clone(), data, valid: self.valid.take() }
    }
}

/// Appends what is there as the declaration says, or as it is.
fn push_natural(cells: &mut Cells, valid: &Validity, cell: Cell<'_>, declared: Option<&ColumnType>) -> Read<()> {
    if let Cells::Dynamic(values) = cells {
        values.push(natural::value(cell, declared)?);
        return Ok(());
    }
    if declared.is_some_and(|declared| natural::is_of(cell, declared)) && cells.push(cell).is_ok() {
        return Ok(());
    }
    // The first that is nothing of the kind: from here on each value, and each before it, has a type of its own.
    let value = natural::value(cell, declared)?;
    let before = Column { name: String::new(), data: cells.take(), valid: valid.copied() };
    let mut values: Vec<Value> = (0..valid.rows()).map(|row| before.value(row)).collect();
    values.push(value);
    *cells = Cells::Dynamic(values);
    Ok(())
}

/// The one table of what becomes what.
fn cells(wanted: &ColumnType) -> Cells {
    match wanted {
        ColumnType::Bool => Cells::Bool(Vec::new()),
        ColumnType::Int => ints(read::integer, Data::Int64),
        ColumnType::Float => Cells::Float(Vec::new()),
        ColumnType::Text => texts(read::text, Data::Text),
        ColumnType::Bytes => texts(read::bytes, Data::Bytes),
        ColumnType::Decimal { precision, scale } => decimals(*precision, *scale),
        ColumnType::Date => Cells::Date(Vec::new()),
        ColumnType::Time => ints(read::time, Data::Time),
        ColumnType::TimeTz => texts(read::time_tz, Data::Text),
        ColumnType::Datetime => ints(read::datetime, Data::Datetime),
        ColumnType::DatetimeTz => ints(read::datetime_tz, Data::DatetimeTz),
        ColumnType::Duration => ints(read::duration, Data::Duration),
        ColumnType::Uuid => Cells::Uuid(Vec::new()),
        ColumnType::Json => texts(read::text, Data::Json),
        ColumnType::Enum { .. } => texts(read::text, Data::Enum),
        ColumnType::Array { item } => Cells::List { offsets: vec![0], items: json::items(item), item: (**item).clone() },
        ColumnType::Any => Cells::Dynamic(Vec::new()),
    }
}

fn ints(read: fn(Cell<'_>) -> Read<i64>, data: fn(Vec<i64>) -> Data) -> Cells {
    Cells::Int { values: Vec::new(), read, data }
}

fn texts(read: fn(Cell<'_>) -> Read<&[u8]>, data: fn(TextColumn) -> Data) -> Cells {
    Cells::Text { values: TextColumn::default(), read, data }
}

fn decimals(precision: Option<u16>, scale: Option<u16>) -> Cells {
    if let Some((precision, scale)) = decimal::narrow(precision, scale) {
        return Cells::Decimal { values: Vec::new(), precision, scale };
    }
    Cells::DecimalText { values: TextColumn::default(), digits: decimal::wide(precision, scale) }
}

impl Cells {
    fn push(&mut self, cell: Cell<'_>) -> Read<()> {
        match self {
            Self::Bool(values) => values.push(read::boolean(cell)?),
            Self::Int { values, read, .. } => values.push(read(cell)?),
            Self::Date(values) => values.push(read::date(cell)?),
            Self::Float(values) => values.push(read::float(cell)?),
            Self::Text { values, read, .. } => append(values, read(cell)?)?,
            Self::Decimal { values, precision, scale } => values.push(read::unscaled(cell, *precision, *scale)?),
            Self::DecimalText { values, .. } => {
                let digits = decimal::canonical(&read::digits(cell)?);
                append(values, digits.ok_or_else(|| format!("expected a decimal, got {}", read::shown(cell)))?.as_bytes())?;
            }
            Self::Uuid(values) => values.push(read::uuid(cell)?),
            Self::List { offsets, items, .. } => {
                let text = String::from_utf8_lossy(read::text(cell)?);
                json::append(&text, items)?;
                offsets.push(i32::try_from(items.data.len()).map_err(|_| TOO_LONG)?);
            }
            Self::Dynamic(values) => values.push(natural::held(cell)?),
        }
        Ok(())
    }

    fn push_empty(&mut self) {
        match self {
            Self::Bool(values) => values.push(false),
            Self::Int { values, .. } => values.push(0),
            Self::Date(values) => values.push(0),
            Self::Float(values) => values.push(0.0),
            // Nothing is appended, so nothing can be too long.
            Self::Text { values, .. } | Self::DecimalText { values, .. } => drop(values.push(b"")),
            Self::Decimal { values, .. } => values.push(0),
            Self::Uuid(values) => values.push([0; 16]),
            Self::List { offsets, items, .. } => offsets.push(items.data.len() as i32),
            Self::Dynamic(values) => values.push(Value::Null),
        }
    }

    fn take(&mut self) -> Data {
        use std::mem::{replace, take};
        match self {
            Self::Bool(values) => Data::Bool(take(values)),
            Self::Int { values, data, .. } => data(take(values)),
            Self::Date(values) => Data::Date(take(values)),
            Self::Float(values) => Data::Float64(take(values)),
            Self::Text { values, data, .. } => data(take(values)),
            Self::Decimal { values, precision, scale } => {
                Data::Decimal { values: take(values), precision: *precision, scale: *scale as i8 }
            }
            Self::DecimalText { values, digits } => Data::DecimalText { values: take(values), digits: *digits },
            Self::Uuid(values) => Data::Uuid(take(values)),
            Self::List { offsets, items, item } => {
                let items = replace(items, json::items(item));
                Data::List { offsets: replace(offsets, vec![0]), items: Box::new(items) }
            }
            Self::Dynamic(values) => Data::Dynamic(take(values)),
        }
    }
}

fn append(values: &mut TextColumn, bytes: &[u8]) -> Read<()> {
    if values.push(bytes) { Ok(()) } else { Err(TOO_LONG.into()) }
}
