"""The source of a module of models, as formatters leave it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any, Final

from oxyde.inspect.plan import Class, Field, Members, Plan
from oxyde.migrations.folder.layout import WIDTH, Group, code, laid_out, text
from oxyde.migrations.folder.writing import plain

_IMPORTS: Final = (
    (("datetime", "dt"), re.compile(r"\bdt\.")),
    (("decimal", "Decimal"), re.compile(r"\bDecimal\b")),
    (("typing", "Any"), re.compile(r"\bAny\b")),
    (("uuid", "UUID"), re.compile(r"\bUUID\b")),
    (("pydantic", "AwareDatetime"), re.compile(r"\bAwareDatetime\b")),
)
"""What annotations name, and where it is imported from."""


def source(plan: Plan, about: str) -> str:
    """Returns the source of a plan's module.

    Args:
        plan: The plan.
        about: The sentence that describes the module.
    """
    blocks = [*map(_enum, plan.enums), *map(_class, plan.classes)]
    head = f'"""{plain(about)}"""\n\nfrom __future__ import annotations\n{_imports(plan)}'
    notes = "".join(f"\n{line}" for note in plan.notes for line in _comment(note, 0))
    return head + (f"{notes}\n" if notes else "") + "".join(f"\n\n{block}" for block in blocks)


def _imports(plan: Plan) -> str:
    annotations = " ".join(field.annotation for one in plan.classes for field in one.fields)
    found = {what for what, pattern in _IMPORTS if pattern.search(annotations)} | ({("enum", "Enum")} if plan.enums else set())
    standard = sorted(f"from {module} import {name}" for module, name in found if module not in {"datetime", "pydantic"})
    if ("datetime", "dt") in found:
        standard.insert(0, "import datetime as dt")
    calls = {group.head[:-1] for one in plan.classes for option in one.meta.values() for group in _groups(option)}
    if any(field.keywords for one in plan.classes for field in one.fields):
        calls.add("Field")
    ours = sorted({"Model"} | calls)
    other = [f"from oxyde import {', '.join(ours)}"] if plan.classes else []
    if ("pydantic", "AwareDatetime") in found:
        other.append("from pydantic import AwareDatetime")
    blocks: tuple[list[str], list[str]] = (standard, other)
    return "".join("".join(f"\n{line}" for line in block) + "\n" for block in blocks if block)


def _groups(option: Any) -> Iterator[Group]:
    if isinstance(option, list):
        yield from (one for one in option if isinstance(one, Group))


def _enum(enum: Members) -> str:
    lines = (f"    {name} = {text(value)}\n" for name, value in enum.values.items())
    return f"class {enum.name}(str, Enum):\n{''.join(lines)}"


def _class(one: Class) -> str:
    notes = "".join(f"{line}\n" for note in one.notes for line in _comment(note, 4))
    fields = "".join(map(_field, one.fields))
    meta = "".join(f"        {option} = {_option(option, value)}\n" for option, value in one.meta.items())
    return f"class {one.name}(Model):\n{notes}{fields}\n    class Meta:\n{meta}"


def _field(field: Field) -> str:
    notes = "".join(f"{line}\n" for note in field.notes for line in _comment(note, 4))
    head = f"{field.name}: {field.annotation}"
    if not field.keywords:
        return f"{notes}    {head}\n"
    only = dict(field.keywords)
    if only == {"default": None}:
        return f"{notes}    {head} = None\n"
    said = [(f"{word}=", _code(value)) for word, value in only.items()]
    return f"{notes}    {head} = {laid_out(Group('Field(', tuple(said), ')'), 4, before=len(head) + 3)}\n"


def _code(value: Any) -> Any:
    return "None" if value is None else code(value)


def _option(option: str, value: Any) -> str:
    if isinstance(value, str) and "\n" in value and _is_plain(value):
        return f'"""{value}"""'
    return laid_out(_code(value), 8, before=len(option) + 3)


def _is_plain(text: str) -> bool:
    """Whether a text of several lines means the same between triple quotes."""
    printable = all(line.isprintable() for line in text.split("\n"))
    return printable and not text.endswith('"') and "\\" not in text and '"""' not in text


def _comment(note: str, indent: int) -> list[str]:
    """Returns the lines of a comment; what it cites from the database cannot end it."""
    start = f"{' ' * indent}# "
    said = re.sub(r"[^ -~\xa1-\U0010ffff]", " ", note)
    return textwrap.wrap(said, WIDTH, initial_indent=start, subsequent_indent=start, break_long_words=False, break_on_hyphens=False)
