"""Names inside annotations, as Python 3.10 leaves them."""

from __future__ import annotations

from types import GenericAlias
from typing import Annotated, Any, Literal

import pytest

from oxyde.models.quoted import evaluated, has_names

STREETS: Any = GenericAlias(list, ("Street",))


@pytest.mark.parametrize(
    ("annotation", "meant"), [(STREETS, list[int]), (GenericAlias(dict, (str, STREETS)) | None, dict[str, list[int]] | None)]
)
def test_names_are_evaluated(annotation: Any, meant: Any) -> None:
    assert has_names(annotation)
    found = evaluated(annotation, {}, {"Street": int})
    assert found == meant
    assert not has_names(found)
    with pytest.raises(NameError):
        evaluated(annotation, {}, {})


def test_texts_that_are_values_are_no_names() -> None:
    assert not has_names(Literal["a"])
    assert not has_names(Annotated[int, "note"])
    assert evaluated(list[int], {}, {}) == list[int]
