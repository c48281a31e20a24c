//! Exact decimals, with a precision or without one.

use std::borrow::Cow;

use oxyde_ir::{ColumnType, Expr};

use super::{Declaration, Name, SqlType};
use crate::convert::Kind;
use crate::dialect::{Dialect, Types};
use crate::error::{Result, malformed};
use crate::writer::Writer;

/// The number of decimal digits that an `SQLite` float always preserves (`DBL_DIG`).
pub const FLOAT_DIGITS: u16 = 15;

pub struct Decimal {
    pub precision: Option<u16>,
    pub scale: Option<u16>,
}

impl SqlType for Decimal {
    fn declared(&self, dialect: &Dialect, _: Declaration<'_>) -> Result<Name> {
        let Some(precision) = self.precision else {
            return Ok(match dialect.types {
                Types::Postgres => "NUMERIC".into(),
                Types::Sqlite => "TEXT".into(),
                Types::Mysql | Types::Mariadb => "DECIMAL(65,30)".into(),
            });
        };
        let scale = self.scale.unwrap_or(0);
        let (most, most_scale, name) = match dialect.types {
            Types::Postgres => (1_000, 1_000, "NUMERIC"),
            Types::Sqlite if precision > FLOAT_DIGITS => return Ok("TEXT".into()),
            Types::Sqlite => (FLOAT_DIGITS, FLOAT_DIGITS, "NUMERIC"),
            Types::Mysql => (65, 30, "DECIMAL"),
            Types::Mariadb => (65, 38, "DECIMAL"),
        };
        if precision == 0 || scale > precision {
            return malformed(format!("a decimal of {precision} digits, {scale} of them after the point"));
        }
        if precision > most || scale > most_scale {
            return dialect.unsupported_but("decimals with so many digits", "give fewer max_digits or decimal_places");
        }
        Ok(format!("{name}({precision},{scale})").into())
    }

    fn cast_name(&self, dialect: &Dialect) -> Result<Option<Name>> {
        let (name, widest) = match dialect.types {
            Types::Postgres => ("numeric", "numeric"),
            Types::Sqlite => return Ok(None),
            Types::Mysql | Types::Mariadb => ("DECIMAL", "DECIMAL(65,30)"),
        };
        let scale = self.scale.unwrap_or(0);
        Ok(Some(self.precision.map_or(widest.into(), |precision| format!("{name}({precision},{scale})").into())))
    }

    fn cast(&self, writer: &mut Writer<'_>, expr: &Expr) -> Result<()> {
        if writer.has_text_decimals() {
            return writer.cast_to_text_decimal(expr, self.precision, self.scale);
        }
        writer.cast_as(expr, self)
    }

    fn kind(&self) -> Option<Kind> {
        Some(Kind::Decimal)
    }

    fn fit(&self, writer: &mut Writer<'_>, value: &Expr) -> Result<()> {
        let Some(precision) = self.precision else { return writer.assigned(value) };
        writer.around("oxyde_fit_decimal(", value, &format!(", {precision}, {})", self.scale.unwrap_or(0)))
    }
}

/// Returns the type without precision and scale, because a cast to a precision and scale rounds silently.
pub fn without_digits(ty: &ColumnType) -> Cow<'_, ColumnType> {
    if let ColumnType::Decimal { .. } = ty { Cow::Owned(ColumnType::Decimal { precision: None, scale: None }) } else { Cow::Borrowed(ty) }
}
