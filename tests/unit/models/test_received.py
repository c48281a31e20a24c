"""Request bodies taken, without a database: new instances, and instances changed wholly or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, PrivateAttr, ValidationError, ValidationInfo, field_validator, model_validator
from typing_extensions import Self

from oxyde import Field, FieldError, Model
from oxyde.models.received import created
from tests.tables import table

CALLS: list[Any] = []


class Club(Model):
    """What members belong to."""

    id: int | None = Field(default=None, db_pk=True)

    Meta = table("received_clubs")


class Member(Model):
    """A table whose validators change values."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=9)
    word: str = "w"
    first: int = 0
    last: int = 9
    role: str
    tags: list[str] = Field(default_factory=list)
    club: Club | None = None
    _seen: int = PrivateAttr(default=7)

    Meta = table("received_members", create_exclude=("role",), update_exclude=("role",))

    @field_validator("word")
    @classmethod
    def hashed(cls, value: str) -> str:
        """Is not idempotent."""
        CALLS.append(value)
        return f"#{value}"

    @field_validator("last")
    @classmethod
    def ordered(cls, value: int, info: ValidationInfo) -> int:
        """Looks at another field."""
        if value < info.data["first"]:
            message = "last is below first"
            raise ValueError(message)
        return value

    @model_validator(mode="after")
    def apart(self) -> Self:
        """Looks at the whole."""
        if self.first == self.last:
            message = "first is last"
            raise ValueError(message)
        return self


def member(**values: Any) -> Any:
    """Returns a member."""
    return Member(**{"name": "Ada", "role": "plain", **values})


def make(body: BaseModel, **values: Any) -> Any:
    """Returns the instance of a body."""
    return created(Member.__oxyde__, body, values)


def test_a_body_becomes_an_instance() -> None:
    """Of what was given and of defaults; private attributes are there, and relations are not loaded."""
    CALLS.clear()
    made = make(Member.Create(name="Ada", word="x", club_id=3), role="boss")
    assert made.model_dump() == {
        "id": None, "name": "Ada", "word": "#x", "first": 0, "last": 9, "role": "boss", "tags": [], "club_id": 3
    }  # fmt: skip
    assert CALLS == ["x"]
    assert made.model_fields_set == {"name", "word", "club_id", "role"}
    assert made._seen == 7


def test_keywords_come_first() -> None:
    """A relation brings its key along."""
    made = make(Member.Create(name="Ada", club_id=3), role="boss", club=Club(id=4), name="Eve")
    assert (made.name, made.club_id, made.club.id) == ("Eve", 4, 4)


def test_what_nobody_gave_is_named() -> None:
    """And so is what is no field."""
    with pytest.raises(FieldError, match=r"leaves out role, which Member requires; add it: create\(body, role=...\)"):
        make(Member.Create(name="Ada"))
    with pytest.raises(FieldError, match='Member has no field "rule"'):
        make(Member.Create(name="Ada"), rule="x")


@pytest.mark.parametrize(
    ("body", "what"),
    [(Member.Update(name="x"), "a Member.Update"), (Club.Create(), "a Club.Create"), (Club(), "a Club"), ({"name": "x"}, "a dict")],
)
def test_other_bodies_are_refused(body: Any, what: str) -> None:
    """By name."""
    with pytest.raises(TypeError, match=f"takes a Member.Create, not {what};"):
        make(body)


def test_bodies_of_the_models_own_class() -> None:
    """Are validated as keywords are."""

    class Own(Model):
        id: int | None = Field(default=None, db_pk=True)
        name: str = Field(max_length=3)

        class Create(BaseModel):
            name: str
            other: int = 0

        Meta = table("received_own")

    assert created(Own.__oxyde__, Own.Create(name="abc"), {}).name == "abc"
    with pytest.raises(ValidationError):
        created(Own.__oxyde__, Own.Create(name="abcd"), {})


def test_apply_assigns_what_was_sent() -> None:
    """Each validator sees what was sent once, and the whole is seen when all is in place."""
    one = member(first=3, last=5, club_id=1)
    CALLS.clear()
    assert one.apply(Member.Update(first=5, last=8, word="y", club_id=None)) is one
    assert (one.first, one.last, one.word, one.club_id, one.name) == (5, 8, "#y", None, "Ada")
    assert CALLS == ["y", "y"]  # when the body was made, to refuse it; and for the value


@pytest.mark.parametrize(
    "sent", [{"name": "Eve", "first": 4, "last": 4}, {"name": "Eve", "last": -1}, {"name": "Eve", "word": 3}, {"first": 9, "name": "Eve"}]
)
def test_apply_is_all_or_nothing(sent: dict[str, Any]) -> None:
    """A field, a field that looks at others, and the whole."""
    one = member()
    before = one.model_dump(), set(one.model_fields_set)
    with pytest.raises(ValidationError):
        one.apply(sent)
    assert (one.model_dump(), one.model_fields_set) == before


def test_apply_of_dictionaries() -> None:
    """They can set no more than a request can."""
    one = member()
    assert one.apply({"name": "Eve"}).name == "Eve"
    for name in ("role", "id", "club", "nmae"):
        with pytest.raises(FieldError, match=f'Member.Update has no field "{name}"'):
            one.apply({name: 1})
    with pytest.raises(TypeError, match=r"takes a Member\.Update, not a Member.Create"):
        one.apply(Member.Create(name="x"))
    assert one.apply(Member.Update()).name == "Eve"


def test_a_new_key_unloads_its_relation() -> None:
    """The key is what the request says."""
    one = member(club=Club(id=1))
    one.apply({"club_id": 2})
    assert (one.club_id, "club" in one.model_dump()) == (2, False)


SENT = st.fixed_dictionaries(
    {},
    optional={
        "name": st.text(max_size=11),
        "word": st.one_of(st.text(max_size=3), st.integers()),
        "first": st.integers(-2, 4),
        "last": st.one_of(st.integers(-2, 4), st.none()),
        "tags": st.lists(st.text(max_size=2), max_size=2),
        "club_id": st.one_of(st.none(), st.integers(1, 3)),
    },
)


def outcome(make_one: Callable[[], Any]) -> Any:
    """Returns the values of an instance and which were given, or where its values are wrong."""
    try:
        made = make_one()
    except ValidationError as error:
        return sorted((one["loc"], one["type"]) for one in error.errors())
    return made.model_dump(), made.model_fields_set


@given(SENT)
def test_a_body_becomes_what_the_constructor_makes(sent: dict[str, Any]) -> None:
    """Or is refused for the same reasons."""
    directly = outcome(lambda: Member(**{"role": "plain", **sent}))
    assert outcome(lambda: make(Member.Create(**sent), role="plain")) == directly


@given(SENT, SENT)
def test_apply_makes_what_the_constructor_makes_of_all(old: dict[str, Any], sent: dict[str, Any]) -> None:
    """Or leaves the instance as it was."""
    try:
        one = member(**old)
        plain = {**one.model_dump(), "word": old.get("word", "w")}
    except ValidationError:
        return
    before = one.model_dump()
    whole = outcome(lambda: Member(**{**plain, **sent}))
    try:
        one.apply(sent)
    except ValidationError:
        assert one.model_dump() == before
        # The constructor checks the last field beside the first; assigning the first alone does not.
        assert isinstance(whole, list)
    else:
        after = one.model_dump()
        assert (
            {name: after[name] for name in sent} == {name: whole[0][name] for name in sent} if isinstance(whole, tuple) else "first" in sent
        )
        assert {name: after[name] for name in after.keys() - sent.keys()} == {name: before[name] for name in before.keys() - sent.keys()}
