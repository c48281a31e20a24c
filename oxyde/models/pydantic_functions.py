"""The functions that Pydantic's own types put into core schemas, told from those of the application.

They are recognised by name, which is not a stable API: ``tests/unit/models/test_pydantic_functions.py`` checks each against its type.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from ipaddress import IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network
from operator import attrgetter
from typing import Any, Final

from pydantic import SecretBytes, SecretStr
from pydantic.types import EncodedBytes, EncodedStr

from oxyde.models.core_schemas import FUNCTIONS, Node, kind_of

_CLASSES: Final = frozenset({Counter, OrderedDict, IPv4Address, IPv4Interface, IPv4Network, IPv6Address, IPv6Interface, IPv6Network})
"""Classes of the standard library that Pydantic instantiates by calling them."""


def calls_pydantic(node: Node) -> bool:
    """Returns whether the function of a node is one of Pydantic's own types.

    Such functions are in Pydantic's modules, except in ``pydantic.experimental``, which calls the application's, or are classes of
    the standard library. If Pydantic calls others, they are mistaken for validators of the application: an equal value that is
    assigned is written again, and ``db_read="types"`` reads without them.
    """
    function = function_of(node)
    while hasattr(function, "func"):
        function = function.func
    if isinstance(function, type):
        return function in _CLASSES or issubclass(function, (SecretStr, SecretBytes))
    module = str(getattr(function, "__module__", None) or "")
    if module.partition(".")[0] in {"pydantic", "pydantic_core"}:
        return not module.startswith("pydantic.experimental")
    return gives_enum_values(node)


def is_encoder(node: Node) -> bool:
    """Returns whether a node decodes a text, as ``Base64Bytes`` and its kin do."""
    return isinstance(getattr(function_of(node), "__self__", None), (EncodedBytes, EncodedStr))


def looks_at_files(node: Node) -> bool:
    """Returns whether a node is the rule of ``FilePath``, ``NewPath`` or their kin, which checks whether the file exists."""
    return _is_of(node, "PathType.validate_")


def is_byte_size(node: Node) -> bool:
    """Returns whether a node makes a ``ByteSize``, an int."""
    return _is_of(node, "ByteSize._validate")


def makes_secret(node: Node) -> bool:
    """Returns whether a node makes a ``Secret[...]``."""
    return _is_of(node, "Secret.__get_pydantic_core_schema__.")


def makes_url(node: Node) -> bool:
    """Returns whether a node makes a URL of a class of Pydantic, such as ``HttpUrl``."""
    return kind_of(node) == "function-wrap" and kind_of(node["schema"]) in {"url", "multi-host-url"} and calls_pydantic(node)


def makes_text(node: Node) -> bool:
    """Returns whether a node makes an address of any version, or a time zone, from its text."""
    return _is_of(node, "IPvAny") or _is_of(node, "validate_str_is_valid_iana_tz", "pydantic._internal._validators")


def gives_enum_values(node: Node) -> bool:
    """Returns whether a node turns a member into its value, because the configuration says ``use_enum_values``."""
    if _is_of(node, "GenerateSchema._literal_schema.", "pydantic._internal._generate_schema"):
        return True
    return kind_of(node) == "function-after" and kind_of(node["schema"]) == "enum" and isinstance(function_of(node), attrgetter)


def function_of(node: Node) -> Any:
    """Returns the function that a node calls to validate; None where it calls none."""
    return node["function"]["function"] if kind_of(node) in FUNCTIONS else None


def _is_of(node: Node, name: str, module: str = "") -> bool:
    function = function_of(node)
    where = getattr(function, "__module__", None)
    return where in ({module} if module else {"pydantic.types", "pydantic.networks"}) and function.__qualname__.startswith(name)
