"""What is written for a project, and when."""

from __future__ import annotations

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from oxyde.exceptions import FieldError
from oxyde.stubs import Report, generate
from tests.typing import scale

Write = Callable[[str, str], Path]
HEAD = "from __future__ import annotations\nfrom oxyde import Field, Manager, Model, QuerySet\n"


def model(name: str, fields: str = "name: str", base: str = "Model") -> str:
    """Returns the text of a model, whose table is called as nobody else's."""
    key = "id: int | None = Field(default=None, db_pk=True)"
    return f"class {name}({base}):\n    {key}\n    {fields}\n    class Meta:\n        is_table = True\n"


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a module of a project whose folder is on the path of imports."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def written(name: str, text: str) -> Path:
        path = tmp_path / f"{name.replace('.', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + text)
        return path

    return written


def names(report: Report) -> list[list[str]]:
    """Returns the names of the files of a report: written, removed, unchanged."""
    return [[path.name for path in paths] for paths in (report.written, report.removed, report.unchanged)]


def test_twice_is_once(write: Write) -> None:
    """The second run finds the same text and writes nothing; check says so."""
    path = write("stubs_twice", model("StubsTwice")).with_suffix(".pyi")
    assert names(generate("stubs_twice", check=True)) == [["stubs_twice.pyi"], [], []]
    assert not path.exists()
    assert names(generate("stubs_twice")) == [["stubs_twice.pyi"], [], []]
    text = path.read_text()
    assert text.startswith("# Made by `oxyde generate-stubs` of stubs_twice; edit that and run it again. sha256: ")
    report = generate("stubs_twice")
    assert (names(report), report.is_fresh) == ([[], [], ["stubs_twice.pyi"]], True)
    assert path.read_text() == text


def test_a_call_elsewhere_makes_it_stale(write: Write) -> None:
    """The rows that the project selects have types of their own."""
    path = write("stubs_called", model("StubsCalled")).with_suffix(".pyi")
    generate("stubs_called")
    write("stubs_caller", 'StubsCalled.objects.values("id", "name")\nStubsCalled.objects.filter(id__in=[1], nmae="x")')
    report = generate("stubs_called", check=True)
    assert names(report) == [["stubs_called.pyi"], [], []]
    generate("stubs_called")
    assert "class _StubsCalledRow_id_name(TypedDict):\n id: int\n name: str\n" in path.read_text()
    assert "nmae" not in path.read_text()


def test_lookups_across(write: Write) -> None:
    """Fields of related models have equality; their other lookups on request, or where a call uses them."""
    path = write("stubs_across", model("StubsTeam") + model("StubsMate", "team: StubsTeam")).with_suffix(".pyi")
    generate("stubs_across")
    assert " team__name: Str\n" in path.read_text()
    assert "team__name__icontains" not in path.read_text()
    write("stubs_across_use", 'StubsMate.objects.filter(team__name__icontains="x")')
    generate("stubs_across")
    assert " team__name__icontains: str\n" in path.read_text()
    generate("stubs_across", across=True)
    assert " team__name__endswith: str\n" in path.read_text()


def test_a_stub_of_somebody_else_stays(write: Write) -> None:
    """What is not ours is neither replaced nor removed, and nothing is said to be stale."""
    path = write("stubs_foreign", model("StubsForeign")).with_suffix(".pyi")
    path.write_text("x: int\n")
    report = generate("stubs_foreign")
    assert report.is_fresh
    assert report.refused == {"stubs_foreign": f"{path.name} was not made by oxyde, and is left as it is"}
    assert path.read_text() == "x: int\n"


def test_a_stub_that_git_could_not_merge(write: Write) -> None:
    """Is made anew: two branches changed the models, so both the first line and others differ."""
    path = write("stubs_merged", model("StubsMerged")).with_suffix(".pyi")
    generate("stubs_merged")
    text = path.read_text()
    first, rest = text.split("\n", 1)
    path.write_text(f"<<<<<<< HEAD\n{first}\n=======\n{first}0\n>>>>>>> theirs\n{rest}")
    assert generate("stubs_merged", check=True).written == [path]
    generate("stubs_merged")
    assert path.read_text() == text


