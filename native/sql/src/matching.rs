//! Text matching, with plain text and with regular expressions.

use oxyde_ir::Expr;
use oxyde_ir::expr::{MatchKind, Param};
use oxyde_ir::program::{Form, Origin, PatternSyntax, Slot};
use oxyde_ir::schema::SearchIndex;

use crate::dialect::{Matching, Regex, Types};
use crate::error::{Result, malformed};
use crate::quote;
use crate::writer::{Writer, column_of};

/// Returns whether a wildcard precedes and follows the text of the pattern.
const fn wildcards(kind: MatchKind) -> (bool, bool) {
    match kind {
        MatchKind::Exact => (false, false),
        MatchKind::Contains => (true, true),
        MatchKind::StartsWith => (false, true),
        MatchKind::EndsWith => (true, false),
    }
}

impl Writer<'_> {
    pub fn matching(&mut self, kind: MatchKind, expr: &Expr, pattern: &Expr, fold: bool) -> Result<()> {
        match (self.dialect.matching, fold) {
            (Matching::Ilike, fold) => {
                self.operand(expr)?;
                self.push(if fold { " ILIKE " } else { " LIKE " });
                self.like_pattern(kind, pattern, " || ")?;
                self.word(" ESCAPE '!'")
            }
            (Matching::Instr, fold) => self.found(kind, expr, pattern, fold),
            // Converted first, because the collation belongs to one character set and the column may have another.
            (Matching::Binary, false) => {
                self.around("CONVERT(", expr, " USING utf8mb4) COLLATE utf8mb4_bin LIKE ")?;
                self.like_pattern(kind, pattern, ", ")?;
                self.word(" ESCAPE '!'")
            }
            (Matching::Binary, true) => {
                self.around("LOWER(CONVERT(", expr, " USING utf8mb4)) COLLATE utf8mb4_bin LIKE LOWER(")?;
                self.like_pattern(kind, pattern, ", ")?;
                self.word(") ESCAPE '!'")
            }
        }
    }

    fn pattern_slot(&mut self, param: &Param, form: Form) -> Result<()> {
        self.params.scalar(param)?;
        self.slot(Slot { origin: Origin::Param(param.index), ty: param.ty.clone(), form }, param.uncast)
    }

    /// Writes the pattern of LIKE. A parameter is escaped when it is encoded, anything else by the server.
    fn like_pattern(&mut self, kind: MatchKind, pattern: &Expr, joint: &str) -> Result<()> {
        let (before, after) = wildcards(kind);
        if let Expr::Param(param) = pattern {
            return self.pattern_slot(param, Form::Pattern { syntax: PatternSyntax::Like, before, after });
        }
        let is_call = joint == ", ";
        self.push(if is_call { "CONCAT(" } else { "(" });
        if before {
            self.push("'%'");
            self.push(joint);
        }
        let (open, close) = if is_call { ("CONVERT(", " USING utf8mb4)") } else { ("", "") };
        self.push("replace(replace(replace(");
        self.around(open, pattern, close)?;
        self.push(", '!', '!!'), '%', '!%'), '_', '!_')");
        if after {
            self.push(joint);
            self.push("'%'");
        }
        self.word(")")
    }

    /// Writes a search for a text in another one, by its position.
    fn found(&mut self, kind: MatchKind, expr: &Expr, pattern: &Expr, fold: bool) -> Result<()> {
        let (lower, end) = if fold { ("lower(", ")") } else { ("", "") };
        // Only GLOB can use an index; the rows that it matches are checked again.
        let prefix = match (kind, fold, pattern) {
            (MatchKind::StartsWith, false, Expr::Param(param)) => Some(param),
            _ => None,
        };
        if let Some(param) = prefix {
            self.push("(");
            self.operand(expr)?;
            self.push(" GLOB ");
            self.pattern_slot(param, Form::Pattern { syntax: PatternSyntax::Glob, before: false, after: true })?;
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
        self.operand(pattern)?;
        self.push(end);
        self.push(after);
        self.word(if prefix.is_some() { ")" } else { "" })
    }

    /// Words, in any form of letters, by the server's own search.
    pub fn search(&mut self, text: &Expr, words: &Expr, index: Option<&SearchIndex>) -> Result<()> {
        match self.dialect.types {
            // What an index is made of names its configuration; this one knows no language, as MySQL's search.
            Types::Postgres => {
                self.around("(to_tsvector('simple', ", text, ") @@ websearch_to_tsquery('simple', ")?;
                self.around("", words, "))")
            }
            Types::Sqlite => {
                let (Some(index), Some((alias, column))) = (index, column_of(text)) else {
                    return self
                        .dialect
                        .unsupported_but("full-text searches of columns without an index", "declare Index((field,), method='fulltext')");
                };
                self.column(alias, &index.key)?;
                self.push(" IN (SELECT rowid FROM ");
                self.push(&quote::table(self.dialect, &index.table)?);
                self.push(" WHERE ");
                self.identifier(&index.table.name)?;
                self.push(" MATCH oxyde_words(");
                self.push(&quote::literal(self.dialect, column)?);
                self.around(", ", words, "))")
            }
            Types::Mysql | Types::Mariadb => {
                self.around("(MATCH (", text, ") AGAINST (")?;
                self.around("", words, "))")
            }
        }
    }

    pub fn text_similar(&mut self, args: &[Expr]) -> Result<()> {
        let [text, other] = args else { return malformed("the similarity of other than two texts") };
        match self.dialect.types {
            Types::Postgres => {
                self.push("(");
                self.infix(text, " % ", other)?;
                self.word(")")
            }
            Types::Sqlite | Types::Mysql | Types::Mariadb => self.dialect.unsupported_but("trigram searches (pg_trgm)", "use icontains"),
        }
    }

    pub fn regex(&mut self, expr: &Expr, pattern: &Expr, fold: bool) -> Result<()> {
        match self.dialect.regex {
            Regex::Tilde => self.infix(expr, if fold { " ~* " } else { " ~ " }, pattern),
            Regex::Function => {
                self.around("oxyde_regexp(", pattern, ", ")?;
                self.around("", expr, if fold { ", 1)" } else { ", 0)" })
            }
            Regex::RegexpLike => {
                self.around("REGEXP_LIKE(", expr, ", ")?;
                self.around("", pattern, if fold { ", 'i')" } else { ", 'c')" })
            }
            Regex::Inline => {
                self.operand(expr)?;
                self.push(if fold { " REGEXP CONCAT('(?i)', " } else { " REGEXP CONCAT('(?-i)', " });
                self.around("", pattern, ")")
            }
        }
    }
}
