//! Tests of pools, leases and sessions against a live MariaDB server.

mod commit;
mod pool;
mod proxy;
mod session;

use std::sync::Arc;
use std::time::Duration;

use oxyde_ir::Value;
use oxyde_ir::program::{Form, Fragment, Origin, Repeat, Slot, Step, Text};
use oxyde_ir::{ColumnType, Output, Program};

use crate::cancel::Cancel;
use crate::deadline::Deadline;
use crate::error::Result;
use crate::execution::{Execution, Inputs, Part};
use crate::pool::{Lease, Pool};
use crate::request::Request;
use crate::session::Guard;
use crate::settings::Settings;
use crate::stream::{Finished, Limits};
use crate::target::Target;

/// Returns the URL of the server; `None`, with a note on stderr, if there is none. Under CI a missing
/// server fails the test.
pub async fn server() -> Option<String> {
    let url = std::env::var("OXYDE_TEST_MARIADB_URL").unwrap_or_else(|_| "mariadb://root@127.0.0.1:3306".to_owned());
    let url = format!("{}/test", url.trim_end_matches('/'));
    let target = Target::parse(&url, &Settings::default()).unwrap();
    match Pool::new(target, Settings::default()).unwrap().connect().await {
        Ok(_) => Some(url),
        Err(error) if std::env::var("CI").as_deref() == Ok("true") => panic!("{error}"),
        Err(error) => {
            eprintln!("skipped: {error}");
            None
        }
    }
}

/// Returns a pool of at most `max` connections that waits for at most a second.
pub async fn pool(max: u32) -> Option<Pool> {
    pool_with(Settings { max_connections: Some(max), acquire_timeout: Duration::from_secs(1), ..Settings::default() }).await
}

pub async fn pool_with(settings: Settings) -> Option<Pool> {
    let target = Target::parse(&server().await?, &settings).unwrap();
    Some(Pool::new(target, settings).unwrap())
}

/// Returns a statement written by the application.
pub fn raw(sql: &str, params: usize) -> Step {
    let slot = |index| Slot { origin: Origin::Param(index as u32), ty: ColumnType::Any, form: Form::Scalar };
    Step {
        text: Text::Fixed(Fragment { text: sql.to_owned(), slots: (0..params).map(slot).collect() }),
        outputs: None,
        repeat: Repeat::Once,
        keep_keys: false,
        last_insert_id: false,
    }
}

/// Returns an output without a table.
pub fn output(name: &str, ty: ColumnType) -> Output {
    Output { name: name.to_owned(), ty, nullable: true, table: String::new(), declared: false }
}

/// Returns a request without bulk rows and without a sink.
pub fn request<'a>(step: &'a Step, params: &'a [Value], cancel: &'a Cancel) -> Request<'a> {
    let deadline = Deadline::from(cancel);
    Request {
        step,
        params,
        bulk: None,
        keys: None,
        deadline,
        sink: None,
        limits: Limits::MODELS,
        max_bytes: usize::MAX,
        point_read: false,
        prepared_anew: false,
    }
}

/// Returns the same as a program of one step.
pub fn execution(step: &Step, params: &[Value]) -> Execution {
    let program = Arc::new(Program { steps: vec![step.clone()], ..Program::default() });
    let inputs = Arc::new(Inputs { params: params.to_vec(), bulk: None });
    Execution { program, part: Part::Steps, inputs, sink: None, limits: Limits::MODELS, max_bytes: usize::MAX, cursor: None }
}

pub async fn on_lease(lease: &mut Lease, sql: &str) -> Result<Finished> {
    lease.execute(&execution(&raw(sql, 0), &[]), Deadline::from(&Cancel::default())).await
}

/// Runs the same as an internal statement, which leaves the session unchanged.
pub async fn ours(lease: &mut Lease, sql: &str) -> Result<Finished> {
    let step = Step { outputs: Some(Vec::new()), ..raw(sql, 0) };
    lease.execute(&execution(&step, &[]), Deadline::from(&Cancel::default())).await
}

pub async fn in_session(guard: &mut Guard, sql: &str) -> Result<Finished> {
    guard.execute(&execution(&raw(sql, 0), &[]), Deadline::from(&Cancel::default())).await
}

/// Returns the single value of a result.
pub fn value(finished: &Finished) -> Value {
    finished.last.as_ref().unwrap().columns[0].value(0)
}

/// Returns the single number of a result.
pub fn number(finished: &Finished) -> i64 {
    let Value::Int(number) = value(finished) else { panic!("{finished:?} is no integer") };
    number
}

/// Returns a number of `SHOW STATUS`, whose values are text in the second column.
pub async fn status(lease: &mut Lease, name: &str) -> i64 {
    let finished = on_lease(lease, &format!("SHOW SESSION STATUS LIKE '{name}'")).await.unwrap();
    let Value::Text(text) = finished.last.unwrap().columns[1].value(0) else { panic!("{name} is no text") };
    text.parse().unwrap()
}
