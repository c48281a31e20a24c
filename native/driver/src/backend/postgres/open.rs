//! Opening a connection: options, session set-up, and which server it is.

use oxyde_ir::{Family, Server, Version};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions, Row};

use super::{Connection, errors};
use crate::backend::reset::Reset;
use crate::error::Result;
use crate::os;
use crate::settings::Settings;

/// How many prepared statements a connection keeps.
const STATEMENT_CACHE: usize = 512;

/// sqlx's own number, which a URL has that says nothing.
const UNSAID_CACHE: usize = 100;

const APPLICATION: &str = "oxyde";

/// sqlx has set encoding, time zone and date style on the way. The rest is what a role, a database or the server's configuration may
/// have changed, and our statements rely on: the text of intervals and bytes, backslashes, `= NULL`, NULL in arrays.
const SETUP: &str = "SET IntervalStyle = 'postgres'; SET standard_conforming_strings = on; SET transform_null_equals = off; \
     SET bytea_output = 'hex'; SET array_nulls = on; SELECT pg_backend_pid(), current_setting('server_version_num')::int4";

/// The same as `DISCARD ALL` and the set-up, in one message, but for what we have prepared ourselves. RESET goes back to what the role, the
/// database or the start of the session said.
pub(super) const RESET: Reset = Reset {
    statements: "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; UNLISTEN *; SELECT pg_catalog.pg_advisory_unlock_all(); CLOSE ALL; \
         DISCARD TEMP; DISCARD SEQUENCES; \
         DO $$ DECLARE statement text; BEGIN \
         FOR statement IN SELECT s.name FROM pg_catalog.pg_prepared_statements AS s WHERE s.from_sql LOOP \
         EXECUTE pg_catalog.format('DEALLOCATE %I', statement); END LOOP; END $$; \
         SET IntervalStyle = 'postgres'; SET transform_null_equals = off; SET bytea_output = 'hex'; SET array_nulls = on",
    is_whole: true,
};

/// How text travels and what a string in our SQL means; then the scope: the schemas that names are looked up in, and the temporary
/// tables that come before them.
const FACTS: &str = "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; \
     SELECT pg_catalog.concat(pg_catalog.current_schemas(true), ' ', (SELECT pg_catalog.string_agg(objid::pg_catalog.text, ' ' ORDER BY objid) \
     FROM pg_catalog.pg_depend WHERE refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND refobjid = pg_catalog.pg_my_temp_schema()))";

/// The server takes no message of a gigabyte (`MaxAllocSize`).
const MAX_BYTES: usize = (1 << 30) - (1 << 20);

impl Connection {
    /// Connects, sets the session up and learns which server it is, the last two in one round trip.
    pub async fn open(options: &PgConnectOptions, settings: &Settings) -> Result<Self> {
        let name = settings.pg_application_name.as_deref().or(options.get_application_name()).unwrap_or(APPLICATION);
        let options = options
            .clone()
            .application_name(name)
            .statement_cache_capacity(cache(options, settings))
            .extra_float_digits(None)
            .disable_statement_logging();
        let mut inner = connect(&options).await.map_err(|error| errors::from_connect(&error, &options))?;
        let answer = sqlx::raw_sql(SETUP).fetch_all(&mut inner).await;
        let (server, pid) = answer.and_then(|rows| introduction(&rows)).map_err(|error| errors::from_connect(&error, &options))?;
        let interruption = format!("SELECT pg_cancel_backend({pid})");
        let (facts, scope) = (FACTS.to_owned(), None);
        Ok(Self { inner, server, interruption, options, healthy: true, doomed: false, max_bytes: MAX_BYTES, facts, scope })
    }
}

/// A bare connection, whose small packets leave at once: the TLS handshake would wait for delayed acknowledgements.
pub(super) async fn connect(options: &PgConnectOptions) -> sqlx::Result<PgConnection> {
    match options.get_socket() {
        Some(_) => options.connect().await,
        None => os::nodelay(options.get_port(), options.connect()).await,
    }
}

/// The settings' number, else the URL's, else ours. Never zero: sqlx 0.9.0 then leaks every statement on the server.
fn cache(options: &PgConnectOptions, settings: &Settings) -> usize {
    let said = || {
        // Of a socket, or of nothing, no URL could be made.
        let url = options.clone().host("localhost").to_url_lossy();
        let (_, number) = url.query_pairs().find(|(name, _)| name == "statement-cache-capacity")?;
        number.parse().ok().filter(|number| *number != UNSAID_CACHE)
    };
    settings.pg_statement_cache_capacity.or_else(said).unwrap_or(STATEMENT_CACHE).max(1)
}

/// The server and its process for us.
fn introduction(rows: &[sqlx::postgres::PgRow]) -> sqlx::Result<(Server, i32)> {
    let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    Ok((Server { family: Family::Postgres, version: version(row.try_get(1)?) }, row.try_get(0)?))
}

/// `150020` is 15.20.
fn version(number: i32) -> Version {
    let part = |number: i32| u16::try_from(number).unwrap_or(0);
    Version(part(number / 10_000), part(number % 10_000), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_understood() {
        assert_eq!(version(150_020), Version(15, 20, 0));
        assert_eq!(version(90_624), Version(9, 624, 0));
    }

    #[test]
    fn statements_are_always_kept() {
        let with = |url: &str, own: Option<usize>| {
            cache(&url.parse().unwrap(), &Settings { pg_statement_cache_capacity: own, ..Settings::default() })
        };
        assert_eq!(with("postgres://h/d", None), 512);
        assert_eq!(with("postgres://h/d", Some(0)), 1);
        assert_eq!(with("postgres://h/d?statement-cache-capacity=7", None), 7);
        assert_eq!(with("postgres://h/d?statement-cache-capacity=0", None), 1);
        assert_eq!(with("postgres://h/d?statement-cache-capacity=7", Some(9)), 9);
    }
}
