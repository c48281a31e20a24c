//! Functions of values.

use oxyde_ir::expr::Function;
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{Concat, Math, Now};
use crate::error::{Result, malformed};
use crate::walk::is_decimal;
use crate::writer::Writer;

impl Writer<'_> {
    pub fn call(&mut self, function: Function, args: &[Expr], ty: &ColumnType) -> Result<()> {
        let (least, most) = arity(function);
        if args.len() < least || args.len() > most {
            return malformed(format!("{function:?} with {} arguments", args.len()));
        }
        match function {
            Function::Coalesce => self.function("COALESCE(", args),
            Function::NullIf => self.function("NULLIF(", args),
            Function::Greatest => self.extreme("GREATEST(", "MAX(", args),
            Function::Least => self.extreme("LEAST(", "MIN(", args),
            Function::Concat => match self.dialect.concat {
                Concat::Function => self.function("concat(", args),
                Concat::WithSeparator => self.function("CONCAT_WS('', ", args),
            },
            Function::Lower => self.function("LOWER(", args),
            Function::Upper => self.function("UPPER(", args),
            Function::Length => match self.dialect.math {
                Math::Postgres | Math::Sqlite => self.function("length(", args),
                Math::Mysql => self.function("CHAR_LENGTH(", args),
            },
            Function::Trim => self.function("TRIM(", args),
            Function::Substr => self.with_places("substr(", args),
            Function::Replace => self.function("REPLACE(", args),
            Function::Abs if is_decimal(ty) && self.has_text_decimals() => self.function("oxyde_decimal_abs(", args),
            Function::Abs => self.function("ABS(", args),
            Function::Round => self.round(args, ty),
            Function::Floor => self.whole("FLOOR(", args, ty),
            Function::Ceil => self.whole("CEIL(", args, ty),
            Function::Sqrt => self.sqrt(args),
            Function::Now => self.now(ty),
            Function::Random => match self.dialect.math {
                Math::Postgres | Math::Sqlite => self.word("random()"),
                Math::Mysql => self.word("RAND()"),
            },
        }
    }

    fn function(&mut self, before: &str, args: &[Expr]) -> Result<()> {
        self.push(before);
        self.separated(args, Self::expr)?;
        self.word(")")
    }

    fn extreme(&mut self, name: &str, sqlite: &str, args: &[Expr]) -> Result<()> {
        // Of one argument `MAX` would be an aggregate.
        if let [only] = args {
            return self.operand(only);
        }
        match self.dialect.math {
            Math::Postgres | Math::Mysql => self.function(name, args),
            Math::Sqlite => {
                let all: Vec<&Expr> = args.iter().collect();
                let compared = self.compared(&all, None);
                self.push(sqlite);
                self.separated(args, |writer, arg| writer.left(arg, compared))?;
                self.word(")")
            }
        }
    }

    /// Arguments after the first are places, which `PostgreSQL` takes as 32-bit integers.
    pub fn with_places(&mut self, before: &str, args: &[Expr]) -> Result<()> {
        let suffix = match self.dialect.math {
            Math::Postgres => "::integer",
            Math::Sqlite | Math::Mysql => "",
        };
        self.push(before);
        self.separated(args.iter().enumerate(), |writer, (index, arg)| {
            if index == 0 {
                return writer.expr(arg);
            }
            writer.operand(arg)?;
            writer.word(suffix)
        })?;
        self.word(")")
    }

    /// Exact numbers are rounded half away from zero everywhere, floats so except on `MySQL`.
    fn round(&mut self, args: &[Expr], ty: &ColumnType) -> Result<()> {
        match (self.dialect.math, args) {
            (Math::Sqlite, [value, digits]) if is_decimal(ty) => self.decimal_function("round", &[value, digits]),
            (Math::Sqlite, [value]) if is_decimal(ty) => self.around("oxyde_decimal_round(", value, ", 0)"),
            (Math::Sqlite | Math::Mysql, _) if *ty == ColumnType::Int => self.whole("ROUND(", args, ty),
            (Math::Sqlite | Math::Mysql, _) => self.function("ROUND(", args),
            // By itself it rounds floats half to even, and not to digits at all.
            (Math::Postgres, [value, digits @ ..]) => {
                self.push("ROUND(");
                self.operand(value)?;
                self.push("::numeric");
                for digits in digits {
                    self.push(", ");
                    self.operand(digits)?;
                    self.push("::integer");
                }
                self.push(")");
                self.word(postgres_result(ty))
            }
            (Math::Postgres, []) => malformed("ROUND of nothing"),
        }
    }

    /// A function that makes whole numbers.
    fn whole(&mut self, name: &str, args: &[Expr], ty: &ColumnType) -> Result<()> {
        match self.dialect.math {
            Math::Sqlite if is_decimal(ty) => self.dialect.unsupported("FLOOR and CEIL of decimals"),
            Math::Postgres => {
                self.function(name, args)?;
                self.word(postgres_result(ty))
            }
            Math::Sqlite | Math::Mysql if *ty == ColumnType::Int => {
                self.push("CAST(");
                self.function(name, args)?;
                self.word(match self.dialect.math {
                    Math::Mysql => " AS SIGNED)",
                    Math::Postgres | Math::Sqlite => " AS INTEGER)",
                })
            }
            Math::Sqlite | Math::Mysql => self.function(name, args),
        }
    }

    fn sqrt(&mut self, args: &[Expr]) -> Result<()> {
        self.push("SQRT(");
        self.separated(args, |writer, arg| writer.cast(arg, &ColumnType::Float))?;
        self.word(")")
    }

    fn now(&mut self, ty: &ColumnType) -> Result<()> {
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

/// The least and the greatest number of arguments.
const fn arity(function: Function) -> (usize, usize) {
    match function {
        Function::Coalesce | Function::Greatest | Function::Least | Function::Concat => (1, 100),
        Function::NullIf => (2, 2),
        Function::Lower
        | Function::Upper
        | Function::Length
        | Function::Trim
        | Function::Abs
        | Function::Floor
        | Function::Ceil
        | Function::Sqrt => (1, 1),
        Function::Substr => (2, 3),
        Function::Replace => (3, 3),
        Function::Round => (1, 2),
        Function::Now | Function::Random => (0, 0),
    }
}

fn postgres_result(ty: &ColumnType) -> &'static str {
    if *ty == ColumnType::Int {
        "::bigint"
    } else if *ty == ColumnType::Float {
        "::double precision"
    } else {
        ""
    }
}
