"""The querysets of the clinic, in a module that the models import."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oxyde import Q, QuerySet

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clinic.people import Patient


class Patients(QuerySet["Patient"]):
    def named(self, names: Sequence[str]) -> Patients:
        return self.filter(Q(name__in=names))

    async def oldest(self) -> Any:
        return await self.max("age")
