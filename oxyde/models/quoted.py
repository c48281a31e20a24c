"""Annotations that contain types as text, which Python 3.10 leaves as it is."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin


def has_names(annotation: Any) -> bool:
    """Returns whether an annotation contains a string instead of a type, at any depth."""
    if get_origin(annotation) is Literal:
        return False
    if get_origin(annotation) is Annotated:
        return has_names(get_args(annotation)[0])
    return any(isinstance(part, str) or has_names(part) for part in get_args(annotation))


def evaluated(annotation: Any, names: dict[str, Any], local: Mapping[str, Any]) -> Any:
    """Returns an annotation with the strings inside it evaluated.

    Args:
        annotation: The annotation.
        names: The names of the module.
        local: Names that come before those.

    Raises:
        NameError: A string names what is not defined.
    """
    if isinstance(annotation, str):
        return eval(annotation, names, local)  # noqa: S307 - an annotation of the application, as typing evaluates it
    if not has_names(annotation):
        return annotation
    origin = get_origin(annotation)
    if origin is Annotated:
        described = (evaluated(get_args(annotation)[0], names, local), *get_args(annotation)[1:])
        return Annotated[described]
    parts = tuple(evaluated(part, names, local) for part in get_args(annotation))
    return Union[parts] if origin in {Union, types.UnionType} else cast("Any", origin)[parts]  # noqa: UP007 - built from a list
