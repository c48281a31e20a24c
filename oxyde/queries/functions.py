"""Functions of a row's values: one class for each, whose keywords describe it."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Final

from oxyde.exceptions import FieldError
from oxyde.queries import digits
from oxyde.queries.arguments import Argument, alike, argument, whole
from oxyde.queries.arithmetic import Arithmetic
from oxyde.queries.calls import Call, Nulls
from oxyde.queries.casts import as_float
from oxyde.queries.lookups import NUMBERS
from oxyde.queries.operators import Operand
from oxyde.queries.term import Names, Term
from oxyde.queries.texts import TEXTUAL
from oxyde.schema import types as kinds
from oxyde.schema.types import ColumnType

FUNCTIONS: Final[dict[str, type[Function]]] = {}
"""Every function by its name on the wire."""

ANYTHING: Final = frozenset(kinds.PYTHON) - {"json", "array", "any"}
RANKED: Final = NUMBERS | {"date", "time", "datetime", "datetime_tz", "duration"}
"""The kinds that sort alike on every database; text does not."""
MOST: Final = 2**31 - 1
DIGITS: Final = {"int": 18, "float": 15, "decimal": 28}
"""The most digits before or after the point that a number can be rounded to."""


class Function(Operand):
    """A function of values. Where it takes a value of the row, a str is the name of a field or annotation, and other values are plain.

    Attributes:
        ir: Its name on the wire.
        takes: The kinds of its arguments.
        gives: The type of its result; None for the type of the arguments.
        nulls: When it is NULL.
        keeps: Whether a Decimal that it returns has the digits of an argument.
    """

    ir: ClassVar[str] = ""
    takes: ClassVar[Collection[str]]
    gives: ClassVar[ColumnType | None]
    nulls: ClassVar[Nulls]
    keeps: ClassVar[bool]

    def __init_subclass__(
        cls,
        *,
        ir: str = "",
        takes: Collection[str] = ANYTHING,
        gives: ColumnType | None = None,
        nulls: Nulls = Nulls.ANY,
        keeps: bool = False,
    ) -> None:
        """Stores the description; a class without ``ir`` is abstract."""
        if ir:
            cls.ir, cls.takes, cls.gives, cls.nulls, cls.keeps = ir, takes, gives, nulls, keeps
            FUNCTIONS[ir] = cls

    def __init__(self, *arguments: Argument) -> None:
        self.arguments = arguments

    def resolve(self, names: Names) -> Term:
        """Returns the call over the query's names."""
        return self.called(self.resolved(names, self.arguments))

    def resolved(self, names: Names, given: tuple[Argument, ...]) -> list[Term]:
        """Returns arguments as terms of kinds that the function takes."""
        return [argument(type(self).__name__, names, one, self.takes) for one in given]

    def called(self, terms: list[Term], constants: tuple[int, ...] = ()) -> Term:
        """Returns the call of terms, which are made one type where the result has theirs."""
        if self.gives is None:
            terms = alike(type(self).__name__, terms)
        kind = self.gives or terms[0].type
        if kind.kind == "decimal":
            kind = digits.common([term.type for term in terms]) if self.keeps else kinds.DECIMAL
        return Call(self.ir, kind, self.nulls, terms, constants)

    @property
    def shown(self) -> tuple[Argument, ...]:
        """What it was made of."""
        return self.arguments

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map(repr, self.shown))})"


class _OfOne(Function):
    def __init__(self, value: Argument) -> None:
        super().__init__(value)


class _OfMany(Function):
    def __init__(self, first: Argument, second: Argument, *others: Argument) -> None:
        super().__init__(first, second, *others)


class Coalesce(_OfMany, ir="coalesce", nulls=Nulls.ALL, keeps=True):
    """The first of several values that is not NULL; NULL where all are."""


class NullIf(Function, ir="null_if", nulls=Nulls.MAYBE, keeps=True):
    """NULL where two values are equal (as ``filter()`` has it), else the first."""

    def __init__(self, value: Argument, other: Argument) -> None:
        super().__init__(value, other)


class Greatest(_OfMany, ir="greatest", takes=RANKED, keeps=True):
    """The greatest of several values; NULL where one of them is."""


class Least(_OfMany, ir="least", takes=RANKED, keeps=True):
    """The least of several values; NULL where one of them is."""


class Concat(_OfMany, ir="concat", takes=TEXTUAL, gives=kinds.TEXT, nulls=Nulls.NEVER):
    """Concatenated texts; NULL counts as the empty text. Convert other values by ``Cast(value, str)``."""


class Lower(_OfOne, ir="lower", takes=TEXTUAL, gives=kinds.TEXT):
    """A text in lower case, letter by letter: none becomes two."""


class Upper(_OfOne, ir="upper", takes=TEXTUAL, gives=kinds.TEXT):
    """A text in upper case, letter by letter: none becomes two, so that ``ß`` stays."""


class Length(_OfOne, ir="length", takes=TEXTUAL | {"bytes"}, gives=kinds.INT):
    """The number of characters of a text, or of bytes, as ``len()``."""


class Trim(_OfOne, ir="trim", takes=TEXTUAL, gives=kinds.TEXT):
    """A text without the white space at its ends, as ``str.strip()``."""


