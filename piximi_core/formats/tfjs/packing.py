"""A stored classifier in the forms that other programs take, its weights as they are.

The two files that `write_classifier` wrote were checked then, weight by weight. Here they are
packed: only the description changes, in the names of the classes and of the files of weights.
TensorFlow is not needed.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from piximi_core.disk import flush_file, flush_folder
from piximi_core.errors import BadInput
from piximi_core.formats.atomic import flushed_write, make_sure_of_room, put, workshop
from piximi_core.formats.stem import safe_stem
from piximi_core.formats.tfjs.bundle import StoredFile, parse_document
from piximi_core.formats.tfjs.checker import check_for_piximi
from piximi_core.formats.tfjs.classifier import as_document
from piximi_core.messages import Message
from piximi_core.undated import undated

__all__ = ["pack_for_piximi", "pack_pair", "pack_sharded"]

Pair = tuple[Path, Path]
"""The description and the weights, as `write_classifier` returns them."""


def pack_pair(stored: Pair, folder: Path, stem: str, classes: Sequence[str] = ()) -> Pair:
    """Write ``<stem>.json`` and ``<stem>.weights.bin``.

    Parameters
    ----------
    stored
        The classifier.
    folder
        Made if missing; files of these names are replaced.
    stem
        Passed through `safe_stem`.
    classes
        What the classes are called; empty to leave them as they are.

    Raises
    ------
    BadInput
        The stored files are damaged; nothing is written then.
    NoSpace
        The disk is full; nothing is written then.
    """
    stem = safe_stem(stem)
    with workshop(folder, Message("the classifier '{stem}'", stem=stem)) as room:
        packed = _pair(stored, room, stem, classes)
        _check(list(packed))
        json_path, bin_path = folder / packed[0].name, folder / packed[1].name
        json_path.unlink(missing_ok=True)
        put(packed[1], bin_path)
        put(packed[0], json_path)
    return json_path, bin_path


def pack_for_piximi(stored: Pair, out_zip: Path, stem: str, classes: Sequence[str] = ()) -> Path:
    """Write the zip that Piximi opens: exactly the two files of `pack_pair`, not compressed."""
    stem = safe_stem(stem)
    with workshop(out_zip.parent, f"'{out_zip.name}'") as room:
        pair = _pair(stored, room, stem, classes)
        packed = room / "classifier.zip"
        with packed.open("xb") as stream, zipfile.ZipFile(stream, "w") as archive:
            for path in pair:
                archive.writestr(undated(path.name), path.read_bytes())
        flush_file(packed)
        _check(packed)
        put(packed, out_zip)
    return out_zip


def pack_sharded(
    stored: Pair, folder: Path, shard_bytes: int = 4 * 2**20, classes: Sequence[str] = ()
) -> list[Path]:
    """Write ``model.json`` and ``group1-shardNofM.bin``, the form of web pages.

    Parameters
    ----------
    folder
        A new or empty folder, or one with an earlier export of this sort and nothing else.
    shard_bytes
        Largest size of one shard, at least 1.

    Returns
    -------
    list of Path
        ``model.json`` and the shards in order. Errors as for `pack_pair`.
    """
    if shard_bytes < 1:
        raise BadInput(
            "The shard size must be at least 1 byte, but is {shard_bytes}.", shard_bytes=shard_bytes
        )
    _refuse_other_content(folder)
    with workshop(
        folder.parent, Message("the classifier in '{folder}'", folder=folder.name)
    ) as room:
        document, content = _read(stored, room, classes)
        count = max(1, -(-len(content) // shard_bytes))
        if count > 1000:
            raise BadInput(
                "A shard size of {shard_bytes} bytes would give {count} files; take a larger one.",
                shard_bytes=shard_bytes,
                count=count,
            )
        names = [f"group1-shard{index + 1}of{count}.bin" for index in range(count)]
        fresh = room / "fresh"
        fresh.mkdir()
        for index, name in enumerate(names):
            start = index * shard_bytes
            flushed_write(fresh / name, content[start : start + shard_bytes])
        document["weightsManifest"][0]["paths"] = names
        flushed_write(fresh / "model.json", as_document(document))
        flush_folder(fresh)
        _check(fresh)
        if folder.exists():
            # Into the workshop, which is removed in any case.
            folder.replace(room / "replaced")
        put(fresh, folder)
    return [folder / name for name in ("model.json", *names)]


def _pair(stored: Pair, room: Path, stem: str, classes: Sequence[str]) -> Pair:
    document, content = _read(stored, room, classes)
    finished = room / "finished"
    finished.mkdir()
    json_path, bin_path = finished / f"{stem}.json", finished / f"{stem}.weights.bin"
    document["weightsManifest"][0]["paths"] = [f"./{bin_path.name}"]
    flushed_write(bin_path, content)
    flushed_write(json_path, as_document(document))
    return json_path, bin_path


def _read(stored: Pair, room: Path, classes: Sequence[str]) -> tuple[dict[str, Any], bytes]:
    """Return the description, its classes called as wanted, and the weights."""
    description, weights = stored
    try:
        size = description.stat().st_size
        document = parse_document(StoredFile(description.name, size, description.read_bytes))
        content = weights.read_bytes()
    except OSError as error:
        raise BadInput(
            "The stored classifier cannot be read ({reason}); train again.",
            reason=error.strerror or str(error),
        ) from error
    make_sure_of_room(room, 3 * len(content) + 2**20)
    groups = document.get("weightsManifest")
    if not isinstance(groups, list) or len(groups) != 1:
        raise BadInput("The stored classifier is damaged on the disk; train again.")
    if classes:
        document = {**document, "classes": list(classes)}
    return document, content


def _check(source: Path | Sequence[Path]) -> None:
    """Refuse to deliver what Piximi would not open."""
    reasons = check_for_piximi(source)
    if reasons:
        raise BadInput("The export would not open in Piximi: {reasons}", reasons=reasons[0])


def _refuse_other_content(folder: Path) -> None:
    if not folder.exists():
        return
    if not folder.is_dir():
        raise BadInput("'{folder}' is a file; choose a folder for the shards.", folder=folder.name)
    for path in folder.iterdir():
        ours = path.name == "model.json" or (
            path.name.startswith("group1-shard") and path.name.endswith(".bin")
        )
        if not ours or not path.is_file():
            raise BadInput(
                "The folder '{folder}' holds other files ('{path}'); choose a new or"
                " empty folder, since all files in it are opened together.",
                folder=folder.name,
                path=path.name,
            )
