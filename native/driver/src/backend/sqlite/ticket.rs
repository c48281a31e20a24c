//! A pending reply from a connection's thread.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use super::brake::Brake;
use crate::error::{Error, Kind, Result};

struct Counter<T> {
    state: Mutex<State<T>>,
    answered: Condvar,
}

enum State<T> {
    Waiting(Option<Waker>),
    Answered(Result<T>),
    Taken,
}

/// The sending half. Dropping it without a reply replies that the thread is gone.
pub struct Reply<T>(Arc<Counter<T>>);

/// The waiting half. Dropping it before the reply interrupts the statement and blocks until the thread
/// has finished it, because the next statement on the connection releases the brake.
pub struct Ticket<T> {
    counter: Arc<Counter<T>>,
    brake: Arc<Brake>,
}

pub fn ticket<T>(brake: Arc<Brake>) -> (Reply<T>, Ticket<T>) {
    let counter = Arc::new(Counter { state: Mutex::new(State::Waiting(None)), answered: Condvar::new() });
    (Reply(Arc::clone(&counter)), Ticket { counter, brake })
}

impl<T> Counter<T> {
    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Only the first reply counts.
    fn answer(&self, answer: Result<T>) {
        let mut state = self.state();
        let State::Waiting(waker) = &mut *state else { return };
        let waker = waker.take();
        *state = State::Answered(answer);
        drop(state);
        self.answered.notify_all();
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl<T> Reply<T> {
    pub fn send(self, answer: Result<T>) {
        self.0.answer(answer);
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        self.0.answer(Err(gone()));
    }
}

/// Returns the error for a thread that has ended, which only a bug can cause.
fn gone() -> Error {
    Error::new(Kind::Internal, "the thread of the SQLite connection is gone")
}

impl<T> Future for Ticket<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let mut state = self.counter.state();
        match &mut *state {
            State::Waiting(waker) => {
                match waker {
                    Some(waker) => waker.clone_from(context.waker()),
                    None => *waker = Some(context.waker().clone()),
                }
                Poll::Pending
            }
            State::Answered(_) => match std::mem::replace(&mut *state, State::Taken) {
                State::Answered(answer) => Poll::Ready(answer),
                State::Waiting(_) | State::Taken => Poll::Ready(Err(gone())),
            },
            State::Taken => Poll::Ready(Err(gone())),
        }
    }
}

impl<T> Drop for Ticket<T> {
    fn drop(&mut self) {
        let mut state = self.counter.state();
        if matches!(*state, State::Waiting(_)) {
            self.brake.pull();
        }
        while matches!(*state, State::Waiting(_)) {
            state = self.counter.answered.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
