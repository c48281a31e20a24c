"""Writes the stubs of a project, or says what it would write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from oxyde.stubs import calls
from oxyde.stubs.module import Module, is_ours, with_header
from oxyde.stubs.project import Project, names_of
from oxyde.stubs.source import Inexpressible
from oxyde.stubs.tables import Models

Style = Literal["beside", "sidecar"]
FOLDER = "_oxyde_types"


@dataclass
class Report:
    """What generating stubs did, or would do.

    Attributes:
        written: The files that are written: they did not exist, or had other text.
        removed: The files that are removed: stubs of ours whose module has no models any more, or cannot have a stub.
        unchanged: The files that stay as they are.
        refused: Why modules have no stub, by name.
    """

    written: list[Path] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def is_fresh(self) -> bool:
        """Whether there was nothing to write."""
        return not self.written and not self.removed


def generate(models: str | Sequence[str], *, style: Style | None = None, across: bool = False, check: bool = False) -> Report:
    """Writes a stub for each module that defines models, so that type checkers know their fields, lookups and rows.

    Args:
        models: The dotted names of the modules to import. Tables that they import from other modules of the project are included.
        style: ``beside`` writes ``models.pyi`` beside ``models.py``; ``sidecar`` writes the managers alone, to ``_oxyde_types``. By default
            the style of the stubs that are there, else ``beside``. Stubs of the other style are removed.
        across: Give lookups to the fields of related models too (``author__age__gte``), not only equality.
        check: Write nothing.

    Returns:
        What was written, or with ``check`` what would be.

    Raises:
        ImportError: A module cannot be imported.
        FieldError: A model is wrong.
    """
    project, report = Project(names_of(models)), Report()
    known, there = Models(project.infos), dict(_ours(project.roots))
    if style is None:
        style = "sidecar" if "sidecar" in there.values() else "beside"
    found = list(dict.fromkeys(call for root in project.roots for call in calls.in_folder(root)))
    wanted: dict[Path, str] = {}
    for name in project.installed:
        report.refused[name] = "it is installed; make its stubs where its source is"
    for name, module in project.modules.items():
        if style == "sidecar" and not module.tables:
            continue
        path = _path(module, style)
        try:
            lines = module.beside(known, found, across=across) if style == "beside" else module.sidecar(known, found, across=across)
        except Inexpressible as error:
            report.refused[name] = str(error)
            continue
        if path.exists() and not is_ours(path.read_text("utf-8")):
            report.refused[name] = f"{path.name} was not made by oxyde, and is left as it is"
            continue
        wanted[path] = with_header(lines, name)
    if style == "sidecar":
        wanted.update({folder / "__init__.pyi": with_header([], "the project") for path in wanted for folder in _packages(path)})
    for path, text in sorted(wanted.items()):
        before = path.read_text("utf-8") if path.exists() else None
        (report.unchanged if before == text else report.written).append(path)
    report.removed = sorted(there.keys() - {path.resolve() for path in wanted})
    if not check:
        _write(report, wanted)
    return report


def _path(module: Module, style: Style) -> Path:
    file = module.file.resolve()
    if style == "beside":
        return file.with_suffix(".pyi")
    parts = module.module.__name__.split(".")
    if file.name == "__init__.py":
        parts.append("__init__")
    return file.parents[len(parts) - 1].joinpath(FOLDER, *parts).with_suffix(".pyi")


def _packages(path: Path) -> Iterator[Path]:
    """Yields the folders of a sidecar stub, the innermost first; none of a stub beside its module."""
    for folder in path.parents if FOLDER in path.parts else ():
        yield folder
        if folder.name == FOLDER:
            return


def _ours(roots: Sequence[Path]) -> Iterator[tuple[Path, Style]]:
    """Yields the stubs of ours that are in a project, with their style; links to folders lead to the same files."""
    for root in roots:
        for path in calls.python_files(root, suffix=".pyi"):
            if is_ours(path.read_text("utf-8", "replace")):
                yield path.resolve(), "sidecar" if FOLDER in path.relative_to(root).parts else "beside"


def _write(report: Report, wanted: dict[Path, str]) -> None:
    """Writes and removes files; a file is replaced at once, so that no checker reads half of it."""
    for path in report.written:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        temporary.write_text(wanted[path], "utf-8", newline="\n")
        temporary.replace(path)
    for path in report.removed:
        path.unlink()
        for folder in _packages(path):
            if not any(folder.iterdir()):
                folder.rmdir()
