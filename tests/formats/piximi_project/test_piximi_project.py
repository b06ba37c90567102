"""Piximi's project files: every version opens, damage is repaired or refused in words, and what
we write a strict reader of its own takes."""

from __future__ import annotations

import gzip
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from piximi_core.annotation import encode_mask
from piximi_core.errors import BadInput
from piximi_core.formats.piximi_project import (
    ChannelView,
    from_unit,
    safe_thing_name,
    sixteen_bit,
    to_stored,
)
from tests.formats.piximi_project import piximi_files as made
from tests.formats.piximi_project.piximi_opened import opened


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_every_whole_number_comes_back_from_its_float(dtype: Any) -> None:
    whole = np.arange(np.iinfo(dtype).max + 1, dtype=np.int64).astype(dtype)
    depth = 8 * whole.itemsize
    assert np.array_equal(from_unit(to_stored(whole), depth), whole)
    # As JavaScript computes it: divided in double precision, then rounded.
    assert np.array_equal(from_unit((whole / (2.0**depth - 1)).astype("<f4"), depth), whole)


@pytest.mark.parametrize("version", ["0.2.0", "1.0.0", "1.0.1", "1.0.2", "1.1.0", "1.1.4"])
def test_a_project_of_each_version_opens(tmp_path: Path, version: str) -> None:
    files = made.things_project(version)
    project, images, objects, repairs = opened(made.zipped(files, tmp_path / "a.zip"))
    assert repairs == []
    assert (project.name, project.version, project.count) == ("Blood", version, 3)
    assert [k.name for k in project.kinds] == [
        "Image",
        "cell" if version[:3] == "1.1" else made.CELL,
    ]
    assert [[c.name for c in k.categories] for k in project.kinds] == [
        ["Unknown", "red", "white"],
        ["Unknown", "round"],
    ]
    first, second = images["a.png"], images["b.png"]
    assert np.array_equal(first.pixels, made.pixels(1))
    assert first.pixels.dtype == np.uint8
    assert np.array_equal(second.pixels, made.pixels(2, (3, 6, 8, 1), 16))
    assert (first.category_id, first.partition, second.active_plane) == (made.RED, "Training", 2)
    assert first.channels == (ChannelView("#ff00ff", True, 0.25, 0.75),)
    one = objects["b.png-cell_0"]
    assert (one.box, one.runs) == (tuple(made.BOX), tuple(made.RUNS))
    assert (one.image_id, one.kind_id, one.category_id) == (made.SECOND, made.CELL, made.ROUND)
    assert one.plane == 1
    for model in project.models:
        assert model.settings.input_shape == (32, 24, 1)
        assert (model.settings.epochs, model.settings.training_percent) == (7, 0.6)
        assert model.settings.learning_rate == 0.002
    assert {model.kind_id for model in project.models} == {"Image", made.CELL}


def test_annotations_of_the_first_version_become_kinds(tmp_path: Path) -> None:
    project, images, objects, repairs = opened(
        made.zipped(made.first_project(), tmp_path / "a.zip")
    )
    assert repairs == []
    assert [kind.name for kind in project.kinds] == ["Image", "cell", "dust"]
    assert (images["a.png"].partition, images["b.png"].partition) == ("Unassigned", "Inference")
    assert np.array_equal(images["b.png"].pixels, made.pixels(2, (3, 6, 8, 1), 16))
    cell, dust = objects["b.png-cell_0"], objects["b.png-dust_0"]
    assert (cell.box, cell.runs, cell.plane) == (tuple(made.BOX), tuple(made.RUNS), 1)
    assert (dust.box, dust.runs, dust.plane) == ((0, 0, 2, 1), (0, 2), 0)
    assert cell.category_id == project.kinds[1].unknown.id


def test_an_unpacked_folder_opens(tmp_path: Path) -> None:
    for name, content in made.things_project("1.1.4").items():
        place = tmp_path / "blood.zarr" / name.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    for given_path in (tmp_path / "blood.zarr", tmp_path):
        _project, images, objects, repairs = opened(given_path)
        assert (len(images), len(objects), repairs) == (2, 1, [])
    (tmp_path / "blood.zarr" / "link").symlink_to("/etc")
    with pytest.raises(BadInput, match="links"):
        opened(tmp_path)


