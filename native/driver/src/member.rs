//! A pooled connection: how it is opened, checked before reuse, and closed.

use std::borrow::Cow;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use oxyde_ir::{Family, Server, Version};
use tokio::time::timeout;

use crate::backend::{Connection, Way};
use crate::error::{Error, Kind, Result};
use crate::os::Process;
use crate::raw::Reach;
use crate::runtime;
use crate::settings::Settings;
use crate::target::Target;

/// The time limit of the check before a connection is reused.
const RECYCLE: Duration = Duration::from_secs(5);

/// A connection that was idle for longer is pinged before reuse.
const TRUST: Duration = Duration::from_secs(30);

/// Opens connections.
pub struct Opener {
    target: Target,
    settings: Arc<Settings>,
    /// Set by the first connection.
    server: Arc<OnceLock<Server>>,
    news: Arc<News>,
    way: Way,
}

/// State shared by the connections of a pool.
#[derive(Default)]
struct News {
    /// The number of changes to tables or types made on any of them.
    definitions: AtomicU64,
    /// When one was last found dead. Connections idle at that time are probably dead as well, and are
    /// replaced.
    death: Mutex<Option<Instant>>,
}

/// A connection and its age. Dropping it sends the protocol's terminate message on the runtime.
pub struct Member {
    connection: Option<Connection>,
    process: Process,
    opened: Instant,
    used: Instant,
    news: Arc<News>,
    /// The value of `News::definitions` that its prepared statements are valid for.
    definitions: u64,
}

impl Opener {
    pub fn new(target: Target, settings: Arc<Settings>, server: Arc<OnceLock<Server>>) -> Self {
        let way = Way::new(settings.pg_pooler.or(target.pooler()));
        Self { target, settings, server, news: Arc::default(), way }
    }
}

/// The minimum supported version of each family.
const fn floor(family: Family) -> Version {
    match family {
        Family::Postgres => Version(12, 0, 0),
        Family::Mysql => Version(8, 0, 19),
        Family::Mariadb => Version(10, 5, 0),
        Family::Sqlite => Version(3, 35, 0),
    }
}

fn check_version(server: Server) -> Result<()> {
    let Server { family, version } = server;
    if version >= floor(family) {
        return Ok(());
    }
    let message = format!("the server is {} {version}; Oxyde needs {} or newer", family.name(), floor(family));
    Err(Error::new(Kind::Unsupported, message))
}

impl Manager for Opener {
    type Type = Member;
    type Error = Error;

    async fn create(&self) -> Result<Member> {
        // Boxed because the future is large and opening is rare.
        let connection = Box::pin(Connection::open(&self.target, &self.settings, &self.way)).await?;
        let server = connection.server();
        let now = Instant::now();
        let (news, definitions) = (Arc::clone(&self.news), self.news.definitions.load(Ordering::Acquire));
        let member = Member { connection: Some(connection), process: Process::current(), opened: now, used: now, news, definitions };
        check_version(server)?;
        let _ = self.server.set(server);
        Ok(member)
    }

    async fn recycle(&self, member: &mut Member, _: &Metrics) -> RecycleResult<Error> {
        let Settings { idle_timeout, max_lifetime, test_before_acquire, .. } = *self.settings;
        if !self.target.is_memory() && member.is_old(idle_timeout, max_lifetime) {
            return Err(RecycleError::message("old"));
        }
        if test_before_acquire || member.used.elapsed() > TRUST {
            if self.news.death.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|death| member.used < death) {
                return Err(RecycleError::message("idle while another one died"));
            }
            let ping = timeout(self.patience(), member.connection()?.ping()).await;
            if !matches!(ping, Ok(Ok(()))) {
                *self.news.death.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
                return Err(RecycleError::message("dead"));
            }
        }
        member.refresh().await?;
        Ok(())
    }
}

impl Opener {
    /// Returns how long a connection may take to answer the check: leaves enough of `acquire_timeout` to
    /// open a new one.
    fn patience(&self) -> Duration {
        RECYCLE.min(self.settings.acquire_timeout / 2)
    }
}

impl Member {
    pub fn connection(&mut self) -> Result<&mut Connection> {
        self.connection.as_mut().ok_or_else(|| Error::new(Kind::Internal, "the connection was closed while it was lent"))
    }

    pub fn server(&self) -> Option<Server> {
        self.connection.as_ref().map(Connection::server)
    }

    pub fn max_bytes(&self) -> Option<usize> {
        self.connection.as_ref().map(Connection::max_bytes)
    }

    /// Whether the connection is usable: no protocol error was seen, and it was not inherited through a
    /// fork.
    pub fn is_healthy(&self) -> bool {
        self.process.is_current() && self.connection.as_ref().is_some_and(Connection::is_healthy)
    }

    /// Whether the server connection is ours for one transaction only (transaction pooling).
    pub fn is_pooled(&self) -> bool {
        self.connection.as_ref().is_some_and(Connection::is_pooled)
    }

    /// Returns the statements that roll back.
    pub fn rollback(&self, doubtful: bool) -> Cow<'static, str> {
        self.connection.as_ref().map_or("ROLLBACK".into(), |connection| connection.rollback(doubtful))
    }

    /// Whether a transaction is open, if that is known without a round trip.
    pub fn in_transaction(&self) -> Option<bool> {
        self.connection.as_ref().and_then(Connection::in_transaction)
    }

    /// Whether it was idle, or open, for longer than the limits.
    pub fn is_old(&self, idle: Option<Duration>, life: Option<Duration>) -> bool {
        idle.is_some_and(|limit| self.used.elapsed() > limit) || life.is_some_and(|limit| self.opened.elapsed() > limit)
    }

    /// Records a change of tables or types: discards the statements prepared here, and those of other
    /// connections at their next lease.
    pub async fn redefine(&mut self, reach: Reach) -> Result<()> {
        if reach == Reach::Here {
            return self.connection()?.forget().await;
        }
        self.news.definitions.fetch_add(1, Ordering::AcqRel);
        self.refresh().await
    }

    /// Discards statements that were prepared before the latest change of definitions.
    async fn refresh(&mut self) -> Result<()> {
        let now = self.news.definitions.load(Ordering::Acquire);
        if self.definitions != now {
            self.connection()?.forget().await?;
            self.definitions = now;
        }
        Ok(())
    }

    /// Marks it as used now.
    pub fn touch(&mut self) {
        self.used = Instant::now();
    }

    /// Closes the connection gracefully and waits for that.
    pub async fn close(mut self) {
        if let Some(connection) = self.connection.take() {
            connection.close().await;
        }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        if !self.process.is_current() {
            // The connection belongs to the parent: closing it here would disturb the parent.
            mem::forget(connection);
            return;
        }
        match runtime::handle() {
            Ok(handle) => drop(handle.spawn(connection.close())),
            // No runtime at exit; the server sees the socket close.
            Err(_) => drop(connection),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_servers_are_refused() {
        for family in Family::ALL {
            assert!(check_version(Server { family, version: floor(family) }).is_ok());
            let error = check_version(Server { family, version: Version(1, 2, 3) }).unwrap_err();
            assert!(error.message.contains("1.2.3") && error.message.contains(family.name()), "{error}");
        }
    }
}
