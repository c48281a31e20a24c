"""The class of model classes: it reads ``Meta``, registers tables and refuses reserved names."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import Field as PydanticField
from pydantic import PrivateAttr
from typing_extensions import dataclass_transform

from oxyde.db.caller import stack_level
from oxyde.exceptions import FieldError
from oxyde.models import registry
from oxyde.models.field import Field, options, refuse_foreign_words
from oxyde.models.foreign_verbs import no_class_attribute
from oxyde.models.info import Link, ModelInfo
from oxyde.models.meta import NONE, read_meta
from oxyde.models.pydantic_seams import ModelMetaclass
from oxyde.models.requests import request_model
from oxyde.models.table import build, columns_of
from oxyde.models.unloaded import RelationAttribute
from oxyde.schema import Table

RESERVED: Final = frozenset({"objects", "pk", "related", "save", "delete", "refresh", "apply"})


def annotations_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Returns the annotations of a class body that has just been run, on every Python: since 3.14 a function makes them."""
    if sys.version_info >= (3, 14):
        import annotationlib

        annotate = annotationlib.get_annotate_from_class_namespace(body)
        if annotate is not None:
            return annotationlib.call_annotate_function(annotate, annotationlib.Format.FORWARDREF)
    found: Mapping[str, Any] = body.get("__annotations__", {})
    return found


def _is_manager_class(value: Any) -> bool:
    return isinstance(value, type) and (hasattr(value, "__oxyde_rows__") or hasattr(value, "manager_class"))


class _ClassTest(type):
    def __instancecheck__(cls, value: Any) -> bool:
        """Returns whether a value is a class of managers or of querysets."""
        return _is_manager_class(value)


class ManagerClass(metaclass=_ClassTest):
    """A type that Pydantic ignores in a class body, so that ``prepare`` can refuse it: a class given in place of a manager."""


if TYPE_CHECKING:
    from oxyde.queries.columns import Columns

    class _ColumnsOfModel:
        """The attribute ``c`` of a model class. Stubs declare another one on the class, which no property of the metaclass would allow."""

        def __get__(self, model: object, owner: object) -> Columns:
            """Returns the columns of the model as expressions: ``User.c.age > 18``."""
            ...


@dataclass_transform(kw_only_default=True, field_specifiers=(Field, PydanticField, PrivateAttr))
class ModelMeta(ModelMetaclass):
    """Makes model classes."""

    def __init__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **_: Any) -> None:  # noqa: N805 - a metaclass
        """Registers a class that has a table, once Pydantic has made it.

        Raises:
            FieldError: The class cannot be mapped to a table.
        """
        super().__init__(name, bases, body)
        model: Any = cls
        if "__oxyde__" not in cls.__dict__:  # Model itself, for which no __init_subclass__ runs
            model.__oxyde__ = ModelInfo(model, NONE, build)
        refuse_foreign_words(model.__name__, model.__pydantic_fields__)
        if model.__oxyde__.is_table:
            if model.__pydantic_complete__:
                columns_of(model.__oxyde__)  # what cannot be mapped is refused here, where the class is written
            _warn_of_no_key(model.__oxyde__)
            registry.register_table(model, overwrite=True)

    if TYPE_CHECKING:
        c = _ColumnsOfModel()

    @property
    def __table__(cls) -> Table:  # noqa: N805 - a metaclass
        """The table of the model: a public description for tools.

        Raises:
            AttributeError: The model has none.
            FieldError: Something that the model refers to is not there.
        """
        info: ModelInfo = cls.__oxyde__  # type: ignore[attr-defined] # every model has one
        if not info.is_table:
            raise AttributeError("__table__")
        return info.table()

    if not TYPE_CHECKING:

        def __dir__(cls) -> list[str]:  # noqa: N805 - a metaclass
            """Returns the attributes, with the columns and the request models of a table."""
            info = cls.__dict__.get("__oxyde__")
            if info is None or not info.is_table:
                return super().__dir__()
            columns = [] if "c" in cls.__pydantic_fields__ else ["c"]
            return [*super().__dir__(), *columns, *(["Create", "Update"] if info.meta.view is None else [])]

        def __getattr__(cls, name: str) -> Any:  # noqa: N805 - a metaclass
            """Returns a request model; raises AttributeError for anything else."""
            if name in {"Create", "Update"} and "__oxyde__" in cls.__dict__:
                return request_model(cls, name)
            if name in {"__table__", "objects"} or (name == "c" and "__oxyde__" in cls.__dict__ and not cls.__oxyde__.is_table):
                message = f"{cls.__name__} has no table; say is_table = True in its Meta"
                raise AttributeError(message, name=name, obj=cls)
            fields = cls.__dict__.get("__pydantic_fields__")  # None while Pydantic collects them, which asks for defaults here
            if name == "c" and fields is not None and "c" not in fields:
                return cls.__oxyde__.namespace
            if name in (fields or ()):
                remedy = f'in a query write {name}__gt=3, or F("{name}") > 3'
                message = f"{cls.__name__}.{name} is a field, which instances have and the class does not; {remedy}"
                raise AttributeError(message, name=name, obj=cls)
            try:
                return super().__getattr__(name)
            except AttributeError:
                if name.startswith("__") or not cls.__dict__.get("__pydantic_complete__") or not cls.__oxyde__.is_table:
                    raise  # Pydantic asks for names while it makes the class
                raise no_class_attribute(cls, name, cls.__dict__["__pydantic_fields__"]) from None


