//! Decimals where the server has none: floats of up to 15 digits in columns of their own, canonical text everywhere else.
//!
//! A column of up to 15 digits converts a text that it is compared with; everything else is compared as text by the collation
//! `oxyde_decimal`, which the driver registers beside `oxyde_decimal_sum`, `_avg`, `_add`, `_sub`, `_mul`, `_div`, `_mod`, `_neg`,
//! `_abs` and `_round(x, digits)`. All of them take integers, floats and any text of a number, and return canonical text.

use oxyde_ir::{ColumnType, Expr};

use crate::ddl_types::FLOAT_DIGITS;
use crate::dialect::Decimals;
use crate::error::Result;
use crate::walk::{is_decimal, type_of};
use crate::writer::Writer;

const COLLATE: &str = " COLLATE oxyde_decimal";

/// How values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compared {
    /// As the server does.
    Plain,
    /// All are text already, or become it by a column's affinity.
    Collated,
    /// Made text first.
    Cast,
}

/// What an expression is beside a decimal.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A column whose affinity makes numbers.
    Number,
    /// A column whose affinity makes text.
    Text,
    /// A parameter or constant: takes the column's affinity.
    Free,
    /// A number or a text, without affinity.
    Either,
}

fn is_narrow(ty: &ColumnType) -> bool {
    if let ColumnType::Decimal { precision, .. } = ty { precision.is_some_and(|precision| precision <= FLOAT_DIGITS) } else { true }
}

/// `beside` is the decimal that a column of no known type is compared with.
fn form(expr: &Expr, beside: &ColumnType) -> Form {
    if let Expr::Column { ty, .. } = expr {
        if is_narrow(ty.as_ref().unwrap_or(beside)) { Form::Number } else { Form::Text }
    } else if matches!(expr, Expr::Param(_) | Expr::Null | Expr::Int(_)) {
        Form::Free
    } else {
        Form::Either
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
        let decimal = exprs.iter().copied().filter_map(type_of).chain(extra).find(|ty| is_decimal(ty));
        let Some(decimal) = decimal.filter(|_| self.has_text_decimals()) else { return Compared::Plain };
        let forms: Vec<Form> = exprs.iter().map(|expr| form(expr, decimal)).collect();
        let all = |wanted: Form| forms.contains(&wanted) && forms.iter().all(|form| *form == wanted || *form == Form::Free);
        if all(Form::Number) {
            Compared::Plain
        } else if all(Form::Text) {
            Compared::Collated
        } else {
            Compared::Cast
        }
    }

    /// The operand that decides how a comparison goes.
    pub fn left(&mut self, expr: &Expr, compared: Compared) -> Result<()> {
        self.right(expr, compared)?;
        match compared {
            Compared::Plain => Ok(()),
            Compared::Collated | Compared::Cast => self.word(COLLATE),
        }
    }

    /// Any other operand.
    pub fn right(&mut self, expr: &Expr, compared: Compared) -> Result<()> {
        match compared {
            Compared::Plain | Compared::Collated => self.operand(expr),
            Compared::Cast => self.around("CAST(", expr, " AS TEXT)"),
        }
    }

    /// An expression that is sorted, grouped or made distinct by.
    pub fn sorted(&mut self, expr: &Expr) -> Result<()> {
        self.left(expr, self.compared(&[expr], None))
    }

    /// Whether an expression is sorted as it stands.
    pub fn is_plainly_sorted(&self, expr: &Expr) -> bool {
        self.compared(&[expr], None) == Compared::Plain
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
