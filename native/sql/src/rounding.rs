//! ROUND as in Python: to the nearest number of that many digits, half to even.

use oxyde_ir::{ColumnType, Expr};

use crate::error::{Result, malformed};
use crate::walk::is_decimal;
use crate::writer::Writer;

/// Floats from this value on are whole numbers.
const WHOLE: &str = "4503599627370496";
/// Above this value, adjacent floats differ by more than 1.
const APART: &str = "9007199254740992";
/// The maximum number of digits for floats. Up to it, a power of ten splits into two single-precision floats.
const FLOAT_DIGITS: i32 = 15;
const INT_DIGITS: i32 = 18;

/// Formats `coefficient` times ten to the power of `-digits`.
fn decimal(coefficient: char, digits: i32) -> String {
    let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or_default());
    if digits > 0 { format!("0.{}{coefficient}", zeros(digits - 1)) } else { format!("{coefficient}{}", zeros(-digits)) }
}

/// Returns the template in parentheses that rounds decimals half to even; `{0}` is the number. The servers round half
/// away from zero, so an odd result of a half is off by one unit.
pub fn of_decimal(digits: i32) -> String {
    let (unit, two, half) = (decimal('1', digits), decimal('2', digits), decimal('5', digits + 1));
    format!("(ROUND({{0}}, {digits}) - CASE ABS({{0}} % {two}) WHEN {half} THEN SIGN({{0}}) * {unit} ELSE 0 END)")
}

/// Returns the template for integers, which stay integers; an overflow is an error.
fn of_int(digits: i32) -> String {
    let rest = format!("{{0}} % {}", decimal('2', digits));
    let (unit, two, half) = (decimal('1', digits), decimal('2', digits), decimal('5', digits + 1));
    let next = decimal('1', digits - 1).replacen("10", "15", 1);
    let next = next.strip_suffix('0').unwrap_or(&next);
    format!(
        "({{0}} - {rest} + CASE WHEN {rest} >= {next} THEN {two} WHEN {rest} > {half} THEN {unit} \
         WHEN {rest} <= -{next} THEN -{two} WHEN {rest} < -{half} THEN -{unit} ELSE 0 END)"
    )
}

/// Returns the template for floats. Scaling by a power of ten is inexact and may produce a half; then the exact error
/// (Dekker product, with operands split in single precision) tells on which side of the half the value is.
fn of_float(digits: i32, single: [&str; 2]) -> String {
    let size = digits.unsigned_abs();
    let power = format!("1e{size}");
    // The power of ten, split in two.
    let exact = 10_f64.powi(size.cast_signed());
    let high = f64::from(exact as f32);
    let low = exact - high;
    let [before, after] = single;
    let (scaled, back, factor) = if digits > 0 {
        (format!("{{0}} * {power}"), format!("/ {power}"), "{0}".to_owned())
    } else {
        (format!("{{0}} / {power}"), format!("* {power}"), format!("{{0}} / {power}"))
    };
    let half = format!("{before}{factor}{after}");
    let other = format!("({factor} - {half})");
    let product = if digits > 0 { format!("({scaled})") } else { "{0}".to_owned() };
    let mut error = format!("{half} * {high:e} - {product} + {other} * {high:e}");
    if low != 0.0 {
        error = format!("{half} * {high:e} - {product} + {half} * {low:e} + {other} * {high:e} + {other} * {low:e}");
    }
    // For a product this is its rounding error; for a quotient, the remainder.
    let (above, below) = if digits > 0 { ("1", "-1") } else { ("-1", "1") };
    let first = if digits > 0 { format!("ABS({{0}}) >= {WHOLE} THEN {{0}}") } else { format!("ABS({{0}}) <= {power} / 2 THEN 0e0") };
    format!(
        "(CASE WHEN {first} WHEN ABS({scaled}) >= {APART} THEN {{0}} \
         WHEN ABS({scaled}) - FLOOR(ABS({scaled})) <> 0.5 THEN ROUND({scaled}) {back} \
         ELSE CASE SIGN({error}) WHEN {above} THEN CEIL({scaled}) WHEN {below} THEN FLOOR({scaled}) ELSE ROUND({scaled}) END {back} END)"
    )
}

impl Writer<'_> {
    /// Writes ROUND of a value to a constant number of digits.
    pub fn round(&mut self, args: &[Expr], ty: &ColumnType) -> Result<()> {
        let [value, Expr::Int(digits)] = args else { return malformed("ROUND takes a value and a number of digits") };
        let digits = i32::try_from(*digits)?;
        let both: Vec<&Expr> = args.iter().collect();
        if is_decimal(ty) {
            let text = of_decimal(digits);
            return self.template([&text, "oxyde_decimal_even({*})", &text], &both);
        }
        let limit = if *ty == ColumnType::Int { INT_DIGITS } else { FLOAT_DIGITS };
        if digits.abs() > limit {
            return malformed(format!("ROUND to {digits} digits"));
        }
        match (ty, digits) {
            (ColumnType::Int, 0..) => self.operand(value),
            (ColumnType::Int, _) => {
                let text = of_int(digits);
                self.template([&text, "oxyde_round({*})", &text], &both)
            }
            // To whole numbers, the servers round floats half to even by default. `MySQL` takes the result for a double
            // without decimal places, as in FLOOR.
            (_, 0) => self.template(["round({0})", "oxyde_round({*})", "(ROUND({0}) * 1e0)"], &both),
            (_, _) => {
                let [postgres, mysql] = [["CAST(CAST(", " AS real) AS double precision)"], ["CAST(CAST(", " AS FLOAT) AS DOUBLE)"]]
                    .map(|single| of_float(digits, single));
                self.template([&postgres, "oxyde_round({*})", &mysql], &both)
            }
        }
    }
}
