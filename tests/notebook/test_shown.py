"""What a notebook shows of models, querysets, connections and results: one line of text, HTML, no query, no secret."""

from __future__ import annotations

import pytest

from tests.backends import Backend
from tests.notebook.kernel import Kernel
from tests.unit.test_markup import ALLOWED, Tags

SECRET = "s3cr3t-canary"

SETUP = """
from pydantic import SecretStr
from oxyde import Field, Model, db
from oxyde.models.registry import clear_registry

clear_registry()

class Owner(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=100)
    token: SecretStr = Field(max_length=100)

    class Meta:
        is_table = True
        table_name = "notebook_owner"

class Pet(Model):
    id: int | None = Field(default=None, db_pk=True)
    name: str = Field(max_length=100)
    owner: Owner | None = None
    notes: dict = {}

    class Meta:
        is_table = True
        table_name = "notebook_pet"

oxyde.sync.drop_tables(models=[Pet, Owner], if_exists=True)
oxyde.sync.create_tables(models=[Pet, Owner])
owner = Owner.objects.sync.create(name="<script>alert(1)</script>", token="s3cr3t-canary")
pet = Pet.objects.sync.create(name="</td><b>", owner=owner, notes={"a": "<i>"})
read = Pet.objects.sync.first()
sent = []
stop = db.events.on_statement(sent.append)
"""

SHOWN = {
    "model": ("owner", "Owner(id=1, name='<script>alert(1)</script>', token=SecretStr('**********'))"),
    "read": ("read", "Pet(id=1, name='</td><b>', owner_id=1, notes={'a': '<i>'})"),
    "queryset": ("Pet.objects.filter(name='<script>')", "<QuerySet of Pet: SELECT "),
    "manager": ("Pet.objects", "<Manager of Pet>"),
    "blocking": ("Pet.objects.sync.filter(id__in=[1, 2])", "<BlockingQuerySet of Pet: SELECT "),
    "secret lookup": ("Owner.objects.filter(token='s3cr3t-canary')", "<QuerySet of Owner: SELECT "),
    "secret path": ("Pet.objects.filter(owner__token='s3cr3t-canary').limit(3).filter(name='x')", "<QuerySet of Pet: SELECT "),
    "connection": ("oxyde.connect(url, name='again')", "<Connection again: "),
    "database": ("db.get_connection()", "<AsyncDatabase default: "),
}


@pytest.fixture
def pets(kernel: Kernel, connected: Backend) -> Backend:
    """An owner with a pet; statements are counted from then on."""
    reply = kernel.run(SETUP)
    assert reply.status == "ok", reply
    return connected


@pytest.mark.parametrize("kind", SHOWN)
def test_shown(kernel: Kernel, pets: Backend, kind: str) -> None:
    """Text of one line and well-formed HTML; nothing is sent, nothing secret is seen."""
    code, text = SHOWN[kind]
    reply = kernel.run(code)
    assert reply.text.startswith(text)
    assert "\n" not in reply.text
    found = Tags(reply.html)
    assert set(found.tags) <= ALLOWED
    assert found.open == []
    assert SECRET not in reply.everything
    assert kernel.run("len(sent)").text == "0"


def test_card(kernel: Kernel, pets: Backend) -> None:
    """A card names field, value and type; a relation that was not read says so."""
    page = Tags(kernel.run("read").html)
    assert "owner" in page.text
    assert "not loaded" in page.text
    assert "</td><b>" in page.text
    assert "**********" in Tags(kernel.run("owner").html).text


def test_parameters(kernel: Kernel, pets: Backend) -> None:
    """A queryset shows its parameters, those of secret columns as dots."""
    assert "<script>" in Tags(kernel.run(SHOWN["queryset"][0]).html).text
    for kind in ("secret lookup", "secret path"):
        assert "•••" in Tags(kernel.run(SHOWN[kind][0]).html).text


def test_sql_is_broken_at_clauses(kernel: Kernel, pets: Backend) -> None:
    """In a font of one width, a clause a line."""
    page = kernel.run("Pet.objects.filter(name='x').order_by('id')").html
    assert '<pre style="font-family:var(--jp-code-font-family,ui-monospace,monospace)' in page
    assert [line.split()[0] for line in Tags(page).text.split("not run")[1].splitlines()[:4]] == ["SELECT", "FROM", "WHERE", "ORDER"]


