//! A benchmark of a million rows; ignored unless requested: `cargo test --release -p oxyde-driver --
//! --ignored --nocapture postgres`.

use std::time::Instant;

use futures_util::StreamExt;
use sqlx::Executor;

use super::{open, raw, request, silence};
use crate::cancel::Cancel;
use crate::request::Request;
use crate::stream::{Limits, Message, channel};

const SQL: &str = "SELECT * FROM oxyde_pg_speed";

/// Returns the CPU seconds of this process so far; wall time depends more on the machine.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(") ").next().unwrap_or_default().split(' ').skip(11).take(2);
    ticks.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures, and takes some seconds"]
async fn a_million_rows() {
    let Some(mut connection) = open().await else { return };
    let table = "CREATE TEMPORARY TABLE oxyde_pg_speed AS SELECT n::int8 AS a, 'name ' || n AS b, 'some longer text ' || n AS c, \
                 'x'::text AS d, n::int4 AS e, n / 7.0::float8 AS f, n % 2 = 0 AS g, \
                 '2024-01-01'::timestamptz + n * '1 second'::interval AS h, gen_random_uuid() AS i, (n / 100.0)::numeric(12, 2) AS j \
                 FROM generate_series(1, 1000000) AS n; ANALYZE oxyde_pg_speed";
    connection.tell(table).await.unwrap();
    for _ in 0..3 {
        let (start, before) = (Instant::now(), cpu());
        let mut bytes = 0;
        let mut rows = connection.inner.fetch_many(sqlx::query(SQL));
        while let Some(item) = rows.next().await {
            bytes += usize::from(item.unwrap().is_right());
        }
        drop(rows);
        println!("{bytes} rows, bytes only: {:?}, CPU {:.2} s", start.elapsed(), cpu() - before);
        let (start, before) = (Instant::now(), cpu());
        let (sink, mut receiver) = channel(Limits::ARROW, silence());
        let (step, never) = (raw(SQL, 0), Cancel::default());
        let read = async {
            let mut rows = 0;
            while let Some(Message::Batch(batch)) = receiver.recv().await {
                rows += batch.rows;
            }
            rows
        };
        let work = async {
            let asked = Request { sink: Some(&sink), limits: sink.limits, ..request(&step, &[], &never) };
            let end = connection.execute(asked).await;
            sink.finish(end).await;
        };
        let ((), rows) = tokio::join!(work, read);
        println!("{rows} rows before the last batch, decoded: {:?}, CPU {:.2} s", start.elapsed(), cpu() - before);
    }
}
