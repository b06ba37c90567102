"""Crops of real blood cells, cut from the boxes of the shared photographs."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

from PIL import Image

__all__ = ["cut_crops"]


def cut_crops(bccd: Path, into: Path, most: int = 250) -> Counter[str]:
    """Write up to `most` crops of each category into class-named folders; return the counts."""
    counts: Counter[str] = Counter()
    for annotation in sorted(bccd.rglob("*.xml")):
        tree = ElementTree.parse(annotation)
        photograph = _photograph(bccd, annotation)
        with Image.open(photograph) as image:
            for number, found in enumerate(tree.iter("object")):
                name = str(found.findtext("name"))
                box = found.find("bndbox")
                assert box is not None
                x1, y1, x2, y2 = (
                    int(float(str(box.findtext(key)))) for key in ("xmin", "ymin", "xmax", "ymax")
                )
                if counts[name] >= most or x2 - x1 < 8 or y2 - y1 < 8:
                    continue
                folder = into / name
                folder.mkdir(parents=True, exist_ok=True)
                image.crop((x1, y1, x2, y2)).save(folder / f"{annotation.stem}-{number:02d}.png")
                counts[name] += 1
    return counts


def _photograph(bccd: Path, annotation: Path) -> Path:
    (found,) = bccd.rglob(f"{annotation.stem}.jpg")
    return found
