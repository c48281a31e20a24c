"""What a lock asks for, and what it becomes beside a join."""

from __future__ import annotations

import json

import pytest

from oxyde import Field, FieldError, Model
from oxyde.queries.locks import FOR_CHANGE, OWN, Lock, lock


class Port(Model):
    """A table that others refer to."""

    id: int = Field(db_pk=True)

    class Meta:
        """Its table."""

        is_table = True
        table_name = "unit_lock_port"


class Ship(Model):
    """A table with a required and an optional relation."""

    id: int = Field(db_pk=True)
    home: Port
    next: Port | None = None

    class Meta:
        """Its table."""

        is_table = True
        table_name = "unit_lock_ship"


def of(query: object) -> object:
    """Returns the lock in the IR of a query."""
    return json.loads(query.to_ir())["statement"]["query"].get("lock")  # type: ignore[attr-defined] # a queryset


def test_what_is_asked() -> None:
    assert lock("for_update", "update", nowait=False, skip_locked=False, of=("self",)) == Lock("update", None, OWN)
    assert lock("for_share", "share", nowait=True, skip_locked=False, of="home") == Lock("share", "nowait", (("home",),))
    assert lock("for_update", "update", nowait=False, skip_locked=True, of=["self", "home__x"]).of == ((), ("home", "x"))
    assert FOR_CHANGE.optional


def test_tables_are_named_beside_a_join_only() -> None:
    assert of(Ship.objects) is None
    assert of(Ship.objects.for_update()) == {"kind": "update"}
    assert of(Ship.objects.join("home").for_update()) == {"kind": "update", "of": ["unit_lock_ship"]}
    assert of(Ship.objects.for_share(skip_locked=True, of=("self", "home")).join("home")) == {
        "kind": "share",
        "of": ["unit_lock_ship", "home"],
        "wait": "skip_locked",
    }
    with pytest.raises(FieldError, match=r'"home" is not joined by this query'):
        of(Ship.objects.for_update(of="home"))
    with pytest.raises(FieldError, match=r'Ship has no field "hme"; did you mean "home"'):
        Ship.objects.for_update(of="hme")
    with pytest.raises(FieldError, match=r"for_share\(of=...\) takes relations, and Ship.id is a column"):
        Ship.objects.for_share(of="id")


def test_the_last_lock_counts() -> None:
    assert of(Ship.objects.for_share().for_update(nowait=True)) == {"kind": "update", "wait": "nowait"}


def test_refusals() -> None:
    with pytest.raises(ValueError, match="choose one"):
        lock("for_update", "update", nowait=True, skip_locked=True, of=("self",))
    with pytest.raises(ValueError, match=r"for_share\(of=\(\)\) locks nothing"):
        lock("for_share", "share", nowait=False, skip_locked=False, of=())
    with pytest.raises(TypeError, match='takes "self" and the paths of joined tables, not int'):
        lock("for_update", "update", nowait=False, skip_locked=False, of=(1,))  # type: ignore[arg-type] # planted


@pytest.mark.parametrize("of", [None, 5])
def test_what_is_no_list_of_tables(of: object) -> None:
    with pytest.raises(TypeError, match=r'for_update\(of=...\) takes "self" and the paths of joined tables, not (None|int)'):
        lock("for_update", "update", nowait=False, skip_locked=False, of=of)  # type: ignore[arg-type] # planted
