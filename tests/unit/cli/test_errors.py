"""What an error says: a place in the application's code, and never a password."""

from __future__ import annotations

from pathlib import Path

import pytest

from oxyde.cli.errors import described, place, said, whole, without_passwords
from oxyde.exceptions import MigrationError


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:secret@host/db", "postgresql://me:***@host/db"),
        ("'mysql+aiomysql://me:se/c:r@et@host:3306/db' fails", "'mysql+aiomysql://me:***@host:3306/db' fails"),
        ("postgresql://:secret@host", "postgresql://:***@host"),
        ("postgresql://host/db?user=me&password=secret&x=1", "postgresql://host/db?user=me&password=***&x=1"),
        ("postgresql://me:s3cr%40t@host/db", "postgresql://me:***@host/db"),
        ("postgresql://me:se cr@et@host/db", "postgresql://me:***@host/db"),
        ("'mysql://me:it's@host/db' fails", "'mysql://me:***@host/db' fails"),
        ("postgresql://host/db?SSLPassword=s%20x", "postgresql://host/db?SSLPassword=***"),
        ("sqlite:///a.db?hexkey=00ff&mode=ro", "sqlite:///a.db?hexkey=***&mode=ro"),
        ("connect(host='db', password = 'se cret', user='me')", "connect(host='db', password = ***, user='me')"),
        ("host=db PGPASSWORD=secret user=me", "host=db PGPASSWORD=*** user=me"),
        ("{'user': 'me', 'password': 'se cret'}", "{'user': 'me', 'password': ***}"),
        ("correct the user or the password: it is wrong", "correct the user or the password: it is wrong"),
        ("postgresql://host:5432/db: ask me@example.org", "postgresql://host:5432/db: ask me@example.org"),
        ("postgresql://me@host/db", "postgresql://me@host/db"),
        ("sqlite:///a:b.db", "sqlite:///a:b.db"),
        ("see https://x.org/a: me@example.org", "see https://x.org/a: me@example.org"),
    ],
)
def test_passwords(text: str, shown: str) -> None:
    """Go out of URLs; the rest stays."""
    assert without_passwords(text) == shown


def raised(code: str, file: str) -> Exception:
    """Returns the error that a program raises."""
    try:
        exec(compile(code, file, "exec"), {})
    except Exception as error:  # noqa: BLE001 - which is what is tested
        return error
    raise AssertionError(code)


def test_place(tmp_path: Path) -> None:
    """Is the last line of the application's, whatever it called."""
    file = str(tmp_path / "shop.py")
    error = raised("\nimport json\njson.loads('{')", file)
    assert place(error) == f"{file}:3"
    assert described(error).startswith(f"{file}:3: JSONDecodeError: ")
    ours = raised("from oxyde import F\nF(3)", file)
    assert place(ours) == f"{file}:2"
    assert place(ValueError("never raised")) is None
    assert described(ValueError("two\nlines")) == "ValueError: two lines"
    assert described(raised("x = (", file)) == f"{file}:1: SyntaxError: '(' was never closed"


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("5 is too many"), "5 is too many"),
        (KeyError(), "KeyError"),
        (PermissionError(13, "Permission denied", "migrations/HEAD"), "migrations/HEAD: Permission denied"),
        (OSError("no more"), "no more"),
        (MigrationError("it fails", hint="mend it"), "it fails; mend it"),
        (MigrationError("it fails: mend it", hint="mend it"), "it fails: mend it"),
    ],
)
def test_said(error: Exception, text: str) -> None:
    """Is the message and what helps, once; the class stands only where there is no message."""
    assert said(error) == text


def test_whole(tmp_path: Path) -> None:
    """The traceback has every frame, and no password in messages and source lines."""
    path = tmp_path / "shop.py"
    path.write_text("raise ValueError('postgresql://me:secret@host')")
    shown = whole(raised(path.read_text(), str(path)))
    assert shown.startswith("Traceback (most recent call last):\n")
    assert "me:***@host" in shown
    assert "secret" not in shown


def test_a_cause(tmp_path: Path) -> None:
    """The password of what an error came from, and of that, is hidden too."""
    path = tmp_path / "shop.py"
    path.write_text(
        "try:\n    dict(password='s3cret')['a']\nexcept KeyError as e:\n    raise ValueError('mysql://me:s3 cret@host') from e\n"
    )
    inner = raised(path.read_text(), str(path))
    try:
        raise RuntimeError("DSN password=s3cret") from inner
    except RuntimeError as error:
        shown = whole(error)
    assert shown.count("Traceback (most recent call last):") == 3
    assert "s3" not in shown
