//! Dates and times, times of day and UUIDs that are stored as text, which other tools may spell differently.
//!
//! Their meaning is compared, by a collation or a function of the driver. A comparison of a column with a value also
//! has a condition that can use an index: a range that contains all spellings, or a list of all spellings of a UUID.

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

/// The numbers of two UUID spellings: without hyphens, and as bytes.
pub const HEX: u8 = 1;
pub const BYTES: u8 = 4;
/// The number of spellings of a UUID.
pub const UUIDS: u8 = 5;

/// The kinds of values that may have several spellings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelt {
    Moment,
    Time,
    Uuid,
}

impl Spelt {
    /// Returns the beginning of a call that returns the canonical spelling.
    const fn function(self) -> &'static str {
        match self {
            Self::Moment => "oxyde_moment(",
            Self::Time => "oxyde_time(",
            Self::Uuid => "oxyde_uuid(",
        }
    }
}

/// Whether the value may come unchanged from a table, where other tools may have written it.
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
        | Expr::Search { .. }
        | Expr::Arithmetic { .. }
        | Expr::Negate(_)
        | Expr::Extract { .. }
        | Expr::Truncate { .. }
        | Expr::Cast { .. }
        | Expr::Raw(_) => false,
    }
}

/// Whether an expression is a result column, referred to by its name.
fn is_result(expr: &Expr) -> bool {
    matches!(expr, Expr::Column { table, .. } if table.is_empty())
}

/// Whether an expression is a column of a table, which may have an index.
fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Column { table, .. } if !table.is_empty())
}

impl Writer<'_> {
    /// Returns the kind of value if an expression may have several spellings.
    pub fn spelt(&self, expr: &Expr) -> Option<Spelt> {
        match self.dialect.spellings {
            Spellings::One => None,
            // A UUID in a result column of a compound already has its canonical spelling.
            Spellings::Many => type_of(expr)
                .and_then(|ty| types::of(ty).spelt())
                .filter(|spelt| is_stored(expr) && (*spelt != Spelt::Uuid || !is_result(expr))),
        }
    }

    /// Writes a value in its canonical spelling.
    pub fn respelt(&mut self, expr: &Expr) -> Result<()> {
        match self.spelt(expr) {
            Some(spelt) => self.around(spelt.function(), expr, ")"),
            None => self.expr(expr),
        }
    }

    pub fn special_slot(&mut self, param: &Param, form: Form) -> Result<()> {
        self.placeholder(Slot { origin: Origin::Param(param.index), ty: param.ty.clone(), form })
    }

    /// Writes a condition that can use an index: `column >= ? AND column < ? AND `.
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
                    // Beyond the other bound the comparison always holds, and comparing bytes is faster than the
                    // collation.
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

    /// Writes the membership in a list. `members` writes `column IN (...)`.
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

    /// Writes the membership in a query of UUIDs.
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

/// Returns the name of a query's only column.
fn only_output(query: &Query) -> Result<String> {
    match (columns(query).len(), names(query).into_iter().next()) {
        (1, Some(name)) => Ok(name),
        _ => malformed("membership in a query of other than one column"),
    }
}

/// Returns a derived table of the numbers of the UUID spellings.
fn numbers() -> String {
    let rows: Vec<String> = (0..UUIDS).map(|number| format!("({number})")).collect();
    format!("(SELECT column1 AS value FROM (VALUES {})) AS n", rows.join(", "))
}
