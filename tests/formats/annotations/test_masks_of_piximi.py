"""Mask zips as Piximi makes them: without our table, told from names and values alone."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from piximi_core.formats.annotations.label_index import INDEX_NAME
from piximi_core.formats.annotations.model import AnnotationSet
from piximi_core.formats.annotations.registry import read_annotations, write_annotations
from tests.formats.annotations.sets import made_up, pixels, union


def without_table(path: Path) -> Path:
    bare = path.with_name("bare.zip")
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bare, "w") as target:
        for name in source.namelist():
            if not name.endswith((INDEX_NAME, "README.txt")):
                target.writestr(name, source.read(name))
    return bare


def whole_set() -> AnnotationSet:
    """Names that survive in file names, and no category called like its kind."""
    whole = made_up()
    whole.objects = [
        replace(one, category=None if one.category == "spot" else one.category and "early")
        for one in whole.objects
    ]
    return whole


@pytest.mark.parametrize("style", ["binary-instance", "labeled-instance"])
def test_instances_keep_each_object(tmp_path: Path, style: str) -> None:
    whole = whole_set()
    path, _hidden = write_annotations(whole, tmp_path, "masks", style=style)
    name, back = read_annotations(without_table(path), "bare.zip", tmp_path / "room")
    assert name == "masks"
    named = {"cells 1.ome": "cells 1.ome.tif", "Zellen-ü": "Zellen-ü.png"}
    back.objects = [replace(one, image=named[one.image]) for one in back.objects]
    assert pixels(back, whole) == pixels(whole, whole)


@pytest.mark.parametrize("style", ["labeled-semantic", "binary-semantic"])
def test_categories_keep_their_pixels(tmp_path: Path, style: str) -> None:
    whole = whole_set()
    path, _hidden = write_annotations(whole, tmp_path, "masks", style=style)
    _name, back = read_annotations(without_table(path), "bare.zip", tmp_path / "room")
    named = {"cells 1.ome": "cells 1.ome.tif", "Zellen-ü": "Zellen-ü.png"}
    back.objects = [replace(one, image=named[one.image]) for one in back.objects]
    fields = ("kind", "category")
    assert union(back, whole, *fields) == union(whole, whole, *fields)


def test_label_matrices_keep_each_object_of_a_kind(tmp_path: Path) -> None:
    whole = whole_set()
    path, _hidden = write_annotations(whole, tmp_path, "masks", style="label-matrices")
    _name, back = read_annotations(without_table(path), "bare.zip", tmp_path / "room")
    found = {(one.image, one.kind, one.plane, one.shape) for one in back.objects}
    assert ("cells 1.ome", "nucleus", 0, whole.objects[0].shape) in found
    assert ("cells 1.ome", "nucleus", 0, whole.objects[1].shape) in found
