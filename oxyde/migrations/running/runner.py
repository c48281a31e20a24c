"""Applies migrations to a database and undoes them: each whole, or journalled so that a later run goes on."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

from oxyde.db.raw import compile_raw
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import CommitOutcomeUnknown, DatabaseError, IntegrityError, LockTimeoutError, MigrationError, OxydeError
from oxyde.ir import expr, statement, wire
from oxyde.migrations.operations import Execute, Run
from oxyde.migrations.running import journal, ledger, standing
from oxyde.migrations.running.batches import run_batch
from oxyde.migrations.running.constraint_names import as_there
from oxyde.migrations.running.effects import took_effect
from oxyde.migrations.running.history import History, Task
from oxyde.migrations.running.initial import recorded
from oxyde.migrations.running.obstacles import require_fitting_rows, require_free_names, require_known_parts
from oxyde.migrations.running.options import Done, Options
from oxyde.migrations.running.patience import brief, in_transaction, is_one, patiently
from oxyde.migrations.running.rows import Job
from oxyde.migrations.sql.rebuild import run as make_anew
from oxyde.migrations.sql.rebuild import watched
from oxyde.migrations.sql.script import TRANSACTIONAL, Step, changes_rows

_DEPENDENT: Final = "in the same migration, drop that before, and make it again afterwards where it is still wanted"
"""What helps where PostgreSQL refuses to drop what a view or a foreign key needs."""


def apply(history: History, options: Options) -> Steps[list[Done]]:
    """Applies or undoes migrations until the target is reached, and returns them.

    Raises:
        MigrationError: The history is wrong, or a migration failed; names it and the operation.
    """
    yield from history.read()
    check(history, options)
    tasks = [task.told(options) for task in (yield from planned(history, options))]
    done: list[Done] = []
    if not tasks and not history.renewals and not history.resumed:
        return done
    until = time.monotonic() + options.lock_timeout
    if history.dialect in TRANSACTIONAL:
        yield from in_transaction(partial(_tables, history.dialect), history.dialect, until)
    else:
        yield from _tables(history.dialect)
    yield from _renewed(history, until)
    for task in tasks:
        start = time.monotonic()
        told = replace(options, fake=options.fake or task.faked, fake_initial=False)
        if (yield from _one(task, history.dialect, start, start + options.lock_timeout, told)):
            done.append(Done(task.name, task.backwards, time.monotonic() - start, told.fake))
            options.report(done[-1])
    if len(history.migrations) != len(history.files):  # it went through what was squashed
        yield from history.read()
        yield from _renewed(history, until)
    return done


def found_migrated(history: History, options: Options) -> Steps[list[Done]]:
    """Returns that nothing was done, as in a database that is at the target already; for tests, whose transaction is rolled back.

    Raises:
        MigrationError: There is something to do; names it.
    """
    yield from history.read()
    check(history, options)
    for task in (yield from planned(history, options)):
        raise MigrationError(
            f"{task.name} is {'applied' if task.backwards else 'pending'}, and migrate() changes nothing while a test runs in its "
            "transaction: let the fixture migrate the same folder, migrated(url, directory)"
        )
    return []


def planned(history: History, options: Options) -> Steps[list[Task]]:
    """Returns what leads to the target, faked up to where ``fake_initial`` finds the database; raises as ``tasks`` and ``recorded``.

    Raises:
        MigrationError: A migration that would only be entered in the ledger stopped during a step.
    """
    tasks = history.tasks(options.target, fake=options.fake)
    if options.fake:
        for task in tasks:
            _settled(task, history.begun.get(task.name, {}), options)
    is_begun = any(task.name in history.begun for task in tasks)  # which made the tables that are there
    if not options.fake_initial or not tasks or is_begun:
        return tasks
    if any(task.backwards for task in tasks):
        raise MigrationError("fake_initial enters what the database has already and undoes nothing; leave it out")
    names = {task.name for task in tasks}
    stages = [stage for stage in history.stages if stage.migration.name in names]
    count = yield from recorded(stages, history.dialect, options.warn)
    return [*(replace(task, steps=(), faked=True) for task in tasks[:count]), *tasks[count:]]


def _settled(task: Task, begun: Mapping[int, journal.Entry], options: Options) -> None:
    """Warns of a migration that is entered in the ledger half done; raises MigrationError where nothing tells how far it came."""
    name, done = task.name, sorted(number for number, entry in begun.items() if entry.done)
    for number in sorted(begun.keys() - set(done)):
        raise MigrationError(
            f"{name} stopped during step {number}, and --fake would hide that: look at the database, then migrate --mark-done {number} or "
            f"--retry {number}, with --fake where the other steps were done by hand"
        )
    if done:
        steps = f"step {done[0]}" if len(done) == 1 else f"steps {', '.join(map(str, done[:-1]))} and {done[-1]}"
        been, entered = ("undone", "removed from") if task.backwards else ("done", "entered in")
        options.warn(
            f"{name} stopped half way: only {steps} of it {'was' if len(done) == 1 else 'were'} {been}. It is {entered} the ledger all the "
            "same, and its other steps will not run; without --fake, migrate goes on with them"
        )


def _renewed(history: History, until: float) -> Steps[None]:
    """Gives ledger and journal the names that the files have now."""
    if history.renewals or history.resumed:
        yield from in_transaction(partial(_renew, history), history.dialect, until)


def _renew(history: History) -> Steps[None]:
    yield from standing.renew(history.renewals, history.dialect)
    for old, new in history.resumed.items():
        yield from journal.rename(old, new, history.dialect)


def check(history: History, options: Options) -> None:
    """Warns of applied files that were edited or are missing; raises MigrationError with ``strict``."""
    faults = history.faults()
    if faults and options.strict:
        raise MigrationError("\n".join(faults))
    for fault in faults:
        options.warn(fault)


def _tables(dialect: str) -> Steps[None]:
    yield from ledger.prepare(dialect)
    yield from journal.prepare(dialect)


def _one(task: Task, dialect: str, start: float, until: float, options: Options) -> Steps[bool]:
    """Applies or undoes a migration; returns False where another process has done so meanwhile."""
    is_whole = options.fake or (dialect in TRANSACTIONAL and not any(step.alone for step in task.steps))
    try:
        if is_whole:
            unchecked = task.makes_anew and not options.fake
            whole = partial(_whole, task, dialect, start, options)
            return (yield from in_transaction(whole, dialect, until, unchecked=unchecked))
        return (yield from _by_steps(task, dialect, start, options))
    except MigrationError as error:
        if is_whole and isinstance(error.__cause__, IntegrityError):  # nothing has changed; the server names at most one row
            yield from require_fitting_rows(task.name, task.steps, dialect)
        raise
    except LockTimeoutError:
        raise
    except DatabaseError as error:  # of COMMIT, of the ledger or of the journal
        raise MigrationError(f"{task.name}: {error}", sqlstate=error.sqlstate, sql=error.sql) from error
    except CommitOutcomeUnknown:
        # The connection died while COMMIT was sent: the ledger, which is in the same transaction, knows what became of it.
        if (task.name in (yield from ledger.read(dialect))) is task.backwards:
            raise
    return True


def _whole(task: Task, dialect: str, start: float, options: Options) -> Steps[bool]:
    """Does a migration in one transaction."""
    if (yield from ledger.is_over(task.name, dialect, backwards=task.backwards)):
        return False
    if not options.fake:
        yield from require_free_names(task.name, task.steps, dialect)
        yield from require_known_parts(task.name, task.steps, dialect)
        sent = _all_sent(task, dialect)
        yield from watched(sent, task.name, [step.operation for step in task.steps], options.warn) if task.makes_anew else sent
    yield from _entered(task, dialect, start, "faked" if options.fake else "applied")
    return True


def _all_sent(task: Task, dialect: str) -> Steps[None]:
    for _, step, text in task.texts:
        yield from _sent(task, step, text, dialect)


def _entered(task: Task, dialect: str, start: float, state: str) -> Steps[None]:
    if task.backwards:
        for name in standing.known([task.migration]):
            yield from ledger.remove(name, dialect)
    else:
        yield from ledger.record(ledger.Entry(task.name, task.checksum, state), round(time.monotonic() - start, 3), dialect)
    yield from journal.forget(task.name, dialect)


def _by_steps(task: Task, dialect: str, start: float, options: Options) -> Steps[bool]:
    """Does a migration statement by statement, each noted in the journal."""
    begun = (yield from journal.read(dialect)).get(task.name, {})
    if not begun and dialect != "sqlite":
        yield from require_free_names(task.name, task.steps, dialect)
        yield from require_known_parts(task.name, task.steps, dialect)
        yield from require_fitting_rows(task.name, task.steps, dialect)
    for number, step, text in task.texts:
        known = begun.get(number)
        until = time.monotonic() + options.lock_timeout  # the steps before it may have taken long
        entry = journal.Entry(number, task.backwards, journal.digest(text), done=True)
        if known is not None and known.digest != entry.digest:
            message = f"{task.name} was edited after it stopped half way; give it back the statements that were run, then migrate again"
            raise MigrationError(message)
        if known is not None and known.done:
            continue
        if isinstance(step.operation, Run) and step.operation.batch is not None:
            yield from _batches(task.job(step), replace(entry, done=False), dialect, options)
        elif isinstance(step.operation, Run) or changes_rows(text, dialect) or (dialect in TRANSACTIONAL and not step.alone):
            yield from in_transaction(partial(_noted, task, step, text, entry, dialect), dialect, until, unchecked=step.rebuild is not None)
        else:
            yield from _alone(task, step, text, entry, known, dialect, until)
    return (yield from in_transaction(partial(_ended, task, dialect, start), dialect, time.monotonic() + options.lock_timeout))


def _ended(task: Task, dialect: str, start: float) -> Steps[bool]:
    if (yield from ledger.is_over(task.name, dialect, backwards=task.backwards)):
        return False
    yield from _entered(task, dialect, start, "applied")
    return True


def _batches(job: Job, entry: journal.Entry, dialect: str, options: Options) -> Steps[None]:
    """Runs a function batch by batch, each committed with how far it came."""
    models = yield from job.frozen()
    rows, batch = 0, partial(run_batch, job, models, entry, dialect)
    while count := (yield from in_transaction(batch, dialect, time.monotonic() + options.lock_timeout)):
        rows += count
        options.progress(job.migration, rows)


def _noted(task: Task, step: Step, text: str, entry: journal.Entry, dialect: str) -> Steps[None]:
    if dialect == "sqlite":  # which has no lock for a whole run: another process may have been faster
        done = (yield from journal.find(task.name, entry.step, dialect)) is not None
        if done or (yield from ledger.is_over(task.name, dialect, backwards=task.backwards)):
            return
    sent = _sent(task, step, text, dialect)
    yield from sent if step.rebuild is None else watched(sent, task.name, [step.operation], step.rebuild.warn)
    yield from journal.begin(task.name, entry, dialect)


def _alone(task: Task, step: Step, text: str, entry: journal.Entry, known: journal.Entry | None, dialect: str, until: float) -> Steps[None]:
    """Runs a statement that commits by itself. What interrupts it leaves it begun; what the server refuses does not."""
    if known is not None and isinstance(step.operation, Execute):
        message = (
            f"{task.name} stopped during step {entry.step}, {step.operation}, and nothing tells whether it took effect: "
            f"look at the database, then migrate --mark-done {entry.step} or --retry {entry.step}"
        )
        raise MigrationError(message)
    if known is None:
        yield from journal.begin(task.name, replace(entry, done=False), dialect)
    if known is None or not (yield from took_effect((yield from as_there(step, text, dialect)), dialect)):
        try:
            sent = partial(_sent, task, step, text, dialect)
            yield from patiently(sent, dialect, until) if is_one(text, dialect) else sent()
        except MigrationError as error:
            if known is None and is_one(text, dialect) and _is_refused(error.__cause__):
                yield from journal.forget(task.name, dialect, entry.step)
            raise
    yield from journal.finish(task.name, entry.step, dialect)


def _is_refused(error: BaseException | None) -> bool:
    """Whether the server itself said no, or was not asked because rows do not fit, so that the statement did nothing."""
    return isinstance(error, (DatabaseError, MigrationError))


def _sent(task: Task, step: Step, text: str, dialect: str) -> Steps[None]:
    operation = step.operation
    if isinstance(operation, Run):
        job = task.job(step)
        yield from job.run((yield from job.frozen()))
        return
    try:
        if step.rebuild is not None:
            yield from make_anew(step.rebuild)
        elif isinstance(operation, Execute) and operation.params is not None:
            yield Call(*compile_raw(brief(text, dialect), operation.params, dialect))
        else:
            text = yield from as_there(step, text, dialect)
            yield Call(wire.pack(statement.raw([expr.text(brief(text, dialect))])), ())
    except OxydeError as error:
        remedy = f"; {_DEPENDENT}" if error.sqlstate == "2BP01" else ""
        raise MigrationError(f"{task.name}: {step.operation}: {error}{remedy}", sqlstate=error.sqlstate, sql=text) from error
