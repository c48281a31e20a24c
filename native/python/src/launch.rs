//! Starts an operation: its future is polled once on the calling thread, then moved to the runtime.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use oxyde_driver::{Cancel, Finished, Limits, Notify, Result, channel, runtime};
use oxyde_engine::{Ending, Plan};
use pyo3::prelude::*;

use crate::error::exception;
use crate::operation::{Operation, Signal};
use crate::queue::Queue;

static NEXT_ID: AtomicU64 = AtomicU64::new(1);

/// Starts `work`, which sends its rows to its sink and ends it exactly once.
pub fn launch<F>(
    py: Python<'_>,
    queue: Option<&Bound<'_, Queue>>,
    plan: Option<Arc<Plan>>,
    limits: Limits,
    work: impl FnOnce(Cancel, Ending) -> F,
) -> PyResult<Operation>
where
    F: Future<Output = ()> + Send + 'static,
{
    let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
    let signal = Arc::new(Signal::default());
    let reports = queue.map(|queue| queue.get().reports());
    let raised = Arc::clone(&signal);
    let notify: Notify = Arc::new(move || {
        raised.raise();
        if let Some(reports) = &reports {
            reports.push(id);
        }
    });
    let (sink, receiver) = channel(limits, notify);
    let cancel = Cancel::default();
    let handle = runtime::handle().map_err(|error| exception(py, error))?;
    let mut future = Box::pin(work(cancel.clone(), Ending::new(sink)));
    let _inside = handle.enter();
    let first = catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(&mut Context::from_waker(Waker::noop()))));
    match first {
        Ok(Poll::Ready(())) => {}
        // The runtime polls it again at once and registers its own waker.
        Ok(Poll::Pending) => drop(handle.spawn(future)),
        // Dropping the future sends the end to the receiver.
        Err(_) => drop(future),
    }
    Ok(Operation::new(id, receiver, cancel, signal, plan))
}

/// The same for work without rows.
pub fn launch_quiet<F>(py: Python<'_>, queue: Option<&Bound<'_, Queue>>, work: impl FnOnce(Cancel) -> F) -> PyResult<Operation>
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    launch(py, queue, None, Limits::MODELS, |cancel, ending| {
        let work = work(cancel);
        async move {
            let done = work.await.map(|()| Finished::default());
            ending.finish(done).await;
        }
    })
}
