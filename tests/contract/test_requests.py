"""Request models on every database: a service through HTTP, with its OpenAPI document."""

from __future__ import annotations

import enum
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pydantic import ValidationError, field_validator

import oxyde
from oxyde import Field, Model
from tests.tables import statements, table, tables

CALLS: list[str] = []


class Level(str, enum.Enum):
    """A native enumeration where there are such."""

    LOW = "low"
    HIGH = "high"


class Firm(Model):
    """What workers belong to."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=20)

    Meta = table("request_firms")


class Worker(Model):
    """What requests are about."""

    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=20)
    code: str = Field(default="0", max_length=20)
    level: Level = Level.LOW
    size: int = Field(db_default="3")
    note: str | None = Field(default=None, max_length=20)
    role: str = Field(default="plain", max_length=20)
    version: int = Field(default=1, db_version=True)
    firm: Firm

    Meta = table("request_workers", create_exclude=("role",), update_exclude=("role", "firm"))

    @field_validator("code")
    @classmethod
    def lower(cls, value: str) -> str:
        """Is idempotent."""
        CALLS.append(value)
        return value.lower()


app = FastAPI()


@app.post("/workers", status_code=201)
async def hire(body: Worker.Create) -> Worker:
    """Creates."""
    return await Worker.objects.create(body)


@app.patch("/workers/{key}")
async def change(key: int, body: Worker.Update) -> Worker:
    """Changes."""
    worker = await Worker.objects.get(id=key)
    return await worker.apply(body).save()


@pytest.mark.usefixtures("database")
async def test_service() -> None:
    """An id overwrites no row, a role is not set, null is not nothing, and what is wrong is 422."""
    transport = httpx.ASGITransport(app=app)
    async with tables(Firm, Worker), httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        firm = await Firm.objects.create(Firm.Create(name="Red"))
        sent = {"id": 1, "name": "Ada", "code": "AB", "note": "n", "role": "admin", "version": 9, "firm_id": firm.id}
        one, two = [(await client.post("/workers", json=sent)).json() for _ in range(2)]
        expected = {"name": "Ada", "code": "ab", "level": "low", "size": 3, "note": "n", "role": "plain", "version": 1, "firm_id": firm.id}
        assert (one, two) == ({"id": one["id"], **expected}, {"id": two["id"], **expected})
        assert one["id"] != two["id"]

        path = f"/workers/{two['id']}"
        changed = await client.patch(path, json={"id": one["id"], "level": "high", "note": None, "role": "admin", "firm_id": 99})
        assert changed.json() == {**two, "level": "high", "note": None, "version": 2}
        with statements() as sent_again:
            assert (await client.patch(path, json={})).json()["version"] == 2
        assert not any(text.startswith("UPDATE") for text in sent_again)
        for wrong in ({"name": None}, {"name": "x" * 21}, {"level": "middle"}, {"size": 2**40 + 0.5}):
            assert (await client.patch(path, json=wrong)).status_code == 422
        for wrong in ({}, {"name": "Ada"}, {"name": "Ada", "firm_id": None}):
            assert (await client.post("/workers", json=wrong)).status_code == 422
        assert (await Worker.objects.get(id=one["id"])).model_dump(mode="json") == one
        assert await Worker.objects.count() == 2


def test_openapi() -> None:
    """The document says what is required, of requests and of responses."""
    document: Any = app.openapi()
    schemas = document["components"]["schemas"]
    assert {name: schemas[name].get("required") for name in schemas if name.startswith("Worker")} == {
        "Worker": ["id", "name", "code", "level", "size", "note", "role", "version", "firm_id"],
        "WorkerCreate": ["name", "firm_id"],
        "WorkerUpdate": None,
    }
    assert list(schemas["WorkerUpdate"]["properties"]) == ["name", "code", "level", "size", "note"]
    assert schemas["WorkerCreate"]["properties"]["size"] == {"type": "integer", "title": "Size"}
    body = document["paths"]["/workers"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/WorkerCreate"}


@pytest.mark.usefixtures("database")
async def test_bodies_in_bulk_blocking_and_with_more() -> None:
    """What the application adds wins; a whole list is written at once."""
    async with tables(Firm, Worker):
        firm = await Firm.objects.create(name="Red")
        body = Worker.Create(name="Ada", firm_id=0)
        made = await Worker.objects.create(body, firm=firm, role="boss")
        assert (made.firm_id, made.role, made.size) == (firm.id, "boss", 3)
        rows = [Worker.Create(name="Eve", code="X", firm_id=firm.id), {"name": "Bob", "firm_id": firm.id}]
        assert [row.code for row in await Worker.objects.bulk_create(rows)] == ["x", "0"]
        with pytest.raises(oxyde.IntegrityError):
            await Worker.objects.create(body)


@pytest.mark.usefixtures("database")
async def test_what_was_applied_is_not_validated_again_by_save() -> None:
    """Only what the application adds to a body is, because it was not validated yet."""
    async with tables(Firm, Worker):
        firm = await Firm.objects.create(name="Red")
        body = Worker.Create(name="Ada", code="A", firm_id=firm.id)
        CALLS.clear()
        made = await Worker.objects.create(body, role="boss")
        assert CALLS == ["a"]  # on its own result, to know that reading leaves it alone
        with pytest.raises(ValidationError):
            await Worker.objects.create(body, role="x" * 21)
        made.apply(Worker.Update(code="B", note="n"))
        CALLS.clear()
        with statements() as sent:
            await made.save()
        assert CALLS == ["b"]
        assert len([text for text in sent if text.startswith("UPDATE")]) == 1
        again = await Worker.objects.get(id=made.id)
        assert (again.code, again.note, again.role) == ("b", "n", "boss")
