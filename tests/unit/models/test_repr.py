"""What a queryset looks like: one line or HTML, never its rows, never its values, never an error."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from pydantic import SecretStr

from oxyde import Field, FieldError, Model, Q
from oxyde.models.repr import card
from oxyde.models.repr import table as listed
from tests.cases.models import Novelist
from tests.tables import table

HOSTILE = "<script>alert(1)</script>"


class Vault(Model):
    """Keeps a secret."""

    id: int | None = Field(default=None, db_pk=True)
    word: SecretStr = SecretStr("")

    Meta = table("<b>vault</b>")  # a table whose name is markup


class Tags(HTMLParser):
    """Collects the tags and the text of a document."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Notes a tag."""
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        """Notes text."""
        self.text += data


class Shy(Model):
    """Hides a field, and refers to another table."""

    id: int | None = Field(default=None, db_pk=True)
    size: int = 3
    hidden: str = Field(default="h1dden", repr=False)
    vault: Vault | None = None

    Meta = table("repr_shy")


def test_cards() -> None:
    """A row for each field that ``repr`` shows, with the type of its column."""
    shown = Tags(card(Shy(id=1))).text
    assert all(word in shown for word in ("Shy", "size", "3", "int", "vault_id", "relation", "not loaded"))
    assert "h1dden" not in shown


def test_lists() -> None:
    """A column for each field, but for relations that none of the instances has loaded."""
    rows = [Shy(id=1), Shy(id=2)]
    shown = Tags(listed(rows, "two")).text
    assert all(word in shown for word in ("id", "size", "vault_id", "two"))
    assert not any(word in shown for word in ("h1dden", "hidden", "not loaded"))
    rows[1].vault = None
    assert "not loaded" in Tags(listed(rows, "two")).text


def test_a_line() -> None:
    """Class, model and SQL, without values."""
    shown = repr(Novelist.objects.filter(name="hunter2"))
    assert shown.startswith("<QuerySet of Novelist: SELECT")
    assert "hunter2" not in shown
    assert "\n" not in shown
    assert len(shown) < 300
    assert repr(Novelist.objects.filter().sync).startswith("<BlockingQuerySet of Novelist: SELECT")


@pytest.mark.parametrize("face", ["async", "sync"])
def test_html(face: str) -> None:
    """The statement and its parameters, everything escaped."""
    chain = Novelist.objects.filter(name=HOSTILE)
    shown = Tags((chain if face == "async" else chain.sync)._repr_html_())
    assert HOSTILE in shown.text
    assert "script" not in shown.tags
    assert "SELECT" in shown.text


def test_secrets_are_masked() -> None:
    """The parameters of a model with secrets are not shown at all."""
    html = Vault.objects.filter(word=SecretStr("hunter2"))._repr_html_()
    assert "hunter2" not in html
    assert "•••" in html
    assert "b" not in Tags(html).tags


def test_a_repr_never_raises() -> None:
    """A queryset that cannot be compiled shows the error."""
    chain = Novelist.objects.values("age").distinct().order_by("name")
    with pytest.raises(FieldError) as found:
        chain.sql()
    assert repr(chain) == f"<QuerySet of Novelist: FieldError: {found.value}>"
    assert f"FieldError: {found.value}" in Tags(chain._repr_html_()).text


@pytest.mark.parametrize("face", ["async", "sync"])
def test_secrets_of_inner_queries_are_masked(face: str) -> None:
    """A secret may stand in the rows that a list is taken from, however deep, or behind a relation."""
    inner = Vault.objects.filter(word="hunter2").values("id")
    for chain in (
        Vault.objects.filter(id__in=inner),
        Vault.objects.exclude(id__in=inner),
        Vault.objects.filter(Q(id=1) | ~Q(id__in=inner)),
        Vault.objects.filter(id__in=Vault.objects.filter(id__in=inner.limit(3)).values("id")),
        Novelist.objects.filter(id__in=inner).limit(3).filter(name="x"),
    ):
        html = (chain if face == "async" else chain.sync)._repr_html_()
        assert "hunter2" not in html
        assert "•••" in html
    assert "hunter2" in Novelist.objects.filter(id__in=Novelist.objects.filter(name="hunter2").values("id"))._repr_html_()
