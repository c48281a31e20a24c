//! Comparisons, and membership in lists and queries.

use oxyde_ir::expr::{Comparison, Param};
use oxyde_ir::program::{Form, Origin, Slot};
use oxyde_ir::query::Query;
use oxyde_ir::{ColumnType, Expr};

use crate::cast;
use crate::decimal::{Compared, is_canonical};
use crate::dialect::{JsonEquality, List, TargetInSubquery};
use crate::error::{Result, malformed};
use crate::query::columns;
use crate::spelling::Spelt;
use crate::storage::Storage;
use crate::walk::{is_decimal, type_of};
use crate::writer::{Writer, scalar_slot};

pub const fn sign(op: Comparison) -> &'static str {
    match op {
        Comparison::Eq => " = ",
        Comparison::Ne => " <> ",
        Comparison::Lt => " < ",
        Comparison::Le => " <= ",
        Comparison::Gt => " > ",
        Comparison::Ge => " >= ",
    }
}

/// Whether a text parameter is compared with a plain text column.
fn is_text_beside(other: &Expr, param: &Param) -> bool {
    matches!(other, Expr::Column { ty: None, .. }) && param.ty == ColumnType::Text
}

/// Whether an expression is a predicate, rather than the boolean value of a column, parameter, CASE, CAST or function.
fn is_condition(expr: &Expr) -> bool {
    let holds =
        matches!(expr, Expr::Column { .. } | Expr::Param(_) | Expr::Bool(_) | Expr::Case { .. } | Expr::Cast { .. } | Expr::Call { .. });
    !holds && type_of(expr) == Some(&ColumnType::Bool)
}

