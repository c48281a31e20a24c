//! Decimals where the server has none: floats of up to 15 digits in columns of their own, canonical text everywhere else.
//!
//! A column of up to 15 digits converts a text that it is compared with; everything else is compared as text by the collation
//! `oxyde_decimal`, which the driver registers beside `oxyde_decimal_sum`, `_avg`, `_add`, `_sub`, `_mul`, `_div`, `_mod`, `_neg`, `_abs`,
//! `_floor`, `_ceil`, `_round(x, digits)`, which rounds halves away from zero, and `_even(x, digits)`, which rounds them to even. All of them take integers, floats and any text of a number, and return canonical text.

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
    /// As the server does.
    Plain,
    /// As canonical texts of decimals.
    Text,
    /// As what is meant, however it is spelt.
    Meaning(Spelt),
}

/// What an expression is beside a decimal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nature {
    /// A column whose affinity makes numbers.
    Number,
    /// A parameter or constant, to which a column's affinity is applied.
    Free,
    /// Anything else.
    Other,
}

/// Whether a column of a type is declared so that it keeps text.
fn keeps_text(ty: Option<&ColumnType>, db_type: Option<&str>) -> bool {
    ty.is_some_and(|ty| Storage::of(&SQLITE, ty, db_type) == Storage::Digits)
}

/// `beside` is the decimal that a column of no known type is compared with.
fn nature(expr: &Expr, beside: &ColumnType) -> Nature {
    if let Expr::Column { ty, db_type, .. } = expr {
        if keeps_text(ty.as_ref(), db_type.as_deref()) || is_wide(ty.as_ref().unwrap_or(beside)) { Nature::Other } else { Nature::Number }
    } else if matches!(expr, Expr::Param(_) | Expr::Null | Expr::Int(_)) {
        Nature::Free
    } else {
        Nature::Other
    }
}

/// Kept as text.
fn is_wide(ty: &ColumnType) -> bool {
    if let ColumnType::Decimal { precision, .. } = ty { precision.is_none_or(|precision| precision > FLOAT_DIGITS) } else { false }
}

/// Whether the value is canonical text, or NULL, by itself.
pub fn is_canonical(expr: &Expr) -> bool {
    use Function::{Abs, Ceil, Floor, Round};
    let decimal = type_of(expr).is_some_and(is_decimal);
    match expr {
        // Of no known type: it is compared with a decimal that is text.
        Expr::Column { ty, .. } => ty.as_ref().is_none_or(is_wide),
        Expr::Null => true,
        Expr::Param(_) | Expr::Arithmetic { .. } | Expr::Negate(_) | Expr::Cast { .. } => decimal,
        Expr::Call { function: Abs | Ceil | Floor | Round, .. } => decimal,
        Expr::Aggregate(aggregate) => match aggregate.function {
            AggregateFunction::Sum | AggregateFunction::Avg => is_decimal(&aggregate.of),
            AggregateFunction::Count | AggregateFunction::Min | AggregateFunction::Max => false,
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
        | Expr::Call { .. }
        | Expr::Extract { .. }
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

    /// How these are compared with each other; `extra` is the type of values that are no expression.
    pub fn compared(&self, exprs: &[&Expr], extra: Option<&ColumnType>) -> Compared {
        if let Some(spelt) = exprs.iter().find_map(|expr| self.spelt(expr)) {
            return Compared::Meaning(spelt);
        }
        let decimal = exprs.iter().copied().filter_map(type_of).chain(extra).find(|ty| is_decimal(ty));
        let Some(decimal) = decimal.filter(|_| self.has_text_decimals()) else { return Compared::Plain };
        let natures: Vec<Nature> = exprs.iter().map(|expr| nature(expr, decimal)).collect();
        let numbers = natures.contains(&Nature::Number) && !natures.contains(&Nature::Other);
        if numbers { Compared::Plain } else { Compared::Text }
    }

    /// The operand that decides how a comparison goes.
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

    /// Any other operand.
    pub fn right(&mut self, expr: &Expr, compared: Compared) -> Result<()> {
        match compared {
            Compared::Text if !is_canonical(expr) => self.around("oxyde_decimal_add(", expr, ", 0)"),
            // A view's column may have no affinity that makes a number of a text.
            Compared::Plain if self.is_text_decimal(expr) => self.around("CAST(", expr, " AS NUMERIC)"),
            Compared::Meaning(Spelt::Uuid) => self.respelt(expr),
            Compared::Plain | Compared::Text | Compared::Meaning(Spelt::Moment | Spelt::Time) => self.operand(expr),
        }
    }

    /// Whether it is a parameter that is sent as the text of a decimal.
    fn is_text_decimal(&self, expr: &Expr) -> bool {
        self.has_text_decimals() && matches!(expr, Expr::Param(param) if is_decimal(&param.ty))
    }

    /// An expression that is sorted, grouped or made distinct by.
    pub fn sorted(&mut self, expr: &Expr) -> Result<()> {
        self.left(expr, self.compared(&[expr], None))
    }

    /// Whether an expression is sorted as it is.
    pub fn is_plainly_sorted(&self, expr: &Expr) -> bool {
        self.compared(&[expr], None) == Compared::Plain && self.storage(expr) == Storage::Own
    }

    /// Membership of canonical text in a query of numbers.
    pub fn in_select_of_numbers(&mut self, expr: &Expr, query: &Query) -> Result<()> {
        let Some(name) = names(query).into_iter().next() else { return malformed("membership in a query of no column") };
        self.left(expr, Compared::Text)?;
        self.push(" IN (SELECT oxyde_decimal_add(u.");
        self.identifier(&name)?;
        self.push(", 0) FROM (");
        self.query(query)?;
        self.word(") AS u)")
    }

    /// An exact function of ours over decimals.
    pub fn decimal_function(&mut self, name: &str, args: &[&Expr]) -> Result<()> {
        self.push("oxyde_decimal_");
        self.push(name);
        self.push("(");
        self.separated(args, |writer, arg| writer.expr(arg))?;
        self.word(")")
    }

    /// A value as canonical text, rounded where the type has digits.
    pub fn cast_to_text_decimal(&mut self, expr: &Expr, precision: Option<u16>, scale: Option<u16>) -> Result<()> {
        match precision {
            Some(_) => self.around("oxyde_decimal_round(", expr, &format!(", {})", scale.unwrap_or(0))),
            None => self.around("oxyde_decimal_add(", expr, ", 0)"),
        }
    }
}
