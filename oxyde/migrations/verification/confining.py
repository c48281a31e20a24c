"""Whether migrations stay in the schema that they are run in, so that a trial in a schema of its own changes nothing else."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from oxyde.migrations.folder.files import Stage
from oxyde.migrations.operations import CreateSchema, Execute, Irreversible

ABOUT_MORE: Final = (
    *("database", "extension", "owned", "publication", "role", "schema", "search_path", "set_config", "subscription", "system", "user"),
    *("dblink", "query_to_xml", "U&"),  # whose names are not to be read in the text
)
"""Words of SQL that is about more than a schema."""
_MADE_UP: Final = re.compile(r"(?<!\w)execute(?!\s+(?:function|procedure)\b)(?!\w)", re.IGNORECASE)
"""SQL that a block makes while it runs."""


def leaving(stages: Sequence[Stage], schemas: Collection[str]) -> str | None:
    """Returns which migration leaves its schema, and how; None where none does. SQL text that only may do so counts.

    Args:
        stages: The migrations.
        schemas: The schemas that the database has.
    """
    return next((f"{stage.migration.name} {reason}" for stage in stages for reason in _reasons(stage, schemas)), None)


def _reasons(stage: Stage, schemas: Collection[str]) -> Iterator[str]:
    for schema, _ in (*stage.after.tables, *stage.after.enums, *stage.after.views):
        if schema is not None:
            yield f"names the schema {schema}"
    back = stage.migration.backward(stage.before, "postgres")
    for operation in (*stage.operations, *(() if isinstance(back, Irreversible) else back)):
        if isinstance(operation, CreateSchema):
            yield f"makes the schema {operation.name}"
        if isinstance(operation, Execute):
            yield from (f"runs SQL that names {word}" for word in (*ABOUT_MORE, *schemas) if _has(operation.sql, word))
            if _MADE_UP.search(operation.sql):
                yield "runs SQL that it makes up"


def _has(sql: str, word: str) -> bool:
    end = "" if word.endswith("&") else r"(?!\w)"
    return re.search(rf"(?<!\w){re.escape(word)}{end}", sql, re.IGNORECASE) is not None
