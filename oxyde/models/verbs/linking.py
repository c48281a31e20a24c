"""Changing what an instance is related to: the generators behind ``related()``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pydantic import BaseModel

from oxyde.db.rows import Batch
from oxyde.db.steps import Atomically, Call, Dialect, Steps
from oxyde.exceptions import FieldError, NotFoundError
from oxyde.models import inverse
from oxyde.models.info import AnyModel, Link, ModelInfo, holds
from oxyde.models.received import created
from oxyde.models.related_keys import related_key, saved_key
from oxyde.models.request import Request
from oxyde.models.unloaded import UNLOADED
from oxyde.models.verbs import bulk, writing
from oxyde.queries import Q, compile, dml, query, related
from oxyde.queries.foreign_values import named
from oxyde.queries.locks import FOR_CHANGE
from oxyde.queries.paths import Path
from oxyde.queries.query import Query
from oxyde.queries.source import State, everything
from oxyde.schema import Relation, Table
from oxyde.schema.naming import meant


@dataclass(frozen=True)
class BoundRelation:
    """A relation of one instance.

    Attributes:
        instance: The instance.
        link: The relation, as the model declares it.
        relation: The same, as the table has it.
        path: The column that holds the instance's key, as seen from the related rows.
        key: That key.
    """

    instance: AnyModel
    link: Link
    relation: Relation
    path: Path
    key: Any

    @property
    def info(self) -> ModelInfo:
        """The model of the instance."""
        return type(self.instance).__oxyde__

    @property
    def where(self) -> str:
        """Model and relation, for messages."""
        return f"{self.info.name}.{self.link.field}"

    @property
    def junction(self) -> Table:
        """The table between the two sides of a many-to-many relation."""
        return self.path.table

    @property
    def sides(self) -> tuple[str, str]:
        """The junction's fields that hold the instance's key, and that of the other side."""
        return cast("tuple[str, str]", self.relation.through_fields)

    def query(self, *, scoped: bool = True) -> Query[Any]:
        """Returns the query of the related rows: of those in the scope of their manager, or of all."""
        target: Any = self.link.target
        found: Query[Any] = target.objects._query if scoped else target.objects.unscoped()._query
        return found.with_(state=related.of_one(found.state, self.path, self.key))

    def key_of(self, one: Any) -> Any:
        """Returns the value by which the junction names a row of the other side, as the server takes it.

        Raises:
            FieldError: An object of another class, or one that is not saved.
        """
        key = related_key(self.where, self.link.target, (self.relation.target_column,), one)
        if key is None or isinstance(key, BaseModel):
            message = f"{self.where} takes saved instances of {self.link.target.__name__} or their keys, not {named(one)}"
            raise FieldError(message, column=self.link.field)
        return self.junction.by_field[self.sides[1]].adapt(key)

    def links(self) -> State:
        """Returns the query of the junction's rows that are the instance's."""
        return query.filtered(everything(self.junction), Q(**{self.sides[0]: self.key}))

    def forget(self) -> None:
        """Makes the relation unloaded, because what is loaded is no longer what is stored."""
        vars(self.instance)[self.link.field] = UNLOADED
        self.instance.__pydantic_fields_set__.discard(self.link.field)


def bound(instance: AnyModel, name: str) -> BoundRelation:
    """Returns a relation of an instance.

    Raises:
        FieldError: It is no relation of several rows, or the instance is not saved.
        TypeError: The name is no str.
    """
    info = type(instance).__oxyde__
    if not isinstance(name, str):
        message = f'related() takes the name of a relation: related("posts"), not {named(name)}'
        raise TypeError(message)
    table = info.table()
    link = info.links.get(name)
    several = [one.field for one in table.relations.values() if one.kind != "one"]
    if link is None or name not in table.relations:
        what = "is a column" if name in table.by_field else "is no field"
        near = meant(name, several) or (f"; it has {', '.join(several)}" if several else "")
        message = f"related() takes a relation, and {info.name}.{name} {what}{near}"
        raise FieldError(message, table=table.name, column=name)
    if link.kind == "one":
        message = (
            f'related() takes a relation of several rows, and {info.name}.{name} is a foreign key; load it by prefetch("{name}"), '
            f"set it by assigning and save()"
        )
        raise FieldError(message, table=table.name, column=name)
    relation = table.relations[name]
    key = saved_key(f"{info.name}.{name}", relation.column, instance)
    return BoundRelation(instance, link, relation, related.tie(table, name), key)


def querysets(model: Any) -> Any:
    """Returns what makes the querysets of a model."""
    return model.objects


def blocking_querysets(model: Any) -> Any:
    """Returns what makes the blocking querysets of a model."""
    return model.objects.sync


def add(given: BoundRelation, objects: Sequence[Any], through_defaults: Mapping[str, Any] | None) -> Steps[None]:
    """Relates rows, all or none; those that are related already stay as they are."""
    _require_many(given, "add")
    keys = _keys(given, objects)
    if keys and _is_pair_unique(given):
        yield from _insert(given, keys, through_defaults)
    elif keys:
        yield Atomically(_insert(given, keys, through_defaults))
    given.forget()


def remove(given: BoundRelation, objects: Sequence[Any]) -> Steps[int]:
    """Ends the relation to rows; returns how many were related."""
    _require_many(given, "remove")
    keys = _keys(given, objects)
    removed: int = (yield Atomically(_delete(given, keys))) if keys else 0
    given.forget()
    return removed


def clear(given: BoundRelation) -> Steps[int]:
    """Ends the relation to all rows; returns how many were related."""
    _require_many(given, "clear")
    made = dml.delete(given.links(), ())
    batch: Batch = yield Call(made.shape, made.values)
    given.forget()
    return batch.affected


def replace(given: BoundRelation, objects: Iterable[Any], through_defaults: Mapping[str, Any] | None) -> Steps[None]:
    """Relates exactly these rows; those that are related already keep what the junction says of them."""
    _require_many(given, "set")
    if isinstance(objects, (str, bytes, BaseModel)) or not isinstance(objects, Iterable):
        message = f"set() takes a list of {given.link.target.__name__}, not {named(objects)}: set([...])"
        raise TypeError(message)
    yield Atomically(_replace(given, _keys(given, [*objects]), through_defaults))
    given.forget()


def create(
    given: BoundRelation, body: BaseModel | None, values: Mapping[str, Any], through_defaults: Mapping[str, Any] | None
) -> Steps[Any]:
    """Inserts a row that is related to the instance; returns it."""
    model = given.link.target.__oxyde__
    if given.relation.through is not None:
        made = yield Atomically(_create(given, body, values, through_defaults))
    else:
        if through_defaults is not None:
            message = f"{given.where} has no junction; leave through_defaults out"
            raise FieldError(message, column=given.link.field)
        made = yield from writing.create(model, body, owned(given, values))
    given.forget()
    return made


def bulk_create(given: BoundRelation, objects: Iterable[Any], *, batch_size: int | None, **conflicts: Any) -> Steps[list[Any]]:
    """Inserts many rows that are related to the instance, all or none."""
    model = given.link.target.__oxyde__
    if conflicts["update_conflicts"]:
        raise not_updated(given, "bulk_create(update_conflicts=True)")
    if given.relation.through is None:
        rows = [_owned_row(given, one) for one in objects]
        made = yield from bulk.bulk_create(model, rows, batch_size=batch_size, **conflicts)
    elif conflicts["ignore_conflicts"]:
        reason = f"may leave rows as they are, so that {given.where} cannot tell which to relate"
        message = f"bulk_create(ignore_conflicts=True) {reason}; leave it out"
        raise FieldError(message, column=given.link.field)
    else:
        made = yield Atomically(_bulk_create(given, objects, batch_size))
    given.forget()
    found: list[Any] = made
    return found


def owned(given: BoundRelation, values: Mapping[str, Any], verb: str = "create") -> dict[str, Any]:
    """Returns the values of a row that refers to the instance.

    Raises:
        FieldError: The values name the foreign key themselves, or the relation has a junction.
    """
    if given.relation.through is not None:
        target = given.link.target.__name__
        message = f"{verb}() of {given.where} would look among all rows; {target}.objects.{verb}() the row, and add() it"
        raise FieldError(message, column=given.link.field)
    column = given.path.column
    for name in (column.field, column.relation):
        if name in values:
            message = f"{verb}() of {given.where} sets {given.link.target.__name__}.{name} itself; leave it out"
            raise FieldError(message, column=name)
    return {**values, column.field: given.key}


def not_loaded(given: BoundRelation) -> FieldError:
    """Returns the error of ``load()``, whose rows would not belong to the instance."""
    target = given.link.target.__name__
    key = "" if given.relation.through is not None else f' with a column "{given.path.column.field}"'
    message = f"load() of {given.where} would insert rows that belong to no {given.info.name}; {target}.objects.load() the rows{key}"
    return FieldError(message, column=given.link.field)


def not_updated(given: BoundRelation, verb: str) -> FieldError:
    """Returns the error of a verb that updates rows that are there, whosever they are."""
    message = (
        f"{verb} of {given.where} would change rows that belong to another {given.info.name}; use {given.link.target.__name__}.objects"
    )
    return FieldError(message, column=given.link.field)


def _owned_row(given: BoundRelation, one: Any) -> Any:
    """Returns one row of a bulk insert, with the key of the instance."""
    model = given.link.target.__oxyde__
    if isinstance(one, Mapping):
        return owned(given, one, "bulk_create")
    if isinstance(one, Request):
        return created(model, one, {given.path.column.field: given.key})
    if holds(model.model, type(one)):
        field = given.path.column.field
        if getattr(one, field) not in {None, given.key}:
            message = (
                f"bulk_create() of {given.where} was given a {model.name} that belongs to another {given.info.name}; "
                f"set its {field} to None, or use {model.name}.objects.bulk_create()"
            )
            raise FieldError(message, column=field)
        setattr(one, field, given.key)
    return one


def _require_many(given: BoundRelation, verb: str) -> None:
    """Raises FieldError unless the relation has a junction."""
    if given.relation.through is None:
        target, field = given.link.target.__name__, given.path.column.relation or given.path.column.field
        message = f"{verb}() is for many-to-many relations, and {given.where} holds rows of {target} that refer here: set {target}.{field}"
        raise FieldError(message, column=given.link.field)


def _keys(given: BoundRelation, objects: Sequence[Any]) -> list[Any]:
    """Returns the keys of rows of the other side, each once."""
    return list(dict.fromkeys(given.key_of(one) for one in objects))


def _create(
    given: BoundRelation, body: BaseModel | None, values: Mapping[str, Any], through_defaults: Mapping[str, Any] | None
) -> Steps[Any]:
    made = yield from writing.create(given.link.target.__oxyde__, body, values)
    yield from _insert(given, [given.key_of(made)], through_defaults)
    return made


def _bulk_create(given: BoundRelation, objects: Iterable[Any], batch_size: int | None) -> Steps[list[Any]]:
    model = given.link.target.__oxyde__
    made: list[Any] = yield from bulk.bulk_create(model, objects, batch_size=batch_size, ignore_conflicts=False)
    keys = _keys(given, made)
    if keys:
        yield from _insert(given, keys, None)
    return made


def _insert(given: BoundRelation, keys: list[Any], through_defaults: Mapping[str, Any] | None) -> Steps[None]:
    """Inserts the junction's rows of these keys; where no unique constraint ignores those that are there, they are read under a lock."""
    if not _is_pair_unique(given):
        yield from _lock(given)
        known = set((yield from _related(given)))
        keys = [key for key in keys if key not in known]
    if keys:
        yield from _insert_new(given, keys, through_defaults, ignore_conflicts=_is_pair_unique(given))


