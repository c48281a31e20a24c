//! Tests of how a connection opens, and of its errors.

use std::time::{Duration, Instant};

use oxyde_ir::{Family, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{Connection, Way, open, open_at, open_with, row, run, text, url};
use crate::error::Kind;
use crate::settings::Settings;
use crate::target::{Address, Target};
use crate::transaction::Begin;

#[tokio::test]
async fn sessions_are_set_up() {
    let settings = Settings { pg_application_name: Some("oxyde pg test".into()), ..Settings::default() };
    let Some(mut connection) = open_with(&settings).await else { return };
    let sql = "SELECT current_setting('TimeZone'), current_setting('DateStyle'), current_setting('IntervalStyle'), \
               current_setting('client_encoding'), current_setting('application_name'), pg_backend_pid()";
    let expected = ["UTC", "ISO, MDY", "postgres", "UTF8", "oxyde pg test"].map(text);
    let finished = run(&mut connection, sql, &[]).await.unwrap();
    assert_eq!(row(&finished)[..5], expected);
    let Value::Int(pid) = row(&finished)[5] else { panic!("{finished:?}") };
    assert_eq!(connection.interruption.as_ref().unwrap().word, format!("pg_cancel_backend({pid})"));
    let server = connection.server();
    assert!(server.family == Family::Postgres && server.version.0 >= 10, "{server:?}");
    connection.ping().await.unwrap();
    connection.close().await;
}

/// The configured and the detected route to the server: direct, by both endpoints of the connection or
/// by our marker.
#[tokio::test]
async fn the_way_is_known() {
    if open().await.is_none() {
        return;
    }
    let Address::Postgres(options) = Target::parse(&url(), &Settings::default()).unwrap().address().clone() else { panic!() };
    for (said, pooled) in [(None, false), (Some(true), true), (Some(false), false)] {
        let connection = Connection::open(&options, &Settings::default(), &Way::new(said)).await.unwrap();
        assert_eq!(connection.is_pooled(), pooled, "{said:?}");
    }
    let relay = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = relay.local_addr().unwrap().port();
    let there = (options.get_host().to_owned(), options.get_port());
    tokio::spawn(async move {
        while let Ok((mut client, _)) = relay.accept().await {
            let mut server = tokio::net::TcpStream::connect(there.clone()).await.unwrap();
            tokio::spawn(async move { tokio::io::copy_bidirectional(&mut client, &mut server).await });
        }
    });
    let (options, way) = (options.host("127.0.0.1").port(here), Way::default());
    for _ in 0..2 {
        let mut connection = Connection::open(&options, &Settings::default(), &way).await.unwrap();
        assert!(!connection.is_pooled());
        run(&mut connection, "SELECT 1", &[]).await.unwrap();
    }
}

#[tokio::test]
async fn refusals_come_at_once_and_name_everything_but_the_password() {
    if open().await.is_none() {
        return;
    }
    let Address::Postgres(options) = Target::parse(&url(), &Settings::default()).unwrap().address().clone() else { panic!() };
    let (host, port) = (options.get_host().to_owned(), options.get_port());
    let cases = [
        (format!("postgresql://nobody:secret@{host}:{port}/postgres"), format!("{host}:{port}"), "nobody"),
        (format!("postgresql://postgres:secret@{host}:{port}/oxyde_pg_missing"), "oxyde_pg_missing".to_owned(), "postgres"),
        ("postgresql://ann:secret@127.0.0.1:1/postgres".to_owned(), "127.0.0.1:1".to_owned(), "ann"),
        ("postgresql://ann:secret@no-such-host.invalid/postgres".to_owned(), "no-such-host.invalid:5432".to_owned(), "ann"),
    ];
    for (url, place, user) in cases {
        let start = Instant::now();
        let error = open_at(&url, &Settings::default()).await.err().unwrap();
        assert_eq!(error.kind, Kind::ConnectionFailed, "{error}");
        assert!(error.message.contains(&place) && error.message.contains(user) && !error.message.contains("secret"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(5), "{error}");
    }
}

/// Starts a server that asks for a password and rejects it.
async fn strict_server() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut asked = [0; 1_024];
        // No TLS; then AuthenticationCleartextPassword; then ErrorResponse.
        for answer in [&b"N"[..], b"R\0\0\0\x08\0\0\0\x03", b"E\0\0\0\x31SFATAL\0VFATAL\0C28P01\0Mno such password here\0\0"] {
            assert!(client.read(&mut asked).await.unwrap() > 0);
            client.write_all(answer).await.unwrap();
        }
    });
    port
}

#[tokio::test]
async fn a_wrong_password_is_told() {
    let url = format!("postgresql://ann:wrong-secret@127.0.0.1:{}/shop", strict_server().await);
    let error = open_at(&url, &Settings::default()).await.err().unwrap();
    assert_eq!((error.kind, error.detail.sqlstate.as_deref()), (Kind::ConnectionFailed, Some("28P01")), "{error}");
    assert!(error.message.contains("no such password here") && !error.message.contains("wrong-secret"), "{error}");
}

#[tokio::test]
async fn a_transaction_sees_what_the_exporter_of_its_snapshot_sees() {
    let (Some(mut one), Some(mut two)) = (open().await, open().await) else { return };
    one.tell("DROP TABLE IF EXISTS oxyde_pg_snapshot; CREATE TABLE oxyde_pg_snapshot (n int)").await.unwrap();
    one.tell("BEGIN ISOLATION LEVEL REPEATABLE READ").await.unwrap();
    let exported = run(&mut one, "SELECT pg_export_snapshot()", &[]).await.unwrap();
    let Value::Text(id) = exported.last.unwrap().columns[0].value(0) else { panic!("no id came") };
    two.tell("INSERT INTO oxyde_pg_snapshot VALUES (1)").await.unwrap();
    for (snapshot, seen) in [(Some(id), 0), (None, 1)] {
        for command in (Begin { snapshot, ..Begin::default() }).commands(Family::Postgres).unwrap() {
            two.tell(&command).await.unwrap();
        }
        let counted = run(&mut two, "SELECT count(*) FROM oxyde_pg_snapshot", &[]).await.unwrap();
        assert_eq!(counted.last.unwrap().columns[0].value(0), Value::Int(seen));
        two.tell("ROLLBACK").await.unwrap();
    }
    one.tell("ROLLBACK; DROP TABLE oxyde_pg_snapshot").await.unwrap();
}
