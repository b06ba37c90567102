"""What the command line says of rows that could belong to several images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.services.conftest import write_classes


@pytest.fixture
def project(run: Any, tmp_path: Path) -> Path:
    """Two images of the very same path: 1.png and 1_1.png."""
    folder, project = tmp_path / "in", tmp_path / "p"
    write_classes(folder, count=1)
    run("create", project)
    for shade in ("dark", "light"):
        (folder / shade / f"{shade}-00.png").rename(folder / "1.png")
        run("add", project, folder / "1.png")
    return project


def write_table(folder: Path, *lines: str) -> Path:
    table = folder / "labels.csv"
    table.write_text("\n".join(("name,category", *lines)) + "\n", encoding="utf-8")
    return table


def test_rows_in_doubt_are_named(run: Any, project: Path, tmp_path: Path) -> None:
    table = write_table(tmp_path, "1_1.png,x", "dark/1.png,y", "light/1.png,z")
    for command in (("label", project, table), ("annotations", "import", project, table)):
        out, err = run(*command)
        assert "Labelled 1; 0 names not found." in out
        assert "shares its image: dark/1.png" in err
        assert "shares its image: light/1.png" in err


def test_a_dry_run_says_of_each_row_what_the_import_then_says(
    run: Any, project: Path, tmp_path: Path
) -> None:
    table = write_table(tmp_path, "1_1.png,x", "dark/1.png,y", "light/1.png,z", "gone.png,z")
    before, _ = run("info", project, "--json")
    would, doubts = run("annotations", "import", project, table, "--dry-run")
    after, _ = run("info", project, "--json")
    assert after == before
    assert would == "Would label 1; 1 names not found.\n"
    assert doubts.splitlines() == [
        "not found: gone.png",
        "fits several images, or shares its image: dark/1.png",
        "fits several images, or shares its image: light/1.png",
    ]
    facts, _ = run("annotations", "import", project, table, "--dry-run", "--json")
    assert json.loads(facts) == {
        "labelled": 1,
        "unmatched": ["gone.png"],
        "ambiguous": ["dark/1.png", "light/1.png"],
    }
    did, said = run("annotations", "import", project, table)
    assert (did, said) == (would.replace("Would label", "Labelled"), doubts)


def test_a_dry_run_of_a_table_that_fits_nothing_fails_as_the_import_does(
    run: Any, project: Path, tmp_path: Path
) -> None:
    table = write_table(tmp_path, "gone.png,z")
    _, said = run("annotations", "import", project, table, "--dry-run", code=2)
    assert said.splitlines()[0] == "not found: gone.png"
    _, refused = run("annotations", "import", project, table, code=2)
    assert said.endswith(refused)
    assert "No line of the table names an image" in refused