def _warn_of_no_key(info: ModelInfo) -> None:
    """Warns of a table of our own with a field ``id``, which is no key, and no other field that is one."""
    fields: Mapping[str, Any] = info.model.__pydantic_fields__
    if "id" not in fields or not info.meta.managed or info.meta.view is not None:
        return
    if info.model.__pydantic_complete__:
        has_key = any(column.key for column in columns_of(info))
    else:
        has_key = any(options(field).db_pk for field in fields.values())
    if not has_key:
        message = (
            f"{info.name} has a field id, but no primary key, so that save(), delete() and refresh() cannot tell its rows apart; "
            "write id: int | None = Field(default=None, db_pk=True)"
        )
        warnings.warn(message, stacklevel=stack_level())


def prepare(cls: Any) -> None:
    """Reads the declarations of a new class, before Pydantic collects its fields.

    Raises:
        FieldError: A field has a reserved name.
        TypeError: ``Meta`` is wrong, or a class is given where a manager is meant.
    """
    annotations = annotations_of(cls.__dict__)
    taken = sorted(annotations.keys() & RESERVED - {"objects"})
    if "objects" in annotations and "ClassVar" not in str(annotations["objects"]):
        taken.append("objects")
    if taken:
        message = (
            f"{cls.__name__}.{taken[0]} cannot be a field, because every model has {taken[0]!r} of its own; "
            f'name it otherwise and keep the column: {taken[0]}_ = Field(db_column="{taken[0]}")'
        )
        raise FieldError(message, column=taken[0])
    for name, given in cls.__dict__.items():
        if _is_manager_class(given) and name not in annotations and not name.startswith("_"):
            if (given.__module__, given.__qualname__) == (cls.__module__, f"{cls.__qualname__}.{name}"):
                continue  # written inside the model
            own = "MyQuerySet" if hasattr(given, "manager_class") or hasattr(given, "from_queryset") else given.__name__
            message = f"{cls.__name__}.{name} is a class, and a model has a manager: write {name} = Manager.from_queryset({own})()"
            raise TypeError(message)
    cls.__oxyde__ = ModelInfo(cls, read_meta(cls.__name__, cls.__dict__.get("Meta")), build)


def attach(info: ModelInfo) -> None:
    """Sets the relation attributes on a table's class, once the relations are known."""
    for name, link in info.links.items():
        if not isinstance(info.model.__dict__.get(name), RelationAttribute):
            made = RelationAttribute(info.name, name, loaders=("join", "prefetch"), otherwise=_by_query(info, link))
            type.__setattr__(info.model, name, made)


def _by_query(info: ModelInfo, link: Link) -> str:
    """Returns how the rows at the other end of a relation are read by a query of their own."""
    target, instance = link.target.__name__, info.name.lower()
    if link.kind == "one":
        return f"read it by its key: await {target}.objects.get({link.target_key}={instance}.{link.key})"
    if link.kind == "many":
        return f"read the rows by a query of {target}"
    verb = "all()" if link.kind == "reverse" else "first()"
    return f"read by a query of {target}: await {target}.objects.filter({link.options.db_reverse_fk}={instance}).{verb}"
