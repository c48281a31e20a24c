//! Translates the URL parameters of vendors and other libraries: kept, renamed, dropped, or refused
//! with a remedy.

use url::Url;

/// The protocol of a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Postgres,
    Mysql,
}

/// What happens to a parameter.
enum Answer {
    /// Passed to sqlx unchanged.
    Kept,
    /// Passed to sqlx under this name.
    Named(&'static str),
    /// Passed to sqlx as this name and value.
    Means(&'static str, &'static str),
    /// Dropped: it asks for the default behaviour.
    Dropped,
    /// Refused, with what to write instead.
    Refused(&'static str),
    Unknown,
}
use Answer::{Dropped, Kept, Means, Named, Refused, Unknown};

const POSTGRES: &str = "sslmode, sslrootcert, sslcert, sslkey, host, hostaddr, port, dbname, user, password, application_name, options, \
                        statement-cache-capacity";
const MYSQL: &str = "ssl-mode, ssl-ca, ssl-cert, ssl-key, charset, collation, socket";

const ACQUIRE: &str = "write PoolSettings(acquire_timeout=...) in its place";
const STATEMENT: &str = "write PoolSettings(statement_timeout=...) in its place";
const POOL: &str = "write PoolSettings(max_connections=...) in its place";
const ONE_HOST: &str = "a pool connects to one server; leave it out and name the host that is to answer";
const UTC: &str = "sessions are in UTC; leave it out, and convert times in Python";

/// Rewrites the parameters to those of sqlx.
///
/// # Errors
/// Returns the reason, without the value, which may be a secret.
pub fn translate(url: &mut Url, protocol: Protocol) -> Result<(), String> {
    let mut kept: Vec<(String, String)> = Vec::new();
    let mut changed = false;
    for (name, value) in url.query_pairs() {
        let answer = match protocol {
            Protocol::Postgres => postgres(&name, &value.to_ascii_lowercase()),
            Protocol::Mysql => mysql(&name, &value.to_ascii_lowercase()),
        };
        changed |= !matches!(answer, Kept);
        match answer {
            Kept => kept.push((name.into_owned(), value.into_owned())),
            Named(name) => kept.push((name.to_owned(), value.into_owned())),
            Means(name, value) => kept.push((name.to_owned(), value.to_owned())),
            Dropped => {}
            Refused(advice) => return Err(format!("its parameter {name:?} is not supported: {advice}")),
            Unknown => {
                let known = match protocol {
                    Protocol::Postgres => POSTGRES,
                    Protocol::Mysql => MYSQL,
                };
                return Err(format!("its parameter {name:?} is unknown; known are {known}"));
            }
        }
    }
    if changed {
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
    }
    Ok(())
}

/// Returns what a URL says about a pooler, if it says anything.
pub fn pooler(url: &Url) -> Option<bool> {
    let (_, value) = url.query_pairs().find(|(name, _)| name == "pgbouncer")?;
    // `false` is the default of the parameter elsewhere, so it does not prove that there is no pooler.
    value.eq_ignore_ascii_case("true").then_some(true)
}

fn postgres(name: &str, value: &str) -> Answer {
    match (name, value) {
        (
            "sslmode"
            | "ssl-mode"
            | "sslrootcert"
            | "ssl-root-cert"
            | "ssl-ca"
            | "sslcert"
            | "ssl-cert"
            | "sslkey"
            | "ssl-key"
            | "statement-cache-capacity"
            | "host"
            | "hostaddr"
            | "port"
            | "dbname"
            | "user"
            | "password"
            | "application_name"
            | "options",
            _,
        ) => Kept,
        (name, _) if name.starts_with("options[") => Kept,
        ("fallback_application_name", _) => Named("application_name"),
        ("statement_cache_size" | "prepared_statement_cache_size", _) => Named("statement-cache-capacity"),
        ("ssl", "true" | "1" | "on") => Means("sslmode", "require"),
        ("ssl", "false" | "0" | "off") => Means("sslmode", "disable"),
        ("ssl", _) => Named("sslmode"),
        ("channel_binding" | "gssencmode", "disable" | "prefer") => Dropped,
        ("channel_binding", _) => {
            Refused("passwords are not bound to the TLS channel; leave it out, and write sslmode=verify-full, which proves the server, too")
        }
        ("gssencmode", _) => Refused("there is no GSSAPI; leave it out"),
        ("sslnegotiation", "postgres") | ("sslcompression", "0") => Dropped,
        ("sslnegotiation" | "sslcompression", _) => Refused("leave it out"),
        ("target_session_attrs", "any") | ("load_balance_hosts", "disable") => Dropped,
        ("target_session_attrs" | "load_balance_hosts", _) => Refused(ONE_HOST),
        ("client_encoding", "utf8" | "utf-8" | "unicode" | "auto") => Dropped,
        ("client_encoding", _) => Refused("text is sent as UTF-8; leave it out"),
        // A dead connection is detected by the check before a lease, or by the statement timeout.
        ("keepalives" | "keepalives_idle" | "keepalives_interval" | "keepalives_count", _) => Dropped,
        // Read by `pooler`.
        ("pgbouncer", "true" | "false") => Dropped,
        ("pgbouncer", _) => Refused("write pgbouncer=true or pgbouncer=false"),
        ("connect_timeout" | "pool_timeout" | "timeout", _) => Refused(ACQUIRE),
        ("tcp_user_timeout" | "command_timeout" | "statement_timeout", _) => Refused(STATEMENT),
        ("connection_limit" | "pool_size" | "max_size", _) => Refused(POOL),
        ("schema" | "search_path" | "currentSchema", _) => Refused("write options=-c%20search_path%3D... in its place"),
        ("service" | "passfile", _) => Refused("write host, user and database into the URL; a password may be in PGPASSWORD or ~/.pgpass"),
        _ => Unknown,
    }
}

fn mysql(name: &str, value: &str) -> Answer {
    match (name, value) {
        ("charset", "utf8" | "utf8mb3") => Means("charset", "utf8mb4"),
        (
            "sslmode" | "ssl-mode" | "sslca" | "ssl-ca" | "charset" | "collation" | "sslcert" | "ssl-cert" | "sslkey" | "ssl-key"
            | "socket",
            _,
        ) => Kept,
        ("unix_socket", _) => Named("socket"),
        ("ssl_mode", _) => Named("ssl-mode"),
        ("ssl_ca", _) => Named("ssl-ca"),
        ("ssl_cert", _) => Named("ssl-cert"),
        ("ssl_key", _) => Named("ssl-key"),
        ("sslaccept", "strict") | ("tls" | "ssl_verify_identity", "true" | "1") => Means("ssl-mode", "VERIFY_IDENTITY"),
        ("ssl_verify_cert", "true" | "1") => Means("ssl-mode", "VERIFY_CA"),
        ("ssl" | "useSSL", "true" | "1") | ("tls", "skip-verify") | ("sslaccept", "accept_invalid_certs") => Means("ssl-mode", "REQUIRED"),
        ("tls", "preferred") => Means("ssl-mode", "PREFERRED"),
        ("ssl" | "useSSL" | "tls", "false" | "0") | ("ssl_disabled", "true" | "1") => Means("ssl-mode", "DISABLED"),
        ("ssl" | "useSSL" | "tls" | "sslaccept" | "ssl_disabled" | "ssl_verify_cert" | "ssl_verify_identity", _) => {
            Refused("write ssl-mode=DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY in its place")
        }
        ("autocommit", "true" | "1") | ("use_unicode" | "parseTime" | "allowPublicKeyRetrieval", _) => Dropped,
        ("autocommit", _) => Refused("statements outside of atomic() commit by themselves; leave it out"),
        ("time_zone" | "timezone" | "time-zone" | "serverTimezone" | "loc", "utc" | "+00:00") => Dropped,
        ("time_zone" | "timezone" | "time-zone" | "serverTimezone" | "loc", _) => Refused(UTC),
        ("connect_timeout" | "connection_timeout" | "timeout" | "pool_timeout", _) => Refused(ACQUIRE),
        ("read_timeout" | "write_timeout" | "readTimeout" | "writeTimeout", _) => Refused(STATEMENT),
        ("connection_limit" | "pool_size" | "maxsize", _) => Refused(POOL),
        _ => Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn translated(url: &str, protocol: Protocol) -> Result<String, String> {
        let mut url = Url::parse(url).map_err(|error| error.to_string())?;
        translate(&mut url, protocol).map(|()| url.query().unwrap_or_default().to_owned())
    }

    #[test]
    fn vendors_urls_of_postgresql_are_taken() {
        let cases = [
            ("sslmode=require&channel_binding=prefer", "sslmode=require"),
            ("keepalives=1&keepalives_idle=30", ""),
            ("ssl=true&target_session_attrs=any", "sslmode=require"),
            ("ssl=verify-full", "sslmode=verify-full"),
            ("pgbouncer=true&application_name=x", "application_name=x"),
            ("pgbouncer=false", ""),
            ("options[search_path]=a&client_encoding=UTF8", "options%5Bsearch_path%5D=a"),
            ("host=/cloudsql/p:r:i", "host=/cloudsql/p:r:i"),
        ];
        for (given, expected) in cases {
            assert_eq!(translated(&format!("postgres://h/d?{given}"), Protocol::Postgres).as_deref(), Ok(expected), "{given}");
        }
    }

    #[test]
    fn poolers_are_said() {
        let said = |url: &str| pooler(&Url::parse(url).unwrap());
        assert_eq!((said("postgres://h/d?pgbouncer=True"), said("postgres://h/d?pgbouncer=false")), (Some(true), None));
        assert_eq!(said("postgres://h/d?sslmode=require"), None);
        assert!(translated("postgres://h/d?pgbouncer=maybe", Protocol::Postgres).unwrap_err().contains("pgbouncer=true"));
    }

    #[test]
    fn vendors_urls_of_mysql_are_taken() {
        let cases = [
            ("unix_socket=/run/m.sock", "socket=%2Frun%2Fm.sock"),
            ("charset=utf8", "charset=utf8mb4"),
            ("ssl-mode=REQUIRED", "ssl-mode=REQUIRED"),
            ("ssl_mode=required&autocommit=true", "ssl-mode=required"),
            ("sslaccept=strict", "ssl-mode=VERIFY_IDENTITY"),
            ("tls=skip-verify&parseTime=true&loc=UTC", "ssl-mode=REQUIRED"),
        ];
        for (given, expected) in cases {
            assert_eq!(translated(&format!("mysql://h/d?{given}"), Protocol::Mysql).as_deref(), Ok(expected), "{given}");
        }
    }

    #[test]
    fn what_is_not_done_is_refused_with_a_remedy() {
        let postgres = ["channel_binding=require", "connect_timeout=10", "target_session_attrs=read-write", "schema=x", "pool_size=3"];
        for given in postgres {
            let reason = translated(&format!("postgres://h/d?{given}"), Protocol::Postgres).unwrap_err();
            assert!(reason.contains("leave it out") || reason.contains("write "), "{reason}");
        }
        let reason = translated("mysql://h/d?read_timeout=10", Protocol::Mysql).unwrap_err();
        assert!(reason.contains("PoolSettings(statement_timeout=...)"), "{reason}");
        let reason = translated("mysql://h/d?mood=hunter2", Protocol::Mysql).unwrap_err();
        assert!(reason.contains("\"mood\" is unknown") && !reason.contains("hunter2"), "{reason}");
    }
}
