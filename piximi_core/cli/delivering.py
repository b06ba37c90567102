"""Bring what an export made to where a person wants it."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from piximi_core.errors import BadInput
from piximi_core.jobs.folder import Job
from piximi_core.project.files import replace_atomically
from piximi_core.services.classifiers.export import delivered

__all__ = ["deliver"]


def deliver(job: Job, out: Path) -> list[Path]:
    """Copy a finished export to where the person wants it; return the files.

    A zip goes to `out` itself; loose files go into the folder `out`, or packed into it where it is
    called like a zip.
    """
    files = delivered(job)
    if out.suffix.lower() == ".zip" and not out.is_dir():
        _pack(files, out)
        return [out]
    if len(files) == 1 and files[0].suffix == ".zip":
        target = out / files[0].name if out.is_dir() else out
        _copy(files[0], target)
        return [target]
    if out.is_file():
        raise BadInput(
            "{out} is a file; give a folder for the {count} files.", out=out, count=len(files)
        )
    targets = [out / file.name for file in files]
    for file, target in zip(files, targets, strict=True):
        _copy(file, target)
    return targets


def _pack(files: list[Path], target: Path) -> None:
    """Write one zip: the one there is, or a new one of loose files."""
    if len(files) == 1 and files[0].suffix == ".zip":
        _copy(files[0], target)
        return
    # Stored only: weights hardly pack, and whoever opens them waits for it.
    with replace_atomically(target.absolute()) as part, zipfile.ZipFile(part, "w") as archive:
        for file in files:
            archive.write(file, file.name)


def _copy(source: Path, target: Path) -> None:
    with replace_atomically(target.absolute()) as part:
        shutil.copyfile(source, part)
