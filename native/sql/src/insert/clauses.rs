//! The clauses that single and bulk inserts share, and the read-back of a row.

use oxyde_ir::Expr;
use oxyde_ir::program::{Origin, Repeat};
use oxyde_ir::statement::Insert;

use crate::dialect::{Dialect, Returning};
use crate::error::Result;
use crate::read_back::{KeyValue, ReadBack};
use crate::writer::Writer;

/// Whether INSERT supports RETURNING.
pub fn returns(dialect: &Dialect) -> bool {
    match dialect.returning {
        Returning::Full | Returning::InsertDelete => true,
        Returning::None => false,
    }
}

/// Returns a SELECT of an inserted row.
pub fn row<'a>(insert: &'a Insert, values: &'a [KeyValue<'a>], repeat: Repeat) -> ReadBack<'a> {
    let Insert { table, key, returning, .. } = insert;
    ReadBack { table, alias: None, key, values, returning, repeat, locked: false }
}

impl Writer<'_> {
    /// Writes `INSERT INTO table (columns)`.
    pub fn insert_into(&mut self, insert: &Insert) -> Result<()> {
        self.push("INSERT INTO ");
        self.table(&insert.table)?;
        if !insert.columns.is_empty() {
            self.push(" (");
            self.separated(&insert.columns, |writer, column| writer.identifier(&column.name))?;
            self.push(")");
        }
        Ok(())
    }

    /// Writes what follows the rows: the conflict clause and RETURNING.
    pub fn ending(&mut self, insert: &Insert) -> Result<()> {
        if let Some(conflict) = &insert.conflict {
            self.conflict(insert, conflict)?;
        }
        if returns(self.dialect) { self.returning(&insert.returning) } else { Ok(()) }
    }

    /// Writes a value that is assigned to a column, to whose type the server converts it.
    pub fn assigned(&mut self, expr: &Expr) -> Result<()> {
        if let Expr::Param(param) = expr { self.assigned_param(param) } else { self.expr(expr) }
    }

    /// Like `assigned`, for a column that may have a `db_type`.
    pub fn assigned_to(&mut self, expr: &Expr, db_type: Option<&str>) -> Result<()> {
        if let Expr::Param(param) = expr
            && self.slot_to_keep(Origin::Param(param.index), &param.ty, db_type)?
        {
            return self.params.scalar(param);
        }
        self.assigned(expr)
    }
}
