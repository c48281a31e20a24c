"""What a shell offers for the answers of ``oxyde makemigrations``: renames, columns and values, as the flags have them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import click

from oxyde.cli.completion import Completer, completer
from oxyde.cli.config import load
from oxyde.cli.models import load_models
from oxyde.cli.options import chosen
from oxyde.migrations import dotted
from oxyde.migrations.changes.make import compare
from oxyde.migrations.state import State
from oxyde.schema import tables


def _states(ctx: click.Context) -> tuple[State, State]:
    """Returns the state of the migrations and that of the models."""
    config = load(chosen(ctx).config)
    load_models(config)
    both = compare(config.migrations_dir, config.dialect_of(), list(tables))
    return both.old, both.new


def _renames(ctx: click.Context, _: str) -> Iterator[str]:
    """Yields what may have been renamed: each thing that is gone with each that is new, ``posts.title=posts.headline``."""
    old, new = _states(ctx)
    for was, now in product(old.tables, new.tables):
        if was not in new.tables and now not in old.tables:
            yield f"{dotted.join(was)}={dotted.join(now)}"
    for address in old.tables.keys() & new.tables.keys():
        before, after = old.tables[address].columns, new.tables[address].columns
        for one, other in product(before.keys() - after.keys(), after.keys() - before.keys()):
            yield f"{dotted.join((*address, one))}={dotted.join((*address, other))}"
    for was, now in product(old.enums.keys() - new.enums.keys(), new.enums.keys() - old.enums.keys()):
        yield f"enum:{dotted.join(was)}={dotted.join(now)}"


def _fills(ctx: click.Context, _: str) -> Iterator[str]:
    """Yields the columns that rows may be given something in, ``posts.slug=``."""
    for address, table in _states(ctx)[1].tables.items():
        yield from (f"{dotted.join((*address, name))}=" for name in table.columns)


def _values(ctx: click.Context, _: str) -> Iterator[str]:
    """Yields the values of enumerations that are gone, by their columns, ``posts.status.archived=``."""
    old, new = _states(ctx)
    for address in old.tables.keys() & new.tables.keys():
        before, after = old.tables[address].columns, new.tables[address].columns
        for name in before.keys() & after.keys():
            listed = old.enums.get((address[0], before[name].enum or ""), ())
            kept = new.enums.get((address[0], after[name].enum or ""), ())
            yield from (f"{dotted.join((*address, name, value))}=" for value in listed if value not in kept)


complete_renames: Completer = completer(_renames)
complete_fills: Completer = completer(_fills)
complete_values: Completer = completer(_values)
