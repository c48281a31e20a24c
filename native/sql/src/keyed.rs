//! Statements on single rows by their key: what stands in for RETURNING.

use oxyde_ir::program::{Repeat, Source, Step};
use oxyde_ir::query::SelectOutput;
use oxyde_ir::schema::TableRef;
use oxyde_ir::statement::KeyColumn;
use oxyde_ir::{Expr, Output};

use crate::dialect::Dialect;
use crate::error::{Result, malformed};
use crate::params::Params;
use crate::update::LOCKED;
use crate::writer::{Writer, outputs_of, scalar_slot};

/// What a key column is compared with.
pub enum Value<'a> {
    Expr(&'a Expr),
    Slot(Source),
}

impl Writer<'_> {
    /// ` WHERE key = value AND ...`.
    pub fn where_key(&mut self, key: &[KeyColumn], values: &[Value<'_>]) -> Result<()> {
        if key.is_empty() || key.len() != values.len() {
            return malformed("a row is named by other than its key");
        }
        for (index, (column, value)) in key.iter().zip(values).enumerate() {
            self.push(if index == 0 { " WHERE " } else { " AND " });
            self.identifier(&column.name)?;
            self.push(" = ");
            match value {
                Value::Expr(expr) => self.operand(expr)?,
                Value::Slot(source) => self.slot(scalar_slot(*source, &column.ty), false)?,
            }
        }
        Ok(())
    }

    /// The columns of RETURNING or of a select of one table, by themselves.
    pub fn returned(&mut self, returning: &[SelectOutput]) -> Result<()> {
        self.separated(returning, |writer, output| writer.output(output, false))
    }
}

/// Slots for each column of the kept keys.
pub fn kept(key: &[KeyColumn]) -> Vec<Value<'static>> {
    (0..key.len()).map(|index| Value::Slot(Source::Key(index as u32))).collect()
}

/// A select of the row with a key.
pub struct ReadBack<'a> {
    pub table: &'a TableRef,
    /// What the columns call the table; without one they stand alone.
    pub alias: Option<&'a str>,
    pub key: &'a [KeyColumn],
    pub values: &'a [Value<'a>],
    pub returning: &'a [SelectOutput],
    pub repeat: Repeat,
    /// Reads the row as it is now, not as it was when the transaction first looked.
    pub locked: bool,
}

impl ReadBack<'_> {
    pub fn step(&self, dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
        let mut writer = Writer::new(dialect, params);
        if self.alias.is_none() {
            writer.call_bare();
        }
        writer.push("SELECT ");
        writer.returned(self.returning)?;
        writer.push(" FROM ");
        match self.alias {
            Some(alias) => writer.table_as(self.table, alias)?,
            None => writer.table(self.table)?,
        }
        writer.where_key(self.key, self.values)?;
        if self.locked {
            writer.lock(&LOCKED)?;
        }
        Ok(Step { repeat: self.repeat, ..writer.step(Some(outputs_of(self.returning, &self.table.name))) })
    }
}

/// The key columns as the result of a step.
pub fn outputs(key: &[KeyColumn], table: &TableRef) -> Vec<Output> {
    let output =
        |column: &KeyColumn| Output { name: column.name.clone(), ty: column.ty.clone(), nullable: false, table: table.name.clone() };
    key.iter().map(output).collect()
}
