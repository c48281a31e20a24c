"""The magics in a real kernel: connecting, running, keeping, binding, refusing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.backends import Backend
from tests.notebook.kernel import Kernel

TABLE = "notebook_rows"
HOSTILE = [
    "x' OR '1'='1",
    "'; DROP TABLE notebook_rows; --",
    "<script>alert(1)</script>",
    ":id",
    "\\",
    '"',
    "%s %(a)s ? $1",
    "ß→😀\u202e",
    "",
]


@pytest.fixture
def rows(kernel: Kernel, connected: Backend) -> Iterator[Backend]:
    """A table of 25 rows."""
    values = ", ".join(f"({number}, 'n{number}')" for number in range(25))
    for code in (
        f"%oxyde DROP TABLE IF EXISTS {TABLE}",
        f"%oxyde CREATE TABLE {TABLE} (id INTEGER PRIMARY KEY, name VARCHAR(200))",
        f"%%oxyde\nINSERT INTO {TABLE} VALUES {values}",
    ):
        reply = kernel.run(code)
        assert reply.status == "ok", reply
    assert reply.text.startswith("25 rows changed · default · ")
    yield connected
    assert kernel.run(f"%oxyde DROP TABLE {TABLE}").text.startswith("done · default · ")


def test_footers(kernel: Kernel, rows: Backend) -> None:
    """The line below says how many rows of how many."""
    assert "\nfirst 10 of 25 rows · default · " in kernel.run(f"%oxyde SELECT * FROM {TABLE} ORDER BY id").text
    assert "\nfirst 1 of 25 rows · default · " in kernel.run(f"%oxyde -n 1 SELECT * FROM {TABLE}").text
    assert "\nall 25 rows · default · " in kernel.run(f"%%oxyde -n 30\n\nSELECT *\nFROM {TABLE};\n").text
    assert "\nall 1 row · default · " in kernel.run(f"%oxyde SELECT * FROM {TABLE} WHERE id = 3;").text
    assert "\nall 0 rows · default · " in kernel.run(f"%oxyde SELECT id FROM {TABLE} WHERE id = -1").text
    assert "all 25 rows" in kernel.run(f"%oxyde -n 25 SELECT * FROM {TABLE}").html


def test_writing(kernel: Kernel, rows: Backend) -> None:
    """A statement that writes says how many rows changed."""
    assert kernel.run(f"%oxyde UPDATE {TABLE} SET name = 'x' WHERE id < 7").text.startswith("7 rows changed · default · ")
    assert kernel.run(f"%oxyde DELETE FROM {TABLE} WHERE id = 3").text.startswith("1 row changed · default · ")
    assert "\nall 1 row · " in kernel.run(f"%oxyde SELECT count(*) AS n FROM {TABLE}").text


def test_returning_is_never_cut_short(kernel: Kernel, rows: Backend) -> None:
    """A statement that writes runs to its end, whatever is shown of it."""
    kernel.run("numbers = list(range(100, 5200))\nimport json\nwide = ', '.join(f'({n})' for n in numbers)")
    insert = f"oxyde.sync.execute_raw(f'INSERT INTO {TABLE} (id) VALUES {{wide}}')"
    assert kernel.run(insert).status == "ok"
    reply = kernel.run(f"%oxyde DELETE FROM {TABLE} WHERE id >= 100 RETURNING id")
    assert "\n5,100 rows changed · first 10 of 5,100 rows · default · " in reply.text
    assert "\n25\n" in kernel.run(f"%oxyde SELECT count(*) AS n FROM {TABLE}").text


def test_more_exist(kernel: Kernel, connected: Backend) -> None:
    """A long result is stopped after its first rows, and the connection goes on."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900000) SELECT i FROM n"
    if connected.dialect == "mariadb":
        numbers = "SELECT seq AS i FROM seq_1_to_900000"
    reply = kernel.run(f"%oxyde {numbers}")
    assert "\nfirst 10, more exist · default · " in reply.text
    assert "\nall 1 row · " in kernel.run("%oxyde SELECT 1 AS a").text


