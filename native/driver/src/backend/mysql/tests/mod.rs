//! Tests of the backend against a live server: MariaDB, or the one that `OXYDE_TEST_MARIADB_URL` names.

mod bulk;
mod errors;
mod stop;
mod types;

use std::time::Duration;

use oxyde_ir::{Output, Value};

use super::Connection;
use crate::batch::{Column, Data};
use crate::cancel::Cancel;
use crate::error::Result;
use crate::settings::Settings;
use crate::stream::Finished;
use crate::target::{Address, Target};
use crate::tests::{raw, request, server};

/// Returns a connection, or `None` if there is no server.
async fn open() -> Option<Connection> {
    open_with(&Settings::default()).await
}

async fn open_with(settings: &Settings) -> Option<Connection> {
    let url = server().await?;
    Some(connect(&url, settings).await.unwrap())
}

async fn connect(url: &str, settings: &Settings) -> Result<Connection> {
    let Address::Mysql(options) = Target::parse(url, settings).unwrap().address().clone() else { panic!("{url}") };
    Box::pin(Connection::open(&options, settings)).await
}

impl Connection {
    async fn tell(&mut self, sql: &str) -> Result<()> {
        self.command(sql, &Cancel::default()).await
    }

    async fn ask(&mut self, sql: &str, params: &[Value]) -> Result<Finished> {
        self.execute(request(&raw(sql, params.len()), params, &Cancel::default())).await
    }

    /// Returns the columns of a statement's result.
    async fn columns(&mut self, sql: &str) -> Vec<Column> {
        self.ask(sql, &[]).await.unwrap().last.unwrap().columns
    }

    /// Returns the only column of a statement's result.
    async fn column(&mut self, sql: &str) -> Data {
        self.columns(sql).await.remove(0).data
    }

    /// The same with outputs declared by a model.
    async fn outputs(&mut self, sql: &str, outputs: Vec<Output>) -> Result<Vec<Column>> {
        let mut step = raw(sql, 0);
        step.outputs = Some(outputs);
        let finished = self.execute(request(&step, &[], &Cancel::default())).await?;
        Ok(finished.last.unwrap().columns)
    }

    /// Whether the connection still answers in order.
    async fn is_in_order(&mut self) -> bool {
        self.is_healthy()
            && self.column("SELECT 41 + 1").await == Data::Int32(vec![42])
            && self.column("SELECT 'nonce'").await == Data::Text(text(&["nonce"]))
    }
}

fn text(values: &[&str]) -> crate::batch::TextColumn {
    let mut column = crate::batch::TextColumn::default();
    for value in values {
        assert!(column.push(value.as_bytes()));
    }
    column
}

/// Returns how long work took.
async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let start = std::time::Instant::now();
    let end = work.await;
    (end, start.elapsed())
}
