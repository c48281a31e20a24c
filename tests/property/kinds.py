"""A model with a column of every kind of type that Pydantic knows, and values for each."""

from __future__ import annotations

import dataclasses
import datetime as dt
import ipaddress
import pathlib
import uuid
import zoneinfo
from collections.abc import Mapping
from enum import Enum, IntEnum
from typing import Annotated, Any, Generic, Literal, NamedTuple, TypeVar

import pydantic
from hypothesis import strategies as st
from pydantic import (
    AfterValidator,
    Base64Str,
    BaseModel,
    ByteSize,
    ConfigDict,
    GetCoreSchemaHandler,
    HttpUrl,
    PrivateAttr,
    RootModel,
    SecretBytes,
    SecretStr,
    StringConstraints,
    WithJsonSchema,
    computed_field,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic import Field as Inner
from pydantic_core import core_schema
from typing_extensions import NotRequired, TypeAliasType, TypedDict

from oxyde import Field, Model
from tests.tables import table

T = TypeVar("T")


class Hue(Enum):
    """Members that are no text themselves."""

    RED = "red"
    BLUE = "blue"


class Level(IntEnum):
    """Members that are numbers."""

    LOW = 1
    HIGH = 2


class Cat(BaseModel):
    """Is told by its field ``type``."""

    type: Literal["cat"] = "cat"
    lives: int = 9


class Dog(BaseModel):
    """Is told by its field ``type``."""

    type: Literal["dog"] = "dog"
    loud: bool = False


class Pup(Dog):
    """Has no more fields."""


class Box(BaseModel, Generic[T]):
    """Holds one of any type."""

    item: T


class Names(RootModel[list[str]]):
    """A list."""


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Slotted:
    """Is frozen, has slots, and takes keywords."""

    a: int
    when: dt.date


@pydantic.dataclasses.dataclass(kw_only=True)
class Checked:
    """Is validated, and has one inside."""

    a: int
    inner: Slotted | None = None


class Typed(TypedDict):
    """May lack a key."""

    a: int
    when: NotRequired[dt.date]


class Point(NamedTuple):
    """A place."""

    x: int
    y: str = ""


class Loose(BaseModel):
    """Takes more than it declares."""

    model_config = ConfigDict(extra="allow")

    a: int = 0


class Tight(BaseModel):
    """Takes no more than it declares, shows more, and cannot be changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, revalidate_instances="always")

    a: int
    key: uuid.UUID
    marks: set[int] = set()
    _seen: int = PrivateAttr(default=4)

    @computed_field  # type: ignore[prop-decorator] # as Pydantic documents it
    @property
    def double(self) -> int:
        """Is shown."""
        return self.a * 2


class Named(BaseModel):
    """Has other names outside, and keeps values of members."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True, serialize_by_alias=True, use_enum_values=True)

    a: int = Inner(alias="A")
    hue: Hue = Inner(default=Hue.RED, validate_default=True, serialization_alias="Hue")


class Ruled(BaseModel):
    """Has validators of every mode, which leave their own results alone, and shows nothing as it is."""

    a: int = Inner(default="5", validate_default=True)  # type: ignore[assignment] # is validated

    @model_validator(mode="before")
    @classmethod
    def before(cls, value: Any) -> Any:
        return {"a": value} if isinstance(value, int) else value

    @model_validator(mode="wrap")
    @classmethod
    def around(cls, value: Any, handler: Any) -> Any:
        return handler(value)

    @model_validator(mode="after")
    def after(self) -> Ruled:
        return self

    @field_validator("a", mode="wrap")
    @classmethod
    def clipped(cls, value: Any, handler: Any) -> Any:
        return min(handler(value), 1000)

    @model_serializer
    def shown(self) -> str:
        return "nothing"


class Code:
    """A type of the application, which says itself how it is validated and written."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Code) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    @classmethod
    def __get_pydantic_core_schema__(cls, _: Any, __: GetCoreSchemaHandler) -> Any:
        read = core_schema.no_info_after_validator_function(cls, core_schema.str_schema())
        either = core_schema.union_schema([core_schema.is_instance_schema(cls), read])
        shown = core_schema.plain_serializer_function_ser_schema(lambda value: value.text)
        return core_schema.json_or_python_schema(read, either, serialization=shown)


class Coded(BaseModel):
    """Holds one, and others that only their own types can write."""

    code: Code
    address: ipaddress.IPv4Address
    path: pathlib.PurePosixPath


Deep = TypeAliasType("Deep", "list[Deep | int]")
Pet = Annotated[Cat | Dog, Inner(discriminator="type")]


class Kinds(Model):
    """One column of each kind."""

    id: int | None = Field(default=None, db_pk=True)
    pet: Pet = Cat()
    pets: dict[str, Pet] = Field(default_factory=dict)
    box: Box[dt.date] | None = None
    boxes: list[Box[Cat]] = Field(default_factory=list)
    names: Names = Names([])
    slotted: Slotted | None = None
    checked: Checked | None = None
    typed: Typed | None = None
    points: list[Point] = Field(default_factory=list)
    loose: Loose = Loose()
    tight: Tight | None = None
    named: Named | None = None
    ruled: Ruled = Ruled()
    coded: Coded | None = None
    deep: Deep = Field(default_factory=list)
    numbers: set[int] = Field(default_factory=set)
    pair: tuple[int, str] = (0, "")
    map: Mapping[Hue, int] = Field(default_factory=dict)
    shown: Annotated[int, WithJsonSchema({"type": "string"})] = 0
    stripped: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    positive: Annotated[int, AfterValidator(abs)] = 0
    secret: SecretStr = SecretStr("")
    hidden: SecretBytes = SecretBytes(b"")
    encoded: list[Base64Str] = Field(default_factory=list)
    size: ByteSize = ByteSize(0)
    site: HttpUrl = HttpUrl("https://example.org/")
    address: ipaddress.IPv6Address = ipaddress.IPv6Address("::1")
    zone: zoneinfo.ZoneInfo = zoneinfo.ZoneInfo("UTC")
    hue: Hue = Hue.RED
    level: Literal[Level.LOW, Level.HIGH] = Level.LOW
    hues: list[Hue] = Field(default_factory=list)

    Meta = table("nested_kinds")


# Control characters and lone surrogates are no text on every server.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
ints = st.integers(-(2**40), 2**40)
pets: st.SearchStrategy[Any] = st.one_of(st.builds(Cat, lives=ints), st.builds(Dog, loud=st.booleans()))
slotted = st.builds(Slotted, a=ints, when=st.dates())
typed = st.fixed_dictionaries({"a": ints}, optional={"when": st.dates()})
deep: st.SearchStrategy[Any] = st.lists(st.recursive(ints, lambda inner: st.lists(inner, max_size=2), max_leaves=4), max_size=2)
extras = st.dictionaries(st.sampled_from(["b", "type", "schema"]), st.none() | ints | texts | st.lists(ints, max_size=2))
rows = st.fixed_dictionaries(
    {
        "pet": pets,
        "pets": st.dictionaries(texts, pets, max_size=2),
        "box": st.none() | st.builds(Box[dt.date], item=st.dates()),
        "boxes": st.lists(st.builds(Box[Cat], item=st.builds(Cat, lives=ints)), max_size=2),
        "names": st.builds(Names, st.lists(texts, max_size=2)),
        "slotted": st.none() | slotted,
        "checked": st.none() | st.builds(Checked, a=ints, inner=st.none() | slotted),
        "typed": st.none() | typed,
        "points": st.lists(st.builds(Point, x=ints, y=texts), max_size=2),
        "loose": st.builds(lambda a, more: Loose(a=a, **more), ints, extras),
        "tight": st.none() | st.builds(Tight, a=ints, key=st.uuids(), marks=st.sets(ints, max_size=2)),
        "named": st.none() | st.builds(lambda a, hue: Named(A=a, hue=hue), ints, st.sampled_from(Hue)),
        "ruled": st.builds(Ruled, a=st.integers(-1000, 1000)),
        "coded": st.none()
        | st.builds(
            lambda text, at: Coded(code=Code(text), address=at, path=pathlib.PurePosixPath("/a", "b")), texts, st.ip_addresses(v=4)
        ),
        "deep": deep,
        "numbers": st.sets(ints, max_size=3),
        "pair": st.tuples(ints, texts),
        "map": st.dictionaries(st.sampled_from(Hue), ints),
        "shown": ints,
        "stripped": texts.map(str.strip),
        "positive": st.integers(0, 2**40),
        "secret": texts.map(SecretStr),
        "hidden": st.binary(max_size=8).map(SecretBytes),
        "size": st.integers(0, 2**40).map(ByteSize),
        "site": st.sampled_from(["https://example.org/a?b=c", "http://user@xn--nxasmq6b.example/"]).map(HttpUrl),
        "address": st.ip_addresses(v=6),
        "zone": st.sampled_from(["UTC", "Europe/Berlin"]).map(zoneinfo.ZoneInfo),
        "hue": st.sampled_from(Hue),
        "level": st.sampled_from(Level),
        "hues": st.lists(st.sampled_from(Hue), max_size=3),
    }
)
