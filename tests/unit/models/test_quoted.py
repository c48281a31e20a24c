"""Names inside annotations, as Python 3.10 leaves them."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Optional

import pytest

from oxyde.models.quoted import evaluated, has_names


@pytest.mark.parametrize(
    ("annotation", "meant"),
    [
        (list["Street"], list[int]),  # noqa: F821 - a name that the test gives
        (dict[str, list["Street"]] | None, Optional[dict[str, list[int]]]),  # noqa: F821, UP045 - likewise
        (Annotated[list["Street"], "note"], Annotated[list[int], "note"]),  # noqa: F821 - likewise
    ],
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
