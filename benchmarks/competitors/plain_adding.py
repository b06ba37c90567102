"""Plain decode, hash and thumbnail of the same files; nothing is checked, stored or entered."""

from __future__ import annotations

import hashlib
import io
import shutil
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from benchmarks.processes import answer, task

_SIDE = 256


def take(path: Path, into: Path) -> None:
    """Decode, hash, shrink and save one file."""
    content = path.read_bytes()
    name = hashlib.sha256(content).hexdigest()
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        image.thumbnail((_SIDE, _SIDE))
        image.save(into / f"{name}.jpg", quality=88)


def main() -> None:
    """Take every file of a folder, on as many threads as asked for."""
    wanted = task()
    folder = Path(wanted["folder"])
    into = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        begun = time.perf_counter()
        files = sorted(folder.glob("*.png"))
        if wanted["threads"] == 1:
            for path in files:
                take(path, into)
        else:
            with ThreadPoolExecutor(wanted["threads"]) as pool:
                list(pool.map(lambda path: take(path, into), files))
        seconds = time.perf_counter() - begun
    finally:
        shutil.rmtree(into)
    answer({"seconds": seconds, "files": len(files)})


if __name__ == "__main__":
    main()
