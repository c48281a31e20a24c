//! The columns of a result while it is read: what each was sent as, and what it becomes.

use oxyde_ir::ColumnType;
use sqlx::TypeInfo;
use sqlx::postgres::PgTypeInfo;

use super::cells::Cells;
use super::choice;
use super::read::Read;
use super::wire::{Shape, Wire};
use crate::batch::Column;
use crate::error::{Error, Kind, Result};

/// One column. The way to read it is chosen once, by what the server sends and what is wanted.
pub struct Reader {
    name: String,
    table: String,
    /// The server's name for the type, for messages.
    type_name: String,
    values: Values,
    is_void: bool,
}

/// Values so far, and which of them are NULL.
pub struct Values {
    cells: Cells,
    valid: Option<Vec<bool>>,
    rows: usize,
}

impl Reader {
    /// A reader for a column that the server describes as `info` and that shall become `wanted`.
    pub fn new(name: &str, table: &str, info: &PgTypeInfo, wanted: &ColumnType) -> Result<Self> {
        let type_name = info.name().to_lowercase();
        let shape = Shape::of(info);
        let cells = choice::cells(shape, wanted);
        let cells = cells.ok_or_else(|| fault(name, table, &type_name, &format!("cannot become {}", noun(wanted))))?;
        let is_void = shape.wire == Wire::Void;
        Ok(Self { name: name.to_owned(), table: table.to_owned(), type_name, values: Values::new(cells), is_void })
    }

    /// Appends a value, or NULL.
    pub fn push(&mut self, raw: Option<&[u8]>) -> Result<()> {
        self.values
            .push(raw.filter(|_| !self.is_void))
            .map_err(|reason| fault(&self.name, &self.table, &self.type_name, &format!("cannot be read: {reason}")))
    }

    /// The rows so far as a column; the reader starts anew.
    pub fn take(&mut self) -> Column {
        self.values.take(&self.name)
    }
}

impl Values {
    pub fn new(cells: Cells) -> Self {
        Self { cells, valid: None, rows: 0 }
    }

    pub fn push(&mut self, raw: Option<&[u8]>) -> Read<()> {
        match raw {
            Some(raw) => self.cells.push(raw)?,
            None => self.cells.push_empty(),
        }
        self.rows += 1;
        match (&mut self.valid, raw.is_some()) {
            (Some(valid), there) => valid.push(there),
            (None, true) => {}
            (None, false) => {
                let mut valid = vec![true; self.rows];
                valid[self.rows - 1] = false;
                self.valid = Some(valid);
            }
        }
        Ok(())
    }

    pub fn rows(&self) -> usize {
        self.rows
    }

    pub fn take(&mut self, name: &str) -> Column {
        self.rows = 0;
        Column { name: name.to_owned(), data: self.cells.take(), valid: self.valid.take() }
    }
}

fn fault(name: &str, table: &str, type_name: &str, reason: &str) -> Error {
    let place = if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") };
    let mut error = Error::new(Kind::Decode, format!("column {place:?} of type {type_name} {reason}"))
        .with_hint(format!("CAST the column to another type in SQL, such as CAST({name} AS text)"));
    error.detail.column = Some(name.to_owned());
    error.detail.table = Some(table).filter(|table| !table.is_empty()).map(str::to_owned);
    error
}

const fn noun(wanted: &ColumnType) -> &'static str {
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
