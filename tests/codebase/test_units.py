"""Each file of the package with logic has a unit test file of its name, mirrored folder for folder."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE, UNITS = ROOT / "oxyde", ROOT / "tests/unit"

ELSEWHERE = {
    "queries/beside.py": ("queries/test_cte.py", "parts of With(), its join() and its col()"),
    "queries/met.py": ("queries/test_cte.py", "parts of With(), its join() and its col()"),
    "queries/recursion.py": ("queries/test_cte.py", "parts of With(), its join() and its col()"),
    "db/batches.py": ("../contract/test_row_streams.py", "the batches of statements of a connection"),
    "export/arrow_schema.py": ("export/test_formats.py", "the formats answer to one suite"),
    "export/pandas.py": ("export/test_formats.py", "the formats answer to one suite"),
    "export/polars.py": ("export/test_formats.py", "the formats answer to one suite"),
    "inspect/allowed.py": ("../contract/test_read_only_users.py", "what a user may read on a server"),
    "inspect/columns.py": ("inspect/test_planning.py", "parts of the plan"),
    "inspect/constraints.py": ("inspect/test_planning.py", "parts of the plan"),
    "inspect/inspecting.py": ("../contract/test_inspecting.py", "reads databases"),
    "inspect/looked.py": ("../contract/test_inspected_oddities.py", "looks at rows of MySQL"),
    "inspect/reading.py": ("../contract/test_inspecting.py", "the catalogues of servers"),
    "inspect/references.py": ("inspect/test_planning.py", "parts of the plan"),
    "inspect/relations.py": ("inspect/test_planning.py", "parts of the plan"),
    "models/arrow.py": ("../contract/test_arrow.py", "streams of a connection"),
    "models/blocking.py": ("../codebase/test_twins.py", "generated from queryset.py, and compared with it"),
    "models/blocking_many.py": ("../codebase/test_twins.py", "generated from many.py, and compared with it"),
    "models/json_rows.py": ("../contract/test_json.py", "rows of a connection"),
    "models/request_schema.py": ("models/test_request.py", "what makes the schemas of requests"),
    "models/many.py": ("../contract/test_upsert.py", "hands every verb to models/verbs, whose steps need a database"),
    "models/queryset.py": ("../contract/test_queries.py", "hands every verb to models/verbs, whose steps need a database"),
    "models/upserted.py": ("../contract/test_upsert.py", "what a verb returns"),
    "models/bulk_updates.py": ("../contract/test_bulk_update.py", "columns of instances, written to a database"),
    "models/verbs/bulk.py": ("../contract/test_bulk.py", "steps that need a database"),
    "models/verbs/conflicts.py": ("../contract/test_upsert.py", "what two verbs refuse"),
    "export/source.py": ("../contract/test_load.py", "what load() takes"),
    "models/verbs/loading.py": ("../contract/test_load.py", "steps that need a database"),
    "models/verbs/merging.py": ("../contract/test_upsert.py", "steps that need a database"),
    "models/blocking_raw.py": ("../codebase/test_twins.py", "generated from raw.py, and compared with it"),
    "models/raw.py": ("../contract/test_raw_queries.py", "statements of a connection"),
    "models/raw_rows.py": ("../contract/test_raw_queries.py", "statements of a connection"),
    "models/streaming.py": ("../contract/test_row_streams.py", "rows of statements of a connection"),
    "models/blocking_related.py": ("../codebase/test_twins.py", "generated from related.py, and compared with it"),
    "models/related.py": ("../contract/test_related.py", "hands every verb to models/verbs/linking, whose steps need a database"),
    "models/verbs/linking.py": ("../contract/test_related.py", "steps that need a database"),
    "models/verbs/paging.py": ("../contract/test_pages.py", "steps that need a database"),
    "models/verbs/reading.py": ("../contract/test_queries.py", "steps that need a database"),
    "models/verbs/relating.py": ("../contract/test_prefetch.py", "steps that need a database"),
    "models/verbs/upserting.py": ("../contract/test_upserting.py", "steps that need a database"),
    "models/verbs/writing.py": ("../contract/test_update_delete.py", "steps that need a database"),
    "migrations/folder/calls.py": ("migrations/folder/test_writing.py", "parts of the files"),
    "migrations/folder/context/columns.py": ("migrations/folder/context/test_base.py", "every method answers to one suite"),
    "migrations/folder/context/constraints.py": ("migrations/folder/context/test_base.py", "every method answers to one suite"),
    "migrations/folder/context/enums.py": ("migrations/folder/context/test_base.py", "every method answers to one suite"),
    "migrations/folder/context/tables.py": ("migrations/folder/context/test_base.py", "every method answers to one suite"),
    "db/ground.py": ("../contract/test_migrated_fixture.py", "the transaction of a test"),
    "testing/fixtures.py": ("../contract/test_migrated_fixture.py", "the transaction of a test"),
    "migrations/comparing/drifting.py": ("../contract/test_drift.py", "compares databases"),
    "migrations/running/effects.py": ("../contract/test_migrate.py", "what a database shows"),
    "migrations/running/journal.py": ("../contract/test_migrate.py", "a table of a database"),
    "migrations/running/ledger.py": ("../contract/test_migrate.py", "a table of a database"),
    "migrations/verification/scratch_database.py": ("../contract/test_verify.py", "makes databases"),
    "migrations/verification/verifying.py": ("../contract/test_verify.py", "looks at a database"),
    "migrations/running/constraint_names.py": ("../contract/test_fake_initial.py", "what a database calls constraints"),
    "migrations/running/initial.py": ("../contract/test_fake_initial.py", "looks at a database"),
    "migrations/running/pending.py": ("../contract/test_plan.py", "looks at a database"),
    "migrations/lock.py": ("../contract/test_migrate.py", "a lock of a server"),
    "migrations/running/moved.py": ("../contract/test_bad_migrations.py", "rows of a database"),
    "migrations/running/obstacles.py": ("../contract/test_bad_migrations.py", "what a database has"),
    "migrations/running/patience.py": ("../contract/test_bad_servers.py", "locks of a server"),
    "migrations/running/migrating.py": ("../contract/test_migrate.py", "migrates databases"),
    "migrations/running/batches.py": ("../contract/test_batches.py", "rows of a database"),
    "migrations/running/rows.py": ("../contract/test_data_migrations.py", "rows of a database"),
    "migrations/running/runner.py": ("../contract/test_migrate.py", "migrates databases"),
    "migrations/running/history.py": ("../contract/test_migrate.py", "what a database has of the migrations"),
    "migrations/comparing/scratch.py": ("../contract/test_drift.py", "asks servers"),
    "models/locate.py": ("cli/test_models.py", "the lines of models that are wrong"),
    "cli/showmigrations.py": ("cli/test_migrate.py", "lists what the other command does"),
    "migrations/lint/mariadb.py": ("../contract/test_lint_locks.py", "what the server itself can do"),
    "migrations/lint/mysql.py": ("../contract/test_lint_locks.py", "what the server itself can do"),
    "migrations/lint/postgres.py": ("../contract/test_lint_locks.py", "what the server itself locks"),
    "migrations/lint/sqlite.py": ("migrations/lint/test_locks.py", "the locks of every dialect"),
    "migrations/operations/columns.py": ("migrations/operations/test_base.py", "every operation answers to one suite"),
    "migrations/operations/constraints.py": ("migrations/operations/test_base.py", "every operation answers to one suite"),
    "migrations/operations/enums.py": ("migrations/operations/test_base.py", "every operation answers to one suite"),
    "migrations/operations/free.py": ("migrations/operations/test_base.py", "every operation answers to one suite"),
    "migrations/operations/indexes.py": ("migrations/operations/test_base.py", "every operation answers to one suite"),
    "migrations/operations/tables.py": ("migrations/operations/test_base.py", "every operation answers to one suite"),
    "migrations/operations/views.py": ("migrations/operations/test_base.py", "every operation answers to one suite"),
    "migrations/folder/replaced.py": ("../contract/test_squash.py", "what a ledger has of squashed migrations"),
    "migrations/running/standing.py": ("../contract/test_squash.py", "what a ledger has of squashed migrations"),
    "migrations/rebasing/local.py": ("migrations/rebasing/test_rebase.py", "which migrations are renamed"),
    "migrations/rebasing/unfinished.py": ("migrations/rebasing/test_rebase.py", "what a crash leaves"),
    "migrations/squashing/copied.py": ("migrations/squashing/test_squash.py", "parts of the file"),
    "migrations/squashing/joined.py": ("migrations/squashing/test_reduced.py", "what is joined"),
    "migrations/squashing/module.py": ("migrations/squashing/test_squash.py", "parts of the file"),
    "migrations/squashing/touched.py": ("migrations/squashing/test_reduced.py", "what keeps operations from being joined"),
    "migrations/squashing/written.py": ("migrations/squashing/test_squash.py", "parts of the file"),
    "migrations/sql/described.py": ("migrations/sql/test_statements.py", "parts of the statements"),
    "migrations/live/postgres.py": ("../contract/test_live_state.py", "the catalogue of a server"),
    "migrations/live/scope.py": ("../contract/test_live_state.py", "statements of a connection"),
    "migrations/live/sqlite.py": ("../contract/test_live_state.py", "the catalogue of a file"),
    "migrations/sql/rebuild/orphans.py": ("../contract/test_rebuild.py", "rows of a database"),
    "migrations/sql/rebuild/running.py": ("../contract/test_rebuild.py", "makes tables of a database anew"),
    "migrations/sql/rebuild/table.py": ("../contract/test_rebuild.py", "the catalogue of a file"),
    "migrations/sql/rebuild/users.py": ("../contract/test_rebuild.py", "views and triggers of a database"),
    "migrations/sql/rebuild/watching.py": ("../contract/test_rebuild.py", "migrates a database"),
    "migrations/changes/questions.py": ("migrations/changes/test_planning.py", "what plans ask"),
    "notebook/before_cursor.py": ("notebook/test_complete.py", "what Tab offers, through IPython's own completer"),
    "stubs/annotations.py": ("stubs/test_source.py", "parts of a module's text"),
    "stubs/functions.py": ("stubs/test_source.py", "parts of a module's text"),
    "stubs/classes.py": ("stubs/test_writer.py", "classes of the modules of a project"),
    "stubs/module.py": ("stubs/test_writer.py", "the stub of a module of a project"),
    "stubs/project.py": ("stubs/test_writer.py", "the modules of a project"),
    "stubs/querysets.py": ("../typing/test_service.py", "what type checkers make of it"),
    "stubs/rows.py": ("../typing/test_service.py", "what type checkers make of it"),
    "stubs/tables.py": ("stubs/test_lookups.py", "finds the models of keywords"),
    "stubs/types.py": ("stubs/test_lookups.py", "the types of keywords"),
    "stubs/written.py": ("../typing/test_service.py", "what type checkers make of it"),
    "sync.py": ("../codebase/test_twins.py", "generated from the awaited functions, and compared with them"),
}
"""Files with logic that are tested in a file of another name: which one, below ``tests/unit``, and why."""


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yields the functions and methods of a module."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node


def has_logic(path: Path) -> bool:
    """Returns whether a function of a file does more than to return, raise or stand for something."""
    for function in functions(ast.parse(path.read_text(encoding="utf-8"))):
        statements = function.body[1:] if ast.get_docstring(function) is not None else function.body
        if len(statements) > 1:
            return True
        if statements and not isinstance(statements[0], (ast.Return, ast.Expr, ast.Pass, ast.Raise)):
            return True
    return False


def with_logic() -> set[str]:
    """Returns the files with logic, by their paths in the package; what a package's own file does is its contents'."""
    paths = (path for path in PACKAGE.glob("**/*.py") if path.name not in {"__init__.py", "__main__.py"})
    return {path.relative_to(PACKAGE).as_posix() for path in paths if has_logic(path)}


def unit_test(name: str) -> Path:
    """Returns where the unit tests of a file are."""
    path = UNITS / name
    return path.with_name(f"test_{path.name}")


def test_files_with_logic_have_unit_tests() -> None:
    """Of their name, or one that is named here."""
    assert {name for name in with_logic() - ELSEWHERE.keys() if not unit_test(name).exists()} == set()


def test_no_exception_is_left_over() -> None:
    """A file that has gone or has a unit test by now, or no logic, is none; the test that is named is there."""
    logic = with_logic()
    assert {name for name in ELSEWHERE if name not in logic or unit_test(name).exists()} == set()
    assert {test for test, _ in ELSEWHERE.values() if not (UNITS / test).is_file()} == set()
