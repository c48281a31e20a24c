"""What checkers are told of the verbs that name fields: descriptors, so that the querysets of a stub can narrow them.

All checkers refuse a method that is overridden by a narrower one, and accept it in place of an attribute without annotation.
At run time such a verb is a plain method.
"""

from __future__ import annotations

from typing import Any


class Exact:
    """Marks the querysets of a stub: what the descriptors say gives way to what the stub says."""


def method(function: Any) -> Any:
    """Returns a function of a class body under the name that it has there without the underscore."""
    function.__name__ = function.__name__.removeprefix("_")
    function.__qualname__ = ".".join([*function.__qualname__.split(".")[:-1], function.__name__])
    return function


__all__ = ["Exact", "method"]
