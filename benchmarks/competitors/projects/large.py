"""No competitor: makes a project of large images, never as one array."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import tifffile
from numpy.typing import NDArray

from benchmarks.processes import answer, task
from piximi_core.jobs.inline import run_here
from piximi_core.project.database.store import create_store
from piximi_core.services.importing.add_images import AddOptions, ask
from piximi_core.services.importing.sources import SourceFile

_TILE = 512


def main() -> None:
    """Write images of noise and discs, tiled or plain, and add them."""
    wanted = task()
    folder, side = Path(wanted["project"]), int(wanted["side"])
    channels, tiled = int(wanted["channels"]), bool(wanted["tiled"])
    paths = []
    for number in range(int(wanted["images"])):
        path = folder.with_name(f"{folder.name}-{number}.tif")
        _write(path, side, channels, number, tiled=tiled)
        paths.append(path)
    store = create_store(folder, "Benchmark")
    result = run_here(store, ask(store, [SourceFile(p, p.name) for p in paths], AddOptions()))
    store.close()
    for path in paths:
        path.unlink()
    answer({"images": result.added})


def _write(path: Path, side: int, channels: int, seed: int, *, tiled: bool) -> None:
    tile = _tile(seed)
    if not tiled:
        shape = (channels, side, side)
        file = tifffile.memmap(path, shape=shape, dtype=np.uint16, imagej=True)
        for channel in range(channels):
            for top in range(0, side, _TILE):
                rows = np.tile(tile, (1, -(-side // _TILE)))[: side - top, :side]
                file[channel, top : top + _TILE] = rows + channel
        file.flush()
        return

    def tiles() -> Iterator[NDArray[np.uint16]]:
        for channel in range(channels):
            for _ in range((-(-side // _TILE)) ** 2):
                yield tile + np.uint16(channel)

    tifffile.imwrite(
        path,
        tiles(),
        shape=(channels, side, side),
        dtype=np.uint16,
        tile=(_TILE, _TILE),
        compression="zlib",
        photometric="minisblack",
        ome=True,
        metadata={"axes": "CYX"},
    )


def _tile(seed: int) -> NDArray[np.uint16]:
    """Return 512 x 512 pixels: bright discs on a dark ground with noise."""
    ys, xs = np.mgrid[:_TILE, :_TILE] % 64 - 32
    discs = 30_000 * (np.hypot(xs, ys) < 20)
    noise = np.random.default_rng(seed).integers(0, 6_000, (_TILE, _TILE))
    return (noise + discs).astype(np.uint16)


if __name__ == "__main__":
    main()
