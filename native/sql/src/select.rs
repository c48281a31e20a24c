//! SELECT: the body of most queries.

use std::collections::BTreeMap;

use oxyde_ir::query::{Distinct, Join, JoinKind, Select, SelectOutput, Source};
use oxyde_ir::{ColumnType, Expr, Output};

use crate::decimal::{Compared, is_number, is_wide};
use crate::dialect::DistinctOn;
use crate::error::{Result, malformed};
use crate::top::Narrowed;
use crate::walk::is_decimal;
use crate::writer::{Writer, column_of, described};

/// Returns the result columns of a SELECT, each with the table of its alias.
pub fn outputs(select: &Select) -> Vec<Output> {
    let sources = std::iter::once(&select.from).chain(select.joins.iter().map(|join| &join.source));
    let tables: BTreeMap<&str, &str> = sources
        .filter_map(|source| match source {
            Source::Table { table, alias } => Some((alias.as_str(), table.name.as_str())),
            Source::Query { .. } | Source::Cte { .. } | Source::Rows { .. } => None,
        })
        .collect();
    let table = |alias: &str| tables.get(alias).copied().unwrap_or_default().to_owned();
    select.outputs.iter().map(|output| described(output, table)).collect()
}

/// The rows among which duplicate values of a result column are eliminated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Uniqueness {
    None,
    /// Those of the SELECT.
    OfRows,
    /// Those of other SELECTs as well, whose columns may store the value in another form.
    OfAll,
}

impl Writer<'_> {
    pub fn select(&mut self, select: &Select, narrowed: Narrowed<'_>) -> Result<()> {
        let is_member = std::mem::take(&mut self.scope.member);
        let uniqueness = match &select.distinct {
            None => {
                self.push("SELECT ");
                Uniqueness::None
            }
            Some(Distinct::Rows) => {
                self.push("SELECT DISTINCT ");
                Uniqueness::OfRows
            }
            Some(Distinct::On(exprs)) => {
                self.distinct_on(exprs)?;
                Uniqueness::None
            }
        };
        let uniqueness = if is_member { Uniqueness::OfAll } else { uniqueness };
        if select.outputs.is_empty() {
            self.push("1");
        }
        self.separated(&select.outputs, |writer, output| writer.output(output, uniqueness))?;
        self.push(" FROM ");
        self.source(&select.from)?;
        for join in &select.joins {
            self.join(join)?;
        }
        self.filter_within(select, narrowed)?;
        if !select.group_by.is_empty() {
            self.push(" GROUP BY ");
            self.separated(&select.group_by, |writer, expr| writer.group(select, expr))?;
        }
        select.having.as_ref().map_or(Ok(()), |having| self.around(" HAVING ", having, ""))
    }

    fn distinct_on(&mut self, exprs: &[Expr]) -> Result<()> {
        match self.dialect.distinct_on {
            DistinctOn::Unsupported => self.dialect.unsupported("DISTINCT ON queries"),
            DistinctOn::Clause => {
                self.push("SELECT DISTINCT ON (");
                self.separated(exprs, Self::key)?;
                self.word(") ")
            }
        }
    }

    pub fn filter(&mut self, filter: Option<&Expr>) -> Result<()> {
        filter.map_or(Ok(()), |filter| self.around(" WHERE ", filter, ""))
    }

    /// Writes a result column, with AS if its name would differ otherwise.
    pub fn output(&mut self, output: &SelectOutput, uniqueness: Uniqueness) -> Result<()> {
        let is_shared = uniqueness == Uniqueness::OfAll && self.has_text_decimals() && is_decimal(&output.ty);
        let as_text = is_shared && is_wide(&output.ty);
        // As a number, and with its affinity, which lists of numbers need.
        let as_number = is_shared && !as_text && !is_number(&output.expr, &output.ty);
        let is_unlike = !is_shared && uniqueness != Uniqueness::None && !self.is_plainly_sorted(&output.expr);
        let is_rewritten = as_text || as_number || is_unlike;
        match (&output.expr, self.dialect.null_is_text) {
            (Expr::Null, true) if output.ty != ColumnType::Any => self.cast(&output.expr, &output.ty)?,
            (expr, _) if as_text => self.left(expr, Compared::Text)?,
            (expr, _) if as_number => self.around("CAST(", expr, " AS NUMERIC)")?,
            (expr, _) if is_rewritten => self.sorted(expr)?,
            // In its stored form, which the reader converts.
            (Expr::Column { table, name, .. }, _) => self.column(table, name)?,
            (expr, _) => self.expr(expr)?,
        }
        match column_of(&output.expr) {
            Some((_, name)) if name == output.name && !is_rewritten => Ok(()),
            Some(_) | None => {
                self.push(" AS ");
                self.identifier(&output.name)
            }
        }
    }

    pub fn source(&mut self, source: &Source) -> Result<()> {
        match source {
            Source::Table { table, alias } => self.table_as(table, alias),
            Source::Query { query, alias } => {
                self.push("(");
                self.query(query)?;
                self.push(") AS ");
                self.identifier(alias)
            }
            Source::Cte { name, alias } => {
                self.identifier(name)?;
                if name == alias {
                    return Ok(());
                }
                self.push(" AS ");
                self.identifier(alias)
            }
            Source::Rows { .. } => malformed("bulk values outside of the source of an UPDATE"),
        }
    }

    pub fn join(&mut self, join: &Join) -> Result<()> {
        self.push(match join.kind {
            JoinKind::Inner => " INNER JOIN ",
            JoinKind::Left => " LEFT JOIN ",
        });
        self.source(&join.source)?;
        self.around(" ON ", &join.on, "")
    }
}
