//! Comparisons, membership and the search in texts.

use oxyde_ir::expr::{Comparison, MatchKind, Param};
use oxyde_ir::program::{Form, PatternSyntax, Slot, Source};
use oxyde_ir::statement::Select;
use oxyde_ir::{ColumnType, Expr};

use crate::cast;
use crate::dialect::{JsonEquality, List, Matching, Regex, TargetInSubquery};
use crate::error::{Result, malformed};
use crate::walk::type_of;
use crate::writer::{Writer, scalar_slot};

const fn sign(op: Comparison) -> &'static str {
    match op {
        Comparison::Eq => " = ",
        Comparison::Ne => " <> ",
        Comparison::Lt => " < ",
        Comparison::Le => " <= ",
        Comparison::Gt => " > ",
        Comparison::Ge => " >= ",
    }
}

impl Writer<'_> {
    pub fn compare(&mut self, op: Comparison, left: &Expr, right: &Expr) -> Result<()> {
        if [left, right].into_iter().any(|side| type_of(side) == Some(&ColumnType::Json)) {
            return self.compare_json(op, left, right);
        }
        let compared = self.compared(&[left, right], None);
        self.left(left, compared)?;
        self.push(sign(op));
        self.right(right, compared)
    }

    /// JSON is the same or not; no order is one that all servers know.
    fn compare_json(&mut self, op: Comparison, left: &Expr, right: &Expr) -> Result<()> {
        let negated = match op {
            Comparison::Eq => false,
            Comparison::Ne => true,
            Comparison::Lt | Comparison::Le | Comparison::Gt | Comparison::Ge => {
                return self.dialect.unsupported("an order of JSON values");
            }
        };
        match self.dialect.json_equality {
            JsonEquality::Operator => {
                self.operand(left)?;
                self.push(sign(op));
                self.operand(right)
            }
            JsonEquality::Cast => {
                self.around("CAST(", left, " AS JSON)")?;
                self.push(sign(op));
                self.around("CAST(", right, " AS JSON)")
            }
            JsonEquality::Function(name) => {
                self.push(if negated { "NOT " } else { "" });
                self.push(name);
                self.push("(");
                self.expr(left)?;
                self.push(", ");
                self.expr(right)?;
                self.word(")")
            }
            JsonEquality::Unsupported => self.dialect.unsupported("equality of JSON values"),
        }
    }

    pub fn between(&mut self, expr: &Expr, low: &Expr, high: &Expr) -> Result<()> {
        let compared = self.compared(&[expr, low, high], None);
        self.left(expr, compared)?;
        self.push(" BETWEEN ");
        self.right(low, compared)?;
        self.push(" AND ");
        self.right(high, compared)
    }

    /// `expr IN list`, by one array where the server takes one.
    pub fn membership(&mut self, expr: &Expr, list: &Param, size: u32, padded: bool) -> Result<()> {
        if size == 0 {
            return malformed("membership in an empty list");
        }
        self.params.list(list)?;
        let whole = |form| Slot { source: Source::Param(list.index), ty: list.ty.clone(), form };
        match self.dialect.list {
            // An array of arrays is one array of all their members.
            List::Array if !matches!(list.ty, ColumnType::Array { .. }) => {
                self.operand(expr)?;
                self.push(" = ANY(");
                self.placeholder(whole(Form::Array))?;
                if !list.uncast
                    && let Some(suffix) = cast::suffix(self.dialect, &list.ty)?
                {
                    self.push(&suffix);
                    self.push("[]");
                }
                self.word(")")
            }
            List::JsonEach if !padded && matches!(list.ty, ColumnType::Int | ColumnType::Float | ColumnType::Text) => {
                self.operand(expr)?;
                self.push(" IN (SELECT value FROM json_each(");
                self.placeholder(whole(Form::JsonArray))?;
                self.word("))")
            }
            List::Array | List::JsonEach | List::Padded => self.members(expr, list, size),
        }
    }

    fn members(&mut self, expr: &Expr, list: &Param, size: u32) -> Result<()> {
        if size > self.dialect.max_params {
            return self.dialect.unsupported("lists of so many members (give in= a queryset, or filter in parts)");
        }
        let compared = self.compared(&[expr], Some(&list.ty));
        self.left(expr, compared)?;
        self.push(" IN (");
        self.separated(0..size, |writer, member| {
            writer.slot(scalar_slot(Source::Member { index: list.index, member }, &list.ty), list.uncast)
        })?;
        self.word(")")
    }

    pub fn in_select(&mut self, expr: &Expr, select: &Select) -> Result<()> {
        let types: Vec<&Expr> = select.outputs.iter().map(|output| &output.expr).collect();
        let [member] = types.as_slice() else { return malformed("membership in a select of other than one column") };
        let compared = self.compared(&[expr, member], None);
        self.left(expr, compared)?;
        self.push(" IN (");
        self.derived_where_limited(select)?;
        self.word(")")
    }

    /// A select inside IN; with a limit it must be a derived table on some servers.
    fn derived_where_limited(&mut self, select: &Select) -> Result<()> {
        let limited = select.limit.is_some() || select.offset.is_some();
        match self.dialect.target_in_subquery {
            TargetInSubquery::Derived if limited => {
                self.push("SELECT * FROM (");
                self.select(select)?;
                self.push(") AS ");
                self.identifier("limited")
            }
            TargetInSubquery::Derived | TargetInSubquery::Allowed => self.select(select),
        }
    }

    pub fn matching(&mut self, kind: MatchKind, expr: &Expr, pattern: &Param, fold: bool) -> Result<()> {
        self.params.scalar(pattern)?;
        let (before, after) = match kind {
            MatchKind::Exact => (false, false),
            MatchKind::Contains => (true, true),
            MatchKind::StartsWith => (false, true),
            MatchKind::EndsWith => (true, false),
        };
        let form = Form::Pattern { syntax: PatternSyntax::Like, before, after };
        let slot = Slot { source: Source::Param(pattern.index), ty: pattern.ty.clone(), form };
        match (self.dialect.matching, fold) {
            (Matching::Ilike, fold) => {
                self.operand(expr)?;
                self.push(if fold { " ILIKE " } else { " LIKE " });
                self.slot(slot, pattern.uncast)?;
                self.word(" ESCAPE '!'")
            }
            (Matching::Instr, fold) => self.found(kind, expr, pattern, fold),
            // Converted first: the collation belongs to one character set, and the column may have another.
            (Matching::Binary, false) => {
                self.around("CONVERT(", expr, " USING utf8mb4) COLLATE utf8mb4_bin LIKE ")?;
                self.slot(slot, pattern.uncast)?;
                self.word(" ESCAPE '!'")
            }
            (Matching::Binary, true) => {
                self.around("LOWER(CONVERT(", expr, " USING utf8mb4)) COLLATE utf8mb4_bin LIKE LOWER(")?;
                self.slot(slot, pattern.uncast)?;
                self.word(") ESCAPE '!'")
            }
        }
    }

    /// A text that stands in another one, at its place.
    fn found(&mut self, kind: MatchKind, expr: &Expr, pattern: &Param, fold: bool) -> Result<()> {
        let slot = |form| Slot { source: Source::Param(pattern.index), ty: pattern.ty.clone(), form };
        let (lower, end) = if fold { ("lower(", ")") } else { ("", "") };
        // An index serves GLOB only; what it lets pass is looked at again.
        let is_prefix = kind == MatchKind::StartsWith && !fold;
        if is_prefix {
            self.push("(");
            self.operand(expr)?;
            self.push(" GLOB ");
            self.slot(slot(Form::Pattern { syntax: PatternSyntax::Glob, before: false, after: true }), pattern.uncast)?;
            self.push(" AND ");
        }
        let (function, between, after) = match kind {
            MatchKind::Exact => ("", " = ", ""),
            MatchKind::Contains => ("instr(", ", ", ") > 0"),
            MatchKind::StartsWith => ("instr(", ", ", ") = 1"),
            MatchKind::EndsWith => ("oxyde_endswith(", ", ", ")"),
        };
        self.push(function);
        self.push(lower);
        self.operand(expr)?;
        self.push(end);
        self.push(between);
        self.push(lower);
        self.slot(slot(Form::Scalar), pattern.uncast)?;
        self.push(end);
        self.push(after);
        self.word(if is_prefix { ")" } else { "" })
    }

    pub fn regex(&mut self, expr: &Expr, pattern: &Param, fold: bool) -> Result<()> {
        match self.dialect.regex {
            Regex::Tilde => {
                self.operand(expr)?;
                self.push(if fold { " ~* " } else { " ~ " });
                self.param(pattern)
            }
            Regex::Function => {
                self.push("oxyde_regexp(");
                self.param(pattern)?;
                self.around(", ", expr, if fold { ", 1)" } else { ", 0)" })
            }
            Regex::RegexpLike => {
                self.around("REGEXP_LIKE(", expr, ", ")?;
                self.param(pattern)?;
                self.word(if fold { ", 'i')" } else { ", 'c')" })
            }
            Regex::Inline => {
                self.operand(expr)?;
                self.push(if fold { " REGEXP CONCAT('(?i)', " } else { " REGEXP CONCAT('(?-i)', " });
                self.param(pattern)?;
                self.word(")")
            }
        }
    }
}
