"""``BlockingRelatedManager``: the blocking verbs on the related rows of one instance.

Generated from ``oxyde/models/related.py`` by ``tests/codebase/twins.py``; edit that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel

from oxyde.db.steps import Steps
from oxyde.models import blocking
from oxyde.models.chain import M
from oxyde.models.info import AnyModel
from oxyde.models.narrow import blocking as narrow
from oxyde.models.verbs import linking, upserting
from oxyde.models.verbs.linking import blocking_querysets
from oxyde.models.where import lookups_and_connection, pop_connection


def related(instance: AnyModel, name: str) -> BlockingRelatedManager[Any]:
    """Returns the manager of an instance's related rows."""
    return BlockingRelatedManager(linking.bound(instance, name))


class BlockingRelatedManager(blocking.BlockingQuerySet[M]):
    """Every verb of a queryset, on the rows that belong to one instance: ``post.related("tags").order_by("name")``.

    ``create()`` and its kin make rows that belong to it. Many-to-many relations can be changed: ``add``, ``remove``, ``set``, ``clear``,
    after which the relation counts as not loaded.
    """

    def __init__(self, relation: linking.BoundRelation) -> None:
        """Takes what ``linking.bound`` returns."""
        super().__init__(relation.link.target, relation.query())  # type: ignore[arg-type] # the class of the related rows
        self._relation = relation

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickles the instance and the name of the relation."""
        return related, (self._relation.instance, self._relation.link.field)

    def _of(self, query: Any) -> Any:
        return blocking_querysets(self.model)._of(query)

    def query(self) -> Any:
        """Returns a fresh queryset of the related rows."""
        return self._of(self._query)

    def unscoped(self) -> Any:
        """Returns a queryset of all related rows, including those outside the scope of their manager."""
        return self._of(self._relation.query(scoped=False))

    def add(
        self, *objects: M | Any, through_defaults: Mapping[str, Any] | None = None, using: str | None = None, client: object | None = None
    ) -> None:
        """Relates rows of a many-to-many relation, all or none; those that are related already stay as they are, whoever relates them.

        Args:
            *objects: Saved instances, or their keys.
            through_defaults: Values of the junction's other fields.
            using: The alias of a connection.
            client: A connection or an atomic block.

        Raises:
            FieldError: An object is not saved, or the relation has no junction.
            ForeignKeyViolationError: A row is gone.
        """
        self._run(linking.add(self._relation, objects, through_defaults), using, client)

    def remove(self, *objects: M | Any, using: str | None = None, client: object | None = None) -> int:
        """Ends the relation to rows, which stay; returns how many were related."""
        return self._run(linking.remove(self._relation, objects), using, client)

    def set(
        self,
        objects: Iterable[M | Any],
        *,
        through_defaults: Mapping[str, Any] | None = None,
        using: str | None = None,
        client: object | None = None,
    ) -> None:
        """Relates exactly these rows, in one transaction; for rows that are related already the junction's other fields stay."""
        self._run(linking.replace(self._relation, objects, through_defaults), using, client)

    def clear(self, *, using: str | None = None, client: object | None = None) -> int:
        """Ends the relation to all rows, which stay; returns how many were related."""
        return self._run(linking.clear(self._relation), using, client)

    def _create(self, body: BaseModel | None = None, /, **values: Any) -> M:
        """Inserts a row that belongs to the instance; ``through_defaults`` are values of the junction's other fields."""
        using, client = pop_connection(self.model, values)
        own = None if "through_defaults" in self.model.__pydantic_fields__ else values.pop("through_defaults", None)
        made: M = self._run(linking.create(self._relation, body, values, own), using, client)
        return made

    create = narrow.Create(_create)

    def _inserting(self, objects: Iterable[Any], **options: Any) -> Steps[list[Any]]:
        """Returns the steps of ``bulk_create()``, whose rows belong to the instance."""
        return linking.bulk_create(self._relation, objects, **options)

    def _require_all_rows(self, verb: str) -> None:
        """Raises FieldError: rows that are there may belong to other instances, and those of a frame say themselves where they belong."""
        raise linking.not_loaded(self._relation) if verb == "load()" else linking.not_updated(self._relation, verb)

    def _get_or_create(
        self, /, defaults: Mapping[str, Any] | None = None, *, using: str | None = None, client: object | None = None, **lookups: Any
    ) -> tuple[M, bool]:
        """Returns the one row of the instance that matches, or inserts it."""
        lookups, using, client = lookups_and_connection(self.model, lookups, using, client)
        own = linking.owned(self._relation, lookups, "get_or_create")
        return self._run(upserting.get_or_create(self, defaults, own), using, client)

    get_or_create = narrow.GetOrCreate(_get_or_create)

    def _update_or_create(
        self,
        /,
        defaults: Mapping[str, Any] | None = None,
        create_defaults: Mapping[str, Any] | None = None,
        *,
        using: str | None = None,
        client: object | None = None,
        **lookups: Any,
    ) -> tuple[M, bool]:
        """Saves the values to the one row of the instance that matches, or inserts it."""
        lookups, using, client = lookups_and_connection(self.model, lookups, using, client)
        own = linking.owned(self._relation, lookups, "update_or_create")
        return self._run(upserting.update_or_create(self, defaults, create_defaults, own), using, client)

    update_or_create = narrow.UpdateOrCreate(_update_or_create)

    def __repr__(self) -> str:
        """Returns one line."""
        return f"<{type(self).__name__} of {self._relation.where}>"
