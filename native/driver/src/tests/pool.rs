//! Tests of the pool: no unrequested round trips, FIFO order, time limits, clean connections.

use std::time::{Duration, Instant};

use oxyde_ir::Value;

use super::{execution, number, on_lease, ours, pool, pool_with, raw, status};
use crate::cancel::Cancel;
use crate::deadline::Deadline;
use crate::error::Kind;
use crate::pool::{Pool, Status};
use crate::settings::Settings;
use crate::target::Target;

#[tokio::test]
async fn queries_are_not_accompanied() {
    let Some(pool) = pool(1).await else { return };
    let never = Cancel::default();
    let mut lease = pool.lease(&never).await.unwrap();
    // The two statements of each measurement are counted as well.
    let (asked, pings) = (status(&mut lease, "Questions").await, status(&mut lease, "Com_admin_commands").await);
    drop(lease);
    for n in 0..50 {
        let mut lease = pool.lease(&never).await.unwrap();
        let finished = lease.execute(&execution(&raw("SELECT ? + 1", 1), &[Value::Int(n)]), Deadline::from(&never)).await.unwrap();
        assert_eq!(number(&finished), n + 1);
    }
    let mut lease = pool.lease(&never).await.unwrap();
    assert_eq!(status(&mut lease, "Questions").await - asked, 50 + 2);
    assert_eq!(status(&mut lease, "Com_admin_commands").await, pings);
}

#[tokio::test]
async fn pings_come_when_they_are_asked_for() {
    let Some(pool) = pool_with(Settings { max_connections: Some(1), test_before_acquire: true, ..Settings::default() }).await else {
        return;
    };
    let never = Cancel::default();
    let mut lease = pool.lease(&never).await.unwrap();
    let pings = status(&mut lease, "Com_admin_commands").await;
    drop(lease);
    let mut lease = pool.lease(&never).await.unwrap();
    assert_eq!(status(&mut lease, "Com_admin_commands").await, pings + 1);
}

#[tokio::test]
async fn what_a_lease_left_open_is_rolled_back() {
    let Some(pool) = pool(1).await else { return };
    let never = Cancel::default();
    let mut lease = pool.lease(&never).await.unwrap();
    ours(&mut lease, "CREATE TEMPORARY TABLE oxyde_driver_left (n INT) ENGINE = InnoDB").await.unwrap();
    let id = number(&on_lease(&mut lease, "SELECT CONNECTION_ID()").await.unwrap());
    on_lease(&mut lease, "START TRANSACTION").await.unwrap();
    on_lease(&mut lease, "INSERT INTO oxyde_driver_left VALUES (1)").await.unwrap();
    drop(lease);
    let mut lease = pool.lease(&never).await.unwrap();
    assert_eq!(number(&on_lease(&mut lease, "SELECT CONNECTION_ID()").await.unwrap()), id);
    assert_eq!(number(&on_lease(&mut lease, "SELECT COUNT(*) FROM oxyde_driver_left").await.unwrap()), 0);
    assert_eq!(number(&on_lease(&mut lease, "SELECT @@in_transaction").await.unwrap()), 0);
}

#[tokio::test]
async fn an_exhausted_pool_says_so_in_time() {
    let settings = Settings { max_connections: Some(1), acquire_timeout: Duration::from_millis(200), ..Settings::default() };
    let Some(pool) = pool_with(settings).await else { return };
    let never = Cancel::default();
    let lease = pool.lease(&never).await.unwrap();
    let start = Instant::now();
    let error = pool.lease(&never).await.err().unwrap();
    assert_eq!(error.kind, Kind::PoolTimeout, "{error}");
    assert!((Duration::from_millis(190)..Duration::from_millis(400)).contains(&start.elapsed()), "{:?}", start.elapsed());
    drop(lease);
    assert!(pool.lease(&never).await.is_ok());
    assert_eq!(pool.status(), Status { size: 1, idle: 1, waiting: 0, max: 1 });
}

