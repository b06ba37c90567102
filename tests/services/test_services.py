"""Every service is whole: named once, titled, with a page, typed, and open to earlier folders."""

from __future__ import annotations

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from piximi_core.errors import PiximiError
from piximi_core.images.request import Reading
from piximi_core.jobs.folder import Job
from piximi_core.jobs.service import Service, name_of, service_of
from piximi_core.services import EARLIER_NAMES, SERVICES
from piximi_ui.base import navigation
from piximi_ui.language.languages import in_language

# What programs before typed requests wrote, and what came of it: shortened, but of their shape.
SIZE, RANGE = [64, 64, 1], [0.0, 2.5]
CLASSES = [{"id": "1a", "name": "dark", "color": "#009292"}]
ANSWERS = {"channels": 2, "time": None, "convert": False, "keep_channels": None}
EARLIER: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "add": (
        {
            "service": "add",
            "sources": [{"path": "/data/a.tif", "name": "a.tif", "within": ""}],
            "options": {**ANSWERS, "labels": "folders", "category": None, "kind_id": "Image"},
            "project_channels": 2,
            "float_range": RANGE,
        },
        {"added": 1, "duplicates": [["b.png", "already in the project"]], "conflicts": [],
         "failed": [], "float_range": RANGE, "stopped": False, "total": 2},
    ),
    "train": (
        {"service": "train", "settings": {"epochs": 2}, "classes": CLASSES, "float_range": RANGE,
         "start": {"run": "r0", "number": 1, "name": "First", "columns": [0, None]},
         "kind_id": "Image"},
        {"stem": "First", "accuracy": 1.0, "val_accuracy": None, "stopped": False, "epochs": 2,
         "best_epoch": 2, "loss": 0.1, "val_loss": None, "batch_size": 8,
         "images_per_second": 9.5, "notes": [], "parameters": 12, "seconds": 1.5,
         "device": {"kind": "CPU", "name": "CPU", "reason": "", "advice": ""}},
    ),
    "predict": (
        {"service": "predict", "run_id": "r1", "classes": CLASSES, "input_shape": SIZE,
         "float_range": None, "purpose": "predict", "kind_id": "Image"},
        {"scored": 2, "total": 3, "failed": [["a.png", "is damaged"]], "run_id": "r1"},
    ),
    "evaluate": (
        {"service": "predict", "run_id": "r1", "classes": CLASSES, "input_shape": SIZE,
         "float_range": RANGE, "purpose": "evaluate", "kind_id": "Image"},
        {"scored": 2, "total": 3, "failed": [], "run_id": "r1"},
    ),
    "export": (
        {"service": "export", "run_id": "r1", "format": "piximi", "shard_bytes": 4194304,
         "stem": "First", "input_shape": SIZE, "float_range": None},
        {"files": ["out/First.zip"], "difference": 1e-8, "compared": 32, "bytes": 100},
    ),
    "duplicate": ({"service": "duplicate", "name": "Copy"}, {"address": "copy", "name": "Copy"}),
    "archive": (
        {"service": "archive", "name": "Blood", "out": None},
        {"bytes": 10, "schema": 14, "images": 2, "runs": 0, "missing": [], "file": "/x/b.zip",
         "name": "Blood"},
    ),
    "open_archive": (
        {"service": "open_archive", "archive": "/x/b.zip", "shown": "b.zip", "name": "Blood"},
        {"address": "blood", "name": "Blood", "missing": 0, "unreadable": []},
    ),
    "import_model": (
        {"service": "import-model", "run_id": "r2", "paths": ["/x/m.zip"], "mapping": ["dark"],
         "kind_id": "Image", "name": "Home", "values": None, "channels": 1, "bit_depth": 8},
        {"name": "Home", "settings": {"epochs": 1}, "classes": ["dark"],
         "summary": {"stem": "Home", "accuracy": None, "val_accuracy": None, "epochs": 0,
                     "best_epoch": None, "parameters": 3, "notes": [],
                     "imported": {"sort": "Piximi", "name": "m", "classes": ["0"],
                                  "values": "unit"}}},
    ),
    "open_piximi": (
        {"service": "open_piximi", "path": "/x/p.zip", "shown": "p.zip", "target": None},
        {"address": "p", "name": "P", "version": "1.1.0", "images": 2, "objects": 0, "kinds": 1,
         "classifiers": 0, "predictions": 0,
         "repairs": [{"what": "Images without pixels were left out.", "count": 1,
                      "names": ["a"]}]},
    ),
    "save_piximi": (
        {"service": "save_piximi", "runs": [], "stem": "P"},
        {"file": "out/P.zip", "bytes": 10, "images": 1, "objects": 0, "classifiers": 0,
         "left_out": [["b.png", "is damaged"]], "told": ["Test becomes Validation."]},
    ),
    "export_annotations": (
        {"service": "export-annotations", "format": "coco", "style": "single", "kind": "",
         "ending": ""},
        {"file": "out/a.json", "bytes": 10, "count": 3, "problems": [], "problem_count": 0},
    ),
    "read_annotations": (
        {"service": "read-annotations", "path": "/x/a.json", "name": "a.json", "format": "",
         "kind": "", "image": "", "kinds": {}, "purpose": "look"},
        {"format": "coco", "images": 1, "matched": 1, "found": 1, "new": 1, "present": 0,
         "kinds": [{"kind": "cell", "category": "", "count": 1}], "asked": {}, "colors": [],
         "unmatched": [], "unmatched_count": 0, "empty_count": 0, "skipped": [],
         "skipped_count": 0, "repaired": [], "repaired_count": 0},
    ),
    "add_annotations": (
        {"service": "add-annotations", "count": 1, "colors": [["cell", "late", "#123456"]],
         "name": "a.json"},
        {"added": 1},
    ),
    "propose_objects": (
        {"service": "propose_objects", "kind_id": "k1", "new_kind": "", "diameter": 12.5,
         "method": "spots", "tone": "auto", "channels": [1], "all_planes": False},
        {"found": 3, "images": 2, "failed": [["b.png", "is damaged"]]},
    ),
}  # fmt: skip


