//! Functions of values: one row for each in the table, and how those are written that are more than a name.

use oxyde_ir::expr::Function;
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{Dialect, Extremes, Now, Numbers};
use crate::error::{Result, malformed};
use crate::walk::is_decimal;
use crate::writer::Writer;

/// How a call is written.
enum Spelling {
    /// The same everywhere: the name and its parenthesis.
    Name(&'static str),
    /// An answer of the dialect's sheet.
    Answer(fn(&Dialect) -> &'static str),
    /// By a method.
    Method(fn(&mut Writer<'_>, &[Expr], &ColumnType) -> Result<()>),
}

use Spelling::{Answer, Method, Name};

/// The table of functions: the least and the greatest number of arguments, and the spelling.
#[allow(clippy::redundant_closure_for_method_calls)] // a method is of one lifetime, and these are of any
fn row(function: Function) -> (usize, usize, Spelling) {
    match function {
        Function::Coalesce => (1, 100, Name("COALESCE(")),
        Function::NullIf => (2, 2, Method(|writer, args, _| writer.unless_equal(args))),
        Function::Greatest => (1, 100, Method(|writer, args, _| writer.extreme("GREATEST(", "MAX(", args))),
        Function::Least => (1, 100, Method(|writer, args, _| writer.extreme("LEAST(", "MIN(", args))),
        Function::Concat => (1, 100, Answer(|dialect| dialect.concat)),
        Function::Lower => (1, 1, Name("LOWER(")),
        Function::Upper => (1, 1, Name("UPPER(")),
        Function::Length => (1, 1, Answer(|dialect| dialect.length)),
        Function::Trim => (1, 1, Name("TRIM(")),
        Function::Substr => (2, 3, Method(|writer, args, _| writer.with_places("substr(", args))),
        Function::Replace => (3, 3, Name("REPLACE(")),
        Function::Abs => (1, 1, Method(|writer, args, ty| writer.abs(args, ty))),
        Function::Round => (1, 2, Method(|writer, args, ty| writer.round(args, ty))),
        Function::Floor => (1, 1, Method(|writer, args, ty| writer.whole("FLOOR(", args, ty))),
        Function::Ceil => (1, 1, Method(|writer, args, ty| writer.whole("CEIL(", args, ty))),
        Function::Sqrt => (1, 1, Method(|writer, args, ty| writer.sqrt(args, ty))),
        Function::Now => (0, 0, Method(|writer, args, ty| writer.now(args, ty))),
        Function::Random => (0, 0, Answer(|dialect| dialect.random)),
    }
}

impl Writer<'_> {
    pub fn call(&mut self, function: Function, args: &[Expr], ty: &ColumnType) -> Result<()> {
        let (least, most, spelling) = row(function);
        if args.len() < least || args.len() > most {
            return malformed(format!("{function:?} with {} arguments", args.len()));
        }
        match spelling {
            Name(name) => self.function(name, args),
            Answer(name) => self.function(name(self.dialect), args),
            Method(write) => write(self, args, ty),
        }
    }

    fn function(&mut self, before: &str, args: &[Expr]) -> Result<()> {
        self.push(before);
        self.separated(args, Self::expr)?;
        self.word(")")
    }

    /// What is equal is decided as in a comparison.
    fn unless_equal(&mut self, args: &[Expr]) -> Result<()> {
        let [value, other] = args else { return malformed("NULLIF of other than two values") };
        let compared = self.compared(&[value, other], None);
        self.push("NULLIF(");
        self.left(value, compared)?;
        self.push(", ");
        self.right(other, compared)?;
        self.word(")")
    }

    fn extreme(&mut self, name: &str, aggregate: &str, args: &[Expr]) -> Result<()> {
        // Of one argument `MAX` would be an aggregate.
        if let [only] = args {
            return self.operand(only);
        }
        match self.dialect.extremes {
            Extremes::Functions => self.function(name, args),
            Extremes::Aggregates => {
                let all: Vec<&Expr> = args.iter().collect();
                let compared = self.compared(&all, None);
                self.push(aggregate);
                self.separated(args, |writer, arg| writer.left(arg, compared))?;
                self.word(")")
            }
        }
    }

    /// Arguments after the first are places, which `PostgreSQL` takes as 32-bit integers.
    pub fn with_places(&mut self, before: &str, args: &[Expr]) -> Result<()> {
        self.push(before);
        self.separated(args.iter().enumerate(), |writer, (index, arg)| {
            if index == 0 {
                return writer.expr(arg);
            }
            writer.operand(arg)?;
            writer.word(writer.dialect.place)
        })?;
        self.word(")")
    }

    fn abs(&mut self, args: &[Expr], ty: &ColumnType) -> Result<()> {
        let is_text = is_decimal(ty) && self.has_text_decimals();
        self.function(if is_text { "oxyde_decimal_abs(" } else { "ABS(" }, args)
    }

    /// Exact numbers are rounded half away from zero everywhere, floats so except on `MySQL`.
    fn round(&mut self, args: &[Expr], ty: &ColumnType) -> Result<()> {
        match (self.dialect.numbers, args) {
            (Numbers::Plain, [value]) if is_decimal(ty) && self.has_text_decimals() => self.around("oxyde_decimal_round(", value, ", 0)"),
            (Numbers::Plain, _) if is_decimal(ty) && self.has_text_decimals() => self.function("oxyde_decimal_round(", args),
            (Numbers::Plain, _) if *ty == ColumnType::Int => self.whole("ROUND(", args, ty),
            (Numbers::Plain, _) => self.function("ROUND(", args),
            // By itself it rounds floats half to even, and not to digits at all.
            (Numbers::Numeric, [value, digits @ ..]) => {
                self.push("ROUND(");
                self.operand(value)?;
                self.push("::numeric");
                for digits in digits {
                    self.push(", ");
                    self.operand(digits)?;
                    self.push(self.dialect.place);
                }
                self.push(")");
                self.word(from_numeric(ty))
            }
            (Numbers::Numeric, []) => malformed("ROUND of nothing"),
        }
    }

    /// A function that makes whole numbers.
    fn whole(&mut self, name: &str, args: &[Expr], ty: &ColumnType) -> Result<()> {
        match self.dialect.numbers {
            Numbers::Numeric => {
                self.function(name, args)?;
                self.word(from_numeric(ty))
            }
            Numbers::Plain if is_decimal(ty) && self.has_text_decimals() => self.dialect.unsupported("FLOOR and CEIL of decimals"),
            Numbers::Plain if *ty == ColumnType::Int => {
                self.push("CAST(");
                self.function(name, args)?;
                self.push(" AS ");
                self.push(self.dialect.integer);
                self.word(")")
            }
            Numbers::Plain => self.function(name, args),
        }
    }

    fn sqrt(&mut self, args: &[Expr], _: &ColumnType) -> Result<()> {
        self.push("SQRT(");
        self.separated(args, |writer, arg| writer.cast(arg, &ColumnType::Float))?;
        self.word(")")
    }

    fn now(&mut self, _: &[Expr], ty: &ColumnType) -> Result<()> {
        self.word(match (self.dialect.now, ty) {
            (Now::StatementTimestamp, ColumnType::DatetimeTz) => "statement_timestamp()",
            (Now::StatementTimestamp, ColumnType::Date) => "(statement_timestamp() AT TIME ZONE 'UTC')::date",
            (Now::StatementTimestamp, ColumnType::Time) => "(statement_timestamp() AT TIME ZONE 'UTC')::time",
            (Now::StatementTimestamp, _) => "(statement_timestamp() AT TIME ZONE 'UTC')",
            // The clock has milliseconds; none are written as nothing.
            (Now::Strftime, ColumnType::Date) => "strftime('%Y-%m-%d', 'now')",
            (Now::Strftime, ColumnType::Time) => "replace(strftime('%H:%M:%f000', 'now'), '.000000', '')",
            (Now::Strftime, _) => "replace(strftime('%Y-%m-%d %H:%M:%f000', 'now'), '.000000', '')",
            (Now::UtcTimestamp, ColumnType::Date) => "UTC_DATE()",
            (Now::UtcTimestamp, ColumnType::Time) => "UTC_TIME(6)",
            (Now::UtcTimestamp, _) => "UTC_TIMESTAMP(6)",
        })
    }
}

/// The cast of a `numeric` to the type of the result.
fn from_numeric(ty: &ColumnType) -> &'static str {
    if *ty == ColumnType::Int {
        "::bigint"
    } else if *ty == ColumnType::Float {
        "::double precision"
    } else {
        ""
    }
}
