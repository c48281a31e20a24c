//! Constraints.

use oxyde_ir::schema::{Action, Check, Exclude, ForeignKey, Table, Unique};

use super::column::is_own_key;
use crate::dialect::{Alters, Dialect};
use crate::error::{Result, malformed};
use crate::quote;

const DEFERRED: &str = " DEFERRABLE INITIALLY DEFERRED";

pub fn definitions(table: &Table, keys: &[&ForeignKey], dialect: &Dialect) -> Result<Vec<String>> {
    let mut parts = Vec::new();
    if !table.key.is_empty() && !table.columns.iter().any(|column| is_own_key(&table.key, column, dialect)) {
        parts.push(format!("PRIMARY KEY ({})", names(dialect, &table.key)?));
    }
    for (index, one) in table.uniques.iter().enumerate() {
        if !is_merged(table, index, dialect) {
            parts.push(unique(one, dialect)?);
        }
    }
    for one in &table.checks {
        parts.push(check(one, dialect)?);
    }
    for one in &table.excludes {
        parts.push(exclude(one, dialect)?);
    }
    for key in keys {
        parts.push(foreign_key(key, "FOREIGN KEY", dialect)?);
    }
    Ok(parts)
}

/// Whether CREATE TABLE would silently leave out a unique constraint, because the key or one before it is over the same columns.
fn is_merged(table: &Table, index: usize, dialect: &Dialect) -> bool {
    let same = |one: &Unique| table.key == one.columns || table.uniques.iter().take(index).any(|other| other.columns == one.columns);
    matches!(dialect.alters, Alters::Parts) && table.uniques.get(index).is_some_and(same)
}

/// Returns the unique constraints that are added to their table, once it is there.
pub fn late_uniques<'a>(table: &'a Table, dialect: &Dialect) -> impl Iterator<Item = &'a Unique> {
    table.uniques.iter().enumerate().filter(move |(index, _)| is_merged(table, *index, dialect)).map(|(_, one)| one)
}

fn constraint(dialect: &Dialect, name: &str) -> Result<String> {
    Ok(format!("CONSTRAINT {}", quote::quoted(dialect, name)?))
}

pub fn names(dialect: &Dialect, names: &[String]) -> Result<String> {
    if names.is_empty() {
        return malformed("a constraint or index of no columns");
    }
    quote::list(dialect, names.iter().map(String::as_str))
}

pub fn check(check: &Check, dialect: &Dialect) -> Result<String> {
    Ok(format!("{} CHECK ({})", constraint(dialect, &check.name)?, quote::sql(&check.sql)?))
}

pub fn unique(unique: &Unique, dialect: &Dialect) -> Result<String> {
    if unique.deferrable && !dialect.deferrable {
        return dialect.unsupported("deferrable constraints");
    }
    let suffix = if unique.deferrable { DEFERRED } else { "" };
    Ok(format!("{} UNIQUE ({}){suffix}", constraint(dialect, &unique.name)?, names(dialect, &unique.columns)?))
}

pub fn exclude(exclude: &Exclude, dialect: &Dialect) -> Result<String> {
    if !dialect.exclusion {
        return dialect.unsupported("exclusion constraints");
    }
    if exclude.elements.is_empty() {
        return malformed("an exclusion constraint of no elements");
    }
    let element = |(expr, operator): &(String, String)| Ok(format!("({}) WITH {}", quote::sql(expr)?, quote::sql(operator)?));
    let elements: Vec<String> = exclude.elements.iter().map(element).collect::<Result<_>>()?;
    let method = quote::quoted(dialect, &exclude.method)?;
    let mut text = format!("{} EXCLUDE USING {method} ({})", constraint(dialect, &exclude.name)?, elements.join(", "));
    if let Some(filter) = &exclude.filter {
        text = format!("{text} WHERE ({})", quote::sql(filter)?);
    }
    Ok(text)
}

fn action(action: Action, dialect: &Dialect) -> Result<&'static str> {
    Ok(match action {
        Action::Cascade => "CASCADE",
        Action::SetNull => "SET NULL",
        Action::SetDefault if !dialect.set_default => return dialect.unsupported("foreign keys that set the default"),
        Action::SetDefault => "SET DEFAULT",
        Action::Restrict => "RESTRICT",
        Action::NoAction => "NO ACTION",
    })
}

/// Returns a foreign key constraint. `word` is `FOREIGN KEY`, possibly followed by `IF NOT EXISTS`.
pub fn foreign_key(key: &ForeignKey, word: &str, dialect: &Dialect) -> Result<String> {
    if key.columns.len() != key.target_columns.len() {
        return malformed(format!("the foreign key {:?} pairs {} columns with {}", key.name, key.columns.len(), key.target_columns.len()));
    }
    if key.deferrable && !dialect.deferrable_keys {
        return dialect.unsupported("deferrable foreign keys");
    }
    Ok(format!(
        "{} {word} ({}) REFERENCES {} ({}) ON DELETE {} ON UPDATE {}{}",
        constraint(dialect, &key.name)?,
        names(dialect, &key.columns)?,
        quote::table(dialect, &key.target)?,
        names(dialect, &key.target_columns)?,
        action(key.on_delete, dialect)?,
        action(key.on_update, dialect)?,
        if key.deferrable { DEFERRED } else { "" },
    ))
}
