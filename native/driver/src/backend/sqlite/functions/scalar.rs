//! Registers scalar functions.

use std::ffi::{CStr, c_int};

use libsqlite3_sys as ffi;

use super::register::{Answered, FLAGS, answer, arguments, check, discard, named};
use crate::backend::sqlite::handle::Handle;
use crate::backend::sqlite::statement::Cell;
use crate::error::Result;

struct Scalar<F> {
    /// The prefix of error messages.
    name: Option<String>,
    function: F,
}

/// Registers a function of `count` arguments.
pub fn register<F>(handle: &Handle, name: &CStr, count: c_int, function: F) -> Result<()>
where
    F: Fn(&[Cell<'_>]) -> Answered + Send + 'static,
{
    create(handle, name, count, Scalar { name: Some(named(name)), function })
}

/// Registers a function that only our own SQL calls: its error messages do not name it.
pub fn refusing<F>(handle: &Handle, name: &CStr, count: c_int, function: F) -> Result<()>
where
    F: Fn(&[Cell<'_>]) -> Answered + Send + 'static,
{
    create(handle, name, count, Scalar { name: None, function })
}

fn create<F>(handle: &Handle, name: &CStr, count: c_int, scalar: Scalar<F>) -> Result<()>
where
    F: Fn(&[Cell<'_>]) -> Answered + Send + 'static,
{
    let kept = Box::into_raw(Box::new(scalar));
    // SAFETY: the database is open, the name is NUL-terminated, and SQLite frees the user data, even if it
    // fails.
    let code = unsafe {
        ffi::sqlite3_create_function_v2(
            handle.db().as_ptr(),
            name.as_ptr(),
            count,
            FLAGS,
            kept.cast(),
            Some(call::<F>),
            None,
            None,
            Some(discard::<Scalar<F>>),
        )
    };
    check(handle, code)
}

unsafe extern "C" fn call<F>(context: *mut ffi::sqlite3_context, count: c_int, values: *mut *mut ffi::sqlite3_value)
where
    F: Fn(&[Cell<'_>]) -> Answered,
{
    // SAFETY: SQLite passes the context and arguments of the call, and the user data of `register`. Only
    // one thread at a time uses the database.
    unsafe {
        let kept = &*ffi::sqlite3_user_data(context).cast::<Scalar<F>>();
        let first = if count > 0 { *values } else { std::ptr::null_mut() };
        answer(context, first, || {
            let complain = |reason| kept.name.as_ref().map_or_else(|| String::clone(&reason), |name| format!("{name}: {reason}"));
            (kept.function)(&arguments(count, values)).map_err(complain)
        });
    }
}
