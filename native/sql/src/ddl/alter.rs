//! Changes of a table that is there.

use oxyde_ir::alter::{AlterTable, Change, Constraint, ConstraintKind};
use oxyde_ir::schema::{Column, TableRef};
use oxyde_ir::{ColumnType, Program};

use super::{block, column, constraint, index, plain, program};
use crate::dialect::{Alters, Comments, Dialect, Indexes};
use crate::error::{Result, malformed};
use crate::quote;

/// Returns the program of a change. Each change is all or nothing where the server can roll back DDL.
pub fn alter(alter: &AlterTable, dialect: &'static Dialect) -> Result<Program> {
    let table = &alter.table;
    let texts = match &alter.change {
        Change::AddColumn { column, key, fill } => add_column(table, column, *key, fill.as_deref(), dialect)?,
        Change::DropColumn { name } => clause(table, &format!("DROP COLUMN {}", quote::quoted(dialect, name)?), dialect)?,
        Change::RenameColumn { name, new } => {
            let (name, new) = (quote::quoted(dialect, name)?, quote::quoted(dialect, new)?);
            clause(table, &format!("RENAME COLUMN {name} TO {new}"), dialect)?
        }
        Change::AlterColumn { before, after, using, fill } => {
            alter_column(table, before, after, using.as_deref(), fill.as_deref(), dialect)?
        }
        Change::Rename { new } => rename(table, new, dialect)?,
        Change::Key { before, after } => change_key(table, before, after, dialect)?,
        Change::Comment { comment } => comment_table(table, comment.as_deref().unwrap_or_default(), dialect)?,
        Change::AddConstraint { constraint, not_valid } => add_constraint(table, constraint, *not_valid, dialect)?,
        Change::ValidateConstraint { name } => validate_constraint(table, name, dialect)?,
        Change::DropConstraint { name, kind } => drop_constraint(table, name, *kind, dialect)?,
        Change::RenameConstraint { name, constraint } => rename_constraint(table, name, constraint, dialect)?,
        Change::CreateIndex { index, concurrently, key } => index::create(table, index, key.as_deref(), *concurrently, dialect)?,
        Change::DropIndex { name, concurrently, fulltext } => index::drop(table, name, *fulltext, *concurrently, dialect)?,
        Change::RenameIndex { name, index, key } => index::rename(table, name, index, key.as_deref(), dialect)?,
    };
    Ok(program(texts.into_iter().map(plain).collect(), dialect))
}

pub fn clause(table: &TableRef, clause: &str, dialect: &Dialect) -> Result<Vec<String>> {
    Ok(vec![format!("ALTER TABLE {} {clause}", quote::table(dialect, table)?)])
}

/// Returns the UPDATE that gives rows a value; those with NULL, if `null` says so.
fn update(table: &TableRef, column: &str, value: &str, null: bool, dialect: &Dialect) -> Result<String> {
    let (table, name) = (quote::table(dialect, table)?, quote::quoted(dialect, column)?);
    let filter = if null { format!(" WHERE {name} IS NULL") } else { String::new() };
    Ok(format!("UPDATE {table} SET {name} = ({}){filter}", quote::sql(value)?))
}

fn add_column(table: &TableRef, column: &Column, key: bool, fill: Option<&str>, dialect: &Dialect) -> Result<Vec<String>> {
    let empty = !column.nullable && column.default.is_none() && column.generated.is_none();
    let late_not_null = !column.nullable && fill.is_some();
    if let (Alters::Rebuild, true) = (dialect.alters, key || empty || late_not_null) {
        return dialect.unsupported("changes that make a table anew");
    }
    let late = Column { nullable: column.nullable || fill.is_some(), ..column.clone() };
    let mut added = format!("ADD COLUMN {}", column::definition(table, &[], &late, dialect)?);
    if key && fill.is_none() {
        added.push_str(" PRIMARY KEY");
    }
    let mut texts = clause(table, &added, dialect)?;
    if let Some(fill) = fill {
        texts.push(update(table, &column.name, fill, false, dialect)?);
        if late_not_null {
            texts.extend(not_null(table, column, dialect)?);
        }
        if key {
            texts.extend(change_key(table, &[], std::slice::from_ref(&column.name), dialect)?);
        }
    }
    if let Some(comment) = &column.comment {
        texts.extend(comment_column(table, &column.name, comment, dialect)?);
    }
    Ok(texts)
}

