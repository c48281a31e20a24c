//! Queries: WITH, the body, ORDER BY, LIMIT and OFFSET, and the locking clause.

use oxyde_ir::expr::Param;
use oxyde_ir::query::{Body, Compound, Cte, Lock, LockKind, LockWait, Member, Query, SelectOutput, SetOperator, Values};
use oxyde_ir::{ColumnType, Expr, Output, Program};

use crate::dialect::{Dialect, Members, OffsetAlone, RowLock, SetOperators, Types};
use crate::error::{Result, malformed};
use crate::params::Params;
use crate::select::{self, Uniqueness};
use crate::top::Narrowed;
use crate::walk::has_raw;
use crate::writer::{Scope, Writer, column_of, fragment, single, step};

/// Returns the program of a query.
pub fn program(query: &Query, dialect: &'static Dialect, params: &mut Params) -> Result<Program> {
    let outputs = outputs(query);
    if outputs.is_empty() {
        return malformed("a query without result columns");
    }
    let text = fragment(dialect, params, Scope::default(), |writer| writer.query(query))?;
    Ok(Program { read_only: query.lock.is_none() && !has_raw(query), point_read: query.point, ..single(step(text, Some(outputs))) })
}

/// Returns the result columns of a query, each with its table.
fn outputs(query: &Query) -> Vec<Output> {
    match &query.body {
        Body::Select(select) => select::outputs(select),
        Body::Compound(Compound { first, others }) => {
            let mut found = outputs(first);
            for member in others {
                for (output, other) in found.iter_mut().zip(outputs(&member.query)) {
                    output.nullable |= other.nullable;
                }
            }
            found
        }
        Body::Values(values) => {
            let output = |column: &oxyde_ir::query::ValuesColumn| Output {
                name: column.name.clone(),
                ty: column.ty.clone(),
                nullable: column.nullable,
                table: String::new(),
                declared: false,
            };
            values.columns.iter().map(output).collect()
        }
    }
}

/// Returns the names of the result columns.
pub fn names(query: &Query) -> Vec<String> {
    outputs(query).into_iter().map(|output| output.name).collect()
}

/// Returns the expressions of the first row's columns with their types; for a compound, those of its first query.
pub fn columns(query: &Query) -> Vec<(&Expr, &ColumnType)> {
    match &query.body {
        Body::Select(select) => select.outputs.iter().map(|output| (&output.expr, &output.ty)).collect(),
        Body::Compound(compound) => columns(&compound.first),
        Body::Values(Values { columns, rows }) => {
            rows.first().into_iter().flat_map(|row| row.iter().zip(columns.iter().map(|column| &column.ty))).collect()
        }
    }
}

