//! SELECT.

use std::collections::BTreeMap;

use oxyde_ir::expr::Param;
use oxyde_ir::statement::{Join, JoinKind, Select, SelectOutput, Source};
use oxyde_ir::{ColumnType, Expr, Output, Program};

use crate::dialect::{Dialect, OffsetAlone, RowLock, Types};
use crate::error::{Result, malformed};
use crate::params::Params;
use crate::walk::has_raw;
use crate::writer::{Writer, column_of, described, single};

/// A program of one select.
pub fn program(select: &Select, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    if select.outputs.is_empty() {
        return malformed("a select without result columns");
    }
    let mut writer = Writer::new(dialect, params);
    writer.select(select)?;
    let step = writer.step(Some(outputs(select)));
    Ok(Program { read_only: !has_raw(select), point_read: select.point, ..single(step) })
}

/// The result columns of a select, each with the table that its alias means.
pub fn outputs(select: &Select) -> Vec<Output> {
    let sources = std::iter::once(&select.from).chain(select.joins.iter().map(|join| &join.source));
    let tables: BTreeMap<&str, &str> = sources
        .filter_map(|source| match source {
            Source::Table { table, alias } => Some((alias.as_str(), table.name.as_str())),
            Source::Select { .. } => None,
        })
        .collect();
    let table = |alias: &str| tables.get(alias).copied().unwrap_or_default().to_owned();
    select.outputs.iter().map(|output| described(output, table)).collect()
}

impl Writer<'_> {
    pub fn select(&mut self, select: &Select) -> Result<()> {
        self.inside(select, |writer| writer.clauses(select))
    }

    fn clauses(&mut self, select: &Select) -> Result<()> {
        self.push(if select.distinct { "SELECT DISTINCT " } else { "SELECT " });
        if select.outputs.is_empty() {
            self.push("1");
        }
        self.separated(&select.outputs, |writer, output| writer.output(output, select.distinct))?;
        self.push(" FROM ");
        self.source(&select.from)?;
        for join in &select.joins {
            self.join(join)?;
        }
        self.filter(select.filter.as_ref())?;
        if !select.group_by.is_empty() {
            self.push(" GROUP BY ");
            self.separated(&select.group_by, |writer, expr| writer.group(select, expr))?;
        }
        if let Some(having) = &select.having {
            self.around(" HAVING ", having, "")?;
        }
        if !select.order_by.is_empty() {
            self.push(" ORDER BY ");
            self.separated(&select.order_by, Self::order)?;
        }
        self.slice(select.limit.as_ref(), select.offset.as_ref())
    }

    pub fn filter(&mut self, filter: Option<&Expr>) -> Result<()> {
        filter.map_or(Ok(()), |filter| self.around(" WHERE ", filter, ""))
    }

    /// Keeps others from the rows that were read, where that is needed.
    pub fn lock(&mut self) {
        match self.dialect.row_lock {
            RowLock::ForUpdate => self.push(" FOR UPDATE"),
            RowLock::Needless => {}
        }
    }

    /// A result column, named where it has another name by itself.
    pub fn output(&mut self, output: &SelectOutput, distinct: bool) -> Result<()> {
        match (&output.expr, self.dialect.types) {
            // By itself NULL is text.
            (Expr::Null, Types::Postgres) if output.ty != ColumnType::Any => self.cast(&output.expr, &output.ty)?,
            (expr, _) if distinct => self.sorted(expr)?,
            (expr, _) => self.expr(expr)?,
        }
        match column_of(&output.expr) {
            Some((_, name)) if name == output.name && (!distinct || self.is_plainly_sorted(&output.expr)) => Ok(()),
            Some(_) | None => {
                self.push(" AS ");
                self.identifier(&output.name)
            }
        }
    }

    fn source(&mut self, source: &Source) -> Result<()> {
        match source {
            Source::Table { table, alias } => self.table_as(table, alias),
            Source::Select { select, alias } => {
                self.push("(");
                self.select(select)?;
                self.push(") AS ");
                self.identifier(alias)
            }
        }
    }

    fn join(&mut self, join: &Join) -> Result<()> {
        self.push(match join.kind {
            JoinKind::Inner => " INNER JOIN ",
            JoinKind::Left => " LEFT JOIN ",
        });
        self.source(&join.source)?;
        self.around(" ON ", &join.on, "")
    }

    fn slice(&mut self, limit: Option<&Param>, offset: Option<&Param>) -> Result<()> {
        if limit.into_iter().chain(offset).any(|param| param.ty != ColumnType::Int) {
            return malformed("a limit or offset that is no integer");
        }
        match (limit, offset, self.dialect.offset_alone) {
            (Some(limit), _, _) => {
                self.push(" LIMIT ");
                self.param(limit)?;
            }
            (None, Some(_), OffsetAlone::After(all)) => {
                self.push(" LIMIT ");
                self.push(all);
            }
            (None, Some(_), OffsetAlone::Plain) | (None, None, _) => {}
        }
        match offset {
            Some(offset) => {
                self.push(" OFFSET ");
                self.param(offset)
            }
            None => Ok(()),
        }
    }
}
