"""A JSON file of another format than was asked for is named for what it is."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from piximi_core.errors import BadInput
from piximi_core.formats.annotations.registry import FORMATS, read_annotations

LABELME = {"version": "5.0.1", "shapes": [], "imagePath": "a.png", "imageData": None}
VIA = {"a.png100": {"filename": "a.png", "size": 100, "regions": [], "file_attributes": {}}}
LABEL_STUDIO = [{"id": 1, "data": {"image": "a.png"}, "annotations": []}]
CREATEML = [{"image": "a.png", "annotations": []}]
COCO = {"images": [{"id": 1, "file_name": "a.png"}], "annotations": [], "categories": []}
GEOJSON = {"type": "FeatureCollection", "features": []}
FILES = {
    "labelme": LABELME,
    "via": VIA,
    "labelstudio": LABEL_STUDIO,
    "createml": CREATEML,
    "coco": COCO,
    "geojson": GEOJSON,
}


PAIRS = [(real, asked) for real in FILES for asked in (*FILES, "piximi") if asked != real]


@pytest.mark.parametrize(("real", "asked"), PAIRS)
def test_the_file_is_named_and_the_way_out(real: str, asked: str, tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text(json.dumps(FILES[real]))
    with pytest.raises(BadInput, match=f"is a file of {FORMATS[real].title}, not of") as caught:
        read_annotations(path, "file.json", tmp_path / "scratch", format_name=asked)
    assert caught.value.on_command_line == f"Give --format {real}."
