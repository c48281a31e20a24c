//! Expressions: the method that writes each node, and where parentheses are needed.

use oxyde_ir::Expr;
use oxyde_ir::expr::{Piece, When};
use oxyde_ir::program::{Form, Origin, Slot};

use crate::error::{Result, malformed};
use crate::writer::Writer;

/// The maximum number of operands of AND and OR in a row. Longer lists are split into halves, to limit the depth of the
/// server's parser.
const IN_A_ROW: usize = 4;

impl Writer<'_> {
    /// Writes an expression where nothing binds tighter: between commas or parentheses.
    pub fn expr(&mut self, expr: &Expr) -> Result<()> {
        match expr {
            Expr::Column { table, name, ty, .. } => self.column_value(expr, table, name, ty.as_ref()),
            Expr::Excluded { name, .. } => self.excluded(name),
            Expr::Param(param) => self.param(param),
            Expr::Null => self.word("NULL"),
            Expr::Bool(true) => self.word("TRUE"),
            Expr::Bool(false) => self.word("FALSE"),
            Expr::Int(value) => self.word(&value.to_string()),
            Expr::Compare { op, left, right } => self.compare(*op, left, right),
            Expr::And(members) => self.joined(members, " AND ", IN_A_ROW, "TRUE"),
            Expr::Or(members) if self.as_membership(members)? => Ok(()),
            Expr::Or(members) => self.joined(members, " OR ", IN_A_ROW, "FALSE"),
            // Inequality of booleans, which takes only two operands.
            Expr::Xor(members) => self.joined(members, self.dialect.exclusive_or, 2, "FALSE"),
            Expr::Not(inner) => self.around("NOT (", inner, ")"),
            Expr::IsNull(inner) => self.after(inner, " IS NULL"),
            Expr::IsNotNull(inner) => self.after(inner, " IS NOT NULL"),
            Expr::IsNotTrue(inner) => self.around("(", inner, ") IS NOT TRUE"),
            Expr::In { expr, list, size, padded } => self.membership(expr, list, *size, *padded),
            Expr::InSelect { expr, query } => self.in_select(expr, query),
            Expr::Exists(query) => {
                self.push("EXISTS (");
                self.query(query)?;
                self.word(")")
            }
            Expr::Subquery(query) => {
                self.push("(");
                self.query(query)?;
                self.word(")")
            }
            Expr::Between { expr, low, high } => self.between(expr, low, high),
            Expr::Match { kind, expr, pattern, fold } => self.matching(*kind, expr, pattern, *fold),
            Expr::Search { expr, words, index } => self.search(expr, words, index.as_ref()),
            Expr::Regex { expr, pattern, fold } => self.regex(expr, pattern, *fold),
            Expr::Arithmetic { op, left, right, ty } => self.arithmetic(*op, left, right, ty),
            Expr::Negate(inner) => self.negate(inner),
            Expr::Call { function, args, ty } => self.call(*function, args, ty),
            Expr::Extract { part, expr, of } => self.extract(*part, expr, of),
            Expr::Truncate { unit, expr, of, zone } => self.truncate(*unit, expr, of, zone.as_deref()),
            Expr::Cast { expr, ty, of: None } => self.cast(expr, ty),
            Expr::Cast { expr, ty, of: Some(of) } => self.convert(expr, of, ty),
            Expr::Case { whens, otherwise, .. } => self.case(whens, otherwise.as_deref()),
            Expr::Aggregate(aggregate) => self.aggregate(aggregate, None),
            Expr::Window(window) => self.window(window),
            Expr::Raw(pieces) => {
                self.push("(");
                self.pieces(pieces)?;
                self.word(")")
            }
        }
    }

    /// Writes an expression as the operand of an operator.
    pub fn operand(&mut self, expr: &Expr) -> Result<()> {
        if is_atom(expr) || self.fits_itself(expr) { self.expr(expr) } else { self.around("(", expr, ")") }
    }

    #[allow(clippy::unnecessary_wraps)] // it ends chains of `?`
    pub fn word(&mut self, text: &str) -> Result<()> {
        self.push(text);
        Ok(())
    }

    /// Writes an expression between two texts.
    pub fn around(&mut self, before: &str, expr: &Expr, after: &str) -> Result<()> {
        self.push(before);
        self.expr(expr)?;
        self.word(after)
    }

    fn after(&mut self, expr: &Expr, text: &str) -> Result<()> {
        self.operand(expr)?;
        self.word(text)
    }

    /// Writes `left operator right`.
    pub fn infix(&mut self, left: &Expr, operator: &str, right: &Expr) -> Result<()> {
        self.operand(left)?;
        self.push(operator);
        self.operand(right)
    }

    fn joined(&mut self, members: &[Expr], operator: &str, in_a_row: usize, empty: &str) -> Result<()> {
        if members.is_empty() {
            return self.word(empty);
        }
        if let [only] = members {
            return self.expr(only);
        }
        if members.len() > in_a_row {
            let (left, right) = members.split_at(members.len() / 2);
            for (half, text) in [(left, operator), (right, "")] {
                if let [only] = half {
                    self.member(only, in_a_row)?;
                } else {
                    self.push("(");
                    self.joined(half, operator, in_a_row, empty)?;
                    self.push(")");
                }
                self.push(text);
            }
            return Ok(());
        }
        for (index, member) in members.iter().enumerate() {
            if index > 0 {
                self.push(operator);
            }
            self.member(member, in_a_row)?;
        }
        Ok(())
    }

    /// Writes an operand of AND, OR or XOR. Predicates bind tighter than AND and OR, but not tighter than the
    /// inequality of booleans.
    fn member(&mut self, expr: &Expr, in_a_row: usize) -> Result<()> {
        if in_a_row == IN_A_ROW && is_predicate(expr) { self.expr(expr) } else { self.operand(expr) }
    }

    fn case(&mut self, whens: &[When], otherwise: Option<&Expr>) -> Result<()> {
        if whens.is_empty() {
            return malformed("a CASE without WHEN");
        }
        self.push("CASE");
        for When { condition, value } in whens {
            self.around(" WHEN ", condition, "")?;
            self.around(" THEN ", value, "")?;
        }
        if let Some(otherwise) = otherwise {
            self.around(" ELSE ", otherwise, "")?;
        }
        self.word(" END")
    }

    /// Writes SQL of the application, with parameters whose types the server infers.
    pub fn pieces(&mut self, pieces: &[Piece]) -> Result<()> {
        for piece in pieces {
            match piece {
                Piece::Text(text) if text.contains('\0') => return malformed("an SQL text contains a NUL character"),
                Piece::Text(text) => {
                    self.params.raw = true;
                    self.push(text);
                }
                Piece::Param(param) => {
                    self.params.scalar(param)?;
                    self.placeholder(Slot { origin: Origin::Param(param.index), ty: param.ty.clone(), form: Form::Scalar })?;
                }
            }
        }
        Ok(())
    }
}

