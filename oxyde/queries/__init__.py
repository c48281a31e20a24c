"""Queries: conditions, expressions, states, and the statements they compile to. Pure, immutable, no await."""

from oxyde.queries.aggregate_functions import Avg, BoolAnd, BoolOr, Count, Max, Min, StdDev, Sum, Variance
from oxyde.queries.cases import Case, When
from oxyde.queries.casts import Cast
from oxyde.queries.collecting import ArrayAgg, JsonAgg, StringAgg
from oxyde.queries.conditions import Q
from oxyde.queries.correlation import OuterRef
from oxyde.queries.cte import With
from oxyde.queries.extracts import Extract
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
from oxyde.queries.json_path import JsonPath
from oxyde.queries.nested import Exists, Subquery
from oxyde.queries.operators import F, Value
from oxyde.queries.own_lookups import register_lookup
from oxyde.queries.truncation import Trunc
from oxyde.queries.upserts import Proposed
from oxyde.queries.windows import DenseRank, FirstValue, Lag, LastValue, Lead, NthValue, Ntile, Rank, RowNumber, Window

__all__ = [
    "Abs",
    "ArrayAgg",
    "Avg",
    "BoolAnd",
    "BoolOr",
    "Case",
    "Cast",
    "Ceil",
    "Coalesce",
    "Concat",
    "Count",
    "DenseRank",
    "Exists",
    "Extract",
    "F",
    "FirstValue",
    "Floor",
    "Greatest",
    "JsonAgg",
    "JsonPath",
    "Lag",
    "LastValue",
    "Lead",
    "Least",
    "Length",
    "Lower",
    "Max",
    "Min",
    "Mod",
    "Now",
    "NthValue",
    "Ntile",
    "NullIf",
    "OuterRef",
    "Power",
    "Proposed",
    "Q",
    "Rank",
    "Replace",
    "Round",
    "RowNumber",
    "Sqrt",
    "StdDev",
    "StringAgg",
    "Subquery",
    "Substr",
    "Sum",
    "Trim",
    "Trunc",
    "Upper",
    "Value",
    "Variance",
    "When",
    "Window",
    "With",
    "register_lookup",
]


def __dir__() -> list[str]:
    """Returns the public names."""
    return sorted(__all__)
