//! Converts errors of the server and of sqlx.

use sqlx::postgres::{PgConnectOptions, PgDatabaseError, PgSeverity};

use crate::error::{Detail, Error, Kind};

/// `query_canceled`: on request, or by `statement_timeout`.
const INTERRUPTED: &str = "57014";

/// Returns the server's error, if it is one.
pub fn complaint(error: &sqlx::Error) -> Option<&PgDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}

/// Whether the connection is still usable: the server answered in order and waits for the next request.
pub fn leaves_healthy(error: &sqlx::Error) -> bool {
    is_unknown_type(error) || complaint(error).is_some_and(|error| !matches!(error.severity(), PgSeverity::Fatal | PgSeverity::Panic))
}

/// Whether sqlx queried a type and could not decode its definition.
pub fn is_unknown_type(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::ColumnDecode { .. })
}

/// Whether the statement was cancelled, by `pg_cancel_backend` or by a time limit of the server.
pub fn is_interruption(error: &sqlx::Error) -> bool {
    complaint(error).is_some_and(|error| error.code() == INTERRUPTED)
}

/// The same for a converted error, if we did not cancel the statement ourselves.
pub fn was_interrupted(error: &Error) -> bool {
    error.detail.sqlstate.as_deref() == Some(INTERRUPTED)
}

/// Whether the transaction is aborted (25P02).
pub fn is_aborted_transaction(error: &sqlx::Error) -> bool {
    complaint(error).is_some_and(|error| error.code() == "25P02")
}

/// Whether the prepared statement is gone or its columns have changed. Succeeds after closing all of
/// them.
pub fn wants_preparing(error: &sqlx::Error) -> bool {
    complaint(error).is_some_and(is_outdated)
}

fn is_outdated(error: &PgDatabaseError) -> bool {
    match error.code() {
        "26000" => true,
        // "cached plan must not change result type", in any language.
        "0A000" => error.routine() == Some("RevalidateCachedQuery"),
        // The statement uses a type that was dropped. Internal errors are never translated.
        "XX000" => error.message().starts_with("cache lookup failed for "),
        _ => false,
    }
}

/// Whether another prepared statement has the name (42P05).
pub fn is_taken(error: &sqlx::Error) -> bool {
    complaint(error).is_some_and(|error| error.code() == "42P05")
}

/// Whether the statement cannot run in a transaction (25001), or a procedure tries to end the
/// transaction (2D000).
pub fn runs_alone(error: &Error) -> bool {
    matches!(error.detail.sqlstate.as_deref(), Some("25001" | "2D000"))
}

/// Whether a statement that was prepared before is now invalid: a table or a type has changed since.
pub fn has_outlived(error: &sqlx::Error) -> bool {
    complaint(error).is_some_and(|error| error.code().starts_with("42"))
}

