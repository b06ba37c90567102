"""OME-TIFF whose metadata promise more than the file holds, or call it by an older name.

tifffile reads OME-XML well but takes it at its word. Here it is given the words that are true of
this one file: sizes cut to the planes that are there, and no other names for itself.
"""

from __future__ import annotations

import math
from functools import cache, cached_property
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from piximi_core.messages import Message

__all__ = ["one_file"]

_MOST_PLANES = 10_000_000

Place = tuple[int, ...]


@cache
def one_file() -> Any:
    """Return tifffile's class of files, with OME-XML that is true of the file at hand."""
    import tifffile

    class OneFile(tifffile.TiffFile):  # type: ignore[misc, unused-ignore]
        """A TIFF that is read alone, whatever other files it names."""

        @cached_property
        def _told(self) -> tuple[str | None, tuple[str, ...]]:
            text = super().ome_metadata
            return (text, ()) if text is None else _true_of(text, len(self.pages))

        @property
        def ome_metadata(self) -> str | None:
            return self._told[0]

        @property
        def ome_notes(self) -> tuple[str, ...]:
            """What its metadata promise that is not there."""
            return self._told[1]

    return OneFile


def _true_of(text: str, pages: int) -> tuple[str, tuple[str, ...]]:
    """Return OME-XML that promises what a file of so many pages holds, and what was cut.

    Text that is no such XML, and sets whose planes lie in several files, come back as they are.
    """
    try:
        root = ElementTree.fromstring(text)
    except ElementTree.ParseError:
        return text, ()
    notes: list[str] = []
    changed = False
    for number, pixels in enumerate(root.findall("{*}Image/{*}Pixels")):
        try:
            changed |= _rename(root, pixels) | _claim(pixels)
            # Of further images nothing is read, and so nothing said.
            changed |= _cut(pixels, pages, notes if number == 0 else [])
        except (KeyError, ValueError, OverflowError):
            continue  # for tifffile to judge
    return (ElementTree.tostring(root, "unicode"), tuple(notes)) if changed else (text, ())


def _rename(root: Element, pixels: Element) -> bool:
    """Take away the names by which all planes lie in one and the same file: it is this one."""
    blocks = pixels.findall("{*}TiffData")
    names = [block.find("{*}UUID") for block in blocks]
    said = {(one.text or "").strip() for one in names if one is not None}
    if not said or len(said) > 1 or said == {root.get("UUID")}:
        return False
    if any(one is None for one in names):
        return False
    for block, name in zip(blocks, names, strict=True):
        if name is not None:
            block.remove(name)
    return True


def _claim(pixels: Element) -> bool:
    """Take the pages of the file, where the metadata do not say what their planes are."""
    if any(pixels.find(f"{{*}}{name}") is not None for name in ("TiffData", "BinData")):
        return False
    ElementTree.SubElement(pixels, pixels.tag.replace("Pixels", "TiffData"))
    return True


def _cut(pixels: Element, pages: int, notes: list[str]) -> bool:
    """Cut the sizes to the planes that are there, the slowest axis first."""
    order = [axis for axis in reversed(pixels.attrib["DimensionOrder"]) if axis not in "XY"]
    samples = _samples(pixels)
    sizes = {axis: int(pixels.attrib[f"Size{axis}"]) for axis in order}
    sizes["C"] //= samples
    if min(sizes.values()) < 1 or math.prod(sizes.values()) > _MOST_PLANES:
        return False
    blocks = pixels.findall("{*}TiffData")
    if any(block.find("{*}UUID") is not None for block in blocks) or not blocks:
        return False
    present = _present(blocks, order, sizes, pages)
    said = dict(sizes)
    for place, axis in enumerate(order):
        inner = math.prod(sizes[later] for later in order[place + 1 :])
        whole = 0
        while whole < sizes[axis] and all(
            number in present for number in range(whole * inner, (whole + 1) * inner)
        ):
            whole += 1
        sizes[axis] = max(whole, 1)
        if whole:
            break
    if sizes == said or 0 not in present:
        return False
    for axis in order:
        pixels.set(f"Size{axis}", str(sizes[axis] * (samples if axis == "C" else 1)))
        if sizes[axis] < said[axis]:
            notes.append(_short(axis, sizes[axis], said[axis]))
    _lay_out(pixels, blocks, order, sizes, said, present)
    return True


def _short(axis: str, found: int, said: int) -> str:
    if axis == "T":
        return Message(
            "cut short: {found} of {said} time points are in the file", found=found, said=said
        )
    if axis == "Z":
        return Message(
            "cut short: {found} of {said} planes are in the file", found=found, said=said
        )
    return Message("cut short: {found} of {said} channels are in the file", found=found, said=said)


def _samples(pixels: Element) -> int:
    channel = pixels.find("{*}Channel")
    return max(1, int(channel.get("SamplesPerPixel", 1))) if channel is not None else 1


def _present(
    blocks: list[Element], order: list[str], sizes: dict[str, int], pages: int
) -> dict[int, int]:
    """Return the page of each plane that lies in the file, by its number in the stored order."""
    present: dict[int, int] = {}
    for block in blocks:
        first = 0
        for axis in order:
            first = first * sizes[axis] + int(block.get(f"First{axis}", 0))
        page = int(block.get("IFD", 0))
        count = int(block.get("NumPlanes", 1 if "IFD" in block.attrib else 0))
        count = int(block.get("PlaneCount", count)) or pages
        for step in range(min(count, pages - page)):
            present[first + step] = page + step
    return present


def _lay_out(
    pixels: Element,
    blocks: list[Element],
    order: list[str],
    sizes: dict[str, int],
    said: dict[str, int],
    present: dict[int, int],
) -> None:
    """Say anew which page each plane is, for the sizes that are left."""
    tag = blocks[0].tag
    for block in blocks:
        pixels.remove(block)
    for number in range(math.prod(sizes.values())):
        rest, place = number, dict[str, int]()
        for axis in reversed(order):
            rest, place[axis] = divmod(rest, sizes[axis])
        before = 0
        for axis in order:
            before = before * said[axis] + place[axis]
        block = ElementTree.SubElement(pixels, tag, {f"First{a}": str(place[a]) for a in order})
        block.attrib.update({"IFD": str(present[before]), "PlaneCount": "1"})
