//! Collects the rows of a step into batches.

use oxyde_ir::{ColumnType, Output};

use super::columns::Reader;
use super::handle::Handle;
use super::read;
use super::statement::{Cell, Cursor};
use crate::batch::ColumnBatch;
use crate::error::{Error, Kind, Result};
use crate::request::Request;
use crate::stream::Limits;

/// Collects the rows of all runs of a step; with a sink, in batches of limited size.
pub struct Gather<'a> {
    outputs: Option<&'a [Output]>,
    limits: Limits,
    /// `None` until a run has described its columns.
    readers: Option<Vec<Reader<'a>>>,
    rows: usize,
    bytes: usize,
    /// The number of rows in earlier batches.
    before: usize,
}

impl<'a> Gather<'a> {
    pub fn new(request: &Request<'a>) -> Self {
        Self { outputs: request.step.outputs.as_deref(), limits: request.limits, readers: None, rows: 0, bytes: 0, before: 0 }
    }

    /// The same for the rows after the first `before`.
    pub fn after(request: &Request<'a>, before: usize) -> Self {
        Self { before, ..Self::new(request) }
    }

    /// Describes the columns of a run after its first step, when a changed schema has been reloaded. All
    /// runs of a step must agree.
    pub fn begin(&mut self, cursor: &mut Cursor<'_>, handle: &Handle, text: &str) -> Result<()> {
        let types = if self.asks_the_file() { cursor.types(handle, text)?.to_vec() } else { Vec::new() };
        self.describe(cursor, &types)
    }

    /// Whether the columns are not described yet and some need their declared types.
    fn asks_the_file(&self) -> bool {
        let is_known = |outputs: &[Output]| outputs.iter().all(|output| output.ty != ColumnType::Any);
        self.readers.is_none() && !self.outputs.is_some_and(is_known)
    }

    fn describe(&mut self, cursor: &Cursor<'_>, types: &[Option<ColumnType>]) -> Result<()> {
        let columns = cursor.columns();
        let expected = self.readers.as_ref().map(Vec::len).or(self.outputs.map(<[Output]>::len));
        if let Some(expected) = expected
            && expected != columns
        {
            let message = format!("the statement returned {columns} columns where {expected} were expected");
            return Err(Error::new(Kind::Internal, message));
        }
        if self.readers.is_none() {
            let outputs = self.outputs;
            let known = |at: usize| outputs.and_then(|outputs| outputs.get(at));
            let reader = |at| match known(at) {
                Some(output) if output.ty != ColumnType::Any => {
                    Reader::new(output.name.as_str().into(), &output.ty).without_text(refusal_of_text(output))
                }
                output => {
                    let name = output.map_or_else(|| cursor.name(at).into(), |output| output.name.as_str().into());
                    Reader::natural(name, types.get(at).cloned().flatten())
                }
            };
            self.readers = Some((0..columns).map(reader).collect());
        }
        Ok(())
    }

    /// Appends the current row.
    pub fn push(&mut self, cursor: &Cursor<'_>) -> Result<()> {
        let Some(readers) = &mut self.readers else { return Err(Error::new(Kind::Internal, "a row came before its columns")) };
        for (at, reader) in readers.iter_mut().enumerate() {
            let cell = cursor.cell(at);
            self.bytes += match cell {
                Cell::Text(bytes) | Cell::Blob(bytes) => bytes.len() + 4,
                Cell::Null | Cell::Int(_) | Cell::Real(_) => 8,
            };
            if let Err(reason) = reader.push(cell) {
                let output = self.outputs.and_then(|outputs| outputs.get(at));
                let table = output.map(|output| output.table.clone()).filter(|table| !table.is_empty()).or_else(|| cursor.table(at));
                return Err(fault(&reader.name, table, cursor.declared(at), self.before + self.rows + 1, &reason));
            }
        }
        self.rows += 1;
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    pub fn is_full(&self) -> bool {
        self.rows >= self.limits.rows || self.bytes >= self.limits.bytes
    }

    /// Returns the rows so far as a batch; further rows start a new one.
    pub fn take(&mut self) -> ColumnBatch {
        self.before += self.rows;
        self.bytes = 0;
        let readers = self.readers.as_deref_mut().unwrap_or_default();
        ColumnBatch { columns: readers.iter_mut().map(Reader::take).collect(), rows: std::mem::take(&mut self.rows) }
    }

    /// Returns the remaining rows, with columns even if there are none; `None` for statements that return
    /// no rows.
    pub fn finish(mut self) -> Option<ColumnBatch> {
        if self.readers.is_none() {
            let outputs = self.outputs.unwrap_or_default();
            self.readers = Some(outputs.iter().map(|output| Reader::new(output.name.as_str().into(), &output.ty)).collect());
        }
        self.readers.as_ref().is_some_and(|readers| !readers.is_empty()).then(|| self.take())
    }
}

const KEPT_AS_TEXT: &str =
    "the table keeps the number as text, and would compare and sort it as text; give the field db_type=\"TEXT\", or CAST it in SQL";

const TEXT_FOR_BYTES: &str =
    "expected bytes, got text, which no comparison with bytes finds; declare the field str, or correct the row with CAST(... AS BLOB)";

/// Returns why text in the column is refused, if it is.
fn refusal_of_text(output: &Output) -> Option<&'static str> {
    if is_number_kept_as_text(output) {
        return Some(KEPT_AS_TEXT);
    }
    (output.ty == ColumnType::Bytes && !output.table.is_empty()).then_some(TEXT_FOR_BYTES)
}

/// Whether text in the column would be read as a number that no comparison finds, because the field is
/// not declared as text.
fn is_number_kept_as_text(output: &Output) -> bool {
    // Decimals of more digits are compared by the value of their text.
    let is_number = matches!(output.ty, ColumnType::Int | ColumnType::Decimal { precision: Some(..=15), .. });
    is_number && !output.table.is_empty() && !output.declared
}

fn fault(name: &str, table: Option<String>, declared: Option<String>, row: usize, reason: &str) -> Error {
    let place = table.as_ref().map_or_else(|| name.to_owned(), |table| format!("{table}.{name}"));
    let declared = declared.map_or_else(String::new, |declared| format!(" of type {declared}"));
    // Invalid UTF-8 could not be decoded as TEXT either.
    let class = if reason == read::NO_UTF8 { "BLOB" } else { "TEXT" };
    let mut error = Error::new(Kind::Decode, format!("column {place:?}{declared}, row {row}, cannot be read: {reason}"))
        .with_hint(format!("SQLite keeps values of any type in a column: correct the row, or CAST({name} AS {class}) in SQL"));
    error.detail.column = Some(name.to_owned());
    error.detail.table = table;
    error
}
