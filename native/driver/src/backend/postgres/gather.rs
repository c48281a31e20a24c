//! The rows of a step on their way into batches.

use oxyde_ir::{ColumnType, Output};
use sqlx::postgres::types::Oid;
use sqlx::postgres::{PgColumn, PgRow};
use sqlx::{Column as _, Row, ValueRef};

use super::columns::Reader;
use crate::batch::{Column, ColumnBatch};
use crate::error::{Error, Kind, Result};
use crate::json;
use crate::request::Request;
use crate::stream::Limits;

/// Rows of all runs of a step; with somewhere to send them, in batches of limited size.
pub struct Gather<'a> {
    outputs: Option<&'a [Output]>,
    limits: Limits,
    readers: Vec<Reader>,
    /// What the server said about the columns, once it has.
    types: Option<Vec<Option<Oid>>>,
    /// Rows of all batches.
    total: usize,
    rows: usize,
    bytes: usize,
}

impl<'a> Gather<'a> {
    pub fn new(request: &Request<'a>) -> Self {
        let outputs = request.step.outputs.as_deref();
        Self { outputs, limits: request.limits, readers: Vec::new(), types: None, total: 0, rows: 0, bytes: 0 }
    }

    /// Takes the server's description of the columns, before the rows of each run: another one after a try that failed, where a
    /// table has changed.
    pub fn describe(&mut self, columns: &[PgColumn]) -> Result<()> {
        let types: Vec<Option<Oid>> = columns.iter().map(|column| column.type_info().oid()).collect();
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
            let reader = if let Some(output) = self.outputs.and_then(|outputs| outputs.get(index)) {
                Reader::new(&output.name, &output.table, column.type_info(), &output.ty)
            } else {
                let origin = column.origin();
                let table = origin.table_column().map_or("", |origin| &origin.table);
                Reader::new(column.name(), table, column.type_info(), &ColumnType::Any)
            };
            self.readers.push(reader?);
        }
        self.types = Some(types);
        Ok(())
    }

    /// Whether the columns are called as before. Our own statements name theirs.
    fn has_names_of(&self, columns: &[PgColumn]) -> bool {
        self.outputs.is_some() || self.readers.iter().map(Reader::name).eq(columns.iter().map(PgColumn::name))
    }

    pub fn push(&mut self, row: &PgRow) -> Result<()> {
        for (index, reader) in self.readers.iter_mut().enumerate() {
            let value = row.try_get_raw(index).map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
            let raw = if value.is_null() { None } else { value.as_bytes().ok() };
            self.bytes += raw.map_or(0, <[u8]>::len);
            reader.push(raw)?;
        }
        self.rows += 1;
        self.total += 1;
        Ok(())
    }

    /// The statement returns rows, be there any or none.
    pub fn has_columns(&self) -> bool {
        !self.readers.is_empty()
    }

    pub fn is_full(&self) -> bool {
        self.rows >= self.limits.rows || self.bytes >= self.limits.bytes
    }

    /// The rows so far; further rows make another batch.
    pub fn take(&mut self) -> ColumnBatch {
        self.bytes = 0;
        ColumnBatch { columns: self.readers.iter_mut().map(Reader::take).collect(), rows: std::mem::take(&mut self.rows) }
    }

    /// The rows not taken before: with columns, also when there are none; `None` for statements that return no rows.
    pub fn finish(mut self) -> Option<ColumnBatch> {
        if self.types.is_none() {
            // Nothing ran, so the server said nothing.
            let outputs = self.outputs.unwrap_or_default();
            let empty = |output: &Output| Column { name: output.name.clone(), ..json::items(&output.ty) };
            return (!outputs.is_empty()).then(|| ColumnBatch { columns: outputs.iter().map(empty).collect(), rows: 0 });
        }
        self.has_columns().then(|| self.take())
    }
}