fn not_null(table: &TableRef, column: &Column, dialect: &Dialect) -> Result<Vec<String>> {
    let set = match dialect.alters {
        Alters::Parts => format!("ALTER COLUMN {} SET NOT NULL", quote::quoted(dialect, &column.name)?),
        Alters::Whole => format!("MODIFY COLUMN {}", column::definition(table, &[], column, dialect)?),
        Alters::Rebuild => return dialect.unsupported("changes that make a table anew"),
    };
    clause(table, &set, dialect)
}

fn alter_column(
    table: &TableRef,
    before: &Column,
    after: &Column,
    using: Option<&str>,
    fill: Option<&str>,
    dialect: &Dialect,
) -> Result<Vec<String>> {
    if before.name != after.name {
        return malformed("a column that is altered keeps its name");
    }
    match dialect.alters {
        Alters::Parts => alter_parts(table, before, after, using, fill, dialect),
        Alters::Whole => {
            if using.is_some() {
                return dialect.unsupported("conversions by an expression");
            }
            let mut texts = Vec::new();
            if let Some(fill) = fill {
                texts.push(update(table, &after.name, fill, true, dialect)?);
            }
            texts.extend(clause(table, &format!("MODIFY COLUMN {}", column::definition(table, &[], after, dialect)?), dialect)?);
            Ok(texts)
        }
        Alters::Rebuild => {
            let stored = |one: &Column| Column { comment: None, length: None, indexed: false, ..one.clone() };
            if using.is_some() || fill.is_some() || stored(before) != stored(after) {
                return dialect.unsupported("changes that make a table anew");
            }
            Ok(Vec::new()) // which has no comments and no lengths, and the same types with an index and without
        }
    }
}

fn alter_parts(
    table: &TableRef,
    before: &Column,
    after: &Column,
    using: Option<&str>,
    fill: Option<&str>,
    dialect: &Dialect,
) -> Result<Vec<String>> {
    if after.generated.is_some() && before.generated != after.generated {
        return dialect.unsupported("other expressions of generated columns");
    }
    let name = quote::quoted(dialect, &after.name)?;
    let (old, new) = (column::type_name(table, before, dialect)?, column::type_name(table, after, dialect)?);
    let retyped = old != new || before.collation != after.collation || using.is_some();
    if before.auto != after.auto || before.identity != after.identity || (after.auto && retyped) {
        return dialect.unsupported("changes of columns that count");
    }
    let mut texts = Vec::new();
    if before.generated.is_some() && after.generated.is_none() {
        texts.extend(clause(table, &format!("ALTER COLUMN {name} DROP EXPRESSION"), dialect)?);
    }
    // The server would convert the default too, which it may be unable to.
    let dropped = before.default.is_some() && (retyped || after.default.is_none());
    if dropped {
        texts.extend(clause(table, &format!("ALTER COLUMN {name} DROP DEFAULT"), dialect)?);
    }
    if retyped {
        let converted = match using {
            Some(using) => Some(quote::sql(using)?.to_owned()),
            None => conversion(&name, before, after, &new),
        };
        let using = converted.map(|converted| format!(" USING {converted}")).unwrap_or_default();
        texts.extend(clause(table, &format!("ALTER COLUMN {name} TYPE {new}{}{using}", column::collation(after, dialect)?), dialect)?);
    }
    if let Some(default) = after.default.as_ref().filter(|_| dropped || before.default != after.default) {
        texts.extend(clause(table, &format!("ALTER COLUMN {name} SET DEFAULT {}", quote::sql(default)?), dialect)?);
    }
    if let Some(fill) = fill {
        texts.push(update(table, &after.name, fill, true, dialect)?);
    }
    match (before.nullable, after.nullable) {
        (true, false) => texts.extend(not_null(table, after, dialect)?),
        (false, true) => texts.extend(clause(table, &format!("ALTER COLUMN {name} DROP NOT NULL"), dialect)?),
        (true, true) | (false, false) => {}
    }
    if before.comment != after.comment {
        texts.extend(comment_column(table, &after.name, after.comment.as_deref().unwrap_or_default(), dialect)?);
    }
    Ok(texts)
}

