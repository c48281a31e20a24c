//! What a forked child inherits of SQLite: one library with locks of its own, and locks on files that it believes to hold.
//!
//! SQLite keeps both in memory, where nothing can put them right: a lock that another thread held at the fork is never released in the
//! child, and a transaction of the parent's is one of the child's own process to the library. So the work under way is counted, and a
//! child that was forked meanwhile opens nothing.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use crate::error::{Error, Kind, Result};

/// How many connections of this process are at work, or in a transaction. A child sees the count of the fork, for ever.
static AT_WORK: AtomicUsize = AtomicUsize::new(0);

/// The process that counts.
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

/// Refuses to use the library in a process that was forked while its parent did.
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