@pytest.mark.parametrize("how", ["no folder entry", "inside a folder", "without its folder", "mac"])
def test_a_zip_that_was_made_again_opens(tmp_path: Path, how: str) -> None:
    files, path = made.things_project("1.1.4"), tmp_path / "a.zip"
    roots = {"inside a folder": "mine/blood.zarr/", "without its folder": ""}
    more = {"__MACOSX/blood.zarr/._x": b"x"} if how == "mac" else {}
    made.zipped(files, path, roots.get(how, "blood.zarr/"), folders=False, **more)
    _project, images, _objects, repairs = opened(path)
    assert len(images) == 2
    assert repairs == []


@pytest.mark.parametrize("packing", ["zlib", "gzip", "blosc"])
def test_packed_arrays_in_several_parts_are_read(tmp_path: Path, packing: str) -> None:
    from numcodecs import blosc

    pack: dict[str, Callable[[bytes], bytes]] = {
        "zlib": zlib.compress,
        "gzip": gzip.compress,
        "blosc": lambda content: blosc.compress(content, b"lz4", 5),
    }
    files = made.things_project("1.1.4")
    place = "project/things/a.png/a.png"
    about = json.loads(files[f"{place}/.zarray"])
    about |= {"chunks": [1, 4, 5, 1], "dtype": ">f4", "compressor": {"id": packing}}
    files[f"{place}/.zarray"] = made.text(about)
    del files[f"{place}/0.0.0.0"]
    padded = np.zeros((1, 8, 10, 1), ">f4")
    padded[:, :6, :8] = made.unit(made.pixels(1))
    for y in (0, 1):
        for x in (0, 1):
            part = padded[:, 4 * y : 4 * y + 4, 5 * x : 5 * x + 5]
            files[f"{place}/0.{y}.{x}.0"] = pack[packing](part.tobytes())
    _project, images, _objects, repairs = opened(made.zipped(files, tmp_path / "a.zip"))
    assert repairs == []
    assert np.array_equal(images["a.png"].pixels, made.pixels(1))


A, B, CELLS = "project/things/a.png", "project/things/b.png", "project/things/b.png-cell_0"
Damage = Callable[[made.Files], Any]

REPAIRED: dict[str, tuple[Damage, str]] = {
    "a missing chunk": (lambda f: f.pop(f"{A}/a.png/0.0.0.0"), "lacked a part"),
    "no array": (lambda f: f.pop(f"{A}/a.png/.zarray"), "left out because"),
    "a cut chunk": (
        lambda f: f.update({f"{A}/a.png/0.0.0.0": b"123"}),
        "left out because its array has another size",
    ),
    "no attributes": (lambda f: f.pop(f"{A}/.zattrs"), "without attributes"),
    "no bit depth": (lambda f: f.pop(f"{A}/a.png/.zattrs"), "did not say 8 or 16 bit"),
    "no colours": (lambda f: f.pop(f"{A}/colors/color/.zarray"), "channel colours"),
    "no partition": (lambda f: made.edit(f, A, classifier_partition=None), "without a partition"),
    "a plane too far": (lambda f: made.edit(f, B, active_plane=7), "became the nearest"),
    "an object's plane too far": (lambda f: made.edit(f, CELLS, active_plane=9), "the nearest"),
    "no category": (lambda f: made.edit(f, A, class_category_id="gone"), "are unlabelled"),
    "an id twice": (lambda f: made.edit(f, A, thing_id=OTHER), "missing or taken"),  # type: ignore[has-type]
    "a mask too short": (lambda f: made.edit(f, CELLS, mask=[1, 3]), "did not fill their box"),
    "a mask too long": (lambda f: made.edit(f, CELLS, mask=[0, 99]), "did not fill their box"),
    "no mask": (lambda f: made.edit(f, CELLS, mask=None), "did not fill their box"),
    "a mask of words": (lambda f: made.edit(f, CELLS, mask=["a"]), "did not fill their box"),
    "a box over the edge": (
        lambda f: made.edit(f, CELLS, bbox=[6, 4, 10, 7]),
        "reached out of their image",
    ),
    "a box outside": (lambda f: made.edit(f, CELLS, bbox=[20, 20, 24, 23]), "outside their image"),
    "no box": (lambda f: made.edit(f, CELLS, bbox=None), "without a box"),
    "no image": (lambda f: made.edit(f, CELLS, image_id="gone"), "without their image"),
    "an orphan category": (
        lambda f: made.edit(f, "project/categories", kind=["Image"] * 3 + ["gone"] * 2),
        "Categories without a kind",
    ),
    "a known id that begins with 0": (
        lambda f: rename_everywhere(f, made.RED, "0" + made.RED[1:]),
        "breaks Piximi's rule",
    ),
    "no kind Image": (
        lambda f: made.edit(f, "project/kinds", kind_id=["Bild", made.CELL]),
        "The kind Image was missing",
    ),
    "names twice": (
        lambda f: made.edit(f, "project/things", thing_names=["a.png", "a.png", "b.png"]),
        "listed twice",
    ),
    "a name that leads outside": (
        lambda f: made.edit(f, "project/things", thing_names=["../a", "a.png", "b.png"]),
        "whose name cannot be one",
    ),
    "no list of things": (lambda f: f.update({"project/things/.zattrs": b"["}), "is damaged"),
    "no version": (lambda f: made.edit(f, "", version=None), "does not say which Piximi"),
    "a newer version": (lambda f: made.edit(f, "", version="1.3.0"), "a newer Piximi"),
    "values outside": (
        lambda f: made.array(f, f"{A}/a.png", np.full((1, 6, 8, 1), 2.0), bit_depth=8),
        "outside 0 to 1",
    ),
    "values that are no numbers": (
        lambda f: made.array(f, f"{A}/a.png", np.full((1, 6, 8, 1), np.nan), bit_depth=8),
        "outside 0 to 1",
    ),
    "16 bit that says 8": (
        lambda f: made.array(
            f, f"{A}/a.png", made.unit(made.pixels(3, (1, 6, 8, 1), 16)), bit_depth=8
        ),
        "they are now 16 bit",
    ),
    "a classifier without files": (
        lambda f: made.edit(f, "classifier/Image", models=["base-model", "cells"]),
        "without their files",
    ),
}
OTHER = made.SECOND
BASE = "classifier/Image/base-model/model_info"
REPAIRED["a kind whose id is a path"] = (
    lambda f: rename_everywhere(f, made.CELL, "../cell"),
    "Kinds whose id cannot be one",
)
REPAIRED["a category without a name"] = (
    lambda f: made.edit(f, "project/categories", name=["Unknown", "red", "", "Unknown", "round"]),
    "Categories without a name",
)
REPAIRED["a category's id that is none"] = (
    lambda f: made.edit(f, "project/categories", category_id=[[], *CATEGORIES[1:]]),  # type: ignore[has-type]
    "listed twice, were left out",
)
REPAIRED["epochs beyond all bounds"] = (
    lambda f: made.edit(f, f"{BASE}/optimizer_settings", epochs=-1),
    "cannot be used were replaced: epochs",
)
CATEGORIES = [made.UNKNOWN, made.RED, made.WHITE, made.CELL_UNKNOWN, made.ROUND]
REPAIRED["an input size that wrapped around"] = (
    lambda f: made.array(
        f,
        "classifier/Image/base-model/model_info/preprocessing_settings/input_shape",
        [1, 0, 0, 1],
        "|u1",
    ),
    "had wrapped around",
)


