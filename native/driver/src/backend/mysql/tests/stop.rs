//! Tests that statements can be stopped, and that the connection is clean afterwards.

use std::sync::Arc;
use std::time::Duration;

use super::{Connection, open, timed};
use crate::batch::Data;
use crate::cancel::Cancel;
use crate::deadline::Deadline;
use crate::error::Kind;
use crate::request::Request;
use crate::stream::{Finished, Limits, Message, channel};
use crate::tests::{raw, request};

const LONG: [&str; 3] = [
    "SELECT SLEEP(30)",
    "SELECT COUNT(*) FROM seq_1_to_100000 AS a, seq_1_to_100000 AS b WHERE a.seq <> b.seq",
    "SELECT * FROM seq_1_to_100000 AS a, seq_1_to_100000 AS b",
];

async fn cancelled(connection: &mut Connection, sql: &str, after: Duration) -> crate::error::Result<Finished> {
    let (step, cancel) = (raw(sql, 0), Cancel::default());
    let work = connection.execute(request(&step, &[], &cancel));
    let (end, ()) = tokio::join!(work, async {
        tokio::time::sleep(after).await;
        cancel.cancel();
    });
    end
}

#[tokio::test]
async fn a_cancelled_statement_ends_soon() {
    let Some(mut connection) = open().await else { return };
    for sql in LONG {
        for after in [0, 50] {
            let (end, took) = timed(cancelled(&mut connection, sql, Duration::from_millis(after))).await;
            assert_eq!(end.unwrap_err().kind, Kind::Cancelled, "{sql}");
            assert!(took < Duration::from_secs(2), "{sql} {took:?}");
            assert!(connection.is_in_order().await, "{sql}");
        }
    }
}

#[tokio::test]
async fn a_late_cancel_hits_nobody() {
    let Some(mut connection) = open().await else { return };
    for micros in (0..2_000).step_by(100) {
        // Both outcomes are right, but the next statement must not be affected.
        match cancelled(&mut connection, "SELECT 1", Duration::from_micros(micros)).await {
            Ok(finished) => assert_eq!(finished.last.unwrap().rows, 1),
            Err(error) => assert_eq!(error.kind, Kind::Cancelled),
        }
        assert!(connection.is_in_order().await);
    }
}

#[tokio::test]
async fn a_lost_word_is_said_again() {
    let (Some(mut connection), Some(mut other)) = (open().await, open().await) else { return };
    other.tell("CREATE OR REPLACE SEQUENCE oxyde_my_words").await.unwrap();
    let interruption = connection.interruption.as_mut().unwrap();
    interruption.word = format!("BEGIN NOT ATOMIC IF NEXTVAL(oxyde_my_words) > 3 THEN {}; END IF; END", interruption.word);
    let (end, took) = timed(cancelled(&mut connection, LONG[0], Duration::ZERO)).await;
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
    assert!(took > Duration::from_millis(350) && took < Duration::from_secs(2), "{took:?}");
    assert!(connection.is_in_order().await);
    other.tell("DROP SEQUENCE oxyde_my_words").await.unwrap();
}

#[tokio::test]
async fn a_statement_beyond_its_time_is_cancelled() {
    let Some(mut connection) = open().await else { return };
    for sql in LONG {
        let (step, never) = (raw(sql, 0), Cancel::default());
        let deadline = Deadline::from(&never).statement(Some(Duration::from_millis(200)));
        let (end, took) = timed(connection.execute(Request { deadline, ..request(&step, &[], &never) })).await;
        assert_eq!(end.unwrap_err().kind, Kind::Timeout, "{sql}");
        assert!(took > Duration::from_millis(190) && took < Duration::from_secs(2), "{sql} {took:?}");
        assert!(connection.is_in_order().await);
    }
}

#[tokio::test]
async fn rows_leave_in_batches() {
    let Some(mut connection) = open().await else { return };
    let limits = Limits { rows: 1_000, bytes: 1 << 20 };
    let (sink, mut receiver) = channel(limits, Arc::new(|| ()));
    let (step, cancel) = (raw("SELECT seq FROM seq_1_to_10500", 0), Cancel::default());
    let asked = Request { sink: Some(&sink), limits, ..request(&step, &[], &cancel) };
    let (end, numbers) = tokio::join!(connection.execute(asked), async {
        let mut numbers = Vec::new();
        for _ in 0..10 {
            let Some(Message::Batch(batch)) = receiver.recv().await else { panic!("no batch") };
            let Data::UInt64(values) = &batch.columns[0].data else { panic!("{batch:?}") };
            assert_eq!(batch.rows, 1_000);
            numbers.extend_from_slice(values);
        }
        numbers
    });
    assert!(numbers.into_iter().eq(1..=10_000));
    assert_eq!(end.unwrap().last.unwrap().rows, 500);
    assert!(sink.has_started());
}

#[tokio::test]
async fn a_reader_that_went_away_ends_the_statement() {
    let Some(mut connection) = open().await else { return };
    let (sink, receiver) = channel(Limits::MODELS, Arc::new(|| ()));
    drop(receiver);
    let (step, cancel) = (raw(LONG[2], 0), Cancel::default());
    let asked = Request { sink: Some(&sink), ..request(&step, &[], &cancel) };
    let (end, took) = timed(connection.execute(asked)).await;
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert!(connection.is_in_order().await);
}

#[tokio::test]
async fn a_reader_that_dozes_can_still_be_cancelled() {
    let Some(mut connection) = open().await else { return };
    let (sink, receiver) = channel(Limits::MODELS, Arc::new(|| ()));
    let (step, cancel) = (raw(LONG[2], 0), Cancel::default());
    let asked = Request { sink: Some(&sink), ..request(&step, &[], &cancel) };
    let ((end, took), ()) = tokio::join!(timed(connection.execute(asked)), async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        cancel.cancel();
    });
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
    assert!(took < Duration::from_secs(2), "{took:?}");
    drop(receiver);
    assert!(connection.is_in_order().await);
}
