//! Opens a connection: options, session setup, server detection.

use std::time::Duration;

use oxyde_ir::{Family, Server, Version};
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use super::way::{self, Way};
use super::{Connection, errors, pooler};
use crate::backend::link::Pooler;
use crate::backend::reset::Reset;
use crate::error::Result;
use crate::os;
use crate::settings::Settings;

/// The number of prepared statements that a connection caches.
const STATEMENT_CACHE: usize = 512;

/// sqlx's default, which a URL without the parameter has.
const UNSAID_CACHE: usize = 100;

const APPLICATION: &str = "oxyde";

/// The time limit for a cancel request, including the connect.
const PATIENCE: Duration = Duration::from_secs(5);

/// The equivalent of `DISCARD ALL` and the session setup, in one message, but keeping our prepared
/// statements. RESET restores the settings of the role, the database or the startup message.
pub(super) const RESET: Reset = Reset {
    statements: "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; UNLISTEN *; SELECT pg_catalog.pg_advisory_unlock_all(); CLOSE ALL; \
         DISCARD TEMP; DISCARD SEQUENCES; \
         DO $$ DECLARE statement text; BEGIN \
         FOR statement IN SELECT s.name FROM pg_catalog.pg_prepared_statements AS s WHERE s.from_sql LOOP \
         EXECUTE pg_catalog.format('DEALLOCATE %I', statement); END LOOP; END $$; \
         SET IntervalStyle = 'postgres'; SET transform_null_equals = off; SET bytea_output = 'hex'; SET array_nulls = on",
    is_whole: true,
};

/// The encoding of text and the meaning of strings in our SQL; then the scope: the search path, and the
/// temporary tables that precede it.
const FACTS: &str = "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; \
     SELECT pg_catalog.concat(pg_catalog.current_schemas(true), ' ', (SELECT pg_catalog.string_agg(objid::pg_catalog.text, ' ' ORDER BY objid) \
     FROM pg_catalog.pg_depend WHERE refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND refobjid = pg_catalog.pg_my_temp_schema()))";

/// The server accepts no message of a gigabyte (`MaxAllocSize`).
const MAX_BYTES: usize = (1 << 30) - (1 << 20);

impl Connection {
    /// Connects, sets up the session, and detects the server and any pooler: without a pooler in one round
    /// trip.
    pub async fn open(options: &PgConnectOptions, settings: &Settings, way: &Way) -> Result<Self> {
        let name = settings.pg_application_name.as_deref().or(options.get_application_name()).unwrap_or(APPLICATION);
        let capacity = cache(options, settings);
        let options = options
            .clone()
            .application_name(name)
            // With a capacity of 0, sqlx 0.9.0 leaks every statement on the server.
            .statement_cache_capacity(capacity.max(1))
            .extra_float_digits(None)
            .disable_statement_logging();
        let (mut inner, greeting) = way::reach(&options, way).await.map_err(|error| errors::from_connect(&error, &options))?;
        let server = Server { family: Family::Postgres, version: version(greeting.version) };
        let (pooler, interruption) = if greeting.ours {
            (None, Some(pooler::interruption(greeting.pid, greeting.identity, PATIENCE)))
        } else {
            pooler::try_out(&mut inner).await?;
            (Some(Pooler { head: pooler::head(&options, &greeting)?, strangers: 0, since: String::new() }), None)
        };
        let is_pooled = pooler.is_some();
        let forgetful = capacity == 0 && !is_pooled;
        Ok(Self {
            inner,
            server,
            interruption,
            options,
            healthy: true,
            doomed: false,
            pooler,
            forgetful,
            max_bytes: MAX_BYTES,
            facts: if is_pooled { FACTS.replace("SET ", "SET LOCAL ") } else { FACTS.to_owned() },
            scope: None,
        })
    }
}

/// Opens a connection with `TCP_NODELAY` and without session setup. Without `TCP_NODELAY`, the TLS
/// handshake waits for delayed ACKs.
pub(super) async fn connect(options: &PgConnectOptions) -> sqlx::Result<PgConnection> {
    match options.get_socket() {
        Some(_) => options.connect().await,
        None => os::nodelay(options.get_port(), options.connect()).await,
    }
}

/// Returns the capacity of the statement cache: from the settings, the URL, or our default.
fn cache(options: &PgConnectOptions, settings: &Settings) -> usize {
    let said = || {
        // Options with a socket, or without host, cannot be converted to a URL.
        let url = options.clone().host("localhost").to_url_lossy();
        let (_, number) = url.query_pairs().find(|(name, _)| name == "statement-cache-capacity")?;
        number.parse().ok().filter(|number| *number != UNSAID_CACHE)
    };
    settings.pg_statement_cache_capacity.or_else(said).unwrap_or(STATEMENT_CACHE)
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
    fn as_many_statements_are_kept_as_was_said() {
        let with = |url: &str, own: Option<usize>| {
            cache(&url.parse().unwrap(), &Settings { pg_statement_cache_capacity: own, ..Settings::default() })
        };
        assert_eq!(with("postgres://h/d", None), 512);
        assert_eq!(with("postgres://h/d", Some(0)), 0);
        assert_eq!(with("postgres://h/d?statement-cache-capacity=7", None), 7);
        assert_eq!(with("postgres://h/d?statement-cache-capacity=0", None), 0);
        assert_eq!(with("postgres://h/d?statement-cache-capacity=7", Some(9)), 9);
    }
}
