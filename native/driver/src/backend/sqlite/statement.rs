//! A prepared statement and its execution.

use std::ffi::{CStr, c_char, c_int};
use std::marker::PhantomData;
use std::mem;
use std::ptr::NonNull;

use libsqlite3_sys as ffi;

use super::errors;
use super::handle::{Handle, last_error};
use super::quotes;
use super::truth;
use crate::batch::{Part, Read, Source};
use crate::error::{Error, Kind, Result};
use oxyde_ir::ColumnType;

/// Finalized when dropped, which must happen before its database is closed.
pub struct Statement {
    raw: NonNull<ffi::sqlite3_stmt>,
    db: NonNull<ffi::sqlite3>,
    /// The original text, if the statement was compiled with other quotes.
    written: Option<Box<str>>,
    /// The declared types of its columns, and the `SQLITE_STMTSTATUS_REPREPARE` count when they were looked
    /// up.
    types: Option<(c_int, Vec<Option<ColumnType>>)>,
    /// If compiled again, it might treat a misspelt name as a string.
    once: bool,
}

// SAFETY: as for `Handle`, one thread at a time uses the database and everything that belongs to it.
unsafe impl Send for Statement {}

/// A value of the current row by its storage class.
#[derive(Clone, Copy, Debug)]
pub enum Cell<'a> {
    Null,
    Int(i64),
    Real(f64),
    /// UTF-8 by convention, but not validated.
    Text(&'a [u8]),
    Blob(&'a [u8]),
}

/// The source of cells in the current row.
pub struct File;

impl Source for File {
    type Raw<'a> = Cell<'a>;
}

impl<F: Fn(Cell<'_>) -> Read<&[u8]> + Send + 'static> Part<File> for F {
    #[inline]
    fn part<'a>(&self, cell: <File as Source>::Raw<'a>) -> Read<&'a [u8]> {
        self(cell)
    }
}

/// The storage class of types with a single representation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    Int,
    Text,
    Blob,
}

impl Statement {
    /// Compiles the single statement of a text, in which double quotes enclose names.
    pub fn prepare(handle: &Handle, text: &str) -> Result<Self> {
        let Some(safe) = quotes::in_backticks(text) else { return Self::prepare_as_written(handle, text) };
        match Self::prepare_as_written(handle, &safe) {
            // The statement compiled without double-quoted literals, so it contains no unknown name.
            Ok(_) if quotes::is_kept(text) => {
                let mut statement = Self::prepare_as_written(handle, text)?;
                statement.once = true;
                Ok(statement)
            }
            Ok(mut statement) => {
                statement.written = Some(text.into());
                Ok(statement)
            }
            // If the original text is wrong as well, its error is reported.
            Err(error) => Err(Self::prepare_as_written(handle, text).err().unwrap_or_else(|| quotes::of_string(error))),
        }
    }

    fn prepare_as_written(handle: &Handle, text: &str) -> Result<Self> {
        let (statement, rest) = compile(handle, text)?;
        let statement = statement.ok_or_else(|| Error::new(Kind::Database, "the statement is empty"))?;
        let mut rest = rest;
        while !rest.is_empty() {
            let (second, after) = compile(handle, rest).map_or((true, ""), |(second, after)| (second.is_some(), after));
            if second {
                let start: String = rest.trim_start().chars().take(40).collect();
                let message = format!("SQLite runs one statement at a time, and a second one follows: {start}");
                return Err(Error::new(Kind::Unsupported, message).with_hint("run each statement by itself"));
            }
            rest = after;
        }
        Ok(statement)
    }

    /// Starts a run, or continues a suspended one. Bound values must live as long.
    pub fn start<'a>(&'a mut self) -> Cursor<'a> {
        Cursor { statement: self, bound: PhantomData }
    }

    /// Whether it must not be cached. An EXPLAIN never notices that the schema has changed: it would read tables that SQLite
    /// has freed.
    pub fn is_for_once(&self) -> bool {
        // SAFETY: the statement is not finalized.
        self.once || unsafe { ffi::sqlite3_stmt_isexplain(self.raw.as_ptr()) != 0 }
    }

    /// Returns the name of a result column in the original text.
    fn written_name(&self, at: usize) -> Option<String> {
        let (statement, _) = compile_on(self.db, self.written.as_deref()?).ok()?;
        let statement = statement?;
        // SAFETY: the statement was just compiled, and the name is copied immediately.
        unsafe { copied(ffi::sqlite3_column_name(statement.raw.as_ptr(), at as c_int)) }
    }

    pub fn parameters(&self) -> usize {
        // SAFETY: the statement is not finalized.
        unsafe { ffi::sqlite3_bind_parameter_count(self.raw.as_ptr()) as usize }
    }

    /// Whether the statement does not change the database.
    pub fn is_read_only(&self) -> bool {
        // SAFETY: the statement is not finalized.
        unsafe { ffi::sqlite3_stmt_readonly(self.raw.as_ptr()) != 0 }
    }

    fn failure(&self) -> Error {
        let (code, message) = last_error(self.db);
        errors::from_code(code, &message)
    }
}

