"""Which calls of a project name fields of models."""

from __future__ import annotations

from pathlib import Path

from oxyde.stubs.calls import Call, in_folder, in_text

TEXT = """
from app import User

def run(users, name):
    User.objects.filter(age__gte=3, **name).values("id", "name")
    users.limit(3)[:2].values_list("id", flat=True)
    app.User.objects.annotate(n=Count()).order_by("-n", F("id"))
    {}.values()
    User.objects.values()
    users.values(name)
    users.get()
"""


def found(text: str) -> list[tuple[str, tuple[str, ...], str | None]]:
    """Returns the verbs, names and classes of the calls in a text."""
    return sorted([(call.verb, call.names, call.model) for call in in_text(text)], key=repr)


def test_calls() -> None:
    """Literal names and keywords count; a chain that begins with a class names it."""
    assert found(TEXT) == [
        ("filter", ("age__gte",), "User"),
        ("order_by", ("-n",), "User"),
        ("values", ("id", "name"), "User"),
        ("values", (), "User"),
        ("values_list", ("id",), None),
    ]


def test_whose_they_may_be() -> None:
    """A chain of unknown origin may be of any class that the file mentions."""
    known, unknown = Call("values", ("id",), "User", frozenset({"User", "Team"}), frozenset()), None
    assert [known.is_of("User"), known.is_of("Team")] == [True, False]
    unknown = Call("values", ("id",), None, frozenset({"Team"}), frozenset())
    assert [unknown.is_of("User"), unknown.is_of("Team")] == [False, True]


def test_annotations_of_the_file() -> None:
    """The names that annotate() and alias() give are known to all calls of the file."""
    text = "q = User.objects.annotate(n=1)\nq.alias(m=2)\nq.filter(n__gt=3)\n"
    assert [call.added for call in in_text(text)] == [frozenset({"n", "m"})]


def test_what_is_no_python() -> None:
    """A template or a file of another version says nothing."""
    assert found("def (: users.values('id')") == []


def test_folders(tmp_path: Path) -> None:
    """Environments, caches and installed packages are not the project's."""
    for folder in ("app", ".hidden", "env/lib", "lib/site-packages/other", "node_modules/x"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "a.py").write_text(f'User.objects.values("{folder}")\n')
    (tmp_path / "env" / "pyvenv.cfg").touch()
    (tmp_path / "app" / "b.py").write_text('User.objects.values("app")\n')
    assert [call.names for call in in_folder(tmp_path)] == [("app",)]
