//! The errors of the core, as data that crosses the boundary to Python.

use std::fmt;

/// The kind of an error: one for each class of `oxyde.exceptions` that the core raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The connection failed or was lost: connection refused, unknown host, wrong password, TLS.
    ConnectionFailed,
    /// The pool was exhausted until `acquire_timeout`.
    PoolTimeout,
    /// The process forked after the pool was created.
    Forked,
    /// The pool was closed.
    Closed,
    UniqueViolation,
    ForeignKeyViolation,
    NotNullViolation,
    CheckViolation,
    /// Another constraint, such as an exclusion constraint.
    Integrity,
    SerializationFailure,
    Deadlock,
    /// The statement was cancelled on request.
    Cancelled,
    /// The statement exceeded a time limit, the server's or ours.
    Timeout,
    /// The wait for a lock of another transaction exceeded the lock timeout.
    LockTimeout,
    /// The transaction exceeded its time limit and was rolled back.
    TransactionTimeout,
    /// COMMIT was sent, but no answer arrived.
    CommitOutcomeUnknown,
    /// A statement of the transaction failed; no further statement is accepted until the block ends.
    BrokenTransaction,
    /// Invalid use of the API: too few values, a query nested too deeply, contradictory settings.
    Field,
    /// A value that cannot be sent: out of range, wrong type. Nothing was sent.
    FieldValue,
    /// The server rejected a value: overflow, division by zero, text too long, invalid cast.
    Data,
    /// The server does not support the operation.
    Unsupported,
    /// A value that cannot be read exactly.
    Decode,
    /// Any other error of the server (missing table, syntax, permission, read-only file).
    Database,
    /// A bug in Oxyde.
    Internal,
}

/// An error with all its details. `Display` never shows a password: URLs are masked before they get
/// here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub kind: Kind,
    pub message: String,
    pub detail: Box<Detail>,
}

/// Details of an error beyond its message; each one may be unknown.
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

    /// Adds the failed statement, unless one is set already.
    #[must_use]
    pub fn in_sql(mut self, sql: &str) -> Self {
        self.detail.sql.get_or_insert_with(|| sql.to_owned());
        self
    }

    /// The error for a missing table; its message contains the remedy.
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
