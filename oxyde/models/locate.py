"""Where the class of a model is written, for errors that come up only when models are completed."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable

from oxyde.exceptions import FieldError
from oxyde.models.info import ModelInfo
from oxyde.models.pydantic_seams import are_resolved
from oxyde.models.registry import complete


def check(infos: Iterable[ModelInfo]) -> None:
    """Completes models and their tables.

    Raises:
        FieldError: A model is wrong; the message begins with the file and line of its class, or of the field if one is to blame.
    """
    failed = [(info, error) for info in infos if (error := _error_of(info)) is not None]
    if failed:  # one whose own annotations are wrong comes before those that refer to it
        info, error = min(failed, key=lambda one: are_resolved(one[0].model))
        where = place(info.model, error.column)
        message = f"{where}: {error}" if where is not None else str(error)
        raise FieldError(message, column=error.column, table=error.table) from error


def _error_of(info: ModelInfo) -> FieldError | None:
    try:
        complete(info)
        info.table()
    except FieldError as error:
        return error
    return None


def place(cls: type, field: str | None = None) -> str | None:
    """Returns the file and line of a class statement, or of one of its fields; None where no file has it."""
    try:
        file, (lines, first) = inspect.getsourcefile(cls), inspect.getsourcelines(cls)
    except (OSError, TypeError):
        return None
    return f"{file}:{first + _line_of(lines, field)}"


def _line_of(lines: list[str], field: str | None) -> int:
    """Returns the number of lines of a class before one of its fields; before its ``class`` if it does not declare the field."""
    statement = ast.parse(textwrap.dedent("".join(lines))).body[0]
    body = statement.body if isinstance(statement, ast.ClassDef) else []
    found = (node for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == field)
    return next(found, statement).lineno - 1
