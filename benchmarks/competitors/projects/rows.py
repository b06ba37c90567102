"""No competitor: makes a project whose images are rows without files, which takes seconds."""

from __future__ import annotations

import hashlib
from pathlib import Path

from benchmarks.processes import answer, task
from piximi_core.project.contents.adding import NewImage, add_images
from piximi_core.project.database.store import create_store


def main() -> None:
    """Make the project: crops of photographs, four of each, in two categories."""
    wanted = task()
    store = create_store(Path(wanted["project"]), "Benchmark")
    with store.step("Add images") as db:
        made = add_images(db, map(_crop, range(int(wanted["images"]))), who="benchmark")
    store.close()
    answer({"images": made})


def _crop(number: int) -> NewImage:
    name = f"photo_{number // 4:05d}_{number % 4}.png"
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return NewImage(
        name=name,
        sha256=sha256,
        file_sha256=sha256,
        extension="png",
        planes=1,
        height=64,
        width=64,
        channels=3,
        bit_depth=8,
        dtype="uint8",
        category=("red", "white")[number % 2],
        path=f"crops/{name}",
    )


if __name__ == "__main__":
    main()
