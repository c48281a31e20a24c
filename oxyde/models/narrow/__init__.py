"""The verbs that name fields, as type checkers see them: descriptors, which the querysets of a stub can narrow.

All checkers reject an override of a method by a narrower one, but accept one of an attribute without annotation.
At run time such a verb is a plain method.
"""

from __future__ import annotations

from typing import Any


class Exact:
    """Marks the querysets of a stub: the stub's signatures take precedence over the descriptors'."""


def method(function: Any) -> Any:
    """Returns a function of a class body under the name that it has there without the underscore."""
    function.__name__ = function.__name__.removeprefix("_")
    function.__qualname__ = ".".join([*function.__qualname__.split(".")[:-1], function.__name__])
    return function


__all__ = ["Exact", "method"]
