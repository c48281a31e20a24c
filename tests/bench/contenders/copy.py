"""psycopg's COPY of rows that are text already: what the server takes at most."""

from __future__ import annotations

from typing import Any

import psycopg

COLUMNS = "name, email, nick, age, score, active, created, balance, uid"


def operations(url: str, rows: int) -> dict[str, Any]:
    """Returns the functions by the names of operations."""
    blocks: list[bytes] = []

    def load_1m() -> None:
        with psycopg.connect(url) as connection, connection.cursor() as cursor:
            if not blocks:
                with cursor.copy(f"COPY (SELECT {COLUMNS} FROM bench_user) TO STDOUT") as copy:
                    text = b"".join(bytes(block) for block in copy)
                blocks.extend(text[start : start + (1 << 20)] for start in range(0, len(text), 1 << 20))
            cursor.execute("TRUNCATE TABLE bench_load")
            connection.commit()
            with cursor.copy(f"COPY bench_load ({COLUMNS}) FROM STDIN") as copy:
                for block in blocks:
                    copy.write(block)
            assert cursor.rowcount == rows

    return {"load_1m": load_1m}