def test_hostile_values_are_bound(kernel: Kernel, rows: Backend) -> None:
    """Values come back as they were; none of them becomes SQL."""
    for value in HOSTILE:
        reply = kernel.run(f"hostile = {value!r}\n%oxyde kept << SELECT :hostile AS a, count(*) AS n FROM {TABLE} WHERE name = :hostile")
        assert reply.status == "ok", reply
        if rows.dialect == "postgres":
            assert kernel.run("kept.rows()[0] == (hostile, 0)").text == "True", value
        else:
            assert kernel.run("(str(kept.rows()[0][0]), kept.rows()[0][1]) == (hostile, 0)").text == "True", value
    assert "\n25\n" in kernel.run(f"%oxyde SELECT count(*) AS n FROM {TABLE}").text


KINDS = f"""%%oxyde
SELECT id, ':low' AS colon -- :nowhere
FROM {TABLE}
WHERE id IN :ids OR id > :low OR name = :nothing /* :nor_here */
ORDER BY id
"""

LOCAL = """
def inside(number):
    return get_ipython().run_line_magic("oxyde", "SELECT :number + 1 AS a")

inside(7).rows()[0][0]
"""


def test_kinds_of_values(kernel: Kernel, rows: Backend) -> None:
    """Numbers, None and lists are bound by their types; colons inside strings and comments are text."""
    kernel.run("ids, low, nothing = [1, 2, 3], 20, None")
    assert kernel.run(KINDS).text.splitlines()[2:-1] == [f"{number:>2}  :low" for number in (1, 2, 3, 21, 22, 23, 24)]
    assert kernel.run(LOCAL).text == "8"


def test_missing_names(kernel: Kernel, connected: Backend) -> None:
    """A name without a variable is refused before anything is sent, naming the near match."""
    kernel.run("user_id = 7")
    reply = kernel.run("%oxyde SELECT :usr_id AS a")
    assert (reply.error, reply.message) == ("UsageError", ':usr_id has no variable named "usr_id"; did you mean "user_id"?')
    assert "set it in a cell before this one" in kernel.run("%oxyde SELECT :zzzzzzz AS a").message


def test_kept_results(kernel: Kernel, rows: Backend) -> None:
    """A kept result is there in full, and is an Arrow stream as often as asked."""
    reply = kernel.run(f"%%oxyde kept <<\nSELECT id, name FROM {TABLE} ORDER BY id")
    assert reply.printed.startswith("kept: 25 rows x 2 columns · default · ")
    assert reply.outputs == []
    assert "\nfirst 10 of 25 rows · default · " in kernel.run("kept").text
    assert kernel.run("repr(kept)").text.startswith("'<Result 25 rows x 2 columns · default · ")
    reply = kernel.run(
        "import polars as pl, pyarrow as pa\n"
        "[pl.DataFrame(kept).height, pl.DataFrame(kept).height, pa.table(kept).num_rows, kept.to_arrow().num_rows,"
        " kept.to_polars()['name'][24], len(kept.to_pandas()), len(kept), kept.columns]"
    )
    assert " ".join(reply.text.split()) == "[25, 25, 25, 25, 'n24', 25, 25, ['id', 'name']]"
    assert kernel.run(f"%oxyde kept << SELECT id FROM {TABLE} WHERE id < 0").printed.startswith("kept: 0 rows x 1 column · ")
    assert kernel.run("pl.DataFrame(kept).height").text == "0"


