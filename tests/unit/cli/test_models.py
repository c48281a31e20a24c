"""The models of the application, completed; what is wrong in them is named by file and line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from oxyde.cli.config import Config, ConfigError
from oxyde.cli.models import load_models
from oxyde.models.registry import registered

HEAD = "from __future__ import annotations\nfrom oxyde import Field, Model\n"
MODEL = """
class {name}(Model):
    id: int | None = Field(default=None, db_pk=True)
    {field}

    class Meta:
        is_table = True
"""


WRONG = [
    ("other: Nowhere", 6, "Wrong0.other has an annotation that names 'Nowhere'"),
    ("other: complex", 6, "Wrong1.other has a type that no column holds"),
    ("other: int = Field(db_fk='x')", 6, "Wrong2.other"),
    ("id__x: int", 6, "Wrong3.id__x"),
    ("other: int = Fild()", 6, "NameError: name 'Fild' is not defined"),
    ("other = (", 6, "SyntaxError: '(' was never closed"),
    ("objects: int = 3", 6, "Wrong6"),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_wrong_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Exit code 2; the line is the field's where one is to blame, and none of ours."""
    field, line, message = WRONG[number]
    path = tmp_path / f"cli_models_{number}.py"
    path.write_text(HEAD + MODEL.format(name=f"Wrong{number}", field=field))
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError) as raised:
        load_models(Config(tmp_path / "oxyde_config.py", (path.stem,)))
    shown = raised.value.message
    assert raised.value.exit_code == 2
    assert shown.startswith(f"{tmp_path / 'oxyde_config.py'}: ")
    assert message in shown
    assert f"{path}:{line}: " in shown, shown
    assert "/oxyde/models/" not in shown
    assert "\n" not in shown


def test_right_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Are returned complete."""
    (tmp_path / "cli_models_right.py").write_text(HEAD + MODEL.format(name="CliModelsRight", field="up: CliModelsRight | None = None"))
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("oxyde.cli.models.registered", lambda: [one for one in registered() if one.name == "CliModelsRight"])
    infos = load_models(Config(tmp_path / "oxyde_config.py", ("cli_models_right",)))
    assert [info.name for info in infos] == ["CliModelsRight"]
    assert sys.modules["cli_models_right"].CliModelsRight.__pydantic_complete__
