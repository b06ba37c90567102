"""The command line shows which images are kept together, and switches that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.jobs.test_split_groups import write_crops


def test_the_command_line_shows_and_switches_groups(run: Any, tmp_path: Path) -> None:
    project = tmp_path / "p"
    run("create", project)
    run("add", project, write_crops(tmp_path / "in"), "--labels", "folders")
    out, _ = run("groups", project)
    assert "8 groups (by their names, as proposed), 8 sources of several images" in out
    assert "photo000: 6 (photo000-00.png, photo000-01.png" in out
    facts = json.loads(run("info", project, "--json")[0])
    assert facts["grouping"]["groups"] == 8
    assert {image["group"] for image in facts["images"]} == {f"photo{n:03d}" for n in range(8)}
    out, _ = run("groups", project, "--by", "none", "--json")
    assert json.loads(out)["groups"] == 48
    out, _ = run("groups", project, "--pattern", "{source}-#")
    assert "8 groups (by the pattern {source}-#)" in out
    for mistake, told in (
        (("--by", "stars"), "groups nothing; use one of auto, names"),
        (("--by", "column"), "--by column needs --column too"),
        (("--column", "slide"), "No image has a column 'slide'"),
        (("--column", "slide", "--pattern", "{source}_#"), "not by both"),
        (("--by", "names", "--pattern", "{source}_#"), "leave --by names out"),
        (("--pattern", "photo"), "where in a name the source stands"),
    ):
        _, err = run("groups", project, *mistake, code=2)
        assert told in err
