//! Columns whose declared type (`db_type`) stores values in a form that the server does not compare by their meaning.

use oxyde_ir::expr::Param;
use oxyde_ir::program::{Form, Origin, Slot};
use oxyde_ir::{Affinity, ColumnType, Expr};

use crate::dialect::{Dialect, Types};
use crate::error::Result;
use crate::spelling::{BYTES, HEX};
use crate::writer::Writer;

/// The form in which a column stores its values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// A form that the server compares and accepts as the value.
    Own,
    /// A number as text.
    Digits,
    /// A date and time, or a time of day, as text that other tools may have written.
    Moment,
    /// A duration as a `TIME` of `MySQL`.
    Clock,
    /// An integer as a `BIT` of `MySQL`, whose MIN and MAX are sent as text.
    Bits,
    /// A UUID in the spelling with this number.
    Spelt(u8),
}

impl Storage {
    pub fn of(dialect: &Dialect, ty: &ColumnType, db_type: Option<&str>) -> Self {
        let Some(db_type) = db_type else { return Self::Own };
        let declared: String = db_type.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_uppercase).collect();
        let name = declared.split('(').next().unwrap_or_default();
        let is_spelt = match (ty, declared.as_str(), dialect.types) {
            (ColumnType::Uuid, "BINARY(16)" | "VARBINARY(16)" | "BLOB", Types::Sqlite | Types::Mysql | Types::Mariadb) => Some(BYTES),
            (ColumnType::Uuid, "CHAR(32)" | "VARCHAR(32)", Types::Sqlite | Types::Mysql | Types::Mariadb) => Some(HEX),
            _ => None,
        };
        match (is_spelt, dialect.types) {
            (Some(number), _) => Self::Spelt(number),
            (None, Types::Postgres) => Self::Own,
            (None, Types::Sqlite) if is_number(ty) && Affinity::of(db_type).keeps_text() => Self::Digits,
            (None, Types::Mysql | Types::Mariadb) if name.ends_with("CHAR") || name.ends_with("TEXT") => {
                if is_number(ty) {
                    Self::Digits
                } else if matches!(ty, ColumnType::Datetime | ColumnType::DatetimeTz | ColumnType::Time) {
                    Self::Moment
                } else {
                    Self::Own
                }
            }
            (None, Types::Mysql | Types::Mariadb) if *ty == ColumnType::Duration && name == "TIME" => Self::Clock,
            (None, Types::Mysql | Types::Mariadb) if *ty == ColumnType::Int && name == "BIT" => Self::Bits,
            (None, Types::Sqlite | Types::Mysql | Types::Mariadb) => Self::Own,
        }
    }
}

fn is_number(ty: &ColumnType) -> bool {
    matches!(ty, ColumnType::Int | ColumnType::Float | ColumnType::Decimal { .. })
}

impl Writer<'_> {
    /// Returns the form in which a column stores its values; other expressions have the server's own form.
    pub fn storage(&self, expr: &Expr) -> Storage {
        if let Expr::Column { ty: Some(ty), db_type, .. } = expr { Storage::of(self.dialect, ty, db_type.as_deref()) } else { Storage::Own }
    }

    /// Writes a column as the value that it represents.
    pub fn column_value(&mut self, expr: &Expr, table: &str, name: &str, ty: Option<&ColumnType>) -> Result<()> {
        let (before, after) = match (self.storage(expr), self.dialect.types, ty) {
            (Storage::Digits, Types::Sqlite, Some(ColumnType::Int)) => ("oxyde_int(", ")"),
            (Storage::Digits, Types::Sqlite, Some(ColumnType::Float)) => ("CAST(", " AS REAL)"),
            (Storage::Digits, Types::Mysql | Types::Mariadb, Some(ColumnType::Int)) => ("CAST(", " AS SIGNED)"),
            (Storage::Digits, Types::Mysql | Types::Mariadb, Some(ColumnType::Float)) => ("CAST(", " AS DOUBLE)"),
            (Storage::Digits, Types::Mysql | Types::Mariadb, _) => ("CAST(", " AS DECIMAL(65,30))"),
            (Storage::Moment, _, Some(ColumnType::Time)) => ("CAST(", " AS TIME(6))"),
            (Storage::Moment, ..) => ("CAST(", " AS DATETIME(6))"),
            (Storage::Clock, ..) => ("TIMESTAMPDIFF(MICROSECOND, '2000-01-01', ADDTIME('2000-01-01 00:00:00', ", "))"),
            (Storage::Bits, ..) => ("(", " + 0)"),
            (Storage::Own | Storage::Spelt(_) | Storage::Digits, ..) => ("", ""),
        };
        self.push(before);
        self.column(table, name)?;
        self.word(after)
    }

    /// Writes a parameter in the UUID spelling of the column with which it is compared. Returns `false`, without
    /// writing anything, if the column has none.
    pub fn param_as_kept(&mut self, column: &Expr, param: &Param) -> Result<bool> {
        let Storage::Spelt(number) = self.storage(column) else { return Ok(false) };
        self.params.scalar(param)?;
        self.slot_as(Origin::Param(param.index), &param.ty, number)?;
        Ok(true)
    }

    /// Writes a slot in the spelling with this number.
    pub fn slot_as(&mut self, origin: Origin, ty: &ColumnType, number: u8) -> Result<()> {
        self.placeholder(Slot { origin, ty: ty.clone(), form: Form::Spelling(number) })
    }

    /// Writes a slot that is assigned to a column in the column's stored form. Returns `false`, without writing
    /// anything, if it needs no conversion.
    pub fn slot_to_keep(&mut self, origin: Origin, ty: &ColumnType, db_type: Option<&str>) -> Result<bool> {
        match Storage::of(self.dialect, ty, db_type) {
            Storage::Own | Storage::Digits | Storage::Moment | Storage::Bits => return Ok(false),
            Storage::Spelt(number) => self.slot_as(origin, ty, number)?,
            Storage::Clock => {
                self.push("SEC_TO_TIME(");
                self.placeholder(Slot { origin, ty: ty.clone(), form: Form::Scalar })?;
                self.push(" * 0.000001)");
            }
        }
        Ok(true)
    }
}
