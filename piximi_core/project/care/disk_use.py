"""How much room a project takes on the disk."""

from __future__ import annotations

import os
from pathlib import Path

__all__ = ["disk_use"]


def disk_use(folder: Path) -> int:
    """Return the bytes of all files below a folder; links are not followed."""
    total = 0
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        total += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue  # gone meanwhile, or not ours to look into
    return total
