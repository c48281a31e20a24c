//! Tests of the session: order, savepoints, no work after an error, time limits, rollback on drop.

use std::time::{Duration, Instant};

use super::proxy::Proxy;
use super::{execution, in_session, number, on_lease, ours, pool, pool_with, raw, server};
use crate::cancel::Cancel;
use crate::deadline::Deadline;
use crate::error::Kind;
use crate::pool::Pool;
use crate::session::{Begin, Guard, Isolation, Session};
use crate::settings::Settings;
use crate::target::Target;

/// Begins a transaction on the pool's only connection, which has an empty temporary table.
async fn begin(pool: &Pool, begin: Begin) -> (Session, Guard) {
    let mut lease = pool.lease(&Cancel::default()).await.unwrap();
    ours(&mut lease, "CREATE TEMPORARY TABLE IF NOT EXISTS oxyde_driver_session (n INT PRIMARY KEY) ENGINE = InnoDB").await.unwrap();
    drop(lease);
    let session = Session::new(pool.clone());
    let mut guard = session.lock(&Cancel::default()).await.unwrap();
    guard.begin(begin).await.unwrap();
    (session, guard)
}

async fn insert(guard: &mut Guard, n: u32) {
    in_session(guard, &format!("INSERT INTO oxyde_driver_session VALUES ({n})")).await.unwrap();
}

/// Returns the sum of the rows, as the next lease sees it.
async fn sum(pool: &Pool) -> i64 {
    let mut lease = pool.lease(&Cancel::default()).await.unwrap();
    assert_eq!(number(&on_lease(&mut lease, "SELECT @@in_transaction").await.unwrap()), 0);
    number(&on_lease(&mut lease, "SELECT CAST(COALESCE(SUM(n), 0) AS SIGNED) FROM oxyde_driver_session").await.unwrap())
}

#[tokio::test]
async fn savepoints_undo_what_came_after_them() {
    let Some(pool) = pool(1).await else { return };
    let (_session, mut guard) = begin(&pool, Begin::default()).await;
    insert(&mut guard, 1).await;
    guard.savepoint(1).await.unwrap();
    insert(&mut guard, 2).await;
    guard.savepoint(2).await.unwrap();
    insert(&mut guard, 4).await;
    guard.release(2).await.unwrap();
    guard.rollback_to(1).await.unwrap();
    guard.savepoint(1).await.unwrap();
    insert(&mut guard, 8).await;
    guard.release(1).await.unwrap();
    guard.commit().await.unwrap();
    assert_eq!(sum(&pool).await, 1 + 8);
}

#[tokio::test]
async fn a_broken_transaction_takes_no_work() {
    let Some(pool) = pool(1).await else { return };
    let (session, mut guard) = begin(&pool, Begin::default()).await;
    insert(&mut guard, 1).await;
    guard.savepoint(1).await.unwrap();
    let error = in_session(&mut guard, "INSERT INTO oxyde_driver_session VALUES (1)").await.unwrap_err();
    assert_eq!(error.kind, Kind::UniqueViolation);
    assert!(session.is_broken());
    for end in [in_session(&mut guard, "SELECT 1").await.map(drop), guard.savepoint(2).await, guard.release(1).await] {
        assert_eq!(end.unwrap_err().kind, Kind::BrokenTransaction);
    }
    guard.rollback_to(1).await.unwrap();
    assert!(!session.is_broken());
    insert(&mut guard, 2).await;
    guard.commit().await.unwrap();
    assert_eq!(sum(&pool).await, 3);
}

#[tokio::test]
async fn a_broken_transaction_is_not_committed() {
    let Some(pool) = pool(1).await else { return };
    let (_session, mut guard) = begin(&pool, Begin::default()).await;
    insert(&mut guard, 1).await;
    in_session(&mut guard, "SELECT nothing").await.unwrap_err();
    assert_eq!(guard.commit().await.unwrap_err().kind, Kind::BrokenTransaction);
    assert_eq!(pool.status().idle, 0);
    guard.rollback().await.unwrap();
    assert_eq!(sum(&pool).await, 0);
    assert_eq!(in_session(&mut guard, "SELECT 1").await.unwrap_err().kind, Kind::BrokenTransaction);
}

#[tokio::test]
async fn the_steps_of_a_statement_are_undone_and_the_transaction_stays_broken() {
    let Some(pool) = pool(1).await else { return };
    let (session, mut guard) = begin(&pool, Begin::default()).await;
    guard.savepoint(0).await.unwrap();
    insert(&mut guard, 1).await;
    in_session(&mut guard, "SELECT nothing").await.unwrap_err();
    guard.undo(0).await.unwrap();
    assert!(session.is_broken());
    guard.rollback().await.unwrap();
    assert!(!session.is_broken());
    assert_eq!(sum(&pool).await, 0);
}

#[tokio::test]
async fn a_forgotten_transaction_is_rolled_back() {
    let Some(pool) = pool(1).await else { return };
    let (session, mut guard) = begin(&pool, Begin::default()).await;
    insert(&mut guard, 1).await;
    drop(guard);
    assert_eq!(pool.status().idle, 0);
    drop(session);
    assert_eq!(sum(&pool).await, 0);
}

