"""What a stub keeps of a module's text."""

from __future__ import annotations

import ast
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from oxyde.stubs.names import Names
from oxyde.stubs.source import Inexpressible, Source


def stub(text: str, bound: dict[str, Any] | None = None, fields: tuple[str, ...] = (), others: tuple[str, ...] = ()) -> str:
    """Returns a text as its stub has it."""
    source = Source(Names(bound or {}, fields), Path("app/models.py"), lambda *_: None)
    return "\n".join(source.text(ast.parse(text), others))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('"""Doc."""\nfrom __future__ import annotations\nX = 3', "X = 3"),
        ("import a\nimport b.c\nimport d as e", "import a as a\nimport b.c\nimport d as e"),
        ("from a import b, c as d\nfrom e import *", "from a import b as b, c as d\nfrom e import *"),
        ("def f(a: 'int' = 3, *, b=X, c=-1) -> 'str':\n    return a", "def f(a: int=3, *, b=..., c=-1) -> str: ..."),
        ("def f(a):\n    print(a)", "def f(a) -> None: ..."),
        ("def f(a):\n    return a", "def f(a): ..."),
        ("def f(a):\n    raise E", "def f(a): ..."),
        ("async def f() -> AsyncIterator[int]:\n    yield 3", "def f() -> AsyncIterator[int]: ..."),
        ("async def f() -> int:\n    return 3", "async def f() -> int: ..."),
        ("@overload\ndef f(a: int) -> int: ...\ndef f(a): return a", "@overload\ndef f(a: int) -> int: ..."),
        ("register(3)\nassert X\n__all__ = ['X']\n__all__.append('Y')", "__all__ = ['X']\n__all__.append('Y')"),
        ("if __name__ == '__main__':\n    run()", ""),
        ("try:\n    import a\nexcept ImportError:\n    a = None", "import a as a"),
        ("try:\n    from a import b\nexcept ImportError:\n    c = None", "from a import b as b\nc = None"),
        ("if X > 3:\n    Y = 1\nelse:\n    run()", "if X > 3:\n    Y = 1"),
        ("for x in y:\n    run(x)", "for x in y:\n    pass"),
        ("class A:\n    '''Doc.'''", "class A: ..."),
        (
            "class A(B, metaclass=C):\n    x: 'list[int]' = []\n    def f(self): pass",
            "class A(B, metaclass=C):\n    x: list[int] = []\n    def f(self): ...",
        ),
        (
            "class A:\n    @wraps\n    @property\n    def f(self) -> int:\n        return 3",
            "class A:\n    @property\n    def f(self) -> int: ...",
        ),
        ("x: Literal['a'] = 'a'\ny: Annotated['int', 'b']", "x: Literal['a'] = 'a'\ny: Annotated[int, 'b']"),
    ],
)
def test_statements(text: str, kept: str) -> None:
    """Names stay, with their types; docstrings, effects and bodies go."""
    assert stub(text) == kept


def test_attributes_that_methods_make() -> None:
    """The class declares those whose type the text says: that of a parameter, an annotation or a constant."""
    body = "self.x = x\n        self.z: str | None = f()\n        self.y = 3"
    text = f"class A:\n    y: int\n    def __init__(self, x: int) -> None:\n        {body}"
    assert stub(text) == "class A:\n    y: int\n    x: int\n    z: str | None\n    def __init__(self, x: int) -> None: ..."


def test_attributes_whose_type_no_text_says() -> None:
    """The method that makes them keeps its body, where checkers find them."""
    text = "class A:\n    def __init__(self) -> None:\n        self.x = f()"
    assert stub(text) == text


def test_imports_for_checkers() -> None:
    """Those that only bodies used are dropped; none is visible from outside."""
    text = "if TYPE_CHECKING:\n    from a import b, c\n    from d import e\ndef f(x: b) -> None:\n    c(e)"
    assert stub(text) == "if TYPE_CHECKING:\n    from a import b\ndef f(x: b) -> None: ..."
    assert stub("if TYPE_CHECKING:\n    from a import b", others=("x: b",)) == "if TYPE_CHECKING:\n    from a import b"


def test_a_field_that_hides_a_type() -> None:
    """Inside classes the type has another name; outside it has its own."""
    text = "class A:\n    date: date\n    def f(self, x: date) -> None: ...\ndef g(x: date) -> None: ..."
    kept = "class A:\n    date: _date\n    def f(self, x: _date) -> None: ...\ndef g(x: date) -> None: ..."
    assert stub(text, {"date": dt.date}, ("date",)) == kept


@pytest.mark.parametrize(
    "text", ["globals()['x'] = 3", "exec('x = 3')", "globals().update(x=3)", "for n in globals():\n    pass", "(x := 3)"]
)
def test_what_no_stub_says(text: str) -> None:
    """Names that only running the module makes are refused, with file and line."""
    with pytest.raises(Inexpressible, match=r"^app/models.py:2: "):
        stub(f"a = 1\n{text}")
