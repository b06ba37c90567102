"""Piximi projects of all versions, written file by file from the description of the format.

Nothing of our own writer is used: a project is a dictionary of paths and contents, which a test
may damage before it is zipped.
"""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

Files = dict[str, bytes]

UNKNOWN, RED, WHITE = "0aaaaaaa-0000", "1bbbbbbb-0001", "1bbbbbbb-0002"
CELL, CELL_UNKNOWN, ROUND = "1ccccccc-kind", "0ccccccc-0000", "1ccccccc-0001"
FIRST, SECOND, OBJECT = "1eeeeeee-0001", "1eeeeeee-0002", "1fffffff-0001"
BOX, RUNS = [2, 1, 6, 4], [1, 2, 2, 2, 5]


def pixels(seed: int, shape: tuple[int, ...] = (1, 6, 8, 1), depth: int = 8) -> Any:
    """Whole numbers of a made-up image."""
    random = np.random.default_rng(seed)
    return random.integers(0, 2**depth, shape).astype(np.uint8 if depth == 8 else np.uint16)


def text(value: Any) -> bytes:
    return json.dumps(value).encode()


def group(files: Files, path: str, **attributes: Any) -> None:
    files[f"{path}/.zgroup"] = text({"zarr_format": 2})
    if attributes:
        files[f"{path}/.zattrs"] = text(attributes)


def array(files: Files, path: str, values: Any, dtype: str = "<f4", **attributes: Any) -> None:
    values = np.asarray(values, dtype)
    about = {
        "zarr_format": 2,
        "shape": list(values.shape),
        "chunks": list(values.shape),
        "dtype": dtype,
        "fill_value": 0,
        "order": "C",
        "compressor": None,
        "filters": None,
    }
    files[f"{path}/.zarray"] = text(about)
    files[f"{path}/{'.'.join('0' for _ in values.shape)}"] = values.tobytes()
    if attributes:
        files[f"{path}/.zattrs"] = text(attributes)


def unit(whole: Any) -> Any:
    top = 255 if whole.dtype == np.uint8 else 65535
    return (whole.astype(np.float64) / top).astype("<f4")


def image(files: Files, parent: str, name: str, whole: Any, **attributes: Any) -> None:
    base, channels = f"{parent}/{name}", whole.shape[3]
    group(files, base, **attributes)
    array(files, f"{base}/{name}", unit(whole), bit_depth=8 * whole.itemsize)
    colors = f"{base}/colors"
    group(files, colors)
    array(files, f"{colors}/range_min", [0.25] * channels)
    array(files, f"{colors}/range_max", [0.75] * channels)
    array(files, f"{colors}/visible_B", [1] * channels, "|u1")
    array(files, f"{colors}/color", [[1, 0, 1]] * channels)


def settings_groups(files: Files, first: str, optimizer: str, shape: Any, kind: str) -> None:
    group(files, first, shuffle_B=1, **({} if kind == "old" else {"training_percent": 0.6}))
    group(files, f"{first}/rescale_options", rescale_B=1, center_B=0)
    group(files, f"{first}/crop_options", num_crops=1, crop_schema="None")
    group(
        files,
        optimizer,
        metrics=["Categorical accuracy"],
        epochs=7,
        batch_size=16,
        optimization_algorithm="Adam",
        learning_rate=0.002,
        loss_function="Categorical (softmax) cross entropy",
    )
    array(
        files, "classifier/input_shape" if kind == "old" else f"{first}/input_shape", shape, "|u1"
    )


def things_project(version: str) -> Files:
    """A project of 0.2 or later: two images, the second of 3 planes, and a cell in it."""
    files: Files = {}
    new = tuple(map(int, version.split(".")[:2])) >= (1, 1)
    group(files, "", version=version)
    group(files, "project", name="Blood", imageChannels=1)
    group(files, "project/things", thing_names=["a.png", "b.png", "b.png-cell_0"])
    common = {"active_plane": 0, "kind": "Image"}
    image(
        files, "project/things", "a.png", pixels(1),
        thing_id=FIRST, class_category_id=RED, classifier_partition="Training", contents=[],
        **common,
    )  # fmt: skip
    image(
        files, "project/things", "b.png", pixels(2, (3, 6, 8, 1), 16),
        thing_id=SECOND, class_category_id=UNKNOWN, classifier_partition="Inference",
        contents=[OBJECT], **{**common, "active_plane": 2},
    )  # fmt: skip
    place = "project/things/b.png-cell_0"
    group(
        files, place,
        thing_id=OBJECT, active_plane=1, class_category_id=ROUND,
        classifier_partition="Unassigned", kind=CELL, bbox=BOX, mask=RUNS, image_id=SECOND,
    )  # fmt: skip
    array(files, f"{place}/b.png-cell_0", np.zeros((1, 3, 4, 1)), bit_depth=16)
    group(
        files, "project/categories",
        category_id=[UNKNOWN, RED, WHITE, CELL_UNKNOWN, ROUND],
        color=["#AAAAAA", "#E60000", "#ffffff", "#AAAAAA", "#004949"],
        name=["Unknown", "red", "white", "Unknown", "round"],
        kind=["Image", "Image", "Image", CELL, CELL],
        contents=[[SECOND], [FIRST], [], [], [OBJECT]],
    )  # fmt: skip
    names = {"display_name": ["Image", "cell"]} if new else {}
    group(
        files, "project/kinds",
        kind_id=["Image", CELL], contents=[[FIRST, SECOND], [OBJECT]],
        categories=[[UNKNOWN, RED, WHITE], [CELL_UNKNOWN, ROUND]],
        unknown_category_id=[UNKNOWN, CELL_UNKNOWN], **names,
    )  # fmt: skip
    if new:
        group(files, "classifier", classifier_kinds=["Image", CELL])
        for kind in ("Image", CELL):
            base = f"classifier/{kind}/base-model"
            group(files, f"classifier/{kind}", models=["base-model"])
            group(files, base, name="base-model")
            group(files, f"{base}/model_info", eval_results=[], class_map=[])
            info = f"{base}/model_info"
            settings_groups(
                files, f"{info}/preprocessing_settings", f"{info}/optimizer_settings",
                [1, 32, 24, 1], "new",
            )  # fmt: skip
    else:
        old_classifier(files)
    group(files, "segmenter", name="undefined")
    return files


