"""The line of a magic is understood, or refused in a sentence."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from oxyde.notebook.command import MagicLine, UsageError, connect_arguments, parse, variables, with_all


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("", MagicLine()),
        ("kept <<", MagicLine(target="kept")),
        ("kept<<", MagicLine(target="kept")),
        ("  kept  <<  --on other -n 3 ", MagicLine(target="kept", on="other", rows=3)),
        ("--on=other -n=3", MagicLine(on="other", rows=3)),
        ("-n 1 --on  b  SELECT -1", MagicLine(on="b", rows=1, rest="SELECT -1")),
        ("SELECT 1 << 2", MagicLine(rest="SELECT 1 << 2")),
        ("größe << SELECT 1", MagicLine(target="größe", rest="SELECT 1")),
        ("-n 5 -- a comment", MagicLine(rows=5, rest="-- a comment")),
        ("--all SELECT 1", MagicLine(all=True, rest="SELECT 1")),
        ("-n 2 --all --on b", MagicLine(all=True, rows=2, on="b")),
        ("Order.objects.filter(a=-1)", MagicLine(rest="Order.objects.filter(a=-1)")),
    ],
)
def test_options(line: str, wanted: MagicLine) -> None:
    """Target, options, rest."""
    assert parse(line) == wanted


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("-n", "-n needs a value"),
        ("--on", "--on needs a value"),
        ("-n many", "not many"),
        ("-n 0", "not 0"),
        ("-n -1", "not -1"),
        ("-n ²", "not ²"),
        ("-n 99999999999", "from 1 to 10,000"),
        ("--rows 3", "unknown option --rows; known are --on NAME, -n ROWS and --all"),
        ("--allow", "unknown option --allow"),
        ("-", "unknown option -"),
    ],
)
def test_wrong_options(line: str, message: str) -> None:
    """The message says which."""
    with pytest.raises(UsageError) as caught:
        parse(line)
    assert message in str(caught.value)


def test_connect() -> None:
    """A URL, perhaps from a variable, and a name."""
    names = {"url": "sqlite://a.db", "hidden": SecretStr("sqlite://b.db"), "number": 3}
    assert connect_arguments("sqlite://a.db", names) == ("sqlite://a.db", "default")
    assert connect_arguments("'sqlite:///a b.db' --as x", names) == ("sqlite:///a b.db", "x")
    assert connect_arguments("$url --as x", names) == ("sqlite://a.db", "x")
    assert connect_arguments("${hidden}", names) == ("sqlite://b.db", "default")
    for line in ("", "a b", "a --as", "a --on b", "'a"):
        with pytest.raises(UsageError, match="usage: %oxyde connect URL"):
            connect_arguments(line, names)
    with pytest.raises(UsageError, match='did you mean "url"'):
        connect_arguments("$urll", names)
    with pytest.raises(UsageError, match="of type int"):
        connect_arguments("$number", names)


def test_a_variable_that_is_none() -> None:
    """``os.environ.get()`` of a name that is not set is None, and the message says so."""
    with pytest.raises(UsageError, match=r"^\$URL is None; a URL is text: is an environment variable not set\?$"):
        connect_arguments("$URL", {"URL": None})


def test_with_all() -> None:
    """The option comes first, unless all rows are kept anyway."""
    assert with_all("-n 3 SELECT 1") == "--all -n 3 SELECT 1"
    assert with_all("kept << SELECT 1") == "kept << SELECT 1"


def test_url_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of the environment serves where the notebook has none."""
    monkeypatch.setenv("NOTEBOOK_DATABASE", "sqlite://c.db")
    assert connect_arguments("$NOTEBOOK_DATABASE", {}) == ("sqlite://c.db", "default")


def test_variables() -> None:
    """Modules, functions and hidden names are not what was meant."""
    assert list(variables({"a": 1, "_b": 2, "pytest": pytest, "len": len, "none": None})) == ["a", "none"]
