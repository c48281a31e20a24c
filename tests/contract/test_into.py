"""``into()``: rows as objects of other classes; and ``distinct(*on)``."""

from __future__ import annotations

import dataclasses
import datetime as dt
import enum
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, BaseModel, BeforeValidator, create_model
from pydantic import Field as PydanticField
from typing_extensions import NotRequired, TypedDict

from oxyde import Cast, Count, F, Field, Model, db
from oxyde.exceptions import DecodeError, FieldError
from tests.tables import statements, table, tables


class IntoMood(str, enum.Enum):
    """How somebody feels."""

    GLAD = "glad"
    SAD = "sad"


class IntoTeam(Model):
    """A team."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    users: list[IntoUser] = Field(default=[], db_reverse_fk="team")

    Meta = table("into_team")


class Address(BaseModel):
    """Is stored as JSON."""

    city: str


class IntoUser(Model):
    """A user."""

    id: int | None = Field(default=None, db_pk=True)
    name: str
    age: int = 0
    born: dt.date | None = None
    score: Decimal = Field(default=Decimal("0.00"), max_digits=8, decimal_places=2)
    mood: IntoMood | None = None
    address: Address | None = None
    team: IntoTeam | None = None

    Meta = table("into_user")


class Card(BaseModel):
    """A model."""

    name: str
    team__name: str | None
    mood: IntoMood | None
    address: Address | None
    score: Annotated[Decimal, PydanticField(ge=0)]
    older: int = -1


@dataclasses.dataclass
class Pair:
    """A dataclass."""

    name: str
    born: dt.date | None


class Loose(TypedDict):
    """A dictionary."""

    name: str
    older: NotRequired[int]


@pytest.fixture
async def users(database: db.AsyncDatabase) -> Any:
    """Three users in two teams."""
    async with tables(IntoTeam, IntoUser):
        red, blue = await IntoTeam.objects.bulk_create([{"name": "Red"}, {"name": "Blue"}])
        await IntoUser.objects.bulk_create(
            [
                IntoUser(name="Ada", age=36, born=dt.date(1815, 12, 10), mood=IntoMood.GLAD, team=red, score=Decimal("1.50")),
                IntoUser(name="Bob", age=20, address=Address(city="Rome"), team=red),
                IntoUser(name="Cy", age=20, team=blue),
                IntoUser(name="Dee", age=50),
            ]
        )
        yield IntoUser.objects


async def test_rows_become_objects(users: Any) -> None:
    """With values of their own types, on both faces, one by one too; nothing else is read."""
    with statements() as sent:
        cards = await users.join("team").annotate(older=F("age") + 1).order_by("id").into(Card).all()
    assert "born" not in sent[0]
    assert cards[0] == Card(name="Ada", team__name="Red", mood=IntoMood.GLAD, address=None, score=Decimal("1.50"), older=37)
    assert cards[1].address == Address(city="Rome")
    assert cards[3].team__name is None
    assert users.sync.order_by("id").into(Pair).first() == Pair("Ada", dt.date(1815, 12, 10))
    assert await users.into(Pair).get(name="Cy") == Pair("Cy", None)
    assert [row async for row in users.order_by("-id").into(Loose).stream(2)] == [{"name": name} for name in ("Dee", "Cy", "Bob", "Ada")]
    assert await users.order_by("id").values("name").annotate(older=F("age") * 2).into(Loose).first() == {"name": "Ada", "older": 72}
    assert await users.filter(age=20).order_by("name").into(Pair)[1:].all() == [Pair("Cy", None)]
    assert await users.into(Pair).count() == 4
    assert await users.only("name").into(Loose).order_by("name").last() == {"name": "Dee"}


async def test_a_path_with_a_default(users: Any) -> None:
    """Is read like a field; the default is for what the rows have not."""

    class Member(BaseModel):
        """Some of a user and of their team."""

        name: str
        team__name: str | None = "none"
        team__size: int = 7

    assert await users.order_by("id").into(Member)[2:].all() == [
        Member(name="Cy", team__name="Blue", team__size=7),
        Member(name="Dee", team__name=None, team__size=7),
    ]


async def test_a_row_that_is_not_valid(users: Any) -> None:
    """Names the class and the field."""
    await users.filter(name="Bob").update(score=Decimal(-1))
    with pytest.raises(DecodeError, match="a row is not valid for Card: score: Input should be greater than or equal to 0"):
        await users.into(Card).all()

    class Strict(BaseModel):
        """Knows no absent birthday."""

        born: dt.date

    with pytest.raises(DecodeError, match=r"Strict: born: .*\(and 2 more\)"):
        await users.into(Strict).all()
    assert len(await users.filter(born__isnull=False).into(Strict).all()) == 1


class Colour(str, enum.Enum):
    """Nobody's mood."""

    RED = "red"


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        (
            "team",
            IntoTeam,
            r"Unfit\.team holds a IntoTeam, and the value is int; name columns .*, or its key: team: int$",
        ),
        ("team", IntoTeam | None, r"Unfit\.team holds a IntoTeam"),
        ("team", Card, r"Unfit\.team holds a Card"),
        ("team", Loose, r"Unfit\.team holds a Loose"),
        ("team_id", Pair | None, r"Unfit\.team_id holds a Pair"),
        ("address", str, r"Unfit\.address cannot hold what the column is read as, Address; declare it as that$"),
        ("address", Card | None, "cannot hold what the column is read as, Address"),
        ("address", dict[str, Any], "cannot hold what the column is read as, Address"),
        ("mood", Colour | None, r"cannot hold what the column is read as, .*\.IntoMood; declare"),
        ("mood", int | None, "cannot hold what the column is read as"),
        ("mood", Literal["red"], "cannot hold what the column is read as"),
        ("age", Colour, "cannot hold values of type int; Cast"),
        ("age", Literal["36"], "cannot hold values of type int; Cast"),
        ("age", str | dt.date, "cannot hold values of type int; Cast"),
        ("age", tuple[int, ...], "cannot hold values of type int; Cast"),
        ("age", bytes | list[str], "cannot hold values of type int; Cast"),
        ("age", Annotated[str, AfterValidator(str.upper)], "cannot hold values of type int; Cast"),
    ],
)
def test_fields_that_no_value_fits_are_refused(name: str, kind: Any, message: str) -> None:
    """Before anything is sent, by name."""
    kinds: Any = {name: (kind, ...)}
    unfit = create_model("Unfit", **kinds)
    with pytest.raises(FieldError, match=message) as caught:
        IntoUser.objects.into(unfit)
    assert caught.value.column == name


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("mood", str, "glad"),
        ("mood", Literal["glad", "red"], "glad"),
        ("mood", Colour | str, "glad"),
        ("age", Literal[36], 36),
        ("age", int | str, 36),
        ("age", Annotated[str, BeforeValidator(str)], "36"),
        ("age", complex, 36 + 0j),
        ("address", BaseModel, Address(city="Rome")),
        ("team", int, 1),
        ("name", Literal["Ada"], "Ada"),
    ],
)
async def test_fields_that_a_value_may_fit_are_read(users: Any, name: str, kind: Any, value: Any) -> None:
    """Whatever else they might hold."""
    await users.filter(name="Ada").update(address=Address(city="Rome"))
    kinds: Any = {name: (kind, ...)}
    (row,) = await users.filter(name="Ada").into(create_model("Fit", **kinds)).all()
    assert getattr(row, name) == value