def rename_everywhere(files: made.Files, old: str, new: str) -> None:
    for path, content in list(files.items()):
        if path.endswith(".zattrs"):
            files[path] = content.replace(old.encode(), new.encode())


@pytest.mark.parametrize("name", list(REPAIRED))
def test_damage_is_repaired_and_told(tmp_path: Path, name: str) -> None:
    damage, told = REPAIRED[name]
    files = made.things_project("1.1.4")
    damage(files)
    project, images, objects, repairs = opened(made.zipped(files, tmp_path / "a.zip"))
    assert any(told in line for line in repairs), repairs
    # Whatever was wrong, what comes out obeys every rule.
    ids = [thing.id for thing in (*images.values(), *objects.values())]  # type: ignore[attr-defined]
    assert len(set(ids)) == len(ids)
    known = {c.id: (kind, c) for kind in project.kinds for c in kind.categories}
    for kind in project.kinds:
        assert [c.id[0] == "0" for c in kind.categories] == [True] + [False] * (
            len(kind.categories) - 1
        )
    by_id = {image.id: image for image in images.values()}
    for image in images.values():
        assert known[image.category_id][0].id == "Image"
        assert 0 <= image.active_plane < image.pixels.shape[0]
    for one in objects.values():
        x1, y1, x2, y2 = one.box
        planes, height, width, _ = by_id[one.image_id].pixels.shape
        assert 0 <= x1 < x2 <= width
        assert 0 <= y1 < y2 <= height
        assert 0 <= one.plane < planes
        assert sum(one.runs) == (x2 - x1) * (y2 - y1)
        assert known[one.category_id][0].id == one.kind_id


