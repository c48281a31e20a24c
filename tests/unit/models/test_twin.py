"""The blocking twin of an application's queryset class: its methods above the blocking verbs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from oxyde import QuerySet
from oxyde.models.blocking import BlockingQuerySet
from oxyde.models.twin import twin
from tests.models import Author


class Authors(QuerySet[Author]):
    """Has methods of each kind."""

    most = 10

    def named(self, name: str) -> Any:
        return self.filter(name=name)

    async def total(self) -> int:
        return await self.count()

    async def each(self) -> AsyncIterator[Author]:
        yield await self.get()

    @classmethod
    async def made(cls) -> None:
        """Is async, too."""


class Known(Authors):
    """Inherits them."""


@pytest.mark.parametrize("own", [Authors, Known])
def test_a_twin_is_made_once(own: type[QuerySet[Any]]) -> None:
    """For each class its own, which is both what it was and blocking."""
    made = twin(own, QuerySet)
    assert twin(own, QuerySet) is made
    assert issubclass(made, (own,))
    assert issubclass(made, BlockingQuerySet)
    assert made.__name__ == f"Blocking{own.__name__}"
    assert made.most == 10  # type: ignore[attr-defined] # of its own class
    assert twin(Authors, QuerySet) is not twin(Known, QuerySet)


@pytest.mark.parametrize("name", ["total", "each", "made"])
def test_async_methods_are_refused(name: str) -> None:
    """Inherited ones too; the message says what to do."""
    made: Any = twin(Known, QuerySet)
    with pytest.raises(AttributeError, match=rf"^Known\.{name} is async, and \.sync cannot await it"):
        getattr(made, name)


def test_verbs_are_the_blocking_ones() -> None:
    """Own methods stay, the verbs below are of the other face."""
    made: Any = twin(Authors, QuerySet)
    assert made.named is Authors.named
    assert made.count is BlockingQuerySet.count
