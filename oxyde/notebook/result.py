"""The result of a cell's statement: rows in memory, displayed as a table and exported as frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar, overload

from oxyde import export, markup
from oxyde.db.rows import ArrowStream, Batch

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """The outcome of a statement.

    Attributes:
        where: The alias of the connection.
        seconds: How long it took.
        rows: How many rows are known to exist.
        complete: Whether those are all rows.
        changed: Rows inserted, updated or deleted; None for a statement that changes none.
    """

    where: str
    seconds: float
    rows: int
    complete: bool = True
    changed: int | None = None

    def counted(self, columns: int, most: int) -> str:
        """Returns how many rows of how many are shown, and how many changed."""
        parts = [] if self.changed is None else [f"{many(self.changed)} changed"]
        if not columns:
            return parts[0] if parts else "done"
        if not self.complete:
            parts.append(f"first {most:,}, more exist")
        elif self.rows <= most:
            parts.append(f"all {many(self.rows)}")
        else:
            parts.append(f"first {most:,} of {many(self.rows)}")
        return " · ".join(parts)

    def footer(self, counted: str) -> str:
        """Returns the line below a table."""
        return f"{counted} · {self.where} · {self.seconds:.3f} s"


def many(count: int, one: str = "row", several: str = "rows") -> str:
    """Returns a number of things, with their name."""
    return f"{count:,} {one if count == 1 else several}"


class Shown:
    """An object that a notebook displays as a table with a footer; displaying it sends nothing and never raises."""

    columns: list[str]
    footer: str

    def _first_rows(self) -> list[tuple[Any, ...]]:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        """Returns the table as HTML."""
        if not self.columns:
            return f"<p><small>{markup.escape(self.footer)}</small></p>"
        return self._drawn(lambda rows: markup.table(self.columns, rows, footer=self.footer), markup.escape)

    def _text(self) -> str:
        """Returns the table as text."""
        return self._drawn(lambda rows: markup.text_table(self.columns, rows, self.footer), str) if self.columns else self.footer

    def _drawn(self, draw: Callable[[list[tuple[Any, ...]]], str], escape: Callable[[str], str]) -> str:
        try:
            return draw(self._first_rows())
        except Exception as error:  # noqa: BLE001 - a repr never raises
            return escape(f"{self.footer} · not shown: {type(error).__name__}: {markup.plain(error)}")

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:  # noqa: ARG002 - IPython filters the representations itself
        """Returns the table as text, for a terminal, and as HTML, for a notebook."""
        return {"text/plain": self._text(), "text/html": self._repr_html_()}


class Result(Shown):
    """All rows of a statement, held in memory.

    It is a sequence of tuples, and an Arrow stream as often as needed: ``pl.DataFrame(result)``, ``pa.table(result)``.

    Attributes:
        columns: The names of the columns.
        footer: The number of rows shown and in total, the connection, and the time.
        summary: The same for all rows.
    """

    def __init__(self, columns: Sequence[str], batches: Sequence[Batch], outcome: Outcome, *, shown: int = 10) -> None:
        """Takes the batches of a finished statement.

        Args:
            columns: The names of the columns.
            batches: All batches.
            outcome: The outcome of the statement.
            shown: How many rows the notebook shows.
        """
        self.columns = list(columns)
        self._batches = list(batches)
        self._outcome, self._most = outcome, shown
        self.footer = outcome.footer(outcome.counted(len(self.columns), shown))
        size = f"{many(outcome.rows)} x {len(self.columns)} {'column' if len(self.columns) == 1 else 'columns'}"
        counted = size if self.columns and outcome.changed is None else outcome.counted(len(self.columns), outcome.rows)
        self.summary = outcome.footer(counted)

    def __len__(self) -> int:
        """Returns the number of rows."""
        return self._outcome.rows

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Yields the rows as tuples of Python values."""
        for batch in self._batches:
            yield from batch.values()

    @overload
    def __getitem__(self, at: int) -> tuple[Any, ...]: ...

    @overload
    def __getitem__(self, at: slice) -> list[tuple[Any, ...]]: ...

    def __getitem__(self, at: int | slice) -> tuple[Any, ...] | list[tuple[Any, ...]]:
        """Returns a row, or the rows of a slice."""
        return self._all[at]

    @cached_property
    def _all(self) -> list[tuple[Any, ...]]:
        return list(self)

    def rows(self, most: int | None = None) -> list[tuple[Any, ...]]:
        """Returns the first rows as tuples of Python values; all of them without a number."""
        return list(islice(self, most))

    def _first_rows(self) -> list[tuple[Any, ...]]:
        return self.rows(self._most)

    def _stream(self) -> ArrowStream:
        return ArrowStream.of(self._batches)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Returns a new Arrow stream over the rows."""
        return self._stream().__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Returns the Arrow schema of the rows."""
        return self._stream().__arrow_c_schema__()

    def _read(self, exporter: Callable[[ArrowStream], T]) -> T:
        """Reads the rows into an object of another library; an error of Oxyde that the library wraps is raised as it was."""
        stream = self._stream()
        try:
            return exporter(stream)
        except Exception:
            stream.check()
            raise

    def to_arrow(self) -> pa.Table:
        """Returns the rows as a ``pyarrow.Table``."""
        return self._read(export.to_arrow)

    def to_polars(self) -> pl.DataFrame:
        """Returns the rows as a ``polars.DataFrame``; UUIDs as String."""
        return self._read(export.to_polars)

    def to_pandas(self) -> pd.DataFrame:
        """Returns the rows as a ``pandas.DataFrame``."""
        return self._read(export.to_pandas)

    def __repr__(self) -> str:
        """Returns one line."""
        return f"<Result {self.summary}>"


class Preview(Shown):
    """The first rows of a statement; the others were not fetched.

    Attributes:
        columns: The names of the columns.
        footer: The line below.
    """

    def __init__(self, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], footer: str) -> None:
        self.columns, self.footer = list(columns), footer
        self._rows = list(rows)

    def rows(self) -> list[tuple[Any, ...]]:
        """Returns the rows that are shown."""
        return list(self._rows)

    def _first_rows(self) -> list[tuple[Any, ...]]:
        return self._rows

    def __getattr__(self, name: str) -> Any:
        """Raises AttributeError; for a method of ``Result`` it names the way to keep all rows.

        Raises:
            AttributeError: There is no such attribute.
        """
        remedy = "; it has only the rows that are shown, keep all of them with x = %oxyde ... or %%oxyde x <<"
        message = f"a preview has no attribute {name!r}{remedy if hasattr(Result, name) else ''}"
        raise AttributeError(message, name=name, obj=self)

    def __repr__(self) -> str:
        """Returns one line."""
        return f"<Preview {self.footer}>"
