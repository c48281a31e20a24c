"""Arguments of functions: names, expressions and plain values; what is refused says why."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from oxyde import F, Field, Model, Value
from oxyde.exceptions import FieldError
from oxyde.queries.arguments import alike, argument, whole
from oxyde.queries.lookups import NUMBERS
from oxyde.queries.names import names_of
from oxyde.queries.term import Bound, Cast, Reference
from oxyde.queries.texts import TEXTUAL
from oxyde.schema import types as kinds
from tests.cases.models import Novelist
from tests.tables import table
from tests.unit.queries.shapes import values_of


class Account(Model):
    """Keeps a secret, and a text of a type of its own."""

    id: int | None = Field(default=None, db_pk=True)
    token: SecretStr
    code: str = Field(db_type="CITEXT")

    Meta = table("argument_account")


NOVELIST, ACCOUNT = names_of(Novelist.__table__), names_of(Account.__table__)


def test_what_may_be_given() -> None:
    """A str is a name, unless plain text is asked for; other values are bound."""
    assert isinstance(argument("Upper", NOVELIST, "name", TEXTUAL), Reference)
    assert isinstance(argument("Upper", NOVELIST, F("team__name"), TEXTUAL), Reference)
    assert isinstance(argument("Abs", NOVELIST, 5, NUMBERS), Bound)
    assert isinstance(argument("Replace", NOVELIST, "x", TEXTUAL, text=True), Bound)


def test_texts_of_other_types_are_made_text() -> None:
    """An enumeration, and what ``db_type`` declares."""
    for names, name in ((NOVELIST, "mood"), (ACCOUNT, "code")):
        made = argument("Upper", names, name, TEXTUAL)
        assert isinstance(made, Cast)
        assert made.type is kinds.TEXT
        assert made.of is not None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("age", r"Upper\(\) takes text, enum, and Novelist\.age is int; Cast\(\.\.\., str\) makes it text"),
        ("data", r"Upper\(\) takes text, enum, and Novelist\.data is json$"),
        ("tags", r"Novelist\.tags is array of text"),
        (F("age") + 1, "the expression is int"),
        (Value(True), "a value given for it is bool"),
        ("nam", r'Novelist has no field "nam"; did you mean "name"\? In Upper\(\) a str is the name of a field; plain text is Value'),
        ("authors__x", "has no field"),
    ],
)
def test_what_is_refused(given: Any, message: str) -> None:
    """Names the function, the field and the remedy."""
    with pytest.raises(FieldError, match=message):
        argument("Upper", NOVELIST, given, TEXTUAL)


def test_secrets_are_refused() -> None:
    """A function would show them in rows and frames."""
    with pytest.raises(FieldError, match=r"Upper\(\) would show what Account\.token keeps secret"):
        argument("Upper", ACCOUNT, "token", TEXTUAL)


def test_values_of_one_type() -> None:
    """Ints go with Decimals, plain ints with floats they equal; other mixtures are refused."""
    age, score, balance, name = (argument("Coalesce", NOVELIST, one, kinds.PYTHON) for one in ("age", "score", "balance", "name"))
    assert [term.type.kind for term in alike("Coalesce", [age, balance])] == ["decimal", "decimal"]
    assert [term.type.kind for term in alike("Coalesce", [score, Bound(5, kinds.INT)])] == ["float", "float"]
    for mixed in ([age, score], [name, age], [score, balance], [score, Bound(2**53 + 1, kinds.INT)]):
        with pytest.raises(FieldError, match=r"Coalesce\(\) takes values of one type, not \w+"):
            alike("Coalesce", mixed)


@pytest.mark.parametrize("given", [0, True, "1", 1.0, None, 2**40])
def test_plain_ints(given: Any) -> None:
    """Within bounds, or refused."""
    assert whole("Substr()", "a start", 1, 1, 9) == 1
    with pytest.raises(FieldError, match=r"Substr\(\) takes a start that is a plain int from 1 to 9, not "):
        whole("Substr()", "a start", given, 1, 9)


def test_values_are_bound_in_order() -> None:
    """Those of nested functions too."""
    from oxyde import Concat, Replace, Substr

    made = Novelist.objects.filter(name=Concat(Substr("name", 2, 3), Replace("name", "a", "b"), Value("!")))
    assert values_of(made) == [2, 3, "a", "b", "!"]