/// Whether an expression needs no parentheses beside any operator.
fn is_atom(expr: &Expr) -> bool {
    match expr {
        Expr::Column { .. }
        | Expr::Excluded { .. }
        | Expr::Param(_)
        | Expr::Null
        | Expr::Bool(_)
        | Expr::Exists(_)
        | Expr::Subquery(_)
        | Expr::Call { .. }
        | Expr::Case { .. }
        | Expr::Aggregate(_)
        | Expr::Window(_)
        | Expr::Extract { .. }
        | Expr::Truncate { .. }
        | Expr::Cast { .. }
        | Expr::Raw(_) => true,
        Expr::Int(value) => *value >= 0,
        Expr::And(members) | Expr::Or(members) | Expr::Xor(members) => match members.as_slice() {
            [] => true,
            [only] => is_atom(only),
            [..] => false,
        },
        Expr::Compare { .. }
        | Expr::Not(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsNotTrue(_)
        | Expr::In { .. }
        | Expr::InSelect { .. }
        | Expr::Between { .. }
        | Expr::Match { .. }
        | Expr::Regex { .. }
        | Expr::Search { .. }
        | Expr::Arithmetic { .. }
        | Expr::Negate(_) => false,
    }
}

/// Whether an expression needs no parentheses as an operand of AND and OR.
fn is_predicate(expr: &Expr) -> bool {
    match expr {
        Expr::Compare { .. }
        | Expr::Not(_)
        | Expr::IsNull(_)
        | Expr::IsNotNull(_)
        | Expr::IsNotTrue(_)
        | Expr::In { .. }
        | Expr::InSelect { .. }
        | Expr::Match { .. }
        | Expr::Regex { .. }
        | Expr::Search { .. } => true,
        // Its own AND would be hard to tell from the others.
        Expr::Between { .. } | Expr::Arithmetic { .. } | Expr::Negate(_) => false,
        Expr::And(_) | Expr::Or(_) | Expr::Xor(_) => is_atom(expr),
        Expr::Column { .. }
        | Expr::Excluded { .. }
        | Expr::Param(_)
        | Expr::Null
        | Expr::Bool(_)
        | Expr::Int(_)
        | Expr::Exists(_)
        | Expr::Subquery(_)
        | Expr::Call { .. }
        | Expr::Case { .. }
        | Expr::Aggregate(_)
        | Expr::Window(_)
        | Expr::Extract { .. }
        | Expr::Truncate { .. }
        | Expr::Cast { .. }
        | Expr::Raw(_) => is_atom(expr),
    }
}
