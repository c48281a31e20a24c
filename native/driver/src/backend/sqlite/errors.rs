//! Converts SQLite's errors.

use std::ffi::c_int;

use libsqlite3_sys as ffi;

use crate::error::{Error, Kind};

/// Converts an error by its extended result code, which is kept in `sqlstate`.
pub fn from_code(code: c_int, message: &str) -> Error {
    // SQLite implements RESTRICT as an internal trigger.
    let restricts = code == ffi::SQLITE_CONSTRAINT_TRIGGER && message == "FOREIGN KEY constraint failed";
    let kind = if restricts { Kind::ForeignKeyViolation } else { kind(code, message) };
    let mut error = Error::new(kind, message);
    error.detail.sqlstate = Some(code.to_string());
    name_parts(&mut error, code, message);
    // SQLite has no code for this, and its messages are never translated.
    if let (ffi::SQLITE_ERROR, Some(table)) = (code, message.strip_prefix("no such table: ")) {
        error.detail.table = table.rsplit('.').next().map(str::to_owned);
        return error.of_missing_table();
    }
    match hint(code & 0xff) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn kind(code: c_int, message: &str) -> Kind {
    match code {
        ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => Kind::UniqueViolation,
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => Kind::ForeignKeyViolation,
        ffi::SQLITE_CONSTRAINT_NOTNULL => Kind::NotNullViolation,
        ffi::SQLITE_CONSTRAINT_CHECK => Kind::CheckViolation,
        ffi::SQLITE_BUSY_SNAPSHOT => Kind::SerializationFailure,
        _ => match code & 0xff {
            ffi::SQLITE_CONSTRAINT => Kind::Integrity,
            ffi::SQLITE_INTERRUPT => Kind::Cancelled,
            ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED => Kind::LockTimeout,
            // A value of a type or size that the column or the statement does not accept.
            ffi::SQLITE_MISMATCH | ffi::SQLITE_TOOBIG => Kind::Data,
            // These have no code of their own.
            ffi::SQLITE_ERROR if matches!(message, "integer overflow" | "malformed JSON") => Kind::Data,
            ffi::SQLITE_INTERNAL => Kind::Internal,
            _ => Kind::Database,
        },
    }
}

const fn hint(primary: c_int) -> Option<&'static str> {
    match primary {
        ffi::SQLITE_READONLY => Some("the file, or its folder, cannot be written, or it was opened with mode=ro or in a read-only block"),
        ffi::SQLITE_FULL => Some("the disk, or the size that the file may have, is full"),
        ffi::SQLITE_CANTOPEN => {
            Some("the file, or one that SQLite keeps beside it, cannot be opened: check the folder and its permissions")
        }
        ffi::SQLITE_CORRUPT => Some("the file is damaged: PRAGMA integrity_check says where; restore a backup"),
        ffi::SQLITE_NOTADB => Some("the file is no SQLite database, or it is encrypted"),
        _ => None,
    }
}

/// Extracts the names from a message about a constraint.
fn name_parts(error: &mut Error, code: c_int, message: &str) {
    let Some((_, subject)) = message.split_once("constraint failed: ") else { return };
    let detail = &mut error.detail;
    match code {
        ffi::SQLITE_CONSTRAINT_CHECK => detail.constraint = Some(subject.to_owned()),
        ffi::SQLITE_CONSTRAINT_NOTNULL
        | ffi::SQLITE_CONSTRAINT_UNIQUE
        | ffi::SQLITE_CONSTRAINT_PRIMARYKEY
        | ffi::SQLITE_CONSTRAINT_ROWID => {
            // For an index on expressions SQLite reports the index instead of columns.
            if let Some(index) = subject.strip_prefix("index ") {
                detail.constraint = Some(index.trim_matches('\'').to_owned());
                return;
            }
            let Some((table, _)) = subject.split_once('.') else { return };
            let prefix = format!("{table}.");
            let columns: Vec<&str> = subject.split(", ").filter_map(|part| part.strip_prefix(prefix.as_str())).collect();
            detail.table = Some(table.to_owned());
            if let [column] = columns.as_slice() {
                detail.column = Some((*column).to_owned());
            }
            if code != ffi::SQLITE_CONSTRAINT_NOTNULL {
                // SQLite reports the columns of a unique constraint, not its name.
                detail.constraint = Some(columns.join(", "));
            }
        }
        _ => {}
    }
}

/// Converts `SQLITE_BUSY`: the lock timeout expired, or waiting could not help (`SQLITE_BUSY_SNAPSHOT`).
pub fn locked(error: Error, has_waited: bool) -> Error {
    let is_stale = error.kind == Kind::SerializationFailure;
    if is_stale || !has_waited {
        let message = "database is locked: another connection wrote since this transaction began to read";
        return Error { kind: Kind::SerializationFailure, message: message.to_owned(), detail: error.detail }
            .with_hint("begin transactions that write with BEGIN IMMEDIATE, or run the transaction again");
    }
    Error { kind: Kind::LockTimeout, message: "database is locked: another connection is writing".to_owned(), detail: error.detail }
        .with_hint("keep transactions short and begin those that write with BEGIN IMMEDIATE, or raise sqlite_busy_timeout")
}