/// Returns the expression that converts a column's values, or nothing where the server's own assignment does: a cast would
/// cut off a text that is too long, which an assignment refuses. Enumerations convert by their text, times by UTC.
fn conversion(name: &str, before: &Column, after: &Column, new: &str) -> Option<String> {
    let is_enum = |column: &Column| matches!(column.ty, ColumnType::Enum { .. });
    let is_text = |column: &Column| match &column.db_type {
        None => column.ty == ColumnType::Text,
        Some(db_type) => ["text", "varchar", "char", "character", "citext"].contains(&bare(db_type).as_str()),
    };
    match (&before.ty, &after.ty) {
        (ColumnType::Datetime, ColumnType::DatetimeTz) | (ColumnType::DatetimeTz, ColumnType::Datetime) => {
            Some(format!("{name} AT TIME ZONE 'UTC'"))
        }
        _ if is_text(after) => None,
        _ if is_enum(before) || is_enum(after) => Some(format!("{name}::text::{new}")),
        (old, now) if old == now && before.db_type == after.db_type => None,
        _ => Some(format!("{name}::{new}")),
    }
}

/// Returns the first word of a declared type, in lower case.
fn bare(db_type: &str) -> String {
    db_type.trim().chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
}

fn comment_column(table: &TableRef, name: &str, comment: &str, dialect: &Dialect) -> Result<Vec<String>> {
    match dialect.comments {
        Comments::Statements => {
            let (table, name) = (quote::table(dialect, table)?, quote::quoted(dialect, name)?);
            Ok(vec![format!("COMMENT ON COLUMN {table}.{name} IS {}", quote::literal(dialect, comment)?)])
        }
        Comments::Inline | Comments::Nowhere => Ok(Vec::new()),
    }
}

fn comment_table(table: &TableRef, comment: &str, dialect: &Dialect) -> Result<Vec<String>> {
    match dialect.comments {
        Comments::Statements => {
            Ok(vec![format!("COMMENT ON TABLE {} IS {}", quote::table(dialect, table)?, quote::literal(dialect, comment)?)])
        }
        Comments::Inline => clause(table, &format!("COMMENT = {}", quote::literal(dialect, comment)?), dialect),
        Comments::Nowhere => Ok(Vec::new()),
    }
}

fn rename(table: &TableRef, new: &str, dialect: &Dialect) -> Result<Vec<String>> {
    let new = match dialect.alters {
        Alters::Parts | Alters::Rebuild => quote::quoted(dialect, new)?,
        // A name without a schema would move the table into the connection's own.
        Alters::Whole => quote::table(dialect, &TableRef { name: new.to_owned(), ..table.clone() })?,
    };
    clause(table, &format!("RENAME TO {new}"), dialect)
}

fn change_key(table: &TableRef, before: &[String], after: &[String], dialect: &Dialect) -> Result<Vec<String>> {
    let added = match after {
        [] => None,
        after => Some(format!("ADD PRIMARY KEY ({})", constraint::names(dialect, after)?)),
    };
    match dialect.alters {
        Alters::Parts => {
            let mut texts = Vec::new();
            if !before.is_empty() {
                texts.push(drop_key(table, dialect)?);
            }
            if let Some(added) = added {
                texts.extend(clause(table, &added, dialect)?);
            }
            Ok(texts)
        }
        Alters::Whole => {
            let dropped = (!before.is_empty()).then(|| "DROP PRIMARY KEY".to_owned());
            let parts: Vec<String> = dropped.into_iter().chain(added).collect();
            if parts.is_empty() { Ok(Vec::new()) } else { clause(table, &parts.join(", "), dialect) }
        }
        Alters::Rebuild => dialect.unsupported("changes that make a table anew"),
    }
}

