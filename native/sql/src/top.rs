//! The first rows of an order by values that may be spelt in several ways. No index has that order, but the first rows of the order of
//! the texts, which one has, tell a bound: beyond it no row can be among the first.

use oxyde_ir::expr::{Comparison, Param};
use oxyde_ir::program::Form;
use oxyde_ir::query::{Body, Query, Select};
use oxyde_ir::{ColumnType, Expr};

use crate::error::Result;
use crate::spelling::{BYTES, Spelt, UUIDS};
use crate::walk::{has_rows, type_of};
use crate::writer::Writer;

/// The first rows of a select, by a column that has an index and no NULL.
#[derive(Clone, Copy)]
pub struct Top<'a> {
    column: &'a Expr,
    desc: bool,
    spelt: Spelt,
    limit: &'a Param,
    offset: Option<&'a Param>,
}

/// How the filter of a select is narrowed.
#[derive(Clone, Copy)]
pub enum Narrowed<'a> {
    No,
    /// To what may be among the first rows.
    Top(Top<'a>),
    /// To a key in our own spelling, and in the others.
    Ours(&'a Expr, &'a Param),
    Others(&'a Expr, &'a Param),
}

impl Writer<'_> {
    /// What bounds a query, where it asks for the first rows of such an order.
    pub fn top<'q>(&self, query: &'q Query) -> Option<Top<'q>> {
        let (Body::Select(select), Some(first), Some(limit)) = (&query.body, query.order_by.first(), &query.limit) else { return None };
        let is_plain = select.distinct.is_none() && select.group_by.is_empty() && select.having.is_none();
        // What is computed of several rows needs all of them.
        let exprs = select.outputs.iter().map(|output| &output.expr).chain(query.order_by.iter().map(|order| &order.expr));
        if !first.indexed || !is_plain || exprs.into_iter().any(has_rows) {
            return None;
        }
        let spelt = self.spelt(&first.expr)?;
        Some(Top { column: &first.expr, desc: first.desc, spelt, limit, offset: query.offset.as_ref() })
    }

    /// The key of a query of one row, where that may be spelt in several ways.
    pub fn key_of_row<'q>(&self, query: &'q Query) -> Option<(&'q Expr, &'q Param)> {
        // A member of a compound has no LIMIT.
        let (Body::Select(select), true, false) = (&query.body, query.point, self.scope.member) else { return None };
        // A count of no rows is a row, too.
        let counts = select.outputs.iter().any(|output| has_rows(&output.expr));
        let is_plain =
            select.joins.is_empty() && select.distinct.is_none() && select.group_by.is_empty() && select.having.is_none() && !counts;
        let Some(Expr::Compare { op: Comparison::Eq, left, right }) = &select.filter else { return None };
        let (true, true, None, None, Expr::Param(param)) = (is_plain, query.order_by.is_empty(), &query.limit, &query.offset, &**right)
        else {
            return None;
        };
        (self.spelt(left) == Some(Spelt::Uuid) && matches!(**left, Expr::Column { .. })).then_some((&**left, param))
    }

    /// The row of a key: in our own spelling, which is quicker than a list; else in another one.
    pub fn row_of_key(&mut self, select: &Select, (column, param): (&Expr, &Param)) -> Result<()> {
        self.params.scalar(param)?;
        self.select(select, Narrowed::Ours(column, param))?;
        self.push(" UNION ALL ");
        self.select(select, Narrowed::Others(column, param))?;
        self.word(" LIMIT 1")
    }

    /// ` WHERE` and the filter of a select, narrowed.
    pub fn filter_within(&mut self, select: &Select, narrowed: Narrowed<'_>) -> Result<()> {
        let top = match narrowed {
            Narrowed::No => return self.filter(select.filter.as_ref()),
            Narrowed::Top(top) => top,
            Narrowed::Ours(column, param) => {
                self.around(" WHERE ", column, " = ")?;
                return self.special_slot(param, Form::Spelling(0));
            }
            Narrowed::Others(column, param) => {
                self.around(" WHERE ", column, " IN (")?;
                self.separated(1..UUIDS, |writer, number| writer.special_slot(param, Form::Spelling(number)))?;
                return self.word(")");
            }
        };
        self.push(" WHERE ");
        if let Some(filter) = &select.filter {
            self.around("(", filter, ") AND ")?;
        }
        let sign = if top.desc { " >= " } else { " < " };
        if top.spelt != Spelt::Uuid {
            return self.bounded(select, top, sign, "oxyde_beyond(");
        }
        // Bytes come after all texts.
        self.push("((");
        self.bounded(select, top, sign, "oxyde_beyond(")?;
        if top.desc {
            self.around(" AND ", top.column, " < x''")?;
        }
        self.around(") OR (", top.column, " >= x'' AND ")?;
        self.bounded(select, top, if top.desc { " >= " } else { " <= " }, "oxyde_uuid(")?;
        self.word("))")
    }

    /// `column < (SELECT max(function(x)) FROM (the first rows of the texts))`.
    fn bounded(&mut self, select: &Select, top: Top<'_>, sign: &str, function: &str) -> Result<()> {
        self.expr(top.column)?;
        self.push(sign);
        self.push(if top.desc { "(SELECT min(" } else { "(SELECT max(" });
        self.push(function);
        self.push("v.x, ");
        if function == "oxyde_uuid(" {
            self.push(&BYTES.to_string());
        } else {
            self.push(kind(top));
            self.push(if top.desc { ", 0" } else { ", 1" });
        }
        self.around(")) FROM (SELECT ", top.column, " AS x FROM ")?;
        self.source(&select.from)?;
        for join in &select.joins {
            self.join(join)?;
        }
        self.filter(select.filter.as_ref())?;
        self.around(" ORDER BY ", top.column, if top.desc { " DESC LIMIT " } else { " LIMIT " })?;
        self.param(top.limit)?;
        if let Some(offset) = top.offset {
            self.push(" + ");
            self.param(offset)?;
        }
        self.word(") AS v)")
    }
}

/// The kind of value, for the driver's function.
fn kind(top: Top<'_>) -> &'static str {
    match top.spelt {
        Spelt::Moment if type_of(top.column) == Some(&ColumnType::DatetimeTz) => "'aware'",
        Spelt::Moment => "'naive'",
        Spelt::Time => "'time'",
        Spelt::Uuid => "'uuid'",
    }
}
