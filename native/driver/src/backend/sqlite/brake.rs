//! What stops a running statement: a wish from outside, a budget of steps, a lock that does not come free.

use std::ffi::{c_int, c_void};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use libsqlite3_sys as ffi;

/// SQLite calls the progress handler after this many steps of its virtual machine.
const STEPS: c_int = 1_000;

/// How often it may ask during a statement that runs on the thread of its caller: well below a millisecond.
const HERE: i32 = 3;

const UNLIMITED: i32 = i32::MAX;

/// How long to wait for a lock before looking again, in milliseconds; the last for all further rounds.
const NAPS: [u64; 8] = [0, 1, 1, 2, 3, 5, 8, 10];

/// One for each connection, shared by its thread and those who wait for it.
pub struct Brake {
    /// The statement under way is not wanted any more.
    pulled: AtomicBool,
    /// How many more times SQLite may ask.
    allowance: AtomicI32,
    /// How long to wait for a lock.
    patience: Duration,
    /// When the present wait for a lock began, in microseconds since `origin`.
    waiting_since: AtomicU64,
    origin: Instant,
    /// The statement under way waited for a lock.
    waited: AtomicBool,
    /// The database, while it is open.
    db: Mutex<Option<Open>>,
}

struct Open(NonNull<ffi::sqlite3>);

// SAFETY: used for `sqlite3_interrupt` only, which any thread may call on an open database; `detach` comes before it is closed.
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

    /// Makes the database ask this brake.
    ///
    /// # Safety
    /// The database is open, and `detach` is called before it is closed or the brake moved or dropped.
    pub unsafe fn attach(&self, db: NonNull<ffi::sqlite3>) {
        let this: *mut c_void = std::ptr::from_ref(self).cast_mut().cast();
        // SAFETY: the database is open, and the brake is there whenever it calls, as the caller promises.
        unsafe {
            ffi::sqlite3_progress_handler(db.as_ptr(), STEPS, Some(progress), this);
            ffi::sqlite3_busy_handler(db.as_ptr(), Some(busy), this);
        }
        *self.db() = Some(Open(db));
    }

    /// The database no longer asks.
    pub fn detach(&self) {
        let Some(Open(db)) = self.db().take() else { return };
        // SAFETY: attached means open.
        unsafe {
            ffi::sqlite3_progress_handler(db.as_ptr(), 0, None, std::ptr::null_mut());
            ffi::sqlite3_busy_handler(db.as_ptr(), None, std::ptr::null_mut());
        }
    }

    fn db(&self) -> MutexGuard<'_, Option<Open>> {
        self.db.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Before a statement, by the one who will wait for it: nothing stops it so far.
    pub fn release(&self) {
        self.pulled.store(false, Ordering::Release);
        self.allowance.store(UNLIMITED, Ordering::Relaxed);
        self.waited.store(false, Ordering::Relaxed);
    }

    /// The same for a statement that may take only a moment and waits for no lock.
    pub fn release_for_a_moment(&self) {
        self.release();
        self.allowance.store(HERE, Ordering::Relaxed);
    }

    /// Stops the statement under way, by the one who waits for it.
    pub fn pull(&self) {
        self.pulled.store(true, Ordering::Release);
        // Reaches loops inside SQLite that do not ask. An interrupt that comes too late is forgotten when the next statement starts.
        if let Some(Open(db)) = &*self.db() {
            // SAFETY: attached means open, and the lock keeps it so.
            unsafe { ffi::sqlite3_interrupt(db.as_ptr()) };
        }
    }

    pub fn is_pulled(&self) -> bool {
        self.pulled.load(Ordering::Acquire)
    }

    /// The statement used up what a moment allows, or met a lock.
    pub fn is_spent(&self) -> bool {
        self.allowance.load(Ordering::Relaxed) <= 0
    }

    /// The statement waited for a lock before it failed.
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

    /// Waits briefly for a lock, for the `round`-th time; returns `false` to give up.
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
    // SAFETY: the pointer is the brake that was attached, and it is there as long as the database is. Nothing in here panics.
    let brake = unsafe { &*brake.cast::<Brake>() };
    c_int::from(!brake.goes_on())
}

unsafe extern "C" fn busy(brake: *mut c_void, round: c_int) -> c_int {
    // SAFETY: as in `progress`.
    let brake = unsafe { &*brake.cast::<Brake>() };
    c_int::from(brake.waits_on(round as usize))
}
