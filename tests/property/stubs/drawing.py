"""Draws the text of modules that define models."""

from __future__ import annotations

import builtins
from typing import Final

from hypothesis import strategies as st

HEAD: Final = """
from __future__ import annotations
import enum
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from ipaddress import IPv4Address
from typing import Annotated, Any, Literal, NewType
from uuid import UUID
from annotated_types import Ge
from pydantic import AliasChoices, AwareDatetime, BaseModel, HttpUrl, SecretStr
from pydantic.alias_generators import to_camel
from oxyde import Field, Model

Score = NewType("Score", int)
class Mood(enum.Enum):
    GLAD = "glad"
    SAD = "sad"
class Rank(enum.IntEnum):
    LOW = 1
    HIGH = 2
class Word(str, enum.Enum):
    YES = "yes"
    NO = "no"
class Place(BaseModel):
    city: str = "x"
"""
KINDS: Final = (
    *("bool", "int", "float", "str", "bytes", "Decimal", "date", "datetime", "time", "timedelta", "UUID", "AwareDatetime", "Mood", "Rank"),
    *("Word", "Literal['a', 'b']", "Literal[1, 2]", "Literal[Mood.GLAD]", "HttpUrl", "SecretStr", "IPv4Address", "Place", "dict[str, Any]"),
    *("list[str]", "list[int]", "list[Mood]", "list[Place]", "set[int]", "tuple[int, str]", "Any", "Annotated[int, Ge(0)]", "Score"),
    *("list[UUID]", "list[datetime]", "list[Decimal]", "list[bool]"),
)
KEYS: Final = ("int | None", "UUID", "str", "Mood", "date", "Decimal")
NAMES: Final = (
    *("name", "age", "title", "word_", "class_", "x_", "exact", "in_", "contains", "year", "date", "time", "len", "isnull", "gt", "range"),
    *(
        "str",
        "int",
        "bool",
        "list",
        "tuple",
        "property",
        "type",
        "Any",
        "Literal",
        "Expression",
        "overload",
        "Mood",
        "UUID",
        "Model",
        "Self",
    ),
    *("self", "fields", "conditions", "lookups", "values", "filter", "order_by", "terms", "lookup", "between", "using", "client"),
    *(
        "defaults",
        "create_defaults",
        "body",
        "returning",
        "c",
        "flat",
        "field",
        "row_type",
        "count",
        "first",
        "Field",
        "Create_",
        "Required",
    ),
    *("verb", "is_null", "sync", "city", "select", "Größe", "TypedDict", "Unpack", "ClassVar", "Value", "Bool", "Str", "Columns"),
)
OWN: Final = ("roughly", "resembles")
"""Lookups of the application's own, which the test registers: of numbers and texts, and of every column."""


@st.composite
def modules(draw: st.DrawFn) -> str:
    """Draws a module of three models: Team, Badge and Person, which refers to both."""
    rest = list(draw(st.permutations(NAMES))[:9])
    kinds = [*draw(st.permutations(KINDS))[:9]]
    config = draw(st.sampled_from(["", "", "    model_config = {'populate_by_name': True}\n"]))
    composite = draw(st.booleans())
    key = draw(st.sampled_from(KEYS))
    team = [f"{draw(st.sampled_from(['id', 'id', 'key', 'in_', 'name']))}: {key} = Field({_default(key)}db_pk=True)"]
    team += [_field(draw, name, kind) for name, kind in zip(rest[:2], kinds[:2], strict=True) if not team[0].startswith(f"{name}:")]
    link, single = draw(st.sampled_from(["team", "exact", "team_"])), draw(st.integers(0, 3)) == 0
    team += [f"people: {'Person | None' if single else 'list[Person]'} = Field(default={None if single else []}, db_reverse_fk='{link}')"]
    badge = (
        ["first_: int = Field(db_pk=True)", "second: str = Field(db_pk=True)"]
        if composite
        else ["id: int | None = Field(default=None, db_pk=True)"]
    )
    badge += [_field(draw, rest[2], kinds[2])]
    person = ["id: int | None = Field(default=None, db_pk=True)"]
    person += [_field(draw, name, kind) for name, kind in zip(rest[3:], kinds[3:], strict=True) if name != link]
    person += [_reference(draw, link, "Team", unique=single)]
    if draw(st.booleans()):
        person += [_reference(draw, "friend", "Person")]
    if not composite and draw(st.booleans()):
        person += ["badges: list[Badge] = Field(default=[], db_m2m=True)"]
    if composite and draw(st.booleans()):
        badge += ["owner: Person | None = None"]
        person += ["badges: list[Badge] = Field(default=[], db_reverse_fk='owner')"]
    text = HEAD
    for name, fields, settings in (("Team", team, ""), ("Badge", badge, ""), ("Person", person, config)):
        text += (
            f"class {name}(Model):\n{settings}"
            + "".join(f"    {field}\n" for field in fields)
            + "    class Meta:\n        is_table = True\n"
        )
    return text


def _default(kind: str) -> str:
    return "default=None, " if "None" in kind else ""


def _field(draw: st.DrawFn, name: str, kind: str) -> str:
    """Draws a field: whether it may be None, has another name in the database, and others outside."""
    bits = (
        draw(st.integers(0, 63)) if name not in HEAD and not hasattr(builtins, name) else 6
    )  # Pydantic takes a default for the type of its name
    words = [
        f"db_column='{name}_stored'" if bits & 1 else "",
        "" if bits & 6 else "default=None" if bits & 8 and kind != "Any" else "",
        f"alias='{name.strip('_')}Outside'"
        if bits & 48 == 48
        else f"validation_alias=AliasChoices('{name.strip('_')}One', '{name.strip('_')}Two')"
        if bits & 48 == 32
        else "",
    ]
    given = ", ".join(word for word in words if word)
    nullable = "" if bits & 6 or not bits & 8 or kind == "Any" else " | None"
    return f"{name}: {kind}{nullable}" + (f" = Field({given})" if given else "")


def _reference(draw: st.DrawFn, name: str, target: str, *, unique: bool = False) -> str:
    bits = draw(st.integers(0, 7)) | (4 if unique else 0)
    words = ["default=None" if bits & 1 else "", f"db_column='{name}_stored'" if bits & 2 else "", "db_unique=True" if bits & 4 else ""]
    given = ", ".join(word for word in words if word)
    return f"{name}: {target}{' | None' if bits & 1 else ''}" + (f" = Field({given})" if given else "")
