//! Decimals on a server without such a type: floats in columns of up to 15 digits, canonical text everywhere else.
//!
//! A column of up to 15 digits converts a text of as many that it is compared with. Everything else is compared as text by the
//! collation `oxyde_decimal`, which the driver registers together with `oxyde_decimal_sum`, `_avg`, `_add`, `_sub`,
//! `_mul`, `_div`, `_mod`, `_neg`, `_abs`, `_floor`, `_ceil`, `_round(x, digits)`, which rounds half away from zero,
//! and `_even(x, digits)`, which rounds half to even. All of them accept integers, floats and any numeric text, and
//! return canonical text.

use oxyde_ir::expr::{AggregateFunction, Function};
use oxyde_ir::query::Query;
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{Decimals, SQLITE};
use crate::error::{Result, malformed};
use crate::query::names;
use crate::spelling::Spelt;
use crate::storage::Storage;
use crate::types::FLOAT_DIGITS;
use crate::walk::{is_decimal, type_of};
use crate::writer::Writer;

/// How values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// By the server's own comparison.
    Plain,
    /// As canonical decimal texts.
    Text,
    /// By their meaning, whatever their spelling.
    Meaning(Spelt),
}

/// The role of an expression in a comparison with a decimal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nature {
    /// A column whose affinity converts to numbers.
    Number,
    /// A parameter or constant that such a column's numbers are as exact as, to which its affinity is applied.
    Free,
    /// Anything else.
    Other,
}

/// Whether a column stores numbers as text because of its `db_type`.
fn keeps_text(ty: Option<&ColumnType>, db_type: Option<&str>) -> bool {
    ty.is_some_and(|ty| Storage::of(&SQLITE, ty, db_type) == Storage::Digits)
}

/// Returns the role of an expression; `beside` is the type of the decimal that a column without a given type is
/// compared with.
fn nature(expr: &Expr, beside: &ColumnType) -> Nature {
    if let Expr::Column { ty, db_type, .. } = expr {
        if keeps_text(ty.as_ref(), db_type.as_deref()) || is_wide(ty.as_ref().unwrap_or(beside)) { Nature::Other } else { Nature::Number }
    } else if matches!(expr, Expr::Param(param) if is_wide(&param.ty)) {
        Nature::Other
    } else if matches!(expr, Expr::Param(_) | Expr::Null | Expr::Int(_)) {
        Nature::Free
    } else {
        Nature::Other
    }
}

/// Whether a decimal type is stored as text.
pub fn is_wide(ty: &ColumnType) -> bool {
    if let ColumnType::Decimal { precision, .. } = ty { precision.is_none_or(|precision| precision > FLOAT_DIGITS) } else { false }
}

/// Whether an expression is a column whose affinity makes its decimals numbers.
pub fn is_number(expr: &Expr, ty: &ColumnType) -> bool {
    nature(expr, ty) == Nature::Number
}

/// Whether the value is always canonical text or NULL.
pub fn is_canonical(expr: &Expr) -> bool {
    use Function::{Abs, Ceil, Floor, Round};
    let decimal = type_of(expr).is_some_and(is_decimal);
    match expr {
        // A column without a given type is compared with a decimal that is text.
        Expr::Column { ty, .. } => ty.as_ref().is_none_or(is_wide),
        Expr::Null => true,
        Expr::Param(_) | Expr::Arithmetic { .. } | Expr::Negate(_) | Expr::Cast { .. } => decimal,
        Expr::Call { function: Abs | Ceil | Floor | Round, .. } => decimal,
        Expr::Aggregate(aggregate) => match aggregate.function {
            AggregateFunction::Sum | AggregateFunction::Avg => is_decimal(&aggregate.of),
            AggregateFunction::Count
            | AggregateFunction::Min
            | AggregateFunction::Max
            | AggregateFunction::StddevPop
            | AggregateFunction::StddevSamp
            | AggregateFunction::VarPop
            | AggregateFunction::VarSamp
            | AggregateFunction::StringAgg
            | AggregateFunction::ArrayAgg
            | AggregateFunction::JsonAgg => false,
        },
        Expr::Excluded { .. }
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
        | Expr::Subquery(_)
        | Expr::Between { .. }
        | Expr::Match { .. }
        | Expr::Regex { .. }
        | Expr::Search { .. }
        | Expr::Call { .. }
        | Expr::Extract { .. }
        | Expr::Truncate { .. }
        | Expr::Case { .. }
        | Expr::Window(_)
        | Expr::Raw(_) => false,
    }
}

