//! A parsed database URL, and its form without the password.

use std::borrow::Cow;
use std::path::PathBuf;

use oxyde_ir::Family;
use percent_encoding::percent_decode_str;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use crate::error::{Error, Kind, Result};
use crate::parameters::{Protocol, pooler, translate};
use crate::settings::Settings;

/// A parsed URL. Only the connect options contain the password.
#[derive(Clone)]
pub struct Target {
    /// The URL without its password.
    url: String,
    family: Family,
    address: Address,
    /// Whether there is a pooler, if the URL says so.
    pooler: Option<bool>,
}

/// The connect options of a backend.
#[derive(Clone)]
pub enum Address {
    Postgres(PgConnectOptions),
    Mysql(MySqlConnectOptions),
    Sqlite(SqliteTarget),
}

/// A database file, or an in-memory database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SqliteTarget {
    /// `None` for an in-memory database, which has one connection shared by all.
    pub path: Option<PathBuf>,
    pub read_only: bool,
    /// Create the file if it does not exist.
    pub create: bool,
    /// `immutable=1`: the application guarantees that nobody writes to the file, so it is read without
    /// locks and without a WAL.
    pub immutable: bool,
}

impl Target {
    /// Parses a URL and the settings that affect it, without I/O. The error never shows a password, nor any
    /// part of a text that is not a URL.
    pub fn parse(url: &str, settings: &Settings) -> Result<Self> {
        let scheme = url.split_once(':').map_or("", |(scheme, _)| scheme).to_ascii_lowercase();
        // `postgresql+asyncpg` names a driver, as SQLAlchemy's URLs do.
        match scheme.split_once('+').map_or(scheme.as_str(), |(scheme, _)| scheme) {
            "sqlite" => {
                if has_login(&url[scheme.len() + 1..]) {
                    let reason =
                        "a file has no user and no password, and what is encrypted cannot be opened; write an @ of its name as %40";
                    return Err(refused(None, reason));
                }
                let file = sqlite(&url[scheme.len() + 1..]).map_err(|reason| refused(Some(url), &reason))?;
                Ok(Self { url: url.to_owned(), family: Family::Sqlite, address: Address::Sqlite(file), pooler: None })
            }
            "postgres" | "postgresql" => {
                let Parsed { url: parsed, hostless, pooler } = server(url, Protocol::Postgres)?;
                let mut options: PgConnectOptions = parsed.as_str().parse().map_err(|error| of_sqlx(&parsed, &error))?;
                if hostless && options.get_host() == PLACEHOLDER {
                    options = options.host(PgConnectOptions::new_without_pgpass().get_host());
                }
                let options = match bare(options.get_host()) {
                    Some(host) => options.clone().host(host),
                    None => options,
                };
                let options = with_settings(options, settings).map_err(|error| of_sqlx(&parsed, &error))?;
                Ok(Self { url: shown(parsed, hostless), family: Family::Postgres, address: Address::Postgres(options), pooler })
            }
            name @ ("mysql" | "mariadb") => {
                let Parsed { url: parsed, hostless, .. } = server(url, Protocol::Mysql)?;
                let options: MySqlConnectOptions = parsed.as_str().parse().map_err(|error| of_sqlx(&parsed, &error))?;
                let options = match bare(options.get_host()) {
                    Some(host) => options.clone().host(host),
                    None => options,
                };
                let family = if name == "mysql" { Family::Mysql } else { Family::Mariadb };
                Ok(Self { url: shown(parsed, hostless), family, address: Address::Mysql(options), pooler: None })
            }
            _ if !url.contains("://") => {
                Err(refused(None, "it has no scheme; write postgresql://, mysql://, mariadb:// or sqlite:// before it"))
            }
            _ => Err(refused(None, &format!("its scheme {scheme:?} is unknown; use postgresql, mysql, mariadb or sqlite"))),
        }
    }

    /// Returns the URL without its password.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns the family of the scheme; a `mysql` server may turn out to be MariaDB, and vice versa.
    pub fn family(&self) -> Family {
        self.family
    }

