//! The rows of a step on their way into batches.

use oxyde_ir::{ColumnType, Output};
use sqlx::mysql::{MySql, MySqlColumn, MySqlRow, MySqlTypeInfo};
use sqlx::{Column as _, Decode, Row};

use super::columns::Reader;
use crate::batch::ColumnBatch;
use crate::error::{Error, Kind, Result};
use crate::request::Request;
use crate::stream::Limits;

/// Rows of all runs of a step; with somewhere to send them, in batches of limited size.
pub struct Gather<'a> {
    outputs: Option<&'a [Output]>,
    limits: Limits,
    readers: Vec<Reader>,
    /// What the server said about the columns, once it has.
    types: Option<Vec<MySqlTypeInfo>>,
    /// The next row is the first of its run.
    starting: bool,
    rows: usize,
    bytes: usize,
}

impl<'a> Gather<'a> {
    pub fn new(request: &Request<'a>) -> Self {
        Self {
            outputs: request.step.outputs.as_deref(),
            limits: request.limits,
            readers: Vec::new(),
            types: None,
            starting: true,
            rows: 0,
            bytes: 0,
        }
    }

    /// A run begins.
    pub fn start(&mut self) {
        self.starting = true;
    }

    /// Only the server can say what the columns are, and has not yet.
    pub fn needs_columns(&self) -> bool {
        self.types.is_none() && self.outputs.is_none_or(|outputs| outputs.iter().any(|output| output.ty == ColumnType::Any))
    }

    /// Takes the server's description of the columns.
    pub fn describe(&mut self, columns: &[MySqlColumn]) -> Result<()> {
        let infos = columns.iter().map(|column| column.type_info().clone());
        if let Some(types) = &self.types {
            return if infos.eq(types.iter().cloned()) {
                Ok(())
            } else {
                Err(Error::new(Kind::Internal, "the columns of a statement changed between two runs of it"))
            };
        }
        if let Some(outputs) = self.outputs
            && outputs.len() != columns.len()
        {
            let message = format!("the statement returned {} columns where {} were expected", columns.len(), outputs.len());
            return Err(Error::new(Kind::Internal, message));
        }
        for (index, column) in columns.iter().enumerate() {
            let reader = match self.outputs.and_then(|outputs| outputs.get(index)) {
                Some(output) => Reader::new(&output.name, &output.table, column.type_info(), &output.ty),
                None => Reader::new(column.name(), "", column.type_info(), &ColumnType::Any),
            };
            self.readers.push(reader?);
        }
        self.types = Some(infos.collect());
        Ok(())
    }

    pub fn push(&mut self, row: &MySqlRow) -> Result<()> {
        if self.starting {
            self.describe(row.columns())?;
            self.starting = false;
        }
        for (index, reader) in self.readers.iter_mut().enumerate() {
            let value = row.try_get_raw(index).map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
            // The only error is NULL. `is_null` would say the same of zero dates.
            let raw = <&[u8] as Decode<MySql>>::decode(value).ok();
            self.bytes += raw.map_or(0, <[u8]>::len);
            reader.push(raw)?;
        }
        self.rows += 1;
        Ok(())
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
            let outputs = self.outputs.unwrap_or_default();
            self.readers = outputs.iter().filter_map(|output| Reader::without_rows(&output.name, &output.ty)).collect();
        }
        (!self.readers.is_empty()).then(|| self.take())
    }
}