def earlier_job(folder: Path, name: str) -> Job:
    request, result = EARLIER[name]
    job = Job(folder / "jobs" / name)
    job.folder.mkdir(parents=True)
    asked_by = {"host": "there", "pid": 1, "since": 0.0}
    content = {**request, "who": "someone", "asked_by": asked_by}
    (job.folder / "request.json").write_text(json.dumps(content))
    (job.folder / "result.json").write_text(json.dumps({**result, "state": "done"}))
    return job


def found_service(name: str, folder: Path) -> Service[Any, Any]:
    job = Job.create(folder / "jobs" / "new", name, {})
    return service_of(job)


def test_the_examples_of_earlier_folders_are_of_every_service() -> None:
    assert set(EARLIER) == set(SERVICES)
    assert set(EARLIER_NAMES.values()) <= set(SERVICES)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_has_a_name_a_title_and_a_page(name: str, tmp_path: Path) -> None:
    service = found_service(name, tmp_path)
    assert service.name == name
    assert service.page in ("home", *navigation.PROJECT_PAGES)
    assert in_language(service.title, "es") != service.title


@pytest.mark.parametrize("name", SERVICES)
def test_folders_of_earlier_programs_are_understood(name: str, tmp_path: Path) -> None:
    job = earlier_job(tmp_path, name)
    assert name_of(job) == name
    service = service_of(job)
    request, result = service.request(job), service.result(job)
    assert request.who == "someone"
    # What is written today of the same is read as the same.
    again = service.ask(tmp_path / "jobs" / "again", request)
    service.finish(again, result)
    assert service.is_of(again)
    assert (service.request(again), service.result(again)) == (request, result)
    for field, value in EARLIER[name][0].items():
        if field not in ("service", "purpose", "float_range", "sources", "options", "start"):
            assert json.loads(request.model_dump_json())[field] == value


def test_the_range_that_earlier_imports_kept_apart_is_one_of_the_answers(tmp_path: Path) -> None:
    job = earlier_job(tmp_path, "add")
    options = service_of(job).request(job).options
    assert options.float_range == tuple(RANGE)
    assert options.reading == Reading(channels=2, float_range=(0.0, 2.5))
    assert {field.name for field in fields(Reading)} <= {field.name for field in fields(options)}


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_damaged_is_said_in_a_sentence(name: str, tmp_path: Path) -> None:
    job = earlier_job(tmp_path, name)
    service = service_of(job)
    (job.folder / "request.json").write_text(json.dumps({"service": name, "who": ["nobody"]}))
    (job.folder / "result.json").write_text(json.dumps({"state": "done"}))
    with pytest.raises(PiximiError, match="damaged on the disk"):
        service.request(job)
    assert service.found(job) is None
    with pytest.raises(PiximiError, match="damaged on the disk"):
        service.result(job)


def test_a_service_of_a_newer_program_is_named(tmp_path: Path) -> None:
    with pytest.raises(PiximiError, match="no job of the sort 'segment'"):
        service_of(Job.create(tmp_path / "jobs" / "new", "segment", {}))