/// Converts an error while connecting. The message contains everything but the password.
pub fn from_connect(error: &sqlx::Error, options: &PgConnectOptions) -> Error {
    let place = match options.get_socket() {
        Some(path) => path.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let database = options.get_database().map_or_else(String::new, |name| format!(", database {name:?}"));
    let reason = complaint(error).map_or_else(|| error.to_string(), |error| error.message().to_owned());
    let message = format!("cannot connect to PostgreSQL at {place}{database} as {:?}: {reason}", options.get_username());
    let mut ours = Error::new(Kind::ConnectionFailed, message);
    ours.detail.sqlstate = complaint(error).map(|error| error.code().to_owned());
    ours
}

/// Converts an error on an open connection.
pub fn from_sqlx(error: &sqlx::Error) -> Error {
    match (complaint(error), error) {
        (Some(error), _) => from_server(error),
        (None, sqlx::Error::Protocol(reason)) => Error::new(Kind::Internal, format!("the server's answer was not understood: {reason}")),
        (None, error) if is_unknown_type(error) => {
            Error::new(Kind::Decode, format!("a type in the statement is not known to Oxyde: {error}"))
                .with_hint("CAST it to another type in SQL, such as CAST(x AS text)")
        }
        (None, error) => Error::new(Kind::ConnectionFailed, format!("the connection to the server was lost: {error}")),
    }
}

/// Returns the DETAIL of an error. Values of a row, which may be secrets, are removed.
fn without_values(code: &str, detail: &str) -> Option<String> {
    if !code.starts_with("23") {
        return Some(detail.to_owned());
    }
    let start = detail.find(")=(")? + 1;
    // A value may contain parentheses: the server's own text follows the last one.
    let end = detail.rfind(") ")? + 1;
    Some(format!("{}{}", detail.get(..start)?, detail.get(end..)?))
}

fn from_server(error: &PgDatabaseError) -> Error {
    let message = match error.detail().and_then(|detail| without_values(error.code(), detail)) {
        Some(detail) => format!("{}: {detail}", error.message()),
        None => error.message().to_owned(),
    };
    let own = |text: Option<&str>| text.map(str::to_owned);
    let outdated = is_outdated(error).then_some("a table or type has changed since the statement was prepared; run the transaction again");
    let kind = if outdated.is_some() { Kind::SerializationFailure } else { kind(error.code()) };
    let hint = outdated.or(error.hint()).or_else(|| advice(error.code()));
    let detail = Detail {
        sqlstate: Some(error.code().to_owned()),
        constraint: own(error.constraint()),
        table: own(error.table()),
        column: own(error.column()),
        sql: None,
        hint: own(hint),
    };
    let ours = Error { kind, message, detail: Box::new(detail) };
    if error.code() == "42P01" { ours.of_missing_table() } else { ours }
}

fn kind(sqlstate: &str) -> Kind {
    match sqlstate {
        "23505" => Kind::UniqueViolation,
        "23503" => Kind::ForeignKeyViolation,
        "23502" => Kind::NotNullViolation,
        "23514" => Kind::CheckViolation,
        "40001" => Kind::SerializationFailure,
        "40P01" => Kind::Deadlock,
        INTERRUPTED => Kind::Cancelled,
        "55P03" => Kind::LockTimeout,
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => Kind::ConnectionFailed,
        "25P02" => Kind::BrokenTransaction,
        "0A000" => Kind::Unsupported,
        _ if sqlstate.starts_with("23") => Kind::Integrity,
        _ if sqlstate.starts_with("22") => Kind::Data,
        _ if sqlstate.starts_with("08") => Kind::ConnectionFailed,
        _ => Kind::Database,
    }
}

fn advice(sqlstate: &str) -> Option<&'static str> {
    match sqlstate {
        "40P01" | "40001" => Some("roll back, then run the transaction again"),
        "55P03" => Some("another transaction holds the lock; roll back, then run the transaction again"),
        "42883" | "42804" => Some(
            "where the column is of another type than the field, give the field db_type=... with the column's; in SQL of your own write a cast",
        ),
        "42P18" => Some("write a cast after the placeholder, such as $1::bigint"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_out() {
        let key = without_values("23505", "Key (a, b)=(x) y, 1) already exists.");
        assert_eq!(key.as_deref(), Some("Key (a, b) already exists."));
        let reference = without_values("23503", "Key (team_id)=(9) is not present in table \"team\".");
        assert_eq!(reference.as_deref(), Some("Key (team_id) is not present in table \"team\"."));
        assert_eq!(without_values("23502", "Failing row contains (1, hunter2, null)."), None);
        assert_eq!(without_values("42601", "d").as_deref(), Some("d"));
    }

    #[test]
    fn states_have_kinds() {
        let cases = [
            ("23505", Kind::UniqueViolation),
            ("23P01", Kind::Integrity),
            ("23001", Kind::Integrity),
            ("40001", Kind::SerializationFailure),
            ("57014", Kind::Cancelled),
            ("55P03", Kind::LockTimeout),
            ("57P01", Kind::ConnectionFailed),
            ("08006", Kind::ConnectionFailed),
            ("22003", Kind::Data),
            ("22012", Kind::Data),
            ("22P02", Kind::Data),
            ("42P01", Kind::Database),
            ("0A000", Kind::Unsupported),
            ("", Kind::Database),
        ];
        for (state, expected) in cases {
            assert_eq!(kind(state), expected, "{state}");
        }
    }
}
