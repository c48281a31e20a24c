"""Recursive common table expressions: which rows may follow from those found before."""

from __future__ import annotations

from oxyde.exceptions import FieldError
from oxyde.queries.beside import Beside
from oxyde.queries.retyping import types_of_both
from oxyde.queries.source import Cte, State


def check_step(cte: Cte, step: State) -> None:
    """Checks the rows that follow, as every server takes them.

    Raises:
        FieldError: They do not read the expression exactly once, or are ordered, sliced, grouped, deduplicated or computed of several.
        TypeError: Their values differ from the first rows' in order or type, or, of whole rows, in name.
    """
    name = cte.name
    reading = step.source.cte if isinstance(step.source, Beside) else step.source
    times = sum(one is cte for one in step.reads())
    if times != 1 or reading is not cte:
        wrong = f"reads it {times} times" if times != 1 else "reads it inside another query"
        message = f'the recursive part of "{name}" {wrong}; read it once, and by {name}.query() or {name}.join(queryset, ...)'
        raise FieldError(message)
    terms = (*step.where, *(term for _, term in step.columns))
    if step.is_reshaped or step.is_sliced or step.order or step.joined or any(term.aggregated or term.windowed for term in terms):
        message = f'the recursive part of "{name}" is neither ordered, sliced, distinct, grouped nor joined; say that of {name}.query()'
        raise FieldError(message)
    chosen = cte.query.selection is not None
    first = [term.type for _, term in cte.query.columns]
    named = chosen or [name for name, _ in cte.query.columns] == [name for name, _ in step.columns]
    if types_of_both(cte.query, step) != first or not named or chosen != (step.selection is not None):
        shown = [", ".join(f"{column} {term.type}" for column, term in state.columns) for state in (cte.query, step)]
        message = f'the recursive part of "{name}" has the values of the first, in order and type; here are ({shown[0]}) and ({shown[1]})'
        raise TypeError(message)