def test_assigned_results(kernel: Kernel, rows: Backend) -> None:
    """``x = %oxyde`` is the same as ``x <<``: all rows, to iterate, to index, as frames."""
    reply = kernel.run(f"x = %oxyde SELECT id, name FROM {TABLE} ORDER BY id")
    assert (reply.status, reply.outputs, reply.printed) == ("ok", [], "")
    assert kernel.run("len(x), x[0], x[-1], x[2:4], [id for id, _ in x][24], len(list(x))").text.replace("\n", "") == (
        "(25, (0, 'n0'), (24, 'n24'), [(2, 'n2'), (3, 'n3')], 24, 25)"
    )
    assert kernel.run("x.to_polars().height, len(x.to_pandas()), x.to_arrow().num_rows, type(x).__name__").text == "(25, 25, 25, 'Result')"
    assert kernel.run(f"x = %oxyde -n 3 SELECT * FROM {TABLE}").status == "ok"
    assert "\nfirst 3 of 25 rows · default · " in kernel.run("x").text
    assert kernel.run(f"%%oxyde --all\nSELECT id FROM {TABLE}").status == "ok"
    assert kernel.run("len(_)").text == "25"
    kernel.run(f"%oxyde SELECT id FROM {TABLE}")
    assert "keep all of them with x = %oxyde" in kernel.run("_.to_polars()").message
    reply = kernel.run("x = %oxyde SELECT 1.5 AS a, 1 AS b\nx")
    assert reply.html.count("text-align:right") == 4


def test_verbs(kernel: Kernel, connected: Backend) -> None:
    """Connections have names, are listed and closed."""
    assert kernel.run("%oxyde connect $url --as second").text.startswith("<Connection second: ")
    listed = kernel.run("%oxyde connections").text
    assert "second" in listed
    assert listed.endswith("2 connections")
    assert "· second · " in kernel.run("%oxyde --on second SELECT 1 AS a").text
    assert "· second · " in kernel.run("%%oxyde --on second\nSELECT 1 AS a").text
    assert kernel.run("%oxyde close second").printed == "closed second\n"
    assert kernel.run("%oxyde --on second SELECT 1").error == "ConnectionNotFound"
    assert kernel.run("%oxyde connections").text.endswith("1 connection")


def test_errors_are_short(kernel: Kernel, connected: Backend) -> None:
    """The server's error is shown with the statement and without our frames."""
    reply = kernel.run("%oxyde SELECT * FROM notebook_nowhere")
    assert reply.error == "DatabaseError"
    assert "notebook_nowhere" in reply.message
    lines = reply.traceback.splitlines()
    assert len(lines) <= 3
    assert lines[0] == f"DatabaseError: {reply.message}"
    assert "SELECT * FROM notebook_nowhere" in reply.traceback
    awaited = kernel.run("await oxyde.execute_raw('SELECT * FROM notebook_nowhere')")
    assert "oxyde/db" not in awaited.traceback
    assert "----> 1 await oxyde.execute_raw" in awaited.traceback


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("%oxyde SELEC 1", "neither SQL"),
        ("%oxyde -x SELECT 1", "unknown option -x"),
        ("%oxyde -n", "-n needs a value"),
        ("%oxyde connect", "usage: %oxyde connect"),
        ("%oxyde connect $nowhere_to_be_found", 'named "nowhere_to_be_found"'),
        ("%oxyde BEGIN", "oxyde.sync.atomic()"),
        ("%%oxyde\n-- nothing", "nothing to run"),
        ("%%oxyde SELECT 1\nSELECT 2", "begins on the next line"),
        ("%oxyde 1 + 1", "of type int"),
    ],
)
def test_usage(kernel: Kernel, code: str, message: str) -> None:
    """What cannot be understood is refused in one sentence."""
    reply = kernel.run(code)
    assert reply.error == "UsageError"
    assert message in reply.message
    assert reply.complained == f"UsageError: {reply.message}\n"


def test_help(kernel: Kernel) -> None:
    """``%oxyde?`` and ``%oxyde`` explain."""
    assert "%oxyde connect URL [--as NAME]" in kernel.run("%oxyde?").paged
    assert "%%oxyde [name <<]" in kernel.run("%oxyde").printed


def test_unload(kernel: Kernel) -> None:
    """The magics can be taken away and come back."""
    assert kernel.run("%unload_ext oxyde").status == "ok"
    assert "not found" in kernel.run("%oxyde connections").everything
    assert kernel.run("%load_ext oxyde\n%oxyde connections").status == "ok"