fn primary(code: &str) -> Option<c_int> {
    code.parse::<c_int>().ok().map(|code| code & 0xff)
}

/// Whether the code means that we interrupted the statement.
pub fn is_interruption(code: &str) -> bool {
    primary(code) == Some(ffi::SQLITE_INTERRUPT)
}

/// Whether the code means that another connection holds a lock.
pub fn is_busy(code: &str) -> bool {
    primary(code) == Some(ffi::SQLITE_BUSY)
}

/// Whether the code means that a file cannot be opened.
pub fn is_unopenable(code: &str) -> bool {
    primary(code) == Some(ffi::SQLITE_CANTOPEN)
}

/// Whether the code means that a file cannot be written.
pub fn is_read_only(code: &str) -> bool {
    primary(code) == Some(ffi::SQLITE_READONLY)
}

/// Whether a connection must be reopened after this code.
pub fn is_loss(code: &str) -> bool {
    matches!(
        primary(code),
        Some(ffi::SQLITE_IOERR | ffi::SQLITE_CORRUPT | ffi::SQLITE_CANTOPEN | ffi::SQLITE_NOTADB | ffi::SQLITE_PROTOCOL)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(code: c_int, message: &str) -> Read {
        let error = from_code(code, message);
        (error.kind, error.detail.constraint, error.detail.table, error.detail.column)
    }

    type Read = (Kind, Option<String>, Option<String>, Option<String>);

    /// Returns a kind with constraint, table and column; empty strings become `None`.
    fn told(kind: Kind, [constraint, table, column]: [&str; 3]) -> Read {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        (kind, some(constraint), some(table), some(column))
    }

    #[test]
    fn constraints_are_named() {
        assert_eq!(read(2067, "UNIQUE constraint failed: t.a"), told(Kind::UniqueViolation, ["a", "t", "a"]));
        assert_eq!(read(1555, "UNIQUE constraint failed: t.a, t.b"), told(Kind::UniqueViolation, ["a, b", "t", ""]));
        assert_eq!(read(2067, "UNIQUE constraint failed: index 'lower_a'"), told(Kind::UniqueViolation, ["lower_a", "", ""]));
        assert_eq!(read(1299, "NOT NULL constraint failed: t.a"), told(Kind::NotNullViolation, ["", "t", "a"]));
        assert_eq!(read(275, "CHECK constraint failed: positive"), told(Kind::CheckViolation, ["positive", "", ""]));
        assert_eq!(read(787, "FOREIGN KEY constraint failed"), told(Kind::ForeignKeyViolation, [""; 3]));
        assert_eq!(read(1811, "FOREIGN KEY constraint failed"), told(Kind::ForeignKeyViolation, [""; 3]));
        assert_eq!(read(1811, "no more than three"), told(Kind::Integrity, [""; 3]));
    }

    #[test]
    fn codes_have_kinds() {
        assert_eq!((kind(9, ""), kind(5, ""), kind(517, ""), kind(20, ""), kind(1, "no such table: t")), {
            (Kind::Cancelled, Kind::LockTimeout, Kind::SerializationFailure, Kind::Data, Kind::Database)
        });
        assert_eq!((kind(1, "integer overflow"), kind(1, "malformed JSON"), kind(2, "")), (Kind::Data, Kind::Data, Kind::Internal));
        let missing = from_code(1, "no such table: main.t");
        assert_eq!((missing.kind, missing.detail.table.as_deref()), (Kind::Database, Some("t")));
        assert!(missing.message.contains("create_tables()"), "{missing}");
        assert!(from_code(8, "attempt to write a readonly database").detail.hint.is_some());
        assert!(is_loss("266") && !is_loss("1") && is_busy("517") && is_interruption("9"));
    }

    #[test]
    fn locks_tell_what_to_do() {
        let error = locked(from_code(5, "database is locked"), true);
        assert!(error.kind == Kind::LockTimeout && error.detail.hint.unwrap().contains("sqlite_busy_timeout"));
        assert_eq!(locked(from_code(5, "database is locked"), false).kind, Kind::SerializationFailure);
        assert_eq!(locked(from_code(517, "database is locked"), true).kind, Kind::SerializationFailure);
    }

    #[test]
    fn odd_messages_do_no_harm() {
        for message in
            ["", "constraint failed: ", "UNIQUE constraint failed: é", "UNIQUE constraint failed: .", "constraint failed: index '"]
        {
            for code in [2067, 1555, 1299, 275, 787, 19] {
                let _ = from_code(code, message);
            }
        }
    }
}
