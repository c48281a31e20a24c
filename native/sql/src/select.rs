//! SELECT: the body of most queries.

use std::collections::BTreeMap;

use oxyde_ir::query::{Distinct, Join, JoinKind, Select, SelectOutput, Source};
use oxyde_ir::{ColumnType, Expr, Output};

use crate::dialect::DistinctOn;
use crate::error::{Result, malformed};
use crate::writer::{Writer, column_of, described};

/// The result columns of a select, each with the table that its alias means.
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

impl Writer<'_> {
    pub fn select(&mut self, select: &Select) -> Result<()> {
        let is_member = std::mem::take(&mut self.scope.member);
        let is_distinct = match &select.distinct {
            None => {
                self.push("SELECT ");
                false
            }
            Some(Distinct::Rows) => {
                self.push("SELECT DISTINCT ");
                true
            }
            Some(Distinct::On(exprs)) => {
                self.distinct_on(exprs)?;
                false
            }
        };
        if select.outputs.is_empty() {
            self.push("1");
        }
        self.separated(&select.outputs, |writer, output| writer.output(output, is_distinct || is_member))?;
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
        select.having.as_ref().map_or(Ok(()), |having| self.around(" HAVING ", having, ""))
    }

    fn distinct_on(&mut self, exprs: &[Expr]) -> Result<()> {
        match self.dialect.distinct_on {
            DistinctOn::Unsupported => self.dialect.unsupported("rows that are distinct in some columns"),
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

    /// A result column, named where it has another name by itself.
    pub fn output(&mut self, output: &SelectOutput, distinct: bool) -> Result<()> {
        match (&output.expr, self.dialect.null_is_text) {
            (Expr::Null, true) if output.ty != ColumnType::Any => self.cast(&output.expr, &output.ty)?,
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

    fn join(&mut self, join: &Join) -> Result<()> {
        self.push(match join.kind {
            JoinKind::Inner => " INNER JOIN ",
            JoinKind::Left => " LEFT JOIN ",
        });
        self.source(&join.source)?;
        self.around(" ON ", &join.on, "")
    }
}
