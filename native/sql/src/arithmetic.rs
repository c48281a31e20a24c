//! Arithmetic of integers, floats and decimals, and of dates and times with durations.

use oxyde_ir::expr::Operator;
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{Calendar, Integers, Types};
use crate::error::{Result, malformed};
use crate::template::Templates;
use crate::walk::{is_decimal, type_of};
use crate::writer::Writer;

const fn sign(op: Operator) -> &'static str {
    match op {
        Operator::Add => " + ",
        Operator::Subtract => " - ",
        Operator::Multiply => " * ",
        Operator::Divide | Operator::FloorDivide => " / ",
        Operator::Modulo => " % ",
    }
}

/// Returns the templates of an operator on numbers; `None` for sums, differences and products, which are an operator on
/// every server. `MySQL` returns NULL for a division by zero, so its templates raise an error.
fn row(op: Operator, ty: &ColumnType) -> Option<Templates<'static>> {
    let kind = if *ty == ColumnType::Int {
        Kind::Int
    } else if is_decimal(ty) {
        Kind::Decimal
    } else {
        Kind::Float
    };
    Some(match (op, kind) {
        (Operator::Add | Operator::Subtract | Operator::Multiply, _) => return None,
        (Operator::Divide, Kind::Decimal) => [
            "trim_scale(({0} + 0::numeric(100, 80)) / {1})",
            "oxyde_decimal_div({*})",
            "({0} * 1.000000000000000000000000000000 / IF({1} = 0, {!division by zero}, {1}))",
        ],
        (Operator::Divide, Kind::Int | Kind::Float) => {
            ["CAST({0} AS double precision) / {1}", "oxyde_divide({*})", "CAST({0} AS DOUBLE) / IF({1} = 0, {!division by zero}, {1})"]
        }
        (Operator::FloorDivide, _) => [
            "{0} / {1} - CASE WHEN SIGN({0} % {1}) = -SIGN({1}) THEN 1 ELSE 0 END",
            "oxyde_floor_divide({*})",
            "{0} DIV IF({1} = 0, {!division by zero}, {1}) - CASE WHEN SIGN({0} % {1}) = -SIGN({1}) THEN 1 ELSE 0 END",
        ],
        (Operator::Modulo, Kind::Decimal) => ["{0} % {1}", "oxyde_decimal_mod({*})", "{0} % IF({1} = 0, {!division by zero}, {1})"],
        (Operator::Modulo, Kind::Int | Kind::Float) => [
            "{0} % {1} + CASE WHEN SIGN({0} % {1}) = -SIGN({1}) THEN {1} ELSE 0 END",
            "oxyde_modulo({*})",
            "{0} % IF({1} = 0, {!division by zero}, {1}) + CASE WHEN SIGN({0} % {1}) = -SIGN({1}) THEN {1} ELSE 0 END",
        ],
    })
}

/// Returns the name of the driver's function that adds, subtracts or multiplies.
fn name(op: Operator) -> Result<&'static str> {
    match op {
        Operator::Add => Ok("add"),
        Operator::Subtract => Ok("sub"),
        Operator::Multiply => Ok("mul"),
        Operator::Divide | Operator::FloorDivide | Operator::Modulo => malformed("a division where a sum was expected"),
    }
}

/// The kind of arithmetic of a number type.
enum Kind {
    Int,
    Decimal,
    Float,
}

