//! What our aggregates share: the registration, and one accumulator per group or window.

use std::ffi::{CStr, c_int};

use libsqlite3_sys as ffi;

use super::register::{Answer, Answered, FLAGS, answer, arguments, check};
use crate::backend::sqlite::handle::Handle;
use crate::backend::sqlite::statement::Cell;
use crate::error::Result;

/// What an aggregate knows of the rows so far.
pub trait Accumulator: Default {
    /// Takes in the argument of a row.
    fn enter(&mut self, value: Cell<'_>);

    /// Removes the argument of the earliest row, which leaves the window.
    fn leave(&mut self, value: Cell<'_>);

    /// Returns the value of the aggregate; NULL is that of no rows.
    fn result(&self) -> Answered;
}

/// Registers an aggregate of one argument, which may be that of a window, too.
pub fn register<A: Accumulator>(handle: &Handle, name: &CStr) -> Result<()> {
    // SAFETY: the database is open, the name is NUL-terminated, and there is no user data to free.
    let code = unsafe {
        ffi::sqlite3_create_window_function(
            handle.db().as_ptr(),
            name.as_ptr(),
            1,
            FLAGS,
            std::ptr::null_mut(),
            Some(step::<A, false>),
            Some(finish::<A>),
            Some(value::<A>),
            Some(step::<A, true>),
            None,
        )
    };
    check(handle, code)
}

/// Returns where SQLite keeps the pointer to the accumulator of the current group; null if memory is
/// exhausted or there was no row.
///
/// # Safety
/// `context` is that of the current call.
unsafe fn place<A>(context: *mut ffi::sqlite3_context, make: bool) -> *mut *mut A {
    let size = if make { size_of::<*mut A>() } else { 0 };
    // SAFETY: by the caller's promise; SQLite's memory is zeroed and aligned for any type.
    unsafe { ffi::sqlite3_aggregate_context(context, size as c_int).cast() }
}

unsafe extern "C" fn step<A: Accumulator, const LEAVING: bool>(
    context: *mut ffi::sqlite3_context,
    count: c_int,
    values: *mut *mut ffi::sqlite3_value,
) {
    // SAFETY: SQLite passes the context and arguments of the call. The pointer is null or the box made
    // here, which only `finish` frees. A result is set only for errors.
    unsafe {
        let place = place::<A>(context, true);
        if place.is_null() {
            ffi::sqlite3_result_error_nomem(context);
            return;
        }
        let work = || {
            if (*place).is_null() {
                *place = Box::into_raw(Box::default());
            }
            let [value] = arguments(count, values)[..] else { return Err("it takes one argument".to_owned()) };
            if LEAVING {
                (**place).leave(value);
            } else {
                (**place).enter(value);
            }
            Ok(Answer::Null)
        };
        answer(context, std::ptr::null_mut(), work);
    }
}

unsafe extern "C" fn value<A: Accumulator>(context: *mut ffi::sqlite3_context) {
    // SAFETY: as in `step`; the accumulator stays in place.
    unsafe {
        let place = place::<A>(context, false);
        answer(context, std::ptr::null_mut(), || match place.as_ref().and_then(|kept| kept.as_ref()) {
            Some(kept) => kept.result(),
            None => Ok(Answer::Null),
        });
    }
}

unsafe extern "C" fn finish<A: Accumulator>(context: *mut ffi::sqlite3_context) {
    // SAFETY: SQLite calls this once per group, even if the statement failed, and the box is taken out of
    // its place.
    unsafe {
        let place = place::<A>(context, false);
        let kept = if place.is_null() { std::ptr::null_mut() } else { std::mem::replace(&mut *place, std::ptr::null_mut()) };
        answer(context, std::ptr::null_mut(), || {
            if kept.is_null() {
                return Ok(Answer::Null);
            }
            Box::from_raw(kept).result()
        });
    }
}
