"""Tab in IPython's own completer: verbs behind chains, fields inside the verbs that take them, with jedi and without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from oxyde import Field, Manager, Model, QuerySet
from oxyde.notebook import load_ipython_extension, unload_ipython_extension
from tests import models
from tests.tables import table


class Books(QuerySet["ShelvedBook"]):
    def cheap(self) -> Books:
        return self.filter(price=1)


class ShelvedBook(Model):
    id: int | None = Field(default=None, db_pk=True)
    price: int = 0
    shelf = Manager.from_queryset(Books)()

    Meta = table()


@pytest.fixture
def shell() -> Iterator[Any]:
    shell = InteractiveShell()
    shell.user_ns.update(Post=models.Post, Author=models.Author, Book=ShelvedBook, models=models, q=models.Post.objects.filter(id=1))
    load_ipython_extension(shell)
    yield shell
    unload_ipython_extension(shell)
    InteractiveShell.clear_instance()


def offered(shell: Any, text: str, *, jedi: bool) -> list[str]:
    """Returns the texts that Tab offers at the end of a text, as they are put there."""
    shell.Completer.use_jedi = jedi
    with provisionalcompleter():
        found = list(shell.Completer.completions(text, len(text)))
    return [text[one.end :] + text[: one.start] + one.text for one in found]


CHAINS = (
    "Post.objects.",
    'Post.objects.filter(id=1).order_by("id").',
    "Post.objects.filter(title=(1, [2])).exclude(id__in=[3])[1:4].",
    "x = (await Post.objects\n  .filter(id=1)  # the first\n  .",
    "q.limit(3).",
    'models.Post.objects.values("id").distinct().',
    "Post.objects.sync.filter(id=1).",
    "Post.objects.filter(id=1).sync.reverse().",
    "Book.shelf.filter(id=1).cheap().",
    "print(Post.objects.limit(1).",
)


@pytest.mark.parametrize("jedi", [True, False], ids=["jedi", "without"])
@pytest.mark.parametrize("text", CHAINS)
def test_verbs_behind_a_chain(shell: Any, text: str, *, jedi: bool) -> None:
    """Are all there, those of own querysets too, and nothing with an underscore."""
    found = offered(shell, text, jedi=jedi)
    names = {one.removeprefix(text) for one in found}
    assert {"all", "filter", "order_by", "to_polars", "values_list"} <= names
    assert ("cheap" in names) == text.startswith("Book")
    assert not {name for name in names if name.startswith("_")}
    assert len(found) == len(set(found))


@pytest.mark.parametrize("jedi", [True, False], ids=["jedi", "without"])
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Post.objects.filter(", "Post.objects.filter(title="),
        ("Post.objects.filter(ti", "Post.objects.filter(title="),
        ("Post.objects.filter(id=1, au", "Post.objects.filter(id=1, author_id="),
        ("Post.objects.filter(id=f(1), au", "Post.objects.filter(id=f(1), author="),
        ("Post.objects.exclude(author__na", "Post.objects.exclude(author__name="),
        ("Post.objects.limit(3).filter(title__ic", "Post.objects.limit(3).filter(title__icontains="),
        ("Post.objects.filter(author__name__start", "Post.objects.filter(author__name__startswith="),
        ("await Post.objects.get(", "await Post.objects.get(id="),
        ("await Post.objects.create(ti", "await Post.objects.create(title="),
        ("Post.objects.sync.filter(id=1).update(ti", "Post.objects.sync.filter(id=1).update(title="),
        ('Post.objects.order_by("', 'Post.objects.order_by("title'),
        ('Post.objects.order_by("id", "-ti', 'Post.objects.order_by("id", "-title'),
        ("Post.objects.filter(id=1).values('author__na", "Post.objects.filter(id=1).values('author__name"),
        ('Post.objects.values_list("', 'Post.objects.values_list("id'),
        ('await Post.objects.sum("i', 'await Post.objects.sum("id'),
    ],
)
def test_fields_inside_a_verb(shell: Any, text: str, wanted: str, *, jedi: bool) -> None:
    """By name with an equals sign, or as they are in a string; paths and lookups behind ``__``."""
    assert wanted in offered(shell, text, jedi=jedi)


@pytest.mark.parametrize(
    "text",
    ["Post.objects.filter(id=", "Post.objects.filter(id__ic", "nothing.filter(", "[Post.objects.filter, (", '"Post.objects.'],
)
def test_nothing_where_no_field_can_be(shell: Any, text: str) -> None:
    """No field is offered elsewhere, no lookup that the field does not have, and nothing raises."""
    assert not [one for one in offered(shell, text, jedi=False) if one.endswith("=") and "==" not in one and one != text]


def test_nothing_runs(shell: Any) -> None:
    """Not even an argument is evaluated."""
    called: list[int] = []
    shell.user_ns["f"] = called.append
    assert offered(shell, "Post.objects.filter(id=f(1)).", jedi=False)
    assert called == []


@pytest.mark.parametrize("jedi", [True])
def test_chains_of_imported_models_without_the_extension(shell: Any, *, jedi: bool) -> None:
    """jedi follows the verbs by itself where a model is in a file."""
    unload_ipython_extension(shell)
    for text in ('Post.objects.filter(id=1).order_by("id").', "Post.objects.limit(3)[1:2].reverse().", 'Post.objects.values("id").'):
        assert f"{text}all" in offered(shell, text, jedi=jedi)
