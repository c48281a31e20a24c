//! What SQL of the application may have left on a connection, taken back: a file is opened anew, a database in memory is put right.
//!
//! A database in memory is its one connection and cannot be closed. What changes the meaning of other statements goes: settings, open
//! transactions, temporary tables, which stand before others of their names. Attached databases stay: they may hold the only copy of
//! their rows, too, and stand behind all other names.

use super::database::Database;
use crate::error::Result;

/// The settings that change what statements do, or how.
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

/// The statement that drops one of the temporary tables, views and triggers; those on which others depend come last.
const DROP: &str = "SELECT 'DROP ' || type || ' IF EXISTS temp.\"' || replace(name, '\"', '\"\"') || '\"' FROM temp.sqlite_master \
     WHERE type IN ('trigger', 'view', 'table') AND name NOT GLOB 'sqlite_*' \
     ORDER BY type = 'table', type = 'view', sql NOT LIKE 'CREATE VIRTUAL%' LIMIT 1";

/// What the settings of a connection were when it was opened.
pub type Opened = Vec<(&'static str, String)>;

impl Database {
    /// What the settings are.
    pub fn settings(&self) -> Opened {
        SETTINGS.iter().filter_map(|name| Some((*name, self.ask(&format!("PRAGMA {name}")).ok()??))).collect()
    }

    /// Puts a database in memory right; `false` for a file, which is to be closed. What cannot be taken back stays: to close it would
    /// lose the rows.
    pub fn take_back(&mut self) -> bool {
        if !self.is_memory {
            return false;
        }
        // A timeout of the application's has taken its place.
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
