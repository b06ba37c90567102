"""What the command line says of rows that could belong to several images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.jobs.conftest import write_classes


def test_rows_in_doubt_are_named(run: Any, tmp_path: Path) -> None:
    folder, project, table = tmp_path / "in", tmp_path / "p", tmp_path / "labels.csv"
    write_classes(folder, count=1)
    (folder / "dark" / "dark-00.png").rename(folder / "dark" / "1.png")
    (folder / "light" / "light-00.png").rename(folder / "light" / "1.png")
    run("create", project)
    run("add", project, folder)
    table.write_text("name,category\n1_1.png,x\ndark/1.png,y\nlight/1.png,z\n", encoding="utf-8")
    for command in (("label", project, table), ("annotations", "import", project, table)):
        out, err = run(*command)
        assert "Labelled 1; 0 names not found." in out
        assert "shares its image: dark/1.png" in err
        assert "shares its image: light/1.png" in err
