//! Tests of the engine from shapes and programs to rows, on SQLite in memory; tests that need a server
//! which can disconnect use MariaDB.

mod atomic;
mod ending;
mod planning;
mod stale;

use std::sync::Arc;

use oxyde_driver::{Cancel, ColumnBatch, Finished, Limits, Message, Pool, Result, Settings, Target, channel};
use oxyde_ir::program::{Form, Fragment, Origin, Repeat, Slot, Step, Text};
use oxyde_ir::{ColumnType, Output, Program, Value};

use crate::{Ending, Engine, Job, Plan};

fn engine(url: &str) -> Engine {
    let settings = Settings { max_connections: Some(2), ..Settings::default() };
    Engine::new(Pool::new(Target::parse(url, &settings).unwrap(), settings).unwrap())
}

/// Returns an engine over an empty in-memory database with a table `t` of a key and a name.
async fn memory() -> Engine {
    let engine = engine("sqlite::memory:");
    engine.pool().connect().await.unwrap();
    run(&engine, job(program(vec![step("CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL)")]))).await.unwrap();
    engine
}

fn step(sql: &str) -> Step {
    Step {
        text: Text::Fixed(Fragment { text: sql.to_owned(), slots: Vec::new() }),
        outputs: None,
        repeat: Repeat::Once,
        keep_keys: false,
        last_insert_id: false,
    }
}

/// Returns a step with one placeholder.
fn step_of(sql: &str, origin: Origin) -> Step {
    let slots = vec![Slot { origin, ty: ColumnType::Any, form: Form::Scalar }];
    Step { text: Text::Fixed(Fragment { text: sql.to_owned(), slots }), ..step("") }
}

fn output(name: &str, ty: ColumnType) -> Output {
    Output { name: name.to_owned(), ty, nullable: true, table: String::new(), declared: false }
}

/// Returns a program whose last step is the result.
fn program(steps: Vec<Step>) -> Program {
    Program { result: steps.len() - 1, steps, ..Program::default() }
}

fn job(program: Program) -> Job {
    Job {
        plan: Arc::new(Plan::new(program)),
        inputs: Arc::default(),
        session: None,
        cancel: Cancel::default(),
        timeout: None,
        streams: false,
        cursor: None,
    }
}

/// Runs a job and returns its last message.
async fn run(engine: &Engine, job: Job) -> Result<Finished> {
    let (sink, mut receiver) = channel(Limits::MODELS, Arc::new(|| ()));
    engine.run(job, Ending::new(sink)).await;
    loop {
        match receiver.recv().await.unwrap() {
            Message::Batch(_) => {}
            Message::Done(end) => return end,
        }
    }
}

async fn ask(engine: &Engine, sql: &str) -> Result<Finished> {
    run(engine, job(program(vec![step(sql)]))).await
}

/// Returns the number of rows in `t`.
async fn count(engine: &Engine) -> i64 {
    number(&ask(engine, "SELECT count(*) FROM t").await.unwrap().last.unwrap())
}

fn number(batch: &ColumnBatch) -> i64 {
    let Value::Int(number) = batch.columns[0].value(0) else { panic!("{batch:?} is no integer") };
    number
}