/// Compiles the first statement of a text and returns it, unless there is only white space and
/// comments, with the rest of the text.
fn compile<'t>(handle: &Handle, text: &'t str) -> Result<(Option<Statement>, &'t str)> {
    compile_on(handle.db(), text)
}

fn compile_on(db: NonNull<ffi::sqlite3>, text: &str) -> Result<(Option<Statement>, &str)> {
    let Ok(length) = c_int::try_from(text.len()) else {
        return Err(Error::new(Kind::Field, "the statement is longer than 2 GiB"));
    };
    if text.contains('\0') {
        return Err(Error::new(Kind::Field, "the statement holds a NUL character; bind such text as a parameter"));
    }
    let mut raw = std::ptr::null_mut();
    let mut tail: *const c_char = std::ptr::null();
    let start: *const c_char = text.as_ptr().cast();
    // SAFETY: the database is open, the text has that length, and both results are valid places.
    let code = unsafe { ffi::sqlite3_prepare_v3(db.as_ptr(), start, length, ffi::SQLITE_PREPARE_PERSISTENT, &raw mut raw, &raw mut tail) };
    if code != ffi::SQLITE_OK {
        let (code, message) = last_error(db);
        return Err(errors::from_code(code, &message));
    }
    let used = if tail.is_null() { text.len() } else { (tail as usize).saturating_sub(start as usize) };
    let rest = text.get(used..).unwrap_or_default();
    Ok((NonNull::new(raw).map(|raw| Statement { raw, db, written: None, types: None, once: false }), rest))
}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: finalized only here, while its database is still open.
        unsafe { ffi::sqlite3_finalize(self.raw.as_ptr()) };
    }
}

/// A run of a statement; reset when dropped, which also clears the bindings.
pub struct Cursor<'a> {
    statement: &'a mut Statement,
    bound: PhantomData<&'a [u8]>,
}

/// Why a value cannot be bound.
#[derive(Debug)]
pub struct Unbound(c_int);

impl Unbound {
    pub fn reason(&self) -> String {
        match self.0 {
            ffi::SQLITE_TOOBIG => "the value is larger than SQLite can hold".to_owned(),
            ffi::SQLITE_RANGE => "the statement has no such placeholder".to_owned(),
            code => format!("SQLite does not take the value (code {code})"),
        }
    }
}

impl<'a> Cursor<'a> {
    /// Leaves the run where it is; the next cursor of the statement continues it.
    ///
    /// # Safety
    /// The bound values must live until the statement is dropped, or a later cursor of it.
    pub unsafe fn suspend(self) {
        mem::forget(self);
    }

    fn raw(&self) -> *mut ffi::sqlite3_stmt {
        self.statement.raw.as_ptr()
    }

    // Parameters, counted from one

    pub fn bind_null(&mut self, at: usize) -> std::result::Result<(), Unbound> {
        // SAFETY: the statement is not finalized; an index out of range returns an error.
        bound(unsafe { ffi::sqlite3_bind_null(self.raw(), at as c_int) })
    }

    pub fn bind_int(&mut self, at: usize, value: i64) -> std::result::Result<(), Unbound> {
        // SAFETY: as above.
        bound(unsafe { ffi::sqlite3_bind_int64(self.raw(), at as c_int, value) })
    }

    pub fn bind_real(&mut self, at: usize, value: f64) -> std::result::Result<(), Unbound> {
        // SAFETY: as above.
        bound(unsafe { ffi::sqlite3_bind_double(self.raw(), at as c_int, value) })
    }

    /// Binds text that lives as long as the run, without copying.
    pub fn bind_text(&mut self, at: usize, value: &'a [u8]) -> std::result::Result<(), Unbound> {
        self.text(at, value, ffi::SQLITE_STATIC())
    }

    /// Binds text by copying it.
    pub fn bind_copy(&mut self, at: usize, value: &str) -> std::result::Result<(), Unbound> {
        self.text(at, value.as_bytes(), ffi::SQLITE_TRANSIENT())
    }

    fn text(&mut self, at: usize, value: &[u8], keep: ffi::sqlite3_destructor_type) -> std::result::Result<(), Unbound> {
        let (start, length) = (value.as_ptr().cast(), value.len() as u64);
        // SAFETY: the text has that length, and is copied or outlives the run, whose end clears the bindings.
        bound(unsafe { ffi::sqlite3_bind_text64(self.raw(), at as c_int, start, length, keep, ffi::SQLITE_UTF8 as _) })
    }

    /// Binds bytes that live as long as the run, without copying.
    pub fn bind_blob(&mut self, at: usize, value: &'a [u8]) -> std::result::Result<(), Unbound> {
        self.blob(at, value, ffi::SQLITE_STATIC())
    }

    /// Binds bytes by copying them.
    pub fn bind_blob_copy(&mut self, at: usize, value: &[u8]) -> std::result::Result<(), Unbound> {
        self.blob(at, value, ffi::SQLITE_TRANSIENT())
    }

