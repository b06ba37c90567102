"""Write a project as Piximi 1.1.4 does, straight into its zip: JSON, and single raw chunks.

Nothing of the size of an image is held besides the image that is being written.
"""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from piximi_core.errors import BadInput
from piximi_core.formats.piximi_project.content import (
    BASE_MODEL,
    IMAGE,
    TITLE,
    BaseSettings,
    PiximiImage,
    PiximiKind,
    PiximiModel,
    PiximiObject,
)
from piximi_core.formats.piximi_project.numbers import finite_json, to_stored
from piximi_core.formats.stem import safe_stem
from piximi_core.formats.tfjs.bundle import StoredFile, parse_document
from piximi_core.formats.zips.zip_writer import ZipWriter

__all__ = ["VERSION", "PiximiWriter", "project_stem", "safe_thing_name"]

VERSION = "1.1.4"
# The floats of an image that are packed at once; more go some rows at a time, which is slower.
_AT_ONCE_BYTES = 2**26
_ROWS_BYTES = 2**22
_GROUP = {"zarr_format": 2}


def project_stem(name: str) -> str:
    """Return the name of the zip and of its folder, in which Piximi bears no dot."""
    return safe_stem(name, "project")


def safe_thing_name(name: str) -> str:
    """Return a name that can be a folder of the file and that Piximi does not misread.

    A slash would lead into a folder of its own, and a folder that ends in ``.zarr`` would be taken
    for a second project.
    """
    safe = name.replace("/", "_").replace("\\", "_").replace("\0", "_").strip() or "unnamed"
    if safe in (".", ".."):
        safe = "unnamed"
    return f"{safe[:-5]}_zarr" if safe.endswith(".zarr") else safe


