"""The strict checker: what Piximi opens passes, everything else fails with its own reason."""

from __future__ import annotations

import copy
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from piximi_core.formats.tfjs.checker import check_for_piximi
from tests.formats.checker_cases import (
    CASES,
    COUNT,
    document,
    encoded,
    functional,
    layer,
    layers,
    weight_bytes,
)


def pair(folder: Path, changed: Any = None, content: bytes | None = None) -> list[Path]:
    description, weights = folder / "cells.json", folder / "cells.weights.bin"
    description.write_bytes(encoded(document() if changed is None else changed))
    weights.write_bytes(weight_bytes() if content is None else content)
    return [description, weights]


def packed(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def good(prefix: str = "cells") -> dict[str, bytes]:
    return {f"{prefix}.json": encoded(document()), f"{prefix}.weights.bin": weight_bytes()}


def test_what_piximi_wrote_passes(shared_data: Path) -> None:
    folder = shared_data / "piximi" / "classifier"
    assert check_for_piximi(folder / "mnist_classifier.zip") == []
    assert check_for_piximi(folder / "mnist_classifier") == []
    assert check_for_piximi(folder / "mnist_classifier" / "mnist_classifier.json") == []


def test_a_pair_and_a_zip_pass(tmp_path: Path) -> None:
    files = pair(tmp_path)
    assert check_for_piximi(files) == []
    assert check_for_piximi(files[0]) == []
    assert check_for_piximi(packed(tmp_path / "a.zip", good())) == []
    # A folder that all files share is allowed.
    assert check_for_piximi(packed(tmp_path / "b.zip", good("my models/cells"))) == []


def test_shards_pass_in_any_order(tmp_path: Path) -> None:
    changed = document()
    names = [f"group1-shard{index}of3.bin" for index in (1, 2, 3)]
    changed["weightsManifest"][0]["paths"] = names
    content = weight_bytes()
    (tmp_path / "model.json").write_bytes(encoded(changed))
    for index, name in enumerate(names):
        (tmp_path / name).write_bytes(
            content[index * 300 : (index + 1) * 300 if index < 2 else None]
        )
    assert check_for_piximi(tmp_path) == []
    assert check_for_piximi(sorted(tmp_path.iterdir(), reverse=True)) == []
    (tmp_path / names[1]).unlink()
    assert "is not provided" in check_for_piximi(tmp_path)[0]


ACCEPTED: dict[str, Callable[[dict[str, Any]], Any]] = {
    "wrapped as in HDF5": lambda d: d.update(modelTopology={"model_config": d["modelTopology"]}),
    "layers as a bare list": lambda d: d["modelTopology"].update(config=layers(d)),
    "keys of newer versions": lambda d: layers(d)[0].update(
        module="keras.layers", registered_name=None, build_config={}
    ),
    "no format and versions": lambda d: [
        d.pop("format"),
        d["modelTopology"].pop("backend"),
        d["modelTopology"].pop("keras_version"),
    ],
    "weights in another order": lambda d: d["weightsManifest"][0]["weights"].reverse(),
    "a cell in weight names": lambda d: d["weightsManifest"][0]["weights"][0].update(
        name="conv/cell/kernel"
    ),
    "an axis as a number": lambda d: layer(d, 1).update(axis=3),
    "an input layer of Keras 2": lambda d: layers(d).insert(
        0,
        {
            "class_name": "InputLayer",
            "config": {"name": "in", "batch_input_shape": layer(d, 0).pop("batch_input_shape")},
        },
    ),
    "more top-level keys": lambda d: d.update(userDefinedMetadata={"a": 1}),
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_other_forms_that_open_pass(tmp_path: Path, name: str) -> None:
    changed = document()
    ACCEPTED[name](changed)
    assert check_for_piximi(pair(tmp_path, changed)) == []


def test_a_functional_graph_passes(tmp_path: Path) -> None:
    assert check_for_piximi(pair(tmp_path, functional())) == []


@pytest.mark.parametrize("name", CASES)
def test_each_defect_has_its_reason(tmp_path: Path, name: str) -> None:
    case = CASES[name]
    reasons = check_for_piximi(pair(tmp_path, case.made()))
    assert any(case.words in reason for reason in reasons), reasons
    for reason in reasons:
        assert reason.endswith(".")
        assert "\n" not in reason


ZIPS: dict[str, tuple[dict[str, bytes], str]] = {
    "the converter's own names": (
        {"model.json": encoded(document()), "group1-shard1of1.bin": weight_bytes()},
        "the converter's own file names work loose only",
    ),
    "different stems": (
        {"model.json": encoded(document()), "cells.weights.bin": weight_bytes()},
        "Missing '.weights.bin' weights file of the model 'model'",
    ),
    "a dot in the name": (
        {"cells.v2.json": encoded(document()), "cells.v2.weights.bin": weight_bytes()},
        "a dot too many",
    ),
    "a dot in the folder": (
        {"my.cells/a.json": encoded(document()), "my.cells/a.weights.bin": weight_bytes()},
        "a dot too many",
    ),
    "shadow files of macOS": (
        {**good(), "__MACOSX/._cells.json": b"x"},
        "macOS' shadow file '__MACOSX/._cells.json'",
    ),
    "a second weights file": (
        {**good(), "cells.more.weights.bin": b"x"},
        "is a second weights file of 'cells'",
    ),
    "two classifiers": ({**good(), **good("other")}, "2 classifiers"),
    "a stray description": ({**good(), "metadata.json": b"{}"}, "of the model 'metadata'"),
    "something else": ({**good(), "README.txt": b"hello"}, "also holds 'README.txt'"),
    "no description": ({"cells.weights.bin": weight_bytes()}, "Missing '.json'"),
    "nothing": ({}, "no '<name>.json'"),
    "no JSON": ({**good(), "cells.json": b"{not json"}, "not valid JSON"),
    "a list": ({**good(), "cells.json": b"[]"}, "no JSON object"),
    "not a number": ({**good(), "cells.json": b'{"a": NaN}'}, "NaN is no JSON number"),
    "brackets without end": ({**good(), "cells.json": b"[" * 200_000}, "not valid JSON"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_each_wrong_zip_has_its_reason(tmp_path: Path, name: str) -> None:
    entries, words = ZIPS[name]
    reasons = check_for_piximi(packed(tmp_path / "cells.zip", entries))
    assert any(words in reason for reason in reasons), reasons


def test_converter_names_are_fine_loose(tmp_path: Path) -> None:
    changed = document()
    changed["weightsManifest"][0]["paths"] = ["group1-shard1of1.bin"]
    (tmp_path / "model.json").write_bytes(encoded(changed))
    (tmp_path / "group1-shard1of1.bin").write_bytes(weight_bytes())
    assert check_for_piximi(tmp_path / "model.json") == []


@pytest.mark.parametrize("size", [0, 1, COUNT * 4 - 1, COUNT * 4 + 1, COUNT * 8])
def test_the_number_of_bytes_must_fit(tmp_path: Path, size: int) -> None:
    [reason] = check_for_piximi(pair(tmp_path, content=bytes(size)))
    assert reason == (
        f"The weights should have {COUNT * 4} bytes by the manifest, but the file(s) have {size}."
    )


def test_without_its_blocks_the_last_layer_must_be_called_dense(tmp_path: Path) -> None:
    changed = document()
    for key in ("preprocessSettings", "classes", "optimizerSettings"):
        del changed[key]
    assert not any("'dense'" in reason for reason in check_for_piximi(pair(tmp_path, changed)))
    layer(changed, -1)["name"] = "last"
    for entry in changed["weightsManifest"][0]["weights"][-2:]:
        entry["name"] = entry["name"].replace("dense", "last")
    assert any(
        "no 'dense' in its name" in reason for reason in check_for_piximi(pair(tmp_path, changed))
    )


def test_selections_without_a_pair(tmp_path: Path) -> None:
    files = pair(tmp_path)
    assert "must include one description" in check_for_piximi([files[1], files[1]])[0]
    assert "neither a zip nor a .json" in check_for_piximi(files[1])[0]
    assert "no file 'gone.json'" in check_for_piximi(tmp_path / "gone.json")[0]
    assert "must include one description" in check_for_piximi([])[0]
    second = tmp_path / "more.json"
    second.write_bytes(files[0].read_bytes())
    assert "several descriptions" in check_for_piximi([*files, second])[0]


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
@pytest.mark.parametrize("byte", [0, 0xFF])
def test_a_damaged_zip_is_one_sentence(tmp_path: Path, method: int, byte: int) -> None:
    """Every way to pack complains of damage in its own way."""
    path = packed(tmp_path / "cells.zip", good(), method)
    content = bytearray(path.read_bytes())
    content[60:90] = bytes([byte]) * 30
    path.write_bytes(content)
    [reason] = check_for_piximi(path)
    assert "damaged" in reason or "not valid" in reason


JUNK: list[Any] = [None, True, -1, 1.5, "x", "", [], {}, [[None]], {"class_name": [1]}, 10**12]


def places(value: Any) -> list[tuple[Any, Any]]:
    """Give every container of a document with each of its keys."""
    keys: list[Any] = []
    if isinstance(value, (dict, list)):
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    found = [(value, key) for key in keys]
    return found + [place for key in keys for place in places(value[key])]


@pytest.mark.parametrize("seed", range(8))
def test_any_broken_description_gives_sentences_and_no_exception(tmp_path: Path, seed: int) -> None:
    source = random.Random(seed)
    for _ in range(100):
        changed = source.choice([document, functional])()
        container, key = source.choice(places(changed))
        container[key] = copy.deepcopy(source.choice(JUNK))
        reasons = check_for_piximi(pair(tmp_path, changed))
        assert all(reason and "\n" not in reason for reason in reasons)
