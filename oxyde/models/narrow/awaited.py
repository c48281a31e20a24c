"""The terminal verbs that name fields, as checkers see them: awaited. ``blocking.py`` is this file's generated twin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol, TypeVar, overload

from pydantic import BaseModel

from oxyde.models.chain import Chain
from oxyde.models.info import AnyModel
from oxyde.models.narrow import Exact, HasManager, OfStub, method
from oxyde.queries.term import Expression

TYPE_CHECKING = False  # true for type checkers, whatever the value; jedi, which completes in notebooks, reads the value

M = TypeVar("M", bound=AnyModel)
H = TypeVar("H", bound=HasManager[Any])
T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class RowsOfStub(OfStub[HasManager[Any]], Protocol[T_co]):
    """The same, by what its rows are."""

    async def first(self, *, using: str | None = None, client: object | None = None) -> T_co | None:
        """Returns a row."""
        ...


class Getting(Protocol[T_co]):
    """``get`` and ``get_or_none``."""

    async def __call__(self, *conditions: Expression, using: str | None = None, client: object | None = None, **lookups: Any) -> T_co:
        """Is how it is called."""
        ...


class AnyCall(Protocol[T_co]):
    """A terminal verb of a model with a stub, on a queryset that the stub did not make."""

    async def __call__(self, *arguments: Any, **keywords: Any) -> T_co:
        """Is how it is called."""
        ...


class Creating(Protocol[T_co]):
    """``create``."""

    async def __call__(
        self, body: BaseModel | None = None, /, *, using: str | None = None, client: object | None = None, **values: Any
    ) -> T_co:
        """Is how it is called."""
        ...


class Ensuring(Protocol[T_co]):
    """``get_or_create``."""

    async def __call__(
        self, defaults: Mapping[str, Any] | None = None, *, using: str | None = None, client: object | None = None, **lookups: Any
    ) -> tuple[T_co, bool]:
        """Is how it is called."""
        ...


class Setting(Protocol[T_co]):
    """``update_or_create``."""

    async def __call__(
        self,
        defaults: Mapping[str, Any] | None = None,
        create_defaults: Mapping[str, Any] | None = None,
        *,
        using: str | None = None,
        client: object | None = None,
        **lookups: Any,
    ) -> tuple[T_co, bool]:
        """Is how it is called."""
        ...


class Updating(Protocol[T]):
    """``update``."""

    @overload
    async def __call__(
        self, *, returning: Literal[True], using: str | None = None, client: object | None = None, **values: Any
    ) -> list[T]: ...
    @overload
    async def __call__(
        self, *, returning: Literal[False] = False, using: str | None = None, client: object | None = None, **values: Any
    ) -> int: ...
    @overload
    async def __call__(
        self, *, returning: bool, using: str | None = None, client: object | None = None, **values: Any
    ) -> int | list[T]: ...


if TYPE_CHECKING:

    class Get:
        """The attribute ``get``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: RowsOfStub[T], owner: type[Any], /) -> AnyCall[T]: ...
        @overload
        def __get__(self, chain: Chain[Any, T], owner: type[Any], /) -> Getting[T]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

    class GetOrNone:
        """The attribute ``get_or_none``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: RowsOfStub[T], owner: type[Any], /) -> AnyCall[T | None]: ...
        @overload
        def __get__(self, chain: Chain[Any, T], owner: type[Any], /) -> Getting[T | None]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

    class Create:
        """The attribute ``create``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: OfStub[H], owner: type[Any], /) -> AnyCall[H]: ...
        @overload
        def __get__(self, chain: Chain[M, Any], owner: type[Any], /) -> Creating[M]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

    class GetOrCreate:
        """The attribute ``get_or_create``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: OfStub[H], owner: type[Any], /) -> AnyCall[tuple[H, bool]]: ...
        @overload
        def __get__(self, chain: Chain[M, Any], owner: type[Any], /) -> Ensuring[M]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

    class UpdateOrCreate:
        """The attribute ``update_or_create``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: OfStub[H], owner: type[Any], /) -> AnyCall[tuple[H, bool]]: ...
        @overload
        def __get__(self, chain: Chain[M, Any], owner: type[Any], /) -> Setting[M]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

    class Update:
        """The attribute ``update``."""

        def __init__(self, function: Any, /) -> None: ...
        @overload
        def __get__(self, chain: Exact, owner: type[Any], /) -> Any: ...
        @overload
        def __get__(self, chain: OfStub[H], owner: type[Any], /) -> AnyCall[Any]: ...
        @overload
        def __get__(self, chain: Chain[M, Any], owner: type[Any], /) -> Updating[M]: ...
        def __get__(self, chain: Any, owner: type[Any], /) -> Any: ...

else:
    Get = GetOrNone = Create = GetOrCreate = UpdateOrCreate = Update = method