impl Writer<'_> {
    pub fn has_text_decimals(&self) -> bool {
        match self.dialect.decimal {
            Decimals::Native => false,
            Decimals::Text => true,
        }
    }

    /// Returns how expressions are compared with each other; `extra` is the type of values that are not expressions.
    pub fn compared(&self, exprs: &[&Expr], extra: Option<&ColumnType>) -> Compared {
        if let Some(spelt) = exprs.iter().find_map(|expr| self.spelt(expr)) {
            return Compared::Meaning(spelt);
        }
        let decimal = exprs.iter().copied().filter_map(type_of).chain(extra).find(|ty| is_decimal(ty));
        let Some(decimal) = decimal.filter(|_| self.has_text_decimals()) else { return Compared::Plain };
        let natures: Vec<Nature> = exprs.iter().map(|expr| nature(expr, decimal)).collect();
        let numbers = natures.contains(&Nature::Number) && !natures.contains(&Nature::Other) && !extra.is_some_and(is_wide);
        if numbers { Compared::Plain } else { Compared::Text }
    }

    /// Writes the operand that determines the collation of a comparison.
    pub fn left(&mut self, expr: &Expr, compared: Compared) -> Result<()> {
        self.right(expr, compared)?;
        match compared {
            Compared::Plain => Ok(()),
            Compared::Text => self.word(" COLLATE oxyde_decimal"),
            Compared::Meaning(Spelt::Moment) => self.word(" COLLATE oxyde_moment"),
            Compared::Meaning(Spelt::Time) => self.word(" COLLATE oxyde_time"),
            Compared::Meaning(Spelt::Uuid) => Ok(()),
        }
    }

    /// Writes any other operand of a comparison.
    pub fn right(&mut self, expr: &Expr, compared: Compared) -> Result<()> {
        match compared {
            Compared::Text if !is_canonical(expr) => self.around("oxyde_decimal_add(", expr, ", 0)"),
            // A view's column may have no affinity that converts a text to a number.
            Compared::Plain if self.is_text_decimal(expr) => self.around("CAST(", expr, " AS NUMERIC)"),
            Compared::Meaning(Spelt::Uuid) => self.respelt(expr),
            Compared::Plain | Compared::Text | Compared::Meaning(Spelt::Moment | Spelt::Time) => self.operand(expr),
        }
    }

    /// Whether an expression is a parameter that is sent as the text of a decimal.
    fn is_text_decimal(&self, expr: &Expr) -> bool {
        self.has_text_decimals() && matches!(expr, Expr::Param(param) if is_decimal(&param.ty))
    }

    /// Writes an expression of ORDER BY, GROUP BY or DISTINCT.
    pub fn sorted(&mut self, expr: &Expr) -> Result<()> {
        self.left(expr, self.compared(&[expr], None))
    }

    /// Whether an expression is sorted without a collation or conversion.
    pub fn is_plainly_sorted(&self, expr: &Expr) -> bool {
        self.compared(&[expr], None) == Compared::Plain && self.storage(expr) == Storage::Own
    }

    /// Writes the membership of canonical text in a query of numbers.
    pub fn in_select_of_numbers(&mut self, expr: &Expr, query: &Query) -> Result<()> {
        let Some(name) = names(query).into_iter().next() else { return malformed("membership in a query of no column") };
        self.left(expr, Compared::Text)?;
        self.push(" IN (SELECT oxyde_decimal_add(u.");
        self.identifier(&name)?;
        self.push(", 0) FROM (");
        self.query(query)?;
        self.word(") AS u)")
    }

    /// Writes a call of one of the driver's exact decimal functions.
    pub fn decimal_function(&mut self, name: &str, args: &[&Expr]) -> Result<()> {
        self.push("oxyde_decimal_");
        self.push(name);
        self.push("(");
        self.separated(args, |writer, arg| writer.expr(arg))?;
        self.word(")")
    }

    /// Writes a value as canonical text, rounded if the type has a precision.
    pub fn cast_to_text_decimal(&mut self, expr: &Expr, precision: Option<u16>, scale: Option<u16>) -> Result<()> {
        match precision {
            Some(_) => self.around("oxyde_decimal_round(", expr, &format!(", {})", scale.unwrap_or(0))),
            None => self.around("oxyde_decimal_add(", expr, ", 0)"),
        }
    }
}
