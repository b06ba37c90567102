"""The command line does the whole job, and keeps its contract: output, exit codes, sentences."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from piximi_core.formats.tfjs.checker import check_for_piximi
from tests.bccd import cut_crops
from tests.services.conftest import write_classes

REPOSITORY = Path(__file__).resolve().parents[2]


def run(*arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """Run the command line as a person does, and check its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "piximi_core", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=False,
    )
    assert done.returncode == code, done.stderr
    if code == 2:
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) >= 1
    return done


def run_json(*arguments: str | Path) -> dict[str, Any]:
    """Run with ``--json`` and read standard output, which must hold one object and nothing else."""
    found: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    return found


@pytest.fixture(scope="module")
def cells(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Path:
    """Crops of real cells in class-named folders."""
    folder = tmp_path_factory.mktemp("cells")
    cut_crops(shared_data / "bccd", folder)
    return folder


@pytest.mark.slow
def test_the_whole_job_on_real_cells(cells: Path, tmp_path: Path) -> None:
    project = tmp_path / "bccd"
    run("create", project, "--name", "Blood cells")
    assert "Added 485" in run("add", project, cells, "--labels", "folders").stdout
    trained = run_json(
        "train", project, "-o", "epochs=20", "-o", "seed=1", "-o", "input_shape=[48,48,3]"
    )
    assert trained["val_accuracy"] >= 0.95
    assert set(trained) >= {"run", "accuracy", "epochs", "seconds", "images_per_second"}
    figures = run_json("evaluate", project, "latest")
    assert figures["classes"] == ["Platelets", "RBC", "WBC"]
    matrix = figures["confusion_matrix"]
    right = sum(matrix[k][k] for k in range(3))
    assert figures["accuracy"] == pytest.approx(right / sum(map(sum, matrix)))
    assert figures["accuracy"] == pytest.approx(trained["val_accuracy"])
    assert figures["support"] == [sum(row) for row in matrix]

    out = tmp_path / "predictions.csv"
    run("predict", project, "latest", cells / "WBC", "--out", out)
    with out.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["name", "category", "confidence", "p:Platelets", "p:RBC", "p:WBC"]
    assert len(rows) == 107
    assert sum(row["category"] == "WBC" for row in rows) > 95
    for row in rows:
        shares = {name: float(row[f"p:{name}"]) for name in ("Platelets", "RBC", "WBC")}
        assert max(shares, key=lambda name: shares[name]) == row["category"]
        assert sum(shares.values()) == pytest.approx(1, abs=1e-4)

    archive = tmp_path / "cells.zip"
    run("export", project, "latest", "--format", "piximi", "--out", archive)
    assert check_for_piximi(archive) == []
    sharded = tmp_path / "web"
    run(
        "export", project, trained["run"], "--format", "tfjs", "--shard-bytes", "8000",
        "--out", sharded,
    )  # fmt: skip
    assert len(list(sharded.glob("group1-shard*of*.bin"))) >= 3
    assert check_for_piximi(sorted(sharded.iterdir())) == []


@pytest.mark.slow
def test_info_runs_labels_and_resume(tmp_path: Path) -> None:
    project = tmp_path / "p"
    images = write_classes(tmp_path / "in")
    run("create", project)
    run("add", project, images)
    table = tmp_path / "labels.csv"
    names = sorted(path.name for path in images.rglob("*.png"))
    table.write_text("\n".join(["name,category", *(f"{n},{n[:-7]}" for n in names[:-1])]))
    assert "Labelled 23" in run("label", project, table).stdout
    info = run_json("info", project)
    assert (info["name"], info["kinds"], len(info["images"])) == ("p", ["Image"], 24)
    assert {c["name"]: c["counts"] for c in info["categories"]} == {
        "Unknown": {"Inference": 1},
        "dark": {"Unassigned": 12},
        "light": {"Unassigned": 11},
    }
    assert set(info["images"][0]) >= {
        "name", "category", "partition", "channels", "planes", "height", "width", "bit_depth",
        "sha256",
    }  # fmt: skip
    settings = tmp_path / "settings.json"
    settings.write_text('{"epochs": 2, "input_shape": [20, 20, 1], "name": "from a file"}')
    trained = run_json("train", project, "--settings", settings, "-o", "batch_size=4")
    (listed,) = run_json("runs", project)["runs"]
    assert (listed["run"], listed["name"], listed["state"]) == (
        trained["run"],
        "from a file",
        "done",
    )
    assert listed["settings"]["batch_size"] == 4
    assert "all its epochs" in run("train", project, "--resume", "latest", code=2).stderr
    out = tmp_path / "rest.csv"
    assert "Predicted 1 " in run("predict", project, "latest", "--out", out).stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add", "{p}", "nowhere.png"], "no file or folder"),
        (["add", "{p}", "{images}", "--partition", "Holdout"], "no partition"),
        (["add", "{p}", "{images}", "--labels", "nowhere.csv"], "no file"),
        (["info", "nowhere"], "no project"),
        (["train", "{p}", "-o", "epoch=3"], "'epochs'"),
        (["train", "{p}", "-o", "epochs=many"], "epochs"),
        (["train", "{p}"], "no images"),
        (["train", "{p}", "--settings", "nowhere.json"], "no JSON file"),
        (["evaluate", "{p}", "latest"], "train one first"),
        (["predict", "{p}", "latest", "--out", "x.csv"], "train one first"),
        (["export", "{p}", "latest", "--format", "onnx", "--out", "x"], "no format"),
        (["create", "{p}"], "already a project"),
        (["frobnicate"], "No such command"),
        (["label", "{p}"], "Missing argument"),
    ],
)
def test_mistakes_get_one_sentence_and_exit_2(
    request: pytest.FixtureRequest, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    run_here = request.getfixturevalue("run")  # each process of its own takes half a second
    project = tmp_path / "p"
    images = write_classes(tmp_path / "in", count=1)
    from piximi_core.project.database.store import create_store

    create_store(project, "Empty").close()
    filled = [part.format(p=project, images=images) for part in arguments]
    printed, said = run_here(*filled, code=2)
    assert sentence in said
    assert "Traceback" not in said
    assert printed == ""


@pytest.mark.slow
def test_an_import_of_nothing_usable_fails_with_its_reasons(tmp_path: Path) -> None:
    project, bad = tmp_path / "p", tmp_path / "bad.png"
    run("create", project)
    bad.write_bytes(b"no image")
    done = run("add", project, bad, code=2)
    assert "failed: bad.png" in done.stderr
    good = tmp_path / "good.png"
    Image.new("L", (8, 8), 3).save(good)
    assert "Added 1, duplicates 0, conflicts 0, failed 1." in run("add", project, good, bad).stdout


def test_the_version(tmp_path: Path) -> None:
    assert run("--version").stdout.startswith("piximi-dashboard ")


@pytest.mark.slow
def test_the_doctor_trains_and_exports() -> None:
    lines = run("doctor").stdout
    assert "Device: " in lines
    assert lines.strip().endswith("All is well.")
