//! Tests that files are opened, refused and closed.

use std::os::unix::fs::PermissionsExt;

use super::*;
use crate::error::Kind;

async fn refused(target: &SqliteTarget) -> Error {
    Connection::open(target, &Settings::default()).await.err().unwrap()
}

#[tokio::test]
async fn settings_take_effect() {
    let folder = Folder::new();
    let mut connection = open(&folder.file()).await;
    let pragma = |name: &str| format!("SELECT * FROM pragma_{name}");
    for (name, value) in [("journal_mode", text("wal")), ("synchronous", Value::Int(1)), ("cache_size", Value::Int(10_000))] {
        assert_eq!(rows(&mut connection, &pragma(name), &[]).await, [[value]], "{name}");
    }
    connection.close().await;
    let settings = Settings { sqlite_journal_mode: Some("delete".into()), sqlite_synchronous: Some("FULL".into()), ..Settings::default() };
    let mut connection = Connection::open(&target(&folder.file()), &settings).await.unwrap();
    for (name, value) in [("journal_mode", text("delete")), ("synchronous", Value::Int(2))] {
        assert_eq!(rows(&mut connection, &pragma(name), &[]).await, [[value]], "{name}");
    }
    let settings = Settings { sqlite_journal_mode: Some("sideways".into()), ..Settings::default() };
    let error = Connection::open(&target(&folder.file()), &settings).await.err().unwrap();
    assert_eq!(error.kind, Kind::Unsupported);
    let server = connection.server();
    assert!(server.family == oxyde_ir::Family::Sqlite && server.version >= oxyde_ir::Version(3, 45, 0), "{server:?}");
}

#[tokio::test]
async fn files_that_cannot_be_written_can_be_read() {
    let folder = Folder::new();
    let path = folder.file();
    let mut connection = open(&path).await;
    connection.command("CREATE TABLE t (a INTEGER)").await.unwrap();
    connection.command("INSERT INTO t VALUES (1)").await.unwrap();
    connection.close().await;
    let read_only = SqliteTarget { path: Some(path.clone()), read_only: true, create: false, immutable: false };
    let mut connection = Connection::open(&read_only, &Settings::default()).await.unwrap();
    assert_eq!(rows(&mut connection, "SELECT a FROM t", &[]).await, [[Value::Int(1)]]);
    let error = failure(&mut connection, "INSERT INTO t VALUES (2)", &[]).await;
    assert!(error.kind == Kind::Database && error.detail.hint.is_some(), "{error}");
    connection.close().await;
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o444)).unwrap();
    let mut connection = open(&path).await;
    assert_eq!(rows(&mut connection, "SELECT a FROM t", &[]).await, [[Value::Int(1)]]);
}

#[tokio::test]
async fn what_is_no_database_is_refused_at_once() {
    let folder = Folder::new();
    let missing = SqliteTarget { path: Some(folder.file()), read_only: false, create: false, immutable: false };
    let error = refused(&missing).await;
    assert_eq!(error.kind, Kind::ConnectionFailed);
    assert!(error.message.contains("test.db") && error.message.contains("does not exist"), "{error}");
    let error = refused(&target(&folder.0.join("no/such/folder.db"))).await;
    assert!(error.kind == Kind::ConnectionFailed && error.message.contains("the folder"), "{error}");
    assert!(refused(&target(&folder.0)).await.message.contains("it is a folder"));
    std::fs::write(folder.file(), "this is certainly not a database, however long it may be".repeat(20)).unwrap();
    let error = refused(&target(&folder.file())).await;
    assert!(error.kind == Kind::ConnectionFailed && error.message.contains("not a database"), "{error}");
    assert!(error.detail.hint.is_some());
}

#[tokio::test]
async fn odd_names_are_files() {
    let folder = Folder::new();
    for name in ["file:x?mode=ro", "a b%20ü.db", ":memory:"] {
        let path = folder.0.join(name);
        let mut connection = open(&path).await;
        connection.command("CREATE TABLE t (a)").await.unwrap();
        assert!(path.is_file(), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_open_and_close_many_times() {
    let folder = Folder::new();
    let path = folder.file();
    let first = open(&path).await;
    for round in 0..200 {
        let mut connection = open(&path).await;
        rows(&mut connection, "SELECT 1", &[]).await;
        if round % 2 == 0 {
            connection.close().await;
        }
    }
    first.close().await;
    // Several connections switch a new file to WAL mode at once.
    for round in 0..5 {
        let path = folder.0.join(format!("{round}.db"));
        let opened = futures_util::future::join_all((0..4).map(|_| open(&path))).await;
        assert_eq!(opened.len(), 4);
    }
}

#[test]
fn a_connection_may_go_without_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = Folder::new();
    let path = folder.file();
    let connection = runtime.block_on(async {
        let mut connection = open(&path).await;
        connection.command("CREATE TABLE t (a)").await.unwrap();
        connection
    });
    drop(runtime);
    drop(connection);
    // The thread closes the file, which deletes its WAL file.
    let mut log = path.into_os_string();
    log.push("-wal");
    let gone = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        !Path::new(&log).exists()
    });
    assert!(gone);
}