    fn blob(&mut self, at: usize, value: &[u8], keep: ffi::sqlite3_destructor_type) -> std::result::Result<(), Unbound> {
        let (start, length) = (value.as_ptr().cast(), value.len() as u64);
        // SAFETY: as for text. The pointer of an empty slice is not null, so no NULL is bound.
        bound(unsafe { ffi::sqlite3_bind_blob64(self.raw(), at as c_int, start, length, keep) })
    }

    // Rows

    /// Advances to the next row; `false` at the end.
    pub fn step(&mut self) -> Result<bool> {
        // SAFETY: the statement is not finalized.
        match unsafe { ffi::sqlite3_step(self.raw()) } {
            ffi::SQLITE_ROW => Ok(true),
            ffi::SQLITE_DONE => Ok(false),
            _ => Err(self.statement.failure()),
        }
    }

    pub fn columns(&self) -> usize {
        // SAFETY: the statement is not finalized.
        unsafe { ffi::sqlite3_column_count(self.raw()) as usize }
    }

    /// Returns a value of the current row; it is invalid after the next step.
    pub fn cell(&self, at: usize) -> Cell<'_> {
        // SAFETY: `self` is borrowed, so no step can intervene; an index out of range returns NULL.
        unsafe { cell(ffi::sqlite3_column_value(self.raw(), at as c_int)) }
    }

    pub fn name(&self, at: usize) -> String {
        // SAFETY: the statement is not finalized, and the name is copied immediately.
        let name = unsafe { copied(ffi::sqlite3_column_name(self.raw(), at as c_int)) }.unwrap_or_default();
        // An expression without an alias is named by its text.
        let written = if name.contains('`') { self.statement.written_name(at) } else { None };
        written.unwrap_or(name)
    }

    /// Returns the declared type of a column; `None` for expressions.
    pub fn declared(&self, at: usize) -> Option<String> {
        // SAFETY: as for the name.
        unsafe { copied(ffi::sqlite3_column_decltype(self.raw(), at as c_int)) }
    }

    /// Returns the declared types of the columns, where they hold for all rows.
    pub fn types(&mut self, handle: &Handle, text: &str) -> Result<&[Option<ColumnType>]> {
        // SAFETY: the statement is not finalized, and the count is not reset.
        let compiled = unsafe { ffi::sqlite3_stmt_status(self.raw(), ffi::SQLITE_STMTSTATUS_REPREPARE, 0) };
        let types = match self.statement.types.take() {
            Some((when, types)) if when == compiled => types,
            Some(_) | None => truth::types(handle, text, self)?,
        };
        Ok(&self.statement.types.insert((compiled, types)).1)
    }

    /// Returns the table of a column.
    pub fn table(&self, at: usize) -> Option<String> {
        // SAFETY: as for the name.
        unsafe { copied(ffi::sqlite3_column_table_name(self.raw(), at as c_int)) }
    }
}

impl Drop for Cursor<'_> {
    fn drop(&mut self) {
        // SAFETY: the statement is not finalized. It keeps no bindings afterwards. Reset repeats the error of
        // a failed step, which was already reported.
        unsafe {
            ffi::sqlite3_reset(self.raw());
            ffi::sqlite3_clear_bindings(self.raw());
        }
    }
}

fn bound(code: c_int) -> std::result::Result<(), Unbound> {
    if code == ffi::SQLITE_OK { Ok(()) } else { Err(Unbound(code)) }
}

/// # Safety
/// `value` is SQLite's, and is neither freed nor changed while the cell lives.
pub unsafe fn cell<'a>(value: *mut ffi::sqlite3_value) -> Cell<'a> {
    // SAFETY: by the caller's promise. The length is that of the text or blob, and is queried after the
    // pointer, as SQLite requires.
    unsafe {
        match ffi::sqlite3_value_type(value) {
            ffi::SQLITE_INTEGER => Cell::Int(ffi::sqlite3_value_int64(value)),
            ffi::SQLITE_FLOAT => Cell::Real(ffi::sqlite3_value_double(value)),
            ffi::SQLITE_TEXT => Cell::Text(slice(ffi::sqlite3_value_text(value), value)),
            ffi::SQLITE_BLOB => Cell::Blob(slice(ffi::sqlite3_value_blob(value).cast(), value)),
            _ => Cell::Null,
        }
    }
}

/// # Safety
/// `start` was just read from `value`, which does not change while the slice lives.
unsafe fn slice<'a>(start: *const u8, value: *mut ffi::sqlite3_value) -> &'a [u8] {
    if start.is_null() {
        return &[];
    }
    // SAFETY: the caller promises that many bytes at `start`.
    unsafe { std::slice::from_raw_parts(start, ffi::sqlite3_value_bytes(value) as usize) }
}

/// # Safety
/// `name` is null or NUL-terminated.
unsafe fn copied(name: *const c_char) -> Option<String> {
    // SAFETY: by the caller's promise.
    (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned())
}
