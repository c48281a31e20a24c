//! Runs a statement under observation: its answer is always read to the end, even if it is cancelled.

use std::pin::{Pin, pin};
use std::time::Duration;

use tokio::task::unconstrained;
use tokio::time::timeout;

use super::link::{Interruption, Link, Peer};
use super::outcome::{Done, Outcome};
use super::signals::Signals;
use crate::cancel::Cancel;
use crate::deadline::Deadline;
use crate::error::{Error, Kind, Result};

/// How long a cancelled statement may take to end before its connection is given up.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a cancel request may take after its statement has ended, before the connection is given up.
const LAST: Duration = Duration::from_secs(1);

/// The pause before the cancel request is repeated; doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// How often a different server may answer the cancel request before the connection is given up.
const ELSEWHERE: u32 = 4;

impl<P: Peer> Link<P> {
    /// Runs `work` on the connection. If it must stop, it is cancelled on the server and its answer is
    /// still read.
    pub async fn watch(&mut self, deadline: Deadline<'_>, work: impl AsyncFnOnce(&mut P, &Signals) -> Outcome) -> Result<Done> {
        let signals = Signals::default();
        // Until the answer is read, the state of the connection is unknown.
        self.healthy = false;
        let mut said = true;
        let (end, stop) = {
            let mut work = pin!(work(&mut self.inner, &signals));
            tokio::select! {
                biased;
                end = &mut work => (Some(end), None),
                // A stream of ready rows may exhaust the task's cooperative budget, and then timers never fire.
                stop = unconstrained(signals.stop(deadline)) => {
                    signals.discard.cancel();
                    let (end, heard) = match &self.interruption {
                        Some(interruption) => insist::<P, _>(work, &self.options, interruption).await,
                        None => (None, false),
                    };
                    said = heard;
                    (end, Some(stop))
                }
            }
        };
        let in_order = match &end {
            None => false,
            Some(Ok(_)) => true,
            Some(Err(failure)) => failure.server.as_ref().is_none_or(P::leaves_healthy),
        };
        let settled = match (in_order, stop) {
            (false, _) => Settled::Lost,
            (true, None) => Settled::Ready,
            // The cancel request is still in flight and could hit the next statement.
            (true, Some(_)) if !said => Settled::Lost,
            (true, Some(_)) => settle(&mut self.inner).await,
        };
        self.healthy = settled != Settled::Lost;
        self.doomed |= !said;
        match (end, stop) {
            (Some(Ok(done)), stop) => match stop {
                // The cancel request came after the statement but aborted its transaction: its changes are lost.
                Some(stop) if done.lost || settled == Settled::Aborted => Err(stop.into_error()),
                Some(_) | None => Ok(done),
            },
            (Some(Err(failure)), stop) => Err(failure.into_error::<P>(stop)),
            (None, Some(stop)) => Err(stop.into_error().with_hint("the server did not stop in time; the connection was given up")),
            (None, None) => Err(Error::new(Kind::Internal, "the statement ended without an answer")),
        }
    }
}

/// The outcome of the attempts to cancel a statement.
enum Words {
    /// The statement ended and all requests have arrived.
    Over,
    /// Every request was answered by a different server.
    Elsewhere,
    /// A request is still in flight.
    Late,
}

/// Cancels `work` until it ends; `None` if it does not in time. Also returns whether all cancel
/// requests have arrived by then.
/// The request is repeated, because a server between two messages, or one that is planning, ignores it.
async fn insist<P: Peer, W: Future>(work: Pin<&mut W>, options: &P::Options, interruption: &Interruption) -> (Option<W::Output>, bool) {
    let ended = Cancel::default();
    let work = async {
        let end = work.await;
        ended.cancel();
        end
    };
    let words = async {
        let (mut pause, mut elsewhere) = (FIRST_PAUSE, 0);
        while !ended.is_cancelled() {
            match timeout(interruption.patience, interrupt::<P>(options, interruption)).await {
                Ok(true) => {}
                Ok(false) if elsewhere == ELSEWHERE => return Words::Elsewhere,
                Ok(false) => elsewhere += 1,
                Err(_) => return Words::Late,
            }
            let _ = timeout(pause, ended.cancelled()).await;
            pause *= 2;
        }
        Words::Over
    };
    let (mut words, mut work) = (Box::pin(words), pin!(work));
    let first = timeout(PATIENCE, async {
        tokio::select! {
            biased;
            end = &mut work => Ok(end),
            words = &mut words => Err(words),
        }
    });
    match first.await {
        // The last request is awaited after the end, so that it cannot hit the next statement.
        Ok(Ok(end)) => (Some(end), matches!(timeout(LAST, words).await, Ok(Words::Over | Words::Elsewhere))),
        Ok(Err(Words::Over)) => (timeout(PATIENCE, work).await.ok(), true),
        Ok(Err(Words::Elsewhere | Words::Late)) | Err(_) => (None, false),
    }
}

/// Sends one cancel request over a new connection; `false` if a different server answered. If it fails,
/// the statement simply continues.
async fn interrupt<P: Peer>(options: &P::Options, interruption: &Interruption) -> bool {
    let Ok(mut side) = P::reach(options).await else { return true };
    let heard = side.interrupt(interruption).await.unwrap_or(true);
    let _ = side.close().await;
    heard
}

/// The state of a connection after cancelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settled {
    Ready,
    /// Usable, but its open transaction is aborted and accepts only a rollback.
    Aborted,
    /// Unusable.
    Lost,
}

/// Absorbs a cancel request that came too late for its statement, so that it does not hit the next one.
async fn settle<P: Peer>(connection: &mut P) -> Settled {
    for _ in 0..2 {
        match timeout(PATIENCE, connection.say("SELECT 1")).await {
            Ok(Ok(())) => return Settled::Ready,
            Ok(Err(error)) if P::is_interruption(&error) => {}
            Ok(Err(error)) if P::is_aborted(&error) => return Settled::Aborted,
            Ok(Err(error)) if P::leaves_healthy(&error) => return Settled::Ready,
            Ok(Err(_)) | Err(_) => return Settled::Lost,
        }
    }
    Settled::Lost
}
