//! What is asked of JSON documents: values behind keys and places, their order, and their keys.

use oxyde_ir::Expr;

use crate::dialect::{JsonEquality, Types};
use crate::error::{Result, malformed};
use crate::writer::Writer;

const NUMBERS: &str = ") IN ('INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL')";

impl Writer<'_> {
    /// A document whose keys and texts are told apart by what they mean, not by their escapes.
    fn document(&mut self, expr: &Expr) -> Result<()> {
        match (self.dialect.types, self.dialect.json_equality) {
            (Types::Postgres, _) => self.jsonb(expr),
            (_, JsonEquality::Unescaped { before, after, .. }) if matches!(expr, Expr::Column { .. }) => self.around(before, expr, after),
            _ => self.operand(expr),
        }
    }

    /// `document -> key #> {place}`; keys are bound.
    pub fn json_get(&mut self, args: &[Expr]) -> Result<()> {
        let [document, path @ ..] = args else { return malformed("a path in no document") };
        match self.dialect.types {
            Types::Postgres => {
                self.push("(");
                self.document(document)?;
                for step in path {
                    if let Expr::Int(place) = step {
                        self.push(&format!(" #> '{{{place}}}'"));
                    } else {
                        self.push(" -> ");
                        self.operand(step)?;
                    }
                }
                self.word(")")
            }
            Types::Sqlite => {
                self.around("oxyde_json_get(", document, ", ")?;
                self.separated(path, Self::expr)?;
                self.word(")")
            }
            Types::Mysql | Types::Mariadb => self.json_extract(document, path),
        }
    }

    /// By steps: a place in anything but an array would be the whole of it, and is a key of an object.
    fn json_extract(&mut self, document: &Expr, path: &[Expr]) -> Result<()> {
        match path.split_last() {
            None => self.document(document),
            Some((Expr::Int(place), before)) => {
                self.push("CASE JSON_TYPE(");
                self.json_extract(document, before)?;
                self.push(") WHEN 'ARRAY' THEN JSON_EXTRACT(");
                self.json_extract(document, before)?;
                self.push(&format!(", '$[{place}]') ELSE JSON_EXTRACT("));
                self.json_extract(document, before)?;
                self.word(&format!(", '$.\"{place}\"') END"))
            }
            Some(_) => {
                let start = path.iter().rposition(|step| matches!(step, Expr::Int(_))).map_or(0, |place| place + 1);
                let (before, keys) = path.split_at(start);
                self.push("JSON_EXTRACT(");
                self.json_extract(document, before)?;
                self.push(", CONCAT('$'");
                for key in keys {
                    self.around(", '.', JSON_QUOTE(", key, ")")?;
                }
                self.word("))")
            }
        }
    }

    /// The order of two numbers or two texts; NULL for values of other types.
    pub fn json_order(&mut self, args: &[Expr], sign: &str) -> Result<()> {
        let [value, other, Expr::Int(is_text)] = args else { return malformed("an order of other than two JSON values") };
        let is_text = *is_text == 1;
        match self.dialect.types {
            Types::Postgres => {
                self.around("CASE WHEN jsonb_typeof(", value, if is_text { ") = 'string' THEN (" } else { ") = 'number' THEN " })?;
                self.operand(value)?;
                self.push(if is_text { " #>> '{}') COLLATE \"C\"" } else { "::numeric" });
                self.push(sign);
                self.operand(other)?;
                self.word(if is_text { " END" } else { "::numeric END" })
            }
            Types::Sqlite => {
                self.around("(oxyde_json_order(", value, ", ")?;
                self.around("", other, if is_text { ", 1)" } else { ", 0)" })?;
                self.push(sign);
                self.word("0)")
            }
            Types::Mysql | Types::Mariadb if is_text => {
                self.around("CASE WHEN JSON_TYPE(", value, ") = 'STRING' THEN BINARY JSON_UNQUOTE(")?;
                self.around("", value, ")")?;
                self.push(sign);
                self.around("BINARY ", other, " END")
            }
            // Floats tell those apart that no decimal holds, decimals those that are one float.
            Types::Mysql | Types::Mariadb => {
                self.around("CASE WHEN JSON_TYPE(", value, NUMBERS)?;
                self.around(" THEN CAST(", value, " AS DOUBLE)")?;
                self.push(sign.trim_end().trim_end_matches('='));
                self.around(" CAST(", other, " AS DOUBLE) OR (")?;
                self.around("CAST(", value, " AS DOUBLE) = CAST(")?;
                self.around("", other, " AS DOUBLE) AND ")?;
                self.around("CAST(", value, " AS DECIMAL(65, 30))")?;
                self.push(sign);
                self.around("CAST(", other, " AS DECIMAL(65, 30))) END")
            }
        }
    }

    /// The text of a string.
    pub fn json_text(&mut self, args: &[Expr]) -> Result<()> {
        let [value] = args else { return malformed("the text of other than one JSON value") };
        match self.dialect.types {
            Types::Postgres => {
                self.around("CASE WHEN jsonb_typeof(", value, ") = 'string' THEN ")?;
                self.operand(value)?;
                self.word(" #>> '{}' END")
            }
            Types::Sqlite => self.around("oxyde_json_text(", value, ")"),
            Types::Mysql | Types::Mariadb => {
                self.around("CASE WHEN JSON_TYPE(", value, ") = 'STRING' THEN JSON_UNQUOTE(")?;
                self.around("", value, ") END")
            }
        }
    }

    /// The text of a number, or of a truth value.
    pub fn json_plain(&mut self, args: &[Expr]) -> Result<()> {
        let [value, Expr::Int(is_truth)] = args else { return malformed("the text of other than one JSON value") };
        let is_truth = *is_truth == 1;
        match self.dialect.types {
            Types::Postgres => {
                self.around("CASE WHEN jsonb_typeof(", value, if is_truth { ") = 'boolean' THEN " } else { ") = 'number' THEN " })?;
                self.operand(value)?;
                self.word(" #>> '{}' END")
            }
            Types::Sqlite => self.around("oxyde_json_plain(", value, if is_truth { ", 1)" } else { ", 0)" }),
            Types::Mysql | Types::Mariadb => {
                self.around("CASE WHEN JSON_TYPE(", value, if is_truth { ") = 'BOOLEAN'" } else { NUMBERS })?;
                self.around(" THEN CONVERT(JSON_UNQUOTE(", value, ") USING utf8mb4) END")
            }
        }
    }

    /// Objects by their keys, lists by their members, however deep.
    pub fn json_contains(&mut self, args: &[Expr]) -> Result<()> {
        let [whole, part] = args else { return malformed("containment of other than two JSON values") };
        match self.dialect.types {
            Types::Postgres => {
                self.push("(");
                self.document(whole)?;
                self.push(" @> ");
                self.document(part)?;
                self.word(")")
            }
            Types::Sqlite => {
                self.around("oxyde_json_contains(", whole, ", ")?;
                self.around("", part, ")")
            }
            // `JSON_CONTAINS` finds members of nested lists too, and compares numbers as floats.
            Types::Mysql | Types::Mariadb => {
                self.dialect.unsupported_but("JSON containment tests (contains, contained_by)", "compare a path inside: data__key=...")
            }
        }
    }

    /// `MariaDB` takes a quoted key that begins with a hyphen for a wrong path, and finds nothing.
    pub fn json_hyphen_key(&mut self, args: &[Expr]) -> Result<()> {
        let [key] = args else { return malformed("a key of other than one value") };
        match self.dialect.types {
            Types::Postgres | Types::Sqlite | Types::Mysql => self.operand(key),
            Types::Mariadb => self.dialect.unsupported_but("JSON keys that begin with a hyphen", "read the document and look in Python"),
        }
    }

    /// Only an object has keys.
    pub fn json_has_key(&mut self, args: &[Expr]) -> Result<()> {
        let [value, key] = args else { return malformed("a key of other than one JSON value") };
        match self.dialect.types {
            Types::Postgres => {
                self.push("(");
                self.document(value)?;
                self.push(" -> ");
                self.operand(key)?;
                self.word(" IS NOT NULL)")
            }
            Types::Sqlite => {
                self.around("(oxyde_json_get(", value, ", ")?;
                self.around("", key, ") IS NOT NULL)")
            }
            Types::Mysql | Types::Mariadb => {
                self.push("(JSON_EXTRACT(");
                self.document(value)?;
                self.around(", CONCAT('$.', JSON_QUOTE(", key, "))) IS NOT NULL)")
            }
        }
    }
}
