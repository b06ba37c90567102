"""What a foreign classifier is, told from its description alone, and what is refused there."""

from __future__ import annotations

import contextlib
import copy
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.allow_list import clean_topology
from piximi_core.formats.tfjs.flatten import flat_topology
from piximi_core.formats.tfjs.model_look import ModelSort, look_at_model
from tests.formats.checker_cases import COUNT, document, encoded, functional, weight_bytes


def written(folder: Path, description: Any, weights: bytes | None = None) -> Path:
    path = folder / "cells.json"
    path.write_bytes(encoded(description))
    path.with_name("cells.weights.bin").write_bytes(weight_bytes() if weights is None else weights)
    return path


def layers_of(description: Any) -> Any:
    return description["modelTopology"]["config"]["layers"]


def weights_of(description: Any) -> Any:
    return description["weightsManifest"][0]["weights"]


def test_piximis_own_is_told_by_its_blocks(tmp_path: Path) -> None:
    look = look_at_model(written(tmp_path, document()))
    assert (look.sort, look.name, look.parameters) == (ModelSort.PIXIMI, "cells", COUNT)
    assert look.input_shape == (6, 7, 2)
    assert look.classes == tuple(document()["classes"])
    assert (look.named, look.values_known, look.notes) == (True, True, ())


def lambda_layer(description: Any) -> None:
    code = {"class_name": "Lambda", "config": {"name": "l", "function": ["4wEA", None, None]}}
    layers_of(description).insert(1, code)


def nested_lambda(description: Any) -> None:
    lambda_layer(description)
    inner = dict(description["modelTopology"])
    description["modelTopology"] = {
        "class_name": "Sequential",
        "config": {"name": "outer", "layers": [inner]},
    }


def graph_by_nodes(description: Any) -> None:
    description["modelTopology"] = {"node": [{"name": "x", "op": "Placeholder"}], "library": {}}


def one_output(description: Any) -> None:
    layers_of(description)[-1]["config"]["units"] = 1


