//! Tests of the backend on real databases: temporary files and memory.

mod decimals;
mod failing;
mod opening;
mod parts;
mod running;
mod stopping;
mod values;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use oxyde_ir::program::{Form, Fragment, Origin, Repeat, Slot, Step, Text};
use oxyde_ir::{ColumnType, Output, Program, Value};

use super::Connection;
use super::database::Database;
use crate::batch::ColumnBatch;
use crate::cancel::Cancel;
use crate::deadline::Deadline;
use crate::error::{Error, Result};
use crate::execution::{Execution, Inputs, Part};
use crate::request::Request;
use crate::settings::Settings;
use crate::stream::{Finished, Limits, Sink};
use crate::target::SqliteTarget;

/// A folder that is removed when dropped.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("oxyde-sqlite-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self) -> PathBuf {
        self.0.join("test.db")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn target(path: &Path) -> SqliteTarget {
    SqliteTarget { path: Some(path.to_owned()), read_only: false, create: true, immutable: false }
}

async fn open(path: &Path) -> Connection {
    Connection::open(&target(path), &Settings::default()).await.unwrap()
}

async fn memory() -> Connection {
    Connection::open(&SqliteTarget { path: None, read_only: false, create: true, immutable: false }, &Settings::default()).await.unwrap()
}

/// Returns a statement that runs once, with its parameters in order.
fn step(text: &str, parameters: usize, outputs: Option<&[(&str, ColumnType)]>) -> Step {
    let slot = |index: usize| Slot { origin: Origin::Param(index as u32), ty: ColumnType::Any, form: Form::Scalar };
    let output = |(name, ty): &(&str, ColumnType)| Output {
        name: (*name).to_owned(),
        ty: ty.clone(),
        nullable: true,
        table: String::new(),
        declared: false,
    };
    Step {
        text: Text::Fixed(Fragment { text: text.to_owned(), slots: (0..parameters).map(slot).collect() }),
        outputs: outputs.map(|outputs| outputs.iter().map(output).collect()),
        repeat: Repeat::Once,
        keep_keys: false,
        last_insert_id: false,
    }
}

/// Returns the text of a step that is not repeated.
fn fragment(step: &mut Step) -> &mut Fragment {
    let Text::Fixed(fragment) = &mut step.text else { panic!("a fixed text") };
    fragment
}

/// The inputs of a step.
#[derive(Default)]
struct With<'a> {
    params: &'a [Value],
    bulk: Option<&'a ColumnBatch>,
    keys: Option<&'a ColumnBatch>,
    cancel: Cancel,
    limit: Option<Duration>,
    sink: Option<&'a Sink>,
    point_read: bool,
}

/// Returns a program of one step with its inputs, except the keys of an earlier step.
fn execution(step: &Step, with: &With<'_>) -> Execution {
    let program = Program { steps: vec![step.clone()], point_read: with.point_read, ..Program::default() };
    let inputs = Inputs { params: with.params.to_vec(), bulk: with.bulk.cloned() };
    let limits = with.sink.map_or(Limits::MODELS, |sink| sink.limits);
    Execution {
        program: Arc::new(program),
        part: Part::Steps,
        inputs: Arc::new(inputs),
        sink: with.sink.cloned(),
        limits,
        max_bytes: usize::MAX,
        cursor: None,
    }
}

async fn run(connection: &mut Connection, step: &Step, with: With<'_>) -> Result<Finished> {
    let deadline = Deadline::from(&with.cancel).statement(with.limit);
    let Some(keys) = with.keys else { return connection.execute(&execution(step, &with), deadline).await };
    let (step, keys, params) = (step.clone(), keys.clone(), with.params.to_vec());
    let work = move |database: &mut Database| {
        let (never, limits) = (Cancel::default(), Limits::MODELS);
        let (deadline, params) = (Deadline::from(&never), params.as_slice());
        database.execute(&Request {
            step: &step,
            params,
            bulk: None,
            keys: Some(&keys),
            deadline,
            sink: None,
            limits,
            max_bytes: usize::MAX,
            point_read: false,
            prepared_anew: false,
        })
    };
    connection.line.run(work).await
}

/// Runs raw SQL.
async fn raw(connection: &mut Connection, text: &str, params: &[Value]) -> Result<Finished> {
    run(connection, &step(text, params.len(), None), With { params, ..With::default() }).await
}

/// Runs raw SQL that must succeed, and returns its rows.
async fn rows(connection: &mut Connection, text: &str, params: &[Value]) -> Vec<Vec<Value>> {
    table(&raw(connection, text, params).await.unwrap().last.unwrap())
}

/// Runs SQL for columns of these types.
async fn typed(connection: &mut Connection, text: &str, types: &[ColumnType]) -> Result<Vec<Vec<Value>>> {
    let outputs: Vec<_> = types.iter().map(|ty| ("c", ty.clone())).collect();
    let finished = run(connection, &step(text, 0, Some(&outputs)), With::default()).await?;
    Ok(table(&finished.last.unwrap()))
}

fn table(batch: &ColumnBatch) -> Vec<Vec<Value>> {
    (0..batch.rows).map(|row| batch.columns.iter().map(|column| column.value(row)).collect()).collect()
}

async fn failure(connection: &mut Connection, text: &str, params: &[Value]) -> Error {
    raw(connection, text, params).await.unwrap_err()
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn decimal(value: &str) -> Value {
    Value::Decimal(value.to_owned())
}

fn quiet() -> Arc<dyn Fn() + Send + Sync> {
    Arc::new(|| {})
}
