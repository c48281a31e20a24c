//! The threads that drive connections: one small runtime for the process, made when first needed.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Handle, Runtime};

use crate::cancel::Cancel;
use crate::error::{Error, Kind, Result};
use crate::os::Process;

const WORKERS: usize = 2;

enum State {
    /// Not needed so far.
    Asleep,
    Awake {
        runtime: Runtime,
        process: Process,
    },
    /// The interpreter ends.
    Stopped,
}

static STATE: Mutex<State> = Mutex::new(State::Asleep);

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The runtime's handle. A forked child gets a runtime of its own: the parent's threads did not come along.
pub fn handle() -> Result<Handle> {
    let mut state = state();
    match &*state {
        State::Awake { runtime, process } if process.is_current() => return Ok(runtime.handle().clone()),
        State::Asleep | State::Awake { .. } => {}
        State::Stopped => return Err(Error::new(Kind::Closed, "Oxyde was shut down with the interpreter: nothing runs any more")),
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("oxyde")
        .enable_all()
        .build()
        .map_err(|error| Error::new(Kind::Internal, format!("cannot start the threads that drive connections: {error}")))?;
    let handle = runtime.handle().clone();
    if let State::Awake { runtime, .. } = mem::replace(&mut *state, State::Awake { runtime, process: Process::current() }) {
        // Waiting for the parent's threads would never end.
        mem::forget(runtime);
    }
    Ok(handle)
}

/// Stops the runtime: cancels what runs, waits for it at most that long. Open transactions end with their connections.
/// Must not be called from a thread of the runtime.
pub fn shutdown(timeout: Duration) {
    let State::Awake { runtime, process } = mem::replace(&mut *state(), State::Stopped) else { return };
    if !process.is_current() {
        mem::forget(runtime);
        return;
    }
    let until = Instant::now() + timeout;
    RUNNING.cancel_all(timeout);
    runtime.shutdown_timeout(until.saturating_duration_since(Instant::now()));
}

/// The statements under way, so that the end of the process can stop them.
struct Register {
    cancels: Mutex<(u64, BTreeMap<u64, Cancel>)>,
    emptied: Condvar,
}

static RUNNING: Register = Register { cancels: Mutex::new((0, BTreeMap::new())), emptied: Condvar::new() };

impl Register {
    fn cancels(&self) -> MutexGuard<'_, (u64, BTreeMap<u64, Cancel>)> {
        self.cancels.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cancel_all(&self, timeout: Duration) {
        let cancels = self.cancels();
        for cancel in cancels.1.values() {
            cancel.cancel();
        }
        // What did not end in time ends with its thread.
        drop(self.emptied.wait_timeout_while(cancels, timeout, |cancels| !cancels.1.is_empty()));
    }
}

/// A statement under way, until it is dropped.
pub(crate) struct UnderWay(u64);

impl UnderWay {
    pub fn new(cancel: &Cancel) -> Self {
        let mut cancels = RUNNING.cancels();
        cancels.0 += 1;
        let id = cancels.0;
        cancels.1.insert(id, cancel.clone());
        Self(id)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        let mut cancels = RUNNING.cancels();
        cancels.1.remove(&self.0);
        if cancels.1.is_empty() {
            RUNNING.emptied.notify_all();
        }
    }
}
