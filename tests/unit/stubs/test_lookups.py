"""Every keyword of a stub runs, with a value of its type; and every lookup that runs is a keyword."""

from __future__ import annotations

import ast
import datetime as dt
import enum
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import BaseModel, HttpUrl, SecretStr

from oxyde import Field, Model, Q
from oxyde.exceptions import FieldError, FieldLookupError
from oxyde.queries import date_parts, keywords, own_lookups
from oxyde.queries.catalog import names as catalog_names
from oxyde.queries.names import names_of
from oxyde.schema.types import PYTHON
from oxyde.stubs.lookups import Lookups
from oxyde.stubs.names import Names
from oxyde.stubs.tables import Models


class StubMood(enum.Enum):
    GLAD = "glad"
    SAD = "sad"


class StubRank(enum.IntEnum):
    LOW = 1
    HIGH = 2


class StubPlace(BaseModel):
    city: str


class StubClub(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str
    people: list[StubPerson] = Field(default=[], db_reverse_fk="club")

    class Meta:
        is_table = True


class StubTag(Model):
    id: int | None = Field(default=None, db_pk=True)
    word: str

    class Meta:
        is_table = True


class StubPerson(Model):
    id: UUID = Field(db_pk=True)
    name: str
    age: int
    weight: float
    member: bool
    money: Decimal
    photo: bytes
    born: dt.date
    wakes: dt.time
    seen: dt.datetime
    left: dt.datetime | None = Field(default=None, db_type="TIMESTAMPTZ")
    stays: dt.timedelta
    mood: StubMood
    rank: StubRank
    kind: Literal["a", "b"]
    home: HttpUrl
    secret: SecretStr
    place: StubPlace
    extra: dict[str, Any]
    words: list[str]
    club: StubClub | None = None
    friend: StubPerson | None = None
    tags: list[StubTag] = Field(default=[], db_m2m=True)

    class Meta:
        is_table = True


MODELS = (StubClub, StubTag, StubPerson)
OBJECTS = {"StubClub": StubClub(id=1, name="x"), "StubTag": StubTag(id=1, word="x"), "StubPlace": StubPlace(city="x")}
SAMPLES: dict[str, Any] = {
    "bool": True,
    "int": 3,
    "float": 1.5,
    "str": "x",
    "bytes": b"x",
    "Decimal": Decimal("1.5"),
    "date": dt.date(2024, 1, 1),
    "time": dt.time(12),
    "timedelta": dt.timedelta(1),
    "UUID": UUID(int=1),
    "StubMood": StubMood.SAD,
    "StubRank": StubRank.LOW,
    "HttpUrl": HttpUrl("https://x.org"),
    "SecretStr": SecretStr("x"),
    "StubPerson": StubPerson.model_construct(id=UUID(int=1)),
    "None": None,
    **OBJECTS,
}
SHORT = {"Bool": "bool", "Int": "int", "Float": "float", "Str": "str", "Date": "date", "Datetime": "datetime", "Uuid": "UUID"}


def keys(model: type[Model], *, across: bool) -> dict[str, str]:
    """Returns the keywords of a model and the text of their types."""
    models = Models([one.__oxyde__ for one in MODELS])
    return dict(Lookups(Names({}, ()), models, model.__oxyde__).keys(across=across))


def samples(node: ast.expr, *, zoned: bool) -> Iterator[Any]:
    """Yields a value for each member of a type."""
    if isinstance(node, ast.BinOp):
        yield from samples(node.left, zoned=zoned)
        yield from samples(node.right, zoned=zoned)
    elif isinstance(node, ast.Subscript):
        name, inner = ast.unparse(node.value), node.slice
        if name == "Literal":
            yield ast.literal_eval(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
        elif name == "tuple" and isinstance(inner, ast.Tuple):
            yield tuple(samples(inner.elts[0], zoned=zoned))
        else:
            for value in samples(inner, zoned=zoned):
                yield value if name == "Value" else (value, value) if name in {"Pair", "PlainPair"} else [value]
    elif isinstance(node, ast.Constant):
        yield None
    else:
        yield from of_name(ast.unparse(node), zoned=zoned)


def of_name(name: str, *, zoned: bool) -> Iterator[Any]:
    """Yields the value of a named type."""
    for short, long in SHORT.items():
        if name in {short, f"{short}s", f"{short}Pair"}:
            (value,) = of_name(long, zoned=zoned)
            yield value if name == short else [value] if name == f"{short}s" else (value, value)
            return
    if name.removeprefix("Plain") in {"Month", "Day"}:
        yield from (3, (2024, 1) if name.endswith("Month") else (2024, 1, 1))
    elif name == "datetime":
        yield dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc if zoned else None)
    else:
        yield SAMPLES[name]


def of_any(key: str) -> Any:
    """Returns a value for a keyword of a JSON column, whose type is Any."""
    ending = key.rpartition("__")[2]
    if ending in {"in", "has_keys", "has_any_keys"}:
        return ["x"]
    if ending in {"between", "range"}:
        return (1, 2)
    if ending in {"contains", "contained_by"}:
        return {"city": "x"}
    if ending in {"extra", "place", "exact"}:
        return OBJECTS["StubPlace"] if "place" in key.split("__") else {"a": 1}
    return "x"


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("across", [False, True])
def test_every_keyword_runs(model: type[Model], across: bool) -> None:
    """With a value of each member of its type it makes SQL."""
    for key, text in keys(model, across=across).items():
        if key.rpartition("__")[2] in own_lookups._registered:
            continue  # another test's
        values = [of_any(key)] if text == "Any" else samples(ast.parse(text, mode="eval").body, zoned="left" in key.split("__"))
        for value in values:
            sql, _ = model.objects.filter(**{key: value}).sql("postgres")
            assert " WHERE " in sql, key


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("across", [False, True])
def test_every_lookup_that_runs_is_a_keyword(model: type[Model], across: bool) -> None:
    """Of each name with each lookup of any kind: the stub has just those that the runtime takes."""
    table, known = model.__table__, keys(model, across=across)
    universe = {*(name for kind in PYTHON for name in catalog_names(kind)), *date_parts.PARTS, "len"}
    paths = [*table.by_field, *table.relations, "pk"]
    if across:
        paths += [f"{name}__{field}" for name, relation in table.relations.items() for field in table.find(relation.target).by_field]
    for path in paths:
        assert path in known
        json = keywords.target(names_of(table), path)[0].term.type.kind == "json"
        for lookup in universe:
            key = f"{path}__{lookup}"
            if json and lookup not in catalog_names("json"):
                continue  # a key inside the document, which may be called anything
            try:
                keywords.target(names_of(table), key)
            except (FieldError, FieldLookupError):
                assert key not in known
            else:
                assert key in known, key


def test_a_relation_has_three_lookups() -> None:
    """Its name stands for an object, which has no order and no text; the field of its key has both."""
    with pytest.raises(FieldLookupError, match=r'StubPerson.club is a relation and has no lookup "gt"; it has exact, in, isnull'):
        StubPerson.objects.filter(club__gt=3)
    assert StubPerson.objects.filter(Q(club_id__gt=3)).sql("sqlite")[1] == [3]


def test_an_enumeration_has_three_lookups() -> None:
    """Its members have no order and no text that is the same on every server."""
    with pytest.raises(FieldLookupError, match=r'StubPerson.mood is enum and has no lookup "gt"; it has exact, in, isnull'):
        StubPerson.objects.filter(mood__gt="glad")
