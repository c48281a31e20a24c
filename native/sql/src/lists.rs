//! What is asked of lists: of arrays by operators, of JSON by functions of ours, or by a table of the members.

use oxyde_ir::{ColumnType, Expr};

use crate::dialect::Types;
use crate::error::{Result, malformed};
use crate::walk::type_of;
use crate::writer::Writer;

/// How the members of two lists meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Members {
    Contains,
    Within,
    Overlaps,
}

impl Members {
    const fn operator(self) -> &'static str {
        match self {
            Self::Contains => " @> ",
            Self::Within => " <@ ",
            Self::Overlaps => " && ",
        }
    }

    const fn function(self) -> &'static str {
        match self {
            Self::Contains => "oxyde_list_contains(",
            Self::Within => "oxyde_list_within(",
            Self::Overlaps => "oxyde_list_overlaps(",
        }
    }
}

/// The type of a list's members.
fn item(list: &Expr) -> Result<&ColumnType> {
    match type_of(list) {
        Some(ColumnType::Array { item }) => Ok(item),
        _ => malformed("a function of lists with another value"),
    }
}

/// What `JSON_TABLE` reads members as, and what makes texts equal only to themselves.
const fn read_as(item: &ColumnType) -> (&'static str, &'static str) {
    match item {
        ColumnType::Int | ColumnType::Duration => ("BIGINT", ""),
        ColumnType::Float => ("DOUBLE", ""),
        ColumnType::Decimal { .. } => ("DECIMAL(65, 30)", ""),
        ColumnType::Bool
        | ColumnType::Text
        | ColumnType::Bytes
        | ColumnType::Date
        | ColumnType::Time
        | ColumnType::TimeTz
        | ColumnType::Datetime
        | ColumnType::DatetimeTz
        | ColumnType::Uuid
        | ColumnType::Json
        | ColumnType::Array { .. }
        | ColumnType::Enum { .. }
        | ColumnType::Any => ("LONGTEXT", "BINARY "),
    }
}

impl Writer<'_> {
    /// NULL where a list is; NULL among the members equals nothing.
    pub fn lists(&mut self, args: &[Expr], members: Members) -> Result<()> {
        let [left, right] = args else { return malformed("other than two lists") };
        let item = item(left)?;
        match self.dialect.types {
            Types::Postgres => {
                self.push("(");
                self.infix(left, members.operator(), right)?;
                self.word(")")
            }
            Types::Sqlite => {
                self.around(members.function(), left, ", ")?;
                let are_decimals = matches!(item, ColumnType::Decimal { .. });
                self.around("", right, if are_decimals { ", 1)" } else { ", 0)" })
            }
            Types::Mysql | Types::Mariadb if !self.dialect.json_table => {
                self.dialect.unsupported_but("conditions on the members of lists", "they need MySQL 8.0.4 or MariaDB 10.6")
            }
            Types::Mysql | Types::Mariadb => {
                self.params.hides_queries = true;
                self.around("CASE WHEN ", left, " IS NOT NULL THEN ")?;
                match members {
                    Members::Contains => self.members_among(right, left, item, ["NOT EXISTS (", " WHERE NOT EXISTS (", "))"])?,
                    Members::Within => self.members_among(left, right, item, ["NOT EXISTS (", " WHERE NOT EXISTS (", "))"])?,
                    Members::Overlaps => self.members_among(left, right, item, ["EXISTS (", " WHERE EXISTS (", "))"])?,
                }
                self.word(" END")
            }
        }
    }

    fn members_among(&mut self, some: &Expr, all: &Expr, item: &ColumnType, [before, between, after]: [&str; 3]) -> Result<()> {
        let (name, exactly) = read_as(item);
        self.push(before);
        self.members_of(some, "one", name)?;
        self.push(between);
        self.members_of(all, "other", name)?;
        self.push(&format!(" WHERE {exactly}other.v = {exactly}one.v"));
        self.word(after)
    }

    fn members_of(&mut self, list: &Expr, alias: &str, name: &str) -> Result<()> {
        self.around("SELECT 1 FROM JSON_TABLE(", list, &format!(", '$[*]' COLUMNS (v {name} PATH '$')) AS {alias}"))
    }

    /// The collation by which a text is not equal to one with spaces behind it.
    const fn without_padding(&self) -> &'static str {
        if matches!(self.dialect.types, Types::Mysql) {
            ") USING utf8mb4) COLLATE utf8mb4_0900_bin"
        } else {
            ") USING utf8mb4) COLLATE utf8mb4_nopad_bin"
        }
    }

    /// The member at a place.
    pub fn list_item(&mut self, args: &[Expr], ty: &ColumnType) -> Result<()> {
        let [list, Expr::Int(place)] = args else { return malformed("a member at no place") };
        match self.dialect.types {
            Types::Postgres => self.around("(", list, &format!(")[{}]", place.saturating_add(1))),
            Types::Sqlite => self.around("json_extract(", list, &format!(", '$[{place}]')")),
            Types::Mysql | Types::Mariadb => {
                let at = format!(", '$[{place}]')");
                self.around("CASE WHEN JSON_TYPE(JSON_EXTRACT(", list, &at)?;
                self.push(") <> 'NULL' THEN ");
                #[allow(clippy::wildcard_enum_match_arm)] // only members of these types are compared one by one, and what is left is text
                let (before, after) = match ty {
                    ColumnType::Bool => ("JSON_EXTRACT(", " = true"),
                    ColumnType::Int => ("CAST(JSON_EXTRACT(", " AS SIGNED)"),
                    ColumnType::Float => ("CAST(JSON_EXTRACT(", " AS DOUBLE)"),
                    _ => ("CONVERT(JSON_UNQUOTE(JSON_EXTRACT(", self.without_padding()),
                };
                self.around(before, list, &at)?;
                self.push(after);
                self.word(" END")
            }
        }
    }
}