async def test_verbs_after_into(users: Any) -> None:
    """Values that were chosen later are checked when it runs."""
    again = users.into(Loose).values_list("name")
    assert (await again.order_by("name").first()) == ("Ada",)
    with pytest.raises(FieldError, match="no field for the value 'age'"):
        users.values("name", "age").into(Loose)
    assert await users.annotate(shown=Cast("age", str)).values("name").into(Loose).count() == 4


async def test_values_cross_relations(users: Any) -> None:
    """Forward, and to many: a row for each related one, one where there is none."""
    await IntoTeam.objects.create(name="None")
    rows = await IntoTeam.objects.order_by("id").values_list("name", "users__name").all()
    assert sorted(rows, key=str) == [("Blue", "Cy"), ("None", None), ("Red", "Ada"), ("Red", "Bob")]
    assert await users.order_by("id").values("team__name", "team").first() == {"team__name": "Red", "team": 1}


async def test_distinct_on(users: Any) -> None:
    """The first of equal rows by the order so far; later verbs act on the result; it counts, updates and deletes."""
    names = users.values_list("name", flat=True)
    assert await names.order_by("-age").distinct("age").all() == ["Dee", "Ada"] + await names.filter(age=20).order_by("id")[:1].all()
    assert await users.order_by("-name").distinct("team").order_by("name").values_list("name", flat=True).all() == ["Bob", "Cy", "Dee"]
    assert await users.distinct("team__name", "age").count() == 4
    assert await users.order_by("id").distinct("age").filter(name="Cy").exists() is False
    assert [user.name for user in await users.distinct("age").join("team").order_by("id").all()] == ["Ada", "Bob", "Dee"]
    annotated = users.annotate(odd=F("age") % 2).distinct("odd").order_by("id")
    assert [(user.name, user.odd) for user in await annotated.all()] == [("Ada", 0)]
    assert await users.order_by("id")[1:3].distinct("age").values_list("name", flat=True).all() == ["Bob"]
    assert len(await users.order_by("?").distinct("age").all()) == 3
    assert (await users.distinct("age").order_by("id").to_polars())["name"].to_list() == ["Ada", "Bob", "Dee"]
    grouped = users.values("age").annotate(n=Count("id")).order_by("-age").distinct("n")
    assert await grouped.all() == [{"age": 50, "n": 1}, {"age": 20, "n": 2}]
    assert len(await users.values("age").distinct().distinct("age").all()) == 3
    assert await users.order_by("id").distinct("age").delete() == 3
    assert await names.all() == ["Cy"]
