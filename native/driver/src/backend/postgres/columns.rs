//! The columns of a result while it is read: what each was sent as, and what it becomes.

use oxyde_ir::ColumnType;
use sqlx::TypeInfo;
use sqlx::postgres::PgTypeInfo;

use super::choice;
use super::wire::Shape;
use crate::backend::misfit;
use crate::batch::{Builder, Column, Payload};
use crate::error::{Error, Result};

/// One column. The way to read it is chosen once, by what the server sends and what is wanted.
pub struct Reader {
    name: String,
    table: String,
    /// The server's name for the type, for messages.
    type_name: String,
    builder: Builder<Payload>,
}

impl Reader {
    /// A reader for a column that the server describes as `info` and that shall become `wanted`.
    pub fn new(name: &str, table: &str, info: &PgTypeInfo, wanted: &ColumnType) -> Result<Self> {
        let type_name = info.name().to_lowercase();
        let builder = choice::builder(Shape::of(info), wanted);
        let builder = builder.ok_or_else(|| fault(name, table, &type_name, &format!("cannot become {}", wanted.noun())))?;
        Ok(Self { name: name.to_owned(), table: table.to_owned(), type_name, builder })
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Appends a value, or NULL.
    pub fn push(&mut self, raw: Option<&[u8]>) -> Result<()> {
        match raw {
            Some(raw) => self
                .builder
                .push(raw)
                .map_err(|reason| fault(&self.name, &self.table, &self.type_name, &format!("cannot be read: {reason}"))),
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
    misfit::error(name, table, type_name, reason, "text")
}
