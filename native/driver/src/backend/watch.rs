//! A watched run: it is always driven to its end, even when it is cancelled meanwhile.

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

/// How long an interruption may still take once its statement has ended, before the connection is given up for it.
const LAST: Duration = Duration::from_secs(1);

/// How long a statement has to end before it is interrupted once more, the first time; then twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// How often another server may answer in the place of ours before the connection is given up.
const ELSEWHERE: u32 = 4;

impl<P: Peer> Link<P> {
    /// Does one run on the connection. When it must stop, it is cancelled on the server, and the answer is still read.
    pub async fn watch(&mut self, deadline: Deadline<'_>, work: impl AsyncFnOnce(&mut P, &Signals) -> Outcome) -> Result<Done> {
        let signals = Signals::default();
        // Until the answer was read nothing is known about the connection.
        self.healthy = false;
        let mut said = true;
        let (end, stop) = {
            let mut work = pin!(work(&mut self.inner, &signals));
            tokio::select! {
                biased;
                end = &mut work => (Some(end), None),
                // Rows that keep coming may use up the budget of the task, without which no clock is looked at.
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
            // The interruption is still on its way, and must not meet another statement.
            (true, Some(_)) if !said => Settled::Lost,
            (true, Some(_)) => settle(&mut self.inner).await,
        };
        self.healthy = settled != Settled::Lost;
        self.doomed |= !said;
        match (end, stop) {
            (Some(Ok(done)), stop) => match stop {
                // The interruption came after the statement, but hit its transaction: what it did is gone.
                Some(stop) if done.lost || settled == Settled::Aborted => Err(stop.into_error()),
                Some(_) | None => Ok(done),
            },
            (Some(Err(failure)), stop) => Err(failure.into_error::<P>(stop)),
            (None, Some(stop)) => Err(stop.into_error().with_hint("the server did not stop in time; the connection was given up")),
            (None, None) => Err(Error::new(Kind::Internal, "the statement ended without an answer")),
        }
    }
}

/// How the attempts to interrupt a statement ended.
enum Words {
    /// With the statement: each has arrived.
    Over,
    /// Each was answered by another server.
    Elsewhere,
    /// One is still on its way.
    Late,
}

/// Interrupts work until it ends; `None` when it does not in time. Then whether every interruption has arrived by that time.
/// A server that is between two messages, or busy compiling, ignores an interruption, so it is sent again.
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
        // The last interruption is awaited after the end: it must not hit the next statement.
        Ok(Ok(end)) => (Some(end), matches!(timeout(LAST, words).await, Ok(Words::Over | Words::Elsewhere))),
        Ok(Err(Words::Over)) => (timeout(PATIENCE, work).await.ok(), true),
        Ok(Err(Words::Elsewhere | Words::Late)) | Err(_) => (None, false),
    }
}

/// Sends the interruption once, over a connection made for it; `false` when another server answered. If it fails, the statement
/// simply goes on.
async fn interrupt<P: Peer>(options: &P::Options, interruption: &Interruption) -> bool {
    let Ok(mut side) = P::reach(options).await else { return true };
    let heard = side.interrupt(interruption).await.unwrap_or(true);
    let _ = side.close().await;
    heard
}

/// What an interrupted connection is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Settled {
    Ready,
    /// It can be used, but the transaction that is open on it takes nothing but a rollback.
    Aborted,
    /// It is of no more use.
    Lost,
}

/// Meets an interruption that came too late for its statement, so that the next one does not.
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
