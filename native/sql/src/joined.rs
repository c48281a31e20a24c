//! UPDATE that reads other rows, by FROM or by a join.

use oxyde_ir::program::{Form, Origin, Repeat, Step};
use oxyde_ir::query::Source;
use oxyde_ir::statement::{GivenColumn, Update};
use oxyde_ir::{Atomic, ColumnType, Program};

use crate::dialect::{BulkRows, Dialect, UpdateFrom};
use crate::error::{Result, malformed};
use crate::insert::bulk::{ROWS_OF_ARRAYS, columns, item_type, repeated, slot};
use crate::params::Params;
use crate::writer::{Scope, Writer, fragment, scalar_slot, single, step};

pub fn program(update: &Update, source: &Source, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    if update.rows.is_some() {
        return malformed("rows that are chosen twice");
    }
    if !update.returning.is_empty() {
        return dialect.unsupported("rows returned from updates that read other rows");
    }
    let Source::Rows { columns: given, alias } = source else {
        let text = fragment(dialect, params, Scope::default(), |writer| {
            writer.before_source(update)?;
            writer.source(source)?;
            writer.after_source(update)
        })?;
        return Ok(single(step(text, Some(Vec::new()))));
    };
    if given.is_empty() {
        return malformed("bulk values without columns");
    }
    let step = match dialect.bulk_rows {
        BulkRows::Unnest => unnested(update, given, alias, dialect, params)?,
        BulkRows::Values | BulkRows::Selects => listed(update, given, alias, dialect, params)?,
    };
    Ok(Program { bulk: columns(given), atomic: Atomic::All, ..single(step) })
}

/// Returns a step with one array per column.
fn unnested(update: &Update, given: &[GivenColumn], alias: &str, dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
    if given.iter().any(|column| matches!(column.ty, ColumnType::Array { .. })) {
        // `unnest` flattens an array of arrays.
        return dialect.unsupported_but("array columns in bulk updates", "save() the instances");
    }
    let text = fragment(dialect, params, Scope::default(), |writer| {
        writer.before_source(update)?;
        writer.push("unnest(");
        writer.separated(given.iter().enumerate(), |writer, (index, column)| {
            writer.placeholder(slot(index, column, Form::Array))?;
            let name = item_type(column, update.table.schema.as_deref(), dialect)?;
            writer.word(&format!("::{name}[]"))
        })?;
        writer.push(") AS ");
        writer.identifier(alias)?;
        writer.push(" (");
        writer.separated(given, |writer, column| writer.identifier(&column.name))?;
        writer.push(")");
        writer.after_source(update)
    })?;
    Ok(Step { repeat: Repeat::Chunks { rows: ROWS_OF_ARRAYS }, ..step(text, Some(Vec::new())) })
}

/// Returns a step that lists the rows, with a placeholder for each value.
fn listed(update: &Update, given: &[GivenColumn], alias: &str, dialect: &'static Dialect, params: &mut Params) -> Result<Step> {
    let is_values = match dialect.bulk_rows {
        BulkRows::Values => true,
        BulkRows::Selects | BulkRows::Unnest => false,
    };
    let head = fragment(dialect, params, Scope::default(), |writer| {
        writer.before_source(update)?;
        writer.push("(");
        if !is_values {
            return Ok(());
        }
        // An empty SELECT names the columns.
        writer.push("SELECT ");
        writer.separated(given, |writer, column| {
            writer.push("NULL AS ");
            writer.identifier(&column.name)
        })?;
        writer.word(" WHERE FALSE UNION ALL VALUES ")
    })?;
    let row = fragment(dialect, params, Scope::default(), |writer| {
        writer.push(if is_values { "(" } else { "SELECT " });
        writer.separated(given.iter().enumerate(), |writer, (index, column)| {
            writer.slot(scalar_slot(Origin::Bulk(index as u32), &column.ty), false)?;
            if is_values {
                return Ok(());
            }
            writer.push(" AS ");
            writer.identifier(&column.name)
        })?;
        writer.word(if is_values { ")" } else { "" })
    })?;
    let tail = fragment(dialect, params, Scope::default(), |writer| {
        writer.push(") AS ");
        writer.identifier(alias)?;
        writer.after_source(update)
    })?;
    repeated([head, row, tail], if is_values { ", " } else { " UNION ALL " }, dialect, Vec::new())
}

impl Writer<'_> {
    fn before_source(&mut self, update: &Update) -> Result<()> {
        self.push("UPDATE ");
        self.table_as(&update.table, &update.alias)?;
        match self.dialect.update_from {
            UpdateFrom::From => {
                self.push(" SET ");
                self.assignments(&update.set, None)?;
                self.word(" FROM ")
            }
            UpdateFrom::Join => self.word(" INNER JOIN "),
        }
    }

    fn after_source(&mut self, update: &Update) -> Result<()> {
        match (self.dialect.update_from, &update.filter) {
            (UpdateFrom::From, filter) => self.filter(filter.as_ref()),
            (UpdateFrom::Join, filter) => {
                match filter {
                    Some(filter) => self.around(" ON ", filter, " SET ")?,
                    None => self.push(" ON TRUE SET "),
                }
                self.assignments(&update.set, Some(&update.alias))
            }
        }
    }
}
