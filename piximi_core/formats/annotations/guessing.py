"""Which format a file of annotations has, told from its names and from what is inside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.files import is_zip, members_of
from piximi_core.formats.annotations.json_sorts import LIST, sort_of_json
from piximi_core.formats.annotations.label_index import INDEX_NAME
from piximi_core.formats.annotations.plain_json import read_json
from piximi_core.formats.zips.archives import Member

__all__ = ["format_of_json", "guess_format"]

_MOST_GUESSED = 20


def format_of_json(path: Path, name: str) -> str | None:
    """Return the format of one JSON file; None if it is none, or of a format nobody knows."""
    if path.is_dir() or is_zip(path) or not name.lower().endswith((".json", ".geojson")):
        return None
    try:
        return sort_of_json(read_json(path, name, list_as=LIST))
    except BadInput:
        return None


def guess_format(path: Path, name: str, scratch: Path) -> str | None:
    """Return the format that a file, zip or folder turns out to have, None if it has none.

    Parameters
    ----------
    path, name
        The file, and what to call it.
    scratch
        A folder for what zips hold; made if missing.

    Raises
    ------
    BadInput
        It cannot be opened.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    members = members_of(path, name, scratch)
    endings = {PurePosixPath(member.name).suffix.lower() for member in members}
    if any(_is_voc(member) for member in members if member.name.lower().endswith(".xml")):
        return "voc"
    for ending, found in ((".roi", "imagej"), (".geojson", "geojson")):
        if ending in endings:
            return found
    jsons = [member for member in members if member.name.lower().endswith(".json")]
    for member in jsons[:_MOST_GUESSED]:
        sort = sort_of_json(read_json(member.path, member.name, list_as=LIST))
        if sort is not None:
            return sort
    texts = [m.name for m in members if m.name.lower().endswith(".txt")]
    if any(not PurePosixPath(text).name.lower().startswith("readme") for text in texts):
        return "yolo"
    pictures = [m.name for m in members if m.name.lower().endswith((".tif", ".tiff", ".png"))]
    if pictures:
        return "masks" if _in_folders(pictures, members) else "labels"
    if ".zip" in endings:
        return "imagej"
    return None


def _in_folders(pictures: Sequence[str], members: Sequence[Member]) -> bool:
    """Whether each image has a folder of its own, as in mask zips."""
    if max(picture.count("/") for picture in pictures) >= 2:
        return True
    tables = [m.name for m in members if PurePosixPath(m.name).name == INDEX_NAME]
    return any(
        "/" in picture.removeprefix(table.removesuffix(INDEX_NAME))
        for table in tables
        for picture in pictures
    )


def _is_voc(member: Member) -> bool:
    """Whether an XML file begins as Pascal VOC does; what is no XML at all may be one cut short."""
    with member.path.open("rb") as file:
        start = file.read(4096).replace(b"\0", b"")
    tag = re.search(rb"<([A-Za-z_][\w.-]*)", start)
    return tag is None or tag[1] == b"annotation"
