"""URLs whose passwords have brackets, which the core takes."""

from __future__ import annotations

import pytest

from oxyde.db.urls import parts_of


@pytest.mark.parametrize(
    ("url", "password", "host", "path"),
    [
        ("postgresql://u:a[b]c@db/shop", "a%5Bb%5Dc", "db", "/shop"),
        ("postgresql://u:a]@[::1]:5432/shop?options=x@[y", "a%5D", "::1", "/shop"),
        ("mysql://u:[@db", "%5B", "db", ""),
        ("mysql://[::1]/shop?user=a@b[c", None, "::1", "/shop"),
        ("mysql://db/shop[1]", None, "db", "/shop[1]"),
    ],
)
def test_brackets(url: str, password: str | None, host: str | None, path: str) -> None:
    parts = parts_of(url)
    assert (parts.password, parts.hostname, parts.path) == (password, host, path)
    assert parts.geturl().replace("%5B", "[").replace("%5D", "]") == url
