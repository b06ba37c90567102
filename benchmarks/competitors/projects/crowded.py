"""No competitor: makes a project of one large image with many objects in it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray

from benchmarks.processes import answer, task
from piximi_core.annotation.tools.shapes import ellipse
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.kinds import create_kind
from piximi_core.project.contents.objects import NewObject, add_objects
from piximi_core.project.contents.things import ThingFilter, find_ids
from piximi_core.project.database.store import create_store
from piximi_core.services.importing.add_images import AddOptions, ask
from piximi_core.services.importing.sources import SourceFile


def main() -> None:
    """Write the image, and lay ellipses over it row by row."""
    wanted = task()
    folder, side, count = Path(wanted["project"]), int(wanted["side"]), int(wanted["objects"])
    columns = math.ceil(math.sqrt(count))
    step = side / columns
    file = folder.with_suffix(".tif")
    tifffile.imwrite(file, _picture(side, step), imagej=True, metadata={"axes": "CYX"})
    store = create_store(folder, "Benchmark")
    run_here(store, ask(store, [SourceFile(file, file.name)], AddOptions()))
    [image] = find_ids(store, ThingFilter())
    kind = create_kind(store, "cell").id
    corners = [(x * step, y * step) for y in range(columns) for x in range(columns)]
    with store.step("Draw objects") as db:
        found = []
        for x, y in corners[:count]:
            region = ellipse((x, y), (x + 0.8 * step, y + 0.7 * step), side, side)
            if region is not None:
                found.append(NewObject(image, kind, region.box, region.runs))
        made = len(add_objects(db, found, who="benchmark"))
    store.close()
    answer({"objects": made, "columns": columns})


def _picture(side: int, step: float) -> NDArray[np.uint16]:
    """Return three channels of 16 bit, [C, H, W]: a bright ellipse in each cell, and noise."""
    ys, xs = np.mgrid[:side, :side] % step / step
    bright = ((xs - 0.4) / 0.4) ** 2 + ((ys - 0.35) / 0.35) ** 2 <= 1
    noise = np.random.default_rng(0).integers(0, 6_000, (3, side, side))
    return (noise + 30_000 * bright).astype(np.uint16)


if __name__ == "__main__":
    main()
