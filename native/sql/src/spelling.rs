//! Moments, times of day and UUIDs where they are stored as texts that other tools may have written in ways of their own.
//!
//! What is compared is what they mean, by a collation or a function of ours. Beside a column and a value stands what an index can
//! serve: the day that the texts begin with, or every spelling that a UUID has.

use oxyde_ir::Expr;
use oxyde_ir::expr::{Comparison, Param};
use oxyde_ir::program::{Form, Origin, Slot};
use oxyde_ir::query::Query;

use crate::compare::sign;
use crate::decimal::Compared;
use crate::dialect::Spellings;
use crate::error::{Result, malformed};
use crate::query::{columns, names};
use crate::types;
use crate::walk::type_of;
use crate::writer::Writer;

/// The numbers of a UUID's spellings without hyphens, and as bytes.
pub const HEX: u8 = 1;
pub const BYTES: u8 = 4;
/// How many spellings a UUID has.
pub const UUIDS: u8 = 5;

/// What may be spelt in more than one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelt {
    Moment,
    Time,
    Uuid,
}

impl Spelt {
    /// The function that returns our own spelling.
    const fn function(self) -> &'static str {
        match self {
            Self::Moment => "oxyde_moment(",
            Self::Time => "oxyde_time(",
            Self::Uuid => "oxyde_uuid(",
        }
    }
}

/// Whether the value comes out of a table as it is, so that anybody may have written it.
fn is_stored(expr: &Expr) -> bool {
    match expr {
        Expr::Column { .. }
        | Expr::Excluded { .. }
        | Expr::Subquery(_)
        | Expr::Call { .. }
        | Expr::Case { .. }
        | Expr::Aggregate(_)
        | Expr::Window(_) => true,
        Expr::Param(_)
        | Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Compare { .. }
        | Expr::And(_)
        | Expr::Or(_)
        | Expr::Xor(_)
        | Expr::Not(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsNotTrue(_)
        | Expr::In { .. }
        | Expr::InSelect { .. }
        | Expr::Exists(_)
        | Expr::Between { .. }
        | Expr::Match { .. }
        | Expr::Regex { .. }
        | Expr::Arithmetic { .. }
        | Expr::Negate(_)
        | Expr::Extract { .. }
        | Expr::Cast { .. }
        | Expr::Raw(_) => false,
    }
}

/// Whether it is a result column by its name.
fn is_result(expr: &Expr) -> bool {
    matches!(expr, Expr::Column { table, .. } if table.is_empty())
}

/// Whether an index may serve it.
fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Column { table, .. } if !table.is_empty())
}

