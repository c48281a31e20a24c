//! The raw database handle, lent by sqlx once and for the life of the connection.

use std::ffi::{CStr, c_int};
use std::ptr::NonNull;

use libsqlite3_sys as ffi;
use sqlx::SqliteConnection;
use sqlx::sqlite::LockedSqliteHandle;

/// A connection of sqlx whose lock we hold. sqlx can deadlock when it is locked again and again, so it is locked once.
pub struct Handle {
    db: NonNull<ffi::sqlite3>,
    /// Goes before `owner`, in which it lies.
    guard: Option<LockedSqliteHandle<'static>>,
    owner: Option<NonNull<SqliteConnection>>,
}

// SAFETY: the guard may move between threads, and SQLite's handle may too, when one thread uses it at a time; whoever uses
// this one has it mutably or under a lock. The owner is reached by nobody else.
unsafe impl Send for Handle {}

impl Handle {
    /// Takes the connection over.
    pub async fn new(connection: SqliteConnection) -> sqlx::Result<Self> {
        // Owned from here on, so that it is freed when locking fails or is given up.
        let owner = NonNull::from(Box::leak(Box::new(connection)));
        let mut handle = Self { db: NonNull::dangling(), guard: None, owner: Some(owner) };
        // SAFETY: the box lives until `release`, which drops the guard before; nobody else has a reference to it.
        let lent: &'static mut SqliteConnection = unsafe { &mut *owner.as_ptr() };
        let mut guard = lent.lock_handle().await?;
        handle.db = guard.as_raw_handle();
        handle.guard = Some(guard);
        Ok(handle)
    }

    /// The database, valid as long as this handle.
    pub fn db(&self) -> NonNull<ffi::sqlite3> {
        self.db
    }

    /// Gives the connection back to be closed. Every statement must be finalized.
    pub fn release(mut self) -> Option<Box<SqliteConnection>> {
        self.take()
    }

    fn take(&mut self) -> Option<Box<SqliteConnection>> {
        self.guard = None;
        // SAFETY: the pointer came out of a box in `new`, and the only borrow of it went with the guard.
        self.owner.take().map(|owner| unsafe { Box::from_raw(owner.as_ptr()) })
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

    /// Refuses text in double quotes that names nothing; SQLite would take it for a string.
    pub fn refuse_quoted_strings(&self) {
        for option in [ffi::SQLITE_DBCONFIG_DQS_DML, ffi::SQLITE_DBCONFIG_DQS_DDL] {
            // SAFETY: the handle is open, and these options take an int and a pointer to int that may be null.
            unsafe { ffi::sqlite3_db_config(self.db.as_ptr(), option, 0 as c_int, std::ptr::null_mut::<c_int>()) };
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // sqlx's own thread closes the database when its connection is gone.
        drop(self.take());
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
