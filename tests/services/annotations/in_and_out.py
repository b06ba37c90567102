"""Annotations into a project and out of it, each in one call, and small files of them."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from piximi_core.jobs.folder import Job
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.objects import list_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.annotations import add_annotations, export_annotations, read_annotations
from piximi_core.services.annotations.export_annotations import delivered_annotations
from piximi_core.services.annotations.read_annotations import AnnotationsFound, ReadOptions
from piximi_core.services.importing.sources import SourceFile
from tests.services.conftest import add


def look(store: Store, path: Path, **options: Any) -> tuple[Job, AnnotationsFound]:
    """Read a file, and bring nothing in yet."""
    job = read_annotations.ask(store, SourceFile(path, path.name), ReadOptions(**options))
    return job, run_here(store, job)


def bring_in(store: Store, path: Path, **options: Any) -> AnnotationsFound:
    """Read a file and bring in what was found."""
    job, result = look(store, path, **options)
    run_here(store, add_annotations.ask(store, job))
    return result


def take_out(store: Store, format_name: str, **options: Any) -> Path:
    """Write the annotations of a project; return the file."""
    job = export_annotations.ask(store, format_name, **options)
    run_here(store, job)
    return delivered_annotations(job)


def facts(store: Store, *, masks: bool = True, categories: bool = True) -> Counter[Any]:
    """Return what there is to say of each object, to be compared."""
    return Counter(
        (
            row.image_name,
            row.plane,
            row.box,
            row.runs if masks else None,
            (row.kind_name, row.category_name) if categories else None,
        )
        for row in list_objects(store)
    )


def twin(store: Store, folder: Path) -> Store:
    """Another project with the same images and no objects."""
    other = create_store(folder, "Twin")
    originals = folder.parent / "originals"
    originals.mkdir()
    for thing in list_things(store, ThingFilter()):
        original = store.files.original(thing.file_sha256, thing.extension)
        (originals / thing.name).write_bytes(original.read_bytes())
    add(other, originals)
    return other


def boxes_file(tmp_path: Path, *images: str) -> Path:
    """A COCO file with a box of the category early in each image, and a late one in the first."""
    rows = [(number, 1, [3, 4, 5, 6]) for number in range(len(images))]
    rows.append((0, 2, [10, 10, 4, 4]))
    content = {
        "images": [{"id": n, "file_name": name} for n, name in enumerate(images)],
        "categories": [
            {"id": 1, "name": "early", "supercategory": "nucleus"},
            {"id": 2, "name": "late", "supercategory": "nucleus"},
        ],
        "annotations": [
            {"image_id": image, "category_id": category, "bbox": box}
            for image, category, box in rows
        ],
    }
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps(content))
    return path
