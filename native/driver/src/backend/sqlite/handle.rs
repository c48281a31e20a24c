//! The raw database handle. Not opened through sqlx, which never gives up its handle, needs a second
//! thread per connection, and takes four times as long per row.

use std::ffi::{CStr, CString, c_int};
use std::path::Path;
use std::ptr::NonNull;

use libsqlite3_sys as ffi;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::errors;
use super::visit::Visit;
use crate::error::{Error, Kind, Result};

/// The characters of a path that need no percent-encoding in a URI.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_');

/// The mode that a file is opened in.
#[derive(Clone, Copy, Debug, Default)]
pub struct Access {
    pub read_only: bool,
    /// Create the file if it does not exist.
    pub create: bool,
    /// Nobody writes to the file while it is open (`immutable=1`).
    pub immutable: bool,
}

/// An open database, closed when dropped. Every statement must be finalized first.
pub struct Handle {
    db: NonNull<ffi::sqlite3>,
    /// `None` in memory.
    visit: Option<Visit>,
}

// SAFETY: a handle may move between threads as long as one thread at a time uses it; this one is only
// used mutably or under a lock.
unsafe impl Send for Handle {}

impl Handle {
    /// Opens a file, or a private in-memory database.
    pub fn open(path: Option<&Path>, access: Access) -> Result<Self> {
        let Access { read_only, create, immutable } = access;
        // No mutex, because one thread at a time uses it; result codes are extended.
        let mut flags = ffi::SQLITE_OPEN_NOMUTEX | ffi::SQLITE_OPEN_EXRESCODE;
        flags |= if read_only || immutable { ffi::SQLITE_OPEN_READONLY } else { ffi::SQLITE_OPEN_READWRITE };
        if create && !read_only && !immutable {
            flags |= ffi::SQLITE_OPEN_CREATE;
        }
        // The WAL file is inspected before we touch it.
        let visit = path.map(Visit::begin);
        let name = match path {
            None => ":memory:".to_owned(),
            Some(path) => {
                let unreadable = || Error::new(Kind::ConnectionFailed, format!("the path {} is not UTF-8", path.display()));
                // Prevents a file name that starts like a URI or equals ":memory:" from being interpreted.
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
        // SAFETY: the name is NUL-terminated, `db` is a valid place for the handle, and null selects the
        // default VFS.
        let code = unsafe { ffi::sqlite3_open_v2(name.as_ptr(), &raw mut db, flags, std::ptr::null()) };
        let Some(db) = NonNull::new(db) else {
            return Err(Error::new(Kind::ConnectionFailed, "SQLite could not allocate memory for a connection"));
        };
        // Must be closed even if opening failed.
        let handle = Self { db, visit };
        if code == ffi::SQLITE_OK {
            return Ok(handle);
        }
        let (code, message) = handle.last_error();
        Err(errors::from_code(code, &message))
    }

    /// Returns the database handle, which is valid as long as `self`.
    pub fn db(&self) -> NonNull<ffi::sqlite3> {
        self.db
    }

    /// Returns the code and message of the last failure.
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
        // SAFETY: the handle is open, and the name is NUL-terminated.
        unsafe { ffi::sqlite3_db_readonly(self.db.as_ptr(), c"main".as_ptr()) == 1 }
    }

    /// Returns the number of rows changed since the connection was opened, including those changed by
    /// triggers and foreign keys.
    pub fn total_changes(&self) -> i64 {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_total_changes64(self.db.as_ptr()) }
    }

