"""The plan of a module of models, as values: its classes, their fields and what is said about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute
from typing import Any

from oxyde.schema.relation import Address


@dataclass(frozen=True)
class Field:
    """A field of a class.

    Attributes:
        name: Its name.
        annotation: Its annotation, as code.
        keywords: What ``Field()`` is given, in order.
        notes: What the field does not say, each a comment above it.
    """

    name: str
    annotation: str
    keywords: Mapping[str, Any] = attribute(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Class:
    """A model.

    Attributes:
        name: The name of the class.
        address: The table or view.
        fields: In the order of the columns, relations of other tables last.
        meta: The options of ``Meta``, in order.
        notes: What the class does not say, each a comment in it.
    """

    name: str
    address: Address
    fields: tuple[Field, ...]
    meta: Mapping[str, Any]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Members:
    """An enumeration.

    Attributes:
        name: The name of the class.
        values: The values by the names of the members.
    """

    name: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """A module.

    Attributes:
        enums: Its enumerations.
        classes: Its models.
        notes: What has no model, each a comment above them.
    """

    enums: tuple[Members, ...]
    classes: tuple[Class, ...]
    notes: tuple[str, ...] = ()
