//! Arithmetic: of integers, floats, decimals, and of dates and times with durations.

use oxyde_ir::expr::Operator;
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{Calendar, FloatModulo, Integers, Powers, Quotients};
use crate::error::Result;
use crate::walk::{is_decimal, type_of};
use crate::writer::Writer;

const fn sign(op: Operator) -> &'static str {
    match op {
        Operator::Add => " + ",
        Operator::Subtract => " - ",
        Operator::Multiply => " * ",
        Operator::Divide => " / ",
        Operator::Modulo => " % ",
        Operator::Power => " ^ ",
    }
}

/// The remainder of floats where the server has one of `numeric` only, and casts a float to 15 digits of it: the mantissas as integers,
/// both at the smaller exponent, whose remainder is exact.
const REMAINDER: [&str; 3] = [
    "(SELECT CASE WHEN v.x = 'NaN' OR v.y = 'NaN' OR abs(v.x) = 'Infinity' THEN 'NaN' WHEN abs(v.y) = 'Infinity' THEN v.x \
     ELSE CASE WHEN p.a < 0 THEN -1 ELSE 1 END * (p.m * power(2::numeric, p.e - least(p.e, p.f)) \
     % (p.n * power(2::numeric, p.f - least(p.e, p.f))))::double precision * power(2::double precision, least(p.e, p.f)) END FROM (SELECT ",
    "::double precision AS x, ",
    "::double precision AS y) AS v, LATERAL (SELECT a, a & 4503599627370495 | CASE a >> 52 & 2047 WHEN 0 THEN 0 ELSE 4503599627370496 END AS m, \
     greatest(a >> 52 & 2047, 1) - 1075 AS e, b & 4503599627370495 | CASE b >> 52 & 2047 WHEN 0 THEN 0 ELSE 4503599627370496 END AS n, \
     greatest(b >> 52 & 2047, 1) - 1075 AS f FROM (SELECT ('x' || encode(float8send(v.x), 'hex'))::bit(64)::bigint AS a, \
     ('x' || encode(float8send(v.y), 'hex'))::bit(64)::bigint AS b) AS s) AS p)",
];

fn is_calendar(ty: &ColumnType) -> bool {
    matches!(ty, ColumnType::Date | ColumnType::Datetime | ColumnType::DatetimeTz)
}

