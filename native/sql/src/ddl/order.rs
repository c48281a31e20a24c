//! The foreign keys that can be created with their table, and those that are part of a cycle.

use oxyde_ir::schema::{ForeignKey, Table};

use crate::dialect::{Dialect, LateKeys};

/// Returns the foreign keys of table `index`: those that can be declared with it, and those whose target is created
/// later.
pub fn keys<'a>(tables: &'a [Table], index: usize, dialect: &Dialect) -> (Vec<&'a ForeignKey>, Vec<&'a ForeignKey>) {
    let is_late = |key: &&ForeignKey| match dialect.late_keys {
        LateKeys::Declared => false,
        LateKeys::Block | LateKeys::IfNotExists | LateKeys::Strict => tables.iter().skip(index + 1).any(|later| later.table == key.target),
    };
    let (late, now) = tables.get(index).map(|table| table.foreign_keys.iter().partition(is_late)).unwrap_or_default();
    (now, late)
}

/// Returns the foreign keys that prevent the tables from being dropped one by one in reverse order.
pub fn circular(tables: &[Table]) -> impl Iterator<Item = (&Table, &ForeignKey)> {
    tables.iter().enumerate().flat_map(move |(index, table)| {
        let later = tables.iter().skip(index + 1);
        let is_late = move |key: &&ForeignKey| later.clone().any(|later| later.table == key.target);
        table.foreign_keys.iter().filter(is_late).map(move |key| (table, key))
    })
}
