//! What can go wrong between us and a server, as data that crosses the boundary to Python.

use std::fmt;

/// The kind of an error: one for each exception class of `oxyde.exceptions` that the core raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Cannot connect, or the connection was lost: refused, unknown host, wrong password, TLS.
    ConnectionFailed,
    /// No connection became free in time.
    PoolTimeout,
    /// The process forked after the pool was made.
    Forked,
    /// The pool was closed.
    Closed,
    UniqueViolation,
    ForeignKeyViolation,
    NotNullViolation,
    CheckViolation,
    /// Another constraint (exclusion).
    Integrity,
    SerializationFailure,
    Deadlock,
    /// Cancelled on request, on the server.
    Cancelled,
    /// The statement ran longer than the server or we allow.
    Timeout,
    /// Another transaction held a lock for longer than the statement may wait.
    LockTimeout,
    /// The transaction was open longer than it may be, and was rolled back.
    TransactionTimeout,
    /// COMMIT was sent and its answer never came.
    CommitOutcomeUnknown,
    /// The transaction met an error and takes no further work until its block ends.
    BrokenTransaction,
    /// A wrong use: too few values, a query that is too deep, settings that contradict each other.
    Field,
    /// A value that cannot be sent: out of range, wrong type. Nothing was sent.
    FieldValue,
    /// The server refused a value: overflow, division by zero, text too long, a bad cast.
    Data,
    /// The server cannot do that.
    Unsupported,
    /// A value that cannot be read exactly.
    Decode,
    /// Any other complaint of the server's (missing table, syntax, permission, read-only file).
    Database,
    /// A fault of ours.
    Internal,
}

/// An error with everything known about it. `Display` never shows a password: no URL gets in here unmasked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: Kind,
    pub message: String,
    pub detail: Box<Detail>,
}

/// What the server or we know beyond the message; every part may be unknown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    pub sqlstate: Option<String>,
    pub constraint: Option<String>,
    pub table: Option<String>,
    pub column: Option<String>,
    pub sql: Option<String>,
    pub hint: Option<String>,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), detail: Box::default() }
    }

    /// The same error, with the statement that met it unless one is known already.
    #[must_use]
    pub fn in_sql(mut self, sql: &str) -> Self {
        self.detail.sql.get_or_insert_with(|| sql.to_owned());
        self
    }

    /// The error of a table that is not there, with the remedy in its message.
    #[must_use]
    pub fn of_missing_table(mut self) -> Self {
        const REMEDY: &str = "create it with db.create_tables(), or apply the migrations";
        self.message = format!("{}; {REMEDY}", self.message);
        self.with_hint(REMEDY)
    }

    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.detail.hint = Some(hint.into());
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
