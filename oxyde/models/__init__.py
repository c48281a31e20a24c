"""The face of Oxyde: models, their fields, and the verbs that run on them."""

from oxyde.models.field import Field
from oxyde.models.model import Model

__all__ = ["Field", "Model"]
