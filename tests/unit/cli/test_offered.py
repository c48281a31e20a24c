"""What a shell offers for the answers of ``oxyde makemigrations``."""

from __future__ import annotations

from pathlib import Path

from tests.unit.cli.test_app import oxyde
from tests.unit.cli.test_completion import offered

MODELS = """
import enum

from oxyde import Field, Model


class OfferedState(enum.Enum):
    draft = "draft"
    {1} = "{1}"


class Offered{2}(Model):
    id: int | None = Field(default=None, db_pk=True)


class OfferedPost(Model):
    id: int | None = Field(default=None, db_pk=True)
    {0}: str
    state: OfferedState

    class Meta:
        is_table = True
        table_name = "posts"
"""


def test_answers(tmp_path: Path) -> None:
    """What is gone with what is new, columns for what rows get, and the values that are gone."""
    (tmp_path / "oxyde_config.py").write_text('MODELS = ["offered_models"]\nDIALECT = "sqlite"\n')
    models = tmp_path / "offered_models.py"
    models.write_text(MODELS.format("title", "gone", "One"))
    assert oxyde("makemigrations", "--no-stubs", cwd=tmp_path).returncode == 0
    models.write_text(MODELS.format("headline", "kept", "One"))
    assert offered("oxyde makemigrations --rename ", tmp_path) == ["posts.title=posts.headline"]
    assert offered("oxyde makemigrations --rename=posts.title=", tmp_path) == ["posts.title=posts.headline"]
    assert offered("oxyde makemigrations --fill posts.h", tmp_path) == ["posts.headline="]
    assert offered("oxyde makemigrations --map posts", tmp_path) == ["posts.state.gone="]
