//! Converts errors of the server and of sqlx.

use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlDatabaseError};

use crate::error::{Error, Kind};

/// Returns the server's error, if it is one.
pub fn complaint(error: &sqlx::Error) -> Option<&MySqlDatabaseError> {
    error.as_database_error()?.try_downcast_ref()
}

/// Whether the connection is still usable: the server answered in order and waits for the next request.
pub fn leaves_healthy(error: &sqlx::Error) -> bool {
    complaint(error).is_some_and(|error| !is_loss(error.number()))
}

/// Whether the server closes the connection with this error: shutdown, packet errors, KILL, idle
/// timeout.
fn is_loss(number: u16) -> bool {
    matches!(number, 1040 | 1043 | 1053 | 1077..=1080 | 1153..=1161 | 1184 | 1927 | 2006 | 2013 | 4031)
}

/// Whether the statement was cancelled, by `KILL QUERY` or by a time limit of the server.
pub fn is_interruption(error: &sqlx::Error) -> bool {
    complaint(error).is_some_and(|error| matches!(error.number(), 1317 | 1969 | 3024))
}

/// Whether the prepared statement is gone or stale, or there are too many. Succeeds after closing all
/// of them.
pub fn wants_preparing(error: &sqlx::Error) -> bool {
    complaint(error).is_some_and(|error| matches!(error.number(), 1243 | 1461 | 1615))
}

/// Whether the statement cannot be prepared, only sent as text (error 1295).
pub fn wants_text(error: &sqlx::Error) -> bool {
    complaint(error).is_some_and(|error| error.number() == 1295)
}

/// Replaces sqlx's message for Rust developers: it was built without RSA, which encrypts a password
/// sent without TLS. An attacker on the network could substitute their own key, so the remedy is TLS.
const CLEAR: &str = "the account's plug-in (caching_sha2_password or sha256_password) takes its password over TLS only: give \
                     ssl-mode=REQUIRED in the URL, or PoolSettings(ssl_mode=\"require\"); or connect by its socket";

/// Whether certificate files are configured, which may be the cause.
fn has_certificates(options: &MySqlConnectOptions) -> bool {
    options.to_url_lossy().query_pairs().any(|(name, _)| matches!(&*name, "ssl-ca" | "ssl-cert" | "ssl-key"))
}

