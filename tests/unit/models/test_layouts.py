"""Rows that hold several models become instances in their places: absent ones, repeated ones, lists, across batches."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import field_validator

import oxyde
from oxyde import Field, Model
from oxyde.db.execute import run_blocking
from oxyde.db.raw import compile_raw
from oxyde.db.route import route
from oxyde.db.rows import Hydrator
from oxyde.db.steps import Call, Steps
from oxyde.exceptions import DecodeError, InternalError
from oxyde.models.hydrate import BY_DICTIONARY, tiers
from oxyde.models.layouts import tree
from oxyde.models.unloaded import UNLOADED
from tests.states import is_stored
from tests.tables import table


class Team(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str
    members: list[Person] = Field(default=[], db_reverse_fk="team")

    Meta = table("tree_team")


class Person(Model):
    id: int | None = Field(default=None, db_pk=True)
    team: Team | None = None
    name: str = Field(max_length=5)
    tags: dict[str, Any] | None = None
    tasks: list[Task] = Field(default=[], db_reverse_fk="person")
    skills: list[Skill] = Field(default=[], db_reverse_fk="person")

    Meta = table("tree_person")


class Checked(Model):
    """Goes by dictionaries."""

    id: int | None = Field(default=None, db_pk=True)
    team: Team | None = None
    name: str

    @field_validator("name")
    @classmethod
    def upper(cls, value: str) -> str:
        return value.upper()

    Meta = table("tree_person", managed=False)


class Task(Model):
    id: int | None = Field(default=None, db_pk=True)
    title: str
    person: Person | None = None
    checked: Checked | None = None

    Meta = table("tree_task")


class Skill(Model):
    left: int = Field(db_pk=True)
    right: str = Field(db_pk=True)
    person: Person | None = None

    Meta = table("tree_skill")


class Keyless(Model):
    code: str = Field(db_unique=True)
    members: list[OfKeyless] = Field(default=[], db_reverse_fk="home")

    Meta = table("tree_keyless")


class OfKeyless(Model):
    id: int | None = Field(default=None, db_pk=True)
    home: Keyless | None = Field(default=None, db_fk="code")

    Meta = table("tree_of_keyless")


@pytest.fixture(autouse=True)
def memory() -> Iterator[None]:
    with oxyde.connect("sqlite:///:memory:"):
        yield


def read(model: type[Model], joined: list[tuple[str, ...]], sql: str) -> list[Any]:
    """Hydrates the rows of a raw statement."""
    where = route(None, None)
    shape, values = compile_raw(sql, None, where.database.dialect)
    hydrator = Hydrator(tree(model.__oxyde__, tuple(joined)))
    found: list[Any] = []

    def steps() -> Steps[None]:
        yield Call(shape, values, lambda batch: found.extend(hydrator.models(batch)))

    run_blocking(steps(), where)
    return found


def values(*rows: tuple[Any, ...]) -> str:
    """Returns SQL for rows."""
    literal = {None: "NULL"}
    return "VALUES " + ", ".join(f"({', '.join(literal.get(value, repr(value)) for value in row)})" for row in rows)


def test_a_child_shared_by_several_parents_is_one_instance() -> None:
    # task: id, title, person_id, checked_id; person: id, team_id, name, tags; team: id, name
    tasks = read(
        Task,
        [("person",), ("person", "team")],
        values(
            (1, "a", 7, None, 7, 2, "Ann", '{"x": 1}', 2, "red"),
            (2, "b", 7, None, 7, 2, "Ann", '{"x": 1}', 2, "red"),
            (3, "c", 8, None, 8, 2, "Bob", None, 2, "red"),
            (4, "d", 9, None, 9, None, "Cid", None, None, None),
            (5, "e", None, None, None, None, None, None, None, None),
        ),
    )
    assert [task.title for task in tasks] == list("abcde")
    ann, bob, cid = tasks[0].person, tasks[2].person, tasks[3].person
    assert tasks[1].person is ann
    assert (ann.name, ann.tags, bob.name) == ("Ann", {"x": 1}, "Bob")
    assert ann.team is bob.team
    assert ann.team.name == "red"
    assert cid.team is None
    assert tasks[4].person is None
    for one in (tasks[0], ann, ann.team):
        assert is_stored(one)
    assert ann.model_fields_set == {"id", "team_id", "team", "name", "tags"}
    assert ann.__dict__["tasks"] is ann.team.__dict__["members"] is UNLOADED
    assert list(ann.__dict__) == [name for name in Person.model_fields if name in ann.__dict__]
    assert tasks[0].model_dump()["person"]["team"] == {"id": 2, "name": "red"}
    assert pickle.loads(pickle.dumps(tasks[0])) == tasks[0]


def test_a_join_equals_instances_put_together_by_hand() -> None:
    (task,) = read(Task, [("person",)], values((1, "a", 7, None, 7, 2, "Ann", None)))
    (person,) = read(Person, [], values((7, 2, "Ann", None)))
    (alone,) = read(Task, [], values((1, "a", 7, None)))
    alone.person = person
    assert task == alone


def test_many_related_rows_become_lists_without_duplicates() -> None:
    # person: id, team_id, name, tags; task; skill
    people = read(
        Person,
        [("tasks",), ("skills",)],
        values(
            (1, None, "Ann", None, 10, "x", 1, None, 1, "a", None),
            (1, None, "Ann", None, 10, "x", 1, None, 2, "a", None),
            (2, None, "Bob", None, None, None, None, None, 1, "a", None),
            (1, None, "Ann", None, 11, "y", 1, None, 1, "a", None),
            (1, None, "Ann", None, 11, "y", 1, None, 2, "a", None),
            (3, None, "Cid", None, None, None, None, None, None, None, None),
        ),
    )
    ann, bob, cid = people
    assert [task.id for task in ann.tasks] == [10, 11]
    assert [(skill.left, skill.right) for skill in ann.skills] == [(1, "a"), (2, "a")]
    assert bob.tasks == cid.tasks == cid.skills == []
    assert bob.skills[0] is ann.skills[0]
    assert ann.tasks[0].__dict__["person"] is UNLOADED
    assert people[0].model_fields_set >= {"tasks", "skills"}


def test_lists_below_a_child() -> None:
    tasks = read(
        Task,
        [("person",), ("person", "skills")],
        values(
            (1, "a", 7, None, 7, None, "Ann", None, 1, "p", None),
            (1, "a", 7, None, 7, None, "Ann", None, 2, "p", None),
            (2, "b", 7, None, 7, None, "Ann", None, 1, "p", None),
            (2, "b", 7, None, 7, None, "Ann", None, 2, "p", None),
            (3, "c", None, None, None, None, None, None, None, None, None),
        ),
    )
    assert [task.id for task in tasks] == [1, 2, 3]
    assert [skill.left for skill in tasks[1].person.skills] == [1, 2]


def test_identity_lasts_for_the_whole_result() -> None:
    """4,096 rows are a batch."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) "
    tasks = read(Task, [("person",)], numbers + "SELECT i, 't', i % 3, NULL, i % 3, NULL, 'p' || (i % 3), NULL FROM n")
    assert len(tasks) == 10_000
    assert len({id(task.person) for task in tasks}) == 3
    assert tasks[9_998].person.name == "p2"
    teams = read(Team, [("members",)], numbers + "SELECT i / 5000, 'x', i, i / 5000, 'p', NULL FROM n")
    assert [team.id for team in teams] == [0, 1]
    assert [len(team.members) for team in teams] == [5_000, 5_000]
    assert [member.id for member in teams[1].members] == list(range(5_000, 10_000))


