//! Exact sums and averages of decimals, over groups and over windows.

use std::ffi::{CStr, c_int};

use libsqlite3_sys as ffi;

use super::number::Number;
use super::register::{Answer, Answered, FLAGS, answer, arguments, check};
use crate::backend::sqlite::handle::Handle;
use crate::backend::sqlite::statement::Cell;
use crate::error::Result;

/// The total so far; NULLs are ignored.
#[derive(Default)]
struct Total {
    sum: Number,
    count: i64,
    /// A value was not a decimal.
    fault: Option<String>,
}

impl Total {
    fn take_in(&mut self, arguments: &[Cell<'_>], is_leaving: bool) {
        let [value] = arguments else { return };
        match Number::of(*value) {
            Ok(None) => {}
            Ok(Some(number)) if is_leaving => {
                self.sum = self.sum.subtract(&number);
                self.count -= 1;
            }
            Ok(Some(number)) => {
                self.sum = self.sum.add(&number);
                self.count += 1;
            }
            Err(reason) => self.fault = Some(reason),
        }
    }

    /// Returns NULL if there was no value.
    fn result(&self, average: bool) -> Answered {
        if let Some(reason) = &self.fault {
            return Err(format!("oxyde_decimal_{}: {reason}", if average { "avg" } else { "sum" }));
        }
        if self.count == 0 {
            return Ok(Answer::Null);
        }
        let result = if average { self.sum.divide(&Number::from(self.count)) } else { None };
        Ok(Answer::Text(result.as_ref().unwrap_or(&self.sum).text()))
    }
}

pub fn register(handle: &Handle) -> Result<()> {
    one::<false>(handle, c"oxyde_decimal_sum")?;
    one::<true>(handle, c"oxyde_decimal_avg")
}

fn one<const AVERAGE: bool>(handle: &Handle, name: &CStr) -> Result<()> {
    // SAFETY: the database is open, the name is NUL-terminated, and there is no user data to free.
    let code = unsafe {
        ffi::sqlite3_create_window_function(
            handle.db().as_ptr(),
            name.as_ptr(),
            1,
            FLAGS,
            std::ptr::null_mut(),
            Some(step::<false>),
            Some(finish::<AVERAGE>),
            Some(value::<AVERAGE>),
            Some(step::<true>),
            None,
        )
    };
    check(handle, code)
}

/// Returns where SQLite keeps the pointer to the total of the current group; null if memory is
/// exhausted or there was no row.
///
/// # Safety
/// `context` is that of the current call.
unsafe fn place(context: *mut ffi::sqlite3_context, make: bool) -> *mut *mut Total {
    let size = if make { size_of::<*mut Total>() } else { 0 };
    // SAFETY: by the caller's promise; SQLite's memory is zeroed and aligned for any type.
    unsafe { ffi::sqlite3_aggregate_context(context, size as c_int).cast() }
}

unsafe extern "C" fn step<const LEAVING: bool>(context: *mut ffi::sqlite3_context, count: c_int, values: *mut *mut ffi::sqlite3_value) {
    // SAFETY: SQLite passes the context and arguments of the call. The pointer is null or the box made
    // here, which only `finish` frees. A result is set only for panics.
    unsafe {
        let place = place(context, true);
        if place.is_null() {
            ffi::sqlite3_result_error_nomem(context);
            return;
        }
        let work = || {
            if (*place).is_null() {
                *place = Box::into_raw(Box::default());
            }
            (**place).take_in(&arguments(count, values), LEAVING);
            Ok(Answer::Null)
        };
        answer(context, std::ptr::null_mut(), work);
    }
}

unsafe extern "C" fn value<const AVERAGE: bool>(context: *mut ffi::sqlite3_context) {
    // SAFETY: as in `step`; the total stays in place.
    unsafe {
        let place = place(context, false);
        answer(context, std::ptr::null_mut(), || match place.as_ref().and_then(|total| total.as_ref()) {
            Some(total) => total.result(AVERAGE),
            None => Ok(Answer::Null),
        });
    }
}

unsafe extern "C" fn finish<const AVERAGE: bool>(context: *mut ffi::sqlite3_context) {
    // SAFETY: SQLite calls this once per group, even if the statement failed, and the box is taken out of
    // its place.
    unsafe {
        let place = place(context, false);
        let total = if place.is_null() { std::ptr::null_mut() } else { std::mem::replace(&mut *place, std::ptr::null_mut()) };
        answer(context, std::ptr::null_mut(), || {
            if total.is_null() {
                return Ok(Answer::Null);
            }
            Box::from_raw(total).result(AVERAGE)
        });
    }
}
