//! Templates: the texts of a call or operator on each server.

use oxyde_ir::Expr;

use crate::dialect::Types;
use crate::error::{Result, malformed};
use crate::writer::Writer;

/// The templates for `PostgreSQL`, `SQLite`, and `MySQL` together with `MariaDB`. `{0}` is an argument as an operand,
/// `{*}` is the list of all arguments, and `{!division by zero}` is an expression that fails on `MySQL` with this text
/// in the message: it has no other way to raise an error.
pub type Templates<'t> = [&'t str; 3];

/// The content of a pair of braces.
enum Mark<'t> {
    Argument(usize),
    All,
    Refusal(&'t str),
}

impl<'t> Mark<'t> {
    fn of(text: &'t str) -> Option<Self> {
        match (text, text.strip_prefix('!')) {
            ("*", _) => Some(Self::All),
            (_, Some(reason)) => Some(Self::Refusal(reason)),
            ("0" | "1" | "2", None) => text.parse().ok().map(Self::Argument),
            (_, None) => None,
        }
    }
}

impl Writer<'_> {
    /// Writes the server's template with the arguments inserted.
    pub fn template(&mut self, [postgres, sqlite, mysql]: Templates<'_>, args: &[&Expr]) -> Result<()> {
        let mut rest = match self.dialect.types {
            Types::Postgres => postgres,
            Types::Sqlite => sqlite,
            Types::Mysql | Types::Mariadb => mysql,
        };
        while let Some((before, after)) = rest.split_once('{') {
            self.push(before);
            let Some((mark, behind)) = after.split_once('}').and_then(|(text, behind)| Some((Mark::of(text)?, behind))) else {
                self.push("{");
                rest = after;
                continue;
            };
            rest = behind;
            match mark {
                Mark::All => self.separated(args, |writer, arg| writer.expr(arg))?,
                Mark::Argument(index) => match args.get(index) {
                    Some(arg) => self.operand(arg)?,
                    None => return malformed("a call of too few arguments"),
                },
                Mark::Refusal(reason) => self.push(&format!("9223372036854775807 + CHAR_LENGTH('{reason}')")),
            }
        }
        self.word(rest)
    }
}
