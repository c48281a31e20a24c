//! Tests that a shape is planned once for a server, and again if the server was not known.

use std::sync::Arc;
use std::time::{Duration, Instant};

use oxyde_driver::Kind;
use oxyde_ir::{Value, wire};

use super::{engine, job, memory, number, program, run, step};
use crate::{Inputs, Job};

fn shape(json: &str) -> Vec<u8> {
    wire::encode(&wire::from_json(json).unwrap())
}

fn raw() -> Vec<u8> {
    shape(r#"{"v":2,"statement":{"raw":{"pieces":[{"text":"SELECT "},{"param":{"index":0,"type":"int"}},{"text":" + 1"}]}}}"#)
}

fn asked(plan: Arc<crate::Plan>) -> Job {
    Job { inputs: Arc::new(Inputs { params: vec![Value::Int(41)], bulk: None }), plan, ..job(program(vec![step("")])) }
}

#[tokio::test]
async fn a_shape_is_planned_once() {
    let engine = memory().await;
    let (first, second) = (engine.plan(&raw()).unwrap(), engine.plan(&raw()).unwrap());
    assert!(Arc::ptr_eq(&first, &second));
    assert_eq!(number(&run(&engine, asked(first)).await.unwrap().last.unwrap()), 42);
}

#[tokio::test]
async fn a_plan_for_no_server_is_made_again() {
    let engine = engine("sqlite::memory:");
    let plan = engine.plan(&raw()).unwrap();
    assert!(!Arc::ptr_eq(&plan, &engine.plan(&raw()).unwrap()));
    assert_eq!(number(&run(&engine, asked(plan)).await.unwrap().last.unwrap()), 42);
    assert!(Arc::ptr_eq(&engine.plan(&raw()).unwrap(), &engine.plan(&raw()).unwrap()));
}

#[tokio::test]
async fn noise_is_a_fault_of_ours() {
    let engine = memory().await;
    for noise in [&b""[..], b"\xc1", b"\x80"] {
        assert_eq!(engine.plan(noise).unwrap_err().kind, Kind::Internal);
    }
}

#[tokio::test]
async fn a_statement_ends_in_its_time() {
    let engine = memory().await;
    let endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let start = Instant::now();
    let limited = Job { timeout: Some(Duration::from_millis(100)), ..job(program(vec![step(endless)])) };
    assert_eq!(run(&engine, limited).await.unwrap_err().kind, Kind::Timeout);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    let cancelled = job(program(vec![step("SELECT 1")]));
    cancelled.cancel.cancel();
    assert_eq!(run(&engine, cancelled).await.unwrap_err().kind, Kind::Cancelled);
}
