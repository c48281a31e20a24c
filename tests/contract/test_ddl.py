"""Tables are created and dropped as one piece, with everything that a model says of them."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import oxyde
from oxyde import (
    Check,
    CheckViolationError,
    DatabaseError,
    Field,
    ForeignKeyViolationError,
    Index,
    Model,
    NotNullViolationError,
    Unique,
    UniqueViolationError,
    db,
    execute_raw,
)
from oxyde.exceptions import IntegrityError, OxydeError
from tests.tables import table, tables


class Bare(Model):
    """Has a key alone."""

    id: int | None = Field(default=None, db_pk=True)

    Meta = table("ddl_bare")


class Egg(Model):
    """Comes from a hen."""

    id: int | None = Field(default=None, db_pk=True)
    hen: Hen | None = Field(default=None, db_on_delete="SET NULL")

    Meta = table("ddl_egg")


class Hen(Model):
    """Comes from an egg, and from a mother."""

    id: int | None = Field(default=None, db_pk=True)
    egg: Egg | None = None
    mother: Hen | None = Field(default=None, db_on_delete="CASCADE")

    Meta = table("ddl_hen")


class Ruled(Model):
    """Has a rule of every kind."""

    id: int | None = Field(default=None, db_pk=True)
    code: str = Field(max_length=20, db_unique=True, db_comment="it's a code")
    size: int = Field(default=1, db_index=True)
    low: int = 0
    high: int = 10
    hen: Hen | None = None

    Meta = table(
        "ddl_ruled",
        comment="rules; 'quoted'",
        unique_together=[("size", "low")],
        constraints=[Check("low <= high", name="ddl_ordered"), Unique(("high", "code"), name="ddl_named")],
        indexes=[Index(("-high", "low")), Index(("hen",), unique=True, name="ddl_one_hen")],
    )


class Odd(Model):
    """Has names that must be quoted."""

    id: int | None = Field(default=None, db_pk=True)
    select: str = Field(default="", max_length=30, db_column='order by "x"; --')
    group: int = Field(default=0, db_column="größe`'", db_index=True)

    Meta = table("Table With Spaces; drop")


class Bad(Model):
    """Cannot be created: its check is no SQL."""

    id: int | None = Field(default=None, db_pk=True)

    Meta = table("ddl_bad", constraints=[Check("this is no sql at all (")])


class Node(Model):
    """A row refers to another one, which cannot go before it."""

    id: int | None = Field(default=None, db_pk=True)
    parent: Node | None = None

    Meta = table("ddl_node")


class Ring(Model):
    """Every row refers to one."""

    id: int = Field(db_pk=True)
    next: Ring = Field(db_on_delete="RESTRICT")

    Meta = table("ddl_ring")


BIG = {"sqlite": "INTEGER", "postgres": "BIGINT", "mysql": "BIGINT", "mariadb": "BIGINT"}


async def exists(model: type[Model]) -> bool:
    """Whether the table of a model can be read."""
    try:
        await model.objects.count()
    except DatabaseError:
        return False
    return True


async def test_tables_that_refer_to_each_other(database: db.AsyncDatabase) -> None:
    """A cycle of foreign keys is created, enforced and dropped."""
    async with tables(Egg, Hen):
        hen = await Hen.objects.create()
        egg = await Egg.objects.create(hen=hen)
        await Hen.objects.filter(id=hen.id).update(egg=egg)
        daughter = await Hen.objects.create(mother=hen)
        with pytest.raises(ForeignKeyViolationError):
            await Hen.objects.create(egg_id=999_999)
        await Hen.objects.update(egg=None)
        assert await hen.delete() == 1
        assert await Hen.objects.filter(id=daughter.id).count() == 0
        assert (await Egg.objects.get(id=egg.id)).hen_id is None
    assert not await exists(Egg)
    assert not await exists(Hen)


async def test_rows_that_refer_to_rows_of_their_own_table(database: db.AsyncDatabase) -> None:
    """The table is dropped with them, RESTRICT or not; it may be missing, or be older than the key."""
    for _ in range(2):
        async with tables(Node, Ring):
            first = await Node.objects.create()
            await Node.objects.create(parent=await Node.objects.create(parent=first))
            await Ring.objects.create(id=1, next_id=1)
            await Ring.objects.create(id=2, next_id=1)
        assert not await exists(Node)
    await execute_raw("CREATE TABLE ddl_node (id INTEGER PRIMARY KEY)")
    await db.drop_tables(models=[Node])
    assert not await exists(Node)
    async with tables(Node):
        await execute_raw(
            f"CREATE TABLE ddl_leaf (id INTEGER PRIMARY KEY, node {BIG[database.dialect]}, FOREIGN KEY (node) REFERENCES ddl_node (id))"
        )
        try:
            node = await Node.objects.create(parent=await Node.objects.create())
            await execute_raw(f"INSERT INTO ddl_leaf VALUES (1, {node.id})")
            with pytest.raises(DatabaseError, match=r"(?i)ddl_leaf|foreign key"):
                await db.drop_tables(models=[Node])
            assert (await Node.objects.get(id=node.id)).parent_id is not None
        finally:
            await execute_raw("DROP TABLE ddl_leaf")


async def test_creating_twice(database: db.AsyncDatabase) -> None:
    """Is an error, unless ``if_not_exists`` leaves what is there alone; dropping likewise."""
    async with tables(Egg, Hen):
        await Hen.objects.create()
        with pytest.raises(DatabaseError, match=r"already exists; create_tables\(if_not_exists=True\) leaves it as it is$") as caught:
            await db.create_tables(models=[Egg, Hen])
        assert "CREATE TABLE" in (caught.value.sql or "")
        await db.create_tables(models=[Egg, Hen], if_not_exists=True)
        assert await Hen.objects.count() == 1
    with pytest.raises(DatabaseError, match=r"(?i)does not exist|no such table|unknown table"):
        await db.drop_tables(models=[Hen])
    await db.drop_tables(models=[Hen], if_exists=True)


async def test_a_failure_leaves_no_table(database: db.AsyncDatabase) -> None:
    """Where the server allows it, tables come all or none."""
    await db.drop_tables(models=[Egg, Hen, Bad], if_exists=True)
    with pytest.raises(DatabaseError, match=r"(?i)syntax"):
        await db.create_tables(models=[Egg, Hen, Bad])
    try:
        assert not await exists(Bad)
        if database.dialect in {"postgres", "sqlite"}:
            assert not await exists(Egg)
            assert not await exists(Hen)
    finally:
        await db.drop_tables(models=[Egg, Hen, Bad], if_exists=True)


@pytest.mark.parametrize(
    ("row", "error", "constraint"),
    [
        ({"code": "a", "size": 7}, UniqueViolationError, "code"),
        ({"code": "b", "low": 0, "size": 1}, UniqueViolationError, "size"),
        ({"code": "c", "low": 11, "size": 2}, CheckViolationError, "ddl_ordered"),
        ({"code": "d", "hen_id": 999_999, "size": 3}, ForeignKeyViolationError, "hen_id"),
    ],
)
async def test_violations(database: db.AsyncDatabase, row: dict[str, Any], error: type[OxydeError], constraint: str) -> None:
    """Each kind is an error of its own, with what the server knows of it, and survives pickling."""
    async with tables(Egg, Hen, Ruled):
        await Ruled.objects.create(code="a")
        with pytest.raises(error) as caught:
            await Ruled.objects.create(**row)
        found = caught.value
        assert isinstance(found, IntegrityError)
        assert found.sqlstate
        assert "INSERT" in (found.sql or "")
        known = " ".join(str(part) for part in (found.constraint, found.column, found.table, found))
        if not (database.dialect == "sqlite" and error is ForeignKeyViolationError):  # SQLite does not say which
            assert constraint in known
            assert error is not ForeignKeyViolationError or found.column == constraint
        again = pickle.loads(pickle.dumps(found))
        assert (type(again), str(again), again.__dict__) == (type(found), str(found), found.__dict__)
        assert await Ruled.objects.count() == 1


async def test_null_is_refused(database: db.AsyncDatabase) -> None:
    """A column that must have a value says so by name."""
    async with tables(Egg, Hen, Ruled):
        with pytest.raises(NotNullViolationError) as caught:
            await execute_raw("INSERT INTO ddl_ruled (code, size, low, high) VALUES (:code, NULL, 1, 2)", {"code": "x"})
        assert caught.value.column == "size"


async def test_indexes_are_unique_where_that_is_said(database: db.AsyncDatabase) -> None:
    """A unique index is enforced, NULLs aside."""
    async with tables(Egg, Hen, Ruled):
        hen = await Hen.objects.create()
        await Ruled.objects.create(code="a", size=1, hen=hen)
        await Ruled.objects.bulk_create([{"code": "b", "size": 2}, {"code": "c", "size": 3}])
        with pytest.raises(UniqueViolationError) as caught:
            await Ruled.objects.create(code="d", size=4, hen=hen)
        assert (caught.value.constraint, caught.value.column) == ("ddl_one_hen", "hen_id")


async def test_odd_names(database: db.AsyncDatabase) -> None:
    """Quotes, spaces and keywords in names are names."""
    async with tables(Odd):
        one = await Odd.objects.create(select="a'b", group=3)
        await Odd.objects.bulk_create([{"select": "x", "group": 4}])
        assert await Odd.objects.filter(select="a'b", group__lt=4).update(group=5) == 1
        await one.refresh()
        assert await Odd.objects.order_by("-group").values("select", "group").all() == [
            {"select": "a'b", "group": 5},
            {"select": "x", "group": 4},
        ]
        assert await Odd.objects.sum("group") == 9
        assert (await Odd.objects.filter(group=5).to_arrow()).column_names == ["id", "select", "group"]


async def test_another_connection(database: db.AsyncDatabase) -> None:
    """Tables may be created by alias or by connection."""
    await db.drop_tables(database, models=[Odd], if_exists=True)
    await db.create_tables("default", models=[Odd])
    assert await exists(Odd)
    await db.drop_tables(database, models=[Odd])
    assert not await exists(Odd)


@pytest.mark.parametrize("chosen", [Bare, Bare.__table__], ids=["class", "table"])
async def test_a_single_model(database: db.AsyncDatabase, chosen: Any) -> None:
    """Is taken as a list of one, by the blocking twins too; what is no model is refused by name."""
    await db.drop_tables(models=chosen, if_exists=True)
    await db.create_tables(models=chosen)
    oxyde.sync.drop_tables(models=chosen)
    oxyde.sync.create_tables(models=chosen)
    assert await Bare.objects.count() == 0
    await db.drop_tables(models=chosen)
    with pytest.raises(TypeError, match="models takes a list of models, and this holds <class 'int'>"):
        await db.create_tables(models=int)
