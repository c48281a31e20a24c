"""Arrow streams in the formats of other libraries: one file for each, which reads nothing but ``__arrow_c_stream__``."""

from oxyde.export.arrow import to_arrow
from oxyde.export.csv import to_csv
from oxyde.export.duckdb import to_duckdb
from oxyde.export.pandas import to_pandas
from oxyde.export.parquet import to_parquet
from oxyde.export.polars import to_polars

__all__ = ["to_arrow", "to_csv", "to_duckdb", "to_pandas", "to_parquet", "to_polars"]
