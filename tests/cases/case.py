"""The case files: what one holds, and how it is read and written.

A case is plain text: comment lines that title it, a Python expression, then sections that open with ``-- name``::

    # Contains minds the case.
    Novelist.objects.filter(name__contains="an").order_by("id").values_list("id", flat=True)
    -- ir
    {"select": ...}
    -- sql postgres
    SELECT ...
    -- params
    ['an']
    -- rows
    [1, 3]

Sections: ``ir``, ``sql DIALECT``, ``unsupported DIALECT: reason``, ``params``, ``rows`` (``rows unordered``, ``rows DIALECT`` where one
server differs), ``then`` (an expression whose value after a writing case is in ``left``), ``left`` and ``error CLASS``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
DIALECTS = ("postgres", "sqlite", "mysql", "mariadb")


@dataclass
class Case:
    """One case.

    Attributes:
        path: Its file.
        title: The comment lines.
        query: The Python expression.
        sections: The text of each section by its heading, in order.
    """

    path: Path
    title: str
    query: str
    sections: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The path below the folder, without its ending."""
        return self.path.relative_to(FOLDER).with_suffix("").as_posix()

    @property
    def writes(self) -> bool:
        """Whether it changes rows, and so gets tables of its own."""
        return "then" in self.sections

    def sql(self, dialect: str) -> str | None:
        """Returns the SQL for a dialect; MariaDB's is MySQL's where there is no block of its own."""
        own = self.sections.get(f"sql {dialect}")
        return self.sections.get("sql mysql") if own is None and dialect == "mariadb" else own

    def unsupported(self, dialect: str) -> str | None:
        """Returns the reason why a dialect cannot do it, or None."""
        for heading in self.sections:
            start = f"unsupported {dialect}:"
            if heading.startswith(start):
                return heading[len(start) :].strip()
        return None

    def rows(self, dialect: str) -> tuple[str, bool] | None:
        """Returns the expected rows as Python text, and whether their order counts."""
        for heading, ordered in ((f"rows {dialect}", True), ("rows", True), ("rows unordered", False)):
            if heading in self.sections:
                return self.sections[heading], ordered
        return None

    def write(self) -> None:
        """Writes the file anew."""
        parts = [self.title, self.query]
        for heading, text in self.sections.items():
            parts.append(f"-- {heading}")
            if text:
                parts.append(text)
        self.path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def read(path: Path) -> Case:
    """Reads one case file."""
    title: list[str] = []
    query: list[str] = []
    sections: dict[str, list[str]] = {}
    current = title
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("-- "):
            current = sections.setdefault(line[3:].strip(), [])
            continue
        if current is title and not line.startswith("#"):
            current = query
        current.append(line)
    texts = {heading: "\n".join(lines).strip() for heading, lines in sections.items()}
    return Case(path, "\n".join(title), "\n".join(query).strip(), texts)


def all_cases() -> list[Case]:
    """Reads every case, in the order of their paths."""
    return [read(path) for path in sorted(FOLDER.glob("**/*.case"))]
