"""Arrow's own drivers."""

from __future__ import annotations

from typing import Any

from contenders.by_hand import USERS


def operations(url: str, rows: int) -> dict[str, Any]:
    """Returns the functions by the names of operations."""
    if url.startswith("sqlite"):
        import adbc_driver_sqlite.dbapi as driver

        connection = driver.connect(url.removeprefix("sqlite:///"))
    else:
        import adbc_driver_postgresql.dbapi as driver

        connection = driver.connect(url)

    def arrow_1m() -> None:
        with connection.cursor() as cursor:
            cursor.execute(USERS)
            assert cursor.fetch_arrow_table().num_rows == rows

    return {"arrow_1m": arrow_1m}