    /// Returns whether there is a pooler, if the URL says so.
    pub fn pooler(&self) -> Option<bool> {
        self.pooler
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Whether the database is in memory, with a single connection.
    pub fn is_memory(&self) -> bool {
        matches!(&self.address, Address::Sqlite(SqliteTarget { path: None, .. }))
    }
}

/// Whether the part after `sqlite:` has credentials where the URL of a server has them.
fn has_login(rest: &str) -> bool {
    let authority = rest.strip_prefix("//").and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    authority.rsplit_once('@').is_some_and(|(login, _)| login.contains(':'))
}

/// Removes `password=...` from the query string.
fn hide_parameter(url: &str) -> Cow<'_, str> {
    let Some((before, query)) = url.split_once('?') else { return url.into() };
    // A name may be percent-encoded.
    let is_password = |pair: &str| {
        let name = percent_decode_str(pair.split('=').next().unwrap_or_default()).decode_utf8_lossy().to_ascii_lowercase();
        // TLS parameters name key files, not secrets.
        let is_key = name.contains("key") && !name.starts_with("ssl");
        is_key || ["pass", "pwd", "secret", "token"].iter().any(|part| name.contains(part))
    };
    let kept: Vec<&str> = query.split('&').filter(|pair| !is_password(pair)).collect();
    let mark = if kept.is_empty() { "" } else { "?" };
    format!("{before}{mark}{}", kept.join("&")).into()
}

/// Returns the error for a URL. It shows the URL, if it is one, without its password.
fn refused(url: Option<&str>, reason: &str) -> Error {
    let shown = url.map_or_else(String::new, |url| format!(" {:?}", hide_parameter(url)));
    Error::new(Kind::Field, format!("the database URL{shown} cannot be used: {reason}"))
}

fn of_sqlx(url: &Url, error: &sqlx::Error) -> Error {
    let reason = if let sqlx::Error::Configuration(reason) = error { reason.to_string() } else { error.to_string() };
    refused(Some(&shown(url.clone(), false)), &reason)
}

/// Returns an IPv6 address without its brackets.
fn bare(host: &str) -> Option<&str> {
    host.strip_prefix('[')?.strip_suffix(']')
}

/// The host of a URL that has credentials but no host, which `Url` does not accept.
const PLACEHOLDER: &str = "localhost";

/// The URL of a server, with its parameters translated for sqlx.
struct Parsed {
    url: Url,
    /// The URL has no host; it contains the placeholder.
    hostless: bool,
    /// Whether there is a pooler, if the URL says so.
    pooler: Option<bool>,
}

fn server(url: &str, protocol: Protocol) -> Result<Parsed> {
    const ENCODE: &str = "characters like @ : / # ? in a user name or password must be percent-encoded";
    let Some((scheme, rest)) = url.split_once("://") else { return Err(refused(None, "// is missing after the scheme")) };
    let scheme = scheme.split_once('+').map_or(scheme, |(scheme, _)| scheme);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let hosts = authority.rsplit_once('@').map_or(authority, |(_, hosts)| hosts);
    if hosts.contains(',') {
        return Err(refused(None, "it names several hosts; a pool connects to one: write the one that is to answer"));
    }
    let hostless = authority.ends_with('@');
    let path = &rest[authority.len()..];
    let text = format!("{scheme}://{authority}{}{path}", if hostless { PLACEHOLDER } else { "" });
    let mut parsed = Url::parse(&text).map_err(|error| refused(None, &format!("{error}; {ENCODE}")))?;
    // An unencoded / ? # or @ in a password ends the host part early, and the rest of the password follows
    // it.
    let behind = parsed.fragment().is_some() || parsed.path().contains('@') || parsed.query_pairs().any(|(name, _)| name.contains('@'));
    if behind {
        return Err(refused(None, &format!("an @ or # follows its host; {ENCODE}")));
    }
    let before = shown(parsed.clone(), hostless);
    let pooler = pooler(&parsed);
    translate(&mut parsed, protocol).map_err(|reason| refused(Some(&before), &reason))?;
    Ok(Parsed { url: parsed, hostless, pooler })
}

