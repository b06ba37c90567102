"""A strict reader of Piximi's project zips, written from the description of the format alone.

It stands for Piximi 1.1.4: it takes no part of our own reader or writer, repairs nothing, and
asserts every rule that a writer has to keep (directory entries, one chunk each, all attributes,
unique names, ids that tell Unknown from the rest, lists that agree with the things, masks that
fill their boxes).
"""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

PARTITIONS = {"Training", "Validation", "Inference", "Unassigned"}
DTYPES = {"<f4", "|u1", "<i4"}


class StrictReader:
    """One opened zip; see `read`."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.names = archive.namelist()
            self.files = {n: archive.read(n) for n in self.names if not n.endswith("/")}
            methods = {info.compress_type for info in archive.infolist()}
        assert methods <= {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        assert len(self.names) == len(set(self.names))
        roots = [name for name in self.names if re.search(r".*\.zarr\/$", name)]
        assert len(roots) == 1, "Could not determine zarr root"
        self.root = roots[0].split(".")[0] + ".zarr"
        assert roots[0] == f"{self.root}/"
        folders = {n.rpartition("/")[0] for n in self.files if n.startswith(self.root)}
        missing = {f"{folder}/" for folder in folders} - set(self.names)
        assert not missing, f"folders without an entry: {missing}"

    def attributes(self, group: str) -> dict[str, Any]:
        parts = group.split("/") if group else []
        for depth in range(len(parts) + 1):
            above = "/".join([self.root, *parts[:depth]])
            assert json.loads(self.files[f"{above}/.zgroup"]) == {"zarr_format": 2}, above
        path = f"{self.root}/{group}/.zattrs" if group else f"{self.root}/.zattrs"
        found = json.loads(self.files[path])
        assert isinstance(found, dict)
        return found

    def array(self, path: str) -> tuple[np.ndarray[Any, Any], dict[str, Any]]:
        base = f"{self.root}/{path}"
        about = json.loads(self.files[f"{base}/.zarray"])
        assert about["zarr_format"] == 2
        assert about["chunks"] == about["shape"]
        assert about["dtype"] in DTYPES
        assert (about["order"], about["compressor"], about["filters"]) == ("C", None, None)
        assert about["fill_value"] == 0
        chunk = self.files[f"{base}/" + ".".join("0" for _ in about["shape"])]
        values = np.frombuffer(chunk, about["dtype"]).reshape(about["shape"])
        attributes = json.loads(self.files.get(f"{base}/.zattrs", b"{}"))
        return values, attributes

    def read(self) -> dict[str, Any]:
        """Return everything as plain values, after every rule was checked."""
        assert self.attributes("")["version"] == "1.1.4"
        project = self.attributes("project")
        assert isinstance(project["name"], str)
        kinds, categories = self._labels()
        things = self._things(project["imageChannels"])
        self._check_lists(kinds, categories, things)
        self.attributes("segmenter")["name"]
        return {
            "name": project["name"],
            "channels": project["imageChannels"],
            "kinds": kinds,
            "categories": categories,
            "things": things,
            "models": self._models(kinds, categories),
        }

    def _labels(self) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
        table = self.attributes("project/kinds")
        columns = ("kind_id", "display_name", "contents", "categories", "unknown_category_id")
        assert len({len(table[column]) for column in columns}) == 1
        kinds = {
            row[0]: dict(zip(columns, row, strict=True))
            for row in zip(*(table[column] for column in columns), strict=True)
        }
        assert len(kinds) == len(table["kind_id"])
        assert kinds["Image"]["display_name"] == "Image"
        table = self.attributes("project/categories")
        columns = ("category_id", "name", "color", "kind", "contents")
        assert len({len(table[column]) for column in columns}) == 1
        categories = {
            row[0]: dict(zip(columns, row, strict=True))
            for row in zip(*(table[column] for column in columns), strict=True)
        }
        assert len(categories) == len(table["category_id"])
        unknown = {kind["unknown_category_id"] for kind in kinds.values()}
        assert unknown <= set(categories)
        for category_id, category in categories.items():
            assert (category_id[0] == "0") == (category_id in unknown)
            assert re.fullmatch("#[0-9a-fA-F]{6}", category["color"])
            assert category_id in kinds[category["kind"]]["categories"]
        for kind_id, kind in kinds.items():
            assert categories[kind["unknown_category_id"]]["kind"] == kind_id
            assert {categories[c]["kind"] for c in kind["categories"]} == {kind_id}
        return kinds, categories

    def _things(self, channels: Any) -> dict[str, dict[str, Any]]:
        names = self.attributes("project/things")["thing_names"]
        assert len(set(names)) == len(names)
        things = {}
        for name in names:
            assert name not in ("", ".", "..")
            assert "/" not in name
            group = f"project/things/{name}"
            thing = self.attributes(group)
            values, attributes = self.array(f"{group}/{name}")
            assert values.ndim == 4
            assert values.dtype == np.dtype("<f4")
            assert values.shape[3] == channels
            assert values.min() >= 0
            assert values.max() <= 1
            assert attributes["bit_depth"] in (8, 16)
            assert 0 <= thing["active_plane"] < values.shape[0]
            assert thing["classifier_partition"] in PARTITIONS
            thing |= {"name": name, "pixels": values, "bit_depth": attributes["bit_depth"]}
            if thing["kind"] == "Image":
                thing["colors"] = self._colors(f"{group}/colors", channels)
            else:
                self._check_object(thing)
            things[thing["thing_id"]] = thing
        assert len(things) == len(names)
        return things

    def _colors(self, group: str, channels: int) -> dict[str, list[Any]]:
        self.attributes(group) if f"{self.root}/{group}/.zattrs" in self.files else None
        found = {}
        for name in ("range_min", "range_max", "visible_B", "color"):
            values, _ = self.array(f"{group}/{name}")
            assert values.shape == ((channels, 3) if name == "color" else (channels,))
            assert values.dtype == np.dtype("|u1" if name == "visible_B" else "<f4")
            found[name] = values.tolist()
        return found

    def _check_object(self, thing: dict[str, Any]) -> None:
        x1, y1, x2, y2 = thing["bbox"]
        assert all(type(value) is int for value in (*thing["bbox"], *thing["mask"]))
        assert sum(thing["mask"]) == (x2 - x1) * (y2 - y1)
        assert min(thing["mask"]) >= 0
        assert thing["pixels"].shape[:3] == (1, y2 - y1, x2 - x1)
        assert thing["active_plane"] == 0

    def _check_lists(
        self,
        kinds: dict[str, dict[str, Any]],
        categories: dict[str, dict[str, Any]],
        things: dict[str, dict[str, Any]],
    ) -> None:
        for kind_id, kind in kinds.items():
            own = [i for i, thing in things.items() if thing["kind"] == kind_id]
            assert sorted(kind["contents"]) == sorted(own)
        for category_id, category in categories.items():
            own = [i for i, t in things.items() if t["class_category_id"] == category_id]
            assert sorted(category["contents"]) == sorted(own)
        for thing_id, thing in things.items():
            assert categories[thing["class_category_id"]]["kind"] == thing["kind"]
            if thing["kind"] == "Image":
                inside = [i for i, t in things.items() if t.get("image_id") == thing_id]
                assert sorted(thing["contents"]) == sorted(inside)
            else:
                image = things[thing["image_id"]]
                assert image["kind"] == "Image"
                x1, y1, x2, y2 = thing["bbox"]
                _planes, height, width, _channels = image["pixels"].shape
                assert 0 <= x1 < x2 <= width
                assert 0 <= y1 < y2 <= height

    def _models(
        self, kinds: dict[str, dict[str, Any]], categories: dict[str, dict[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        assert self.attributes("classifier")["classifier_kinds"] == list(kinds)
        found: dict[str, dict[str, Any]] = {}
        for kind_id in kinds:
            models = self.attributes(f"classifier/{kind_id}")["models"]
            assert models[0] == "base-model"
            for name in models:
                model = self._model(f"classifier/{kind_id}/{name}", name)
                for index, category in model["class_map"]:
                    assert type(index) is int
                    assert categories[category]["kind"] == kind_id
                if name != "base-model":
                    assert name not in found
                    model |= {"kind": kind_id, **self._pair(name)}
                    found[name] = model
        # As Piximi scans the whole zip: each such file is one of a listed model.
        for name in self.names:
            if re.search(r".json$|.weights.bin$", name):
                assert name.split(".")[0] in found, name
        return found

    def _model(self, group: str, name: str) -> dict[str, Any]:
        assert self.attributes(group)["name"] == name
        info = self.attributes(f"{group}/model_info")
        first = f"{group}/model_info/preprocessing_settings"
        shape, _ = self.array(f"{first}/input_shape")
        assert shape.shape == (4,)
        preprocessing = self.attributes(first)
        rescale = self.attributes(f"{first}/rescale_options")
        crop = self.attributes(f"{first}/crop_options")
        optimizer = self.attributes(f"{group}/model_info/optimizer_settings")
        assert preprocessing["shuffle_B"] in (0, 1)
        assert 0 < preprocessing["training_percent"] < 1
        assert rescale["rescale_B"] in (0, 1)
        assert rescale["center_B"] in (0, 1)
        assert crop["crop_schema"] in ("None", "Match")
        assert optimizer["metrics"] == ["Categorical accuracy"]
        for key in ("epochs", "batch_size", "num_crops"):
            assert type({**optimizer, **crop}[key]) is int
        return {
            "class_map": info["class_map"],
            "eval_results": info["eval_results"],
            "input_shape": shape.tolist(),
            **optimizer,
        }

    def _pair(self, name: str) -> dict[str, Any]:
        document = json.loads(self.files[f"{name}.json"])
        weights = self.files[f"{name}.weights.bin"]
        assert document["weightsManifest"][0]["paths"] == [f"./{name}.weights.bin"]
        sizes = [
            4 * int(np.prod(weight["shape"]))
            for weight in document["weightsManifest"][0]["weights"]
        ]
        assert sum(sizes) == len(weights)
        return {"classes": document["classes"], "weights": weights}


def strict_read(path: Path) -> dict[str, Any]:
    """Read a project zip as Piximi 1.1.4 would, or fail."""
    return StrictReader(path).read()
