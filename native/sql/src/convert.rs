//! Conversions whose result is the same on all servers, or an error: a table with one row per pair of types.

use oxyde_ir::{ColumnType, Expr};

use crate::error::{Result, malformed};
use crate::rounding;
use crate::template::Templates;
use crate::types;
use crate::writer::Writer;

/// The kinds of types in the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bool,
    Int,
    Float,
    Decimal,
    Text,
    Date,
}

/// Templates that parse numbers. `PostgreSQL` accepts more (NaN, infinity, other bases, underscores), so the characters
/// of these are replaced first. `MySQL` parses any numeric prefix, so a regular expression checks the text.
const TEXT_TO_INT: Templates<'static> = [
    "CAST(translate({0}, '_xXoObB', '???????') AS bigint)",
    "oxyde_read_int({*})",
    r"CASE WHEN {0} REGEXP '^[\\t-\\r ]*[+-]?[0-9]+[\\t-\\r ]*$' AND CAST(REGEXP_SUBSTR({0}, '[+-]?[0-9]+') AS DECIMAL(65,0)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(REGEXP_SUBSTR({0}, '[+-]?[0-9]+') AS SIGNED) WHEN {0} IS NOT NULL THEN {!a text that is not a 64-bit integer} END",
];
const TEXT_TO_FLOAT: Templates<'static> = [
    "CAST(translate({0}, '_xXnNiIpP', '?????????') AS double precision)",
    "oxyde_read_float({*})",
    r"CASE WHEN {0} REGEXP '^[\\t-\\r ]*[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?[\\t-\\r ]*$' AND ABS(CAST(REGEXP_SUBSTR({0}, '[^\\t-\\r ]+') AS DOUBLE)) < 1.7976931348623157e308 THEN CAST(REGEXP_SUBSTR({0}, '[^\\t-\\r ]+') AS DOUBLE) WHEN {0} IS NOT NULL THEN {!a text that is not a float} END",
];
const TEXT_TO_DECIMAL: Templates<'static> = [
    "CAST(translate({0}, '_xXoObBnNiI', '???????????') AS numeric)",
    "oxyde_read_decimal({*})",
    r"CASE WHEN {0} REGEXP '^[\\t-\\r ]*[+-]?([0-9]{1,35}(\\.[0-9]{0,30})?|\\.[0-9]{1,30})[\\t-\\r ]*$' THEN CAST(REGEXP_SUBSTR({0}, '[^\\t-\\r ]+') AS DECIMAL(65,30)) WHEN {0} IS NOT NULL THEN {!a text that does not fit DECIMAL(65,30)} END",
];
const TEXT_TO_BOOL: Templates<'static> = [
    "CASE WHEN lower({0}) IN ('1', 'on', 't', 'true', 'y', 'yes') THEN TRUE WHEN lower({0}) IN ('0', 'off', 'f', 'false', 'n', 'no') THEN FALSE WHEN {0} IS NOT NULL THEN CAST('?' || {0} AS boolean) END",
    "oxyde_read_bool({*})",
    "CASE WHEN CAST(LOWER({0}) AS BINARY) IN ('1', 'on', 't', 'true', 'y', 'yes') THEN TRUE WHEN CAST(LOWER({0}) AS BINARY) IN ('0', 'off', 'f', 'false', 'n', 'no') THEN FALSE WHEN {0} IS NOT NULL THEN {!a text that is not a boolean} END",
];

const FLOAT_TO_INT: Templates<'static> = [
    "CAST(trunc({0}) AS bigint)",
    "oxyde_truncate({*})",
    "CAST(IF({0} >= 9223372036854775808e0 OR {0} < -9223372036854775808e0, {!a float that is not a 64-bit integer}, TRUNCATE({0}, 0)) AS SIGNED)",
];
const DECIMAL_TO_INT: Templates<'static> = [
    "CAST(trunc({0}) AS bigint)",
    "oxyde_truncate({*})",
    "CAST(IF({0} >= 9223372036854775808 OR {0} <= -9223372036854775809, {!a decimal that is not a 64-bit integer}, TRUNCATE({0}, 0)) AS SIGNED)",
];
/// The shortest decimal that is parsed as the same float. `PostgreSQL` never prints a decimal halfway between two
/// floats, which may be shorter. Those have 15 or 16 digits and contain a power of five that fits into 54 bits, so they
/// are less than 1e40.
const FLOAT_TO_DECIMAL: Templates<'static> = [
    "(SELECT CASE WHEN abs(v.x) NOT BETWEEN 9007199254740992 AND 1e40 THEN v.x \
     WHEN round(v.x, 15 - v.n)::double precision = v.x::double precision THEN round(v.x, 15 - v.n) \
     WHEN round(v.x, 16 - v.n)::double precision = v.x::double precision THEN round(v.x, 16 - v.n) ELSE v.x END \
     FROM (SELECT u.x, length(trunc(abs(u.x))::text) AS n FROM (SELECT CAST(CAST(CAST({0} AS double precision) AS text) AS numeric) AS x) AS u) AS v)",
    "oxyde_decimal_add({*}, 0)",
    "CASE WHEN CAST(CAST({0} + 0e0 AS CHAR) AS DECIMAL(65,30)) = {0} THEN CAST(CAST({0} + 0e0 AS CHAR) AS DECIMAL(65,30)) WHEN {0} IS NOT NULL THEN {!a float that does not fit DECIMAL(65,30)} END",
];
/// Without trailing zeros.
const DECIMAL_TO_TEXT: Templates<'static> = [
    "CAST(trim_scale({0}) AS text)",
    "oxyde_decimal_add({*}, 0)",
    "TRIM(TRAILING '.' FROM TRIM(TRAILING '0' FROM CONCAT({0}, IF(LOCATE('.', {0}), '', '.'))))",
];

