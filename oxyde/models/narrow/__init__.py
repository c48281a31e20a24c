"""The verbs that name fields, as type checkers see them: descriptors, which the querysets of a stub can narrow.

All checkers reject an override of a method by a narrower one, but accept one of an attribute without annotation. pyrefly
compares an override with what the attribute is to querysets of the same model that no stub made: for models with a stub that is a function
of any arguments.
At run time such a verb is a plain method.
"""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

MG_co = TypeVar("MG_co", covariant=True)


class HasManager(Protocol[MG_co]):
    """A model class of a stub, which says what its manager is."""

    def __oxyde_manager__(self) -> MG_co:
        """Returns what the attribute ``objects`` of the class is; nothing calls it."""
        ...


H_co = TypeVar("H_co", bound=HasManager[Any], covariant=True)


class OfStub(Protocol[H_co]):
    """A queryset of a model that has a stub."""

    @property
    def model(self) -> type[H_co]:
        """The class of the rows."""
        ...


class Exact:
    """Marks the querysets of a stub: the stub's signatures take precedence over the descriptors'."""


def method(function: Any) -> Any:
    """Returns a function of a class body under the name that it has there without the underscore."""
    function.__name__ = function.__name__.removeprefix("_")
    function.__qualname__ = ".".join([*function.__qualname__.split(".")[:-1], function.__name__])
    return function


__all__ = ["Exact", "HasManager", "OfStub", "method"]