/// Returns a URL without its password.
fn shown(mut url: Url, hostless: bool) -> String {
    // `set_password` fails only for URLs without a host, which have no password.
    let _ = url.set_password(None);
    let text = hide_parameter(url.as_str()).into_owned();
    if hostless { text.replacen(&format!("@{PLACEHOLDER}"), "@", 1) } else { text }
}

fn with_settings(mut options: PgConnectOptions, settings: &Settings) -> sqlx::Result<PgConnectOptions> {
    if let Some(mode) = &settings.ssl_mode {
        options = options.ssl_mode(mode.replace('_', "-").parse::<PgSslMode>()?);
    }
    if let Some(path) = &settings.ssl_root_cert {
        options = options.ssl_root_cert(path);
    }
    if let Some(path) = &settings.ssl_client_cert {
        options = options.ssl_client_cert(path);
    }
    if let Some(path) = &settings.ssl_client_key {
        options = options.ssl_client_key(path);
    }
    Ok(options)
}

/// Parses the part after `sqlite:`. `//` is skipped, `///path` is still relative, `////path` is
/// absolute.
fn sqlite(rest: &str) -> std::result::Result<SqliteTarget, String> {
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let path = match path.strip_prefix("//") {
        Some(path) => path.strip_prefix('/').unwrap_or(path),
        None => path,
    };
    let mut target = SqliteTarget { path: None, read_only: false, create: true, immutable: false };
    let mut memory = path == ":memory:";
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("mode", "ro")) => (target.read_only, target.create) = (true, false),
            Some(("mode", "rw")) => target.create = false,
            Some(("mode", "rwc")) => {}
            Some(("mode", "memory")) => memory = true,
            Some(("immutable", "1")) => (target.immutable, target.read_only, target.create) = (true, true, false),
            Some(("immutable", "0")) => {}
            _ => {
                // The value may be a password.
                let name = pair.split('=').next().unwrap_or_default();
                return Err(format!("its parameter {name:?} is not one of mode=ro, mode=rw, mode=rwc, mode=memory and immutable=1"));
            }
        }
    }
    if memory {
        return Ok(target);
    }
    let path = percent_decode_str(path).decode_utf8().map_err(|_| "its path is not UTF-8".to_owned())?;
    if path.is_empty() {
        return Err("it names no file; write sqlite://name.db, or sqlite::memory: for memory".to_owned());
    }
    target.path = Some(PathBuf::from(path.as_ref()));
    Ok(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Target> {
        Target::parse(url, &Settings::default())
    }

    fn file(url: &str) -> SqliteTarget {
        match parse(url).unwrap().address {
            Address::Sqlite(file) => file,
            Address::Postgres(_) | Address::Mysql(_) => panic!("{url} is no file"),
        }
    }

    #[test]
    fn files_are_found() {
        let paths = [
            ("sqlite://rel.db", "rel.db"),
            ("sqlite:///x.db", "x.db"),
            ("sqlite:////abs/x.db", "/abs/x.db"),
            ("sqlite:rel.db", "rel.db"),
            ("sqlite://a%20b.db", "a b.db"),
            ("sqlite://dir/x.db?mode=rwc", "dir/x.db"),
        ];
        for (url, path) in paths {
            assert_eq!(file(url), SqliteTarget { path: Some(path.into()), read_only: false, create: true, immutable: false }, "{url}");
        }
        for url in ["sqlite::memory:", "sqlite://:memory:", "sqlite:///:memory:"] {
            assert_eq!(file(url).path, None, "{url}");
            assert!(parse(url).unwrap().is_memory());
        }
        assert!(file("sqlite://x.db?mode=ro").read_only && !file("sqlite://x.db?mode=rw").create);
        let still = SqliteTarget { path: Some("x.db".into()), read_only: true, create: false, immutable: true };
        assert_eq!((file("sqlite://x.db?immutable=1"), file("sqlite://x.db?immutable=1&mode=rwc")), (still.clone(), still));
        assert!(!file("sqlite://x.db?immutable=0").immutable);
        assert!(parse("sqlite://").is_err() && parse("sqlite://x.db?mood=ro").is_err());
    }

    #[test]
    fn servers_are_found() {
        let target = parse("postgresql://ann:s%3Acret@db.example:5433/shop%20a?application_name=x").unwrap();
        assert_eq!(target.url(), "postgresql://ann@db.example:5433/shop%20a?application_name=x");
        let Address::Postgres(options) = &target.address else { panic!() };
        assert_eq!((options.get_host(), options.get_port(), options.get_username()), ("db.example", 5433, "ann"));
        assert_eq!(options.get_database(), Some("shop a"));
        let target = parse("mariadb://root:x@127.0.0.1/test").unwrap();
        assert_eq!((target.family(), target.url()), (Family::Mariadb, "mariadb://root@127.0.0.1/test"));
    }

    #[test]
    fn refusals_show_no_password() {
        let urls = [
            "postgres://ann:secret@host:port/db",
            "postgres://ann:secret/@host/db",
            "postgres://ann:se@cret@host/db?nonsense=1",
            "postgres://host/db?password=secret&nonsense=1",
            "oracle://ann:secret@host/db",
            "mysql://ann:secret@host/db?sslmode=sideways",
            "postgres:ann:secret",
            "postgres://ann:12#secret@host/db",
            "postgres://ann:12?secret@host/db",
            "mysql://ann:12/secret@host/db",
            "postgres://a:secret@one:5432,two:5432/db",
            "host=db.example user=ana password=secret dbname=x",
            "Server=db.example;Database=x;Uid=ana;Pwd=secret;",
            "secret",
            "secret:x",
            "ann:secret@host/db",
            "sqlite:///x.db?key=secret",
            "sqlite:///x.db?hexkey=secret&mood=ro",
            "sqlite+pysqlcipher://:secret@/x.db",
            "sqlite://ann:secret@host/x.db",
        ];
        for url in urls {
            let error = parse(url).err().unwrap();
            assert!(!error.message.contains("secret"), "{error}");
            assert_eq!(error.kind, Kind::Field);
        }
    }

    #[test]
    fn sockets_are_found() {
        let target = parse("mysql://ann:secret@localhost/shop?socket=/run/mysqld/mysqld.sock&charset=utf8mb4").unwrap();
        assert_eq!(target.url(), "mysql://ann@localhost/shop?socket=/run/mysqld/mysqld.sock&charset=utf8mb4");
        let Address::Mysql(options) = &target.address else { panic!() };
        assert_eq!(options.get_socket().map(|path| path.to_str().unwrap()), Some("/run/mysqld/mysqld.sock"));
        assert_eq!((options.get_username(), options.get_database()), ("ann", Some("shop")));
    }

    #[test]
    fn vendors_urls_are_taken() {
        let target = parse("postgresql+asyncpg://ann:secret@/shop?host=/cloudsql/project:region:one&keepalives=1").unwrap();
        assert_eq!(target.url(), "postgresql://ann@/shop?host=%2Fcloudsql%2Fproject%3Aregion%3Aone");
        let Address::Postgres(options) = &target.address else { panic!() };
        assert_eq!(options.get_socket().map(|path| path.to_str().unwrap()), Some("/cloudsql/project:region:one"));
        let target = parse("mysql+pymysql://root:secret@/test?unix_socket=/run/mysqld/mysqld.sock").unwrap();
        let Address::Mysql(options) = &target.address else { panic!() };
        assert_eq!(options.get_socket().map(|path| path.to_str().unwrap()), Some("/run/mysqld/mysqld.sock"));
        assert_eq!(file("sqlite+aiosqlite:///x.db").path, Some("x.db".into()));
        let error = parse("postgres://ann:secret@host/db?channel_binding=require").err().unwrap();
        assert!(error.message.contains("postgres://ann@host/db?channel_binding=require"), "{error}");
    }

    #[test]
    fn modes_of_tls_are_checked() {
        let settings = Settings { ssl_mode: Some("verify_full".into()), ..Settings::default() };
        let Address::Postgres(options) = Target::parse("postgres://host/db", &settings).unwrap().address else { panic!() };
        assert!(matches!(options.get_ssl_mode(), PgSslMode::VerifyFull));
        let settings = Settings { ssl_mode: Some("sideways".into()), ..Settings::default() };
        assert!(Target::parse("postgres://host/db", &settings).is_err());
    }
}