impl Writer<'_> {
    pub fn compare(&mut self, op: Comparison, left: &Expr, right: &Expr) -> Result<()> {
        if [left, right].into_iter().any(|side| self.is_json(side)) {
            return self.compare_json(op, left, right);
        }
        let differ = sign(Comparison::Ne);
        if matches!(op, Comparison::Eq | Comparison::Ne) && self.dialect.exclusive_or != differ && is_condition(left) && is_condition(right)
        {
            // Under a negation, `a LIKE p` and `NOT (a LIKE p)` are equal on MariaDB when compared by `=` as well.
            self.push(if op == Comparison::Eq { "NOT (" } else { "(" });
            self.operand(left)?;
            self.push(self.dialect.exclusive_or);
            self.operand(right)?;
            return self.word(")");
        }
        let compared = self.compared(&[left, right], None);
        if let Compared::Meaning(spelt) = compared {
            return self.compare_spelt(op, left, right, spelt);
        }
        self.left(left, compared)?;
        self.push(sign(op));
        self.beside(left, right, compared)
    }

    /// Writes the right operand of a comparison. A text parameter takes the type of the column, such as `citext`,
    /// `char(3)` or `inet`.
    pub fn beside(&mut self, other: &Expr, expr: &Expr, compared: Compared) -> Result<()> {
        if let Expr::Param(param) = expr
            && self.param_as_kept(other, param)?
        {
            return Ok(());
        }
        if let Expr::Param(param) = expr
            && is_text_beside(other, param)
        {
            return self.param(&Param { uncast: true, ..param.clone() });
        }
        self.right(expr, compared)
    }

    /// Whether a value is JSON, as arrays are on a server without arrays.
    pub fn is_json(&self, expr: &Expr) -> bool {
        match type_of(expr) {
            Some(ColumnType::Json) => true,
            Some(ColumnType::Array { .. }) => !matches!(self.dialect.list, List::Array),
            _ => false,
        }
    }

    /// Writes an equality or inequality of JSON values; the servers have no common order of them.
    fn compare_json(&mut self, op: Comparison, left: &Expr, right: &Expr) -> Result<()> {
        let negated = match op {
            Comparison::Eq => false,
            Comparison::Ne => true,
            Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge => {
                return self.dialect.unsupported_but("ordered comparisons of whole JSON values", "compare a number or a text inside them");
            }
        };
        match self.dialect.json_equality {
            JsonEquality::Operator => {
                self.jsonb(left)?;
                self.push(sign(op));
                self.jsonb(right)
            }
            JsonEquality::Cast => {
                self.around("CAST(", left, " AS JSON)")?;
                self.push(sign(op));
                self.around("CAST(", right, " AS JSON)")
            }
            JsonEquality::Function(name) => {
                self.push(if negated { "NOT " } else { "" });
                self.json_function(name, left, right, Self::expr)
            }
            JsonEquality::Unescaped { name, before, after } => {
                // Only a column can contain such escapes, because Oxyde writes none.
                self.json_function(name, left, right, |writer, side| {
                    if matches!(side, Expr::Column { .. }) { writer.around(before, side, after) } else { writer.expr(side) }
                })?;
                // Without a comparison, WHERE would treat NULL as true.
                self.word(if negated { " = 0" } else { " = 1" })
            }
            JsonEquality::Unsupported => self.dialect.unsupported_but("equality comparisons of JSON values", "they need MariaDB 10.7"),
        }
    }

    fn json_function(&mut self, name: &str, left: &Expr, right: &Expr, side: impl Fn(&mut Self, &Expr) -> Result<()>) -> Result<()> {
        self.push(name);
        self.push("(");
        side(self, left)?;
        self.push(", ");
        side(self, right)?;
        self.word(")")
    }

    /// Writes an operand as `jsonb`: its type may be `json`, which has no equality. A cast of `jsonb` to itself is a
    /// no-op.
    pub fn jsonb(&mut self, expr: &Expr) -> Result<()> {
        if let Expr::Param(param) = expr {
            return self.param(&Param { uncast: false, ..param.clone() });
        }
        self.operand(expr)?;
        self.word("::jsonb")
    }

    pub fn between(&mut self, expr: &Expr, low: &Expr, high: &Expr) -> Result<()> {
        let compared = self.compared(&[expr, low, high], None);
        if let Compared::Meaning(spelt) = compared {
            return self.between_spelt(expr, low, high, spelt);
        }
        self.left(expr, compared)?;
        self.push(" BETWEEN ");
        self.beside(expr, low, compared)?;
        self.push(" AND ");
        self.beside(expr, high, compared)
    }

    /// Writes `expr IN list`, with a single array parameter if the server accepts one.
    pub fn membership(&mut self, expr: &Expr, list: &Param, size: u32, padded: bool) -> Result<()> {
        if size == 0 {
            return malformed("membership in an empty list");
        }
        self.params.list(list)?;
        let whole = |form| Slot { origin: Origin::Param(list.index), ty: list.ty.clone(), form };
        match self.dialect.list {
            // `ANY` flattens an array of arrays.
            List::Array if !matches!(list.ty, ColumnType::Array { .. }) => {
                self.operand(expr)?;
                self.push(" = ANY(");
                self.placeholder(whole(Form::Array))?;
                if !(list.uncast || is_text_beside(expr, list))
                    && let Some(suffix) = cast::suffix(self.dialect, &list.ty)?
                {
                    self.push(&suffix);
                    self.push("[]");
                }
                self.word(")")
            }
            List::JsonEach if !padded && matches!(list.ty, ColumnType::Int | ColumnType::Float | ColumnType::Text) => {
                self.operand(expr)?;
                self.push(" IN (SELECT value FROM json_each(");
                self.placeholder(whole(Form::JsonArray))?;
                self.word("))")
            }
            List::Array | List::JsonEach | List::Padded => match self.spelt(expr) {
                Some(spelt) => self.in_spelt(expr, list, spelt, |writer| writer.members(expr, list, size)),
                None => self.members(expr, list, size),
            },
        }
    }

    fn members(&mut self, expr: &Expr, list: &Param, size: u32) -> Result<()> {
        if size > self.dialect.max_params {
            return self.dialect.unsupported_but("lists of so many values", "give in= a queryset, or filter in parts");
        }
        let compared = self.compared(&[expr], Some(&list.ty));
        self.left(expr, compared)?;
        self.push(" IN (");
        self.separated(0..size, |writer, member| {
            if let Storage::Spelt(number) = writer.storage(expr) {
                return writer.slot_as(Origin::Member { index: list.index, member }, &list.ty, number);
            }
            let uncast = list.uncast || is_text_beside(expr, list);
            let is_number = compared == Compared::Plain && writer.has_text_decimals() && is_decimal(&list.ty);
            writer.push(if is_number { "CAST(" } else { "" });
            writer.slot(scalar_slot(Origin::Member { index: list.index, member }, &list.ty), uncast)?;
            writer.word(if is_number { " AS NUMERIC)" } else { "" })
        })?;
        self.word(")")
    }

    pub fn in_select(&mut self, expr: &Expr, query: &Query) -> Result<()> {
        let columns = columns(query);
        let [(member, _)] = columns.as_slice() else { return malformed("membership in a query of other than one column") };
        let compared = self.compared(&[expr, member], None);
        if compared == Compared::Meaning(Spelt::Uuid) {
            return self.in_select_of_uuids(expr, query);
        }
        if compared == Compared::Text && !is_canonical(member) {
            return self.in_select_of_numbers(expr, query);
        }
        match self.dialect.around_member {
            Some(function) if matches!(expr, Expr::Aggregate(_)) => self.around(function, expr, ")")?,
            Some(_) | None => self.left(expr, compared)?,
        }
        self.push(" IN (");
        // The meanings are compared, not the stored forms.
        let is_kept = self.storage(member) != Storage::Own;
        let before = std::mem::replace(&mut self.scope.member, is_kept);
        let written = self.derived_where_limited(query);
        self.scope.member = before;
        written?;
        self.word(")")
    }

    /// Writes a query inside IN; on some servers one with a limit must be a derived table.
    fn derived_where_limited(&mut self, query: &Query) -> Result<()> {
        let limited = query.limit.is_some() || query.offset.is_some();
        match self.dialect.target_in_subquery {
            TargetInSubquery::Derived if limited => {
                self.push("SELECT * FROM (");
                self.query(query)?;
                self.push(") AS ");
                self.identifier("limited")
            }
            TargetInSubquery::Derived | TargetInSubquery::Allowed => self.query(query),
        }
    }
}
