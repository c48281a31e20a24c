//! The threads that drive connections: one small runtime per process, started on first use.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};
use crate::os::PerProcess;

const WORKERS: usize = 2;

enum State {
    /// Not started yet.
    Asleep,
    Awake(Runtime),
    /// The interpreter is shutting down.
    Stopped,
}

/// The per-process state. A forked child makes its own and does not touch its parent's, whose locks may
/// have been held at the fork.
struct Once {
    state: Mutex<State>,
    running: Register,
}

static ONCE: PerProcess<Once> = PerProcess::new();

fn once() -> &'static Once {
    ONCE.get(|| Once { state: Mutex::new(State::Asleep), running: Register::default() })
}

impl Once {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns a handle to the runtime. A forked child starts its own: threads do not survive a fork.
pub fn handle() -> Result<Handle> {
    let mut state = once().state();
    match &*state {
        State::Awake(runtime) => return Ok(runtime.handle().clone()),
        State::Asleep => {}
        State::Stopped => return Err(Error::new(Kind::Closed, "Oxyde was shut down with the interpreter: nothing runs any more")),
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("oxyde")
        .enable_all()
        .build()
        .map_err(|error| Error::new(Kind::Internal, format!("cannot start the threads that drive connections: {error}")))?;
    let handle = runtime.handle().clone();
    *state = State::Awake(runtime);
    Ok(handle)
}

/// Stops the runtime: cancels running statements and waits for them at most `timeout`. Open
/// transactions end with their connections. Must not be called from a thread of the runtime.
pub fn shutdown(timeout: Duration) {
    let once = once();
    let State::Awake(runtime) = mem::replace(&mut *once.state(), State::Stopped) else { return };
    let until = Instant::now() + timeout;
    once.running.cancel_all(timeout);
    runtime.shutdown_timeout(until.saturating_duration_since(Instant::now()));
}

/// The running statements, so that shutdown can cancel them.
#[derive(Default)]
struct Register {
    cancels: Mutex<(u64, BTreeMap<u64, Cancel>)>,
    emptied: Condvar,
}

impl Register {
    fn cancels(&self) -> MutexGuard<'_, (u64, BTreeMap<u64, Cancel>)> {
        self.cancels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cancel_all(&self, timeout: Duration) {
        let cancels = self.cancels();
        for cancel in cancels.1.values() {
            cancel.cancel();
        }
        // A statement that did not finish in time ends with its thread.
        drop(self.emptied.wait_timeout_while(cancels, timeout, |cancels| !cancels.1.is_empty()));
    }
}

/// Registers a running statement until dropped.
pub(crate) struct UnderWay {
    register: &'static Register,
    id: u64,
}

impl UnderWay {
    pub fn new(cancel: &Cancel) -> Self {
        let register = &once().running;
        let mut cancels = register.cancels();
        cancels.0 += 1;
        let id = cancels.0;
        cancels.1.insert(id, cancel.clone());
        Self { register, id }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut cancels = self.register.cancels();
        cancels.1.remove(&self.id);
        if cancels.1.is_empty() {
            self.register.emptied.notify_all();
        }
    }
}
