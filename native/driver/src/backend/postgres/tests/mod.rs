//! Tests of the backend against a live server: types in both directions, parameters, and how statements
//! end.

mod ends;
mod lists;
mod opening;
mod params;
mod speed;
mod types;

use std::sync::Arc;

use oxyde_ir::program::{Form, Fragment, Origin, Repeat, Slot, Step, Text};
use oxyde_ir::{ColumnType, Output, Value};

use super::{Connection, Way};
use crate::batch::ColumnBatch;
use crate::cancel::Cancel;
use crate::error::Result;
use crate::request::Request;
use crate::settings::Settings;
use crate::stream::{Finished, Limits};
use crate::target::{Address, Target};

const DEFAULT: &str = "postgresql://postgres@127.0.0.1:5432";

/// Returns the URL of the server's database `postgres`.
fn url() -> String {
    let server = std::env::var("OXYDE_TEST_POSTGRES_URL").unwrap_or_else(|_| DEFAULT.to_owned());
    format!("{}/postgres", server.trim_end_matches('/'))
}

async fn open_at(url: &str, settings: &Settings) -> Result<Connection> {
    let target = Target::parse(url, settings)?;
    let Address::Postgres(options) = target.address() else { panic!("{url} is not of PostgreSQL") };
    Connection::open(options, settings, &Way::default()).await
}

/// Returns a connection; `None`, with a note on stderr, if there is no server. Under CI a missing
/// server fails the test.
async fn open_with(settings: &Settings) -> Option<Connection> {
    match open_at(&url(), settings).await {
        Ok(connection) => Some(connection),
        Err(error) if std::env::var("CI").is_ok() => panic!("{error}"),
        Err(error) => {
            eprintln!("skipped: {error}");
            None
        }
    }
}

async fn open() -> Option<Connection> {
    open_with(&Settings::default()).await
}

fn slot(origin: Origin, form: Form) -> Slot {
    Slot { origin, ty: ColumnType::Any, form }
}

fn step(text: &str, slots: Vec<Slot>) -> Step {
    let text = Text::Fixed(Fragment { text: text.to_owned(), slots });
    Step { text, outputs: None, repeat: Repeat::Once, keep_keys: false, last_insert_id: false }
}

/// Returns a statement written by the application, with `params` placeholders.
fn raw(text: &str, params: usize) -> Step {
    step(text, (0..params).map(|index| slot(Origin::Param(index as u32), Form::Scalar)).collect())
}

fn request<'a>(step: &'a Step, params: &'a [Value], cancel: &'a Cancel) -> Request<'a> {
    let deadline = cancel.into();
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

impl Connection {
    async fn tell(&mut self, sql: &str) -> Result<()> {
        self.command(sql, &Cancel::default()).await
    }
}

async fn run(connection: &mut Connection, text: &str, params: &[Value]) -> Result<Finished> {
    connection.execute(request(&raw(text, params.len()), params, &Cancel::default())).await
}

/// Returns the rows of a statement as columns of the requested types.
async fn read_as(connection: &mut Connection, text: &str, wanted: &[ColumnType]) -> Result<ColumnBatch> {
    let output = |(index, ty): (usize, &ColumnType)| Output {
        name: format!("c{index}"),
        ty: ty.clone(),
        nullable: true,
        table: "t".into(),
        declared: false,
    };
    let step = Step { outputs: Some(wanted.iter().enumerate().map(output).collect()), ..raw(text, 0) };
    connection.execute(request(&step, &[], &Cancel::default())).await.map(|finished| finished.last.unwrap())
}

/// Returns the first row.
fn row(finished: &Finished) -> Vec<Value> {
    finished.last.as_ref().unwrap().columns.iter().map(|column| column.value(0)).collect()
}

/// Returns a notification that does nothing.
fn silence() -> crate::stream::Notify {
    Arc::new(|| {})
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn number(digits: &str) -> Value {
    Value::Decimal(digits.to_owned())
}
