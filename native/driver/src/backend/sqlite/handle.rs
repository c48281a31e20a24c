//! The raw database handle. It is opened here and not by sqlx, whose connection would have to be leaked to lend its handle for
//! good, would keep a second thread for each connection, and hands rows over at four times the cost.

use std::ffi::{CStr, CString, c_int};
use std::path::Path;
use std::ptr::NonNull;

use libsqlite3_sys as ffi;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::errors;
use super::visit::Visit;
use crate::error::{Error, Kind, Result};

/// What a path keeps as it is in a URI.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

/// How a file is opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Access {
    pub read_only: bool,
    /// Make the file when it is not there.
    pub create: bool,
    /// Nobody writes to the file while it is open.
    pub immutable: bool,
}

/// An open database, closed when dropped. Every statement must be finalized before.
pub struct Handle {
    db: NonNull<ffi::sqlite3>,
    /// Of a file.
    visit: Option<Visit>,
}

// SAFETY: SQLite's handle may move between threads when one thread uses it at a time; whoever uses this one has it mutably or
// under a lock.
unsafe impl Send for Handle {}

impl Handle {
    /// Opens a file, or a database in memory of its own.
    pub fn open(path: Option<&Path>, access: Access) -> Result<Self> {
        let Access { read_only, create, immutable } = access;
        // One thread at a time uses it, so that SQLite needs no lock; result codes are the extended ones.
        let mut flags = ffi::SQLITE_OPEN_NOMUTEX | ffi::SQLITE_OPEN_EXRESCODE;
        flags |= if read_only || immutable { ffi::SQLITE_OPEN_READONLY } else { ffi::SQLITE_OPEN_READWRITE };
        if create && !read_only && !immutable {
            flags |= ffi::SQLITE_OPEN_CREATE;
        }
        // The log is looked at before we touch it.
        let visit = path.map(Visit::begin);
        let name = match path {
            None => ":memory:".to_owned(),
            Some(path) => {
                let unreadable = || Error::new(Kind::ConnectionFailed, format!("the path {} is not UTF-8", path.display()));
                // A name that begins like a URI, or like memory, is a name all the same.
                let path = Path::new(".").join(path).to_str().ok_or_else(unreadable)?.to_owned();
                if immutable {
                    flags |= ffi::SQLITE_OPEN_URI;
                    format!("file:{}?immutable=1", utf8_percent_encode(&path, KEPT))
                } else {
                    path
                }
            }
        };
        let name = CString::new(name).map_err(|_| Error::new(Kind::ConnectionFailed, "the path contains a NUL character"))?;
        let mut db = std::ptr::null_mut();
        // SAFETY: the name ends in NUL, the place for the handle is ours, and null stands for the default file system.
        let code = unsafe { ffi::sqlite3_open_v2(name.as_ptr(), &raw mut db, flags, std::ptr::null()) };
        let Some(db) = NonNull::new(db) else {
            return Err(Error::new(Kind::ConnectionFailed, "SQLite could not allocate memory for a connection"));
        };
        // Closed when dropped, also when opening failed.
        let handle = Self { db, visit };
        if code == ffi::SQLITE_OK {
            return Ok(handle);
        }
        let (code, message) = handle.last_error();
        Err(errors::from_code(code, &message))
    }

    /// The database, valid as long as this handle.
    pub fn db(&self) -> NonNull<ffi::sqlite3> {
        self.db
    }

    /// The code and message of the last failure.
    pub fn last_error(&self) -> (c_int, String) {
        last_error(self.db)
    }

    /// Whether no transaction is open.
    pub fn is_autocommit(&self) -> bool {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_get_autocommit(self.db.as_ptr()) != 0 }
    }

    /// Whether the main database cannot be written.
    pub fn is_read_only(&self) -> bool {
        // SAFETY: the handle is open, and the name ends in NUL.
        unsafe { ffi::sqlite3_db_readonly(self.db.as_ptr(), c"main".as_ptr()) == 1 }
    }

    /// Rows changed since the connection was opened, by triggers and foreign keys too.
    pub fn total_changes(&self) -> i64 {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_total_changes64(self.db.as_ptr()) }
    }

    /// Rows that the last INSERT, UPDATE or DELETE itself changed.
    pub fn changes(&self) -> i64 {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_changes64(self.db.as_ptr()) }
    }

    pub fn last_insert_rowid(&self) -> i64 {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_last_insert_rowid(self.db.as_ptr()) }
    }

    /// Takes text in double quotes that names nothing for a string, where a view or a trigger is expanded, and refuses it in
    /// definitions that are written now. What SQLite reads in a file's definitions it takes for one always.
    pub fn take_quoted_strings(&self) {
        self.set(ffi::SQLITE_DBCONFIG_DQS_DML, true);
        self.take_quoted_strings_in_definitions(false);
    }

    /// Takes it for a string, or not, in definitions that are read again because a table is altered.
    pub fn take_quoted_strings_in_definitions(&self, on: bool) {
        self.set(ffi::SQLITE_DBCONFIG_DQS_DDL, on);
    }

    fn set(&self, option: c_int, on: bool) {
        // SAFETY: the handle is open, and the options given here take an int and a pointer to int that may be null.
        unsafe { ffi::sqlite3_db_config(self.db.as_ptr(), option, c_int::from(on), std::ptr::null_mut::<c_int>()) };
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if self.visit.as_ref().is_some_and(Visit::leaves_the_log) {
            self.set(ffi::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
        let left = self.visit.as_ref().filter(|_| self.is_read_only()).and_then(Visit::leaves_an_empty_log);
        // SAFETY: it was opened here, is closed only here, and no statement is left.
        unsafe { ffi::sqlite3_close(self.db.as_ptr()) };
        if let Some(path) = left {
            sweep(&path);
        }
    }
}

/// Removes the empty log that a connection leaves which may only read: SQLite does that for one that may write, unless somebody else
/// has the file open. Nothing is lost where it cannot.
fn sweep(path: &Path) {
    let Some(name) = path.to_str().and_then(|name| CString::new(name).ok()) else { return };
    let mut db = std::ptr::null_mut();
    let flags = ffi::SQLITE_OPEN_NOMUTEX | ffi::SQLITE_OPEN_READWRITE;
    let look = c"SELECT 1 FROM sqlite_schema";
    // SAFETY: both texts end in NUL, the place for the handle is ours, null stands for what is not wanted; the handle is closed here
    // whatever came of it, and null is taken, too.
    unsafe {
        if ffi::sqlite3_open_v2(name.as_ptr(), &raw mut db, flags, std::ptr::null()) == ffi::SQLITE_OK {
            ffi::sqlite3_exec(db, look.as_ptr(), None, std::ptr::null_mut(), std::ptr::null_mut());
        }
        ffi::sqlite3_close(db);
    }
}

/// The code and message of the last failure on an open database.
pub fn last_error(db: NonNull<ffi::sqlite3>) -> (c_int, String) {
    // SAFETY: the callers' handle is open, and the message is copied before another call can change it.
    unsafe {
        let code = ffi::sqlite3_extended_errcode(db.as_ptr());
        let message = ffi::sqlite3_errmsg(db.as_ptr());
        let message = if message.is_null() { String::new() } else { CStr::from_ptr(message).to_string_lossy().into_owned() };
        (code, message)
    }
}

/// `major.minor.patch` of the library.
pub fn version() -> (u16, u16, u16) {
    // SAFETY: asks for a constant.
    let number = unsafe { ffi::sqlite3_libversion_number() } as u32;
    ((number / 1_000_000) as u16, (number / 1_000 % 1_000) as u16, (number % 1_000) as u16)
}