def test_a_box_over_the_edge_keeps_what_is_inside(tmp_path: Path) -> None:
    files = made.things_project("1.1.4")
    mask = np.array([[1, 0, 1, 1], [0, 1, 1, 0], [1, 1, 1, 1]], bool)
    made.edit(files, CELLS, bbox=[6, 4, 10, 7], mask=encode_mask(mask))
    _project, _images, objects, _repairs = opened(made.zipped(files, tmp_path / "a.zip"))
    one = objects["b.png-cell_0"]
    assert one.box == (6, 4, 8, 6)
    assert list(one.runs) == encode_mask(mask[:2, :2])


def test_metrics_that_are_null_are_kept(tmp_path: Path) -> None:
    files = made.things_project("1.1.4")
    result = {"confusionMatrix": [[1]], "accuracy": None, "precision": None}
    made.list_classifier(files, "cells", eval_results=[result, 3], class_map=[[0, made.RED], [1]])
    path = made.zipped(
        files,
        tmp_path / "a.zip",
        **{"cells.json": b"{}", "cells.weights.bin": b"1234"},  # type: ignore[arg-type]
    )
    project, *_rest, repairs = opened(path)
    model = next(model for model in project.models if model.name == "cells")
    assert repairs == []
    assert model.eval_results == (result,)
    assert model.class_map == {0: made.RED}
    assert [file.name for file in model.files] == ["cells.json", "cells.weights.bin"]


def nothing(_files: made.Files) -> None:
    pass


@pytest.mark.parametrize(
    ("damage", "more", "told"),
    [
        (nothing, {"other.zarr/project/.zgroup": b"{}"}, "more than one Piximi project"),
        (nothing, {"../../evil": b"x"}, "leads outside"),
        (nothing, {"/etc/passwd": b"x"}, "leads outside"),
        (lambda f: made.edit(f, "", version="2.0.0"), {}, "newer than this program"),
        (lambda f: f.pop("project/things/.zattrs"), {}, "lists no images"),
        (lambda f: f.clear(), {"readme.txt": b"x"}, "no Piximi project"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_words(
    tmp_path: Path, damage: Damage, more: dict[str, bytes], told: str
) -> None:
    files = made.things_project("1.1.4")
    damage(files)
    with pytest.raises(BadInput, match=told):
        opened(made.zipped(files, tmp_path / "a.zip", **more))  # type: ignore[arg-type]


def test_files_that_are_no_zip_are_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text("{}")
    with pytest.raises(BadInput, match=r"is no zip.*Piximi saved"):
        opened(tmp_path / "old.json")
    with pytest.raises(BadInput, match="There is no file"):
        opened(tmp_path / "gone.zip")


def test_an_array_that_promises_too_much_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIXIMI_MAX_IMAGE_BYTES", "1000000")
    files = made.things_project("1.1.4")
    about = json.loads(files[f"{A}/a.png/.zarray"])
    huge = [1, 100_000, 100_000, 1]
    files[f"{A}/a.png/.zarray"] = made.text({**about, "shape": huge, "chunks": huge})
    _project, images, _objects, repairs = opened(made.zipped(files, tmp_path / "a.zip"))
    assert list(images) == ["b.png"]
    assert "PIXIMI_MAX_IMAGE_BYTES" in repairs[0]


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    files = made.things_project("1.1.4")
    path = made.zipped(files, tmp_path / "a.zip")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", b"x")
        info = archive.infolist()[-1]
        # The directory promises far more than a file of this size can hold.
        info.file_size = 2**36
        archive._didModify = True  # type: ignore[attr-defined]
    with pytest.raises(BadInput, match="unpacks to more"):
        opened(path)


def test_names_that_piximi_would_misread_are_changed() -> None:
    assert safe_thing_name("a/b\\c.png") == "a_b_c.png"
    assert safe_thing_name("cells.zarr") == "cells_zarr"
    assert safe_thing_name("..") == "unnamed"
    assert safe_thing_name("plain name.tif") == "plain name.tif"


@pytest.mark.parametrize(
    ("pixels", "depth", "float_range", "expected"),
    [
        (np.array([-32768, 0, 32767], np.int16), 16, None, [0, 32768, 65535]),
        (np.array([-128, 0, 127], np.int8), 8, None, [0, 128 * 257, 65535]),
        (np.array([0, 2**32 - 1], np.uint32), 32, None, [0, 65535]),
        (np.array([-1, 0, 3, 5, np.nan], np.float32), 32, (-1.0, 3.0), [0, 16384, 65535, 65535, 0]),
        (np.array([7, 200], np.uint8), 8, None, [7, 200]),
    ],
)
def test_other_numbers_become_sixteen_bit(
    pixels: Any, depth: int, float_range: Any, expected: list[int]
) -> None:
    assert sixteen_bit(pixels, depth, float_range).tolist() == expected
