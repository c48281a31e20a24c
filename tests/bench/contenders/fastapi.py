"""FastAPI's own path from models to bytes: an endpoint returns instances that are in memory already; no database takes part."""

from __future__ import annotations

from typing import Any

from contenders.by_hand import User
from data import user as fields
from fastapi import FastAPI


def operations(url: str, rows: int) -> dict[str, Any]:
    """Returns the functions by the names of operations."""
    del url, rows
    app = FastAPI()
    users = [User(id=number, **fields(number)) for number in range(1, 1_001)]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "root_path": "",
        "headers": [],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }

    @app.get("/")
    async def answer() -> list[User]:
        return users

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def json_1k() -> None:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await app(dict(scope), receive, send)
        assert len(sent[1]["body"]) > 100_000

    return {"json_1k": json_1k}
