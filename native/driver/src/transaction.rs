//! The SQL that begins and ends transactions and savepoints on each server.

use std::time::Duration;

use oxyde_ir::Family;

use crate::error::{Error, Kind, Result};

/// The isolation level of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Isolation {
    ReadUncommitted,
    ReadCommitted,
    RepeatableRead,
    Serializable,
}

impl Isolation {
    /// Returns the level of a name such as `read committed`.
    pub fn named(name: &str) -> Result<Self> {
        match name {
            "read uncommitted" => Ok(Self::ReadUncommitted),
            "read committed" => Ok(Self::ReadCommitted),
            "repeatable read" => Ok(Self::RepeatableRead),
            "serializable" => Ok(Self::Serializable),
            _ => Err(Error::new(Kind::Field, format!("there is no isolation level {name:?}"))),
        }
    }

    const fn sql(self) -> &'static str {
        match self {
            Self::ReadUncommitted => "READ UNCOMMITTED",
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        }
    }
}

/// The options of a transaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Begin {
    /// The server's default if absent. SQLite is always serializable, which satisfies every level.
    pub isolation: Option<Isolation>,
    pub read_only: bool,
    /// SQLite takes the write lock at once (BEGIN IMMEDIATE).
    pub immediate: bool,
    /// The id of an exported snapshot that the transaction uses (SET TRANSACTION SNAPSHOT). PostgreSQL
    /// only.
    pub snapshot: Option<String>,
    /// The transaction is rolled back when it is open for longer.
    pub timeout: Option<Duration>,
    /// SQLite neither checks foreign keys nor does what they say; the others refuse it.
    pub unchecked: bool,
}

/// A savepoint on `MySQL` and `MariaDB` that exists only as long as the transaction that we began.
pub const MARK: &str = "oxyde_begin";

/// Returns the statements that commit. COMMIT alone also succeeds if there is nothing to commit:
/// PostgreSQL rolls back an aborted transaction without an error, and every server accepts COMMIT after
/// the transaction has ended. The statement sent along with it fails in that case and stops the server.
pub const fn commit(family: Family) -> &'static str {
    match family {
        Family::Postgres => "SAVEPOINT oxyde_end; COMMIT",
        Family::Mysql | Family::Mariadb => "RELEASE SAVEPOINT oxyde_begin; COMMIT",
        Family::Sqlite => "COMMIT",
    }
}

/// How much later than our own limit the server ends an idle transaction.
const SLACK: Duration = Duration::from_secs(5);

impl Begin {
    /// Returns the statements that begin the transaction, in order.
    pub fn commands(&self, family: Family) -> Result<Vec<String>> {
        let snapshot = self.snapshot(family)?;
        if self.unchecked && (family != Family::Sqlite || self.read_only) {
            let message = "only SQLite begins transactions that leave foreign keys unchecked, and only for writing";
            return Err(Error::new(Kind::Unsupported, message));
        }
        Ok(match family {
            Family::Postgres => {
                let mut text = String::from("BEGIN");
                if let Some(isolation) = self.isolation.or(snapshot.map(|_| Isolation::RepeatableRead)) {
                    text.push_str(" ISOLATION LEVEL ");
                    text.push_str(isolation.sql());
                }
                if self.read_only {
                    text.push_str(" READ ONLY");
                }
                if let Some(id) = snapshot {
                    text.push_str("; SET TRANSACTION SNAPSHOT '");
                    text.push_str(id);
                    text.push('\'');
                }
                if let Some(timeout) = self.timeout {
                    let limit = (timeout + SLACK).as_millis().min(i32::MAX as u128);
                    text.push_str("; SET LOCAL idle_in_transaction_session_timeout = ");
                    text.push_str(&limit.to_string());
                }
                vec![text]
            }
            Family::Mysql | Family::Mariadb => {
                let isolation = self.isolation.map(|isolation| format!("SET TRANSACTION ISOLATION LEVEL {}", isolation.sql()));
                let start = if self.read_only { "START TRANSACTION READ ONLY" } else { "START TRANSACTION" };
                isolation.into_iter().chain([format!("{start}; SAVEPOINT {MARK}")]).collect()
            }
            Family::Sqlite if self.read_only => vec!["PRAGMA query_only = 1".to_owned(), "BEGIN DEFERRED".to_owned()],
            // The setting cannot be changed inside a transaction.
            Family::Sqlite if self.unchecked => vec!["PRAGMA foreign_keys = 0".to_owned(), "BEGIN IMMEDIATE".to_owned()],
            Family::Sqlite if self.immediate => vec!["BEGIN IMMEDIATE".to_owned()],
            Family::Sqlite => vec!["BEGIN DEFERRED".to_owned()],
        })
    }

