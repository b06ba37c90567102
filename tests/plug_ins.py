"""Packages that add to the program, installed for a test alone."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from piximi_core.classification.choices import NETWORKS
from piximi_core.formats.annotations.registry import FORMATS
from piximi_core.images.readers.registry import READERS
from tests.conftest import REPOSITORY

REGISTRIES = (READERS, NETWORKS, FORMATS)


def install_example(target: Path) -> Path:
    """Install the package of examples/plug_in into a folder, as pip does, without a network."""
    source = target / "source"
    for file in (REPOSITORY / "examples" / "plug_in").rglob("*"):
        if file.suffix in (".py", ".toml"):
            copy = source / file.relative_to(REPOSITORY / "examples" / "plug_in")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    place = target / "site"
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-build-isolation"]
    command += ["--no-index", "--no-cache-dir", "--quiet", "--target", str(place), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return place


def write_package(place: Path, points: Mapping[str, Mapping[str, str]], code: str) -> Path:
    """Write what pip leaves of a package "broken" of one module, which is faster than pip."""
    facts = place / "broken-0.3.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 0.3\n")
    lines = []
    for group, names in points.items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in names.items())]
    (facts / "entry_points.txt").write_text("\n".join(lines))
    (place / "broken.py").write_text(code)
    return place


@contextmanager
def installed(place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let this process and its children find the packages of a folder."""
    before = set(sys.modules)
    with monkeypatch.context() as patch:
        patch.syspath_prepend(str(place))
        rest = os.environ.get("PYTHONPATH")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(place), *([rest] if rest else [])]))
        for registry in REGISTRIES:
            registry.forget()
        yield
    for registry in REGISTRIES:
        registry.forget()
    for name in set(sys.modules) - before:
        if name.startswith(("broken", "lab_plug_in")):
            del sys.modules[name]
