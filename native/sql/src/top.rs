//! The first rows ordered by a value that may have several spellings, and the row with such a key. No index has this
//! order, but an index has the order of the texts. Its first rows yield a bound beyond which no row can be among the
//! first.

use oxyde_ir::expr::{Comparison, Param};
use oxyde_ir::program::Form;
use oxyde_ir::query::{Body, Query, Select};
use oxyde_ir::{ColumnType, Expr};

use crate::error::Result;
use crate::spelling::{BYTES, Spelt, UUIDS};
use crate::walk::{has_rows, type_of};
use crate::writer::Writer;

/// The first rows of a SELECT, ordered by an indexed column without NULLs.
#[derive(Clone, Copy)]
pub struct Top<'a> {
    column: &'a Expr,
    desc: bool,
    spelt: Spelt,
    limit: &'a Param,
    offset: Option<&'a Param>,
}

/// How the filter of a SELECT is narrowed.
#[derive(Clone, Copy)]
pub enum Narrowed<'a> {
    No,
    /// To rows that may be among the first.
    Top(Top<'a>),
    /// To a key in the canonical spelling, or in any other spelling.
    Ours(&'a Expr, &'a Param),
    Others(&'a Expr, &'a Param),
}

impl Writer<'_> {
    /// Returns the first rows that a query reads, if it orders them by a value that may have several spellings.
    pub fn top<'q>(&self, query: &'q Query) -> Option<Top<'q>> {
        let (Body::Select(select), Some(first), Some(limit)) = (&query.body, query.order_by.first(), &query.limit) else { return None };
        let is_plain = select.distinct.is_none() && select.group_by.is_empty() && select.having.is_none();
        // An aggregate or window function needs all rows.
        let exprs = select.outputs.iter().map(|output| &output.expr).chain(query.order_by.iter().map(|order| &order.expr));
        if !first.indexed || !is_plain || exprs.into_iter().any(has_rows) {
            return None;
        }
        let spelt = self.spelt(&first.expr)?;
        Some(Top { column: &first.expr, desc: first.desc, spelt, limit, offset: query.offset.as_ref() })
    }

    /// Returns the key of a query of one row, if it may have several spellings.
    pub fn key_of_row<'q>(&self, query: &'q Query) -> Option<(&'q Expr, &'q Param)> {
        // A member of a compound cannot have a LIMIT.
        let (Body::Select(select), true, false) = (&query.body, query.point, self.scope.member) else { return None };
        // An aggregate returns a row even if no row matches.
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

    /// Writes a query of the row with a key: in the canonical spelling, which is faster than a list, otherwise in
    /// another one.
    pub fn row_of_key(&mut self, select: &Select, (column, param): (&Expr, &Param)) -> Result<()> {
        self.params.scalar(param)?;
        self.select(select, Narrowed::Ours(column, param))?;
        self.push(" UNION ALL ");
        self.select(select, Narrowed::Others(column, param))?;
        self.word(" LIMIT 1")
    }

    /// Writes ` WHERE` and the narrowed filter of a SELECT.
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
        // Blobs sort after all texts.
        self.push("((");
        self.bounded(select, top, sign, "oxyde_beyond(")?;
        if top.desc {
            self.around(" AND ", top.column, " < x''")?;
        }
        self.around(") OR (", top.column, " >= x'' AND ")?;
        self.bounded(select, top, if top.desc { " >= " } else { " <= " }, "oxyde_uuid(")?;
        self.word("))")
    }

    /// Writes `column < (SELECT max(function(x)) FROM (the first rows in the order of the texts))`.
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

/// Returns the kind of value, for `oxyde_beyond`.
fn kind(top: Top<'_>) -> &'static str {
    match top.spelt {
        Spelt::Moment if type_of(top.column) == Some(&ColumnType::DatetimeTz) => "'aware'",
        Spelt::Moment => "'naive'",
        Spelt::Time => "'time'",
        Spelt::Uuid => "'uuid'",
    }
}
