//! Computed values that are assigned to a column. A value that the column cannot hold is an error at run time.

use oxyde_ir::expr::{Function, Operator};
use oxyde_ir::statement::Assignment;
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{Computed, Integers, Types};
use crate::error::Result;
use crate::walk::{has_arithmetic, has_query, type_of};
use crate::writer::Writer;
use crate::{quote, types};

/// The first and last value that Oxyde reads, and an operation that makes any other value overflow the server's own
/// range.
pub type Range = [&'static str; 3];

/// Whether a value may have more digits after the point than its column, where the servers would round it silently.
fn is_finer(value: &Expr, scale: u16) -> bool {
    if let Expr::Call { function: Function::Round, args, .. } = value
        && let [_, Expr::Int(digits)] = args.as_slice()
    {
        return *digits > i64::from(scale);
    }
    match type_of(value) {
        Some(ColumnType::Decimal { precision: Some(_), scale: own }) => own.unwrap_or(0) > scale,
        Some(ColumnType::Int) => false,
        _ => !matches!(value, Expr::Null),
    }
}

impl Writer<'_> {
    /// Writes a computed value for a column of a type.
    pub fn computed(&mut self, set: &Assignment, ty: &ColumnType) -> Result<()> {
        let value = &set.value;
        if let (Types::Postgres, Some(name)) = (self.dialect.types, &set.db_type) {
            return self.around("CAST(", value, &format!(" AS {name})"));
        }
        if let Some(length) = set.length {
            // The servers silently truncate excess spaces, so a text that is too long gets another character at its
            // end.
            let postgres =
                format!("(SELECT v || CASE WHEN length(v) > {length} THEN '.' ELSE '' END FROM (SELECT {{*}} AS v) AS computed)");
            let mysql = format!("CONCAT({{*}}, IF(CHAR_LENGTH({{0}}) > {length}, '.', ''))");
            return self.template([&postgres, &format!("oxyde_fit_text({{*}}, {length})"), &mysql], &[value]);
        }
        if let ColumnType::Decimal { precision: Some(precision), scale } = ty
            && is_finer(value, scale.unwrap_or(0))
        {
            return self.exact(set, *precision, scale.unwrap_or(0));
        }
        let ty = types::of(ty);
        match (self.dialect.computed, ty.range()) {
            (Computed::Fitted, _) => ty.fit(self, value),
            (Computed::Ranged, Some(range)) if has_arithmetic(value) || has_query(value) => self.ranged(value, range),
            (Computed::Converted | Computed::Ranged, _) => self.assigned(value),
        }
    }

    /// Writes a value (once) with a check that it is between two bounds.
    fn ranged(&mut self, value: &Expr, [first, last, beyond]: Range) -> Result<()> {
        self.push(&format!("(SELECT CASE WHEN v BETWEEN {first} AND {last} THEN v ELSE v {beyond} END FROM (SELECT "));
        self.around("", value, " AS v) AS computed)")
    }

    /// Writes a decimal that the server refuses if its column would round it.
    fn exact(&mut self, set: &Assignment, precision: u16, scale: u16) -> Result<()> {
        let reason = |start: &str| {
            let rest = format!("more than {scale} digits after the point, those of {}; Round(..., {scale})", set.column);
            quote::literal(self.dialect, &format!("{start} {rest}"))
        };
        match self.dialect.types {
            Types::Postgres => {
                let reason = reason(" has")?;
                self.push(&format!(
                    "(SELECT CASE WHEN v = trunc(v, {scale}) THEN v ELSE CAST(v || {reason} AS numeric) END FROM (SELECT CAST("
                ));
                self.around("", &set.value, " AS numeric) AS v) AS computed)")
            }
            Types::Sqlite => {
                let reason = reason(" has")?;
                self.around("oxyde_fit_decimal(", &set.value, &format!(", {precision}, {scale}, {reason})"))
            }
            Types::Mysql | Types::Mariadb => {
                let reason = reason("a result of")?;
                self.push("IF(");
                self.operand(&set.value)?;
                self.push(" <> TRUNCATE(");
                self.around("", &set.value, &format!(", {scale}), 9223372036854775807 + CHAR_LENGTH({reason}), "))?;
                self.around("", &set.value, ")")
            }
        }
    }

    /// Writes a value for an integer column.
    pub fn fit_int(&mut self, value: &Expr) -> Result<()> {
        if self.fits_itself(value) { self.expr(value) } else { self.around("oxyde_fit_int(", value, ")") }
    }

    /// Whether a value is written as a call of a function that refuses results of more than 64 bits.
    pub fn fits_itself(&self, value: &Expr) -> bool {
        let Expr::Arithmetic { op, ty, .. } = value else { return false };
        let divides = matches!(op, Operator::FloorDivide | Operator::Modulo) && *ty == ColumnType::Int;
        self.is_fitted(*op, ty) || (divides && matches!(self.dialect.integers, Integers::Fitted))
    }
}
