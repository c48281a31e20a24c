"""Makes the plan of models from a state."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from oxyde.inspect import columns, constraints
from oxyde.inspect.names import class_name, distinct, enum_class_name, exact_class_name, field_name, free, member_name
from oxyde.inspect.plan import Class, Field, Members, Plan
from oxyde.inspect.references import Reference, Refused, is_own_id, references, relation_names, reverse_names
from oxyde.inspect.relations import many_to_many, relation, reverse
from oxyde.inspect.shared import shared
from oxyde.inspect.words import parts
from oxyde.migrations.parts import Column
from oxyde.migrations.state import State, Table
from oxyde.schema.naming import quoted
from oxyde.schema.relation import Address

COLLATIONS: Final = {"sqlite": "BINARY", "postgres": "default"}
"""What a foreign key has where it says no collation, and the column that it points to does; MySQL lets them not differ."""
KEYLESS = "The table has no primary key: save() and delete() raise UnsupportedError; querysets read and write its rows."
KEY_LEFT_OUT = "These columns are no primary key: save() and delete() raise UnsupportedError; querysets read and write them."
INCOMPLETE = "Migrations leave the table alone: they would drop what no field says."
UNSEEN = "MariaDB shows its text only to users with the privilege SHOW VIEW."


def plan(
    state: State,
    dialect: str,
    *,
    views: Mapping[Address, Sequence[Column]] | None = None,
    remarks: Mapping[tuple[Address, str], str] | None = None,
    others: Mapping[Address, str] | None = None,
) -> Plan:
    """Returns the plan of the models of a state's tables and views.

    Args:
        state: The state.
        dialect: postgres, mysql, mariadb or sqlite.
        views: The columns of the views, and of what else is read like one; those of others are not known, and get no model.
        remarks: What else is said about a column, by table and column.
        others: What is read like a view and is none, with what is said about it.
    """
    return _Planner(state, dialect, views or {}, remarks or {}, others or {}).plan()


@dataclass
class _Draft:
    """A class that is being planned.

    Attributes:
        table: The table; of a view, one of its columns.
        name: The name of the class.
        fields: The names of the fields of columns, by column.
        relations: The relations by their field.
        refused: The foreign keys that are none.
        taken: The names of fields so far.
        lists: The fields of rows that point here.
    """

    table: Table
    name: str
    fields: dict[str, str]
    relations: dict[str, Reference]
    refused: list[Refused]
    taken: set[str]
    lists: list[Field]

    def field_of(self, column: str) -> str | None:
        """Returns the relation that a column is the key of, or None."""
        return next((field for field, one in self.relations.items() if one.column.name == column), None)

    def names(self) -> dict[str, str]:
        """Returns the names by which ``Meta`` knows the columns."""
        return {column: self.field_of(column) or self.fields[column] for column in self.table.columns}


class _Planner:
    """Plans the models of one state."""

    def __init__(
        self,
        state: State,
        dialect: str,
        views: Mapping[Address, Sequence[Column]],
        remarks: Mapping[tuple[Address, str], str],
        others: Mapping[Address, str],
    ) -> None:
        addresses = [*sorted(state.tables, key=_place), *sorted(views, key=_place)]
        classes = _class_names(addresses)
        self.state = state if dialect == "postgres" else shared(state, set(classes.values()))
        self.others = others
        self.remarks = remarks
        self.dialect = dialect
        of_views = {address: Table(address[1], address[0], {one.name: one for one in columns}) for address, columns in views.items()}
        tables = {**self.state.tables, **of_views}
        self.enums = _enum_names(self.state, set(classes.values()))
        self.drafts = {address: self._draft(tables[address], classes[address]) for address in addresses}

    def plan(self) -> Plan:
        """Returns the plan."""
        found = references(self.state, self.dialect)
        for reference in found.relations:  # those first that others point to: their keys take other names
            self._add_relation(self.drafts[reference.table.address], reference)
        for address, refused in found.refused.items():
            self.drafts[address].refused += refused
        self._add_lists(Counter((one.table.address, one.key.target) for one in found.relations))
        classes = tuple(map(self._class, self.drafts.values()))
        said = {word for one in classes for field in one.fields for word in re.findall(r"\w+", field.annotation)}
        enums = [
            Members(name, dict(zip(distinct(self.state.enums[key], member_name), self.state.enums[key], strict=True)))
            for key, name in self.enums.items()
            if name in said
        ]
        return Plan(tuple(enums), classes)

    def _draft(self, table: Table, name: str) -> _Draft:
        fields: dict[str, str] = {}
        for column in sorted(table.columns, key=lambda one: (field_name(one) != one, list(table.columns).index(one))):
            wanted = "id" if is_own_id(table, column, parts(name)) else field_name(column)
            fields[column] = free([wanted], fields.values())
        return _Draft(table, name, fields, {}, [], set(fields.values()), [])

    def _add_relation(self, draft: _Draft, reference: Reference) -> None:
        """Names a relation and the field of its key, which takes the place of the column's."""
        target = self.drafts[reference.key.target]
        key = target.fields[reference.target.name]
        draft.taken.discard(draft.fields[reference.column.name])
        names = relation_names(reference.column.name, reference.target.name, key, target.name)
        able = [name for name in names if f"{name}_{key}" not in draft.taken]
        field = free(able or names, draft.taken)
        draft.relations[field] = reference
        draft.fields[reference.column.name] = f"{field}_{key}"
        draft.taken |= {field, f"{field}_{key}"}

    def _add_lists(self, counts: Mapping[tuple[Address, Address], int]) -> None:
        """Adds the rows that point to each model, and those that junctions lead to."""
        for address, draft in self.drafts.items():
            for field, reference in draft.relations.items():
                there = self.drafts[reference.key.target]
                one = constraints.is_unique(draft.table, frozenset({reference.column.name}))
                several = counts[address, reference.key.target] > 1
                names = reverse_names(field, draft.name, one=one, several=several, itself=there is draft)
                name = free(names, there.taken)
                there.taken.add(name)
                there.lists.append(reverse(name, draft.name, field, one=one))
        for draft in self.drafts.values():
            if not _is_junction(draft):
                continue
            (left, a), (right, b) = draft.relations.items()
            for ours, near, theirs, far in ((left, a, right, b), (right, b, left, a)):
                here, there = self.drafts[near.key.target], self.drafts[far.key.target]
                made = many_to_many(here.taken, there.name, draft.name, ours, theirs, itself=here is there)
                here.taken.add(made.name)
                here.lists.append(made)

    def _class(self, draft: _Draft) -> Class:
        table, names = draft.table, draft.names()
        said = constraints.said(table, names)
        fields: list[Field] = []
        for column in _in_key_order(table):
            field = draft.field_of(column.name)
            if field is None:
                fields.append(self._column(draft, column, said.fields[column.name]))
            else:
                fields += self._relation(draft, field, said.fields[column.name])
        view = self.state.views.get(table.address)
        left_out = [
            f"column {name or quoted(name)} is {said}"
            for (of, name), said in self.remarks.items()
            if of == table.address and name not in names
        ]
        meta: dict[str, Any] = {"is_table": True}
        if table.name != draft.name.lower():
            meta["table_name"] = table.name
        meta |= {option: value for option, value in (("schema", table.schema), ("comment", table.comment)) if value is not None}
        if view is not None or not table.key or left_out:
            meta["managed"] = False
        if view:
            meta["view"] = view
        notes = [*map(str, draft.refused), *left_out]
        if view == "":
            notes.append(UNSEEN)
        if table.address in self.others:
            notes.append(self.others[table.address])
        elif view is None and not table.key:
            notes.append(KEY_LEFT_OUT if left_out else KEYLESS)
        elif left_out:
            notes.append(INCOMPLETE)
        return Class(draft.name, table.address, (*fields, *draft.lists), {**meta, **said.meta}, tuple(notes))

    def _column(self, draft: _Draft, column: Column, said: Mapping[str, Any]) -> Field:
        table, field = draft.table, draft.fields[column.name]
        key, enums = column.name in table.key, self._enums_of(table)
        optional = (column.nullable and not key) or (column.auto and table.key == (column.name,))
        keywords = {**columns.keywords(column, enums, key=key, field=field), **said}
        annotation = columns.annotated(column, enums, optional=optional)
        return Field(field, annotation, keywords, self._notes(table, column))

    def _notes(self, table: Table, column: Column) -> tuple[str, ...]:
        said = [self.remarks[table.address, column.name]] if (table.address, column.name) in self.remarks else []
        return (*said, *columns.notes(column, key=column.name in table.key))

    def _relation(self, draft: _Draft, field: str, said: Mapping[str, Any]) -> list[Field]:
        reference, enums = draft.relations[field], self._enums_of(draft.table)
        column, target = reference.column, self.drafts[reference.key.target]
        key_field = draft.fields[column.name]
        notes = self._notes(draft.table, column)
        made = relation(
            reference,
            field,
            target.name,
            target.fields[reference.target.name],
            key=column.name in draft.table.key,
            only=target.table.key == (reference.target.name,),
        )
        stored = {**columns.stored(column, enums, field=key_field), **said}
        collation = column.collation or COLLATIONS.get(self.dialect)
        differs = {} if column.collation == reference.target.collation else {"db_collation": collation}
        stored = {word: value for word, value in stored.items() if word not in {"db_type", "db_collation"}} | differs
        if reference.db_type is not None:
            stored["db_type"] = reference.db_type
        if not reference.declared:
            return [Field(field, made.annotation, {**made.keywords, **stored}, notes)]
        own = self._column(draft, column, said)
        plain = {**own.keywords, **differs, **({"db_type": reference.db_type} if reference.db_type is not None else {})}
        keywords = {word: value for word, value in made.keywords.items() if word != "db_pk"}
        return [Field(own.name, own.annotation, plain, own.notes), Field(field, made.annotation, keywords)]

    def _enums_of(self, table: Table) -> dict[str, str]:
        return {name: made for (schema, name), made in self.enums.items() if schema == table.schema}


