//! INSERT of a single row; bulk inserts are in `bulk`.

pub mod bulk;
mod clauses;
mod conflict;
mod outcome;
mod sequence;

use oxyde_ir::program::{Origin, Repeat, Step};
use oxyde_ir::statement::{Insert, KeyColumn, Rows};
use oxyde_ir::{Atomic, Expr, Program};

use crate::dialect::{Dialect, EmptyRow};
use crate::error::{Result, malformed};
use crate::params::Params;
use crate::read_back::KeyValue;
use crate::writer::{Scope, fragment, outputs_of, single, step};
use clauses::{returns, row};

pub fn program(insert: &Insert, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    if let Some(alias) = &insert.outcomes {
        return outcome::program(insert, alias, dialect, params);
    }
    conflict::check_returning(insert, dialect)?;
    let program = match &insert.rows {
        Rows::One(values) => one(insert, values, dialect, params),
        Rows::Many => bulk::program(insert, dialect, params),
    };
    Ok(conflict::counted(insert, program?, dialect))
}

fn one(insert: &Insert, values: &[Expr], dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    if values.len() != insert.columns.len() {
        return malformed("an insert of other than one value for each column");
    }
    let text = fragment(dialect, params, Scope::BARE, |writer| {
        writer.insert_into(insert)?;
        if insert.columns.is_empty() {
            writer.push(match dialect.empty_row {
                EmptyRow::DefaultValues => " DEFAULT VALUES",
                EmptyRow::Parentheses => " () VALUES ()",
            });
        } else {
            writer.push(" VALUES (");
            writer.separated(values.iter().zip(&insert.columns), |writer, (value, column)| {
                writer.assigned_to(value, column.db_type.as_deref())
            })?;
            writer.push(")");
        }
        writer.ending(insert)
    })?;
    if insert.returning.is_empty() || returns(dialect) {
        let step = step(text, Some(outputs_of(&insert.returning, &insert.table.name)));
        return Ok(match sequence::raise(insert, dialect)? {
            // If the insert fails, the raised sequence does no harm, so the two need no transaction.
            Some(raise) => Program { steps: vec![raise, step], result: 1, changes: 1, ..Program::default() },
            None => single(step),
        });
    }
    let step = step(text, Some(Vec::new()));
    with_row_read_back(insert, values, step, dialect, params)
}

/// Returns a program of the INSERT and a SELECT of the row by its key.
fn with_row_read_back(insert: &Insert, values: &[Expr], step: Step, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    let given: Option<Vec<KeyValue<'_>>> = insert.key.iter().map(|column| given(insert, values, column)).collect();
    let (last_insert_id, key) = match (given, insert.key.as_slice()) {
        (_, []) => return dialect.unsupported_but("rows returned from tables without a primary key", "leave out returning=True"),
        (Some(key), _) => (false, key),
        (None, [column]) if column.auto => (true, vec![KeyValue::Slot(Origin::Key(0))]),
        (None, _) => {
            return dialect.unsupported_but("rows returned by a key that a server default fills in", "give the key a default_factory");
        }
    };
    let select = row(insert, &key, Repeat::Once).step(dialect, params)?;
    Ok(Program { steps: vec![Step { last_insert_id, ..step }, select], atomic: Atomic::All, result: 1, ..Program::default() })
}

/// Returns the value of a key column if it can be evaluated again with the same result.
fn given<'a>(insert: &Insert, values: &'a [Expr], column: &KeyColumn) -> Option<KeyValue<'a>> {
    let position = insert.columns.iter().position(|given| given.name == column.name)?;
    values.get(position).filter(|value| matches!(value, Expr::Param(_) | Expr::Int(_))).map(KeyValue::Expr)
}