/// Converts an error while connecting. The message contains everything but the password.
pub fn from_connect(error: &sqlx::Error, options: &MySqlConnectOptions) -> Error {
    let place = match options.get_socket() {
        Some(path) => path.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    let database = options.get_database().map_or_else(String::new, |name| format!(", database {name:?}"));
    let reason = if matches!(error, sqlx::Error::Configuration(_)) && !has_certificates(options) {
        CLEAR.to_owned()
    } else {
        complaint(error).map_or_else(|| error.to_string(), |error| error.message().to_owned())
    };
    let message = format!("cannot connect to MySQL at {place}{database} as {:?}: {reason}", options.get_username());
    let mut ours = Error::new(Kind::ConnectionFailed, message);
    ours.detail.sqlstate = complaint(error).and_then(MySqlDatabaseError::code).map(str::to_owned);
    ours
}

/// Converts an error on an open connection.
pub fn from_sqlx(error: &sqlx::Error) -> Error {
    match complaint(error) {
        Some(error) => from_server(error.number(), error.code(), error.message()),
        None => Error::new(Kind::ConnectionFailed, format!("the connection to the server was lost: {error}")),
    }
}

/// Removes the duplicate value, which may be a secret, from the message about it.
fn without_value(message: &str) -> String {
    let cut = message.strip_prefix("Duplicate entry '").and_then(|rest| rest.rfind(" for key ").map(|at| &rest[at..]));
    cut.map_or_else(|| message.to_owned(), |rest| format!("Duplicate entry{rest}"))
}

/// Returns the reason for which a statement of ours made the server fail: it has no other way than to overflow.
fn refusal(message: &str) -> Option<&str> {
    let (_, call) = message.split_once("9223372036854775807 + char_length(")?;
    call.split('\'').nth(1)
}

fn from_server(number: u16, sqlstate: Option<&str>, message: &str) -> Error {
    let kind = kind(number, sqlstate);
    let reason = refusal(message).unwrap_or(message);
    let text = if kind == Kind::UniqueViolation { without_value(message) } else { reason.to_owned() };
    let mut error = Error::new(kind, text);
    let detail = &mut error.detail;
    detail.sqlstate = sqlstate.map(str::to_owned);
    match error.kind {
        Kind::UniqueViolation => {
            // MySQL writes 'table.key', MariaDB 'key'.
            let key = message.rfind("for key ").and_then(|at| quoted(&message[at..]));
            let (table, constraint) = match key.and_then(|key| key.split_once('.')) {
                Some((table, name)) => (Some(table), Some(name)),
                None => (None, key),
            };
            (detail.table, detail.constraint) = (table.map(str::to_owned), constraint.map(str::to_owned));
        }
        Kind::ForeignKeyViolation | Kind::CheckViolation => {
            detail.constraint = after(message, "CONSTRAINT ").or_else(|| after(message, "constraint ")).map(str::to_owned);
            let place = after(message, "fails (`").map(|_| "fails (").or(Some("failed for ")).and_then(|word| names(message, word));
            detail.table = place.and_then(|names| names.last().map(ToString::to_string));
            detail.column = after(message, "FOREIGN KEY (").map(str::to_owned);
        }
        Kind::Database if number == 1146 => {
            detail.table = quoted(message).and_then(|name| name.rsplit('.').next()).map(str::to_owned);
            return error.of_missing_table();
        }
        Kind::NotNullViolation | Kind::Data | Kind::Database => {
            let place = names(message, "olumn ").or_else(|| names(message, "Field "));
            let mut names = place.unwrap_or_default().into_iter().rev();
            detail.column = names.next().map(str::to_owned);
            detail.table = names.next().map(str::to_owned);
        }
        Kind::Deadlock => detail.hint = Some("the server rolled the whole transaction back; run it again".to_owned()),
        Kind::LockTimeout if number == 1205 => {
            detail.hint = Some("another transaction holds the rows; roll back, then run the transaction again".to_owned());
        }
        Kind::ConnectionFailed if number == 1153 => {
            detail.hint = Some("send less at once, or raise max_allowed_packet on the server".to_owned());
        }
        Kind::ConnectionFailed
        | Kind::PoolTimeout
        | Kind::Forked
        | Kind::Closed
        | Kind::Integrity
        | Kind::SerializationFailure
        | Kind::Cancelled
        | Kind::Timeout
        | Kind::LockTimeout
        | Kind::TransactionTimeout
        | Kind::CommitOutcomeUnknown
        | Kind::BrokenTransaction
        | Kind::Field
        | Kind::FieldValue
        | Kind::Unsupported
        | Kind::Decode
        | Kind::Internal => {}
    }
    error
}

fn kind(number: u16, sqlstate: Option<&str>) -> Kind {
    match number {
        1022 | 1062 | 1169 | 1586 | 1859 => Kind::UniqueViolation,
        1216 | 1217 | 1451 | 1452 => Kind::ForeignKeyViolation,
        1048 | 1263 | 1364 => Kind::NotNullViolation,
        3819 => Kind::CheckViolation,
        // MySQL uses this number for another error.
        4025 if sqlstate == Some("23000") => Kind::CheckViolation,
        1213 => Kind::Deadlock,
        1969 | 3024 => Kind::Timeout,
        // The lock wait timed out, or NOWAIT.
        1205 | 3572 => Kind::LockTimeout,
        1317 => Kind::Cancelled,
        // Out of range, truncated, wrong type, invalid date or time, division by zero, too long; not all have
        // SQLSTATE class 22.
        1264 | 1265 | 1292 | 1365 | 1366 | 1406 | 1441 | 1525 | 1690 => Kind::Data,
        // Invalid regular expression: 1139 on MariaDB, 3685 to 3698 on MySQL.
        1139 | 3685..=3698 => Kind::Data,
        1235 | 1295 => Kind::Unsupported,
        number if is_loss(number) => Kind::ConnectionFailed,
        // MariaDB reports snapshot conflicts (innodb_snapshot_isolation) as 1020.
        1020 => Kind::SerializationFailure,
        _ if sqlstate == Some("40001") => Kind::SerializationFailure,
        _ if sqlstate.is_some_and(|state| state.starts_with("22")) => Kind::Data,
        _ if sqlstate.is_some_and(|state| state.starts_with("23")) => Kind::Integrity,
        _ => Kind::Database,
    }
}

/// Returns the quoted name directly after a word.
fn after<'a>(message: &'a str, word: &str) -> Option<&'a str> {
    let at = message.find(word)? + word.len();
    quoted(&message[at..])
}

/// Returns the text in the first pair of quotes or backticks.
fn quoted(text: &str) -> Option<&str> {
    let start = text.find(['\'', '`'])?;
    let quote = char::from(text.as_bytes()[start]);
    let rest = &text[start + 1..];
    // The name of a key may contain quotes; nothing follows it.
    let end = if quote == '\'' { rest.find("' ").or_else(|| rest.rfind('\''))? } else { rest.find(quote)? };
    Some(&rest[..end])
}

