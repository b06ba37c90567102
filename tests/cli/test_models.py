"""Classifiers from elsewhere by command line: brought in, used, learned further, refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from piximi_core.cli import training
from tests.formats.checker_cases import document, encoded, weight_bytes
from tests.formats.foreign_models import add_labels, export_web, teachable_network, zipped
from tests.services.conftest import write_classes


@pytest.mark.slow
def test_it_is_brought_in_judged_learned_further_and_taken_away(run: Any, tmp_path: Path) -> None:
    project, web = tmp_path / "project", tmp_path / "web"
    export_web(teachable_network(), web)
    add_labels(web)
    run("create", project)
    images = write_classes(tmp_path / "images", ("cat", "dog", "fish"), shape=(24, 24, 3))
    run("add", project, images, "--labels", "folders")
    archive = zipped(web, tmp_path / "converted_tfjs.zip")
    printed, _ = run("import-model", project, archive, "--map", "Unknown=fish", "--json")
    facts = json.loads(printed)
    assert facts["sort"] == "Teachable Machine"
    assert [c["category"] for c in facts["classes"]] == ["cat", "dog", "fish"]
    judged = json.loads(
        run("evaluate", project, "latest", "--partition", "Unassigned", "--json")[0]
    )
    assert judged["classes"] == ["cat", "dog", "fish"]
    assert sum(judged["support"]) == 36
    trained = json.loads(
        run("train", project, "--from", facts["run"], "-o", "epochs=2", "--json")[0]
    )
    assert trained["epochs"] == 2
    assert trained["run"] != facts["run"]
    # Nobody here knows what the run that came in had learned from.
    assert trained["val_basis"] == "labelled"
    assert "may have been learned from before" in training.trained(trained)
    listed = json.loads(run("runs", project, "--json")[0])["runs"]
    assert listed[0]["settings"]["start_from"] == facts["run"]
    out = tmp_path / "taken.zip"
    run("export", project, "latest", "--out", out)
    # What was taken away comes in again, as Piximi's own.
    again, _ = run("import-model", project, out, "--name", "Again", "--new")
    assert "Piximi, 16 x 16 x 3" in again
    assert "class cat is cat 2" in again


@pytest.mark.slow
def test_each_mistake_gets_one_sentence(run: Any, tmp_path: Path) -> None:
    project = tmp_path / "project"
    run("create", project)
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_bytes(encoded(document()))
    (tmp_path / "cells.weights.bin").write_bytes(weight_bytes())
    changed = document()
    changed["modelTopology"]["config"]["layers"].insert(
        1, {"class_name": "Lambda", "config": {"name": "l"}}
    )
    bad.write_bytes(encoded(changed))
    for arguments, words in (
        ([bad], "'Lambda'"),
        ([tmp_path / "none.zip"], "There is no file"),
        ([good, "--map", "x=y"], "no class 'x'"),
        ([good, "--map", "0"], "CLASS=CATEGORY"),
        ([good, "--kind", "nucleus"], "nucleus"),
        (["https://10.0.0.1/model.json"], "not a public address"),
        (["http://models.example/model.json"], "https://"),
        (["https://models.example/a", good], "not both"),
    ):
        _, said = run("import-model", project, *arguments, code=2)
        assert words in said
        assert len(said.strip().splitlines()) == 1
    assert "no trained classifier" in run("train", project, "--from", "latest", code=2)[1]
    assert json.loads(run("runs", project, "--json")[0]) == {"runs": []}
    names = [c["name"] for c in json.loads(run("info", project, "--json")[0])["categories"]]
    assert names == ["Unknown"]