def test_what_cannot_be_said(write: Write) -> None:
    """A module with names that no stub can list gets none, and loses the one that it had: it would hide them."""
    path = write("stubs_hidden", model("StubsHidden") + 'globals()["Late"] = 3\n')
    path.with_suffix(".pyi").write_text("# Made by `oxyde generate-stubs` once\n")
    report = generate("stubs_hidden")
    assert names(report) == [[], ["stubs_hidden.pyi"], []]
    assert report.refused == {"stubs_hidden": f"{path}:8: globals() makes names that a stub cannot list"}
    assert not path.with_suffix(".pyi").exists()


def test_a_module_without_models_any_more(write: Write) -> None:
    """The stub that it had is removed."""
    write("stubs_left", model("StubsLeft"))
    other = write("stubs_gone", "x = 3\n").with_suffix(".pyi")
    other.write_text("# Made by `oxyde generate-stubs` once\n")
    assert names(generate("stubs_left"))[1] == ["stubs_gone.pyi"]
    assert not other.exists()


def test_a_model_that_is_wrong(write: Write) -> None:
    """The message begins with the line of the field at fault."""
    path = write("stubs_wrong", model("StubsRight", "other: StubsWrong") + model("StubsWrong", "name: Strr"))
    with pytest.raises(FieldError, match=rf"^{path}:10: StubsWrong.name has an annotation that names 'Strr', which is not defined"):
        generate("stubs_wrong")


def test_a_name_that_the_stub_needs(write: Write) -> None:
    """A class of the module that is called as one of the stub's is refused."""
    write("stubs_needed", model("StubsNeeded") + "class _StubsNeededQuery: ...\n")
    (reason,) = generate("stubs_needed").refused.values()
    assert reason.endswith("the stub needs the name _StubsNeededQuery for itself; name yours otherwise")


def test_what_the_application_lets_checkers_ignore(write: Write) -> None:
    """The comment of an import goes along: the stub is checked in place of the source."""
    text = "try:\n    import unknown_to_all  # type: ignore[import-not-found]\nexcept ImportError:\n    pass\n" + model("StubsIgnoring")
    path = write("stubs_ignoring", text).with_suffix(".pyi")
    generate("stubs_ignoring")
    assert "\nimport unknown_to_all as unknown_to_all  # type: ignore[import-not-found]\n" in path.read_text()


def test_sidecar(write: Write, tmp_path: Path) -> None:
    """Managers alone, in a folder of their own; nothing stands beside the models."""
    path = write("stubs_pack.models", model("StubsBeside"))
    generate("stubs_pack.models", style="sidecar")
    assert not path.with_suffix(".pyi").exists()
    folder = tmp_path / "_oxyde_types"
    assert sorted(str(one.relative_to(folder)) for one in folder.rglob("*.pyi")) == [
        "__init__.pyi",
        "stubs_pack/__init__.pyi",
        "stubs_pack/models.pyi",
    ]
    text = (folder / "stubs_pack/models.pyi").read_text()
    assert "from stubs_pack.models import StubsBeside\n" in text
    assert "class StubsBesideManager(StubsBesideQuery[StubsBeside], Manager[StubsBeside]): ...\n" in text
    assert generate("stubs_pack.models", style="sidecar", check=True).is_fresh