    /// Returns the snapshot's id, checked because the server accepts only a literal.
    fn snapshot(&self, family: Family) -> Result<Option<&str>> {
        let Some(id) = self.snapshot.as_deref() else { return Ok(None) };
        if family != Family::Postgres {
            let message = format!("{} cannot begin a transaction at another one's snapshot; only PostgreSQL can", family.name());
            return Err(Error::new(Kind::Unsupported, message));
        }
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-') {
            return Err(Error::new(Kind::Field, format!("{id:?} is not the id of a snapshot; pg_export_snapshot() returns one")));
        }
        if matches!(self.isolation, Some(Isolation::ReadUncommitted | Isolation::ReadCommitted)) {
            let message = "a transaction that imports a snapshot must be repeatable read or serializable";
            return Err(Error::new(Kind::Field, message));
        }
        Ok(Some(id))
    }

    /// Returns the statement that resets what outlives the transaction.
    pub fn afterwards(&self, family: Family) -> Option<&'static str> {
        match family {
            Family::Sqlite if self.read_only => Some("PRAGMA query_only = 0"),
            Family::Sqlite if self.unchecked => Some("PRAGMA foreign_keys = 1"),
            Family::Sqlite | Family::Postgres | Family::Mysql | Family::Mariadb => None,
        }
    }
}

/// Returns the name of the savepoint at a depth.
pub fn savepoint(depth: u32) -> String {
    format!("oxyde_{depth}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_family_begins_its_way() {
        let strict = Begin { isolation: Some(Isolation::Serializable), read_only: true, ..Begin::default() };
        let written = Begin { immediate: true, timeout: Some(Duration::from_secs(1)), ..Begin::default() };
        assert_eq!(strict.commands(Family::Postgres).unwrap(), ["BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"]);
        assert_eq!(written.commands(Family::Postgres).unwrap(), ["BEGIN; SET LOCAL idle_in_transaction_session_timeout = 6000"]);
        let mysql = ["SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "START TRANSACTION READ ONLY; SAVEPOINT oxyde_begin"];
        assert_eq!(strict.commands(Family::Mysql).unwrap(), mysql);
        assert_eq!(written.commands(Family::Mariadb).unwrap(), ["START TRANSACTION; SAVEPOINT oxyde_begin"]);
        assert_eq!(strict.commands(Family::Sqlite).unwrap(), ["PRAGMA query_only = 1", "BEGIN DEFERRED"]);
        assert_eq!(strict.afterwards(Family::Sqlite), Some("PRAGMA query_only = 0"));
        assert_eq!(written.commands(Family::Sqlite).unwrap(), ["BEGIN IMMEDIATE"]);
    }

    #[test]
    fn only_sqlite_leaves_foreign_keys_unchecked() {
        let begin = Begin { unchecked: true, ..Begin::default() };
        assert_eq!(begin.commands(Family::Sqlite).unwrap(), ["PRAGMA foreign_keys = 0", "BEGIN IMMEDIATE"]);
        assert_eq!(begin.afterwards(Family::Sqlite), Some("PRAGMA foreign_keys = 1"));
        for family in [Family::Postgres, Family::Mysql, Family::Mariadb] {
            assert_eq!(begin.commands(family).unwrap_err().kind, Kind::Unsupported);
        }
        assert!(Begin { read_only: true, ..begin }.commands(Family::Sqlite).is_err());
    }

    #[test]
    fn commits_ask_for_the_mark() {
        assert!(commit(Family::Mariadb).contains(MARK) && commit(Family::Mysql).contains(MARK));
    }

    #[test]
    fn snapshots_are_for_postgres() {
        let begin = Begin { snapshot: Some("00000003-0000001B-1".to_owned()), ..Begin::default() };
        let text = "BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT '00000003-0000001B-1'";
        assert_eq!(begin.commands(Family::Postgres).unwrap(), [text]);
        for family in [Family::Mysql, Family::Mariadb, Family::Sqlite] {
            assert_eq!(begin.commands(family).unwrap_err().kind, Kind::Unsupported);
        }
        let weak = Begin { isolation: Some(Isolation::ReadCommitted), ..begin };
        assert_eq!(weak.commands(Family::Postgres).unwrap_err().kind, Kind::Field);
        for id in ["", "x'; DROP TABLE t; --", "0'"] {
            let odd = Begin { snapshot: Some(id.to_owned()), ..Begin::default() };
            assert_eq!(odd.commands(Family::Postgres).unwrap_err().kind, Kind::Field, "{id}");
        }
    }
}
