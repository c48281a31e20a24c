//! Opens a connection: file, pragmas, library version.

use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use oxyde_ir::{Family, Server, Version};

use super::brake::Brake;
use super::database::Database;
use super::handle::{self, Access, Handle};
use super::line::Line;
use super::visit::{has_hot_journal, has_log, log_of};
use super::{Connection, errors};
use crate::error::{Error, Kind, Result};
use crate::settings::Settings;
use crate::target::SqliteTarget;

const JOURNAL_MODES: [&str; 6] = ["WAL", "DELETE", "TRUNCATE", "PERSIST", "MEMORY", "OFF"];
const SYNCHRONOUS: [&str; 4] = ["OFF", "NORMAL", "FULL", "EXTRA"];

/// The journal mode of new files.
const OURS: &str = "WAL";

/// The pause between attempts to change the journal mode: SQLite does not call the busy handler for
/// that lock.
const NAP: Duration = Duration::from_millis(10);

/// The settings of each new connection.
#[derive(Clone)]
struct Pragmas {
    journal_mode: Option<&'static str>,
    synchronous: Option<&'static str>,
    cache_size: Option<i64>,
    patience: Duration,
}

impl Connection {
    /// Opens the file and sets up the connection. Fails at once if the file is missing or not a database.
    pub async fn open(target: &SqliteTarget, settings: &Settings) -> Result<Self> {
        let pragmas = Pragmas::new(settings)?;
        if let Some(reason) = moving(target) {
            return Err(refused(target, Error::new(Kind::ConnectionFailed, reason)));
        }
        let line = match attempt(target, &pragmas, target.immutable).await {
            // A WAL database in a read-only folder can only be opened as immutable, and cannot change there.
            Err(error) if !target.immutable && error.detail.sqlstate.as_deref().is_some_and(is_about_files) && is_still(target) => {
                attempt(target, &pragmas, true).await
            }
            end => end,
        }
        .map_err(|error| refused(target, error))?;
        let (major, minor, patch) = handle::version();
        let server = Server { family: Family::Sqlite, version: Version(major, minor, patch) };
        Ok(Self { line, server })
    }
}

impl Pragmas {
    fn new(settings: &Settings) -> Result<Self> {
        Ok(Self {
            journal_mode: one_of("sqlite_journal_mode", settings.sqlite_journal_mode.as_deref(), &JOURNAL_MODES)?,
            synchronous: one_of("sqlite_synchronous", settings.sqlite_synchronous.as_deref(), &SYNCHRONOUS)?,
            cache_size: settings.sqlite_cache_size,
            patience: settings.sqlite_busy_timeout,
        })
    }

    fn apply(&self, database: &mut Database) -> Result<()> {
        database.command("PRAGMA foreign_keys = ON")?;
        if let Some(size) = self.cache_size {
            database.command(&format!("PRAGMA cache_size = {size}"))?;
        }
        // The first read of the file: fails if it is not a database.
        let present = database.ask("PRAGMA journal_mode")?.unwrap_or_default();
        let mode = match self.journal_mode {
            None if database.ask("PRAGMA page_count")?.as_deref() == Some("0") => Some(OURS),
            // An existing file keeps its journal mode.
            given => given,
        };
        if let Some(mode) = mode
            && !database.is_memory
            && !database.handle.is_read_only()
            && !present.eq_ignore_ascii_case(mode)
        {
            self.change_journal(database, mode)?;
        }
        // Without WAL, a file survives a power failure only if each commit waits for the disk (synchronous =
        // FULL).
        let has_log = || Ok(database.ask("PRAGMA journal_mode")?.is_some_and(|mode| mode.eq_ignore_ascii_case(OURS)));
        let level = if self.synchronous.is_none() && has_log()? { Some("NORMAL") } else { self.synchronous };
        if let Some(level) = level {
            database.command(&format!("PRAGMA synchronous = {level}"))?;
        }
        Ok(())
    }

    /// Another connection may be changing it at the same time.
    fn change_journal(&self, database: &Database, mode: &str) -> Result<()> {
        let until = Instant::now() + self.patience;
        loop {
            match database.ask(&format!("PRAGMA journal_mode = {mode}")) {
                Ok(_) => return Ok(()),
                Err(error) => match error.detail.sqlstate.as_deref() {
                    Some(code) if errors::is_busy(code) && Instant::now() < until && !database.brake().is_pulled() => {
                        thread::sleep(NAP);
                    }
                    // The folder is read-only: the journal mode stays, and reading works.
                    Some(code) if is_about_files(code) => return Ok(()),
                    _ => return Err(database.explain(error)),
                },
            }
        }
    }
}

