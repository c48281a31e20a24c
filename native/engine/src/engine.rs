//! The statements of one database: planned once, run often.

use std::sync::Arc;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use oxyde_driver::{Cancel, CursorStep, Deadline, Error, Execution, Finished, Inputs, Kind, Part, Pool, Result, Session};
use oxyde_ir::wire::{self, WireErrorKind};
use oxyde_ir::{Atomic, Family, Server, Statement};
use oxyde_sql::SqlError;

use crate::cursor;
use crate::ending::Ending;
use crate::executor::Executor;
use crate::plan::Plan;
use crate::plans::Plans;
use crate::run::run;

/// A statement to run.
pub struct Job {
    pub plan: Arc<Plan>,
    pub inputs: Arc<Inputs>,
    /// The session whose transaction it runs in; without one it leases its own connection.
    pub session: Option<Session>,
    pub cancel: Cancel,
    /// The time limit, not counting the wait for a connection.
    pub timeout: Option<Duration>,
    /// The reader may be dropped before the end without breaking the transaction.
    pub streams: bool,
    /// Instead of running the query, a step of reading it in parts.
    pub cursor: Option<CursorStep>,
}

pub struct Engine {
    pool: Pool,
    plans: Mutex<Plans>,
}

impl Engine {
    pub fn new(pool: Pool) -> Self {
        Self { pool, plans: Mutex::default() }
    }

    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Returns the plan of a shape for this pool's server. Before the first connection it is provisional:
    /// it can only convert values.
    pub fn plan(&self, shape: &[u8]) -> Result<Arc<Plan>> {
        let Some(server) = self.pool.server() else {
            let statement = decode(shape)?;
            return Ok(Arc::new(Plan::provisional(render(&statement, self.pool.family(), None)?, shape)));
        };
        if let Some(plan) = self.plans().get(shape) {
            return Ok(plan);
        }
        let plan = Arc::new(Plan::new(render(&decode(shape)?, server.family, Some(server))?));
        self.plans().insert(shape, Arc::clone(&plan));
        Ok(plan)
    }

    fn plans(&self) -> std::sync::MutexGuard<'_, Plans> {
        self.plans.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs a statement to its end, which it sends to the sink. The future must not be dropped early: it
    /// owns a connection.
    pub async fn run(&self, job: Job, ending: Ending) {
        let end = self.execute(&job, &ending).await;
        ending.finish(end).await;
    }

    async fn execute(&self, job: &Job, ending: &Ending) -> Result<Finished> {
        let plan = match job.plan.shape_to_plan_again() {
            None => Arc::clone(&job.plan),
            Some(shape) => {
                self.pool.connect().await?;
                self.plan(shape)?
            }
        };
        let Some(sink) = ending.sink() else { return Err(Error::new(Kind::Internal, "the operation ended before it ran")) };
        let mut executor = match &job.session {
            Some(session) => Executor::Session(session.lock(&job.cancel).await?),
            None => Executor::Lease { lease: self.pool.lease(&job.cancel).await?, pool: self.pool.clone() },
        };
        // SQLite reads queries in parts by itself; PostgreSQL is told to, in SQL.
        let step = job.cursor.filter(|_| self.pool.family() != Family::Sqlite);
        let program = step.map_or_else(|| Ok(Arc::clone(plan.program())), |step| cursor::program(step, plan.program()).map(Arc::new))?;
        let inputs = match job.cursor {
            None | Some(CursorStep::Open(_)) => Arc::clone(&job.inputs),
            Some(CursorStep::Fetch(..) | CursorStep::Close(_)) => Arc::default(),
        };
        executor.admit(&program)?;
        let timeout = job.timeout.or(self.pool.settings().statement_timeout);
        // A program of several steps has its own savepoint.
        let deadline = Deadline::from(&job.cancel).statement(timeout);
        let execution = Execution {
            program,
            part: Part::Steps,
            inputs,
            sink: Some(sink.clone()),
            limits: sink.limits,
            max_bytes: usize::MAX,
            cursor: job.cursor,
        };
        let apart = job.streams && plan.program().atomic == Atomic::None;
        if apart {
            executor.enter_stream().await?;
        }
        let end = run(&mut executor, &execution, deadline).await;
        if apart {
            executor.leave_stream(&end).await?;
        }
        match end {
            // A read can be retried as long as no rows were sent.
            Err(error) if plan.program().read_only && !sink.has_started() && executor.renew(&error, deadline).await? => {
                run(&mut executor, &execution, deadline).await
            }
            end => end,
        }
    }
}

/// Shapes come from our own compiler: one that cannot be decoded is a bug, unless it is nested too
/// deeply.
fn decode(shape: &[u8]) -> Result<Statement> {
    wire::decode(shape).map_err(|error| match error.kind {
        WireErrorKind::TooDeep => Error::new(Kind::Field, format!("the query is too deep: {}", error.message)),
        WireErrorKind::Malformed | WireErrorKind::Version => Error::new(Kind::Internal, format!("the statement cannot be read: {error}")),
    })
}

fn render(statement: &Statement, family: Family, server: Option<Server>) -> Result<oxyde_ir::Program> {
    let dialect = oxyde_sql::dialect(family, server.map(|server| server.version));
    oxyde_sql::render(statement, dialect).map_err(|error| refused(&error))
}

/// Converts an error of the SQL writer to the matching kind.
pub fn refused(error: &SqlError) -> Error {
    Error::new(Kind::Unsupported, error.to_string())
}
