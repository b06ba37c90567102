"""Which networks lie in PIXIMI_WEIGHTS, and what is said of the other files."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import onnx
import onnx.parser
import pytest
from onnx import numpy_helper

from piximi_core.formats.onnx_look import OnnxLook, look_at_onnx
from piximi_core.services.prompting import weights
from piximi_core.services.prompting.weights import find_networks
from tests.tiny_networks import write_efficient_sam, write_sam1, write_sam2


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    monkeypatch.setenv("PIXIMI_WEIGHTS", str(folder))
    return folder


def refusal() -> str:
    [sentence] = find_networks().refused
    return str(sentence)


def test_nothing_is_found_where_nothing_lies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIXIMI_WEIGHTS", raising=False)
    assert find_networks().networks == find_networks().refused == ()
    for path in (tmp_path, tmp_path / "gone"):
        monkeypatch.setenv("PIXIMI_WEIGHTS", str(path))
        assert find_networks().networks == find_networks().refused == ()


def test_a_folder_that_cannot_be_read_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_more: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "glob", refuse)
    told = "The folder of PIXIMI_WEIGHTS cannot be read (Permission denied); check who owns it."
    assert refusal() == told


def test_all_families_are_found_and_told_apart(folder: Path) -> None:
    write_sam1(folder, "mobile_sam")
    write_sam2(folder, "sam2_hiera_tiny")
    (folder / "efficient").mkdir()
    for path in write_efficient_sam(folder / "efficient", "x"):
        path.rename(path.with_name(path.name.removeprefix("x_")))
    found = find_networks()
    assert [(each.name, each.family.key) for each in found.networks] == [
        ("efficient", "efficient_sam"),
        ("mobile_sam", "sam1"),
        ("sam2_hiera_tiny", "sam2"),
    ]
    assert found.refused == ()
    assert found.named("mobile_sam") is found.networks[1]
    assert found.named("other") is None


def test_an_only_pair_needs_no_common_name(folder: Path) -> None:
    encoder, decoder = write_sam1(folder, "vit_b")
    decoder.rename(folder / "sam_onnx_example.onnx")
    [network] = find_networks().networks
    assert (network.name, network.encoder) == ("vit_b", encoder)


def test_pairs_of_one_name_in_two_folders_are_told_apart(folder: Path) -> None:
    write_sam1(folder)
    (folder / "more").mkdir()
    write_sam1(folder / "more")
    assert [each.name for each in find_networks().networks] == ["tiny", "tiny (2)"]


def test_what_is_added_or_changed_is_seen(folder: Path) -> None:
    assert not find_networks().networks
    encoder, decoder = write_sam1(folder)
    [network] = find_networks().networks
    os.utime(encoder, ns=(1, 1))
    [changed] = find_networks().networks
    assert changed.mark != network.mark
    decoder.unlink()
    assert "has no decoder; put it beside it" in refusal()


def test_halves_without_the_other_are_named(folder: Path) -> None:
    encoder, _decoder = write_sam1(folder)
    encoder.unlink()
    assert refusal().startswith("'tiny_decoder.onnx' has no encoder; put it beside it")


def test_a_foreign_network_is_refused(folder: Path) -> None:
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 17]>'
        "classes (float[1, 3, 224, 224] image) => (float[1, 3, 224, 224] logits)"
        "{ logits = Identity (image) }"
    )
    onnx.save(model, folder / "resnet.onnx")
    assert refusal().startswith("'resnet.onnx' is no encoder or decoder of SAM 1")


def test_a_cut_file_is_refused_and_the_others_work(folder: Path) -> None:
    write_sam1(folder)
    encoder, decoder = write_sam1(folder, "cut")
    encoder.write_bytes(encoder.read_bytes()[:-40])
    decoder.unlink()
    assert "'cut_encoder.onnx' is damaged or no ONNX file; copy it again." in refusal()
    assert [each.name for each in find_networks().networks] == ["tiny"]


def with_weights_in(encoder: Path, location: str) -> None:
    """Move the weights of a file into "tiny.data" beside it, and say that they lie elsewhere."""
    model = onnx.load(encoder)
    for tensor in model.graph.initializer:
        tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor), tensor.name))
    onnx.save(model, encoder, save_as_external_data=True, location="tiny.data", size_threshold=0)
    model = onnx.load(encoder, load_external_data=False)
    for tensor in model.graph.initializer:
        for entry in tensor.external_data:
            if entry.key == "location":
                entry.value = location
    encoder.write_bytes(model.SerializeToString())


@pytest.mark.parametrize("place", ["../tiny.data", "/etc/hostname", "sub/tiny.data", ".."])
def test_weights_from_elsewhere_are_refused(folder: Path, place: str) -> None:
    encoder, decoder = write_sam1(folder)
    decoder.unlink()
    with_weights_in(encoder, place)
    assert refusal() == (
        f"'tiny_encoder.onnx' wants to read '{place}', which is not beside it; "
        "use a file with all of its weights in it."
    )


@pytest.mark.parametrize(
    "place",
    ["tiny\0.data", "tiny\n.data", "a" * 256, "\u00e4" * 128],
    ids=["nothing", "line", "long", "long in bytes"],
)
def test_names_that_no_system_takes_are_refused_and_others_work(folder: Path, place: str) -> None:
    encoder, decoder = write_sam1(folder)
    decoder.unlink()
    with_weights_in(encoder, place)
    write_sam2(folder, "good")
    assert [each.name for each in find_networks().networks] == ["good"]
    assert refusal().startswith("'tiny_encoder.onnx' wants to read '")


def test_trouble_with_one_file_is_no_trouble_of_the_others(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sam1(folder)
    encoder, decoder = write_sam2(folder, "odd")
    decoder.unlink()
    look = look_at_onnx
    for error, reason in ((OSError(36, "File name too long"), "File name"), (ValueError(), "Val")):

        def odd(path: Path, error: Exception = error) -> OnnxLook:
            if path == encoder:
                raise error
            return look(path)

        monkeypatch.setattr(weights, "look_at_onnx", odd)
        os.utime(encoder)
        assert [each.name for each in find_networks().networks] == ["tiny"]
        assert refusal().startswith(f"'odd.encoder.onnx' cannot be read ({reason}")


def test_a_link_that_leads_elsewhere_is_refused_and_what_lies_beside_is_not(
    folder: Path, tmp_path: Path
) -> None:
    encoder, _decoder = write_sam1(folder)
    with_weights_in(encoder, "tiny.data")
    assert [each.name for each in find_networks().networks] == ["tiny"]
    data = folder / "tiny.data"
    shutil.move(data, tmp_path / "elsewhere.data")
    assert any("which is missing; put it beside it" in each for each in find_networks().refused)
    data.symlink_to(tmp_path / "elsewhere.data")
    assert any("which is not beside it" in each for each in find_networks().refused)


def test_what_takes_too_much_is_refused(folder: Path) -> None:
    model = onnx.parser.parse_model(
        '<ir_version: 8, opset_import: ["" : 17]>'
        "huge (float[1, 3, 90000, 90000] image) => (float[1, 256, 64, 64] image_embeddings)"
        "{ image_embeddings = Identity (image) }"
    )
    onnx.save(model, folder / "huge_encoder.onnx")
    assert "'huge_encoder.onnx' takes more at once than there is memory for" in refusal()


def test_nothing_is_imported_to_find_networks(folder: Path) -> None:
    write_sam1(folder)
    code = (
        "import sys; from piximi_core.services.prompting.weights import find_networks;"
        "import piximi_core.services.prompting.prompter;"
        "assert len(find_networks().networks) == 1; assert 'onnxruntime' not in sys.modules;"
        "assert 'onnx' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
