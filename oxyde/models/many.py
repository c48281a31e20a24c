"""``Many``: the awaited verbs that write many rows at once. ``blocking_many.py`` is its generated twin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal, overload

from oxyde.db.steps import Steps
from oxyde.models import frames
from oxyde.models.chain import M, R_co
from oxyde.models.request import Request
from oxyde.models.upserted import Upserted
from oxyde.models.verbs import bulk, loading, merging
from oxyde.queries.term import Expression


class Many(frames.Frames[M, R_co]):
    """The part of a queryset that writes rows in bulk."""

    async def bulk_create(
        self,
        objects: Iterable[M | Request | dict[str, Any]],
        *,
        batch_size: int | None = None,
        ignore_conflicts: bool = False,
        update_conflicts: bool = False,
        unique_fields: str | Iterable[str] | None = None,
        update_fields: Iterable[str] | None = None,
        using: str | None = None,
        client: object | None = None,
    ) -> list[M]:
        """Inserts many rows, all or none, and returns the instances with what the database filled in.

        Args:
            objects: Instances, dictionaries and request bodies (``User.Create``), mixed. Rows may give different fields; each gets
                defaults for the others.
            batch_size: At most that many rows in a statement; by default as many as the server takes.
            ignore_conflicts: Leave out rows that meet a unique constraint; keys that the server makes stay None then.
            update_conflicts: Update the rows that are there instead; the instances then hold the rows as they are stored.
            unique_fields: With it, the fields of the unique key by which rows are found; may be left out where there is only one.
            update_fields: With it, the fields that are updated; by default all that do not identify the row.
            using: The alias of a connection.
            client: A connection or an atomic block.
        """
        steps = self._inserting(
            objects,
            batch_size=batch_size,
            ignore_conflicts=ignore_conflicts,
            update_conflicts=update_conflicts,
            unique_fields=unique_fields,
            update_fields=update_fields,
        )
        return await self._run(steps, using, client)

    @overload
    async def upsert(
        self,
        rows: Iterable[M | Request | dict[str, Any]],
        *,
        on: str | Sequence[str],
        update: Iterable[str] | Mapping[str, Any] | None = None,
        where: Expression | None = None,
        returning: Literal[True] = True,
        batch_size: int | None = None,
        using: str | None = None,
        client: object | None = None,
    ) -> list[Upserted[M]]: ...
    @overload
    async def upsert(
        self,
        rows: Iterable[M | Request | dict[str, Any]],
        *,
        on: str | Sequence[str],
        update: Iterable[str] | Mapping[str, Any] | None = None,
        where: Expression | None = None,
        returning: Literal[False],
        batch_size: int | None = None,
        using: str | None = None,
        client: object | None = None,
    ) -> int: ...
    async def upsert(
        self,
        rows: Iterable[M | Request | dict[str, Any]],
        *,
        on: str | Sequence[str],
        update: Iterable[str] | Mapping[str, Any] | None = None,
        where: Expression | None = None,
        returning: bool = True,
        batch_size: int | None = None,
        using: str | None = None,
        client: object | None = None,
    ) -> list[Upserted[M]] | int:
        """Inserts rows, or updates those that are there, whoever else does so at the same time; all or none. No hooks run.

        Args:
            rows: Instances, dictionaries and request bodies, mixed; they are left as they are.
            on: The field or fields of one unique key, by which rows that are there are found.
            update: The fields that take the new values, or a dictionary of fields with values and expressions, in which ``F`` is the
                row that is there and ``Proposed`` the new one. By default the fields that a row gives; ``[]`` updates nothing.
            where: Only rows that are there and fulfil it are updated, the others skipped. Not on MySQL and MariaDB.
            returning: Return the rows as they are stored, each with ``"inserted"``, ``"updated"`` or ``"skipped"``; else how many
                were written, which is faster.
            batch_size: At most that many rows in a statement; by default as many as the server takes.
            using: The alias of a connection.
            client: A connection or an atomic block.

        Raises:
            ValueError: Two of the rows have the same key, or ``on`` is no unique key.
        """
        self._require_all_rows("upsert()")
        steps = merging.upsert(self.model.__oxyde__, rows, on=on, update=update, where=where, returning=returning, batch_size=batch_size)
        found: list[Upserted[M]] | int = await self._run(steps, using, client)
        return found

    def _inserting(self, objects: Iterable[Any], **options: Any) -> Steps[list[Any]]:
        """Returns the steps of ``bulk_create()``."""
        return bulk.bulk_create(self.model.__oxyde__, objects, **options)

    def _require_all_rows(self, verb: str) -> None:
        """Raises FieldError where a verb that may reach any row of the model has no place."""

    async def bulk_update(
        self,
        objects: Iterable[M],
        fields: Iterable[str],
        *,
        batch_size: int | None = None,
        using: str | None = None,
        client: object | None = None,
    ) -> int:
        """Writes these fields of many instances to their rows, all or none, and returns how many there are.

        Raises:
            NotFoundError: A row is not there.
            StaleObjectError: A row has another version than its instance.
        """
        return await self._run(bulk.bulk_update(self.model.__oxyde__, objects, fields, batch_size=batch_size), using, client)

    async def load(self, source: object, *, batch_size: int | None = None, using: str | None = None, client: object | None = None) -> int:
        """Inserts the rows of a frame or a file, all or none, and returns how many. No hooks run.

        Columns are named like the fields, a foreign key like its relation or its key; fields without a column take their defaults. A column
        is validated as a whole, where no validator sees several fields.

        Args:
            source: An Arrow table or stream, anything with ``__arrow_c_stream__``, a polars or pandas frame, or the path of a Parquet or
                CSV file (``NULL`` in a CSV file is an empty text without quotes).
            batch_size: At most that many rows in a statement.
            using: The alias of a connection.
            client: A connection or an atomic block.

        Raises:
            FieldError: A column is missing, or is no field.
            FieldValueError: A column is of a type that its field does not take.
            ValidationError: Values are not valid; ``loc`` is the row, counted from 0, and the field.
            ImportError: pyarrow is not installed.
        """
        self._require_all_rows("load()")
        return await self._run(loading.load(self.model.__oxyde__, source, batch_size=batch_size), using, client)
