//! Tests that an operation ends exactly once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use oxyde_driver::{ColumnBatch, Finished, Kind, Limits, Message, channel};

use crate::Ending;

#[tokio::test]
async fn the_end_is_sent_once() {
    let rung = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&rung);
    let notify = move || {
        counter.fetch_add(1, Ordering::SeqCst);
    };
    let (sink, mut receiver) = channel(Limits::MODELS, Arc::new(notify));
    Ending::new(sink).finish(Ok(Finished { affected: 7, ..Finished::default() })).await;
    assert!(matches!(receiver.recv().await, Some(Message::Done(Ok(Finished { affected: 7, .. })))));
    assert!(receiver.recv().await.is_none());
    assert_eq!(rung.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_task_that_panics_ends_with_an_error() {
    let (sink, mut receiver) = channel(Limits::MODELS, Arc::new(|| ()));
    let ending = Ending::new(sink.clone());
    // The channel is full: the end waits for room.
    sink.send(ColumnBatch::default()).await.unwrap();
    sink.send(ColumnBatch::default()).await.unwrap();
    drop(sink);
    let task = tokio::spawn(async move {
        let _ending = ending;
        panic!("on purpose");
    });
    assert!(task.await.is_err());
    assert!(matches!(receiver.recv().await, Some(Message::Batch(_))));
    assert!(matches!(receiver.recv().await, Some(Message::Batch(_))));
    assert!(matches!(receiver.recv().await, Some(Message::Done(Err(error))) if error.kind == Kind::Internal));
    assert!(receiver.recv().await.is_none());
}
