"""Builds the ``Table`` of a model: its columns, relations, constraints and indexes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pydantic_core import PydanticSerializationError, PydanticUndefined

from oxyde.exceptions import FieldError
from oxyde.models import inverse
from oxyde.models.adapt import adapter
from oxyde.models.classify import Kind, by_db_type
from oxyde.models.field import ModelField, Options, options
from oxyde.models.field_schema import FieldSchema
from oxyde.models.info import AnyModel, Link, ModelInfo, holds, is_table
from oxyde.models.json_names import JsonNames
from oxyde.models.own_validators import alters, has_functions, reads_types
from oxyde.models.pydantic_seams import ModelSchema
from oxyde.models.registry import complete, redefines, registered
from oxyde.models.related_keys import related_key
from oxyde.models.restore import restorer
from oxyde.schema import Check, Column, Exclude, ForeignKey, Generated, Index, Relation, Table, Unique, tables
from oxyde.schema.naming import foreign_key_name, index_name, meant
from oxyde.schema.table import Tables
from oxyde.schema.types import enum_of


def build(model: ModelInfo) -> Table:
    """Returns the table of a model; completes the model's schema first.

    Raises:
        FieldError: A field has no column type, or an option names something that does not exist.
    """
    complete(model)
    return Builder(model).table()


def columns_of(model: ModelInfo) -> tuple[Column, ...]:
    """Returns the columns of a model whose schema is complete; made once.

    Raises:
        FieldError: A field has no column type, or an option names something that does not exist.
    """
    if model.columns is None:
        model.columns = Builder(model).columns()
    return model.columns


class Builder:
    """Makes one table.

    Attributes:
        model: The class.
        name: The table's name.
        schema: How Pydantic validates the class.
        junctions: The junctions that its relations declare.
    """

    def __init__(self, model: ModelInfo) -> None:
        self.model = model
        self.name = model.table_name
        self.schema = ModelSchema(model.model)
        self.links: Mapping[str, Link] = model.links
        self.keys = model.reference_by_key
        self.junctions: Tables = {}

    def columns(self) -> tuple[Column, ...]:
        """Returns the columns; they depend on no other model."""
        uniques, _, _ = self._constraints()
        groups = [name for unique in uniques for name in unique.fields]
        groups += [name for index in self.model.meta.indexes for name in index.fields]
        indexed = {self._column_field(name.lstrip("-")) for name in groups}
        columns = tuple(self._column(name, info, indexed) for name, info in self.model.fields.items() if name not in self.links)
        columns = self._counted(columns)
        if not columns:
            message = f"{self.model.name} has no columns; a table needs at least one field"
            raise FieldError(message)
        _check_names(self.model, columns)
        _check_enums(self.model, columns)
        list(self._indexes(columns))
        list(self._foreign_keys(columns))
        return columns

    def table(self) -> Table:
        """Returns the table."""
        meta = self.model.meta
        uniques, checks, excludes = self._constraints()
        columns = columns_of(self.model)
        self._check_declared(columns)
        made = Table(
            model=self.model.name,
            name=self.name,
            schema=meta.schema,
            columns=columns,
            relations={name: self._relation(link) for name, link in self.links.items() if not self._is_of_others(link)},
            uniques=tuple(uniques),
            checks=tuple(checks),
            excludes=tuple(excludes),
            foreign_keys=tuple(self._foreign_keys(columns)),
            indexes=tuple(self._indexes(columns)),
            comment=meta.comment,
            was=meta.was,
            managed=meta.managed,
            view=meta.view,
            junctions=self.junctions,
        )
        made.join(tables.tables if self.model.siblings is None else self.model.siblings)
        return made

    def _check_declared(self, columns: tuple[Column, ...]) -> None:
        """Refuses a key field that the application declared for a relation, and that cannot hold the relation's key."""
        for column in columns:
            link = self.keys.get(column.field)
            if link is None or column.field in self.model.added:
                continue
            target = link.target.__oxyde__
            complete(target)
            key = next(other for other in columns_of(target) if other.field == link.target_key)
            where, other = f"{self.model.name}.{column.field}", f"{target.name}.{key.field}"
            if column.type.kind != key.type.kind:
                message = f"{where} is the key of {link.field}, but holds {column.type} and {other} {key.type}; annotate both alike"
                raise FieldError(message, column=column.field)
            if link.nullable and not self.schema.is_nullable(column.field):
                message = f"{where} is the key of {link.field}, which may be None; annotate it X | None, or drop it: it comes by itself"
                raise FieldError(message, column=column.field)

    def _column(self, name: str, info: ModelField, indexed: set[str]) -> Column:
        said: Options = info.options
        where = f"{self.model.name}.{name}"
        sub = self.schema.field(name)
        kind = self.schema.classifier.kind(sub, where)
        if kind.form in {"json", "json_text"} and self.schema.classifier.holds_secret(sub):
            message = f"{where} holds a secret inside JSON, which would be stored masked; give the secret a field of its own"
            raise FieldError(message, column=name)
        if said.db_type is not None:
            kind = by_db_type(kind, said.db_type)
        if kind.type.kind == "enum" and said.db_enum_name is not None:
            kind = replace(kind, type=enum_of(said.db_enum_name, kind.type.labels))
        _check_marks(where, kind, said)
        if kind.enum is not None and kind.type.name is not None:
            self.model.enums[kind.type.name] = kind.enum
        types_only = reads_types(said.db_read, self.model.meta.db_read, sub, self.schema.classifier.definitions)
        field = FieldSchema(where, sub, self.schema.classifier.definitions, self.schema.config, types_only=types_only)
        adapt = adapter(kind, field)
        # JSON is checked when it is serialized.
        checked = kind.form not in {"json", "json_text"} and has_functions(field.reading)
        return Column(
            name=said.db_column or name,
            field=name,
            type=kind.type,
            nullable=False if said.db_pk else kind.nullable if said.db_nullable is None else said.db_nullable,
            length=kind.length,
            db_type=said.db_type,
            key=said.db_pk,
            unique=said.db_unique,
            indexed=said.db_pk or said.db_unique or said.db_index or name in self.keys or name in indexed,
            default=said.db_default,
            generated=None if said.db_generated is None else Generated(said.db_generated, said.db_stored),
            comment=said.db_comment,
            collation=said.db_collation,
            relation=info.key_of,
            auto_now=said.auto_now,
            auto_now_add=said.auto_now_add,
            version=said.db_version,
            secret=kind.form == "secret",
            mutable=kind.mutable,
            altered=alters(field.reading, self.schema.config),
            was=said.db_was,
            initial=_initial(info, adapt),
            adapt=adapt,
            restore=restorer(kind, field, self.model.fields[name]),
            check=partial(field.check_readable, adapt) if checked else None,
            inside=JsonNames(sub, self.schema.classifier.definitions) if kind.form == "json" else None,
        )

    def _counted(self, columns: tuple[Column, ...]) -> tuple[Column, ...]:
        """Lets the server generate the key where it is one int that the application may leave out."""
        keys = [column for column in columns if column.key]
        if len(keys) != 1 or keys[0].type.kind != "int" or keys[0].relation is not None or keys[0].default is not None:
            return columns
        info = self.model.fields[keys[0].field]
        given = info.default is PydanticUndefined or info.default_factory is not None or info.default is not None
        if given and not self.schema.is_nullable(keys[0].field):
            return columns
        return tuple(replace(column, auto=True) if column is keys[0] else column for column in columns)

    def _is_of_others(self, link: Link) -> bool:
        """Whether a relation is inherited from a model with another table: keys that point to its rows do not point to this table's."""
        if link.kind == "one" or (link.kind == "many" and link.options.db_through is None):
            return False
        parents = [base for base in self.model.model.__mro__[1:] if is_table(base) and not holds(base, self.model.model)]
        return any(parent.__oxyde__.links.get(link.field) == link for parent in parents)  # type: ignore[attr-defined] # models

    def _relation(self, link: Link) -> Relation:
        target, where = link.target.__oxyde__.address, f"{self.model.name}.{link.field}"
        if link.kind == "one":
            key = partial(related_key, where, link.target, (link.target_key,))
            return Relation(link.field, "one", target, link.key, link.target_key, nullable=link.nullable, key=key)
        key = partial(_key_of_row, where, link.target)
        if link.kind == "many":
            return replace(inverse.many(self.model, link, self.junctions), key=key)
        theirs, ours = inverse.reverse(self.model, link)
        return Relation(link.field, link.kind, target, ours, theirs, nullable=link.nullable, key=key)

    def _column_field(self, name: str) -> str:
        """Returns the column field for a name in a constraint; a foreign key may be named by its relation."""
        link = self.links.get(name)
        return link.key if link is not None and link.kind == "one" else name

    def _known(self, what: str, name: str) -> str:
        field = self._column_field(name)
        if field not in self.model.fields or field in self.links:
            message = f"{self.model.name}.Meta.{what} names {name!r}, which is no column of it{meant(name, self.model.fields)}"
            raise FieldError(message, column=name)
        return field

    def _constraints(self) -> tuple[list[Unique], list[Check], list[Exclude]]:
        meta = self.model.meta
        uniques = [Unique(tuple(self._known("unique_together", name) for name in group)) for group in meta.unique_together]
        checks: list[Check] = []
        excludes: list[Exclude] = []
        for constraint in meta.constraints:
            if isinstance(constraint, Unique):
                fields = tuple(self._known("constraints", name) for name in constraint.fields)
                uniques.append(Unique(fields, constraint.name, deferrable=constraint.deferrable))
            elif isinstance(constraint, Check):
                checks.append(constraint)
            else:
                excludes.append(constraint)
        return uniques, checks, excludes

    def _indexes(self, columns: tuple[Column, ...]) -> Iterator[Index]:
        for column in columns:
            said: Options = self.model.fields[column.field].options
            if said.db_index or said.db_index_name is not None or said.db_index_method is not None:
                name = said.db_index_name or index_name(self.name, [column.name])
                yield Index((column.field,), method=said.db_index_method, name=name)
        for index in self.model.meta.indexes:
            fields = [self._indexed(name, columns) for name in index.fields]
            yield Index(
                fields,
                unique=index.unique,
                method=index.method,
                where=index.where,
                name=index.name,
                include=[self._known("indexes", name) for name in index.include],
                desc=[name if name in fields else self._known("indexes", name) for name in map(self._column_field, index.desc)],
            )

    def _indexed(self, written: str, columns: tuple[Column, ...]) -> str:
        """Returns what is indexed: a field, perhaps descending, or an SQL expression; a single word is not an expression."""
        name = written.removeprefix("-")
        if not name.isidentifier():
            return written
        by_column = next((column.field for column in columns if column.name == name), name)
        field = by_column if name not in self.model.fields else name
        return ("-" if name != written else "") + self._known("indexes", field)

    def _foreign_keys(self, columns: tuple[Column, ...]) -> Iterator[ForeignKey]:
        for column in columns:
            link = self.keys.get(column.field)
            if link is not None:
                _check_actions(f"{self.model.name}.{link.field}", link, column)
                other = options(link.target.__oxyde__.fields[link.target_key])
                yield ForeignKey(
                    foreign_key_name(self.name, [column.name]),
                    (column.name,),
                    link.target.__oxyde__.address,
                    (other.db_column or link.target_key,),
                    link.options.db_on_delete,
                    link.options.db_on_update,
                )


