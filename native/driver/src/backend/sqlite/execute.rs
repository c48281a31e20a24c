//! Runs a step: every run to its end, or until it is cancelled.

use oxyde_ir::Family;
use oxyde_ir::program::Repeat;

use super::cache::Taken;
use super::database::Database;
use super::encode;
use super::gather::Gather;
use super::outlet::Outlet;
use super::quotes;
use super::statement::Statement;
use crate::backend::verb;
use crate::cancel::Cancel;
use crate::deadline::Deadline;
use crate::error::{Error, Kind, Result};
use crate::execution::{Execution, Progress};
use crate::request::{Request, Run};
use crate::stream::Finished;

impl Database {
    /// Runs the steps of a program on the connection's thread.
    pub fn run(&mut self, execution: &Execution) -> Result<Finished> {
        if let Some(step) = execution.cursor {
            return self.read_in_parts(execution, step);
        }
        // The waiting caller watches the deadline and pulls the brake.
        let never = Cancel::default();
        let mut progress = Progress::new(execution);
        while let Some(request) = progress.next(Deadline::from(&never)) {
            let finished = self.execute(&request)?;
            progress.add(finished)?;
        }
        Ok(progress.finish())
    }

    /// Runs a step on the connection's thread.
    pub fn execute(&mut self, request: &Request<'_>) -> Result<Finished> {
        let mut finished = Finished::default();
        let mut gather = Gather::new(request);
        let mut outlet: Option<Outlet<'_>> = None;
        let mut taken: Option<Taken> = None;
        let mut end = Ok(());
        for run in request.runs() {
            let text = request.text(run);
            end = self.one(request, run, &text, &mut taken, &mut gather, &mut outlet, &mut finished);
            // The failure shows when the statement is prepared, or prepared again.
            if request.step.repeat == Repeat::WherePossible && end.as_ref().is_err_and(|error| error.message.starts_with("no such ")) {
                end = Ok(());
            }
            if let Err(error) = end {
                end = Err(self.explain(error).in_sql(&text));
                break;
            }
        }
        if let Some(taken) = taken {
            self.cache.put(taken);
        }
        end?;
        finished.last = gather.finish();
        finished.rest = outlet.map(Outlet::into_rest).unwrap_or_default();
        Ok(finished)
    }

    #[allow(clippy::too_many_arguments)] // the state of one loop
    fn one<'a>(
        &mut self,
        request: &Request<'a>,
        run: Run,
        text: &str,
        taken: &mut Option<Taken>,
        gather: &mut Gather<'a>,
        outlet: &mut Option<Outlet<'a>>,
        finished: &mut Finished,
    ) -> Result<()> {
        if self.brake().is_pulled() {
            return Err(Error::new(Kind::Cancelled, "cancelled before the statement was sent"));
        }
        let statement = match taken {
            Some(same) if &*same.text == text => &mut same.statement,
            _ => {
                if let Some(other) = taken.take() {
                    self.cache.put(other);
                }
                &mut taken.insert(self.cache.take(&self.handle, text)?).statement
            }
        };
        check_count(request, run, statement)?;
        let writes = !statement.is_read_only();
        if writes {
            self.hold();
        }
        if outlet.is_none()
            && let Some(sink) = request.sink
        {
            *outlet = Some(Outlet::new(sink, self.is_memory || writes || !self.handle.is_autocommit()));
        }
        let before = (self.handle.total_changes(), self.handle.last_insert_rowid());
        match self.rows(request, run, statement, gather, outlet.as_mut()) {
            Err(error) if quotes::is_about_a_definition(&error, text) => self.altered(request, run, text, gather)?,
            end => end?,
        }
        if writes && self.handle.total_changes() != before.0 {
            finished.affected += self.handle.changes() as u64;
            let key = self.handle.last_insert_rowid();
            if key != before.1 || is_insert(text) {
                finished.insert_ids.push(key);
            }
        }
        Ok(())
    }

    /// Runs ALTER TABLE on a file whose schema contains double-quoted string literals.
    fn altered<'a>(&self, request: &Request<'a>, run: Run, text: &str, gather: &mut Gather<'a>) -> Result<()> {
        self.handle.take_quoted_strings_in_definitions(true);
        // Double quotes in the statement itself only enclose names.
        let safe = quotes::in_backticks(text);
        let end = Statement::prepare(&self.handle, safe.as_deref().unwrap_or(text))
            .and_then(|mut statement| self.rows(request, run, &mut statement, gather, None));
        self.handle.take_quoted_strings_in_definitions(false);
        end
    }

    fn rows<'a>(
        &self,
        request: &Request<'a>,
        run: Run,
        statement: &mut Statement,
        gather: &mut Gather<'a>,
        mut outlet: Option<&mut Outlet<'a>>,
    ) -> Result<()> {
        let mut cursor = statement.start();
        encode::bind(&mut cursor, &self.handle, request, run)?;
        let mut more = cursor.step()?;
        gather.begin(&mut cursor, &self.handle, &request.text(run))?;
        while more {
            gather.push(&cursor)?;
            if gather.is_full()
                && let Some(outlet) = outlet.as_deref_mut()
            {
                outlet.give(gather.take(), self.brake())?;
            }
            more = cursor.step()?;
        }
        Ok(())
    }

    /// Runs a read by key on the caller's thread; `None` if it would take too long.
    pub fn execute_here(&mut self, request: &Request<'_>) -> Option<Result<Finished>> {
        let [run] = request.runs()[..] else { return None };
        let text = request.text(run);
        if !self.cache.contains(&text) {
            return None;
        }
        let mut taken = self.cache.take(&self.handle, &text).ok()?;
        let mut gather = Gather::new(request);
        let quick = taken.statement.is_read_only() && check_count(request, run, &taken.statement).is_ok();
        let end = quick.then(|| self.rows(request, run, &mut taken.statement, &mut gather, None));
        self.cache.put(taken);
        match end? {
            Ok(()) => Some(Ok(Finished { last: gather.finish(), ..Finished::default() })),
            Err(_) if self.brake().is_spent() => None,
            Err(error) => Some(Err(self.explain(error).in_sql(&text))),
        }
    }
}

pub fn check_count(request: &Request<'_>, run: Run, statement: &Statement) -> Result<()> {
    let taken = statement.parameters();
    let given = request.step.text.count(run.rows);
    if taken == given {
        return Ok(());
    }
    let message = format!("the statement has {taken} placeholders, but {given} values were given; give one value for each ?");
    Err(Error::new(Kind::Field, message))
}

/// Whether a statement inserts, so that `last_insert_rowid()` is its own.
fn is_insert(text: &str) -> bool {
    verb::is_one_of(&["INSERT", "REPLACE"], text, Family::Sqlite)
}