impl Writer<'_> {
    /// What an expression may be spelt as.
    pub fn spelt(&self, expr: &Expr) -> Option<Spelt> {
        match self.dialect.spellings {
            Spellings::One => None,
            // A result column of a compound was spelt again in its members.
            Spellings::Many => type_of(expr)
                .and_then(|ty| types::of(ty).spelt())
                .filter(|spelt| is_stored(expr) && (*spelt != Spelt::Uuid || !is_result(expr))),
        }
    }

    /// The value in our own spelling.
    pub fn respelt(&mut self, expr: &Expr) -> Result<()> {
        match self.spelt(expr) {
            Some(spelt) => self.around(spelt.function(), expr, ")"),
            None => self.expr(expr),
        }
    }

    pub fn special_slot(&mut self, param: &Param, form: Form) -> Result<()> {
        self.placeholder(Slot { origin: Origin::Param(param.index), ty: param.ty.clone(), form })
    }

    /// What an index can serve: `column >= ? AND column < ? AND `.
    fn within_bounds(&mut self, column: &Expr, low: Option<&Param>, high: Option<&Param>) -> Result<()> {
        for (param, upper) in [(low, false), (high, true)] {
            let Some(param) = param else { continue };
            self.expr(column)?;
            self.push(if upper { " < " } else { " >= " });
            self.special_slot(param, Form::Bound { upper })?;
            self.push(" AND ");
        }
        Ok(())
    }

    pub fn compare_spelt(&mut self, op: Comparison, left: &Expr, right: &Expr, spelt: Spelt) -> Result<()> {
        let compared = Compared::Meaning(spelt);
        if let Expr::Param(param) = right
            && is_column(left)
        {
            let (low, high) = match op {
                Comparison::Eq => (Some(param), Some(param)),
                Comparison::Ne => (None, None),
                Comparison::Lt | Comparison::Le => (None, Some(param)),
                Comparison::Gt | Comparison::Ge => (Some(param), None),
            };
            match (spelt, op) {
                (Spelt::Uuid, Comparison::Eq | Comparison::Ne) => {
                    self.params.scalar(param)?;
                    self.expr(left)?;
                    self.push(if op == Comparison::Eq { " IN (" } else { " NOT IN (" });
                    self.separated(0..UUIDS, |writer, number| writer.special_slot(param, Form::Spelling(number)))?;
                    return self.word(")");
                }
                (Spelt::Moment | Spelt::Time, _) if op != Comparison::Ne => {
                    self.params.scalar(param)?;
                    self.push("(");
                    self.within_bounds(left, low, high)?;
                    // Beyond the other bound all are on one side: bytes tell, which is quicker.
                    let is_range = low.is_none() || high.is_none();
                    if is_range {
                        self.push("(");
                        self.expr(left)?;
                        self.push(if low.is_some() { " >= " } else { " < " });
                        self.special_slot(param, Form::Bound { upper: low.is_some() })?;
                        self.push(" OR ");
                    }
                    self.left(left, compared)?;
                    self.push(sign(op));
                    self.param(param)?;
                    return self.word(if is_range { "))" } else { ")" });
                }
                (Spelt::Uuid | Spelt::Moment | Spelt::Time, _) => {}
            }
        }
        self.left(left, compared)?;
        self.push(sign(op));
        self.right(right, compared)
    }

    pub fn between_spelt(&mut self, expr: &Expr, low: &Expr, high: &Expr, spelt: Spelt) -> Result<()> {
        let compared = Compared::Meaning(spelt);
        let bound = |end: &Expr| if let Expr::Param(param) = end { Some(param.clone()) } else { None };
        let (first, last) = if is_column(expr) && spelt != Spelt::Uuid { (bound(low), bound(high)) } else { (None, None) };
        for param in first.iter().chain(&last) {
            self.params.scalar(param)?;
        }
        self.push("(");
        self.within_bounds(expr, first.as_ref(), last.as_ref())?;
        self.left(expr, compared)?;
        self.push(" BETWEEN ");
        self.right(low, compared)?;
        self.push(" AND ");
        self.right(high, compared)?;
        self.word(")")
    }

    /// Membership in a list. `members` writes `column IN (...)`.
    pub fn in_spelt(&mut self, expr: &Expr, list: &Param, spelt: Spelt, members: impl FnOnce(&mut Self) -> Result<()>) -> Result<()> {
        match spelt {
            Spelt::Uuid if is_column(expr) => {
                self.expr(expr)?;
                self.push(" IN (SELECT oxyde_uuid(u.value, n.value) FROM json_each(");
                self.special_slot(list, Form::JsonArray)?;
                self.word(&format!(") AS u CROSS JOIN {})", numbers()))
            }
            Spelt::Moment | Spelt::Time if is_column(expr) => {
                self.push("(");
                self.within_bounds(expr, Some(list), Some(list))?;
                members(self)?;
                self.word(")")
            }
            Spelt::Uuid | Spelt::Moment | Spelt::Time => members(self),
        }
    }

    /// Membership in a query of UUIDs.
    pub fn in_select_of_uuids(&mut self, expr: &Expr, query: &Query) -> Result<()> {
        let name = only_output(query)?;
        self.respelt_unless_column(expr)?;
        self.push(" IN (SELECT oxyde_uuid(u.");
        self.identifier(&name)?;
        self.push(if is_column(expr) { ", n.value) FROM (" } else { ") FROM (" });
        self.query(query)?;
        self.push(") AS u");
        if is_column(expr) {
            self.push(" CROSS JOIN ");
            self.push(&numbers());
        }
        self.word(")")
    }

    fn respelt_unless_column(&mut self, expr: &Expr) -> Result<()> {
        if is_column(expr) { self.expr(expr) } else { self.respelt(expr) }
    }
}

/// The name of a query's one column.
fn only_output(query: &Query) -> Result<String> {
    match (columns(query).len(), names(query).into_iter().next()) {
        (1, Some(name)) => Ok(name),
        _ => malformed("membership in a query of other than one column"),
    }
}

/// The numbers of the spellings of a UUID.
fn numbers() -> String {
    let rows: Vec<String> = (0..UUIDS).map(|number| format!("({number})")).collect();
    format!("(SELECT column1 AS value FROM (VALUES {})) AS n", rows.join(", "))
}
