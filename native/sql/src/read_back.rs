//! Statements on single rows by their key, for servers without RETURNING.

use oxyde_ir::program::{Origin, Repeat, Step};
use oxyde_ir::query::SelectOutput;
use oxyde_ir::schema::TableRef;
use oxyde_ir::statement::KeyColumn;
use oxyde_ir::{Expr, Output};

use crate::chosen::FOR_UPDATE;
use crate::dialect::Dialect;
use crate::error::{Result, malformed};
use crate::params::Params;
use crate::select::Uniqueness;
use crate::writer::{Scope, Writer, fragment, outputs_of, scalar_slot, step};

/// The value with which a key column is compared.
pub enum KeyValue<'a> {
    Expr(&'a Expr),
    Slot(Origin),
}

impl Writer<'_> {
    /// Writes ` WHERE key = value AND ...`.
    pub fn where_key(&mut self, key: &[KeyColumn], values: &[KeyValue<'_>]) -> Result<()> {
        if key.is_empty() || key.len() != values.len() {
            return malformed("a row is named by other than its key");
        }
        for (index, (column, value)) in key.iter().zip(values).enumerate() {
            self.push(if index == 0 { " WHERE " } else { " AND " });
            self.identifier(&column.name)?;
            self.push(" = ");
            match value {
                KeyValue::Expr(Expr::Param(param))
                    if self.slot_to_keep(Origin::Param(param.index), &column.ty, column.db_type.as_deref())? =>
                {
                    self.params.scalar(param)?;
                }
                KeyValue::Expr(expr) => self.operand(expr)?,
                KeyValue::Slot(origin) if self.slot_to_keep(*origin, &column.ty, column.db_type.as_deref())? => {}
                KeyValue::Slot(origin) => self.slot(scalar_slot(*origin, &column.ty), false)?,
            }
        }
        Ok(())
    }

    /// Writes ` RETURNING` and its columns, unqualified, because `SQLite` does not accept the alias there.
    pub fn returning(&mut self, returning: &[SelectOutput]) -> Result<()> {
        if returning.is_empty() {
            return Ok(());
        }
        self.push(" RETURNING ");
        self.within(Scope::BARE).output_list(returning)
    }

    pub fn output_list(&mut self, outputs: &[SelectOutput]) -> Result<()> {
        self.separated(outputs, |writer, output| writer.output(output, Uniqueness::None))
    }
}

/// Returns a slot for each column of the kept keys.
pub fn kept(key: &[KeyColumn]) -> Vec<KeyValue<'static>> {
    (0..key.len()).map(|index| KeyValue::Slot(Origin::Key(index as u32))).collect()
}

/// A SELECT of the row with a key.
pub struct ReadBack<'a> {
    pub table: &'a TableRef,
    /// The qualifier of the columns; they are unqualified if it is absent.
    pub alias: Option<&'a str>,
    pub key: &'a [KeyColumn],
    pub values: &'a [KeyValue<'a>],
    pub returning: &'a [SelectOutput],
    pub repeat: Repeat,
    /// Reads the current row, not the one in the transaction's snapshot.
    pub locked: bool,
}

impl ReadBack<'_> {
    pub fn step(&self, dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
        let scope = if self.alias.is_none() { Scope::BARE } else { Scope::default() };
        let text = fragment(dialect, params, scope, |writer| {
            writer.push("SELECT ");
            writer.output_list(self.returning)?;
            writer.push(" FROM ");
            match self.alias {
                Some(alias) => writer.table_as(self.table, alias)?,
                None => writer.table(self.table)?,
            }
            writer.where_key(self.key, self.values)?;
            if self.locked { writer.lock(&FOR_UPDATE) } else { Ok(()) }
        })?;
        Ok(Step { repeat: self.repeat, ..step(text, Some(outputs_of(self.returning, &self.table.name))) })
    }
}

/// Returns the key columns as the result columns of a step.
pub fn outputs(key: &[KeyColumn], table: &TableRef) -> Vec<Output> {
    let output = |column: &KeyColumn| Output {
        name: column.name.clone(),
        ty: column.ty.clone(),
        nullable: false,
        table: table.name.clone(),
        declared: column.db_type.is_some(),
    };
    key.iter().map(output).collect()
}
