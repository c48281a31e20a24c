"""ConnectorX, one partition."""

from __future__ import annotations

from typing import Any

import connectorx
from contenders.by_hand import USERS


def operations(url: str, rows: int) -> dict[str, Any]:
    """Returns the functions by the names of operations."""

    def arrow_1m() -> None:
        assert connectorx.read_sql(url, USERS, return_type="arrow").num_rows == rows

    return {"arrow_1m": arrow_1m}
