//! Interrupts a running statement: on cancellation, after a budget of steps, or when a lock is not
//! released in time.

use std::ffi::{c_int, c_void};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use libsqlite3_sys as ffi;

/// SQLite calls the progress handler after this many virtual machine instructions.
const STEPS: c_int = 1_000;

/// How many progress callbacks a statement on the caller's thread is allowed: well below a millisecond.
const HERE: i32 = 3;

const UNLIMITED: i32 = i32::MAX;

/// The pauses between attempts to get a lock, in milliseconds; the last one repeats.
const NAPS: [u64; 8] = [0, 1, 1, 2, 3, 5, 8, 10];

/// One per connection, shared by its thread and the callers that wait for it.
pub struct Brake {
    /// The current statement is cancelled.
    pulled: AtomicBool,
    /// The remaining number of progress callbacks.
    allowance: AtomicI32,
    /// The lock timeout (`sqlite_busy_timeout`).
    patience: Duration,
    /// When the current wait for a lock began, in microseconds since `origin`.
    waiting_since: AtomicU64,
    origin: Instant,
    /// The current statement waited for a lock.
    waited: AtomicBool,
    /// The database while it is open.
    db: Mutex<Option<Open>>,
}

struct Open(NonNull<ffi::sqlite3>);

// SAFETY: used only for `sqlite3_interrupt`, which any thread may call on an open database; `detach`
// runs before it is closed.
unsafe impl Send for Open {}

impl Brake {
    pub fn new(patience: Duration) -> Self {
        Self {
            pulled: AtomicBool::new(false),
            allowance: AtomicI32::new(UNLIMITED),
            patience,
            waiting_since: AtomicU64::new(0),
            origin: Instant::now(),
            waited: AtomicBool::new(false),
            db: Mutex::new(None),
        }
    }

    /// Installs the progress and busy handlers on the database.
    ///
    /// # Safety
    /// The database must be open, and `detach` must be called before it is closed or the brake is moved or
    /// dropped.
    pub unsafe fn attach(&self, db: NonNull<ffi::sqlite3>) {
        let this: *mut c_void = std::ptr::from_ref(self).cast_mut().cast();
        // SAFETY: the caller promises that the database is open and that the brake outlives the handlers.
        unsafe {
            ffi::sqlite3_progress_handler(db.as_ptr(), STEPS, Some(progress), this);
            ffi::sqlite3_busy_handler(db.as_ptr(), Some(busy), this);
        }
        *self.db() = Some(Open(db));
    }

    /// Removes the handlers.
    pub fn detach(&self) {
        let Some(Open(db)) = self.db().take() else { return };
        // SAFETY: an attached database is open.
        unsafe {
            ffi::sqlite3_progress_handler(db.as_ptr(), 0, None, std::ptr::null_mut());
            ffi::sqlite3_busy_handler(db.as_ptr(), None, std::ptr::null_mut());
        }
    }

    fn db(&self) -> MutexGuard<'_, Option<Open>> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Called by the waiting caller before a statement: clears an earlier cancellation.
    pub fn release(&self) {
        self.pulled.store(false, Ordering::Release);
        self.allowance.store(UNLIMITED, Ordering::Relaxed);
        self.waited.store(false, Ordering::Relaxed);
    }

    /// The same for a statement on the caller's thread, which has a small budget and does not wait for
    /// locks.
    pub fn release_for_a_moment(&self) {
        self.release();
        self.allowance.store(HERE, Ordering::Relaxed);
    }

    /// Called by the waiting caller: interrupts the current statement.
    pub fn pull(&self) {
        self.pulled.store(true, Ordering::Release);
        // Also reaches loops inside SQLite that run no progress handler. A late interrupt has no effect on the
        // next statement.
        if let Some(Open(db)) = &*self.db() {
            // SAFETY: an attached database is open, and the mutex keeps it open.
            unsafe { ffi::sqlite3_interrupt(db.as_ptr()) };
        }
    }

    pub fn is_pulled(&self) -> bool {
        self.pulled.load(Ordering::Acquire)
    }

    /// Whether the statement used up its budget or met a lock.
    pub fn is_spent(&self) -> bool {
        self.allowance.load(Ordering::Relaxed) <= 0
    }

    /// Whether the statement waited for a lock before it failed.
    pub fn has_waited(&self) -> bool {
        self.waited.load(Ordering::Relaxed)
    }

    fn goes_on(&self) -> bool {
        if self.is_pulled() {
            return false;
        }
        let allowance = self.allowance.load(Ordering::Relaxed);
        if allowance == UNLIMITED {
            return true;
        }
        self.allowance.store(allowance.saturating_sub(1), Ordering::Relaxed);
        allowance > 1
    }

    /// Sleeps before the next attempt to get a lock; returns `false` to give up.
    fn waits_on(&self, round: usize) -> bool {
        if self.allowance.load(Ordering::Relaxed) != UNLIMITED {
            self.allowance.store(0, Ordering::Relaxed);
            return false;
        }
        let now = self.origin.elapsed();
        if round == 0 {
            self.waiting_since.store(now.as_micros() as u64, Ordering::Relaxed);
            self.waited.store(true, Ordering::Relaxed);
        }
        let since = Duration::from_micros(self.waiting_since.load(Ordering::Relaxed));
        let left = self.patience.saturating_sub(now.saturating_sub(since));
        if self.is_pulled() || left.is_zero() {
            return false;
        }
        let nap = NAPS.get(round).or(NAPS.last()).copied().unwrap_or_default();
        thread::sleep(Duration::from_millis(nap).min(left));
        true
    }
}

unsafe extern "C" fn progress(brake: *mut c_void) -> c_int {
    // SAFETY: the pointer is the attached brake, which lives as long as the database. Nothing here panics.
    let brake = unsafe { &*brake.cast::<Brake>() };
    c_int::from(!brake.goes_on())
}

unsafe extern "C" fn busy(brake: *mut c_void, round: c_int) -> c_int {
    // SAFETY: as in `progress`.
    let brake = unsafe { &*brake.cast::<Brake>() };
    c_int::from(brake.waits_on(round as usize))
}
