//! UPDATE.

use oxyde_ir::program::{Repeat, Step};
use oxyde_ir::statement::{Assignment, Update};
use oxyde_ir::{Atomic, Program};

use crate::chosen::Chosen;
use crate::dialect::{Assignments, Dialect, Returning, SetSubqueries};
use crate::error::{Result, malformed};
use crate::joined;
use crate::params::Params;
use crate::read_back::kept;
use crate::walk::{has_query, reads};
use crate::writer::{Scope, Writer, fragment, outputs_of, single, step};

pub fn program(update: &Update, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    if update.set.is_empty() {
        return malformed("an update of no column");
    }
    if let Some(source) = &update.from {
        return joined::program(update, source, dialect, params);
    }
    match dialect.returning {
        Returning::InsertDelete | Returning::None if !update.returning.is_empty() => by_key(update, dialect, params),
        Returning::Full | Returning::InsertDelete | Returning::None => {
            let text = fragment(dialect, params, Scope::default(), |writer| {
                writer.update_set(update)?;
                writer.one_row_beside(update);
                writer.where_chosen(&update.into())?;
                writer.returning(&update.returning)
            })?;
            Ok(single(step(text, Some(outputs_of(&update.returning, &update.table.name)))))
        }
    }
}

/// Returns a program that locks the keys, updates row by row, and reads the rows back.
fn by_key(update: &Update, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    if update.set.iter().any(|set| update.key.iter().any(|key| key.name == set.column)) {
        return dialect.unsupported_but("rows returned from updates of the primary key", "leave out returning=True");
    }
    if update.set.iter().any(|set| has_query(&set.value)) {
        // Each row is updated by a statement of its own, in which a subquery would find the rows that were changed before.
        return dialect.unsupported_but("rows returned from updates by subqueries", "leave out returning=True");
    }
    let chosen: Chosen<'_> = update.into();
    let locked = chosen.lock(dialect, params)?;
    let text = fragment(dialect, params, Scope::default(), |writer| {
        writer.update_set(update)?;
        writer.where_key(&update.key, &kept(&update.key))
    })?;
    let change = Step { repeat: Repeat::EachKey, ..step(text, Some(Vec::new())) };
    let read = chosen.read(&update.returning, dialect, params)?;
    Ok(Program { steps: vec![locked, change, read], atomic: Atomic::All, result: 2, changes: 1, ..Program::default() })
}

impl Writer<'_> {
    /// Writes `UPDATE table AS alias SET column = value, ...`.
    fn update_set(&mut self, update: &Update) -> Result<()> {
        self.push("UPDATE ");
        self.table_as(&update.table, &update.alias)?;
        self.push(" SET ");
        self.assignments(&update.set, None)
    }

    /// Writes a FROM clause of one row where the server needs one to compute all values before it changes a row.
    fn one_row_beside(&mut self, update: &Update) {
        let needed = match self.dialect.set_subqueries {
            SetSubqueries::OldRows => false,
            SetSubqueries::OldRowsWithFrom => update.set.iter().any(|set| has_query(&set.value)),
        };
        if needed {
            self.push(" FROM (SELECT 1)");
        }
    }

    /// Writes `column = value, ...`. Where the server executes assignments in turn, none reads a column that a previous
    /// one has changed. `alias` qualifies the columns.
    pub fn assignments(&mut self, set: &[Assignment], alias: Option<&str>) -> Result<()> {
        let ordered = self.in_order(set)?;
        self.separated(ordered, |writer, set| {
            writer.column(alias.unwrap_or_default(), &set.column)?;
            writer.push(" = ");
            match &set.ty {
                Some(ty) => writer.computed(set, ty),
                None => writer.assigned_to(&set.value, set.db_type.as_deref()),
            }
        })
    }

    fn in_order<'s>(&self, set: &'s [Assignment]) -> Result<Vec<&'s Assignment>> {
        let mut left: Vec<&Assignment> = set.iter().collect();
        if matches!(self.dialect.assignments, Assignments::AtOnce) {
            return Ok(left);
        }
        let mut ordered = Vec::with_capacity(left.len());
        while !left.is_empty() {
            let is_read = |at: usize| left.iter().enumerate().any(|(other, set)| other != at && reads(&set.value, &left[at].column));
            let Some(next) = (0..left.len()).find(|at| !is_read(*at)) else {
                return self.dialect.unsupported_but("assignments that read each other's columns", "update one column after the other");
            };
            ordered.push(left.remove(next));
        }
        Ok(ordered)
    }
}
