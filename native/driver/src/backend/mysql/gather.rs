//! The rows of a step on their way into batches.

use oxyde_ir::{ColumnType, Output};
use sqlx::mysql::{MySql, MySqlColumn, MySqlRow, MySqlTypeInfo};
use sqlx::{Column as _, Decode, Row, TypeInfo as _};

use super::columns::Reader;
use super::wire::Wire;
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
                Some(output) if is_misread(output, column.type_info()) => Err(refusal(output, column.type_info().name())),
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
            if let (Some(output), Some(raw)) = (self.outputs.and_then(|outputs| outputs.get(index)), raw) {
                if output.ty == ColumnType::Uuid && raw.len() != 36 && is_plain_column(output) {
                    return Err(refusal(output, "CHAR(32)"));
                }
                let is_text = || self.types.as_ref().is_some_and(|types| Wire::of(&types[index]) == Wire::Text);
                if output.ty == ColumnType::DatetimeTz && !output.table.is_empty() && is_text() && has_offset(raw) {
                    return Err(reader.misfit("its text has an offset, which the server does not heed: it would not be found"));
                }
            }
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

/// Whether the text of a date and time says more than a clock shows.
fn has_offset(raw: &[u8]) -> bool {
    raw.get(10..).is_some_and(|clock| clock.iter().any(|byte| matches!(byte, b'+' | b'-' | b'Z' | b'z')))
}

/// A column of a table whose field does not say how it is declared.
fn is_plain_column(output: &Output) -> bool {
    !output.table.is_empty() && !output.declared
}

/// Whether the server would compare or sort a column's values as other things than those that they are read as.
fn is_misread(output: &Output, info: &MySqlTypeInfo) -> bool {
    let (wire, ty) = (Wire::of(info), &output.ty);
    // What is computed of bits may be sent as text, and says that it is bits.
    let is_bits = output.table.is_empty() && *ty == ColumnType::Int && wire == Wire::Bit;
    let is_other = (matches!(ty, ColumnType::Int | ColumnType::Float | ColumnType::Decimal { .. }) && wire == Wire::Text)
        || (*ty == ColumnType::Duration && matches!(wire, Wire::Time | Wire::Text))
        || (*ty == ColumnType::Uuid && wire == Wire::Bytes)
        || (*ty == ColumnType::Bytes && wire == Wire::Bit);
    is_bits || (is_other && is_plain_column(output))
}

fn refusal(output: &Output, declared: &str) -> Error {
    let Output { name, table, ty, .. } = output;
    let remedy = if *ty == ColumnType::Bytes {
        "declare the field int".to_owned()
    } else {
        let length = if declared == "BINARY" {
            "(16)"
        } else if declared == "BIT" {
            "(n)"
        } else {
            ""
        };
        format!("give the field db_type=\"{declared}{length}\"")
    };
    let place = if table.is_empty() { name.clone() } else { format!("{table}.{name}") };
    let message = format!(
        "column {place} is {declared}, which the server compares as something else than the field's values: what was read would not \
         be found; {remedy}"
    );
    let mut error = Error::new(Kind::Decode, message).with_hint(format!("or read it by SQL of your own: CAST({name} AS CHAR)"));
    (error.detail.table, error.detail.column) = (Some(table.clone()), Some(name.clone()));
    error
}
