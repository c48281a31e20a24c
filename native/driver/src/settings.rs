//! The settings of a pool: the same fields as Python's `PoolSettings`, in seconds and bytes.

use std::time::Duration;

/// For an absent setting the backend applies its default.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub max_connections: Option<u32>,
    pub min_connections: Option<u32>,
    pub acquire_timeout: Duration,
    pub idle_timeout: Option<Duration>,
    pub max_lifetime: Option<Duration>,
    /// Ping the server before each lease. Otherwise only after the connection was idle for 30 s.
    pub test_before_acquire: bool,
    pub statement_timeout: Option<Duration>,
    pub transaction_timeout: Option<Duration>,
    /// The interval of the cleanup of expired transactions. Without it, each one is rolled back as soon as
    /// it expires.
    pub transaction_cleanup_interval: Option<Duration>,
    /// Without it, a new file uses WAL mode and an existing one keeps its mode.
    pub sqlite_journal_mode: Option<String>,
    /// Without it, `NORMAL` in WAL mode and SQLite's default otherwise.
    pub sqlite_synchronous: Option<String>,
    pub sqlite_cache_size: Option<i64>,
    pub sqlite_busy_timeout: Duration,
    pub ssl_mode: Option<String>,
    pub ssl_root_cert: Option<String>,
    pub ssl_client_cert: Option<String>,
    pub ssl_client_key: Option<String>,
    pub pg_application_name: Option<String>,
    /// Zero disables the cache.
    pub pg_statement_cache_capacity: Option<usize>,
    /// Whether a pooler in transaction mode is in front of the server; detected if absent.
    pub pg_pooler: Option<bool>,
    pub mysql_charset: Option<String>,
    pub mysql_collation: Option<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_connections: None,
            min_connections: None,
            acquire_timeout: Duration::from_secs(30),
            idle_timeout: Some(Duration::from_mins(10)),
            max_lifetime: Some(Duration::from_mins(30)),
            test_before_acquire: false,
            statement_timeout: None,
            transaction_timeout: None,
            transaction_cleanup_interval: None,
            sqlite_journal_mode: None,
            sqlite_synchronous: None,
            sqlite_cache_size: Some(10_000),
            sqlite_busy_timeout: Duration::from_secs(5),
            ssl_mode: None,
            ssl_root_cert: None,
            ssl_client_cert: None,
            ssl_client_key: None,
            pg_application_name: None,
            pg_statement_cache_capacity: None,
            pg_pooler: None,
            mysql_charset: None,
            mysql_collation: None,
        }
    }
}
