//! The columns of a result while it is read: what each was sent as, and what it becomes.

use oxyde_ir::ColumnType;
use sqlx::TypeInfo;
use sqlx::mysql::MySqlTypeInfo;

use super::wire::{Sent, Wire};
use crate::backend::misfit;
use crate::batch::{Builder, Column, Payload};
use crate::error::{Error, Result};
use crate::types::codec;

/// One column. The reader is chosen once, by what the server sends and what is wanted.
pub struct Reader {
    pub name: String,
    table: String,
    /// The server's name for the type, for messages.
    type_name: String,
    builder: Builder<Payload>,
}

impl Reader {
    /// A reader for a column that the server describes as `info` and that shall become `wanted`.
    pub fn new(name: &str, table: &str, info: &MySqlTypeInfo, wanted: &ColumnType) -> Result<Self> {
        let type_name = info.name().to_owned();
        let builder = codec(wanted).mysql(Sent::of(info));
        let builder = builder.ok_or_else(|| fault(name, table, &type_name, &format!("cannot become {}", wanted.noun())))?;
        Ok(Self { name: name.to_owned(), table: table.to_owned(), type_name, builder })
    }

    /// A reader for a column that nothing will be read from.
    pub fn without_rows(name: &str, wanted: &ColumnType) -> Option<Self> {
        let builder = codec(wanted).mysql(Sent { wire: Wire::Null, unsigned: false })?;
        Some(Self { name: name.to_owned(), table: String::new(), type_name: String::new(), builder })
    }

    /// The error of a value that is not read.
    pub fn misfit(&self, reason: &str) -> Error {
        fault(&self.name, &self.table, &self.type_name, &format!("cannot be read: {reason}"))
    }

    /// Appends a value, or NULL.
    pub fn push(&mut self, raw: Option<&[u8]>) -> Result<()> {
        match raw {
            Some(raw) => self.builder.push(raw).map_err(|reason| self.misfit(&reason)),
            None => {
                self.builder.push_null();
                Ok(())
            }
        }
    }

    /// The rows so far as a column; the reader starts anew.
    pub fn take(&mut self) -> Column {
        self.builder.take(&self.name)
    }
}

fn fault(name: &str, table: &str, type_name: &str, reason: &str) -> Error {
    misfit::error(name, table, type_name, reason, "CHAR")
}
