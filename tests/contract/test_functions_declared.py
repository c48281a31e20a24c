"""Functions of columns whose type the field declares (``db_type``): Python's value of what is read."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

import pytest

import oxyde
from oxyde import Cast, Concat, F, Field, Length, Model, Round, Trim, Upper, Value
from tests.backends import Backend
from tests.tables import blocking_tables, table

DECLARED: Final = {
    "postgres": ("INET", "CHAR(5)", "SMALLINT", "REAL"),
    "sqlite": ("VARCHAR(50)", "CHAR(5)", "TEXT", "REAL"),
    "mysql": ("VARCHAR(50)", "CHAR(5)", "VARCHAR(20)", "FLOAT"),
}


class Tone(str, enum.Enum):
    """Is text by its value."""

    GLAD = "glad"


@pytest.fixture(scope="module")
def declared(backend_module: Backend) -> Iterator[type[Model]]:
    """A table of such columns with one row."""
    types = DECLARED["mysql" if backend_module.dialect == "mariadb" else backend_module.dialect]

    class Declared(Model):
        id: int = Field(db_pk=True)
        address: str = Field(db_type=types[0])
        code: str = Field(db_type=types[1])
        number: int = Field(db_type=types[2])
        real: float = Field(db_type=types[3])
        tone: Tone = Tone.GLAD

        Meta = table("function_declared")

    with oxyde.connect(backend_module.url, "default"), blocking_tables(Declared):
        Declared.objects.sync.create(id=1, address="10.0.0.1", code="ab", number=-7, real=0.375)
        yield Declared


def test_what_is_read_is_what_functions_see(declared: type[Model]) -> None:
    """Padding, masks and numbers as text included."""
    row: Any = declared.objects.sync.get()
    laws: dict[Any, Any] = {
        Upper("address"): row.address.upper(),
        Concat("address", Value("/"), "code", "tone"): f"{row.address}/{row.code}glad",
        Length("code"): len(row.code),
        Trim("code"): row.code.strip(),
        Upper("tone"): "GLAD",
        F("number") % 3: 2,
        F("number") // 2: -4,
        F("number") / 2: -3.5,
        Round("number", -1): -10,
        Cast("number", str): "-7",
        Round("real", 2): 0.38,
        Cast("real", Decimal): Decimal("0.375"),
    }
    for made, wanted in laws.items():
        assert declared.objects.sync.annotate(x=made).values("x").get() == {"x": wanted}, made
    assert declared.objects.sync.filter(code=Concat("code", Value(""))).count() == 1
    declared.objects.sync.update(number=F("number") // 2, code=Upper("code"))
    row = declared.objects.sync.get()
    assert (row.number, row.code.strip()) == (-4, "AB")
