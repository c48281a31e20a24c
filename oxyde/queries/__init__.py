"""Queries: conditions, expressions, states, and the statements they compile to. Pure, immutable, no await."""

from oxyde.queries.aggregate_functions import Avg, Count, Max, Min, Sum
from oxyde.queries.casts import Cast
from oxyde.queries.conditions import Q
from oxyde.queries.cte import With
from oxyde.queries.functions import (
    Abs,
    Ceil,
    Coalesce,
    Concat,
    Floor,
    Greatest,
    Least,
    Length,
    Lower,
    Mod,
    Now,
    NullIf,
    Power,
    Replace,
    Round,
    Sqrt,
    Substr,
    Trim,
    Upper,
)
from oxyde.queries.operators import F, Value
from oxyde.queries.own_lookups import register_lookup
from oxyde.queries.upserts import Proposed

__all__ = [
    "Abs",
    "Avg",
    "Cast",
    "Ceil",
    "Coalesce",
    "Concat",
    "Count",
    "F",
    "Floor",
    "Greatest",
    "Least",
    "Length",
    "Lower",
    "Max",
    "Min",
    "Mod",
    "Now",
    "NullIf",
    "Power",
    "Proposed",
    "Q",
    "Replace",
    "Round",
    "Sqrt",
    "Substr",
    "Sum",
    "Trim",
    "Upper",
    "Value",
    "With",
    "register_lookup",
]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