def _insert_new(
    given: BoundRelation, keys: list[Any], through_defaults: Mapping[str, Any] | None, *, ignore_conflicts: bool
) -> Steps[None]:
    ours, theirs = given.sides
    table = given.junction
    if table.implicit:
        if through_defaults:
            message = f"{given.where} has a junction of two columns; through_defaults needs a model that is one: Field(db_through=...)"
            raise FieldError(message, column=next(iter(through_defaults)))
        own = table.by_field[ours].adapt(given.key)
        for batch in dml.batches({ours: [own] * len(keys), theirs: keys}, {}):
            made = dml.insert_many(table, batch, ignore_conflicts=ignore_conflicts)
            yield Call(made.shape, made.values)
        return
    model = inverse.junction(given.info, given.link)
    rows = [{**(through_defaults or {}), ours: given.key, theirs: key} for key in keys]
    yield from bulk.bulk_create(model, rows, batch_size=None, ignore_conflicts=ignore_conflicts)


def _is_pair_unique(given: BoundRelation) -> bool:
    """Whether a pair of sides is in the junction once, and nothing else in it must be unique that the application gives."""
    table = given.junction
    groups = [[column.field] for column in table.columns if column.unique]
    groups += [list(unique.fields) for unique in table.uniques if not unique.deferrable]
    groups += [list(index.fields) for index in table.indexes if index.unique and index.where is None]
    key = [column.field for column in table.key]
    groups += [key] if key and not all(column.auto for column in table.key) else []
    found = {frozenset(name.removeprefix("-") for name in fields) for fields in groups}
    return found == {frozenset(given.sides)}