class PiximiWriter:
    """Writes one project; images and objects first, `finish` last.

    Parameters
    ----------
    path
        The file to write; a file that is there is replaced.
    name
        The project's name.
    stem
        What the folder inside is called; see `project_stem`.
    kinds
        All kinds, "Image" first.
    channels
        How many channels the images have; None where there are none.
    """

    def __init__(
        self, path: Path, name: str, stem: str, kinds: Sequence[PiximiKind], channels: int | None
    ) -> None:
        self._zip = ZipWriter(path)
        self._root = f"{stem}.zarr"
        self._kinds = kinds
        self._of_kind: dict[str, list[str]] = {kind.id: [] for kind in kinds}
        self._of_category: dict[str, list[str]] = {
            category.id: [] for kind in kinds for category in kind.categories
        }
        self._group("", {"version": VERSION})
        self._group("project", {"name": name, "imageChannels": channels or "undefined"})

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the file, which is a whole zip unless something went wrong."""
        self._zip.__exit__(kind, error, trace)

    def add_image(self, image: PiximiImage, contents: Iterable[str]) -> None:
        """Write an image; ``contents`` are the ids of its objects."""
        group = self._thing(
            image,
            IMAGE,
            {"active_plane": image.active_plane, "contents": list(contents)},
        )
        self._pixels(f"{group}/{image.name}", image.pixels)
        if image.channels is None:
            raise ValueError("an image is written with its channels' colours")
        colors = f"{group}/colors"
        self._group(colors)
        shades = [
            [int(view.color[at : at + 2], 16) / 255 for at in (1, 3, 5)] for view in image.channels
        ]
        for name, values, dtype in (
            ("range_min", [view.low for view in image.channels], "<f4"),
            ("range_max", [view.high for view in image.channels], "<f4"),
            ("visible_B", [view.visible for view in image.channels], "|u1"),
            ("color", shades, "<f4"),
        ):
            self._array(f"{colors}/{name}", np.array(values, dtype))

    def add_object(self, found: PiximiObject, crop: NDArray[Any]) -> None:
        """Write an object with the pixels of its box, ``[h, w, C]`` of its plane."""
        group = self._thing(
            found,
            found.kind_id,
            {
                # Of its own pixels, which have one plane only; "plane" is the image's.
                "active_plane": 0,
                "plane": found.plane,
                "bbox": list(found.box),
                "mask": list(found.runs),
                "image_id": found.image_id,
            },
        )
        self._pixels(f"{group}/{found.name}", crop[np.newaxis])

    def _thing(
        self, thing: PiximiImage | PiximiObject, kind_id: str, more: Mapping[str, Any]
    ) -> str:
        group = f"project/things/{thing.name}"
        self._group(
            group,
            {
                "thing_id": thing.id,
                "class_category_id": thing.category_id,
                "classifier_partition": thing.partition,
                "kind": kind_id,
                **more,
            },
        )
        self._of_kind[kind_id].append(thing.id)
        self._of_category[thing.category_id].append(thing.id)
        return group

    def finish(self, thing_names: Sequence[str], models: Iterable[PiximiModel]) -> None:
        """Write what can be said only at the end.

        Parameters
        ----------
        thing_names
            All names that were added, in the order in which they are to be listed.
        models
            The settings and classifiers; a kind without settings gets Piximi's own.
        """
        self._group("project/things", {"thing_names": list(thing_names)})
        owned = [(kind, category) for kind in self._kinds for category in kind.categories]
        self._group(
            "project/categories",
            {
                "category_id": [category.id for _, category in owned],
                "color": [category.color for _, category in owned],
                "name": [category.name for _, category in owned],
                "kind": [kind.id for kind, _ in owned],
                "contents": [self._of_category[category.id] for _, category in owned],
            },
        )
        self._group(
            "project/kinds",
            {
                "kind_id": [kind.id for kind in self._kinds],
                "contents": [self._of_kind[kind.id] for kind in self._kinds],
                "categories": [[c.id for c in kind.categories] for kind in self._kinds],
                "unknown_category_id": [kind.unknown.id for kind in self._kinds],
                "display_name": [kind.name for kind in self._kinds],
            },
        )
        self._classifiers(list(models))
        self._group("segmenter", {"name": "undefined"})

    def _classifiers(self, models: Sequence[PiximiModel]) -> None:
        self._group("classifier", {"classifier_kinds": [kind.id for kind in self._kinds]})
        for kind in self._kinds:
            own = [model for model in models if model.kind_id == kind.id]
            if not any(model.name == BASE_MODEL for model in own):
                own.append(PiximiModel(kind.id, BASE_MODEL))
            own.sort(key=lambda model: model.name != BASE_MODEL)
            self._group(f"classifier/{kind.id}", {"models": [model.name for model in own]})
            for model in own:
                self._model(f"classifier/{kind.id}/{model.name}", model)
        for model in models:
            if model.files:
                self._files(model)

    def _model(self, group: str, model: PiximiModel) -> None:
        settings = model.settings
        height, width, channels = settings.input_shape or (20, 20, 1)
        title = {TITLE: model.title} if model.title else {}
        self._group(group, {"name": model.name, **title})
        self._group(
            f"{group}/model_info",
            {
                "eval_results": [finite_json(dict(result)) for result in model.eval_results],
                "class_map": [[index, category] for index, category in model.class_map.items()],
            },
        )
        first = f"{group}/model_info/preprocessing_settings"
        self._group(first, _preprocessing(settings))
        # Piximi itself keeps one byte each, in which 256 is 0; it reads any whole numbers.
        self._array(f"{first}/input_shape", np.array([1, height, width, channels], "<i4"))
        self._group(
            f"{first}/rescale_options",
            {"rescale_B": int(settings.rescale), "center_B": int(settings.center)},
        )
        self._group(
            f"{first}/crop_options",
            {"num_crops": settings.num_crops, "crop_schema": settings.crop_schema},
        )
        self._group(f"{group}/model_info/optimizer_settings", _optimizer(settings))

    def _files(self, model: PiximiModel) -> None:
        """Write a classifier beside the hierarchy, where Piximi finds it by its name."""
        description, weights = model.files
        document = _renamed(description, weights, model.name)
        text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        self._zip.file(f"{model.name}.json", text.encode("utf-8", "replace"))
        self._zip.file(f"{model.name}.weights.bin", weights.read())

    def _group(self, path: str, attributes: Mapping[str, Any] | None = None) -> None:
        self._folder(path)
        self._json(f"{path}/.zgroup" if path else ".zgroup", _GROUP)
        if attributes is not None:
            self._json(f"{path}/.zattrs" if path else ".zattrs", attributes)

    def _folder(self, path: str) -> None:
        """Write the entry of a folder: Piximi finds the project by it."""
        self._zip.folder(f"{self._root}/{path}/" if path else f"{self._root}/")

    def _json(self, path: str, value: Mapping[str, Any]) -> None:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        self._zip.file(f"{self._root}/{path}", text.encode("utf-8", "replace"))

    def _header(self, path: str, shape: tuple[int, ...], dtype: str) -> str:
        """Write an array's folder and description; return where its one chunk goes."""
        self._folder(path)
        self._json(
            f"{path}/.zarray",
            {
                "zarr_format": 2,
                "shape": list(shape),
                "chunks": list(shape),
                "dtype": dtype,
                "fill_value": 0,
                "order": "C",
                "compressor": None,
                "filters": None,
            },
        )
        return f"{self._root}/{path}/{'.'.join('0' for _ in shape)}"

    def _array(self, path: str, values: NDArray[Any]) -> None:
        dtype = values.dtype.newbyteorder("<").str
        chunk = self._header(path, values.shape, dtype)
        self._zip.file(chunk, values.astype(dtype).tobytes())

    def _pixels(self, path: str, pixels: NDArray[Any]) -> None:
        """Write ``[Z, H, W, C]`` whole numbers as floats."""
        chunk = self._header(path, pixels.shape, "<f4")
        size = pixels.size * 4
        if size <= _AT_ONCE_BYTES:
            self._zip.file(chunk, to_stored(pixels).reshape(-1).view(np.uint8).data)
        else:
            self._zip.stream(chunk, _blocks(pixels), size)
        self._json(f"{path}/.zattrs", {"bit_depth": 8 * pixels.itemsize})


