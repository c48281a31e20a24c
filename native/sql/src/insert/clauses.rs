//! What inserts of one row and of many share: how they begin and end, and how a row is read back.

use oxyde_ir::Expr;
use oxyde_ir::program::{Origin, Repeat};
use oxyde_ir::statement::Insert;

use crate::dialect::{Dialect, Returning};
use crate::error::Result;
use crate::read_back::{KeyValue, ReadBack};
use crate::writer::Writer;

/// Whether INSERT returns rows.
pub fn returns(dialect: &Dialect) -> bool {
    match dialect.returning {
        Returning::Full | Returning::InsertDelete => true,
        Returning::None => false,
    }
}

/// A select of an inserted row.
pub fn row<'a>(insert: &'a Insert, values: &'a [KeyValue<'a>], repeat: Repeat) -> ReadBack<'a> {
    let Insert { table, key, returning, .. } = insert;
    ReadBack { table, alias: None, key, values, returning, repeat, locked: false }
}

impl Writer<'_> {
    /// `INSERT INTO table (columns)`.
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

    /// What follows the rows: conflicts and what is returned.
    pub fn ending(&mut self, insert: &Insert) -> Result<()> {
        if let Some(conflict) = &insert.conflict {
            self.conflict(insert, conflict)?;
        }
        if returns(self.dialect) { self.returning(&insert.returning) } else { Ok(()) }
    }

    /// A value on its way into a column, to whose type the server converts it.
    pub fn assigned(&mut self, expr: &Expr) -> Result<()> {
        if let Expr::Param(param) = expr { self.assigned_param(param) } else { self.expr(expr) }
    }

    /// The same for a column that the table may declare in a way of its own.
    pub fn assigned_to(&mut self, expr: &Expr, db_type: Option<&str>) -> Result<()> {
        if let Expr::Param(param) = expr
            && self.slot_to_keep(Origin::Param(param.index), &param.ty, db_type)?
        {
            return self.params.scalar(param);
        }
        self.assigned(expr)
    }
}