impl Writer<'_> {
    pub fn arithmetic(&mut self, op: Operator, left: &Expr, right: &Expr, ty: &ColumnType) -> Result<()> {
        let of_instants = [left, right].into_iter().filter_map(type_of).any(is_calendar);
        if is_calendar(ty) {
            return self.moved(op, left, right, ty);
        }
        if matches!(ty, ColumnType::Duration) && op == Operator::Subtract && of_instants {
            return self.distance(left, right);
        }
        if is_decimal(ty) && self.has_text_decimals() {
            return self.exact(op, left, right);
        }
        if self.is_fitted(op, ty) {
            self.push("oxyde_fit_int(");
            self.infix(left, sign(op), right)?;
            return self.word(")");
        }
        match op {
            Operator::Add | Operator::Subtract | Operator::Multiply => self.infix(left, sign(op), right),
            Operator::Divide => self.divide(left, right, ty),
            Operator::Modulo => self.modulo(left, right, ty),
            Operator::Power => self.power(left, right, ty),
        }
    }

    /// Whether a function of the driver's refuses what has more than 64 bits, where the server would go on in floats.
    pub fn is_fitted(&self, op: Operator, ty: &ColumnType) -> bool {
        let grows = matches!(op, Operator::Add | Operator::Subtract | Operator::Multiply);
        let is_whole = matches!(ty, ColumnType::Int | ColumnType::Duration);
        grows && is_whole && matches!(self.dialect.integers, Integers::Fitted)
    }

    pub fn negate(&mut self, expr: &Expr) -> Result<()> {
        if type_of(expr).is_some_and(|ty| self.is_fitted(Operator::Subtract, ty)) {
            self.push("oxyde_fit_int(-");
            self.operand(expr)?;
            return self.word(")");
        }
        if self.has_text_decimals() && type_of(expr).is_some_and(is_decimal) {
            return self.decimal_function("neg", &[expr]);
        }
        self.push("-");
        self.operand(expr)
    }

    fn divide(&mut self, left: &Expr, right: &Expr, ty: &ColumnType) -> Result<()> {
        // Of two integers the server would make an integer, or four digits.
        if *ty == ColumnType::Float && type_of(left) != Some(&ColumnType::Float) {
            self.cast(left, ty)?;
            self.push(sign(Operator::Divide));
            return self.divisor(right);
        }
        match self.dialect.quotients {
            Quotients::Digits { before, between, after } if is_decimal(ty) => {
                self.push(before);
                self.operand(left)?;
                self.push(between);
                self.divisor(right)?;
                return self.word(after);
            }
            Quotients::Digits { .. } | Quotients::Enough => {}
        }
        let operator = if *ty == ColumnType::Int { self.dialect.integer_division } else { sign(Operator::Divide) };
        self.quotient(left, operator, right)
    }

    fn modulo(&mut self, left: &Expr, right: &Expr, ty: &ColumnType) -> Result<()> {
        match (ty, self.dialect.float_modulo) {
            // `%` makes integers of its operands.
            (ColumnType::Float, FloatModulo::Function) => {
                self.around("mod(", left, ", ")?;
                self.divisor_argument(right)?;
                self.word(")")
            }
            // There is no remainder of floats.
            (ColumnType::Float, FloatModulo::Numeric) => {
                self.push(REMAINDER[0]);
                self.operand(left)?;
                self.push(REMAINDER[1]);
                self.operand(right)?;
                self.word(REMAINDER[2])
            }
            (_, FloatModulo::Operator | FloatModulo::Function | FloatModulo::Numeric) => self.quotient(left, sign(Operator::Modulo), right),
        }
    }

    fn quotient(&mut self, left: &Expr, operator: &str, right: &Expr) -> Result<()> {
        self.operand(left)?;
        self.push(operator);
        self.divisor(right)
    }

    fn power(&mut self, left: &Expr, right: &Expr, ty: &ColumnType) -> Result<()> {
        match (ty, self.dialect.powers) {
            (ColumnType::Float, Powers::Numeric) => {
                self.push("power(");
                self.operand(left)?;
                self.push("::double precision, ");
                self.operand(right)?;
                self.word("::double precision)")
            }
            (_, Powers::Numeric) => {
                self.push("power(");
                self.operand(left)?;
                self.push("::numeric, ");
                self.operand(right)?;
                self.word(if *ty == ColumnType::Int { "::numeric)::bigint" } else { "::numeric)" })
            }
            (ColumnType::Float, Powers::Floats) => self.two_args("pow(", left, right, ")"),
            (_, Powers::Floats) => self.dialect.unsupported("exact powers"),
        }
    }

    fn two_args(&mut self, before: &str, left: &Expr, right: &Expr, after: &str) -> Result<()> {
        self.around(before, left, ", ")?;
        self.around("", right, after)
    }

    /// Decimals as text, by functions of ours.
    fn exact(&mut self, op: Operator, left: &Expr, right: &Expr) -> Result<()> {
        let name = match op {
            Operator::Add => "add",
            Operator::Subtract => "sub",
            Operator::Multiply => "mul",
            Operator::Divide | Operator::Modulo => {
                self.around(if op == Operator::Divide { "oxyde_decimal_div(" } else { "oxyde_decimal_mod(" }, left, ", ")?;
                self.divisor_argument(right)?;
                return self.word(")");
            }
            Operator::Power => return self.dialect.unsupported("exact powers"),
        };
        self.decimal_function(name, &[left, right])
    }

    /// A date or time moved by a duration, which is the other operand.
    fn moved(&mut self, op: Operator, left: &Expr, right: &Expr, ty: &ColumnType) -> Result<()> {
        let (instant, duration) = if type_of(left) == Some(&ColumnType::Duration) { (right, left) } else { (left, right) };
        match self.dialect.calendar {
            Calendar::Intervals if *ty == ColumnType::Date => {
                self.push("(");
                self.infix(instant, sign(op), duration)?;
                self.word(")::date")
            }
            Calendar::Intervals => self.infix(instant, sign(op), duration),
            Calendar::Functions => {
                // With microseconds a date becomes a date and time.
                let (before, after) = if *ty == ColumnType::Date { ("DATE(", ")") } else { ("", "") };
                self.push(before);
                self.around(if op == Operator::Subtract { "DATE_SUB(" } else { "DATE_ADD(" }, instant, ", INTERVAL ")?;
                self.operand(duration)?;
                self.push(" MICROSECOND)");
                self.word(after)
            }
            Calendar::Text => self.moved_text(op, instant, duration, ty),
        }
    }

    /// The duration from `right` to `left`.
    fn distance(&mut self, left: &Expr, right: &Expr) -> Result<()> {
        match self.dialect.calendar {
            Calendar::Intervals => {
                for (expr, text) in [(left, " - "), (right, "")] {
                    self.operand(expr)?;
                    // A date less a date is a number of days.
                    self.push(if type_of(expr) == Some(&ColumnType::Date) { "::timestamp" } else { "" });
                    self.push(text);
                }
                Ok(())
            }
            Calendar::Functions => self.two_args("TIMESTAMPDIFF(MICROSECOND, ", right, left, ")"),
            Calendar::Text => {
                self.push("((");
                self.unix_seconds(left)?;
                self.push(" - ");
                self.unix_seconds(right)?;
                self.push(") * 1000000 + ");
                self.microseconds(left)?;
                self.push(" - ");
                self.microseconds(right)?;
                self.word(")")
            }
        }
    }

    /// Microseconds since 1970, added up and written anew: `SQLite` itself knows no more than milliseconds.
    /// Past the end of the calendar the text is a question mark, which no column takes, instead of NULL.
    fn moved_text(&mut self, op: Operator, instant: &Expr, duration: &Expr, ty: &ColumnType) -> Result<()> {
        self.push(if *ty == ColumnType::Date {
            "(SELECT CASE WHEN u IS NOT NULL THEN COALESCE(strftime('%Y-%m-%d', (u - f) / 1000000, 'unixepoch'), '?') END"
        } else {
            "(SELECT CASE WHEN u IS NOT NULL THEN COALESCE(strftime('%Y-%m-%d %H:%M:%S', (u - f) / 1000000, 'unixepoch'), '?') \
             || CASE f WHEN 0 THEN '' ELSE printf('.%06d', f) END END"
        });
        self.push(" FROM (SELECT u, (u % 1000000 + 1000000) % 1000000 AS f FROM (SELECT ");
        self.unix_seconds(instant)?;
        self.push(" * 1000000 + ");
        self.microseconds(instant)?;
        self.push(sign(op));
        self.operand(duration)?;
        self.word(" AS u)))")
    }

    fn unix_seconds(&mut self, expr: &Expr) -> Result<()> {
        self.push("unixepoch(");
        self.cut(expr, 1, Some(19))?;
        self.word(")")
    }

    /// The digits after the point, however many there are.
    fn microseconds(&mut self, expr: &Expr) -> Result<()> {
        self.push("CAST(round(('0' || ");
        self.cut(expr, 20, None)?;
        self.word(") * 1000000) AS INTEGER)")
    }
}
