"""Projects of many models, to measure the stubs of: bytes, and the time of generating and checking them."""

from __future__ import annotations

from pathlib import Path

KINDS = ("int", "str", "float", "bool", "datetime")
FIELDS = 20


def write(folder: Path, package: str, models: int, *, related: bool = False) -> None:
    """Writes a package of models with 20 fields each, and a module that uses them.

    Args:
        folder: Where.
        package: Its name.
        models: How many models there are.
        related: Whether each refers to two others.
    """
    target = folder / package
    target.mkdir(parents=True)
    (target / "__init__.py").write_text("")
    head = "from __future__ import annotations\n\nfrom datetime import datetime\n\nfrom oxyde import Field, Model\n"
    (target / "models.py").write_text(head + "".join(_model(package, number, models, related=related) for number in range(models)))
    names = ", ".join(f"M{number}" for number in range(models))
    lines = [
        f"    await M{number}.objects.filter(f0__gt=1, f1__icontains='x').exclude(f2__lt=1.0).all()\n"
        f"    await M{number}.objects.get(f0=1)\n"
        for number in range(models)
    ]
    use = f"from {package}.models import {names}\n\n\nasync def main() -> None:\n{''.join(lines)}"
    (folder / f"use_{package}.py").write_text(use)


def _model(package: str, number: int, models: int, *, related: bool) -> str:
    fields = [f"    f{at}: {KINDS[at % 5]}{' = Field(db_pk=True)' if at == 0 else ''}\n" for at in range(FIELDS)]
    if related:
        fields += [f"    r{at}: M{(number + at + 1) % models} | None = None\n" for at in range(2)]
    meta = f'\n    class Meta:\n        is_table = True\n        table_name = "{package}_{number}"\n'
    return f"\n\nclass M{number}(Model):\n{''.join(fields)}{meta}"
