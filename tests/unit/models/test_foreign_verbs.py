"""Names of other libraries: what querysets, model classes and instances say of them."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest

import oxyde
from oxyde import Manager, QuerySet
from oxyde.models.foreign_verbs import CLASS_NAMES, INSTANCE_NAMES, VERBS
from tests.cases.models import Novelist

CALLED = re.compile(r"(oxyde\.)?(\w+)\(")


@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_verb_of_another_library(name: str) -> None:
    """The message names what there is here: of a queryset, or of the package."""
    assert not hasattr(QuerySet, name)
    for _, called in CALLED.findall(VERBS[name]):
        assert hasattr(QuerySet, called) or called in oxyde.__all__
    for queryset in (Novelist.objects, Novelist.objects.filter(age=1), Novelist.objects.sync):
        with pytest.raises(AttributeError) as found:
            getattr(queryset, name)
        assert str(found.value) == f"a queryset of Novelist has no attribute {name!r}; write {VERBS[name]}"
    if name not in dir(Novelist):
        with pytest.raises(AttributeError, match=re.escape(f"write Novelist.objects.{VERBS[name]}")):
            getattr(Novelist, name)


@pytest.mark.parametrize(
    ("owner", "name", "message"),
    [
        (Novelist.objects, "exist", "a queryset of Novelist has no attribute 'exist'; did you mean \"exists\"?"),
        (Novelist.objects, "aget", "a queryset of Novelist has no attribute 'aget'; write await ....get(...)"),
        (Novelist.objects, "_repr_png_", "'Manager' object has no attribute '_repr_png_'"),
        (Novelist.objects, "zzz", "a queryset of Novelist has no attribute 'zzz'"),
        (Novelist, "filter", "the class Novelist has no attribute 'filter'; write Novelist.objects.filter(...)"),
        (Novelist, "DoesNotExist", "the class Novelist has no attribute 'DoesNotExist'; write oxyde.NotFoundError"),
        (Novelist, "objetcs", "the class Novelist has no attribute 'objetcs'; did you mean \"objects\"?"),
        (Novelist(name="Ada"), "refresh_from_db", "'Novelist' object has no attribute 'refresh_from_db'; write refresh()"),
    ],
)
def test_what_a_missing_attribute_says(owner: Any, name: str, message: str) -> None:
    """A remedy or a near match, where there is one; names that only machines ask for have none."""
    with pytest.raises(AttributeError) as found:
        getattr(owner, name)
    assert (str(found.value), found.value.name) == (message, name)


def test_names_that_models_have() -> None:
    """No name of the tables is one of ours."""
    assert not [name for name in CLASS_NAMES if hasattr(Novelist, name)]
    assert not [name for name in INSTANCE_NAMES if hasattr(Novelist(name="Ada"), name)]


def test_an_attribute_that_raises_keeps_its_error() -> None:
    """A property of the application's own that fails says why."""

    class Own(QuerySet[Any, Any]):
        @property
        def broken(self) -> int:
            raise AttributeError("its own")

    with pytest.raises(AttributeError, match=r"^its own$"):
        Own(Novelist).broken  # noqa: B018 - it raises
    with pytest.raises(AttributeError, match=r"^its own$"):
        Manager.from_queryset(Own).manager_class(Novelist).broken  # noqa: B018 - it raises


def test_querysets_are_copied_and_pickled() -> None:
    """What asks for attributes of an object that has no model yet finds none."""
    made = Novelist.objects.filter(age=1)
    assert copy.copy(made) is made
    assert pickle.loads(pickle.dumps(made)).sql() == made.sql()
    with pytest.raises(AttributeError, match="a queryset of a model has no attribute 'model'"):
        QuerySet.__new__(QuerySet).model  # noqa: B018 - it raises


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rows: rows.in_bulk([1], field_name="name"), r"in_bulk\(\) has no keyword 'field_name'; write field=\"...\"$"),
        (lambda rows: rows.in_bulk(id_list=[1]), r"in_bulk\(\) has no keyword 'id_list'; write in_bulk\(\[\.\.\.\]\)$"),
        (
            lambda rows: rows.values_list("name", named=True),
            r"values_list\(\) has no keyword 'named'; write values\(\.\.\.\) for dict.*\.into\(Row\)",
        ),
    ],
)
def test_keywords_of_other_libraries(call: Any, message: str) -> None:
    """On both faces, before anything runs."""
    for rows in (Novelist.objects, Novelist.objects.filter(age=1), Novelist.objects.sync):
        with pytest.raises(TypeError, match=message):
            call(rows)
