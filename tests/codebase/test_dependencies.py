"""Each crate uses every dependency that its Cargo.toml names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

NATIVE = Path(__file__).parents[2] / "native"
MANIFESTS = sorted(NATIVE.glob("*/Cargo.toml"))


def dependencies(manifest: str) -> dict[str, str]:
    """Returns the section in which each dependency of a manifest is named."""
    found: dict[str, str] = {}
    section = ""
    for line in manifest.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif section.endswith("dependencies") and (entry := re.match(r"([\w-]+)[ .=]", line)):
            found[entry[1]] = section
    return found


def used(crate: str, text: str) -> bool:
    """Says whether Rust source names a crate, in a path or a ``use``."""
    return re.search(rf"\b{crate.replace('-', '_')}\b\s*(::|;| as )", text) is not None


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.parent.name)
def test_every_dependency_is_used(manifest: Path) -> None:
    """A dependency is named in the sources or tests of its crate, one of the build in ``build.rs``."""
    folder = manifest.parent
    sources = "\n".join(path.read_text(encoding="utf-8") for part in ("src", "tests") for path in sorted((folder / part).rglob("*.rs")))
    script = folder / "build.rs"
    build = script.read_text(encoding="utf-8") if script.exists() else ""
    named = dependencies(manifest.read_text(encoding="utf-8"))
    assert named
    unused = {name for name, section in named.items() if not used(name, build if section == "build-dependencies" else sources)}
    assert unused == set()


def test_the_workspace_names_no_more_than_the_crates_use() -> None:
    """A version in the workspace belongs to a dependency of some crate."""
    taken = {name for manifest in MANIFESTS for name in dependencies(manifest.read_text(encoding="utf-8"))}
    offered = set(dependencies((NATIVE / "Cargo.toml").read_text(encoding="utf-8")))
    assert offered - taken == set()