def _in_key_order(table: Table) -> list[Column]:
    """Returns the columns in their order, those of the key in the order of the key: a model has no other way to say it."""
    key = iter(table.key)
    return [table.columns[next(key) if name in table.key else name] for name in table.columns]


def _place(address: Address) -> tuple[str, str]:
    return address[0] or "", address[1]


def _is_junction(draft: _Draft) -> bool:
    """Whether a table pairs rows of two others, each pair once."""
    keys = frozenset(one.column.name for one in draft.relations.values())
    return len(draft.relations) == 2 and not draft.refused and constraints.is_unique(draft.table, keys)


def _class_names(addresses: Sequence[Address]) -> dict[Address, str]:
    """Returns the name of the class of each table: whoever has the name already keeps it, others show their schema or their plural."""
    made: dict[Address, str] = {}
    for address in sorted(
        addresses, key=lambda one: (class_name(one[1]) != exact_class_name(one[1]), one[0] is not None, addresses.index(one))
    ):
        schema, name = address
        in_schema = [] if schema is None else [class_name(f"{schema}_{name}")]
        made[address] = free([class_name(name), *in_schema, exact_class_name(name)], made.values())
    return made


def _enum_names(state: State, taken: set[str]) -> dict[Address, str]:
    """Returns the name of the class of each enumeration type."""
    made: dict[Address, str] = {}
    for schema, name in sorted(state.enums, key=lambda one: (one[0] or "", one[1])):
        wanted = enum_class_name(name)
        names = [wanted, f"{wanted}Enum", *([] if schema is None else [enum_class_name(f"{schema}_{name}")])]
        made[schema, name] = free(names, {*taken, *made.values()})
    return made