def _initial(info: ModelField, adapt: Callable[[Any], Any]) -> Any:
    """Returns the wire value of a field's default where it is a plain value that the column takes; None else."""
    if info.default is PydanticUndefined or info.default is None or info.default_factory is not None:
        return None
    try:
        return adapt(info.default)
    except (FieldError, PydanticSerializationError):
        return None


def _check_marks(where: str, kind: Kind, said: Options) -> None:
    """Refuses ``db_version`` and ``auto_now`` on columns of other types."""
    if said.db_version and kind.type.kind != "int":
        message = f"{where} is marked db_version, which takes an int field"
        raise FieldError(message)
    if (said.auto_now or said.auto_now_add) and kind.type.kind not in {"datetime", "datetime_tz", "date", "time"}:
        message = f"{where} is marked auto_now or auto_now_add, which take a datetime, date or time field"
        raise FieldError(message)


def _check_actions(where: str, link: Link, column: Column) -> None:
    """Refuses SET NULL on a foreign key that is never NULL."""
    for keyword, action in (("db_on_delete", link.options.db_on_delete), ("db_on_update", link.options.db_on_update)):
        if action == "SET NULL" and not column.nullable:
            remedy = f"give another {keyword}" if column.key else f"annotate it {link.target.__name__} | None, or give another {keyword}"
            message = f'{where} says {keyword}="SET NULL", but its column takes no NULL; {remedy}'
            raise FieldError(message, column=link.field)