REFUSED: dict[str, tuple[Callable[[Any], Any], str]] = {
    "a lambda": (lambda_layer, "'Lambda'"),
    "a lambda in a model in the model": (nested_lambda, "'Lambda'"),
    "a foreign class": (
        lambda d: layers_of(d).insert(1, {"class_name": "os>system", "config": {"name": "l"}}),
        "os>system",
    ),
    "a tensor of ten gigabytes": (
        lambda d: weights_of(d)[0].update(shape=[10, 1024, 1024, 256]),
        "should have 107",
    ),
    "a tensor beyond all numbers": (
        lambda d: weights_of(d)[0].update(shape=[10**4000]),
        "larger than any",
    ),
    "a tensor of a thousand axes": (lambda d: weights_of(d)[0].update(shape=[1] * 999), "larger"),
    "a graph model by its format": (lambda d: d.update(format="graph-model"), "graph model"),
    "a graph model by its nodes": (graph_by_nodes, "graph model"),
    "a way out of the folder": (
        lambda d: d["weightsManifest"][0].update(paths=["../../../etc/passwd"]),
        "passwd",
    ),
    "one output": (one_output, "1 output"),
    "a class name too many": (lambda d: d["classes"].append("more"), "names 4 classes"),
    "no fixed input": (
        lambda d: layers_of(d)[0]["config"].update(batch_input_shape=[None, None, None, 2]),
        "fixed sizes",
    ),
    "weights without a network": (lambda d: d.pop("modelTopology"), "modelTopology"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_loaded_is_refused_by_name_before_anything_is_built(
    tmp_path: Path, name: str
) -> None:
    change, words = REFUSED[name]
    changed = document()
    change(changed)
    with pytest.raises(BadInput) as refusal:
        look_at_model(written(tmp_path, changed))
    text = str(refusal.value)
    assert words in text
    assert "cells.json" in text
    assert len(text) < 600


def test_looking_needs_no_tensorflow() -> None:
    module = "piximi_core.services.classifiers.import_model"
    code = f"import sys, {module}; print('tensorflow' in sys.modules)"

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_names_inside_a_zip_lead_nowhere(tmp_path: Path) -> None:
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../evil/cells.json", encoded(document()))
        archive.writestr("../../evil/cells.weights.bin", weight_bytes())
        archive.writestr("__MACOSX/._cells.json", b"\x00\x05")
    assert look_at_model(path).name == "cells"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["odd.zip"]


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cells.json", b" " * (15 * 2**20) + b"{}")
        with archive.open("other.json", "w") as entry:
            for _ in range(64):
                entry.write(bytes(2**20))
    with pytest.raises(BadInput, match=r"zip bomb|too many"):
        look_at_model(path)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"model.json": "{}"}, "no .json that describes"),
        ({"a.json": "x"}, "not valid JSON"),
        ({"a.json": "[" * 100_000}, "not valid JSON"),
        ({"readme.txt": "x"}, "no .json"),
    ],
)
def test_other_files_are_told_what_is_wanted(
    tmp_path: Path, files: dict[str, str], words: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    with pytest.raises(BadInput, match=words):
        look_at_model(tmp_path)


def test_two_models_are_not_mixed(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / f"{name}.json").write_bytes(encoded(document()))
    with pytest.raises(BadInput, match="2 models"):
        look_at_model(tmp_path)


def test_a_teachable_machine_for_poses_is_refused_by_its_sort(tmp_path: Path) -> None:
    path = written(tmp_path, document())
    metadata = {"packageName": "@teachablemachine/pose", "labels": ["a", "b", "c"]}
    (tmp_path / "metadata.json").write_text(json.dumps(metadata))
    with pytest.raises(BadInput, match="'pose'"):
        look_at_model(path)


def test_nested_models_become_one_chain_or_one_graph() -> None:
    inner = {"class_name": "Sequential", "config": document()["modelTopology"]["config"]}
    outer = {"class_name": "Sequential", "config": {"name": "outer", "layers": [inner]}}
    rescale = {"class_name": "Rescaling", "config": {"name": "conv", "scale": 2.0, "offset": -1.0}}
    flat = flat_topology(clean_topology(outer), (6, 7, 2), front=[rescale])
    assert flat["class_name"] == "Sequential"
    names = [layer["config"]["name"] for layer in flat["config"]["layers"]]
    # Layers with weights keep their names; what is put in front gives way.
    assert names == ["input", "conv_2", "conv", "norm", "flatten", "dense"]
    assert flat["config"]["layers"][0]["config"]["batch_input_shape"] == [None, 6, 7, 2]
    copied = flat_topology(clean_topology(functional()["modelTopology"]), (6, 7, 1), copies=2)
    assert copied["class_name"] == "Functional"
    repeat = next(x for x in copied["config"]["layers"] if x["class_name"] == "Concatenate")
    assert repeat["inbound_nodes"] == [[["input", 0, 0, {}]] * 2]


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value, as the keys that lead to it."""
    found = [path] if path else []
    items = enumerate(value) if isinstance(value, list) else ()
    for key, inner in value.items() if isinstance(value, dict) else items:
        found += places(inner, (*path, key))
    return found


WHOLE = {"chain": document(), "graph": functional()}
PLACES = [(name, path) for name, whole in WHOLE.items() for path in places(whole)]
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**6), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "Lambda", "conv", "dense", "softmax", "float16", "Sequential", "Model"])
    | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["class_name", "config", "name", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from(PLACES), ODD), min_size=1, max_size=2))
def test_any_change_of_a_description_is_taken_or_refused_in_words(
    tmp_path: Path, changes: list[tuple[tuple[str, tuple[Any, ...]], Any]]
) -> None:
    changed = copy.deepcopy(WHOLE[changes[0][0][0]])
    for (_, path), value in changes:
        at = changed
        with contextlib.suppress(KeyError, IndexError, TypeError):
            for key in path[:-1]:
                at = at[key]
            at[path[-1]] = value
    file = written(tmp_path, changed)
    with contextlib.suppress(BadInput):
        look = look_at_model(file)
        assert len(look.classes) >= 2
        # What passes the look is flat enough to be built.
        flat_topology(clean_topology(changed["modelTopology"]), look.input_shape)


def test_keras_3_is_called_by_its_name(tmp_path: Path) -> None:
    description = document()
    topology = description["modelTopology"]
    topology["keras_version"] = "3.15.1"
    with pytest.raises(BadInput, match="saved by Keras 3"):
        look_at_model(written(tmp_path, description))
    topology["keras_version"] = "2.19.0"
    description["generatedBy"] = "TensorFlow.js tfjs-layers v3.21.0"
    assert look_at_model(written(tmp_path, description)).name


@pytest.mark.parametrize("name", ["k3", "k3f"])
def test_the_cases_of_keras_3(shared_data: Path, name: str) -> None:
    folder = shared_data / "cases" / "keras3-model-json" / name
    with pytest.raises(BadInput, match="saved by Keras 3"):
        look_at_model(sorted(folder.iterdir()))
