//! Tests that COMMIT reports what the server did: a transaction that was aborted or over is never
//! reported as committed.

use super::{on_lease, pool};
use crate::cancel::Cancel;
use crate::error::Kind;
use crate::pool::Pool;
use crate::session::Begin;
use crate::settings::Settings;
use crate::target::Target;

/// Returns a PostgreSQL pool; `None` if there is no server.
async fn postgres() -> Option<Pool> {
    let server = std::env::var("OXYDE_TEST_POSTGRES_URL").unwrap_or_else(|_| "postgresql://postgres@127.0.0.1:5432".to_owned());
    let settings = Settings { max_connections: Some(1), ..Settings::default() };
    let target = Target::parse(&format!("{}/postgres", server.trim_end_matches('/')), &settings).unwrap();
    let pool = Pool::new(target, settings).unwrap();
    match pool.connect().await {
        Ok(_) => Some(pool),
        Err(error) if std::env::var("CI").as_deref() == Ok("true") => panic!("{error}"),
        Err(error) => {
            eprintln!("skipped: {error}");
            None
        }
    }
}

/// Commits after statements that bypass our own bookkeeping.
async fn commits_after(pool: &Pool, texts: &[&str]) -> Option<Kind> {
    let mut lease = pool.lease(&Cancel::default()).await.unwrap();
    lease.begin(Begin::default()).await.unwrap();
    for text in texts {
        let _ = on_lease(&mut lease, text).await;
    }
    let end = lease.commit().await.err().map(|error| error.kind);
    assert!(lease.is_healthy());
    on_lease(&mut lease, "SELECT 1").await.unwrap();
    end
}

#[tokio::test]
async fn an_aborted_transaction_is_not_committed() {
    let Some(pool) = postgres().await else { return };
    assert_eq!(commits_after(&pool, &["SELECT 1"]).await, None);
    assert_eq!(commits_after(&pool, &["SELECT 1 / 0"]).await, Some(Kind::BrokenTransaction));
    assert_eq!(commits_after(&pool, &["COMMIT"]).await, Some(Kind::BrokenTransaction));
}

#[tokio::test]
async fn a_transaction_that_ended_is_not_committed() {
    let Some(pool) = pool(1).await else { return };
    assert_eq!(commits_after(&pool, &["SELECT 1", "SELECT nothing"]).await, None);
    for texts in [&["COMMIT"][..], &["SET DEFAULT ROLE NONE"], &["COMMIT AND CHAIN"], &["ROLLBACK", "START TRANSACTION"]] {
        assert_eq!(commits_after(&pool, texts).await, Some(Kind::BrokenTransaction), "{texts:?}");
    }
}