def _check_names(model: ModelInfo, columns: Sequence[Column]) -> None:
    """Refuses two fields in one column, and fields that no query could name."""
    by_field = {column.field: column for column in columns}
    for field in [*(column.field for column in columns if column.relation is None), *model.links]:
        if "__" in field:
            message = f'{model.name}.{field}: "__" separates the parts of a path in queries; choose another name for the field'
            if field in by_field:
                message += f' and keep the column: {re.sub("_+", "_", field)}: ... = Field(db_column="{by_field[field].name}")'
            raise FieldError(message, column=field)
    seen: dict[str, str] = {}
    for column in columns:
        if column.name in seen:
            message = f"{model.name}.{column.field} and {model.name}.{seen[column.name]} share the column {column.name!r}; give db_column"
            raise FieldError(message, column=column.name)
        seen[column.name] = column.field


def _check_enums(model: ModelInfo, columns: Sequence[Column]) -> None:
    """Refuses an enumeration whose name another table uses with other members, unless it was redefined."""
    for column in columns:
        if column.type.kind != "enum":
            continue
        for other in registered():
            if other.id == model.id or other.address == model.address or other.meta.schema != model.meta.schema:
                continue
            for known in other.columns or ():
                same = known.type.kind == "enum" and known.type.name == column.type.name
                if same and known.type.labels != column.type.labels and not _redefines_enum(model, other, str(column.type.name)):
                    message = (
                        f"{model.name}.{column.field} needs an enumeration named {column.type.name!r}, and {other.name}.{known.field} "
                        f"has one of that name with other members; name this one: Field(db_enum_name=...)"
                    )
                    raise FieldError(message, column=column.field)


def _redefines_enum(model: ModelInfo, other: ModelInfo, name: str) -> bool:
    """Returns whether a model's enumeration redefines the one of another model."""
    new, old = model.enums.get(name), other.enums.get(name)
    return new is not None and old is not None and redefines(old, new)


def _key_of_row(where: str, target: type[AnyModel], value: Any) -> Any:
    """Returns the key of an instance, as ``related_key`` does; the table of its class may be made later than a relation to it."""
    return related_key(where, target, [column.field for column in target.__oxyde__.table().key], value)
