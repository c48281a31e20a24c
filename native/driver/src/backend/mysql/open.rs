//! Opens a connection: options, session setup, server detection.

use std::time::Duration;

use oxyde_ir::{Family, Server, Version};
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};

use super::{Connection, errors};
use crate::backend::link::Interruption;
use crate::backend::reset::Reset;
use crate::error::{Error, Kind, Result};
use crate::os;
use crate::settings::Settings;

/// Strict mode, no zero dates, no engine substitution, no auto-value for a key of 0; otherwise the
/// server's defaults.
const SQL_MODE: &str =
    "NO_AUTO_VALUE_ON_ZERO,STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION";

/// The assignments of an UPDATE see the old row. MySQL has no such mode.
const MARIADB_MODE: &str = "SIMULTANEOUS_ASSIGNMENT";

/// Settings that a server's configuration may have changed and that our statements depend on:
/// autocommit, no chained transactions, constraint checks, a transactional default engine.
/// `sql_select_limit` and `sql_auto_is_null` are set with the exactness settings.
const PLAIN: &str = "autocommit = 1, completion_type = 0, foreign_key_checks = 1, unique_checks = 1, default_storage_engine = InnoDB";

/// The default truncates the results of `GROUP_CONCAT` and `JSON_ARRAYAGG`.
const GROUP_CONCAT_LENGTH: u32 = 1 << 30;

/// The connection is closed afterwards, because no SQL resets temporary tables, variables, the default
/// role and the database. These statements only release what others may wait for, before a replacement
/// connection is opened.
pub(super) const RESET: Reset = Reset { statements: "ROLLBACK; UNLOCK TABLES; DO RELEASE_ALL_LOCKS()", is_whole: false };

/// The bytes of a packet besides its values.
const BESIDE_VALUES: usize = 64;

/// `MariaDB` ends a recursive query after 1,000 rounds without an error, as if it were complete; MySQL with one.
const RECURSION: &str = "/*M! max_recursive_iterations = 4294967295 */ /*!80000 cte_max_recursion_depth = 4294967295 */";

const STATEMENT_CACHE: usize = 512;

/// Identifies a server, because several may share the address of a load balancer. MySQL has
/// `@@server_uuid`; for MariaDB the identity is where it runs and since when.
pub(super) const IDENTITY: &str = "CAST(CONCAT_WS(' ', @@hostname, @@port, @@server_id, @@datadir, @@pid_file /*!80000 , @@server_uuid */ \
     /*M! , UNIX_TIMESTAMP() - (SELECT VARIABLE_VALUE FROM information_schema.GLOBAL_STATUS WHERE VARIABLE_NAME = 'UPTIME') */) AS CHAR)";

/// The time limit for a cancel request, including the connect.
const PATIENCE: Duration = Duration::from_secs(5);

impl Connection {
    /// Connects, sets up the session and detects the server; the last two in one round trip.
    pub async fn open(options: &MySqlConnectOptions, settings: &Settings) -> Result<Self> {
        let charset = settings.mysql_charset.as_deref().unwrap_or_else(|| options.get_charset());
        if !charset.eq_ignore_ascii_case("utf8mb4") {
            let message = format!("mysql_charset must be utf8mb4, not {charset:?}: text would not arrive as it was sent");
            return Err(Error::new(Kind::Unsupported, message));
        }
        let names = names(settings.mysql_collation.as_deref().or(options.get_collation()))?;
        let options = with_tls(options.clone(), settings)?
            .statement_cache_capacity(STATEMENT_CACHE)
            .pipes_as_concat(false)
            .no_engine_substitution(false)
            .timezone(None)
            .set_names(false)
            .disable_statement_logging();
        let mut inner = connect(&options).await.map_err(|error| errors::from_connect(&error, &options))?;
        let exact = format!(
            "time_zone = '+00:00', sql_mode = CONCAT('{SQL_MODE}', IF(VERSION() LIKE '%MariaDB%', ',{MARIADB_MODE}', '')), \
             group_concat_max_len = {GROUP_CONCAT_LENGTH}, sql_select_limit = 18446744073709551615, sql_auto_is_null = 0, {RECURSION}, {names}"
        );
        let setup = format!("SET {PLAIN}, {exact}; SELECT VERSION(), CONNECTION_ID(), @@max_allowed_packet, {IDENTITY}");
        // The settings that affect values and visible rows; then the scope: the current database.
        let facts = format!("SET {exact}; SELECT COALESCE(DATABASE(), '')");
        let answer = sqlx::raw_sql(AssertSqlSafe(setup)).fetch_all(&mut inner).await;
        let Introduction { server, id, max_bytes, identity } =
            answer.and_then(|rows| introduction(&rows)).map_err(|error| errors::from_connect(&error, &options))?;
        let interruption = Some(Interruption { identity, word: format!("KILL QUERY {id}"), patience: PATIENCE });
        Ok(Self {
            inner,
            server,
            interruption,
            options,
            healthy: true,
            doomed: false,
            pooler: None,
            forgetful: false,
            max_bytes,
            facts,
            scope: None,
        })
    }
}

