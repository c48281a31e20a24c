"""What a cell's statement returned: rows that are there, to look at and to turn into frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oxyde import _native
from oxyde.export import html
from oxyde.export.arrow import to_arrow
from oxyde.export.pandas import to_pandas
from oxyde.export.polars import to_polars


class Result:
    """All rows of a statement, held as Arrow batches.

    It is an Arrow stream itself, as often as needed: ``pl.DataFrame(result)``, ``pa.table(result)``.
    """

    def __init__(self, batches: Sequence[_native.Batch], *, where: str, seconds: float, shown: int = 10) -> None:
        """Takes the batches of a finished statement.

        Args:
            batches: At least the last one, which knows the columns.
            where: The alias of the connection.
            seconds: How long it took.
            shown: How many rows the repr shows.
        """
        self._batches = tuple(batches)
        self._where, self._seconds, self._shown = where, seconds, shown

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return list(self._batches[-1].names)

    @property
    def affected(self) -> int:
        """Rows inserted, updated or deleted."""
        return self._batches[-1].affected

    def __len__(self) -> int:
        """Returns the number of rows."""
        return sum(batch.rows for batch in self._batches)

    def rows(self, most: int | None = None) -> list[tuple[Any, ...]]:
        """Returns the first rows as tuples of Python values; all of them without a number."""
        found: list[tuple[Any, ...]] = []
        for batch in self._batches:
            if most is not None and len(found) >= most:
                break
            found.extend(batch.values())
        return found if most is None else found[:most]

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Returns a new Arrow stream over the rows."""
        return _native.ArrowStream.of(list(self._batches)).__arrow_c_stream__(requested_schema)

    def to_arrow(self) -> Any:
        """Returns a ``pyarrow.Table``."""
        return to_arrow(self)

    def to_polars(self) -> Any:
        """Returns a ``polars.DataFrame``."""
        return to_polars(self)

    def to_pandas(self) -> Any:
        """Returns a ``pandas.DataFrame``."""
        return to_pandas(self)

    @property
    def footer(self) -> str:
        """How many rows of how many, on which connection, in which time."""
        return footer(
            len(self),
            self._shown,
            complete=True,
            affected=self.affected,
            columns=len(self.columns),
            where=self._where,
            seconds=self._seconds,
        )

    def __repr__(self) -> str:
        """Returns one line."""
        return f"<Result {len(self):,} rows x {len(self.columns)} columns, {self._where}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return shown(self.columns, self.rows(self._shown), self.footer)


class Preview:
    """The first rows of a statement whose other rows were not fetched."""

    def __init__(self, columns: Sequence[str], rows: Sequence[tuple[Any, ...]], footer: str) -> None:
        self.columns, self.footer = list(columns), footer
        self._rows = list(rows)

    def rows(self) -> list[tuple[Any, ...]]:
        """Returns the rows that are shown."""
        return list(self._rows)

    def __repr__(self) -> str:
        """Returns one line."""
        return f"<Preview {self.footer}>"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return shown(self.columns, self._rows, self.footer)


def shown(columns: Sequence[str], rows: Sequence[Sequence[Any]], line: str) -> dict[str, str]:
    """Returns rows as text and HTML with a line below."""
    if not columns:
        return {"text/plain": line, "text/html": f"<p><small>{html.escape(line)}</small></p>"}
    return {"text/plain": html.text_table(columns, rows, line), "text/html": html.table(columns, rows, footer=line)}


def footer(rows: int, most: int, *, complete: bool, affected: int, columns: int, where: str, seconds: float) -> str:
    """Returns the line below a table.

    Args:
        rows: How many rows are known to exist.
        most: How many rows are shown at the most.
        complete: Whether those are all rows.
        affected: Rows inserted, updated or deleted.
        columns: How many columns there are; none for a statement without rows.
        where: The alias of the connection.
        seconds: How long it took.
    """
    if not columns:
        counted = f"{affected:,} {'row' if affected == 1 else 'rows'} changed"
    elif not complete:
        counted = f"first {most:,}, more exist"
    elif rows <= most:
        counted = f"all {rows:,} {'row' if rows == 1 else 'rows'}"
    else:
        counted = f"first {most:,} of {rows:,} rows"
    return f"{counted} · {where} · {seconds:.3f} s"