#[tokio::test]
async fn the_queue_is_left_when_cancelled() {
    let Some(pool) = pool(1).await else { return };
    let lease = pool.lease(&Cancel::default()).await.unwrap();
    let cancel = Cancel::default();
    let waiting = tokio::spawn({
        let (pool, cancel) = (pool.clone(), cancel.clone());
        async move { pool.lease(&cancel).await.err().unwrap() }
    });
    while pool.status().waiting == 0 {
        tokio::task::yield_now().await;
    }
    cancel.cancel();
    assert_eq!(waiting.await.unwrap().kind, Kind::Cancelled);
    assert_eq!(pool.status().waiting, 0);
    drop(lease);
}

#[tokio::test]
async fn waiters_are_served_in_order() {
    let Some(pool) = pool(1).await else { return };
    let lease = pool.lease(&Cancel::default()).await.unwrap();
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    for n in 0..10 {
        let (waiter, sender) = (pool.clone(), sender.clone());
        tokio::spawn(async move {
            let _lease = waiter.lease(&Cancel::default()).await.unwrap();
            sender.send(n).unwrap();
        });
        while pool.status().waiting <= n {
            tokio::task::yield_now().await;
        }
    }
    drop(lease);
    for n in 0..10 {
        assert_eq!(receiver.recv().await, Some(n));
    }
}

#[tokio::test]
async fn a_closed_port_is_told_at_once() {
    // A port that was bound and closed again, so nothing listens on it.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let target = Target::parse(&format!("mysql://ann:secret@127.0.0.1:{port}/shop"), &Settings::default()).unwrap();
    let start = Instant::now();
    let error = Pool::new(target, Settings::default()).unwrap().connect().await.unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(error.kind, Kind::ConnectionFailed);
    assert!(error.message.contains("\"ann\"") && error.message.contains(&port.to_string()), "{error}");
    assert!(!error.message.contains("secret"), "{error}");
}

#[tokio::test]
async fn a_closed_pool_lends_nothing() {
    let Some(pool) = pool(2).await else { return };
    let mut lease = pool.lease(&Cancel::default()).await.unwrap();
    pool.close().await;
    assert_eq!(pool.lease(&Cancel::default()).await.err().unwrap().kind, Kind::Closed);
    assert_eq!(number(&on_lease(&mut lease, "SELECT 1").await.unwrap()), 1);
    drop(lease);
    assert_eq!(pool.status().size, 0);
}

#[tokio::test]
async fn connections_that_idle_too_long_are_closed() {
    let settings = Settings { idle_timeout: Some(Duration::from_millis(100)), min_connections: Some(1), ..Settings::default() };
    let Some(pool) = pool_with(settings).await else { return };
    let never = Cancel::default();
    let leases = [pool.lease(&never).await.unwrap(), pool.lease(&never).await.unwrap()];
    drop(leases);
    assert_eq!(pool.status().size, 2);
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(pool.status().size, 1);
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_replaced() {
    let Some(pool) = pool(2).await else { return };
    let never = Cancel::default();
    let mut lease = pool.lease(&never).await.unwrap();
    let id = number(&on_lease(&mut lease, "SELECT CONNECTION_ID()").await.unwrap());
    drop(lease);
    let mut lease = pool.lease(&never).await.unwrap();
    let mut other = pool.lease(&never).await.unwrap();
    on_lease(&mut other, &format!("KILL {id}")).await.unwrap();
    let error = on_lease(&mut lease, "SELECT 1").await.unwrap_err();
    assert_eq!(error.kind, Kind::ConnectionFailed, "{error}");
    assert!(lease.was_stale(&error) && !other.was_stale(&error));
    pool.replace(&mut lease, &never).await.unwrap();
    assert_eq!(number(&on_lease(&mut lease, "SELECT 1").await.unwrap()), 1);
    assert_eq!(pool.status().size, 2);
}

#[test]
fn no_connections_are_refused() {
    let settings = Settings { max_connections: Some(0), ..Settings::default() };
    let target = Target::parse("mysql://host/db", &settings).unwrap();
    assert_eq!(Pool::new(target, settings).err().unwrap().kind, Kind::Field);
}
