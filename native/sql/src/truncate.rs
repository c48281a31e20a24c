//! The start of the unit of time that a date or datetime is in.

use oxyde_ir::expr::TruncUnit;
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::Calendar;
use crate::error::Result;
use crate::writer::Writer;

impl Writer<'_> {
    pub fn truncate(&mut self, unit: TruncUnit, expr: &Expr, of: &ColumnType, zone: Option<&Expr>) -> Result<()> {
        match (self.dialect.calendar, zone) {
            (Calendar::Intervals, _) => self.date_trunc(unit, expr, of, zone),
            // Neither knows every zone nor every year.
            (Calendar::Text | Calendar::Functions, Some(_)) => self.dialect.unsupported("starts of days and the like in time zones"),
            (Calendar::Text, None) => self.truncate_text(unit, expr, of),
            (Calendar::Functions, None) => {
                self.push("CAST(");
                self.template(["", "", of_mysql(unit)], &[expr])?;
                self.word(if *of == ColumnType::Date { " AS DATE)" } else { " AS DATETIME(6))" })
            }
        }
    }

    fn date_trunc(&mut self, unit: TruncUnit, expr: &Expr, of: &ColumnType, zone: Option<&Expr>) -> Result<()> {
        self.push("date_trunc('");
        self.push(of_postgres(unit));
        self.push("', ");
        self.operand(expr)?;
        match (of, zone) {
            (ColumnType::DatetimeTz, Some(zone)) => self.around(", ", zone, ")"),
            (ColumnType::DatetimeTz, None) => self.word(", 'UTC')"),
            (ColumnType::Date, _) => self.word("::timestamp)::date"),
            _ => self.word(")"),
        }
    }

    /// Writes the start as text, because the functions of `SQLite` round to milliseconds, even up to the next unit.
    fn truncate_text(&mut self, unit: TruncUnit, expr: &Expr, of: &ColumnType) -> Result<()> {
        let (length, rest) = match unit {
            TruncUnit::Year => (4, "-01-01"),
            TruncUnit::Month => (7, "-01"),
            TruncUnit::Quarter | TruncUnit::Week | TruncUnit::Day => (10, ""),
            TruncUnit::Hour => (13, ":00:00"),
            TruncUnit::Minute => (16, ":00"),
            TruncUnit::Second => (19, ""),
        };
        self.push("(");
        match unit {
            TruncUnit::Quarter => {
                self.cut(expr, 1, Some(5))?;
                self.push(" || substr('01040710', (");
                self.cut(expr, 6, Some(2))?;
                self.push(" + 2) / 3 * 2 - 1, 2) || '-01'");
            }
            TruncUnit::Week => {
                self.push("date(");
                self.cut(expr, 1, Some(length))?;
                self.push(", '-6 days', 'weekday 1')");
            }
            TruncUnit::Year | TruncUnit::Month | TruncUnit::Day | TruncUnit::Hour | TruncUnit::Minute | TruncUnit::Second => {
                self.cut(expr, 1, Some(length))?;
            }
        }
        let midnight = if *of == ColumnType::Date || length > 10 { "" } else { " 00:00:00" };
        if !(rest.is_empty() && midnight.is_empty()) {
            self.push(&format!(" || '{rest}{midnight}'"));
        }
        self.word(")")
    }
}

const fn of_postgres(unit: TruncUnit) -> &'static str {
    match unit {
        TruncUnit::Year => "year",
        TruncUnit::Quarter => "quarter",
        TruncUnit::Month => "month",
        TruncUnit::Week => "week",
        TruncUnit::Day => "day",
        TruncUnit::Hour => "hour",
        TruncUnit::Minute => "minute",
        TruncUnit::Second => "second",
    }
}

/// Returns the template of the start, before its cast.
const fn of_mysql(unit: TruncUnit) -> &'static str {
    match unit {
        TruncUnit::Year => "DATE_FORMAT({*}, '%Y-01-01')",
        TruncUnit::Quarter => "DATE_FORMAT({0}, '%Y-%m-01') - INTERVAL (MONTH({0}) - 1) % 3 MONTH",
        TruncUnit::Month => "DATE_FORMAT({*}, '%Y-%m-01')",
        TruncUnit::Week => "DATE({0}) - INTERVAL WEEKDAY({0}) DAY",
        TruncUnit::Day => "DATE({*})",
        TruncUnit::Hour => "DATE_FORMAT({*}, '%Y-%m-%d %H:00:00')",
        TruncUnit::Minute => "DATE_FORMAT({*}, '%Y-%m-%d %H:%i:00')",
        TruncUnit::Second => "DATE_FORMAT({*}, '%Y-%m-%d %H:%i:%s')",
    }
}
