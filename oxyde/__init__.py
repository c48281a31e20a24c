"""Oxyde: typed models over a Rust core; the public names, each imported when it is first asked for, as Pydantic's are."""

import sys
from importlib import import_module
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Final

if PathFinder.find_spec("oxyde._native", __path__) is None:
    raise ImportError(
        f"the compiled core of Oxyde is missing for this Python ({sys.version_info[0]}.{sys.version_info[1]}); in a clone, run"
        " pip install -e . in its folder (or maturin develop --release, where it is installed already); else reinstall the package",
        name="oxyde._native",
    )

from oxyde import exceptions
from oxyde.exceptions import *  # noqa: F403 - the exceptions say in their __all__ what is public

if TYPE_CHECKING:
    from oxyde import db, sync
    from oxyde.db import (
        AsyncDatabase,
        PoolSettings,
        atomic,
        create_tables,
        disconnect_all,
        drop_tables,
        execute_raw,
        get_connection,
        on_commit,
        register_connection,
    )
    from oxyde.db.lifecycle import connect_blocking as connect
    from oxyde.db.raw_expressions import RawSQL
    from oxyde.models import Field, Manager, Model, Prefetch, QuerySet, Upserted
    from oxyde.models import Manager as QueryManager
    from oxyde.models import Model as OxydeModel
    from oxyde.models import QuerySet as Query
    from oxyde.models.page import Page
    from oxyde.models.raw import raw, sql
    from oxyde.queries import (
        Abs,
        ArrayAgg,
        Avg,
        BoolAnd,
        BoolOr,
        Case,
        Cast,
        Ceil,
        Coalesce,
        Concat,
        Count,
        DenseRank,
        Exists,
        Extract,
        F,
        FirstValue,
        Floor,
        Greatest,
        JsonAgg,
        JsonPath,
        Lag,
        LastValue,
        Lead,
        Least,
        Length,
        Lower,
        Max,
        Min,
        Mod,
        Now,
        NthValue,
        Ntile,
        NullIf,
        OuterRef,
        Power,
        Proposed,
        Q,
        Rank,
        Replace,
        Round,
        RowNumber,
        Sqrt,
        StdDev,
        StringAgg,
        Subquery,
        Substr,
        Sum,
        Trim,
        Trunc,
        Upper,
        Value,
        Variance,
        When,
        Window,
        With,
        register_lookup,
    )
    from oxyde.schema import Check, Exclude, Index, Unique

    __version__: str

__all__ = [
    "Abs",
    "ArrayAgg",
    "AsyncDatabase",
    "Avg",
    "BoolAnd",
    "BoolOr",
    "Case",
    "Cast",
    "Ceil",
    "Check",
    "Coalesce",
    "Concat",
    "Count",
    "DenseRank",
    "Exclude",
    "Exists",
    "Extract",
    "F",
    "Field",
    "FirstValue",
    "Floor",
    "Greatest",
    "Index",
    "JsonAgg",
    "JsonPath",
    "Lag",
    "LastValue",
    "Lead",
    "Least",
    "Length",
    "Lower",
    "Manager",
    "Max",
    "Min",
    "Mod",
    "Model",
    "Now",
    "NthValue",
    "Ntile",
    "NullIf",
    "OuterRef",
    "OxydeModel",
    "Page",
    "PoolSettings",
    "Power",
    "Prefetch",
    "Proposed",
    "Q",
    "Query",
    "QueryManager",
    "QuerySet",
    "Rank",
    "RawSQL",
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
    "Unique",
    "Upper",
    "Upserted",
    "Value",
    "Variance",
    "When",
    "Window",
    "With",
    "atomic",
    "connect",
    "create_tables",
    "db",
    "disconnect_all",
    "drop_tables",
    "execute_raw",
    "get_connection",
    "on_commit",
    "raw",
    "register_connection",
    "register_lookup",
    "sql",
    "sync",
]
__all__ += exceptions.__all__

_HOMES: Final = {
    "oxyde.db": (
        *("AsyncDatabase", "PoolSettings", "atomic", "create_tables", "disconnect_all", "drop_tables"),
        *("execute_raw", "get_connection", "on_commit", "register_connection"),
    ),
    "oxyde.db.lifecycle": ("connect_blocking",),
    "oxyde.db.raw_expressions": ("RawSQL",),
    "oxyde.models": ("Field", "Manager", "Model", "Prefetch", "QuerySet", "Upserted"),
    "oxyde.models.page": ("Page",),
    "oxyde.models.raw": ("raw", "sql"),
    "oxyde.notebook": ("load_ipython_extension", "unload_ipython_extension"),  # what %load_ext calls
    "oxyde.queries": (
        *("Abs", "ArrayAgg", "Avg", "BoolAnd", "BoolOr", "Case", "Cast", "Ceil", "Coalesce", "Concat", "Count"),
        *("DenseRank", "Exists", "Extract", "F", "FirstValue", "Floor", "Greatest", "JsonAgg", "JsonPath", "Lag", "LastValue"),
        *("Lead", "Least", "Length", "Lower", "Max", "Min", "Mod", "Now", "NthValue", "Ntile", "NullIf"),
        *("OuterRef", "Power", "Proposed", "Q", "Rank", "Replace", "Round", "RowNumber", "Sqrt", "StdDev", "StringAgg"),
        *("Subquery", "Substr", "Sum", "Trim", "Trunc", "Upper", "Value", "Variance", "When", "Window", "With"),
        "register_lookup",
    ),
    "oxyde.schema": ("Check", "Exclude", "Index", "Unique"),
}
_HOME: Final = {name: module for module, names in _HOMES.items() for name in names}
_ALIASES: Final = {"OxydeModel": "Model", "Query": "QuerySet", "QueryManager": "Manager", "connect": "connect_blocking"}

if not TYPE_CHECKING:  # a type checker would take every name for one of ours

    def __getattr__(name: str) -> object:
        """Returns a public name at its first use."""
        meant = _ALIASES.get(name, name)
        if meant in _HOME:
            value = getattr(import_module(_HOME[meant]), meant)
        elif name in {"db", "inspect", "sync"}:  # oxyde.inspect is found by its whole name only: Python has a module of that name
            value = import_module(f"oxyde.{name}")
        elif name == "__version__":
            value = import_module("importlib.metadata").version("oxyde")
        else:
            message = f"module 'oxyde' has no attribute {name!r}"
            raise AttributeError(message, name=name, obj=import_module("oxyde"))
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        """Returns the public names."""
        return sorted(__all__)
