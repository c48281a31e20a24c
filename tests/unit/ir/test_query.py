"""Queries on the wire: clauses that are not used are left out, and each node keeps what it was given."""

from __future__ import annotations

from oxyde.ir import expr, query
from oxyde.schema import Table
from oxyde.schema import types as kinds

A = expr.column("t", "a")
SOURCE = query.from_table(Table("T", "t"), "t")
BARE = query.select(SOURCE)


def test_without_defaults() -> None:
    """None, False and empty lists are left out; zero and empty text are values."""
    assert query.without_defaults({"a": None, "b": False, "c": [], "d": 0, "e": "", "f": True}) == {"d": 0, "e": "", "f": True}


def test_tables_name_their_schema_where_they_have_one() -> None:
    """The server's default schema is not named."""
    assert query.table_ref(Table("T", "t")) == {"name": "t"}
    assert query.table_ref(Table("T", "t", schema="s")) == {"schema": "s", "name": "t"}


def test_select() -> None:
    """A bare SELECT is its source; DISTINCT is a flag, DISTINCT ON a list, and the list wins."""
    assert BARE == {"select": {"from": SOURCE}}
    assert query.select(SOURCE, distinct=True) == {"select": {"from": SOURCE, "distinct": True}}
    assert query.select(SOURCE, distinct=True, distinct_on=[A]) == {"select": {"from": SOURCE, "distinct": {"on": [A]}}}
    output = query.output(A, "a", kinds.INT, nullable=True)
    made = query.select(SOURCE, outputs=[output], joins=[query.join("left", SOURCE, A)], where=A, group_by=[A], having=A)
    joins = [{"kind": "left", "source": SOURCE, "on": A}]
    assert made == {"select": {"outputs": [output], "from": SOURCE, "joins": joins, "where": A, "group_by": [A], "having": A}}


def test_output_and_order() -> None:
    """Flags are there only when set."""
    assert query.output(A, "a", kinds.INT) == {"expr": A, "name": "a", "type": kinds.INT.wire()}
    assert query.order(A) == {"expr": A}
    assert query.order(A, desc=True, nulls="last") == {"expr": A, "desc": True, "nulls": "last"}


def test_query() -> None:
    """A query is its body, and the clauses around it that are used."""
    limit = expr.slot(0, kinds.INT)
    assert query.query(BARE) == {"body": BARE}
    made = query.query(BARE, order_by=[query.order(A)], limit=limit, point=True, lock=query.lock("update", wait="nowait"))
    assert made == {
        "body": BARE,
        "order_by": [{"expr": A}],
        "limit": limit,
        "point": True,
        "lock": {"kind": "update", "wait": "nowait"},
    }


def test_ctes_and_compounds() -> None:
    """A compound holds several queries, a common table expression one; both are named by what reads them."""
    inner = query.query(BARE)
    found = query.query(query.compound(inner, [("union", inner), ("union_all", inner)]))["body"]
    assert found == {"compound": {"first": inner, "others": [{"op": "union", "query": inner}, {"op": "union_all", "query": inner}]}}
    assert query.cte("c", inner) == {"name": "c", "query": inner}
    assert query.cte("c", inner, recursive=True, columns=["n"]) == {"name": "c", "query": inner, "recursive": True, "columns": ["n"]}
    assert query.from_cte("c", "x") == {"cte": {"name": "c", "alias": "x"}}


def test_values() -> None:
    """Rows of expressions may always hold NULL."""
    made = query.values([("n", kinds.INT)], [[expr.integer(1)], [expr.NULL]])
    column = {"name": "n", "type": kinds.INT.wire(), "nullable": True}
    assert made == {"values": {"columns": [column], "rows": [[{"int": 1}], ["null"]]}}
