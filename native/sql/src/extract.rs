//! Parts of dates and times.

use oxyde_ir::expr::DatePart;
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::Calendar;
use crate::error::Result;
use crate::writer::Writer;

/// Returns the type of a part.
pub const fn part_type(part: DatePart) -> &'static ColumnType {
    match part {
        DatePart::Date => &ColumnType::Date,
        DatePart::Time => &ColumnType::Time,
        DatePart::Year
        | DatePart::IsoYear
        | DatePart::Quarter
        | DatePart::Month
        | DatePart::Week
        | DatePart::Day
        | DatePart::WeekDay
        | DatePart::Hour
        | DatePart::Minute
        | DatePart::Second => &ColumnType::Int,
    }
}

impl Writer<'_> {
    pub fn extract(&mut self, part: DatePart, expr: &Expr, of: &ColumnType) -> Result<()> {
        match self.dialect.calendar {
            Calendar::Intervals => self.extract_field(part, expr, of),
            Calendar::Functions => {
                let (before, after) = function(part);
                self.around(before, expr, after)
            }
            Calendar::Text => self.extract_text(part, expr, of),
        }
    }

    /// Writes EXTRACT on `PostgreSQL`, whose fields are `numeric`.
    fn extract_field(&mut self, part: DatePart, expr: &Expr, of: &ColumnType) -> Result<()> {
        let (before, after) = match part {
            DatePart::Date => ("(", ")::date"),
            DatePart::Time => ("(", ")::time"),
            DatePart::Year => ("EXTRACT(year FROM ", ")::bigint"),
            DatePart::IsoYear => ("EXTRACT(isoyear FROM ", ")::bigint"),
            DatePart::Quarter => ("EXTRACT(quarter FROM ", ")::bigint"),
            DatePart::Month => ("EXTRACT(month FROM ", ")::bigint"),
            DatePart::Week => ("EXTRACT(week FROM ", ")::bigint"),
            DatePart::Day => ("EXTRACT(day FROM ", ")::bigint"),
            DatePart::WeekDay => ("(EXTRACT(dow FROM ", ")::bigint + 1)"),
            DatePart::Hour => ("EXTRACT(hour FROM ", ")::bigint"),
            DatePart::Minute => ("EXTRACT(minute FROM ", ")::bigint"),
            DatePart::Second => ("FLOOR(EXTRACT(second FROM ", "))::bigint"),
        };
        self.push(before);
        self.operand(expr)?;
        if *of == ColumnType::DatetimeTz {
            self.push(" AT TIME ZONE 'UTC'");
        }
        self.word(after)
    }

    fn extract_text(&mut self, part: DatePart, expr: &Expr, of: &ColumnType) -> Result<()> {
        // The position of the time of day.
        let clock = if *of == ColumnType::Time { 1 } else { 12 };
        match part {
            DatePart::Date => self.cut(expr, 1, Some(10)),
            DatePart::Time => self.cut(expr, clock, None),
            DatePart::Year => self.number(expr, 1, 4),
            DatePart::Month => self.number(expr, 6, 2),
            DatePart::Day => self.number(expr, 9, 2),
            DatePart::Hour => self.number(expr, clock, 2),
            DatePart::Minute => self.number(expr, clock + 3, 2),
            DatePart::Second => self.number(expr, clock + 6, 2),
            DatePart::Quarter => {
                self.push("((");
                self.number(expr, 6, 2)?;
                self.word(" + 2) / 3)")
            }
            DatePart::IsoYear => self.day_format("CAST(strftime('%G', ", expr, ") AS INTEGER)"),
            DatePart::Week => self.day_format("CAST(strftime('%V', ", expr, ") AS INTEGER)"),
            DatePart::WeekDay => self.day_format("(strftime('%w', ", expr, ") + 1)"),
        }
    }

    fn day_format(&mut self, before: &str, expr: &Expr, after: &str) -> Result<()> {
        self.push(before);
        self.cut(expr, 1, Some(10))?;
        self.word(after)
    }

    fn number(&mut self, expr: &Expr, start: u8, length: u8) -> Result<()> {
        self.push("CAST(");
        self.cut(expr, start, Some(length))?;
        self.word(" AS INTEGER)")
    }

    /// Writes a substring at a fixed position.
    pub fn cut(&mut self, expr: &Expr, start: u8, length: Option<u8>) -> Result<()> {
        let length = length.map(|length| format!(", {length}")).unwrap_or_default();
        self.push("substr(");
        self.respelt(expr)?;
        self.word(&format!(", {start}{length})"))
    }
}

/// Returns the texts around the expression on `MySQL`. In mode 3, week 1 contains the year's first Thursday, as in ISO
/// 8601.
const fn function(part: DatePart) -> (&'static str, &'static str) {
    match part {
        DatePart::Date => ("DATE(", ")"),
        DatePart::Time => ("TIME(", ")"),
        DatePart::Year => ("YEAR(", ")"),
        DatePart::IsoYear => ("(YEARWEEK(", ", 3) DIV 100)"),
        DatePart::Quarter => ("QUARTER(", ")"),
        DatePart::Month => ("MONTH(", ")"),
        DatePart::Week => ("WEEK(", ", 3)"),
        DatePart::Day => ("DAYOFMONTH(", ")"),
        DatePart::WeekDay => ("DAYOFWEEK(", ")"),
        DatePart::Hour => ("HOUR(", ")"),
        DatePart::Minute => ("MINUTE(", ")"),
        DatePart::Second => ("SECOND(", ")"),
    }
}