impl Writer<'_> {
    pub fn query(&mut self, query: &Query) -> Result<()> {
        if let Some(query) = self.apart(query) {
            return self.query(&query);
        }
        self.with(&query.with)?;
        match &query.body {
            // Its ORDER BY can refer to its tables.
            Body::Select(select) => self.inside(select, |writer| {
                if let Some(key) = writer.key_of_row(query) {
                    return writer.row_of_key(select, key);
                }
                let top = writer.top(query);
                writer.select(select, top.map_or(Narrowed::No, Narrowed::Top))?;
                writer.order_by(query)
            })?,
            Body::Compound(compound) => {
                self.compound(compound)?;
                self.order_by(query)?;
            }
            Body::Values(values) => {
                self.values(values)?;
                self.order_by(query)?;
            }
        }
        self.slice(query.limit.as_ref(), query.offset.as_ref())?;
        match (&query.lock, &query.body) {
            (None, _) => Ok(()),
            (Some(lock), Body::Select(_)) => self.lock(lock),
            (Some(_), Body::Compound(_) | Body::Values(_)) => malformed("a lock on rows that are in no table"),
        }
    }

    fn with(&mut self, ctes: &[Cte]) -> Result<()> {
        if ctes.is_empty() {
            return Ok(());
        }
        self.push(if ctes.iter().any(|cte| cte.recursive) { "WITH RECURSIVE " } else { "WITH " });
        self.separated(ctes, |writer, cte| {
            let may_recurse = match &cte.query.body {
                Body::Compound(compound) => compound.others.iter().all(|member| match member.op {
                    SetOperator::Union | SetOperator::UnionAll => true,
                    SetOperator::Intersect | SetOperator::Except => false,
                }),
                Body::Select(_) | Body::Values(_) => false,
            };
            if cte.recursive && !may_recurse {
                return malformed("a recursive query that is no union");
            }
            writer.identifier(&cte.name)?;
            if !cte.columns.is_empty() {
                writer.push(" (");
                writer.separated(&cte.columns, |writer, name| writer.identifier(name))?;
                writer.push(")");
            }
            writer.push(" AS (");
            writer.query(&cte.query)?;
            writer.word(")")
        })?;
        self.word(" ")
    }

    fn compound(&mut self, compound: &Compound) -> Result<()> {
        let Compound { first, others } = compound;
        let width = outputs(first).len();
        if others.is_empty() || others.iter().any(|member| outputs(&member.query).len() != width) {
            return malformed("a compound of one query, or of queries with different numbers of columns");
        }
        let closed = self.closed(others);
        for _ in &closed {
            self.push(self.opening());
        }
        self.part(first)?;
        for (index, member) in others.iter().enumerate() {
            if closed.contains(&index) {
                self.push(")");
            }
            self.set_operator(member.op)?;
            self.part(&member.query)?;
        }
        Ok(())
    }

    /// Returns the indexes of the members before which the text so far becomes one query in parentheses: at the
    /// server's maximum number of members, and where an operator binds tighter than the previous one.
    fn closed(&self, others: &[Member]) -> Vec<usize> {
        let mut closed = Vec::new();
        let mut members = 1;
        for (index, pair) in others.windows(2).enumerate() {
            members += 1;
            let binds = pair[1].op == SetOperator::Intersect && pair[0].op != SetOperator::Intersect;
            if binds || members == self.dialect.members_at_once {
                closed.push(index + 1);
                members = 1;
            }
        }
        closed
    }

    fn set_operator(&mut self, op: SetOperator) -> Result<()> {
        let operator = match (op, self.dialect.set_operators) {
            (SetOperator::Union, _) => " UNION ",
            (SetOperator::UnionAll, _) => " UNION ALL ",
            (SetOperator::Intersect, SetOperators::All) => " INTERSECT ",
            (SetOperator::Except, SetOperators::All) => " EXCEPT ",
            (SetOperator::Intersect | SetOperator::Except, SetOperators::Unions) => {
                return self.dialect.unsupported_but("INTERSECT and EXCEPT", "they need MySQL 8.0.31");
            }
        };
        self.word(operator)
    }

    /// Returns the text that opens a member of a compound that has clauses of its own or is a compound itself.
    fn opening(&self) -> &'static str {
        match self.dialect.members {
            Members::Parentheses => "(",
            Members::Derived => "SELECT * FROM (",
        }
    }

    /// Writes a member of a compound, unchanged if it is a plain SELECT.
    fn part(&mut self, query: &Query) -> Result<()> {
        let before = std::mem::replace(&mut self.scope.member, true);
        let written = self.part_as_member(query);
        self.scope.member = before;
        written
    }

    fn part_as_member(&mut self, query: &Query) -> Result<()> {
        let is_select = match &query.body {
            Body::Select(_) => true,
            Body::Compound(_) | Body::Values(_) => false,
        };
        if is_select && query.with.is_empty() && query.order_by.is_empty() && query.limit.is_none() && query.offset.is_none() {
            return self.query(query);
        }
        self.push(self.opening());
        self.query(query)?;
        self.word(")")
    }

    /// Writes the rows as SELECTs, because no syntax of VALUES names columns on every server.
    fn values(&mut self, values: &Values) -> Result<()> {
        if values.rows.is_empty() || values.rows.iter().any(|row| row.len() != values.columns.len()) {
            return malformed("rows of other than one value for each column");
        }
        for (index, row) in values.rows.iter().enumerate() {
            self.push(if index == 0 { "SELECT " } else { " UNION ALL SELECT " });
            self.separated(row.iter().zip(&values.columns), |writer, (expr, column)| {
                let output =
                    SelectOutput { expr: expr.clone(), name: column.name.clone(), ty: column.ty.clone(), nullable: column.nullable };
                writer.output(&output, Uniqueness::None)
            })?;
        }
        Ok(())
    }

    fn order_by(&mut self, query: &Query) -> Result<()> {
        if query.order_by.is_empty() {
            return Ok(());
        }
        let by_name = match &query.body {
            Body::Select(_) => false,
            Body::Compound(_) | Body::Values(_) => true,
        };
        if by_name && query.order_by.iter().any(|order| column_of(&order.expr).is_none_or(|(table, _)| !table.is_empty())) {
            return malformed("a compound is ordered by other than its result columns");
        }
        self.push(" ORDER BY ");
        self.separated(&query.order_by, Self::order)
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

    /// Writes the locking clause of a query.
    pub fn lock(&mut self, lock: &Lock) -> Result<()> {
        let share = match self.dialect.row_lock {
            RowLock::Unsupported if lock.optional => return Ok(()),
            RowLock::Unsupported => return self.dialect.unsupported_but("row locks", "atomic() locks the whole database while it writes"),
            RowLock::Full => " FOR SHARE",
            RowLock::AllTables { .. } if !lock.of.is_empty() && !lock.optional => {
                return self
                    .dialect
                    .unsupported_but("locks on some tables of a join (FOR UPDATE OF)", "leave out join(), or lock in a query of its own");
            }
            RowLock::AllTables { skip_locked: false } if lock.wait == Some(LockWait::SkipLocked) => {
                return self.dialect.unsupported_but("locks that skip locked rows (SKIP LOCKED)", "they need MariaDB 10.6");
            }
            RowLock::AllTables { .. } => " LOCK IN SHARE MODE",
        };
        self.push(match lock.kind {
            LockKind::Update => " FOR UPDATE",
            LockKind::Present if matches!(self.dialect.types, Types::Postgres | Types::Sqlite) => " FOR UPDATE",
            LockKind::Share | LockKind::Present => share,
        });
        if !lock.of.is_empty() && matches!(self.dialect.row_lock, RowLock::Full) {
            self.push(" OF ");
            self.separated(&lock.of, |writer, alias| writer.identifier(alias))?;
        }
        self.word(match lock.wait {
            None => "",
            Some(LockWait::Nowait) => " NOWAIT",
            Some(LockWait::SkipLocked) => " SKIP LOCKED",
        })
    }
}
