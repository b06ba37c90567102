"""No competitor: makes a project of a million things that share the files of a hundred images."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.processes import answer, task
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.adding import NewImage, add_images
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.objects import NewObject, add_objects
from piximi_core.project.contents.things import Thing, ThingFilter, find_ids, list_things
from piximi_core.project.database.store import Store, create_store
from piximi_core.services.importing.add_images import AddOptions, ask
from piximi_core.services.importing.sources import SourceFile


def main() -> None:
    """Add the files, then rows of more images and of objects in all of them."""
    wanted = task()
    store = create_store(Path(wanted["project"]), "Benchmark")
    files = Path(wanted["files"])
    run_here(store, ask(store, [SourceFile(files, files.name)], AddOptions(labels="folders")))
    images = _copy(store, int(wanted["images"]))
    objects = _draw(store, int(wanted["objects"]))
    store.close()
    answer({"images": images, **objects})


def _copy(store: Store, images: int) -> int:
    there = list_things(store, ThingFilter())
    with store.write() as db:
        return len(there) + add_images(db, _copies(there, images - len(there)), who="benchmark")


def _copies(there: Sequence[Thing], count: int) -> Iterator[NewImage]:
    like = [
        NewImage(
            name=thing.name,
            sha256=thing.sha256,
            file_sha256=thing.file_sha256,
            extension=thing.extension,
            planes=1,
            height=thing.height,
            width=thing.width,
            channels=thing.channels,
            bit_depth=8,
            dtype="uint8",
            category=None,
            path="",
        )
        for thing in there
    ]
    for number in range(count):
        name = f"copy {number:06d}.png"
        sha256 = hashlib.sha256(name.encode()).hexdigest()
        yield replace(like[number % len(like)], name=name, sha256=sha256, path=f"copies/{name}")


def _draw(store: Store, count: int) -> dict[str, object]:
    kind = create_kind(store, "cell").id
    images = find_ids(store, ThingFilter())
    with store.write() as db:
        # A square with one corner missing, somewhere in the image.
        found = (
            NewObject(
                images[number % len(images)],
                kind,
                (x := number % 50, 10, x + 12, 22),
                (2, 142),
                category=("round", "long")[number % 2],
            )
            for number in range(count)
        )
        return {"kind": kind, "objects": len(add_objects(db, found, who="benchmark"))}


if __name__ == "__main__":
    main()
