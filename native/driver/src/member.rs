//! A connection as a member of its pool: how it is opened, when it may be lent again, how it is closed.

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

/// How long a connection may take to answer before it is lent again.
const RECYCLE: Duration = Duration::from_secs(5);

/// A connection that idled longer is asked whether it is still there.
const TRUST: Duration = Duration::from_secs(30);

/// Makes connections.
pub struct Opener {
    target: Target,
    settings: Arc<Settings>,
    /// Told by the first connection.
    server: Arc<OnceLock<Server>>,
    news: Arc<News>,
    way: Way,
}

/// What the connections of a pool tell each other.
#[derive(Default)]
struct News {
    /// How often one of them has changed tables or types.
    definitions: AtomicU64,
    /// When one was found to be dead. Those that idled at that time are dead, too, or easily replaced.
    death: Mutex<Option<Instant>>,
}

/// A connection and its age. Dropped, it says goodbye on the runtime.
pub struct Member {
    connection: Option<Connection>,
    process: Process,
    opened: Instant,
    used: Instant,
    news: Arc<News>,
    /// The definitions that its statements were prepared for.
    definitions: u64,
}

impl Opener {
    pub fn new(target: Target, settings: Arc<Settings>, server: Arc<OnceLock<Server>>) -> Self {
        let way = Way::new(settings.pg_pooler.or(target.pooler()));
        Self { target, settings, server, news: Arc::default(), way }
    }
}

/// The oldest version of each family that has what our statements use.
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
        // Large and rare: lending a connection that is there must not carry it along.
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
    /// How long a connection may take to show that it is there: the time to wait for one has room for another, new one.
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

    /// It can be used: no protocol error was seen, and it is not that of the process we were forked from.
    pub fn is_healthy(&self) -> bool {
        self.process.is_current() && self.connection.as_ref().is_some_and(Connection::is_healthy)
    }

    /// Whether the server's connection is ours for the length of a transaction only.
    pub fn is_pooled(&self) -> bool {
        self.connection.as_ref().is_some_and(Connection::is_pooled)
    }

    /// The statements that roll back.
    pub fn rollback(&self, doubtful: bool) -> Cow<'static, str> {
        self.connection.as_ref().map_or("ROLLBACK".into(), |connection| connection.rollback(doubtful))
    }

    /// Whether a transaction is open, where that can be known without asking.
    pub fn in_transaction(&self) -> Option<bool> {
        self.connection.as_ref().and_then(Connection::in_transaction)
    }

    /// It lay idle, or lived, for longer than that.
    pub fn is_old(&self, idle: Option<Duration>, life: Option<Duration>) -> bool {
        idle.is_some_and(|limit| self.used.elapsed() > limit) || life.is_some_and(|limit| self.opened.elapsed() > limit)
    }

    /// Tables or types were changed on it: the statements prepared for them are forgotten, here and, when they are lent again, elsewhere.
    pub async fn redefine(&mut self, reach: Reach) -> Result<()> {
        if reach == Reach::Here {
            return self.connection()?.forget().await;
        }
        self.news.definitions.fetch_add(1, Ordering::AcqRel);
        self.refresh().await
    }

    /// Forgets statements that were prepared for definitions of before.
    async fn refresh(&mut self) -> Result<()> {
        let now = self.news.definitions.load(Ordering::Acquire);
        if self.definitions != now {
            self.connection()?.forget().await?;
            self.definitions = now;
        }
        Ok(())
    }

    /// It was used just now.
    pub fn touch(&mut self) {
        self.used = Instant::now();
    }

    /// Says goodbye and waits until that is done.
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
            // The parent's: closing it here would disturb the parent.
            mem::forget(connection);
            return;
        }
        match runtime::handle() {
            Ok(handle) => drop(handle.spawn(connection.close())),
            // At the end of the process the server sees the socket close.
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
