//! The route to the server: direct, through a transparent proxy, or through a pooler, which lends a
//! server connection to one client after another.

use std::collections::hash_map::RandomState;
use std::fmt::Write;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU8, Ordering};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, Row};

use super::errors;
use super::open::connect;
use crate::os;

/// `protocol_violation`: the answer of a pooler, or of an older server, to an unknown parameter in the
/// startup message.
const REFUSED: &str = "08P01";

/// A setting that only the startup message sets, so that it shows whose server connection answers.
const MARK: &str = "oxyde.connection";

/// Settings that a role, a database or the server's configuration may have changed, and that our
/// statements depend on: the formats of intervals and bytes, backslashes, `= NULL`, NULL in arrays.
/// sqlx sets encoding, time zone and date style itself.
pub const SESSION: [(&str, &str); 5] = [
    ("IntervalStyle", "postgres"),
    ("standard_conforming_strings", "on"),
    ("transform_null_equals", "off"),
    ("bytea_output", "hex"),
    ("array_nulls", "on"),
];

/// The start time of the server in microseconds, which identifies a server behind any address.
pub const IDENTITY: &str = "to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')";

/// What is configured or detected about the route to the server, shared by the connections of a pool. A
/// detected route decides only what the next connection tries first: each one verifies it before it
/// relies on session state.
#[derive(Debug, Default)]
pub struct Way(AtomicU8);

/// No intermediary is known.
const STRAIGHT: u8 = 0;
/// A transparent proxy.
const RELAYED: u8 = 1;
const POOLED: u8 = 2;
/// The application says that there is no pooler.
const TRUSTED: u8 = 3;

impl Way {
    /// `pooled` is what the application says about a pooler, if anything.
    pub fn new(pooled: Option<bool>) -> Self {
        Self(AtomicU8::new(match pooled {
            None => STRAIGHT,
            Some(true) => POOLED,
            Some(false) => TRUSTED,
        }))
    }
}

/// The facts that the server reports on connect.
pub struct Greeting {
    pub pid: i32,
    /// `150020` is 15.20.
    pub version: i32,
    pub identity: String,
    /// The server supports `client_connection_check_interval`.
    pub notices: bool,
    /// The server connection is ours for as long as our own connection lasts.
    pub ours: bool,
}

/// Connects, and sets up the session if it is ours.
pub async fn reach(options: &PgConnectOptions, way: &Way) -> sqlx::Result<(PgConnection, Greeting)> {
    let known = way.0.load(Ordering::Relaxed);
    if known == TRUSTED {
        return greeted(connect(options).await?, "true").await;
    }
    if known == POOLED {
        return greeted(connect(options).await?, "false").await;
    }
    let mut plain = None;
    if known == STRAIGHT {
        let (first, greeting) = greeted(connect(options).await?, &ends(options)).await?;
        if greeting.ours {
            return Ok((first, greeting));
        }
        plain = Some((first, greeting));
    }
    // The first connection stays open meanwhile: otherwise a pooler that forwards our marker could answer
    // with its idle server connection.
    match marked(options).await {
        Ok(found) if found.1.ours => {
            way.0.store(RELAYED, Ordering::Relaxed);
            if let Some((plain, _)) = plain {
                let _ = plain.close().await;
            }
            return Ok(found);
        }
        Ok((other, _)) => {
            way.0.store(POOLED, Ordering::Relaxed);
            let _ = other.close().await;
        }
        Err(error) if errors::complaint(&error).is_some_and(|error| error.code() == REFUSED) => way.0.store(POOLED, Ordering::Relaxed),
        // Inconclusive; the next connection tries again.
        Err(_) => {}
    }
    match plain {
        Some(plain) => Ok(plain),
        None => greeted(connect(options).await?, "false").await,
    }
}

/// Opens a connection with a marker in its startup message, and returns whether the server connection
/// has received it.
async fn marked(options: &PgConnectOptions) -> sqlx::Result<(PgConnection, Greeting)> {
    let word = format!("{:016x}", RandomState::new().hash_one(std::process::id()));
    let options = options.clone().options([(MARK, &word)]);
    greeted(connect(&options).await?, &format!("current_setting('{MARK}', true) = '{word}'")).await
}

/// Returns a condition: whether the server sees the same endpoints of a TCP connection as this process,
/// so that no intermediary exists.
fn ends(options: &PgConnectOptions) -> String {
    let mut rows = String::new();
    for (our, other) in os::connections_to(options.get_port()) {
        let comma = if rows.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        let _ = write!(rows, "{comma}('{}', {}, '{}', {})", our.ip(), our.port(), other.ip(), other.port());
    }
    if rows.is_empty() {
        return "false".to_owned();
    }
    format!("(inet_client_addr(), inet_client_port(), inet_server_addr(), inet_server_port()) IN ({rows})")
}

/// Asks by a condition whether the server connection is ours alone, and sets up the session if so, in
/// one round trip.
async fn greeted(mut connection: PgConnection, ours: &str) -> sqlx::Result<(PgConnection, Greeting)> {
    let mut text = format!(
        "SELECT pg_backend_pid(), current_setting('server_version_num')::int4, {IDENTITY}, \
         current_setting('server_version_num')::int4 >= 140000 AND version() LIKE '%linux%', ours"
    );
    for (name, value) in SESSION {
        let _ = write!(text, ", set_config('{name}', '{value}', NOT ours)");
    }
    let _ = write!(text, " FROM (SELECT coalesce({ours}, false) AS ours) AS way");
    let row = sqlx::raw_sql(AssertSqlSafe(text)).fetch_one(&mut connection).await?;
    let greeting = Greeting {
        pid: row.try_get(0)?,
        version: row.try_get(1)?,
        identity: row.try_get(2)?,
        notices: row.try_get(3)?,
        ours: row.try_get(4)?,
    };
    Ok((connection, greeting))
}
