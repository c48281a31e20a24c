//! Casts of values and placeholders.

use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{Dialect, ParamTypes};
use crate::error::{Result, malformed};
use crate::types::{self, Name, Sent, SqlType, without_digits};
use crate::writer::Writer;

/// Returns the suffix that declares the type of a placeholder: `::bigint`.
pub fn suffix(dialect: &Dialect, ty: &ColumnType) -> Result<Option<String>> {
    match dialect.param_types {
        ParamTypes::Suffix => Ok(name_without_digits(dialect, ty)?.map(|name| format!("::{name}"))),
        ParamTypes::Cast { .. } | ParamTypes::None => Ok(None),
    }
}

/// Returns the type to which a placeholder in an expression is cast if its value is sent as text, so that it is not
/// compared as a float or as text.
pub fn value_cast(dialect: &Dialect, ty: &ColumnType) -> Result<Option<Name>> {
    let is_text = match (dialect.param_types, types::of(ty).sent()) {
        (ParamTypes::Suffix | ParamTypes::None, _) | (ParamTypes::Cast { .. }, Sent::Itself) => false,
        (ParamTypes::Cast { .. }, Sent::Text) => true,
        (ParamTypes::Cast { json }, Sent::Json) => json,
    };
    if is_text { name_without_digits(dialect, ty) } else { Ok(None) }
}

fn name_without_digits(dialect: &Dialect, ty: &ColumnType) -> Result<Option<Name>> {
    types::of(&without_digits(ty)).cast_name(dialect)
}

impl Writer<'_> {
    /// Writes `CAST(expr AS type)` or an equivalent.
    pub fn cast(&mut self, expr: &Expr, ty: &ColumnType) -> Result<()> {
        types::of(ty).cast(self, expr)
    }

    /// Writes `CAST(expr AS type)`.
    pub fn cast_as(&mut self, expr: &Expr, ty: &(impl SqlType + ?Sized)) -> Result<()> {
        let Some(name) = ty.cast_name(self.dialect)? else { return malformed("a cast to no type of the server's") };
        self.push("CAST(");
        self.respelt(expr)?;
        self.push(" AS ");
        self.push(&name);
        self.word(")")
    }

    /// Writes the time of day of a text that contains a time, or a date and time.
    pub fn cast_to_text_time(&mut self, expr: &Expr) -> Result<()> {
        self.push("substr(");
        self.respelt(expr)?;
        self.push(", CASE WHEN length(");
        self.respelt(expr)?;
        self.word(") > 16 THEN 12 ELSE 1 END)")
    }

    /// Writes the date and time of a text; for a date, its midnight.
    pub fn cast_to_text_moment(&mut self, expr: &Expr) -> Result<()> {
        self.push("substr((");
        self.respelt(expr)?;
        self.push(") || ' 00:00:00', 1, max(19, length(");
        self.respelt(expr)?;
        self.word(")))")
    }
}