/// Of any number of digits: the type of a recursive query's column is that of its first row, and `MySQL` rounds those that
/// follow to it. A sum has the digits of both sides, and is refused where it has too many; a cast would cut it.
const DECIMAL_TO_DECIMAL: Templates<'static> =
    ["CAST({*} AS numeric)", "oxyde_decimal_add({*}, 0)", "({0} + 0.000000000000000000000000000000)"];

/// Returns the templates of a conversion; `None` if the cast to the type is used.
fn row(of: Kind, to: Kind) -> Option<Templates<'static>> {
    match (of, to) {
        (Kind::Bool, Kind::Int) => Some(["CAST(CAST({*} AS integer) AS bigint)", "CAST({*} AS INTEGER)", "CAST({*} AS SIGNED)"]),
        (Kind::Int | Kind::Float, Kind::Bool) => Some(["({0} <> 0)"; 3]),
        (Kind::Decimal, Kind::Bool) => Some(["({0} <> 0)", "(oxyde_decimal_add({*}, 0) <> '0')", "({0} <> 0)"]),
        (Kind::Decimal, Kind::Float) => Some(["CAST({*} AS double precision)", "oxyde_float({*})", "CAST({*} AS DOUBLE)"]),
        (Kind::Float, Kind::Int) => Some(FLOAT_TO_INT),
        (Kind::Decimal, Kind::Int) => Some(DECIMAL_TO_INT),
        (Kind::Int, Kind::Decimal) => Some(["CAST({*} AS numeric)", "oxyde_decimal_add({*}, 0)", "CAST({*} AS DECIMAL(20,0))"]),
        (Kind::Float, Kind::Decimal) => Some(FLOAT_TO_DECIMAL),
        (Kind::Decimal, Kind::Decimal) => Some(DECIMAL_TO_DECIMAL),
        (Kind::Decimal, Kind::Text) => Some(DECIMAL_TO_TEXT),
        (Kind::Date, Kind::Text) => Some(["to_char({*}, 'YYYY-MM-DD')", "substr({*}, 1, 10)", "CAST({*} AS CHAR)"]),
        (Kind::Text, Kind::Int) => Some(TEXT_TO_INT),
        (Kind::Text, Kind::Float) => Some(TEXT_TO_FLOAT),
        (Kind::Text, Kind::Decimal) => Some(TEXT_TO_DECIMAL),
        (Kind::Text, Kind::Bool) => Some(TEXT_TO_BOOL),
        // On PostgreSQL the text may be of another type (`inet`, `char(5)`), whose cast would add or strip something.
        (Kind::Text, Kind::Text) => Some(["CASE WHEN {0} IS NOT NULL THEN format('%s', {0}) END", "{0}", "{0}"]),
        (_, _) => None,
    }
}

/// Returns the templates of a conversion to a decimal of that many digits, rounded half to even.
fn with_digits(precision: u16, scale: u16) -> [String; 3] {
    let rounded = rounding::of_decimal(scale.into());
    let whole = "9".repeat((precision - scale.min(precision)).into());
    // From this value on, the rounded number has a digit too many.
    let limit = format!("{}.{}5", if whole.is_empty() { "0" } else { &whole }, "9".repeat(scale.into()));
    [
        format!("CAST({rounded} AS numeric({precision},{scale}))"),
        format!("oxyde_fit_decimal(oxyde_decimal_even({{*}}, {scale}), {precision}, {scale})"),
        format!(
            "CASE WHEN ABS({{0}}) < {limit} THEN CAST({rounded} AS DECIMAL({precision},{scale})) WHEN {{0}} IS NOT NULL THEN \
             {{!a decimal that does not fit its cast}} END"
        ),
    ]
}

impl Writer<'_> {
    /// Writes the conversion of a value from a known type to another one.
    pub fn convert(&mut self, expr: &Expr, of: &ColumnType, ty: &ColumnType) -> Result<()> {
        if let (ColumnType::Decimal { .. }, ColumnType::Decimal { precision: Some(precision), scale }) = (of, ty) {
            let scale = scale.unwrap_or(0);
            if scale > *precision {
                return malformed("a decimal of more digits after the point than digits");
            }
            let [postgres, sqlite, mysql] = with_digits(*precision, scale);
            return self.template([&postgres, &sqlite, &mysql], &[expr]);
        }
        match types::of(of).kind().zip(types::of(ty).kind()).and_then(|(of, to)| row(of, to)) {
            Some(templates) => self.template(templates, &[expr]),
            None => self.cast(expr, ty),
        }
    }
}
