"""The class of model classes: it reads ``Meta``, registers tables and refuses names that a model needs for itself."""

from __future__ import annotations

import sys
from typing import Any, Final

from pydantic import Field as PydanticField
from pydantic import PrivateAttr
from typing_extensions import dataclass_transform

from oxyde.exceptions import FieldError
from oxyde.models import registry
from oxyde.models.field import Field
from oxyde.models.meta import read_meta
from oxyde.models.pydantic_seams import ModelMetaclass
from oxyde.models.unloaded import RelationAttribute
from oxyde.schema import Table

RESERVED: Final = frozenset({"objects", "pk", "related", "save", "delete", "refresh"})


def annotated_names(body: dict[str, Any]) -> set[str]:
    """Returns the names that a class body annotates, on every Python."""
    if sys.version_info >= (3, 14):
        import annotationlib

        annotate = annotationlib.get_annotate_from_class_namespace(body)
        if annotate is not None:
            return set(annotationlib.call_annotate_function(annotate, annotationlib.Format.FORWARDREF))
    return set(body.get("__annotations__", ()))


@dataclass_transform(kw_only_default=True, field_specifiers=(Field, PydanticField, PrivateAttr))
class ModelMeta(ModelMetaclass):
    """Makes model classes."""

    def __init__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any], **_: Any) -> None:  # noqa: N805 - a metaclass
        """Registers a class that has a table, once Pydantic has made it."""
        super().__init__(name, bases, body)
        if cls.__oxyde_meta__.is_table:  # type: ignore[attr-defined]
            registry.register_table(cls, overwrite=True)  # type: ignore[arg-type]

    @property
    def __table__(cls) -> Table:  # noqa: N805 - a metaclass
        """The table of the model: a public description for tools.

        Raises:
            TypeError: The model has none.
            FieldError: Something that the model refers to is not there.
        """
        if not cls.__oxyde_meta__.is_table:  # type: ignore[attr-defined]
            message = f"{cls.__name__} has no table; say is_table = True in its Meta"
            raise TypeError(message)
        return registry.table_of(cls)  # type: ignore[arg-type]


def prepare(cls: Any) -> None:
    """Reads what a new class says of itself, before Pydantic collects its fields.

    Raises:
        FieldError: A field has a name that every model needs for itself.
        TypeError: ``Meta`` is wrong.
    """
    body = dict(cls.__dict__)
    taken = sorted(annotated_names(body) & RESERVED - {"objects"})
    if "objects" in annotated_names(body) and "ClassVar" not in str(body.get("__annotations__", {}).get("objects", "")):
        taken.append("objects")
    if taken:
        message = (
            f"{cls.__name__}.{taken[0]} cannot be a field, because every model has {taken[0]!r} of its own; "
            f'name it otherwise and keep the column: {taken[0]}_ = Field(db_column="{taken[0]}")'
        )
        raise FieldError(message, column=taken[0])
    cls.__oxyde_meta__ = read_meta(cls.__name__, body.get("Meta"))


def attach(cls: Any) -> None:
    """Puts the attributes of a table's relations on its class, once they are known."""
    for name, link in cls.__oxyde_links__.items():
        if not isinstance(cls.__dict__.get(name), RelationAttribute):
            type.__setattr__(cls, name, RelationAttribute(cls.__name__, name, many=link.kind in {"reverse", "many"}))
