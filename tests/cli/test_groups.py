"""The command line shows which images are kept together, and switches that."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

from tests.services.conftest import write_classes
from tests.services.training.test_split_groups import write_crops


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


def test_labels_for_what_is_there_are_told(run: Any, tmp_path: Path) -> None:
    project, classes = tmp_path / "p", write_classes(tmp_path / "in", count=3)
    run("create", project)
    run("add", project, classes)
    out, _ = run("add", project, classes, "--labels", "folders")
    assert "6 were there already: 6 labels given, 0 conflicts." in out
    (classes / "dark").rename(classes / "night")
    out, err = run("add", project, classes, "--labels", "folders")
    assert "6 were there already: 0 labels given, 3 conflicts." in out
    assert "is there already as dark-00.png with the label dark, not night" in err
    counts = {
        c["name"]: c["counts"] for c in json.loads(run("info", project, "--json")[0])["categories"]
    }
    assert counts["dark"] == counts["light"] == {"Unassigned": 3}


def test_equal_pixels_are_listed_kept_and_left_out(run: Any, tmp_path: Path) -> None:
    project, classes = tmp_path / "p", write_classes(tmp_path / "in", count=2)
    again = tmp_path / "again"
    again.mkdir()
    for path in classes.rglob("*.png"):
        with Image.open(path) as image:
            image.save(again / f"{path.stem}.bmp")
    run("create", project)
    run("add", project, classes, "--labels", "folders")
    out, err = run("add", project, again)
    assert "4 images of the same pixels as another one." in out
    assert "equal: dark-00.bmp: has the same pixels as dark-00.png; both are there" in err
    out, _ = run("duplicates", project)
    assert "dark-00.png = dark-00.bmp" in out
    facts = json.loads(run("duplicates", project, "--leave-out", "--json")[0])
    assert (len(facts["left_out"]), facts["labels_given"], facts["conflicts"]) == (4, 0, [])
    out, _ = run("add", project, again, "--equal", "leave-out")
    assert out.startswith("Added 0, ")
    assert len(json.loads(run("info", project, "--json")[0])["images"]) == 4
    _, err = run("add", project, again, "--equal", "perhaps", code=2)
    assert "use keep or leave-out" in err


def test_a_table_of_patients_groups_images(run: Any, tmp_path: Path) -> None:
    project, classes = tmp_path / "p", write_classes(tmp_path / "in", count=4)
    run("create", project)
    run("add", project, classes, "--labels", "folders")
    table = tmp_path / "patients.csv"
    names = sorted(path.name for path in classes.rglob("*.png"))
    rows = [f"{name},P{number % 3}" for number, name in enumerate(names)]
    table.write_text("\n".join(["name,patient", *rows]) + "\n", encoding="utf-8")
    out, _ = run("label", project, table)
    assert "Labelled 8" in out
    facts = json.loads(run("info", project, "--json")[0])
    assert (facts["grouping"]["by"], facts["grouping"]["value"]) == ("column", "patient")
    assert {image["group"] for image in facts["images"]} == {"P0", "P1", "P2"}
    assert {image["category"] for image in facts["images"]} == {"dark", "light"}
    out, _ = run("groups", project, "--by", "folders")
    assert "2 groups (by their folders), 2 sources of several images" in out