def test_another_style(write: Write, tmp_path: Path) -> None:
    """The style is that of the stubs that are there, unless another is asked for, which replaces them."""
    path = write("stubs_style.models", model("StubsStyle")).with_suffix(".pyi")
    folder = tmp_path / "_oxyde_types"
    generate("stubs_style.models", style="sidecar")
    assert generate("stubs_style.models", check=True).is_fresh
    assert not generate("stubs_style.models", style="beside", check=True).is_fresh
    (folder / "mine.pyi").write_text("# mine\n")
    report = generate("stubs_style.models", style="beside")
    assert report.written == [path]
    assert [str(one.relative_to(folder)) for one in report.removed] == [
        "__init__.pyi",
        "stubs_style/__init__.pyi",
        "stubs_style/models.pyi",
    ]
    assert [one.name for one in folder.iterdir()] == ["mine.pyi"]
    assert generate("stubs_style.models", check=True).unchanged == [path]
    (folder / "mine.pyi").unlink()
    assert generate("stubs_style.models", style="sidecar").removed == [path]
    generate("stubs_style.models", style="beside")
    assert not folder.exists()


def test_links_to_folders(write: Write, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Lead to the same stubs, which are not removed for their other name."""
    path = write("stubs_symlinked.models", model("StubsSymlinked")).with_suffix(".pyi")
    (tmp_path / "again").symlink_to("stubs_symlinked")
    for _ in range(2):
        assert generate("stubs_symlinked.models").removed == []
        assert path.exists()
    folder, elsewhere = tmp_path / "_oxyde_types", tmp_path_factory.mktemp("elsewhere")
    folder.symlink_to(elsewhere)
    generate("stubs_symlinked.models", style="sidecar")
    assert generate("stubs_symlinked.models", check=True).is_fresh
    assert generate("stubs_symlinked.models", style="beside").written == [path]
    assert folder.is_symlink()
    assert [one for one in folder.rglob("*") if one.is_file()] == []


def test_a_package(write: Write, tmp_path: Path) -> None:
    """Models in a package's own module have their stub there; an installed package has none."""
    write("stubs_package.__init__", model("StubsPackage"))
    report = generate("stubs_package")
    assert [str(path.relative_to(tmp_path)) for path in report.written] == ["stubs_package/__init__.pyi"]
    report = generate(["stubs_package", "pydantic.main"])
    assert report.is_fresh
    assert report.refused == {"pydantic.main": "it is installed; make its stubs where its source is"}


def test_tables_under_tables(write: Write) -> None:
    """A table is not derived from another table in a stub, whose manager is another; it has what it inherits itself."""
    text = (
        model("StubsAnimal") + "    def called(self) -> str:\n        return self.name\n" + model("StubsDog", "good: bool", "StubsAnimal")
    )
    path = write("stubs_animals", text).with_suffix(".pyi")
    generate("stubs_animals")
    tree = ast.parse(path.read_text())
    dog = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "StubsDog")
    assert [ast.unparse(base) for base in dog.bases] == ["Model"]
    members = {node.target.id for node in dog.body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)}
    assert members == {"id", "name", "good", "c"}
    assert {node.name for node in dog.body if isinstance(node, ast.FunctionDef)} == {"called", "__oxyde_manager__"}


def test_own_querysets_that_several_models_share(write: Write) -> None:
    """They stay as they are: their verbs name fields of no model in particular."""
    text = (
        "from typing import TypeVar\nM = TypeVar('M', bound=Model)\n"
        "class StubsSeveral(QuerySet[M]):\n    def few(self):\n        return self\n"
        + model("StubsOne", "objects = Manager.from_queryset(StubsSeveral)()")
        + model("StubsTwo", "objects = Manager.from_queryset(StubsSeveral)()")
    )
    path = write("stubs_shared", text).with_suffix(".pyi")
    generate("stubs_shared")
    assert "class StubsSeveral(QuerySet[M]):\n def few(self): ...\n" in path.read_text()


@pytest.mark.parametrize(("related", "most"), [(False, 400_000), (True, 500_000)])
def test_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, related: bool, most: int) -> None:
    """The stub of 30 models of 20 fields is not larger than that."""
    package = "stubs_linked" if related else "stubs_plain"
    scale.write(tmp_path, package, 30, related=related)
    monkeypatch.syspath_prepend(str(tmp_path))
    (path,) = generate(f"{package}.models").written
    assert path.stat().st_size <= most
    ast.parse(path.read_text())
