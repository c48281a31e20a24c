"""Oxyde: typed models over a Rust core; the public names."""

try:  # until the core is built
    from oxyde import _native  # noqa: F401
except ImportError:
    __all__: list[str] = []
else:
    from oxyde import db, exceptions
    from oxyde.exceptions import *  # noqa: F403
    from oxyde.models import Field, Model
    from oxyde.schema import Check, Exclude, Index, Unique

    __all__ = ["Check", "Exclude", "Field", "Index", "Model", "Unique", "db", *exceptions.__all__]