/// The remainder of floats on a server that has a remainder of `numeric` only, and whose cast of a float keeps 15
/// digits. The mantissas are integers, scaled to the smaller of both exponents, so that their remainder is exact. The
/// result has the sign of the divisor.
const REMAINDER: [&str; 3] = [
    "(SELECT r.z + CASE WHEN sign(r.z) = -sign(r.y) THEN r.y ELSE 0 END FROM (SELECT v.y, CASE WHEN v.x = 'NaN' OR v.y = 'NaN' OR abs(v.x) = 'Infinity' THEN 'NaN' WHEN abs(v.y) = 'Infinity' THEN v.x \
     ELSE CASE WHEN p.a < 0 THEN -1 ELSE 1 END * (p.m * power(2::numeric, p.e - least(p.e, p.f)) \
     % (p.n * power(2::numeric, p.f - least(p.e, p.f))))::double precision * power(2::double precision, least(p.e, p.f)) END AS z FROM (SELECT ",
    "::double precision AS x, ",
    "::double precision AS y) AS v, LATERAL (SELECT a, a & 4503599627370495 | CASE a >> 52 & 2047 WHEN 0 THEN 0 ELSE 4503599627370496 END AS m, \
     greatest(a >> 52 & 2047, 1) - 1075 AS e, b & 4503599627370495 | CASE b >> 52 & 2047 WHEN 0 THEN 0 ELSE 4503599627370496 END AS n, \
     greatest(b >> 52 & 2047, 1) - 1075 AS f FROM (SELECT ('x' || encode(float8send(v.x), 'hex'))::bit(64)::bigint AS a, \
     ('x' || encode(float8send(v.y), 'hex'))::bit(64)::bigint AS b) AS s) AS p) AS r)",
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
        let sides = [left, right];
        if *ty == ColumnType::Float && op == Operator::Modulo && matches!(self.dialect.types, Types::Postgres) {
            return self.remainder(left, right);
        }
        if *ty == ColumnType::Float && op == Operator::Divide && type_of(left) == Some(&ColumnType::Float) {
            // A float dividend needs no cast.
            return self.template(["{0} / {1}", "oxyde_divide({*})", "{0} / IF({1} = 0, {!division by zero}, {1})"], &sides);
        }
        if let Some(templates) = row(op, ty) {
            return self.template(templates, &sides);
        }
        if self.is_fitted(op, ty) {
            self.push("oxyde_fit_int(");
            self.infix(left, sign(op), right)?;
            return self.word(")");
        }
        let is_plain = matches!(right, Expr::Param(_) | Expr::Int(_));
        if (op, ty, is_plain) == (Operator::Subtract, &ColumnType::Int, false) {
            // MariaDB does not detect that 0 minus the smallest integer overflows. The compiler sends no such
            // parameter.
            return self.template(["{0} - {1}", "{0} - {1}", "IF({0} = 0, -{1}, {0} - {1})"], &sides);
        }
        match (is_decimal(ty), *ty == ColumnType::Float) {
            (true, _) if self.has_text_decimals() => self.decimal_function(name(op)?, &sides),
            (_, true) if matches!(self.dialect.integers, Integers::Fitted) => {
                let text = format!("oxyde_{}({{*}})", name(op)?);
                self.template([&text; 3], &sides)
            }
            (_, _) => self.infix(left, sign(op), right),
        }
    }

    /// Whether a function of the driver refuses results of more than 64 bits, because the server would continue with
    /// floats.
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

    fn remainder(&mut self, left: &Expr, right: &Expr) -> Result<()> {
        self.push(REMAINDER[0]);
        self.operand(left)?;
        self.push(REMAINDER[1]);
        self.operand(right)?;
        self.word(REMAINDER[2])
    }

    fn two_args(&mut self, before: &str, left: &Expr, right: &Expr, after: &str) -> Result<()> {
        self.around(before, left, ", ")?;
        self.around("", right, after)
    }

    /// Writes a date or time plus or minus a duration, which is the other operand.
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
                let name = if op == Operator::Subtract { "DATE_SUB" } else { "DATE_ADD" };
                // Its functions return NULL beyond the end of the calendar.
                let text = format!(
                    "{name}({{0}}, INTERVAL IF({{0}} IS NOT NULL AND {{1}} IS NOT NULL AND {name}({{0}}, INTERVAL {{1}} MICROSECOND) IS NULL, \
                     {{!a moment outside the years 1 to 9999}}, {{1}}) MICROSECOND)"
                );
                // An interval in microseconds turns a date into a date and time.
                let (before, after) = if *ty == ColumnType::Date { ("DATE(", ")") } else { ("", "") };
                self.push(before);
                self.template([&text; 3], &[instant, duration])?;
                self.word(after)
            }
            Calendar::Text => self.moved_text(op, instant, duration, ty),
        }
    }

    /// Writes the difference of two dates or times: the duration from `right` to `left`.
    fn distance(&mut self, left: &Expr, right: &Expr) -> Result<()> {
        match self.dialect.calendar {
            Calendar::Intervals => {
                for (expr, text) in [(left, " - "), (right, "")] {
                    self.operand(expr)?;
                    // A date minus a date is a number of days.
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

    /// Writes the sum in microseconds since 1970, formatted as a date or time, because the functions of `SQLite` are
    /// limited to milliseconds. Beyond the end of the calendar the text is a question mark, which `oxyde_fit_moment`
    /// refuses, instead of NULL.
    fn moved_text(&mut self, op: Operator, instant: &Expr, duration: &Expr, ty: &ColumnType) -> Result<()> {
        self.push(if *ty == ColumnType::Date {
            "(SELECT CASE WHEN u IS NOT NULL THEN oxyde_fit_moment(COALESCE(strftime('%Y-%m-%d', (u - f) / 1000000, 'unixepoch'), '?')) END"
        } else {
            "(SELECT CASE WHEN u IS NOT NULL THEN oxyde_fit_moment(COALESCE(strftime('%Y-%m-%d %H:%M:%S', (u - f) / 1000000, 'unixepoch'), '?') \
             || CASE f WHEN 0 THEN '' ELSE printf('.%06d', f) END) END"
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

    /// Writes the microseconds of a text's fraction of a second, which may have any number of digits.
    fn microseconds(&mut self, expr: &Expr) -> Result<()> {
        self.push("CAST(round(('0' || ");
        self.cut(expr, 20, None)?;
        self.word(") * 1000000) AS INTEGER)")
    }
}
