"""Modules that define tables are found by their text."""

from __future__ import annotations

from pathlib import Path

from oxyde.cli.discovery import model_modules

TABLE = "from oxyde import Model\n\nclass A(Model):\n    class Meta:\n        is_table = True\n"


def test_modules(tmp_path: Path) -> None:
    """In packages, below src, in a file alone; not in tests, virtual environments, and what only speaks of tables."""
    texts = {
        "shop/models.py": TABLE,
        "shop/orders/__init__.py": TABLE,
        "src/blog/models.py": TABLE,
        "app.py": TABLE,
        "shop/base.py": TABLE.replace("is_table = True", "is_table = False"),
        "shop/talk.py": "# oxyde: is_table = True\n",
        "shop/broken.py": TABLE + "x = (",
        "tests/models.py": TABLE,
        "shop/test_models.py": TABLE,
        "migrations/0001_initial.py": TABLE,
        "no-name/models.py": TABLE,
        "venv/pyvenv.cfg": "",
        "venv/lib/models.py": TABLE,
        ".hidden/models.py": TABLE,
    }
    for name, text in texts.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert model_modules(tmp_path) == ["app", "blog.models", "shop.models", "shop.orders"]
