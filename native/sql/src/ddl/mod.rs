//! CREATE, DROP and ALTER of tables; views and enumerations.

mod alter;
mod alter_enum;
mod column;
mod constraint;
mod drop;
mod fts5;
mod index;
mod order;

use oxyde_ir::program::{Fragment, Step};
use oxyde_ir::schema::{EnumType, ForeignKey, Table};
use oxyde_ir::statement::{CreateSchema, CreateTables};
use oxyde_ir::{Atomic, Program};

use crate::dialect::{Alters, Comments, Dialect, Enums, LateKeys, Views};
use crate::error::{Result, malformed};
use crate::quote;
use crate::writer::step;

pub use alter::alter;
pub use alter_enum::alter_enum;
pub use drop::drop;

pub fn create(create: &CreateTables, dialect: &'static Dialect) -> Result<Program> {
    let mut texts = Vec::new();
    if matches!(dialect.enums, Enums::Types) {
        for one in &create.enums {
            texts.push(create_type(one, dialect)?);
        }
    }
    let mut late = Vec::new();
    for (index, table) in create.tables.iter().enumerate() {
        if let Some(view) = &table.view {
            texts.push(create_view(table, view, create.if_not_exists, dialect)?);
        } else {
            let (now, later) = order::keys(&create.tables, index, dialect);
            texts.push(create_table(table, &now, create.if_not_exists, dialect)?);
            texts.extend(late_uniques(table, create.if_not_exists, dialect)?);
            texts.extend(index::statements(table, create.if_not_exists, dialect)?);
            late.extend(later.into_iter().map(|key| (table, key)));
        }
        texts.extend(comments(table, dialect)?);
    }
    for (table, key) in late {
        texts.push(add_key(table, key, create.if_not_exists, dialect)?);
    }
    if let (true, Some(lock)) = (create.if_not_exists && !texts.is_empty(), dialect.ddl_lock) {
        texts.insert(0, lock.to_owned());
    }
    Ok(program(texts.into_iter().map(plain).collect(), dialect))
}

pub fn create_schema(create: &CreateSchema, dialect: &Dialect) -> Result<Program> {
    match dialect.alters {
        Alters::Parts | Alters::Whole => {
            let text = format!("CREATE SCHEMA IF NOT EXISTS {}", quote::quoted(dialect, &create.name)?);
            Ok(program(vec![plain(text)], dialect))
        }
        Alters::Rebuild => dialect.unsupported("schemas that are created"),
    }
}

fn plain(text: String) -> Step {
    step(Fragment { text, slots: Vec::new() }, Some(Vec::new()))
}

/// Returns a program of the steps, which is atomic if the server can roll back DDL.
fn program(steps: Vec<Step>, dialect: &Dialect) -> Program {
    let result = steps.len().saturating_sub(1);
    let atomic = if dialect.transactional_ddl && steps.len() > 1 { Atomic::All } else { Atomic::None };
    Program { atomic, steps, result, ..Program::default() }
}

/// Wraps a statement in a block that ignores `condition`: its object already exists or is still in use. The block is a
/// savepoint, so that no partial change remains.
fn forgiving(statement: &str, condition: &str) -> Result<String> {
    handled(statement, condition, "NULL")
}

/// Wraps a statement in a block that runs `instead` if it fails with `condition`.
fn handled(statement: &str, condition: &str, instead: &str) -> Result<String> {
    block(&format!("BEGIN {statement}; EXCEPTION WHEN {condition} THEN {instead}; END"))
}

/// Returns a statement that runs a block.
fn block(body: &str) -> Result<String> {
    let Some(tag) = (0..1_000).map(|n| format!("$oxyde{n}$")).find(|tag| !body.contains(tag)) else {
        return malformed("no dollar quote fits around a statement");
    };
    Ok(format!("DO {tag} {body} {tag}"))
}

/// Returns a statement that creates an enumeration type. Tables share types, so an existing one with the same labels is
/// accepted.
fn create_type(one: &EnumType, dialect: &Dialect) -> Result<String> {
    let mut name = String::new();
    quote::qualified(&mut name, dialect, one.schema.as_deref(), &one.name)?;
    let labels = crate::types::label_list(dialect, &one.labels)?;
    let known = format!(
        "(SELECT array_agg(enumlabel::text ORDER BY enumsortorder) FROM pg_enum WHERE enumtypid = {}::regtype)",
        quote::literal(dialect, &name)?
    );
    let message = format!("the type {name} is there with other labels; name this one with Field(db_enum_name=...)");
    let refusal = format!("RAISE EXCEPTION USING MESSAGE = {}, ERRCODE = 'duplicate_object'", quote::literal(dialect, &message)?);
    let instead = format!("IF {known} IS DISTINCT FROM ARRAY[{labels}]::text[] THEN {refusal}; END IF");
    handled(&format!("CREATE TYPE {name} AS ENUM ({labels})"), "duplicate_object", &instead)
}