@pytest.mark.parametrize("with_team", [False, True])
def test_the_tiers_mix(*, with_team: bool) -> None:
    """A child by dictionaries below a parent by columns, and the reverse."""
    name, title = Checked.__table__.by_field["name"], Task.__table__.by_field["title"]
    assert tiers(Checked.__oxyde__).validator(name) is BY_DICTIONARY is not tiers(Task.__oxyde__).validator(title)
    joined = [("checked",), ("checked", "team")] if with_team else [("checked",)]
    rest: list[Any] = [2, "red"] if with_team else []
    nothing = [None] * len(rest)
    ann, nobody = (7, 2, "ann", *rest), (None, None, None, *nothing)
    tasks = read(Task, joined, values((1, "a", None, 7, *ann), (2, "b", None, None, *nobody), (3, "c", None, 7, *ann)))
    assert tasks[0].checked is tasks[2].checked
    assert tasks[0].checked.name == "ANN"
    assert tasks[1].checked is None
    assert ("team" in tasks[0].checked.model_fields_set) is with_team
    if with_team:
        assert tasks[0].checked.team.name == "red"


def test_an_absent_row_is_not_validated_and_a_wrong_one_is() -> None:
    (task,) = read(Task, [("person",)], values((1, "a", 7, None, None, None, None, None)))
    assert task.person is None
    with pytest.raises(DecodeError, match=r"a row of tree_person \(id=7\) is not valid for Person: name: .* at most 5"):
        read(Task, [("person",)], values((1, "a", 7, None, 7, None, "far too long", None)))
    with pytest.raises(DecodeError, match="not valid for Person: name"):
        read(Task, [("person",)], values((1, "a", 7, None, 7, None, None, None)))


def test_a_child_without_a_primary_key_is_known_by_what_points_to_it() -> None:
    found = read(OfKeyless, [("home",)], values((1, "x", "x"), (2, "x", "x"), (3, None, None)))
    assert found[0].home is found[1].home
    assert found[2].home is None


def test_what_cannot_be_told_apart_is_refused() -> None:
    with pytest.raises(InternalError, match="4 columns for the 3 fields"):
        read(OfKeyless, [("home",)], values((1, "x", "x", "x")))
    with pytest.raises(InternalError, match="Keyless: it has many related rows and no key"):
        tree(Keyless.__oxyde__, (("members",),))


def test_no_rows() -> None:
    assert read(Task, [("person",)], "SELECT 1, 'a', 1, 1, 1, 1, 'a', NULL WHERE 0") == []
