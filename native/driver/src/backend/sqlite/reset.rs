//! Resets a connection after SQL of the application: a file is reopened, an in-memory database is
//! cleaned up.
//!
//! An in-memory database exists only in its one connection, which cannot be closed. Everything that
//! changes the meaning of other statements is reset: settings, open transactions, temporary tables,
//! which shadow others of the same name. Attached databases stay: they may hold the only copy of their
//! rows, and their names are resolved last.

use super::database::Database;
use crate::error::Result;

/// The pragmas that change the behaviour of statements.
const SETTINGS: [&str; 30] = [
    "analysis_limit",
    "automatic_index",
    "cache_size",
    "cache_spill",
    "cell_size_check",
    "checkpoint_fullfsync",
    "count_changes",
    "defer_foreign_keys",
    "empty_result_callbacks",
    "foreign_keys",
    "full_column_names",
    "fullfsync",
    "ignore_check_constraints",
    "journal_mode",
    "journal_size_limit",
    "legacy_alter_table",
    "locking_mode",
    "max_page_count",
    "query_only",
    "read_uncommitted",
    "recursive_triggers",
    "reverse_unordered_selects",
    "secure_delete",
    "short_column_names",
    "synchronous",
    "temp_store",
    "threads",
    "trusted_schema",
    "wal_autocheckpoint",
    "writable_schema",
];

/// Returns the DROP of one temporary table, view or trigger, dependent ones first.
const DROP: &str = "SELECT 'DROP ' || type || ' IF EXISTS temp.\"' || replace(name, '\"', '\"\"') || '\"' FROM temp.sqlite_master \
     WHERE type IN ('trigger', 'view', 'table') AND name NOT GLOB 'sqlite_*' \
     ORDER BY type = 'table', type = 'view', sql NOT LIKE 'CREATE VIRTUAL%' LIMIT 1";

/// The settings of a connection when it was opened.
pub type Opened = Vec<(&'static str, String)>;

impl Database {
    /// Returns the current settings.
    pub fn settings(&self) -> Opened {
        SETTINGS.iter().filter_map(|name| Some((*name, self.ask(&format!("PRAGMA {name}")).ok()??))).collect()
    }

    /// Cleans up an in-memory database; returns `false` for a file, which must be closed. What cannot be
    /// reset stays, because closing would lose the rows.
    pub fn take_back(&mut self) -> bool {
        if !self.is_memory {
            return false;
        }
        // A busy_timeout of the application replaced our busy handler.
        self.watch();
        let _ = self.drop_temporary();
        for (name, value) in self.opened.clone() {
            let _ = self.command(&format!("PRAGMA {name} = {value}"));
        }
        let _ = self.command("PRAGMA case_sensitive_like = 0");
        true
    }

    fn drop_temporary(&mut self) -> Result<()> {
        if !self.handle.is_autocommit() {
            self.command("ROLLBACK")?;
        }
        for setting in ["query_only = 0", "foreign_keys = 0", "writable_schema = 0"] {
            self.command(&format!("PRAGMA {setting}"))?;
        }
        while let Some(statement) = self.ask(DROP)? {
            self.command(&statement)?;
        }
        Ok(())
    }
}
