"""Operations that go forward, back and forward again on databases with rows, and what the databases are at each station."""

from typing import Final

from tests.journeys.altering import ALTERING
from tests.journeys.case import Case
from tests.journeys.columns import COLUMNS
from tests.journeys.parts import CONSTRAINTS, INDEXES
from tests.journeys.wholes import ENUMS, FREE, SCHEMAS, TABLES, VIEWS

CASES: Final[list[Case]] = [*SCHEMAS, *TABLES, *COLUMNS, *ALTERING, *INDEXES, *CONSTRAINTS, *ENUMS, *VIEWS, *FREE]
