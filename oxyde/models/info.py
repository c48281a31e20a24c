"""``ModelInfo``, all that Oxyde knows about a model class (``Model.__oxyde__``); and ``Link``, its relations to others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import AliasChoices, AliasPath, BaseModel

from oxyde.db.database import AsyncDatabase
from oxyde.models.field import NOTHING, Options, options
from oxyde.models.meta import Meta
from oxyde.queries.columns import Columns
from oxyde.schema import Column, Table
from oxyde.schema.relation import Address
from oxyde.schema.table import Tables


class AnyModel(BaseModel):
    """The base of ``Model`` that the rest of ``oxyde.models`` uses, so that no file there has to import ``Model``."""

    __slots__ = ("__oxyde_state__",)

    __oxyde__: ClassVar[ModelInfo]
    if TYPE_CHECKING:  # the slot, whose content ``models.row_state`` knows; a plain annotation would be a field
        __oxyde_state__: ClassVar[Any]


@dataclass(frozen=True)
class Link:
    """A field of a model that refers to another table.

    Attributes:
        field: Its name.
        kind: ``one`` for a foreign key, ``reverse`` and ``reverse_one`` for rows that point here, ``many`` for many-to-many.
        target: The other model.
        nullable: Whether there may be no related row.
        key: For a foreign key, this model's field that holds the other row's key.
        target_key: The other model's field that ``key`` refers to.
        options: The ``db_*`` keywords of the field.
    """

    field: str
    kind: Literal["one", "reverse", "reverse_one", "many"]
    target: type[AnyModel]
    nullable: bool
    key: str = ""
    target_key: str = ""
    options: Options = NOTHING


class ModelInfo:
    """All that Oxyde knows about one model class.

    Attributes:
        model: The class.
        meta: Its ``Meta``.
        links: Its relations by field; empty until ``has_links``.
        has_links: Whether the annotations are resolved, so that ``links`` is complete.
        siblings: The tables among which its table finds those that it refers to; None before the class is registered.
        beside: The registered models that it was declared beside.
        columns: The columns, once made; stored by ``oxyde.models.table``.
        enums: The enumeration classes of its columns by the name of their database type.
        added: The key fields that its foreign keys added.
        hydration: How rows become instances; stored by ``oxyde.models.hydrate``.
        requests: The request models made so far, and the validator of ``apply()``; stored by ``oxyde.models.requests`` and
            ``oxyde.models.received``.
        database: The connection of verbs that name none, by its alias or itself; None for the default one.
        managers: The managers made so far, by the attribute that declares them; stored by ``oxyde.models.manager``.
    """

    def __init__(self, model: type[AnyModel], meta: Meta, make_table: Callable[[ModelInfo], Table]) -> None:
        """Stores what the class statement declares.

        Args:
            model: The class.
            meta: Its ``Meta``.
            make_table: Makes the table on first use.
        """
        self.model = model
        self.meta = meta
        self.links: Mapping[str, Link] = {}
        self.has_links = False
        self.siblings: Tables | None = None
        self.beside: Mapping[str, ModelInfo] = {}
        self.hydration: Any = None
        self.requests: dict[str, Any] = {}
        self.database: str | AsyncDatabase | None = None
        self.managers: dict[Any, Any] = {}
        self.columns: tuple[Column, ...] | None = None
        self.enums: dict[str, type[Enum]] = {}
        self.added: frozenset[str] = frozenset()
        self._make_table = make_table
        self._table: Table | None = None

    @property
    def name(self) -> str:
        """The name of the class, for messages."""
        return self.model.__name__

    @property
    def id(self) -> str:
        """The class's ``module.QualName``, under which it is registered."""
        return f"{self.model.__module__}.{self.model.__qualname__}"

    @property
    def scope(self) -> tuple[str, str]:
        """The module, and the function or class body in it, that the class is defined in."""
        return self.model.__module__, self.model.__qualname__.rpartition(".")[0]

    @property
    def is_table(self) -> bool:
        """Whether the class has a table of its own."""
        return self.meta.is_table

    @property
    def table_name(self) -> str:
        """The table's name: ``Meta.table_name``, else the class name in lower case."""
        return self.meta.table_name or self.name.lower()

    @property
    def address(self) -> Address:
        """The table's schema and name; works while the table is being made."""
        return self.meta.schema, self.table_name

    @property
    def fields(self) -> Mapping[str, Any]:
        """The fields, as Pydantic has them."""
        return self.model.__pydantic_fields__

    def table(self) -> Table:
        """Returns the table, made on first use.

        Raises:
            FieldError: A field has no column type, or something that the model refers to does not exist.
        """
        found = self._table
        if found is None:
            found = self._table = self._make_table(self)
        return found

    @property
    def made_table(self) -> Table | None:
        """The table, if it was made already."""
        return self._table

    @cached_property
    def validates_assignment(self) -> bool:
        """Whether Pydantic validates assignments, so that saving does not."""
        return bool(self.model.model_config.get("validate_assignment"))

    @cached_property
    def altered(self) -> frozenset[str]:
        """The fields whose stored values reading may change."""
        return frozenset(column.field for column in self.table().columns if column.altered) if self.is_table else frozenset()

    @cached_property
    def namespace(self) -> Columns:
        """The columns as attributes, ``User.c``; of a class ``_UserColumns`` of the model's module, which is the one that stubs declare."""
        name = f"_{self.model.__qualname__.replace('.', '_')}Columns"
        attributes = {"__slots__": (), "__module__": self.model.__module__, "__reduce__": lambda _: (getattr, (self.model, "c"))}
        own: type[Columns] = type(name, (Columns,), attributes)
        return own(self.table())

    def rebuild(self, names: Mapping[str, Any], *, force: bool = False) -> None:
        """Builds the schema of this model alone.

        Args:
            names: The names that annotations may use.
            force: Rebuild an existing schema.

        Raises:
            PydanticUndefinedAnnotation: A name is not defined yet.
        """
        # Not the override in Model, which completes other models along with this one.
        super(AnyModel, self.model).model_rebuild(force=force, _types_namespace=names)

    def set_links(self, links: Mapping[str, Link]) -> None:
        """Stores the relations, once they are known."""
        self.links = links
        self.has_links = True

    def forget_links(self) -> None:
        """Clears the relations and all that depends on them, which is rebuilt when it is needed."""
        self.links = {}
        self.has_links = False
        self.requests = {}
        self.managers = {}
        self.hydration = self._table = self.columns = None
        for name in ("references", "reference_by_key", "keys", "names", "altered", "namespace"):
            self.__dict__.pop(name, None)

    @cached_property
    def references(self) -> tuple[Link, ...]:
        """The relations whose key is in a column of this table: its foreign keys."""
        return tuple(link for link in self.links.values() if link.kind == "one")

    @cached_property
    def reference_by_key(self) -> Mapping[str, Link]:
        """The foreign keys by the field that holds the key."""
        return {link.key: link for link in self.references}

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The fields of the primary key, once the schema is complete."""
        return tuple(name for name, info in self.fields.items() if options(info).db_pk and name not in self.links)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name by which a field can be given, its own and its aliases, once the schema is complete."""
        return frozenset([*self.fields, *(alias for info in self.fields.values() for alias in aliases(info.validation_alias))])


def aliases(alias: str | AliasPath | AliasChoices | None) -> list[str]:
    """Returns the outermost names of an alias."""
    if alias is None:
        return []
    if isinstance(alias, str):
        return [alias]
    if isinstance(alias, AliasPath):
        return [str(alias.path[0])]
    return [name for choice in alias.choices for name in aliases(choice)]


def info_of(kind: Any) -> ModelInfo | None:
    """Returns the ``ModelInfo`` of a model class, or None for anything else."""
    found = getattr(kind, "__oxyde__", None) if isinstance(kind, type) else None
    return found if isinstance(found, ModelInfo) else None


def is_table(kind: Any) -> bool:
    """Returns whether a type is a model with a table."""
    info = info_of(kind)
    return info is not None and info.is_table


def holds(model: type[AnyModel], kind: type) -> bool:
    """Returns whether instances of a class are rows of a model's table; a subclass with a table of its own holds other rows."""
    if kind is model:
        return True
    own: Any = next((base for base in kind.__mro__ if is_table(base)), None)
    return own is not None and issubclass(kind, model) and own.__oxyde__.address == model.__oxyde__.address