class Substr(Function, ir="substr", takes=TEXTUAL, gives=kinds.TEXT):
    """Part of a text: ``length`` characters, or all, from position ``start``, which counts from 1."""

    def __init__(self, text: Argument, start: int, length: int | None = None) -> None:
        """Takes a text and two plain ints.

        Raises:
            FieldError: The start is less than 1, or the length less than 0.
        """
        super().__init__(text)
        self.places = [whole("Substr()", "a start", start, 1, MOST)]
        if length is not None:
            self.places.append(whole("Substr()", "a length", length, 0, MOST))

    @property
    def shown(self) -> tuple[Argument, ...]:
        """The text and the places."""
        return (*self.arguments, *self.places)

    def resolve(self, names: Names) -> Term:
        """Returns the call over the query's names."""
        places = [argument("Substr", names, place, NUMBERS) for place in self.places]
        return self.called([*self.resolved(names, self.arguments), *places])


class Replace(Function, ir="replace", takes=TEXTUAL, gives=kinds.TEXT):
    """A text with each ``old`` replaced by ``new``, case-sensitively. A str given for these is plain text."""

    def __init__(self, text: Argument, old: Argument, new: Argument) -> None:
        """Takes a text, and two that are plain or expressions.

        Raises:
            FieldError: The text to be replaced is empty.
        """
        super().__init__(text)
        if isinstance(old, str) and not old:
            raise FieldError("Replace() cannot replace the empty text, which is everywhere")
        self.texts = old, new

    @property
    def shown(self) -> tuple[Argument, ...]:
        """The three texts."""
        return (*self.arguments, *self.texts)

    def resolve(self, names: Names) -> Term:
        """Returns the call over the query's names."""
        texts = [argument("Replace", names, text, TEXTUAL, text=True) for text in self.texts]
        return self.called([*self.resolved(names, self.arguments), *texts])


class Abs(_OfOne, ir="abs", takes=NUMBERS, keeps=True):
    """A number without its sign."""


class Round(Function, ir="round", takes=NUMBERS):
    """A number rounded as by ``round()``: to that many digits, half to even.

    The type stays. Negative digits round before the point.
    """

    def __init__(self, value: Argument, digits: int = 0) -> None:
        """Takes a number and a plain int.

        Raises:
            FieldError: ``digits`` is not an int.
        """
        super().__init__(value)
        self.digits = whole("Round()", "digits", digits, -max(DIGITS.values()), max(DIGITS.values()))

    @property
    def shown(self) -> tuple[Argument, ...]:
        """The number and the digits."""
        return (*self.arguments, self.digits)

    def resolve(self, names: Names) -> Term:
        """Returns the call over the query's names."""
        (value,) = self.resolved(names, self.arguments)
        most, kind = DIGITS[value.type.kind], value.type.kind
        if kind == "int" and self.digits >= 0:
            return value
        if abs(self.digits) > most:
            raise FieldError(f"Round() of {value.type} takes digits from {-most} to {most}, not {self.digits}")
        return self.called([value], (self.digits,))


class Floor(_OfOne, ir="floor", takes=NUMBERS):
    """The greatest whole number that is not greater; the type stays."""

    def called(self, terms: list[Term], constants: tuple[int, ...] = ()) -> Term:
        """Returns the call; an int is whole."""
        return terms[0] if terms[0].type.kind == "int" else super().called(terms, constants)


class Ceil(Floor, ir="ceil", takes=NUMBERS):
    """The least whole number that is not less; the type stays."""


class Mod(Operand):
    """The remainder of a division, as ``%``: with the sign of the divisor for ints and floats, of the dividend for Decimals."""

    def __init__(self, left: Argument, right: Argument) -> None:
        self.arguments = left, right

    def resolve(self, names: Names) -> Term:
        """Returns the arithmetic over the query's names."""
        left, right = (argument("Mod", names, one, NUMBERS) for one in self.arguments)
        return Arithmetic("modulo", left, right)

    def __repr__(self) -> str:
        return f"Mod({self.arguments[0]!r}, {self.arguments[1]!r})"


class _OfFloats(Function):
    def called(self, terms: list[Term], constants: tuple[int, ...] = ()) -> Term:
        """Returns the call of numbers as floats."""
        return super().called([as_float(term) for term in terms], constants)


class Power(_OfFloats, ir="power", takes=NUMBERS, gives=kinds.FLOAT):
    """A number to the power of another one, as ``math.pow()``: both as floats, and so the result."""

    def __init__(self, base: Argument, exponent: Argument) -> None:
        super().__init__(base, exponent)


class Sqrt(_OfFloats, ir="sqrt", takes=NUMBERS, gives=kinds.FLOAT):
    """The square root of a number, as ``math.sqrt()``: a float."""

    def __init__(self, value: Argument) -> None:
        super().__init__(value)


class Now(Function, ir="now", nulls=Nulls.NEVER):
    """The current time: aware, in UTC. With ``naive=True`` without a zone, for columns without one."""

    def __init__(self, *, naive: bool = False) -> None:
        super().__init__()
        self.naive = naive

    def resolve(self, names: Names) -> Term:  # noqa: ARG002 - it names none
        """Returns the call."""
        return Call(self.ir, kinds.DATETIME if self.naive else kinds.DATETIME_TZ, self.nulls, [])

    def __repr__(self) -> str:
        return "Now(naive=True)" if self.naive else "Now()"