def old_classifier(files: Files) -> None:
    group(files, "classifier", name="SimpleCNN", training_percent=0.6)
    settings_groups(
        files, "classifier/preprocess_options", "classifier/optimizer_settings",
        [1, 32, 24, 1], "old",
    )  # fmt: skip


def first_project() -> Files:
    """A project of 0.1.0: two images, and two annotations of two categories in the second."""
    files: Files = {}
    old_unknown = "00000000-0000-0000-0000-000000000000"
    group(files, "", version="0.1.0")
    group(files, "project", name="Blood")
    group(files, "project/images", image_names=["a.png", "b.png"])
    image(
        files, "project/images", "a.png", pixels(1),
        image_id=FIRST, active_plane=0, class_category_id=RED,
    )  # fmt: skip
    image(
        files, "project/images", "b.png", pixels(2, (3, 6, 8, 1), 16),
        image_id=SECOND, active_plane=2, class_category_id=old_unknown,
    )  # fmt: skip
    group(
        files, "project/annotations",
        image_id=[SECOND, SECOND], annotation_category_id=["1c", "1d"], annotation_id=["1x", "1y"],
    )  # fmt: skip
    place = "project/annotations"
    array(files, f"{place}/bounding_box", [*BOX, 0, 0, 2, 1])
    array(files, f"{place}/mask_length", [len(RUNS), 2])
    array(files, f"{place}/mask", [*RUNS, 0, 2])
    array(files, f"{place}/plane", [1, 0])
    group(
        files, "project/categories",
        category_id=[old_unknown, RED], color=["#AAAAAA", "#E60000"], name=["Unknown", "red"],
    )  # fmt: skip
    group(
        files, "project/annotationCategories",
        category_id=["00000000-0000-1111-0000-000000000000", "1c", "1d"],
        color=["#AAAAAA", "#004949", "#009292"], name=["Unknown", "cell", "dust"],
    )  # fmt: skip
    old_classifier(files)
    group(files, "segmenter", name="undefined")
    return files


def edit(files: Files, path: str, **changes: Any) -> None:
    """Change attributes of a group; None takes one away."""
    found = {**json.loads(files[f"{path}/.zattrs"]), **changes}
    files[f"{path}/.zattrs"] = text({k: v for k, v in found.items() if v is not None})


def list_classifier(files: Files, name: str, kind: str = "Image", **info: Any) -> str:
    """List a classifier with the settings of the next one, and say more of it; return its group."""
    base = f"classifier/{kind}"
    edit(files, base, models=["base-model", name])
    for path in [p for p in files if p.startswith(f"{base}/base-model/")]:
        files[path.replace("base-model", name)] = files[path]
    edit(files, f"{base}/{name}", name=name)
    edit(files, f"{base}/{name}/model_info", **info)
    return f"{base}/{name}"


def small_classifier(name: str, classes: list[str], **inputs: int) -> Files:
    """The two files of a classifier that is described, but too small to be one."""
    sizes = {"planes": 1, "height": 28, "width": 28, "channels": 1, **inputs}
    description = {
        "modelTopology": {},
        "weightsManifest": [
            {
                "paths": [f"./{name}.weights.bin"],
                "weights": [{"name": "x/k", "shape": [1], "dtype": "float32"}],
            }
        ],
        "preprocessSettings": {"inputShape": sizes},
        "classes": classes,
    }
    return {f"{name}.json": text(description), f"{name}.weights.bin": b"1234"}


def zipped(
    files: Files, path: Path, root: str = "blood.zarr/", *, folders: bool = True, **more: Any
) -> Path:
    """Write the files as a zip, with an entry for the root if wanted."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        if folders:
            archive.writestr(zipfile.ZipInfo(root), b"")
        for name, content in files.items():
            archive.writestr(root + name.lstrip("/"), content)
        for name, content in more.items():
            archive.writestr(name, content)
    return path