def test_secrets_stay_masked_in_results(kernel: Kernel, pets: Backend) -> None:
    """A queryset's preview and its kept result mask secret columns, and escape the others."""
    reply = kernel.run("%oxyde Owner.objects.order_by('id')")
    assert "\nall 1 row · default · " in reply.text
    assert "&lt;script&gt;" in reply.html
    assert SECRET not in reply.everything
    assert kernel.run("%oxyde kept << Owner").printed.startswith("kept: 1 row x 3 columns · ")
    assert SECRET not in kernel.run("kept").everything
    assert SECRET not in kernel.run("str(kept.to_polars()) + str(kept.to_arrow()) + str(kept.rows())").everything
    assert (
        "first 1, more exist"
        in kernel.run("Owner.objects.sync.create(name='b', token='c')\n%oxyde -n 1 Owner.objects").outputs[-1]["text/plain"]
    )


def test_lists(kernel: Kernel, pets: Backend) -> None:
    """A list of models is a table; relations that none has loaded are left out."""
    reply = kernel.run("await Pet.objects.all()")
    page = Tags(reply.html)
    assert "list of Pet" in page.text
    assert "owner_id" in page.text
    assert "not loaded" not in page.text
    assert "</td><b>" in page.text
    assert reply.text.startswith("[Pet(id=1, ")
    assert SECRET not in kernel.run("Owner.objects.sync.all()").everything
    assert "text/html" not in kernel.run("[1, 2]").outputs[0]
    assert "text/html" not in kernel.run("[]").outputs[0]


def test_a_forgotten_await(kernel: Kernel, pets: Backend) -> None:
    """A coroutine that is shown says what to do."""
    assert (
        kernel.run("Pet.objects.count()").text == "<QuerySet.count(), not run: write await before it (blocking code: .sync or oxyde.sync)>"
    )


@pytest.mark.parametrize(
    "code",
    [
        "len(Pet.objects.all())",
        "found = Pet.objects.all()\nfound[0]",
        "Pet.objects.first().id",
        "for pet in Pet.objects.all(): pass",
        "Pet.objects.count() + 1",
        "a, b = Pet.objects.all()",
        "Pet.objects.count() > 3",
        "import polars as pl\npl.DataFrame(Pet.objects.all())",
    ],
)
def test_a_forgotten_await_inside_a_cell(kernel: Kernel, pets: Backend, code: str) -> None:
    """A coroutine that is used as what the verb returns, too."""
    assert "write await before it" in kernel.run(code).everything
    assert "write await" not in kernel.run("len(3)").everything


def test_using(kernel: Kernel, pets: Backend) -> None:
    """A queryset that is pinned to a connection runs there."""
    kernel.run("oxyde.connect(url, name='again')")
    assert "all 1 row · again · " in kernel.run("%oxyde Pet.objects.using('again')").text
    assert "leave the terminal verb out" in kernel.run("%oxyde Pet.objects.all()").message
    assert "did you mean" in kernel.run("%oxyde Pet.objects.filter(nam='x')").message


@pytest.mark.parametrize(
    "code",
    [
        f"%oxyde connect postgresql://ana:{SECRET}@127.0.0.1:1/shop",
        f"%oxyde connect mysql://ana:{SECRET}@127.0.0.1:1/shop",
        f"%oxyde connect nothing://ana:{SECRET}@127.0.0.1/shop",
        f"%oxyde connect postgresql://ana:{SECRET}@127.0.0.1:port/shop",
        f"%oxyde connect sqlite:///nowhere/at/all.db?password={SECRET}",
        f"oxyde.connect('postgresql://ana:{SECRET}@127.0.0.1:1/shop')",
        f"await oxyde.db.init(default='postgresql://ana:{SECRET}@127.0.0.1:1/shop')",
        f"db = oxyde.db.AsyncDatabase('postgresql://ana:{SECRET}@127.0.0.1:1/shop', auto_register=False)\ndb",
    ],
)
def test_no_password(kernel: Kernel, code: str) -> None:
    """Neither errors nor reprs show a password; the cell's own text is the author's."""
    reply = kernel.run(f"%load_ext oxyde\n{code}")
    seen = reply.everything
    for line in code.splitlines():
        seen = seen.replace(line, "")
    assert SECRET not in seen


def test_no_password_of_a_connection(kernel: Kernel, connected: Backend) -> None:
    """A connection with a password shows none, whatever is asked of it."""
    if not connected.has_server:
        pytest.skip("SQLite has no password")
    kernel.run(f"secret_url = {connected.elsewhere(password=SECRET)!r}")
    for code in (
        "%oxyde connect $secret_url --as hidden",
        "%oxyde connections",
        "%oxyde --on hidden SELECT 1 AS a",
        "%oxyde --on hidden SELEKT",
    ):
        reply = kernel.run(code)
        assert SECRET not in reply.everything
