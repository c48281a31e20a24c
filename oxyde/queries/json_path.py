"""``JsonPath``: the value behind keys and places of a JSON document as an expression."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from oxyde.exceptions import FieldError
from oxyde.queries.arguments import Argument, argument, described
from oxyde.queries.comparisons import Comparison
from oxyde.queries.documents import FURTHEST, Behind, Plain, Text, check_names
from oxyde.queries.foreign_values import named, plain
from oxyde.queries.operators import Operand
from oxyde.queries.term import Bound, Cast, Names, Term
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

NUMBERS: Final[dict[type, ColumnType]] = {int: kinds.INT, float: kinds.FLOAT, Decimal: kinds.DECIMAL}
OUTPUTS: Final = (str, bool, *NUMBERS)


class JsonPath(Operand):
    """The value behind keys and places of a JSON document: ``JsonPath("data", "items", 0, "price", output=Decimal)``.

    NULL where there is no such value. Without an output it is JSON; with one it is a str, int, float, Decimal or bool, and NULL where the
    value is no text, number or truth value. A number that the output cannot hold exactly, such as 1.5 as an int, is a DataError.
    """

    def __init__(self, value: Argument, *path: str | int, output: type | None = None) -> None:
        """Takes the document and the way into it.

        Args:
            value: The name of a JSON field, or an expression.
            *path: Keys of objects, and places of arrays from 0; a place is also the key of that name.
            output: The class of the result: str, int, float, Decimal or bool.

        Raises:
            FieldError: A step is neither, or there is no such output.
        """
        if not path:
            raise FieldError('JsonPath() takes the keys that lead to the value: JsonPath("data", "items", 0)')
        if output is not None and output not in OUTPUTS:
            shown = output.__name__ if isinstance(output, type) else named(output)
            raise FieldError(f"JsonPath() has an output of {', '.join(cls.__name__ for cls in OUTPUTS)}, not {shown}")
        self.value, self.path, self.output = value, tuple([_step(step) for step in path]), output

    def resolve(self, names: Names) -> Term:
        """Returns the value over the query's names.

        Raises:
            FieldError: The document is no JSON, or has no such path.
        """
        document = argument("JsonPath", names, self.value, {"json"})
        where = described(document)
        check_names(document, where, where.rpartition(".")[2], tuple(map(str, self.path)))
        found = Behind(document, self.path)
        if self.output is None:
            return found
        if self.output is str:
            return Text(found)
        if self.output is bool:
            return Comparison("eq", Plain(found, is_truth=True), Bound("true", kinds.TEXT))
        return Cast(Plain(found, is_truth=False), NUMBERS[self.output], kinds.TEXT)

    def __repr__(self) -> str:
        output = "" if self.output is None else f", output={self.output.__name__}"
        return f"JsonPath({', '.join(map(repr, (self.value, *self.path)))}{output})"


def _step(given: Any) -> str | int:
    step = plain(given)
    if isinstance(step, int) and not isinstance(step, bool) and 0 <= step <= FURTHEST:
        return step
    if not isinstance(step, str):
        shown = repr(step) if isinstance(step, int) else named(given)
        raise FieldError(f"JsonPath() takes keys that are str and places from 0 to {FURTHEST}, not {shown}")
    if "\0" in step or any(0xD800 <= ord(letter) < 0xE000 for letter in step):
        raise FieldError("JsonPath() has a key with a character that no text in JSON has")
    return step