def _blocks(pixels: NDArray[Any]) -> Iterator[bytes]:
    """Yield the floats of an image, some rows at a time."""
    rows = max(1, _ROWS_BYTES // (4 * pixels.shape[2] * pixels.shape[3]))
    for plane in pixels:
        for at in range(0, plane.shape[0], rows):
            yield to_stored(plane[at : at + rows]).tobytes()


def _preprocessing(settings: BaseSettings) -> dict[str, Any]:
    return {"shuffle_B": int(settings.shuffle), "training_percent": settings.training_percent}


def _optimizer(settings: BaseSettings) -> dict[str, Any]:
    return {
        # Of all others Piximi cannot compile a model with, or draws no plots of them.
        "metrics": ["Categorical accuracy"],
        "epochs": settings.epochs,
        "batch_size": settings.batch_size,
        "optimization_algorithm": settings.optimizer,
        "learning_rate": settings.learning_rate,
        "loss_function": settings.loss,
    }


def _renamed(description: StoredFile, weights: StoredFile, name: str) -> dict[str, Any]:
    """Return a description that looks for its weights under the name they have in the zip."""
    document = parse_document(description)
    manifest = document.get("weightsManifest")
    group = manifest[0] if isinstance(manifest, list) and len(manifest) == 1 else {}
    paths = group.get("paths")
    if not isinstance(paths, list) or len(paths) != 1:
        raise BadInput(
            "The classifier '{name}' lies in several files; import it again, which makes one.",
            name=name,
        )
    if posixpath.basename(str(paths[0])) != weights.basename:
        raise BadInput(
            "The weights of the classifier '{name}' are missing; train again.", name=name
        )
    return {**document, "weightsManifest": [{**group, "paths": [f"./{name}.weights.bin"]}]}
