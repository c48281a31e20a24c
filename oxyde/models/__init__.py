"""The face of Oxyde: models, their fields, and the verbs that run on them."""

from oxyde.models.field import Field
from oxyde.models.manager import Manager
from oxyde.models.model import Model
from oxyde.models.prefetch import Prefetch
from oxyde.models.queryset import QuerySet
from oxyde.models.upserted import Upserted

__all__ = ["Field", "Manager", "Model", "Prefetch", "QuerySet", "Upserted"]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
