//! The loop over what a statement returns.

use futures_util::StreamExt;
use futures_util::stream::BoxStream;
use sqlx::{Database, Either};

use super::breath::Breath;
use super::gather::{Gather, RowOf};
use super::link::Peer;
use super::outcome::{Done, Failure, Outcome};
use super::signals::Signals;
use crate::error::{Error, Kind};
use crate::stream::Sink;

pub type ResultOf<P> = <<P as sqlx::Connection>::Database as Database>::QueryResult;

/// What a statement returns: rows, and what the server says at the end of a result.
type Answer<'c, P> = BoxStream<'c, sqlx::Result<Either<ResultOf<P>, RowOf<P>>>>;

/// Gathers the rows, to the last of them, whoever loses interest meanwhile. Our own complaint about a row comes back when all are read.
pub async fn gather<P: Peer>(
    mut answer: Answer<'_, P>,
    gather: &mut Gather<'_, P>,
    sink: Option<&Sink>,
    signals: &Signals,
    done: &mut Done,
) -> Outcome<()> {
    let mut failed: Option<Error> = None;
    let mut results = 0;
    let mut breath = Breath::default();
    while let Some(item) = answer.next().await {
        breath.take().await;
        match item {
            Ok(Either::Left(result)) => {
                results += 1;
                P::count(&result, done);
            }
            Ok(Either::Right(row)) => {
                done.returned += 1;
                if failed.is_some() {
                    continue;
                }
                if signals.discard.is_cancelled() && (done.lost || gather.is_full()) {
                    done.lost = true;
                    continue;
                }
                let kept = if results == 0 {
                    gather.push(&row)
                } else {
                    Err(Error::new(Kind::Unsupported, "the statement returns several results; ask for one at a time"))
                };
                let sent = match (kept, sink) {
                    (Ok(()), Some(sink)) if gather.is_full() => signals.send(sink, gather.take(), done).await,
                    (kept, _) => kept,
                };
                if let Err(error) = sent {
                    signals.unwanted.cancel();
                    failed = Some(error);
                }
            }
            Err(error) => return Err(Failure { ours: failed, server: Some(error) }),
        }
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}