fn one_of(setting: &str, given: Option<&str>, known: &[&'static str]) -> Result<Option<&'static str>> {
    let Some(given) = given else { return Ok(None) };
    match known.iter().find(|name| name.eq_ignore_ascii_case(given)) {
        Some(name) => Ok(Some(*name)),
        None => Err(Error::new(Kind::Unsupported, format!("{setting} {given:?} is unknown; use one of {}", known.join(", ")))),
    }
}

async fn attempt(target: &SqliteTarget, pragmas: &Pragmas, immutable: bool) -> Result<Line> {
    let is_memory = target.path.is_none();
    let access = Access { read_only: target.read_only, create: target.create, immutable };
    let brake = Arc::new(Brake::new(pragmas.patience));
    let (attached, pragmas, path) = (Arc::clone(&brake), pragmas.clone(), target.path.clone());
    let make = move || {
        let handle = Handle::open(path.as_deref(), access)?;
        let mut database = Database::new(handle, attached, is_memory)?;
        pragmas.apply(&mut database)?;
        if is_memory {
            database.opened = database.settings();
        }
        Ok(database)
    };
    Line::start(brake, is_memory, make).await
}

/// Whether the code means that a file cannot be opened, or not for writing.
fn is_about_files(code: &str) -> bool {
    errors::is_unopenable(code) || errors::is_read_only(code)
}

/// Returns why a file is not immutable: a WAL file or a hot journal exists, which would not be read.
fn moving(target: &SqliteTarget) -> Option<&'static str> {
    let path = target.path.as_deref().filter(|_| target.immutable)?;
    if has_log(path) {
        return Some("it is not immutable: there is a write-ahead log beside it, which would not be read; open it with mode=ro");
    }
    has_hot_journal(path).then_some("it is not immutable: a transaction on it was not finished, and its journal would not be read")
}

/// Whether the file exists, its folder is read-only, and there is neither a WAL file nor a hot journal.
fn is_still(target: &SqliteTarget) -> bool {
    let Some(path) = &target.path else { return false };
    path.is_file() && !log_of(path).exists() && !can_write(folder_of(path))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Whether we can create files in a folder.
fn can_write(folder: &Path) -> bool {
    let probe = folder.join(format!(".oxyde-{}", std::process::id()));
    let made = std::fs::OpenOptions::new().write(true).create_new(true).open(&probe).is_ok();
    if made {
        // We created the file, so it can be removed.
        let _ = std::fs::remove_file(&probe);
    }
    made
}

/// Names the file that could not be opened, and the reason as far as it can be determined.
fn refused(target: &SqliteTarget, error: Error) -> Error {
    let Some(path) = &target.path else {
        let message = format!("cannot open an SQLite database in memory: {error}");
        return Error { kind: Kind::ConnectionFailed, message, detail: error.detail };
    };
    let is_unopenable = error.detail.sqlstate.as_deref().is_some_and(errors::is_unopenable);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let reason = match folder {
        Some(folder) if is_unopenable && matches!(folder.try_exists(), Ok(false)) => {
            format!("the folder {} does not exist", folder.display())
        }
        _ if is_unopenable && path.is_dir() => "it is a folder".to_owned(),
        _ if path.is_file() && log_of(path).exists() && !can_write(folder_of(path)) => {
            let message =
                "its write-ahead log cannot be read, because no file can be made beside it; copy both to a folder that can be written";
            message.to_owned()
        }
        _ if target.read_only && !target.immutable && has_hot_journal(path) => {
            let message = "a transaction on it was not finished, and what undoes it would write to it; open it once without mode=ro";
            message.to_owned()
        }
        _ if is_unopenable && !path.exists() && !target.create => "the file does not exist".to_owned(),
        _ => error.message,
    };
    let message = format!("cannot open the SQLite database {}: {reason}", path.display());
    Error { kind: Kind::ConnectionFailed, message, detail: error.detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_checked() {
        assert_eq!(one_of("x", Some("wal"), &JOURNAL_MODES).unwrap(), Some("WAL"));
        assert_eq!(one_of("x", None, &JOURNAL_MODES).unwrap(), None);
        let error = one_of("sqlite_synchronous", Some("NORMAL; DROP TABLE t"), &SYNCHRONOUS).unwrap_err();
        assert!(error.kind == Kind::Unsupported && error.message.contains("EXTRA"), "{error}");
    }
}
