//! What all our SQL functions share: flags, arguments, results, and a guard against panics across the C
//! boundary.

use std::ffi::{CStr, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use libsqlite3_sys as ffi;

use crate::backend::sqlite::errors;
use crate::backend::sqlite::handle::Handle;
use crate::backend::sqlite::statement::{Cell, cell};
use crate::error::Result;

pub const FLAGS: c_int = ffi::SQLITE_UTF8 | ffi::SQLITE_DETERMINISTIC | ffi::SQLITE_INNOCUOUS;

/// The result of a function: text, bytes, a number, or NULL.
#[derive(Debug, PartialEq)]
pub enum Answer {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Blob(Vec<u8>),
    /// The first argument, unchanged.
    Given,
}

/// A result, or what is wrong with the arguments.
pub type Answered = std::result::Result<Answer, String>;

/// Converts the result code of a registration.
pub fn check(handle: &Handle, code: c_int) -> Result<()> {
    if code == ffi::SQLITE_OK {
        return Ok(());
    }
    let (code, message) = handle.last_error();
    Err(errors::from_code(code, &message))
}

/// Returns the arguments of a call.
///
/// # Safety
/// `values` are the `count` arguments that SQLite passed, and the result is dropped before the call
/// returns.
pub unsafe fn arguments<'a>(count: c_int, values: *mut *mut ffi::sqlite3_value) -> Vec<Cell<'a>> {
    // SAFETY: by the caller's promise.
    (0..count as usize).map(|at| unsafe { cell(*values.add(at)) }).collect()
}

/// Runs the work of a call and passes its result, error or panic to SQLite. Errors are reported as
/// `SQLITE_MISMATCH`, because they concern the values.
///
/// # Safety
/// `context` is that of the current call, and `given` its first argument, or null.
pub unsafe fn answer(context: *mut ffi::sqlite3_context, given: *mut ffi::sqlite3_value, work: impl FnOnce() -> Answered) {
    let (answered, code) = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(answered) => (answered, ffi::SQLITE_MISMATCH),
        Err(_) => (Err("a fault in a function of Oxyde's".to_owned()), ffi::SQLITE_INTERNAL),
    };
    // SAFETY: the context and the argument belong to the call; text and bytes are copied.
    unsafe {
        match answered {
            Ok(Answer::Given) if !given.is_null() => ffi::sqlite3_result_value(context, given),
            Ok(Answer::Null | Answer::Given) => ffi::sqlite3_result_null(context),
            Ok(Answer::Int(value)) => ffi::sqlite3_result_int64(context, value),
            Ok(Answer::Real(value)) => ffi::sqlite3_result_double(context, value),
            Ok(Answer::Text(text)) => {
                ffi::sqlite3_result_text64(
                    context,
                    text.as_ptr().cast(),
                    text.len() as u64,
                    ffi::SQLITE_TRANSIENT(),
                    ffi::SQLITE_UTF8 as _,
                );
            }
            Ok(Answer::Blob(bytes)) => {
                ffi::sqlite3_result_blob64(context, bytes.as_ptr().cast(), bytes.len() as u64, ffi::SQLITE_TRANSIENT());
            }
            Err(message) => {
                ffi::sqlite3_result_error(context, message.as_ptr().cast(), message.len() as c_int);
                ffi::sqlite3_result_error_code(context, code);
            }
        }
    }
}

/// Frees the user data of a function.
pub unsafe extern "C" fn discard<T>(kept: *mut c_void) {
    // SAFETY: SQLite passes the registered box of this type, once. A panic in its drop must not cross into
    // C.
    let _ = catch_unwind(AssertUnwindSafe(|| drop(unsafe { Box::from_raw(kept.cast::<T>()) })));
}

/// Returns a function's name, for messages.
pub fn named(name: &CStr) -> String {
    name.to_string_lossy().into_owned()
}
