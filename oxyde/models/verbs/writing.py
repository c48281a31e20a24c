"""Terminal verbs that write: generators of steps, driven by asyncio or blocking."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from oxyde.db.rows import Batch, Hydrator
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import FieldError, FieldValueError
from oxyde.models import hydrate, layouts
from oxyde.models.construct import make
from oxyde.models.errors import blame
from oxyde.models.info import ModelInfo
from oxyde.models.received import created
from oxyde.models.restore import Members
from oxyde.models.verbs.instance import save
from oxyde.models.writing import now, writable
from oxyde.queries import dml as statements
from oxyde.queries.foreign_values import named
from oxyde.queries.literals import wide_enough
from oxyde.queries.operators import F
from oxyde.queries.term import Bound, Expression, Term
from oxyde.schema import Column, Table

if TYPE_CHECKING:
    from oxyde.models.chain import Chain


def create(model: ModelInfo, body: BaseModel | None, values: Mapping[str, Any]) -> Steps[Any]:
    """Validates and inserts a row; returns the instance."""
    writable(model)
    instance = make(model, values) if body is None else created(model, body, values)
    yield from save(instance, force_insert=True)
    return instance


def update(chain: Chain[Any, Any], values: Mapping[str, Any], *, returning: bool) -> Steps[Any]:
    """Changes the rows, the current time and the version with them; returns their number, or (``returning``) the instances."""
    table = writable(chain.model.__oxyde__)
    if not values:
        message = f"update() of {table.model} needs at least one field: update(name=...)"
        raise TypeError(message)
    plain = validated(chain.model.__oxyde__, table, values)
    names = chain._state.names if chain._state.source is None else None
    assignments = statements.assignments(table, {name: plain.get(name, value) for name, value in values.items()}, names=names)
    check_members(table, assignments)
    changed = {column.field for column, _ in assignments}
    assignments += [
        (column, Bound(column.adapt(now(column)), column.type, column.uncast))
        for column in table.columns
        if column.auto_now and column.field not in changed
    ]
    columns = table.columns if returning else ()
    fields = [column.field for column, term in assignments if isinstance(term, Bound)]
    known = fields if len(fields) == len(assignments) else ()
    version = table.version
    if version is not None and version.field not in changed:  # so that save() of a row read before is refused
        assignments.append(statements.assignment(table, version.field, F(version.field) + 1))
    made = statements.update(chain._state, assignments, columns)
    with blame(table, known):
        return (yield from _changed(chain.model.__oxyde__, Call(made.shape, made.values), columns))


def check_members(table: Table, assignments: Iterable[tuple[Column, Term]]) -> None:
    """Raises FieldError for an expression whose value may be no member of the column's enumeration, and so could not be read."""
    for column, term in assignments:
        is_checked = column.type.kind == "enum"  # by the server, which knows the members
        if isinstance(column.restore, Members) and not is_checked and not column.restore.gives_members(term):
            message = (
                f"{table.model}.{column.field} takes members of {column.restore}, and the expression given for it may be none; give a "
                "member, or a field of the same enumeration, or set and save() the instances"
            )
            raise FieldError(message, column=column.field)


ADDABLE: Final = frozenset({"int", "float", "decimal", "date", "datetime", "datetime_tz", "time", "time_tz", "duration"})
"""The kinds of columns that something can be added to."""


def increment(chain: Chain[Any, Any], field: str, by: Any) -> Steps[int]:
    """Adds to a field on the server; returns the number of rows.

    Raises:
        FieldError: The field has no sums.
        FieldValueError: The field cannot hold what is added exactly.
    """
    table = chain.model.__oxyde__.table()
    column = table.by_field.get(field)
    if column is not None and column.type.kind not in ADDABLE:
        message = f"{table.model}.{field} is {column.type}, and increment() adds to numbers, dates and times; update({field}=...) assigns"
        raise FieldError(message, table=table.name, column=field)
    if column is not None and isinstance(by, Decimal) and wide_enough(column.type, (by,)) != column.type:
        message = f"{table.model}.{field} is {column.type}, which cannot hold {by} exactly; round it before"
        raise FieldValueError(message, table=table.name, column=field)
    changed: int = yield from update(chain, {field: F(field) + by}, returning=False)
    return changed


def delete(chain: Chain[Any, Any], *, returning: bool) -> Steps[Any]:
    """Deletes the rows; returns their number, or (``returning``) the instances as they were."""
    table = writable(chain.model.__oxyde__)
    columns = table.columns if returning else ()
    made = statements.delete(chain._state, columns)
    with blame(table):
        return (yield from _changed(chain.model.__oxyde__, Call(made.shape, made.values), columns))


def _changed(model: ModelInfo, call: Call, columns: Sequence[Column]) -> Steps[Any]:
    if not columns:
        batch: Batch = yield call
        return batch.affected
    hydrator = Hydrator(layouts.layout(model, columns))
    found: list[Any] = []
    yield Call(call.shape, call.values, lambda batch: found.extend(hydrator.models(batch)))
    return found


def validated(model: ModelInfo, table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the plain values validated by the model, in its order: each validator sees the fields declared before its own."""
    plain: dict[str, Any] = {}
    for column in table.columns:
        if column.field not in values:
            continue
        value = values[column.field]
        if value is None and column.nullable:
            _check_none(model, column.field)
        if not isinstance(value, Expression):
            plain[column.field] = None if value is None else _valid(model, column, value, plain)
    for name, value in values.items():
        key = table.by_relation.get(name)
        if value is None and key is not None and name not in plain and key.nullable:
            _check_none(model, name)
    return plain


def _check_none(model: ModelInfo, name: str) -> None:
    """Raises FieldValueError for None if the column may be NULL but the field may not be None: such a row could not be read."""
    if not hydrate.tiers(model).schema.is_nullable(name):
        message = f"{model.name}.{name} cannot be None: its annotation does not allow None, so the row could not be read"
        raise FieldValueError(message, column=name)


def _valid(model: ModelInfo, column: Column, value: Any, before: Mapping[str, Any]) -> Any:
    where, tier = f"{model.name}.{column.field}", hydrate.tiers(model)
    try:
        return tier.validated(column.field, value, before)
    except ValidationError as error:
        problems = "; ".join(item["msg"] for item in error.errors(include_input=False, include_url=False))
        message = f"{where} does not take this {named(value)}: {problems}"
        raise FieldValueError(message, column=column.field) from None
    except (KeyError, TypeError) as error:
        absent = [name for name in model.fields if name not in before and name != column.field]
        if not absent or not tier.sees_others(column.field):
            raise
        needed = error.args[0] if isinstance(error, KeyError) and error.args[0] in absent else "every field that it looks at"
        message = (
            f"{where} has a validator that looks at other fields, and it raised {type(error).__name__}; "
            f"give {needed} to update() too, or save() the instances"
        )
        raise FieldError(message, column=column.field) from error
