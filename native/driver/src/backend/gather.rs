//! Collects the rows of a step into batches, for all network servers.

use oxyde_ir::{ColumnType, Output};
use sqlx::{Database, Row};

use super::link::Peer;
use super::misfit;
use crate::batch::{Builder, Column, ColumnBatch, Payload};
use crate::error::{Error, Kind, Result};
use crate::request::Request;
use crate::stream::Limits;

pub type RowOf<P> = <<P as sqlx::Connection>::Database as Database>::Row;
pub type ColumnOf<P> = <<P as sqlx::Connection>::Database as Database>::Column;

/// Refuses values that can be decoded, but that the server compares as a different type.
pub type Guard = fn(&Reader, &Output, &[u8]) -> Result<()>;

/// The reader of one column, chosen once from the wire type and the requested type.
pub struct Reader {
    pub name: String,
    pub table: String,
    /// The server's name of the type, for messages.
    pub type_name: String,
    /// A type that every value can be CAST to, for messages.
    pub castable: &'static str,
    pub builder: Builder<Payload>,
    pub guard: Option<Guard>,
}

impl Reader {
    /// Returns the error for a value that cannot be decoded.
    pub fn misfit(&self, reason: &str) -> Error {
        misfit::error(&self.name, &self.table, &self.type_name, &format!("cannot be read: {reason}"), self.castable)
    }
}

/// Collects the rows of all runs of a step; with a sink, in batches of limited size.
pub struct Gather<'a, P: Peer> {
    outputs: Option<&'a [Output]>,
    limits: Limits,
    readers: Vec<Reader>,
    /// The column types that the server described, once it has.
    types: Option<Vec<P::TypeId>>,
    /// The next row is the first of its run, and the columns have not been described since.
    starting: bool,
    /// The number of rows in all batches.
    total: usize,
    rows: usize,
    bytes: usize,
}

impl<'a, P: Peer> Gather<'a, P> {
    pub fn new(request: &Request<'a>) -> Self {
        let outputs = request.step.outputs.as_deref();
        Self { outputs, limits: request.limits, readers: Vec::new(), types: None, starting: true, total: 0, rows: 0, bytes: 0 }
    }

    /// Starts a run.
    pub fn start(&mut self) {
        self.starting = true;
    }

    /// Whether the columns are still unknown and only the server can describe them.
    pub fn needs_columns(&self) -> bool {
        self.types.is_none() && self.outputs.is_none_or(|outputs| outputs.iter().any(|output| output.ty == ColumnType::Any))
    }

    /// Takes the server's description of the columns, once per run. A retry after a failure may describe
    /// other columns if a table has changed.
    pub fn describe(&mut self, columns: &[ColumnOf<P>]) -> Result<()> {
        self.starting = false;
        let types: Vec<P::TypeId> = columns.iter().map(P::type_id).collect();
        match &self.types {
            Some(known) if *known == types && self.has_names_of(columns) => return Ok(()),
            Some(_) if self.total > 0 => {
                return Err(Error::new(Kind::Internal, "the columns of a statement changed between two runs of it"));
            }
            Some(_) | None => {}
        }
        if let Some(outputs) = self.outputs
            && outputs.len() != columns.len()
        {
            let message = format!("the statement returned {} columns where {} were expected", columns.len(), outputs.len());
            return Err(Error::new(Kind::Internal, message));
        }
        self.readers.clear();
        for (index, column) in columns.iter().enumerate() {
            self.readers.push(P::reader(column, self.outputs.and_then(|outputs| outputs.get(index)))?);
        }
        self.types = Some(types);
        Ok(())
    }

    /// Whether the columns have the same names as before. Statements of our own name their columns.
    fn has_names_of(&self, columns: &[ColumnOf<P>]) -> bool {
        self.outputs.is_some() || self.readers.iter().map(|reader| reader.name.as_str()).eq(columns.iter().map(sqlx::Column::name))
    }

    pub fn push(&mut self, row: &RowOf<P>) -> Result<()> {
        if self.starting {
            self.describe(row.columns())?;
        }
        for (index, reader) in self.readers.iter_mut().enumerate() {
            let Some(raw) = P::raw(row, index).map_err(|error| Error::new(Kind::Internal, error.to_string()))? else {
                reader.builder.push_null();
                continue;
            };
            self.bytes += raw.len();
            if let (Some(guard), Some(output)) = (reader.guard, self.outputs.and_then(|outputs| outputs.get(index))) {
                guard(reader, output, raw)?;
            }
            reader.builder.push(raw).map_err(|reason| reader.misfit(&reason))?;
        }
        self.rows += 1;
        self.total += 1;
        Ok(())
    }

    /// Whether the statement returns rows, even if there are none.
    pub fn has_columns(&self) -> bool {
        !self.readers.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.rows >= self.limits.rows || self.bytes >= self.limits.bytes
    }

    /// Returns the rows so far as a batch; further rows start a new one.
    pub fn take(&mut self) -> ColumnBatch {
        self.bytes = 0;
        let columns = self.readers.iter_mut().map(|reader| reader.builder.take(&reader.name)).collect();
        ColumnBatch { columns, rows: std::mem::take(&mut self.rows) }
    }

    /// Returns the remaining rows, with columns even if there are none; `None` for statements that return
    /// no rows.
    pub fn finish(mut self) -> Option<ColumnBatch> {
        if self.types.is_some() {
            return self.has_columns().then(|| self.take());
        }
        // There were no rows, and the server did not describe the columns.
        let columns: Vec<Column> = self.outputs.unwrap_or_default().iter().filter_map(P::without_rows).collect();
        (!columns.is_empty()).then_some(ColumnBatch { columns, rows: 0 })
    }
}