def _delete(given: BoundRelation, keys: list[Any]) -> Steps[int]:
    removed = 0
    column = given.junction.by_field[given.sides[1]]
    dialect: str = yield Dialect()
    for part in related.in_parts(column, keys, dialect):
        made = dml.delete(query.filtered(given.links(), Q(**{f"{column.field}__in": part})), ())
        batch: Batch = yield Call(made.shape, made.values)
        removed += batch.affected
    return removed


def _replace(given: BoundRelation, keys: list[Any], through_defaults: Mapping[str, Any] | None) -> Steps[None]:
    yield from _lock(given)
    known = yield from _related(given)
    wanted = set(keys)
    ended = [key for key in dict.fromkeys(known) if key not in wanted]
    if ended:
        yield from _delete(given, ended)
    missing = [key for key in keys if key not in set(known)]
    if missing:
        yield from _insert_new(given, missing, through_defaults, ignore_conflicts=_is_pair_unique(given))


def _lock(given: BoundRelation) -> Steps[None]:
    """Locks the instance's row, so that its relations are changed one after the other.

    Raises:
        NotFoundError: The row is gone.
    """
    table = given.info.table()
    state = query.filtered(everything(table), Q(**{given.relation.column: given.key}))
    made = compile.select(query.locked(query.selected(state, [given.relation.column]), FOR_CHANGE))
    batch: Batch = yield Call(made.shape, made.values)
    if not batch.rows:
        message = f"the row of this {given.info.name} is gone, so that {given.where} cannot be changed"
        raise NotFoundError(message, table=table.name)


def _related(given: BoundRelation) -> Steps[list[Any]]:
    """Reads the keys that the instance is related to, as the server takes them."""
    column = given.junction.by_field[given.sides[1]]
    made = compile.select(query.selected(given.links(), [column.field]))
    found: list[Any] = []
    yield Call(made.shape, made.values, lambda batch: found.extend(row[0] for row in batch.values()))
    return found
