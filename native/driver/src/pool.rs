//! The connections of one database: opened on demand, leased one at a time, closed when idle or old.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use deadpool::Runtime;
use deadpool::managed::{self, PoolError, QueueMode, TimeoutType, Timeouts};
use futures_util::future::join_all;
use oxyde_ir::{Family, Server};
use tokio::time::timeout;

use crate::cancel::Cancel;
use crate::deadline::{Deadline, Stop};
use crate::error::{Error, Kind, Result};
use crate::member::{Member, Opener};
use crate::os::Process;
use crate::settings::Settings;
use crate::target::Target;

pub use crate::lease::Lease;

const MAX_CONNECTIONS: u32 = 10;
/// SQLite allows one writer at a time; more connections would only wait for each other.
const MAX_FILE_CONNECTIONS: u32 = 4;
/// The margin by which the timeout of the whole acquisition exceeds those of its parts, so that a part
/// reports the error.
const SLACK: Duration = Duration::from_millis(50);
/// The shortest and the longest interval between checks of idle connections.
const ROUNDS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(1));

/// Cheap to clone. The connections close when the last clone is dropped.
#[derive(Clone)]
pub struct Pool(Arc<Inner>);

struct Inner {
    pool: managed::Pool<Opener>,
    target: Target,
    settings: Arc<Settings>,
    server: Arc<OnceLock<Server>>,
    process: Process,
    made: Instant,
    /// Set once the task that closes idle connections runs.
    tended: OnceLock<()>,
}

/// The current number of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Open connections, leased or idle.
    pub size: usize,
    pub idle: usize,
    /// Callers waiting for a connection.
    pub waiting: usize,
    pub max: usize,
}

