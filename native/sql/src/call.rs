//! Scalar functions: a table with a row for each, and methods for those that no template can express.

use oxyde_ir::expr::Function;
use oxyde_ir::{ColumnType, Expr};

use crate::dialect::{Extremes, Now};
use crate::error::{Result, malformed};
use crate::lists::Members;
use crate::template::Templates;
use crate::walk::is_decimal;
use crate::writer::Writer;

/// How a call is written.
enum Spelling {
    /// With a template for each server.
    Each(Templates<'static>),
    /// With a template for each server, and another one for decimals on `SQLite`, where they are text.
    Numbers(Templates<'static>, &'static str),
    /// With a method.
    Method(fn(&mut Writer<'_>, &[Expr], &ColumnType) -> Result<()>),
}

use Spelling::{Each, Method, Numbers};

/// The templates of TRIM: the characters that `str.strip()` removes, for `btrim` and for a regular expression.
const TRIM: Templates<'static> = [
    r"btrim({*}, E'\t\n\u000b\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000')",
    "oxyde_trim({*})",
    r"REGEXP_REPLACE({*}, '^[\\t-\\r\\x1c-\\x20\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]+|[\\t-\\r\\x1c-\\x20\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}]+$', '')",
];

/// The templates of FLOOR and CEIL: of integers, of floats, and of decimals. `MySQL` takes a whole double for one without
/// decimal places, to four more of which AVG and a division round; times `1e0` it has as many as it needs.
const FLOOR: [Templates<'static>; 3] = [
    ["FLOOR({*})", "oxyde_floor({*})", "FLOOR({*})"],
    ["FLOOR({*})", "oxyde_floor({*})", "(FLOOR({*}) * 1e0)"],
    ["FLOOR({*})", "oxyde_decimal_floor({*})", "FLOOR({*})"],
];
const CEIL: [Templates<'static>; 3] = [
    ["CEIL({*})", "oxyde_ceil({*})", "CEIL({*})"],
    ["CEIL({*})", "oxyde_ceil({*})", "(CEIL({*}) * 1e0)"],
    ["CEIL({*})", "oxyde_decimal_ceil({*})", "CEIL({*})"],
];

/// Returns the minimum and maximum number of arguments of a function, and how its call is written.
#[allow(clippy::redundant_closure_for_method_calls)] // a method path has a single lifetime, the closures have any
fn row(function: Function) -> (usize, usize, Spelling) {
    match function {
        Function::Coalesce => (2, 100, Each(["COALESCE({*})"; 3])),
        Function::NullIf => (2, 2, Method(|writer, args, _| writer.unless_equal(args))),
        Function::Greatest => (1, 100, Method(|writer, args, _| writer.extreme("GREATEST(", "MAX(", args))),
        Function::Least => (1, 100, Method(|writer, args, _| writer.extreme("LEAST(", "MIN(", args))),
        Function::Concat => (1, 100, Each(["concat({*})", "concat({*})", "CONCAT_WS('', {*})"])),
        Function::Lower => (1, 1, Each(["LOWER({*})", "oxyde_lower({*})", "LOWER({*})"])),
        Function::Upper => (1, 1, Each(["UPPER({*})", "oxyde_upper({*})", "UPPER({*})"])),
        Function::Length => (1, 1, Each(["length({*})", "oxyde_length({*})", "CHAR_LENGTH({*})"])),
        Function::Trim => (1, 1, Each(TRIM)),
        Function::Substr => (2, 3, Method(|writer, args, _| writer.substr(args))),
        Function::Replace => (3, 3, Each(["REPLACE({*})"; 3])),
        Function::Abs => (1, 1, Numbers(["ABS({*})", "oxyde_abs({*})", "ABS({*})"], "oxyde_decimal_abs({*})")),
        Function::Round => (2, 2, Method(|writer, args, ty| writer.round(args, ty))),
        Function::Floor => (1, 1, Method(|writer, args, ty| writer.whole(args, ty, &FLOOR))),
        Function::Ceil => (1, 1, Method(|writer, args, ty| writer.whole(args, ty, &CEIL))),
        Function::Power => (2, 2, Each(["power({*})", "oxyde_power({*})", "POW({*})"])),
        Function::Sqrt => {
            let mysql = "SQRT(IF({0} < 0, {!square root of a negative number}, {0}))";
            (1, 1, Each(["sqrt({*})", "oxyde_sqrt({*})", mysql]))
        }
        Function::Now => (0, 0, Method(|writer, args, ty| writer.now(args, ty))),
        Function::ListContains => (2, 2, Method(|writer, args, _| writer.lists(args, Members::Contains))),
        Function::ListWithin => (2, 2, Method(|writer, args, _| writer.lists(args, Members::Within))),
        Function::ListOverlaps => (2, 2, Method(|writer, args, _| writer.lists(args, Members::Overlaps))),
        Function::ListLength => (1, 1, Each(["cardinality({0})", "json_array_length({0})", "JSON_LENGTH({0})"])),
        Function::ListItem => (2, 2, Method(|writer, args, ty| writer.list_item(args, ty))),
        Function::JsonGet => (2, 100, Method(|writer, args, _| writer.json_get(args))),
        Function::JsonGt => (3, 3, Method(|writer, args, _| writer.json_order(args, " > "))),
        Function::JsonGe => (3, 3, Method(|writer, args, _| writer.json_order(args, " >= "))),
        Function::JsonLt => (3, 3, Method(|writer, args, _| writer.json_order(args, " < "))),
        Function::JsonLe => (3, 3, Method(|writer, args, _| writer.json_order(args, " <= "))),
        Function::JsonText => (1, 1, Method(|writer, args, _| writer.json_text(args))),
        Function::JsonPlain => (2, 2, Method(|writer, args, _| writer.json_plain(args))),
        Function::JsonContains => (2, 2, Method(|writer, args, _| writer.json_contains(args))),
        Function::JsonHasKey => (2, 2, Method(|writer, args, _| writer.json_has_key(args))),
        Function::JsonHyphenKey => (1, 1, Method(|writer, args, _| writer.json_hyphen_key(args))),
        Function::TextSimilar => (2, 2, Method(|writer, args, _| writer.text_similar(args))),
        Function::Random => (0, 0, Each(["random()", "random()", "RAND()"])),
    }
}

impl Writer<'_> {
    pub fn call(&mut self, function: Function, args: &[Expr], ty: &ColumnType) -> Result<()> {
        let (least, most, spelling) = row(function);
        if args.len() < least || args.len() > most {
            return malformed(format!("{function:?} with {} arguments", args.len()));
        }
        let all: Vec<&Expr> = args.iter().collect();
        match spelling {
            Each(templates) => self.template(templates, &all),
            Numbers([postgres, _, mysql], sqlite) if is_decimal(ty) => self.template([postgres, sqlite, mysql], &all),
            Numbers(templates, _) => self.template(templates, &all),
            Method(write) => write(self, args, ty),
        }
    }

    /// Writes FLOOR or CEIL.
    fn whole(&mut self, args: &[Expr], ty: &ColumnType, of: &[Templates<'static>; 3]) -> Result<()> {
        let [of_ints, of_floats, of_decimals] = *of;
        let templates = if is_decimal(ty) {
            of_decimals
        } else if *ty == ColumnType::Int {
            of_ints
        } else {
            of_floats
        };
        self.template(templates, &args.iter().collect::<Vec<_>>())
    }

    fn function(&mut self, before: &str, args: &[Expr]) -> Result<()> {
        self.push(before);
        self.separated(args, Self::expr)?;
        self.word(")")
    }

    /// Writes NULLIF, whose operands are compared as in a comparison.
    fn unless_equal(&mut self, args: &[Expr]) -> Result<()> {
        let [value, other] = args else { return malformed("NULLIF of other than two values") };
        let compared = self.compared(&[value, other], None);
        self.push("NULLIF(");
        self.left(value, compared)?;
        self.push(", ");
        self.right(other, compared)?;
        self.word(")")
    }

    fn extreme(&mut self, name: &str, aggregate: &str, args: &[Expr]) -> Result<()> {
        // `MAX` with a single argument would be an aggregate.
        if let [only] = args {
            return self.operand(only);
        }
        match self.dialect.extremes {
            Extremes::Functions => self.function(name, args),
            Extremes::OfThoseKnown => {
                let others: Vec<&Expr> = args.iter().filter(|arg| !matches!(arg, Expr::Param(_))).collect();
                if others.is_empty() {
                    return self.function(name, args);
                }
                self.push("CASE WHEN num_nulls(");
                self.separated(others, Self::expr)?;
                self.push(") = 0 THEN ");
                self.function(name, args)?;
                self.word(" END")
            }
            Extremes::Aggregates => {
                let all: Vec<&Expr> = args.iter().collect();
                let compared = self.compared(&all, None);
                self.push(aggregate);
                self.separated(args, |writer, arg| writer.left(arg, compared))?;
                self.word(")")
            }
        }
    }

    /// Writes a call whose arguments after the first are offsets, which are 32-bit integers on `PostgreSQL`.
    pub fn with_places(&mut self, before: &str, args: &[Expr]) -> Result<()> {
        self.push(before);
        self.separated(args.iter().enumerate(), |writer, (index, arg)| {
            if index == 0 {
                return writer.expr(arg);
            }
            writer.operand(arg)?;
            writer.word(writer.dialect.place)
        })?;
        self.word(")")
    }

    /// Writes a substring, whose positions start at 1.
    fn substr(&mut self, args: &[Expr]) -> Result<()> {
        let all: Vec<&Expr> = args.iter().collect();
        let postgres = if args.len() > 2 { "substr({0}, {1}::integer, {2}::integer)" } else { "substr({0}, {1}::integer)" };
        self.template([postgres, "oxyde_substr({*})", "SUBSTR({*})"], &all)
    }

    fn now(&mut self, _: &[Expr], ty: &ColumnType) -> Result<()> {
        self.word(match (self.dialect.now, ty) {
            (Now::StatementTimestamp, ColumnType::DatetimeTz) => "statement_timestamp()",
            (Now::StatementTimestamp, ColumnType::Date) => "(statement_timestamp() AT TIME ZONE 'UTC')::date",
            (Now::StatementTimestamp, ColumnType::Time) => "(statement_timestamp() AT TIME ZONE 'UTC')::time",
            (Now::StatementTimestamp, _) => "(statement_timestamp() AT TIME ZONE 'UTC')",
            // The clock has a resolution of milliseconds; a zero fraction is omitted.
            (Now::Strftime, ColumnType::Date) => "strftime('%Y-%m-%d', 'now')",
            (Now::Strftime, ColumnType::Time) => "replace(strftime('%H:%M:%f000', 'now'), '.000000', '')",
            (Now::Strftime, _) => "replace(strftime('%Y-%m-%d %H:%M:%f000', 'now'), '.000000', '')",
            (Now::UtcTimestamp, ColumnType::Date) => "UTC_DATE()",
            (Now::UtcTimestamp, ColumnType::Time) => "UTC_TIME(6)",
            (Now::UtcTimestamp, _) => "UTC_TIMESTAMP(6)",
        })
    }
}