/// Opens a connection with `TCP_NODELAY` and without session setup. Without `TCP_NODELAY`, closing a
/// statement would delay the next one by 40 ms.
pub(super) async fn connect(options: &MySqlConnectOptions) -> sqlx::Result<MySqlConnection> {
    match options.get_socket() {
        Some(_) => options.connect().await,
        None => os::nodelay(options.get_port(), options.connect()).await,
    }
}

fn names(collation: Option<&str>) -> Result<String> {
    match collation {
        None => Ok("NAMES utf8mb4".to_owned()),
        Some(name) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') => {
            Ok(format!("NAMES utf8mb4 COLLATE {name}"))
        }
        Some(name) => Err(Error::new(Kind::Unsupported, format!("mysql_collation {name:?} is not the name of a collation"))),
    }
}

fn with_tls(mut options: MySqlConnectOptions, settings: &Settings) -> Result<MySqlConnectOptions> {
    if let Some(mode) = &settings.ssl_mode {
        options = options.ssl_mode(match mode.to_ascii_lowercase().replace('_', "-").as_str() {
            "disable" | "disabled" => MySqlSslMode::Disabled,
            "allow" | "prefer" | "preferred" => MySqlSslMode::Preferred,
            "require" | "required" => MySqlSslMode::Required,
            "verify-ca" => MySqlSslMode::VerifyCa,
            "verify-full" | "verify-identity" => MySqlSslMode::VerifyIdentity,
            _ => {
                let message = format!("ssl_mode {mode:?} is unknown; use disable, prefer, require, verify-ca or verify-full");
                return Err(Error::new(Kind::Unsupported, message));
            }
        });
    }
    if let Some(path) = &settings.ssl_root_cert {
        options = options.ssl_ca(path);
    }
    if let Some(path) = &settings.ssl_client_cert {
        options = options.ssl_client_cert(path);
    }
    if let Some(path) = &settings.ssl_client_key {
        options = options.ssl_client_key(path);
    }
    Ok(options)
}

/// The facts that the server reports on connect.
struct Introduction {
    server: Server,
    /// Our connection id.
    id: u64,
    /// The most bytes of values that a statement may carry.
    max_bytes: usize,
    identity: String,
}

/// Parses the answer to `SELECT VERSION(), CONNECTION_ID(), @@max_allowed_packet, ...`.
fn introduction(rows: &[sqlx::mysql::MySqlRow]) -> sqlx::Result<Introduction> {
    let row = rows.first().ok_or(sqlx::Error::RowNotFound)?;
    let text: String = row.try_get(0)?;
    let server = server(&text).ok_or_else(|| sqlx::Error::Protocol(format!("the server's version {text:?} cannot be read")))?;
    let packet = usize::try_from(row.try_get::<u64, _>(2)?).unwrap_or(usize::MAX);
    Ok(Introduction { server, id: row.try_get(1)?, max_bytes: packet.saturating_sub(BESIDE_VALUES), identity: row.try_get(3)? })
}

/// Parses a version: `8.4.2-commercial`, `10.11.19-MariaDB-0+deb12u1`, `5.5.5-10.6.1-MariaDB`.
fn server(text: &str) -> Option<Server> {
    let is_mariadb = text.to_ascii_lowercase().contains("mariadb");
    let text = if is_mariadb { text.strip_prefix("5.5.5-").unwrap_or(text) } else { text };
    let mut numbers = text.split(['.', '-', '+', '~', ' ']).map_while(|part| part.parse().ok());
    let version = Version(numbers.next()?, numbers.next()?, numbers.next().unwrap_or(0));
    Some(Server { family: if is_mariadb { Family::Mariadb } else { Family::Mysql }, version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_understood() {
        let cases = [
            ("8.4.2-commercial", Family::Mysql, Version(8, 4, 2)),
            ("8.0.36", Family::Mysql, Version(8, 0, 36)),
            ("10.11.19-MariaDB-0+deb12u1", Family::Mariadb, Version(10, 11, 19)),
            ("5.5.5-10.6.1-MariaDB-log", Family::Mariadb, Version(10, 6, 1)),
        ];
        for (text, family, version) in cases {
            assert_eq!(server(text), Some(Server { family, version }), "{text}");
        }
        assert_eq!(server("unknown"), None);
    }

    #[test]
    fn collations_are_names() {
        assert_eq!(names(Some("utf8mb4_bin")).unwrap(), "NAMES utf8mb4 COLLATE utf8mb4_bin");
        assert_eq!(names(Some("x; DROP TABLE t")).unwrap_err().kind, Kind::Unsupported);
    }
}
