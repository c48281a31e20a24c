"""What runs for ``raw()``: SQL text with its values, and how its rows become objects."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from oxyde.db.batches import Batches, batches
from oxyde.db.raw import Params, check_params, dictionaries, prepared
from oxyde.db.route import Route
from oxyde.db.rows import Batch
from oxyde.db.steps import Call, Read, Steps
from oxyde.exceptions import FieldError
from oxyde.export.exporter import Exporter
from oxyde.models.row_types import row_type
from oxyde.models.streaming import BlockingStream, Stream, size

R = TypeVar("R")
T = TypeVar("T")


@dataclass(frozen=True)
class Text(Generic[R]):
    """SQL text with its values.

    Attributes:
        sql: The text.
        params: Its values.
        kind: The row type; None for dictionaries.
    """

    sql: str
    params: Params
    kind: type[Any] | None = None

    def into(self, kind: type[T]) -> Text[T]:
        """Returns the same with rows of another type."""
        row_type(kind)
        made: Any = replace(self, kind=kind)
        return made  # type: ignore[no-any-return] # of its rows only the type changed

    def compiled(self, where: Route) -> tuple[bytes, tuple[Any, ...]]:
        """Returns the packed statement and its values for a connection."""
        return prepared(self.sql, self.params, where)

    def reader(self) -> Callable[[Batch], list[R]]:
        """Returns a function that turns a batch into rows."""
        rows = dictionaries(self.sql)
        if self.kind is None:
            return rows  # type: ignore[return-value] # R is a dictionary then
        kind = row_type(self.kind)

        def read(batch: Batch) -> list[R]:
            if batch.names or batch.rows:
                kind.check_names(batch.names)
            return kind.made(rows(batch))

        return read


def text(sql: str, params: Params) -> Text[dict[str, Any]]:
    """Returns SQL text with its values.

    Raises:
        TypeError: The SQL is no text, or the parameters are neither a dict nor a list.
    """
    if not isinstance(sql, str):
        remedy = "; a template string goes to oxyde.sql()" if _is_template(sql) else ""
        message = f"raw() takes SQL text, not {type(sql).__name__}{remedy}"
        raise TypeError(message)
    check_params(params)
    return Text(sql, params)


def _is_template(value: Any) -> bool:
    return hasattr(value, "interpolations") and hasattr(value, "strings")


def from_template(template: Any) -> Text[dict[str, Any]]:
    """Returns a template string as SQL text with its values.

    Raises:
        TypeError: It is no template string.
        FieldError: A value has a conversion or a format.
    """
    if isinstance(template, str):
        raise TypeError('sql() takes a template string, t"..." of Python 3.14, and not text; give text and values to raw(sql, params)')
    if not _is_template(template):
        message = f'sql() takes a template string, t"..." of Python 3.14, not {type(template).__name__}; text goes to raw(sql, params)'
        raise TypeError(message)
    values: dict[str, Any] = {}
    written = "".join(_all_strings(template))
    prefix = "t"
    while f":{prefix}" in written:
        prefix += "_"
    return Text(_joined(template, prefix, values), values)


def _all_strings(template: Any) -> list[str]:
    inner = [one.value for one in template.interpolations if _is_template(one.value)]
    return [*template.strings, *(text for one in inner for text in _all_strings(one))]


def _joined(template: Any, prefix: str, values: dict[str, Any]) -> str:
    """Returns the SQL with a placeholder for each value; spaces keep it apart from the words beside it."""
    parts = [template.strings[0]]
    for one, after in zip(template.interpolations, template.strings[1:], strict=True):
        if one.conversion is not None or one.format_spec:
            message = f"sql() binds values as they are, and {{{one.expression}}} has a conversion or a format; convert it before"
            raise FieldError(message)
        if _is_template(one.value):
            parts += [_joined(one.value, prefix, values), after]
        else:
            name = f"{prefix}{len(values)}"
            values[name] = one.value
            parts += [f" :{name} ", after]
    return "".join(parts)


def everything(text: Text[R], where: Route) -> Steps[list[R]]:
    """Reads all rows."""
    found: list[R] = []
    read = text.reader()
    yield Call(*text.compiled(where), lambda batch: found.extend(read(batch)))
    return found


def first(text: Text[R], where: Route) -> Steps[R | None]:
    """Reads the first row; the statement runs to its end, because it may write."""
    found: list[R] = []
    read = text.reader()
    yield Call(*text.compiled(where), lambda batch: None if found else found.extend(read(batch)[:1]))
    return found[0] if found else None


def frame(text: Text[Any], where: Route, reader: Exporter[T]) -> Steps[T]:
    """Reads the rows as an Arrow stream into an object of some library."""
    shape, values = text.compiled(where)
    made: T = yield Read(shape, values, reader, reader.load)
    return made


def stream(text: Text[R], batch_size: int | None, where: Route) -> Stream[R]:
    """Returns the rows as a stream."""
    source, reader = _opened(text, batch_size, where)
    return Stream(source, lambda: reader, {}, where)


def stream_blocking(text: Text[R], batch_size: int | None, where: Route) -> BlockingStream[R]:
    """Returns the rows as a stream for blocking code."""
    source, reader = _opened(text, batch_size, where)
    return BlockingStream(source, lambda: reader, {}, where)


def _opened(text: Text[R], batch_size: int | None, where: Route) -> tuple[Batches, Callable[[Batch], list[R]]]:
    call = Call(*text.compiled(where), stream=size(batch_size))
    return batches(where, call, is_query=False), text.reader()
