//! SQLite after a fork: the child inherits the library's mutexes and its record of file locks.
//!
//! Neither can be repaired: a mutex held by another thread at the fork is never released in the child,
//! and the library takes a transaction of the parent for one of the child's. So running work is
//! counted, and a child that was forked meanwhile refuses to use SQLite.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use crate::error::{Error, Kind, Result};

/// The number of connections of this process that are working or in a transaction. A child keeps the
/// count of the fork.
static AT_WORK: AtomicUsize = AtomicUsize::new(0);

/// The id of the process that counts.
static COUNTING: AtomicU32 = AtomicU32::new(0);

/// Whether a connection is counted.
#[derive(Default)]
pub struct Turn(AtomicBool);

impl Turn {
    pub fn begins(&self) {
        if !self.0.swap(true, Ordering::AcqRel) {
            AT_WORK.fetch_add(1, Ordering::AcqRel);
        }
    }

    pub fn ends(&self) {
        if self.0.swap(false, Ordering::AcqRel) {
            AT_WORK.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.ends();
    }
}

/// Refuses to use the library in a child that was forked while its parent used it.
pub fn check() -> Result<()> {
    let process = std::process::id();
    if COUNTING.load(Ordering::Acquire) == process {
        return Ok(());
    }
    if AT_WORK.load(Ordering::Acquire) > 0 {
        let message = "this process was forked while its parent worked on an SQLite database, and inherited locks that nobody releases";
        return Err(Error::new(Kind::Forked, message)
            .with_hint("start workers with the spawn method, or fork before the first statement or between statements"));
    }
    COUNTING.store(process, Ordering::Release);
    Ok(())
}
