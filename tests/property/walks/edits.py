"""The edits of walks: what somebody changes in the models, as far as the rows allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.property.walks.column_edits import ColumnEdits
from tests.property.walks.label_edits import LabelEdits
from tests.property.walks.table_edits import TableEdits


class Editor(TableEdits, ColumnEdits, LabelEdits):
    """Edits one state."""

    def edit(self) -> None:
        """Makes one edit, if the one that was drawn can be made."""
        chosen = self.rng.choice(EDITS)
        before = self.draft.new
        chosen(self)
        if self.draft.new != before:
            self.draft.log.append(chosen.__name__)


EDITS: Final[list[Callable[[Editor], None]]] = [
    Editor.add_table,
    Editor.add_table,
    Editor.drop_table,
    Editor.rename_table,
    Editor.comment,
    *[Editor.add_column] * 3,
    *[Editor.drop_column] * 2,
    *[Editor.rename_column] * 2,
    *[Editor.retype] * 4,
    *[Editor.widen] * 2,
    *[Editor.null] * 2,
    Editor.default,
    Editor.comment_column,
    *[Editor.add_part] * 4,
    *[Editor.drop_part] * 2,
    Editor.rename_part,
    *[Editor.change_key] * 2,
    Editor.add_enum,
    *[Editor.change_enum] * 2,
    Editor.rename_enum,
    Editor.view,
]
