//! Converts errors of the core to exceptions of `oxyde.exceptions`; the only mapping from kinds to
//! classes.

use oxyde_driver::{Error, Kind};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyModule};

/// `oxyde.exceptions`, imported once.
static EXCEPTIONS: PyOnceLock<Py<PyModule>> = PyOnceLock::new();

/// Returns the name of a kind's exception class.
const fn class(kind: Kind) -> &'static str {
    match kind {
        Kind::ConnectionFailed | Kind::Forked | Kind::Closed => "ConnectionFailed",
        Kind::PoolTimeout => "PoolTimeout",
        Kind::UniqueViolation => "UniqueViolationError",
        Kind::ForeignKeyViolation => "ForeignKeyViolationError",
        Kind::NotNullViolation => "NotNullViolationError",
        Kind::CheckViolation => "CheckViolationError",
        Kind::Integrity => "IntegrityError",
        Kind::SerializationFailure => "SerializationFailure",
        Kind::Deadlock => "DeadlockDetected",
        Kind::Cancelled => "QueryCancelled",
        Kind::Timeout => "StatementTimeoutError",
        Kind::LockTimeout => "LockTimeoutError",
        Kind::TransactionTimeout => "TransactionTimeoutError",
        Kind::CommitOutcomeUnknown => "CommitOutcomeUnknown",
        Kind::BrokenTransaction => "TransactionBroken",
        Kind::Field => "FieldError",
        Kind::FieldValue => "FieldValueError",
        Kind::Data => "DataError",
        Kind::Unsupported => "UnsupportedError",
        Kind::Decode => "DecodeError",
        Kind::Database => "DatabaseError",
        Kind::Internal => "InternalError",
    }
}

/// Returns the exception with all details of an error.
pub fn exception(py: Python<'_>, error: Error) -> PyErr {
    match build(py, error) {
        Ok(exception) => PyErr::from_value(exception),
        Err(failure) => failure,
    }
}

fn build(py: Python<'_>, error: Error) -> PyResult<Bound<'_, PyAny>> {
    let module = EXCEPTIONS.get_or_try_init(py, || PyModule::import(py, "oxyde.exceptions").map(Bound::unbind))?;
    let detail = *error.detail;
    let known = PyDict::new(py);
    let parts = [
        ("sqlstate", detail.sqlstate),
        ("constraint", detail.constraint),
        ("table", detail.table),
        ("column", detail.column),
        ("sql", detail.sql),
        ("hint", detail.hint),
    ];
    for (name, value) in parts {
        if let Some(value) = value {
            known.set_item(name, value)?;
        }
    }
    module.bind(py).getattr(class(error.kind))?.call((error.message,), Some(&known))
}

/// Returns an exception of a kind with only a message.
pub fn of_kind(py: Python<'_>, kind: Kind, message: impl Into<String>) -> PyErr {
    exception(py, Error::new(kind, message))
}

/// Converts a panic to an internal error; the process continues.
pub fn of_panic(payload: &(dyn std::any::Any + Send)) -> Error {
    let said = payload.downcast_ref::<&str>().copied().or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    Error::new(Kind::Internal, format!("a fault in Oxyde's core: {}", said.unwrap_or("no message")))
}