#[tokio::test]
async fn a_statement_beyond_the_transactions_time_is_cancelled() {
    let Some(pool) = pool(1).await else { return };
    let (session, mut guard) = begin(&pool, Begin { timeout: Some(Duration::from_millis(300)), ..Begin::default() }).await;
    insert(&mut guard, 1).await;
    let start = Instant::now();
    let error = in_session(&mut guard, "SELECT SLEEP(20)").await.unwrap_err();
    assert_eq!(error.kind, Kind::TransactionTimeout, "{error}");
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    drop(guard);
    assert_eq!(sum(&pool).await, 0);
    let mut guard = session.lock(&Cancel::default()).await.unwrap();
    assert_eq!(guard.commit().await.unwrap_err().kind, Kind::TransactionTimeout);
}

#[tokio::test]
async fn a_transaction_that_idles_beyond_its_time_is_rolled_back() {
    let settings = Settings { max_connections: Some(1), transaction_timeout: Some(Duration::from_millis(100)), ..Settings::default() };
    let Some(pool) = pool_with(settings).await else { return };
    let (session, mut guard) = begin(&pool, Begin::default()).await;
    insert(&mut guard, 1).await;
    drop(guard);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(pool.status().idle, 1);
    let mut guard = session.lock(&Cancel::default()).await.unwrap();
    for end in [in_session(&mut guard, "SELECT 1").await.map(drop), guard.rollback_to(1).await, guard.commit().await] {
        assert_eq!(end.unwrap_err().kind, Kind::TransactionTimeout);
    }
    guard.rollback().await.unwrap();
    assert_eq!(sum(&pool).await, 0);
}

#[tokio::test]
async fn transactions_out_of_time_are_looked_for_now_and_then() {
    let (timeout, interval) = (Some(Duration::from_millis(100)), Some(Duration::from_secs(1)));
    let settings =
        Settings { max_connections: Some(1), transaction_timeout: timeout, transaction_cleanup_interval: interval, ..Settings::default() };
    let Some(pool) = pool_with(settings).await else { return };
    let start = Instant::now();
    let (session, guard) = begin(&pool, Begin::default()).await;
    drop(guard);
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(pool.status().idle, 0);
    let mut guard = session.lock(&Cancel::default()).await.unwrap();
    assert_eq!(in_session(&mut guard, "SELECT 1").await.unwrap_err().kind, Kind::TransactionTimeout);
    drop(guard);
    while pool.status().idle == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!((Duration::from_millis(900)..Duration::from_secs(3)).contains(&start.elapsed()), "{:?}", start.elapsed());
}

#[tokio::test]
async fn levels_and_read_only_reach_the_server() {
    let Some(pool) = pool(1).await else { return };
    let asked = Begin { isolation: Some(Isolation::Serializable), read_only: true, ..Begin::default() };
    let (_session, mut guard) = begin(&pool, asked).await;
    let error = in_session(&mut guard, "DELETE FROM mysql.servers WHERE FALSE").await.unwrap_err();
    assert_eq!(error.detail.sqlstate.as_deref(), Some("25006"), "{error}");
    guard.rollback().await.unwrap();
    assert_eq!(sum(&pool).await, 0);
}

#[tokio::test]
async fn statements_wait_for_their_turn_or_leave() {
    let Some(pool) = pool(1).await else { return };
    let (session, mut guard) = begin(&pool, Begin::default()).await;
    let cancel = Cancel::default();
    let waiting = tokio::spawn({
        let (session, cancel) = (session.clone(), cancel.clone());
        async move { session.lock(&cancel).await.err().unwrap() }
    });
    tokio::task::yield_now().await;
    cancel.cancel();
    assert_eq!(waiting.await.unwrap().kind, Kind::Cancelled);
    insert(&mut guard, 1).await;
    guard.commit().await.unwrap();
    assert_eq!(sum(&pool).await, 1);
}

#[tokio::test]
async fn a_cancelled_statement_breaks_the_transaction_only() {
    let Some(pool) = pool(1).await else { return };
    let (session, mut guard) = begin(&pool, Begin::default()).await;
    let cancel = Cancel::default();
    let asked = execution(&raw("SELECT SLEEP(20)", 0), &[]);
    let (end, ()) = tokio::join!(guard.execute(&asked, Deadline::from(&cancel)), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        cancel.cancel();
    });
    assert_eq!(end.unwrap_err().kind, Kind::Cancelled);
    assert!(session.is_broken());
    guard.rollback().await.unwrap();
    assert_eq!(sum(&pool).await, 0);
}

#[tokio::test]
async fn a_commit_without_an_answer_is_unknown() {
    let Some(url) = server().await else { return };
    let proxy = Proxy::to(&url, "COMMIT").await;
    let settings = Settings { max_connections: Some(1), ..Settings::default() };
    let pool = Pool::new(Target::parse(&proxy.url, &settings).unwrap(), settings).unwrap();
    let (session, mut guard) = begin(&pool, Begin::default()).await;
    insert(&mut guard, 1).await;
    let error = guard.commit().await.unwrap_err();
    assert_eq!(error.kind, Kind::CommitOutcomeUnknown, "{error}");
    drop((guard, session));
    // The connection was not reused: its temporary table is gone.
    let mut lease = pool.lease(&Cancel::default()).await.unwrap();
    assert_eq!(on_lease(&mut lease, "SELECT n FROM oxyde_driver_session").await.unwrap_err().kind, Kind::Database);
}