/// Returns the parts of a name directly after a word: `'c'`, `` `db`.`t`.`c` `` or `'db.t.c'`.
fn names<'a>(message: &'a str, word: &str) -> Option<Vec<&'a str>> {
    let rest = &message[message.find(word)? + word.len()..];
    if let Some(rest) = rest.strip_prefix('\'') {
        return Some(vec![&rest[..rest.find('\'')?]]);
    }
    let mut names = Vec::new();
    let mut rest = rest.strip_prefix('`')?;
    loop {
        let end = rest.find('`')?;
        names.push(&rest[..end]);
        match rest[end + 1..].strip_prefix(".`") {
            Some(next) => rest = next,
            None => return Some(names),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(number: u16, state: &str, message: &str) -> (Kind, [Option<String>; 3]) {
        let error = from_server(number, Some(state), message);
        (error.kind, [error.detail.constraint, error.detail.table, error.detail.column])
    }

    /// Constraint, table and column.
    fn known(parts: [Option<&str>; 3]) -> [Option<String>; 3] {
        parts.map(|part| part.map(str::to_owned))
    }

    #[test]
    fn constraints_are_named() {
        let duplicate = "Duplicate entry 'it''s for key ' for key 'book.book_isbn'";
        assert_eq!(read(1062, "23000", duplicate), (Kind::UniqueViolation, known([Some("book_isbn"), Some("book"), None])));
        let duplicate = "Duplicate entry '1' for key 'PRIMARY'";
        assert_eq!(read(1062, "23000", duplicate), (Kind::UniqueViolation, known([Some("PRIMARY"), None, None])));
        let key = "Cannot add or update a child row: a foreign key constraint fails (`test`.`child`, CONSTRAINT `fk_x` FOREIGN KEY (`p`) REFERENCES `parent` (`id`))";
        assert_eq!(read(1452, "23000", key), (Kind::ForeignKeyViolation, known([Some("fk_x"), Some("child"), Some("p")])));
        let check = "CONSTRAINT `positive` failed for `test`.`t`";
        assert_eq!(read(4025, "23000", check), (Kind::CheckViolation, known([Some("positive"), Some("t"), None])));
        let check = "Check constraint 'positive' is violated.";
        assert_eq!(read(3819, "HY000", check), (Kind::CheckViolation, known([Some("positive"), None, None])));
    }

    #[test]
    fn columns_are_named() {
        assert_eq!(read(1048, "23000", "Column 'a' cannot be null"), (Kind::NotNullViolation, known([None, None, Some("a")])));
        assert_eq!(read(1364, "HY000", "Field 'a' doesn't have a default value"), (Kind::NotNullViolation, known([None, None, Some("a")])));
        assert_eq!(read(1264, "22003", "Out of range value for column 'a' at row 1"), (Kind::Data, known([None, None, Some("a")])));
        let range = "BIGINT value is out of range in '`t`.`a` + 1'";
        assert_eq!((read(1690, "22003", range).0, read(1365, "22012", "Division by 0").0), (Kind::Data, Kind::Data));
        let ours = "BIGINT value is out of range in '(9223372036854775807 + char_length('division by zero'))'";
        let refused = from_server(1690, Some("22003"), ours);
        assert_eq!((refused.kind, refused.message.as_str()), (Kind::Data, "division by zero"));
        let missing = from_server(1146, Some("42S02"), "Table 'test.t' doesn't exist");
        assert_eq!((missing.kind, missing.detail.table.as_deref()), (Kind::Database, Some("t")));
        assert!(missing.message.contains("create_tables()"), "{missing}");
        let wrong = "Incorrect integer value: 'x' for column `test`.`t`.`a` at row 1";
        assert_eq!(read(1366, "22007", wrong), (Kind::Data, known([None, Some("t"), Some("a")])));
    }

    #[test]
    fn a_password_that_needs_tls_is_told_to_users_of_python() {
        let error = sqlx::Error::Configuration("RSA auth backend disabled".into());
        let plain = from_connect(&error, &MySqlConnectOptions::new().password("secret"));
        assert!(plain.message.contains("ssl-mode=REQUIRED") && !plain.message.contains("RSA"), "{plain}");
        let named = from_connect(&error, &MySqlConnectOptions::new().ssl_ca("ca.pem"));
        assert!(named.message.contains("RSA"), "{named}");
    }

    #[test]
    fn odd_messages_do_no_harm() {
        for message in [
            "",
            "'",
            "for key '",
            "CONSTRAINT `",
            "Column '",
            "column `é",
            "fails (`",
            "9223372036854775807 + char_length(",
            "Fehler für Schlüssel",
        ] {
            for number in [1062, 1452, 4025, 1048, 1264, 1205, 1153] {
                let _ = from_server(number, Some("23000"), message);
            }
        }
    }
}