/// Returns a statement that drops the primary key, whose name only the server knows.
fn drop_key(table: &TableRef, dialect: &Dialect) -> Result<String> {
    let name = quote::literal(dialect, &quote::table(dialect, table)?)?;
    let known = format!("SELECT conname FROM pg_constraint WHERE conrelid = {name}::regclass AND contype = 'p'");
    block(&format!("BEGIN EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', {name}, ({known})); END"))
}

fn add_constraint(table: &TableRef, added: &Constraint, not_valid: bool, dialect: &Dialect) -> Result<Vec<String>> {
    if not_valid && !dialect.validates {
        return dialect.unsupported_but("constraints that do not check the rows that are there", "leave out not_valid=");
    }
    if matches!(dialect.alters, Alters::Rebuild) {
        return dialect.unsupported("changes that make a table anew");
    }
    let text = match added {
        Constraint::Unique(one) => constraint::unique(one, dialect)?,
        Constraint::Check(one) => constraint::check(one, dialect)?,
        Constraint::Exclude(one) => constraint::exclude(one, dialect)?,
        Constraint::ForeignKey(one) => constraint::foreign_key(one, "FOREIGN KEY", dialect)?,
    };
    clause(table, &format!("ADD {text}{}", if not_valid { " NOT VALID" } else { "" }), dialect)
}

fn validate_constraint(table: &TableRef, name: &str, dialect: &Dialect) -> Result<Vec<String>> {
    if !dialect.validates {
        return dialect.unsupported_but("later validations of constraints", "leave it out: adding one checks the rows that are there");
    }
    clause(table, &format!("VALIDATE CONSTRAINT {}", quote::quoted(dialect, name)?), dialect)
}

fn drop_constraint(table: &TableRef, name: &str, kind: ConstraintKind, dialect: &Dialect) -> Result<Vec<String>> {
    let name = quote::quoted(dialect, name)?;
    let dropped = match (dialect.alters, kind) {
        (Alters::Rebuild, _) => return dialect.unsupported("changes that make a table anew"),
        (Alters::Whole, ConstraintKind::Unique) => format!("DROP INDEX {name}"),
        (Alters::Whole, ConstraintKind::ForeignKey) => format!("DROP FOREIGN KEY {name}"),
        (Alters::Parts, _) | (Alters::Whole, ConstraintKind::Check | ConstraintKind::Exclude) => format!("DROP CONSTRAINT {name}"),
    };
    clause(table, &dropped, dialect)
}

fn rename_constraint(table: &TableRef, name: &str, renamed: &Constraint, dialect: &Dialect) -> Result<Vec<String>> {
    match dialect.alters {
        Alters::Parts => {
            let new = match renamed {
                Constraint::Unique(one) => &one.name,
                Constraint::Check(one) => &one.name,
                Constraint::Exclude(one) => &one.name,
                Constraint::ForeignKey(one) => &one.name,
            };
            let (name, new) = (quote::quoted(dialect, name)?, quote::quoted(dialect, new)?);
            clause(table, &format!("RENAME CONSTRAINT {name} TO {new}"), dialect)
        }
        Alters::Whole => {
            if let Constraint::Unique(one) = renamed {
                return index::rename_in_table(table, name, &one.name, dialect); // which a foreign key may need meanwhile
            }
            let mut texts = drop_constraint(table, name, renamed.kind(), dialect)?;
            texts.extend(add_constraint(table, renamed, false, dialect)?);
            Ok(texts)
        }
        Alters::Rebuild => dialect.unsupported("changes that make a table anew"),
    }
}

/// Whether an index is named within its schema, or within its table.
pub const fn of_schema(dialect: &Dialect) -> bool {
    match dialect.indexes {
        Indexes::Full | Indexes::Trees => true,
        Indexes::Inline | Indexes::InlineColumns => false,
    }
}