    /// Returns the number of rows that the last INSERT, UPDATE or DELETE changed directly.
    pub fn changes(&self) -> i64 {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_changes64(self.db.as_ptr()) }
    }

    pub fn last_insert_rowid(&self) -> i64 {
        // SAFETY: the handle is open.
        unsafe { ffi::sqlite3_last_insert_rowid(self.db.as_ptr()) }
    }

    /// Accepts double-quoted string literals (`SQLITE_DBCONFIG_DQS_DDL` and `SQLITE_DBCONFIG_DQS_DML`) where a view or a
    /// trigger is expanded, and refuses them in new definitions. SQLite always accepts them when it loads
    /// the schema of a file.
    pub fn take_quoted_strings(&self) {
        self.set(ffi::SQLITE_DBCONFIG_DQS_DML, true);
        self.take_quoted_strings_in_definitions(false);
    }

    /// Sets whether they are accepted when a table is altered and existing definitions are parsed again.
    pub fn take_quoted_strings_in_definitions(&self, on: bool) {
        self.set(ffi::SQLITE_DBCONFIG_DQS_DDL, on);
    }

    /// Evaluates EXISTS row by row, and never as a join (`SQLITE_ExistsToJoin`): since 3.51, SQLite takes the
    /// further matches inside such an EXISTS for the rows that OFFSET skips.
    pub fn keep_exists(&self) {
        const EXISTS_TO_JOIN: u32 = 0x4000_0000;
        // SAFETY: the handle is open, and this control takes it and the set of optimizations to disable.
        unsafe { ffi::sqlite3_test_control(ffi::SQLITE_TESTCTRL_OPTIMIZATIONS, self.db.as_ptr(), EXISTS_TO_JOIN) };
    }

    fn set(&self, option: c_int, on: bool) {
        // SAFETY: the handle is open, and these options take an int and a pointer to int that may be null.
        unsafe { ffi::sqlite3_db_config(self.db.as_ptr(), option, c_int::from(on), std::ptr::null_mut::<c_int>()) };
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if self.visit.as_ref().is_some_and(Visit::leaves_the_log) {
            self.set(ffi::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
        let left = self.visit.as_ref().filter(|_| self.is_read_only()).and_then(Visit::leaves_an_empty_log);
        // SAFETY: the handle was opened here, is closed only here, and every statement is finalized.
        unsafe { ffi::sqlite3_close(self.db.as_ptr()) };
        if let Some(path) = left {
            sweep(&path);
        }
    }
}

/// Removes the empty WAL file that a read-only connection leaves behind; SQLite itself does so only for
/// a connection that may write, if it is the last one. A failure does no harm.
fn sweep(path: &Path) {
    let Some(name) = path.to_str().and_then(|name| CString::new(name).ok()) else { return };
    let mut db = std::ptr::null_mut();
    let flags = ffi::SQLITE_OPEN_NOMUTEX | ffi::SQLITE_OPEN_READWRITE;
    let look = c"SELECT 1 FROM sqlite_schema";
    // SAFETY: both texts are NUL-terminated, `db` is a valid place for the handle, and the other arguments
    // may be null. The handle is closed in any case; closing null is allowed.
    unsafe {
        if ffi::sqlite3_open_v2(name.as_ptr(), &raw mut db, flags, std::ptr::null()) == ffi::SQLITE_OK {
            ffi::sqlite3_exec(db, look.as_ptr(), None, std::ptr::null_mut(), std::ptr::null_mut());
        }
        ffi::sqlite3_close(db);
    }
}

/// Returns the code and message of the last failure on an open database.
pub fn last_error(db: NonNull<ffi::sqlite3>) -> (c_int, String) {
    // SAFETY: the caller's handle is open, and the message is copied before another call can change it.
    unsafe {
        let code = ffi::sqlite3_extended_errcode(db.as_ptr());
        let message = ffi::sqlite3_errmsg(db.as_ptr());
        let message = if message.is_null() { String::new() } else { CStr::from_ptr(message).to_string_lossy().into_owned() };
        (code, message)
    }
}

/// Returns `major.minor.patch` of the library.
pub fn version() -> (u16, u16, u16) {
    // SAFETY: returns a constant.
    let number = unsafe { ffi::sqlite3_libversion_number() } as u32;
    ((number / 1_000_000) as u16, (number / 1_000 % 1_000) as u16, (number % 1_000) as u16)
}
