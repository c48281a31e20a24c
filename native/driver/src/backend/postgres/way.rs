//! The way to the server: straight, by way of something that passes everything on, or by way of a pooler, which lends a server
//! connection to one client after the other.

use std::collections::hash_map::RandomState;
use std::fmt::Write;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU8, Ordering};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, Connection as _, Row};

use super::errors;
use super::open::connect;
use crate::os;

/// What a pooler answers, and an older server, to what it does not know in the first message.
const REFUSED: &str = "08P01";

/// A setting that only the first message of a connection gives, so that it shows whose server connection answers.
const MARK: &str = "oxyde.connection";

/// What a role, a database or the server's configuration may have changed, and our statements rely on: the text of intervals and
/// bytes, backslashes, `= NULL`, NULL in arrays. sqlx sets encoding, time zone and date style itself.
pub const SESSION: [(&str, &str); 5] = [
    ("IntervalStyle", "postgres"),
    ("standard_conforming_strings", "on"),
    ("transform_null_equals", "off"),
    ("bytea_output", "hex"),
    ("array_nulls", "on"),
];

/// Since when the server runs, to the microsecond: no two servers have that in common, whatever answers at their address.
pub const IDENTITY: &str = "to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISSUS')";

/// What the connections of a pool were told of the way to the server, or have found on it. What they found decides only what the next
/// one tries first: each proves by itself that it may be used like a session of its own.
#[derive(Debug, Default)]
pub struct Way(AtomicU8);

/// Nobody is between, as far as is known.
const STRAIGHT: u8 = 0;
/// Somebody passes everything on.
const RELAYED: u8 = 1;
const POOLED: u8 = 2;
/// The application says that there is no pooler.
const TRUSTED: u8 = 3;

impl Way {
    /// What the application says of a pooler, if it does.
    pub fn new(pooled: Option<bool>) -> Self {
        Self(AtomicU8::new(match pooled {
            None => STRAIGHT,
            Some(true) => POOLED,
            Some(false) => TRUSTED,
        }))
    }
}

/// What the server says at first.
pub struct Greeting {
    pub pid: i32,
    /// `150020` is 15.20.
    pub version: i32,
    pub identity: String,
    /// It notices when a client goes away in the middle of a statement, if it is told to.
    pub notices: bool,
    /// The server connection is ours for as long as our own lasts.
    pub ours: bool,
}

/// Connects, and sets the session up where there is one.
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
    // The one before stays open meanwhile: a pooler that passed our mark on would answer by its idle server connection.
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
        // Nothing follows from that; the next connection looks again.
        Err(_) => {}
    }
    match plain {
        Some(plain) => Ok(plain),
        None => greeted(connect(options).await?, "false").await,
    }
}

/// A connection that says a word of its own in its first message, and whether the server heard it from us.
async fn marked(options: &PgConnectOptions) -> sqlx::Result<(PgConnection, Greeting)> {
    let word = format!("{:016x}", RandomState::new().hash_one(std::process::id()));
    let options = options.clone().options([(MARK, &word)]);
    greeted(connect(&options).await?, &format!("current_setting('{MARK}', true) = '{word}'")).await
}

/// Whether the server sees the two ends of a TCP connection that this process has. Then nobody is between.
fn ends(options: &PgConnectOptions) -> String {
    let mut rows = String::new();
    for (our, other) in os::connections_to(options.get_port()) {
        let comma = if rows.is_empty() { "" } else { ", " };
        // Formatting into a String cannot fail.
        let _ = write!(rows, "{comma}('{}', {}, '{}', {})", our.ip(), our.port(), other.ip(), other.port());
    }
    if rows.is_empty() {
        return "false".to_owned();
    }
    format!("(inet_client_addr(), inet_client_port(), inet_server_addr(), inet_server_port()) IN ({rows})")
}

/// Asks whether the server connection is ours alone, by a condition, and sets the session up where it is, in one round trip.
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