impl Pool {
    /// Returns a pool without connections; no I/O.
    pub fn new(target: Target, settings: Settings) -> Result<Self> {
        let default = if target.family() == Family::Sqlite { MAX_FILE_CONNECTIONS } else { MAX_CONNECTIONS };
        let max = if target.is_memory() { 1 } else { settings.max_connections.unwrap_or(default) };
        if max == 0 {
            return Err(Error::new(Kind::Field, "max_connections is 0; a pool needs at least one connection"));
        }
        let (settings, server) = (Arc::new(settings), Arc::default());
        let opener = Opener::new(target.clone(), Arc::clone(&settings), Arc::clone(&server));
        let wait = settings.acquire_timeout;
        let pool = managed::Pool::builder(opener)
            .max_size(max as usize)
            .queue_mode(QueueMode::Lifo)
            .timeouts(Timeouts { wait: Some(wait), create: Some(wait), recycle: Some(wait) })
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| Error::new(Kind::Internal, error.to_string()))?;
        Ok(Self(Arc::new(Inner {
            pool,
            target,
            settings,
            server,
            process: Process::current(),
            made: Instant::now(),
            tended: OnceLock::new(),
        })))
    }

    /// Opens the first connection (and up to `min_connections`) and returns which server it is. Fails as
    /// soon as one fails.
    pub async fn connect(&self) -> Result<Server> {
        let never = Cancel::default();
        let first = self.lease(&never).await?;
        let server = first.server()?;
        self.tend();
        let least = self.0.settings.min_connections.unwrap_or(0).min(self.status().max as u32).saturating_sub(1);
        // Held at the same time, so that each lease is a different connection.
        let others = join_all((0..least).map(|_| self.lease(&never))).await;
        drop(first);
        others.into_iter().collect::<Result<Vec<Lease>>>().map(|_| server)
    }

    /// Returns the server, if a connection was ever opened.
    pub fn server(&self) -> Option<Server> {
        self.0.server.get().copied()
    }

    /// Returns the server's family: that of the URL's scheme until the first connection is open.
    pub fn family(&self) -> Family {
        self.server().map_or_else(|| self.0.target.family(), |server| server.family)
    }

    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub fn target(&self) -> &Target {
        &self.0.target
    }

    /// Returns an error in a forked child: the connections belong to its parent.
    pub fn check_process(&self) -> Result<()> {
        self.0.process.check()
    }

    /// Returns when a transaction that expires at `until` is rolled back: then, or at the next periodic
    /// cleanup.
    pub(crate) fn cleanup_after(&self, until: Instant) -> Instant {
        let interval = self.0.settings.transaction_cleanup_interval.map_or(0, |interval| interval.as_nanos());
        let rounds = until.saturating_duration_since(self.0.made).as_nanos().div_ceil(interval.max(1));
        let since = rounds.checked_mul(interval).and_then(|nanos| u64::try_from(nanos).ok());
        since.map_or(until, |nanos| until.max(self.0.made + Duration::from_nanos(nanos)))
    }

    /// Leases a connection, in FIFO order. Waits at most `acquire_timeout`.
    pub async fn lease(&self, deadline: impl Into<Deadline<'_>>) -> Result<Lease> {
        let deadline = deadline.into();
        self.check_process()?;
        let wait = self.0.settings.acquire_timeout;
        tokio::select! {
            biased;
            lent = timeout(wait + SLACK, self.0.pool.get()) => {
                let object = lent.map_err(|_| self.too_late())?.map_err(|error| self.refusal(error))?;
                self.tend();
                Ok(Lease::new(object, deadline))
            }
            stop = deadline.wait() => Err(match stop {
                Stop::Cancelled => Error::new(Kind::Cancelled, "cancelled while waiting for a connection"),
                Stop::Statement(_) | Stop::Transaction(_) | Stop::Unwanted => stop.into_error(),
            }),
        }
    }

    /// Replaces a leased connection that turned out to be dead. All idle connections are closed as well.
    pub async fn replace(&self, lease: &mut Lease, deadline: impl Into<Deadline<'_>>) -> Result<()> {
        lease.discard();
        drop(self.0.pool.retain(|_, _| false).removed);
        *lease = self.lease(deadline).await?;
        Ok(())
    }

    /// Returns the error for a connection that was available but not ready in time.
    fn too_late(&self) -> Error {
        let seconds = self.0.settings.acquire_timeout.as_secs_f64();
        let url = self.0.target.url();
        Error::new(
            Kind::ConnectionFailed,
            format!("no connection to {url} was ready in {seconds} s: idle ones did not answer, or new ones"),
        )
    }

    fn refusal(&self, error: PoolError<Error>) -> Error {
        let seconds = self.0.settings.acquire_timeout.as_secs_f64();
        match error {
            PoolError::Backend(error) => error,
            PoolError::Closed => Error::new(Kind::Closed, format!("the connections to {} were closed", self.0.target.url())),
            PoolError::Timeout(TimeoutType::Create) => {
                Error::new(Kind::ConnectionFailed, format!("cannot connect to {}: no answer in {seconds} s", self.0.target.url()))
            }
            PoolError::Timeout(TimeoutType::Wait | TimeoutType::Recycle) => {
                let Status { max, waiting, .. } = self.status();
                let message =
                    format!("no connection became free in {seconds} s: the pool is exhausted, all {max} are in use and {waiting} wait");
                Error::new(Kind::PoolTimeout, message).with_hint("end transactions sooner, or raise max_connections or acquire_timeout")
            }
            PoolError::NoRuntimeSpecified => Error::new(Kind::Internal, "the pool has no timer"),
            PoolError::PostCreateHook(_) => Error::new(Kind::Internal, "a hook that was never set failed"),
        }
    }

    /// Closes idle connections now and leased ones when they are returned; further leases fail.
    pub async fn close(&self) {
        if !self.0.process.is_current() {
            return;
        }
        let idle = self.0.pool.retain(|_, _| false).removed;
        self.0.pool.close();
        join_all(idle.into_iter().map(Member::close)).await;
    }

    pub fn status(&self) -> Status {
        let status = self.0.pool.status();
        Status { size: status.size, idle: status.available, waiting: status.waiting, max: status.max_size }
    }

    /// Starts the task that closes idle connections, once.
    fn tend(&self) {
        if self.0.target.is_memory() || self.0.tended.set(()).is_err() {
            return;
        }
        let Settings { idle_timeout, max_lifetime, min_connections, .. } = *self.0.settings;
        let Some(shortest) = [idle_timeout, max_lifetime].into_iter().flatten().min() else { return };
        let round = (shortest / 2).clamp(ROUNDS.0, ROUNDS.1);
        let least = min_connections.unwrap_or(0) as usize;
        let pool = self.0.pool.weak();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(round).await;
                let Some(pool) = pool.upgrade().filter(|pool| !pool.is_closed()) else { return };
                let mut left = pool.status().size;
                let removed = pool.retain(|member, _| {
                    let keep = left <= least || !member.is_old(idle_timeout, max_lifetime);
                    left -= usize::from(!keep);
                    keep
                });
                join_all(removed.removed.into_iter().map(Member::close)).await;
            }
        });
    }
}