fn create_view(table: &Table, select: &str, if_not_exists: bool, dialect: &Dialect) -> Result<String> {
    let name = quote::table(dialect, &table.table)?;
    let select = quote::sql(select)?;
    Ok(match (if_not_exists, dialect.views) {
        (false, _) => format!("CREATE VIEW {name} AS {select}"),
        (true, Views::Block) => forgiving(&format!("CREATE VIEW {name} AS {select}"), "duplicate_table")?,
        (true, Views::IfNotExists) => format!("CREATE VIEW IF NOT EXISTS {name} AS {select}"),
        (true, Views::Replace) => format!("CREATE OR REPLACE VIEW {name} AS {select}"),
    })
}

fn create_table(table: &Table, keys: &[&ForeignKey], if_not_exists: bool, dialect: &Dialect) -> Result<String> {
    if table.columns.is_empty() {
        return malformed("a table without columns");
    }
    let mut parts = Vec::new();
    for column in &table.columns {
        parts.push(column::definition(&table.table, &table.key, column, dialect)?);
    }
    parts.extend(constraint::definitions(table, keys, dialect)?);
    parts.extend(index::inline(table, dialect)?);
    let head = if if_not_exists { "CREATE TABLE IF NOT EXISTS" } else { "CREATE TABLE" };
    let mut text = format!("{head} {} ({})", quote::table(dialect, &table.table)?, parts.join(", "));
    if let (Comments::Inline, Some(comment)) = (dialect.comments, &table.comment) {
        text.push_str(" COMMENT=");
        text.push_str(&quote::literal(dialect, comment)?);
    }
    Ok(text)
}

fn late_uniques(table: &Table, if_not_exists: bool, dialect: &Dialect) -> Result<Vec<String>> {
    let name = quote::table(dialect, &table.table)?;
    let added = |one| {
        let text = format!("ALTER TABLE {name} ADD {}", constraint::unique(one, dialect)?);
        if if_not_exists { forgiving(&text, "duplicate_table OR duplicate_object") } else { Ok(text) }
    };
    constraint::late_uniques(table, dialect).map(added).collect()
}

fn add_key(table: &Table, key: &ForeignKey, if_not_exists: bool, dialect: &Dialect) -> Result<String> {
    let name = quote::table(dialect, &table.table)?;
    let plain = || Ok(format!("ALTER TABLE {name} ADD {}", constraint::foreign_key(key, "FOREIGN KEY", dialect)?));
    match (if_not_exists, dialect.late_keys) {
        (false, _) => plain(),
        (true, LateKeys::Block) => forgiving(&plain()?, "duplicate_object"),
        (true, LateKeys::IfNotExists) => {
            Ok(format!("ALTER TABLE {name} ADD {}", constraint::foreign_key(key, "FOREIGN KEY IF NOT EXISTS", dialect)?))
        }
        (true, LateKeys::Declared | LateKeys::Strict) => {
            dialect.unsupported_but("IF NOT EXISTS clauses for tables whose foreign keys form a cycle", "leave out if_not_exists=True")
        }
    }
}

fn comments(table: &Table, dialect: &Dialect) -> Result<Vec<String>> {
    match dialect.comments {
        Comments::Statements => {}
        Comments::Inline | Comments::Nowhere => return Ok(Vec::new()),
    }
    let name = quote::table(dialect, &table.table)?;
    let mut texts = Vec::new();
    if let Some(comment) = &table.comment {
        let kind = if table.view.is_some() { "VIEW" } else { "TABLE" };
        texts.push(format!("COMMENT ON {kind} {name} IS {}", quote::literal(dialect, comment)?));
    }
    for column in &table.columns {
        if let Some(comment) = &column.comment {
            let column = quote::quoted(dialect, &column.name)?;
            texts.push(format!("COMMENT ON COLUMN {name}.{column} IS {}", quote::literal(dialect, comment)?));
        }
    }
    Ok(texts)
}
