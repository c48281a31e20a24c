//! Changes of enumerations: of a type, or of the columns that have its labels.

use oxyde_ir::alter::{AlterEnum, EnumChange, EnumColumn};
use oxyde_ir::schema::Column;
use oxyde_ir::{ColumnType, Program};

use super::alter::clause;
use super::{column, plain, program};
use crate::dialect::{Dialect, Enums};
use crate::error::Result;
use crate::quote;
use crate::types::label_list;

type Map = [(String, Option<String>)];

pub fn alter_enum(alter: &AlterEnum, dialect: &'static Dialect) -> Result<Program> {
    let texts = match (dialect.enums, &alter.change) {
        (Enums::Types, EnumChange::RenameType { new }) => {
            vec![format!("ALTER TYPE {} RENAME TO {}", type_name(alter, &alter.before.name, dialect)?, quote::quoted(dialect, new)?)]
        }
        (Enums::Types, EnumChange::AddLabel { label }) => {
            vec![format!("ALTER TYPE {} ADD VALUE {}", type_name(alter, &alter.before.name, dialect)?, quote::literal(dialect, label)?)]
        }
        (Enums::Types, EnumChange::Relabel { labels, map }) => replace_type(alter, labels, map, dialect)?,
        (Enums::Inline, EnumChange::AddLabel { .. }) => modify_all(&alter.columns, dialect)?,
        (Enums::Inline, EnumChange::Relabel { map, .. }) => relabel_columns(alter, map, dialect)?,
        (Enums::Check, EnumChange::AddLabel { .. } | EnumChange::Relabel { .. }) if !alter.columns.is_empty() => {
            return dialect.unsupported("changes that make a table anew");
        }
        (Enums::Inline | Enums::Check, EnumChange::RenameType { .. })
        | (Enums::Check, EnumChange::AddLabel { .. } | EnumChange::Relabel { .. }) => Vec::new(),
    };
    Ok(program(texts.into_iter().map(plain).collect(), dialect))
}

fn type_name(alter: &AlterEnum, name: &str, dialect: &Dialect) -> Result<String> {
    let mut text = String::new();
    quote::qualified(&mut text, dialect, alter.before.schema.as_deref(), name)?;
    Ok(text)
}

/// Returns statements that make the type anew, convert its columns and drop the old one.
fn replace_type(alter: &AlterEnum, labels: &[String], map: &Map, dialect: &Dialect) -> Result<Vec<String>> {
    let aside = quote::kept(dialect, &format!("{}_before", alter.before.name)).into_owned();
    let (name, old) = (type_name(alter, &alter.before.name, dialect)?, type_name(alter, &aside, dialect)?);
    let mut texts = vec![
        format!("ALTER TYPE {name} RENAME TO {}", quote::quoted(dialect, &aside)?),
        format!("CREATE TYPE {name} AS ENUM ({})", label_list(dialect, labels)?),
    ];
    for EnumColumn { table, column } in &alter.columns {
        let quoted = quote::quoted(dialect, &column.name)?;
        if column.default.is_some() {
            texts.extend(clause(table, &format!("ALTER COLUMN {quoted} DROP DEFAULT"), dialect)?);
        }
        let value = relabelled(&format!("{quoted}::text"), map, dialect)?;
        texts.extend(clause(table, &format!("ALTER COLUMN {quoted} TYPE {name} USING ({value})::{name}"), dialect)?);
        if let Some(default) = &column.default {
            texts.extend(clause(table, &format!("ALTER COLUMN {quoted} SET DEFAULT {}", quote::sql(default)?), dialect)?);
        }
    }
    texts.push(format!("DROP TYPE {old}"));
    Ok(texts)
}

/// Returns the expression of the new label of a value.
fn relabelled(value: &str, map: &Map, dialect: &Dialect) -> Result<String> {
    if map.is_empty() {
        return Ok(value.to_owned());
    }
    let mut text = format!("CASE {value}");
    for (from, to) in map {
        let to = to.as_ref().map_or_else(|| Ok("NULL".to_owned()), |to| quote::literal(dialect, to))?;
        text = format!("{text} WHEN {} THEN {to}", quote::literal(dialect, from)?);
    }
    Ok(format!("{text} ELSE {value} END"))
}

fn modify_all(columns: &[EnumColumn], dialect: &Dialect) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for one in columns {
        texts.extend(modify(one, &one.column, dialect)?);
    }
    Ok(texts)
}

fn modify(of: &EnumColumn, column: &Column, dialect: &Dialect) -> Result<Vec<String>> {
    clause(&of.table, &format!("MODIFY COLUMN {}", column::definition(&of.table, &[], column, dialect)?), dialect)
}

/// Returns statements that let the columns have old and new labels, change the rows, and drop the old labels.
fn relabel_columns(alter: &AlterEnum, map: &Map, dialect: &Dialect) -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for one in &alter.columns {
        if let (ColumnType::Enum { name, labels }, false) = (&one.column.ty, map.is_empty()) {
            let added = labels.iter().filter(|label| !alter.before.labels.contains(label));
            let all = alter.before.labels.iter().chain(added).cloned().collect();
            let wide = Column { ty: ColumnType::Enum { name: name.clone(), labels: all }, ..one.column.clone() };
            texts.extend(modify(one, &wide, dialect)?);
            let (table, quoted) = (quote::table(dialect, &one.table)?, quote::quoted(dialect, &one.column.name)?);
            let old: Vec<String> = map.iter().map(|(from, _)| from.clone()).collect();
            let value = relabelled(&quoted, map, dialect)?;
            texts.push(format!("UPDATE {table} SET {quoted} = {value} WHERE {quoted} IN ({})", label_list(dialect, &old)?));
        }
        texts.extend(modify(one, &one.column, dialect)?);
    }
    Ok(texts)
}
