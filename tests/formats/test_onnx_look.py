"""What an ONNX file is, told from its bytes: checked against the library that writes them."""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest
from onnx import TensorProto, helper, numpy_helper

from piximi_core.errors import BadInput
from piximi_core.formats import onnx_look
from piximi_core.formats.onnx_look import look_at_onnx
from tests.tiny_networks import write_efficient_sam, write_sam1, write_sam2


def told_by_onnx(values: list[onnx.ValueInfoProto]) -> list[tuple[str, str, tuple]]:
    return [
        (
            value.name,
            np.dtype(helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)).name,
            tuple(side.dim_value or None for side in value.type.tensor_type.shape.dim),
        )
        for value in values
    ]


def test_a_look_tells_what_the_library_tells(tmp_path: Path) -> None:
    files = [*write_sam1(tmp_path), *write_sam2(tmp_path), *write_efficient_sam(tmp_path)]
    for path in files:
        model, look = onnx.load(path), look_at_onnx(path)
        for ours, theirs in (
            (look.signature.inputs, model.graph.input),
            (look.signature.outputs, model.graph.output),
        ):
            told = [(tensor.name, tensor.dtype, tensor.shape) for tensor in ours]
            assert told == told_by_onnx(list(theirs))
        assert look.elsewhere == ()


def elsewhere(location: str) -> TensorProto:
    tensor = numpy_helper.from_array(np.zeros(2, np.float32), "weights")
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", location
    return tensor


def small(*weights: TensorProto, nodes: list[onnx.NodeProto] | None = None) -> onnx.ModelProto:
    taken = helper.make_tensor_value_info("x", TensorProto.FLOAT, [2])
    given = helper.make_tensor_value_info("y", TensorProto.FLOAT, [2])
    of_weights = helper.make_tensor_value_info("weights", TensorProto.FLOAT, [2])
    nodes = nodes or [helper.make_node("Add", ["x", "weights"], ["y"])]
    graph = helper.make_graph(nodes, "small", [taken, of_weights], [given], list(weights))
    return helper.make_model(graph)


def test_weights_are_no_input_and_those_of_other_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    path.write_bytes(small(elsewhere("../secret.bin")).SerializeToString())
    look = look_at_onnx(path)
    assert [tensor.name for tensor in look.signature.inputs] == ["x"]
    assert look.elsewhere == ("../secret.bin",)


def test_weights_that_hide_in_nodes_of_nodes_are_found(tmp_path: Path) -> None:
    path = tmp_path / "small.onnx"
    hidden = helper.make_node("Constant", [], ["c"], value=elsewhere("/etc/passwd"))
    inner = helper.make_graph([hidden], "inner", [], [])
    outer = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    model = small(numpy_helper.from_array(np.zeros(2, np.float32), "weights"), nodes=[outer])
    path.write_bytes(model.SerializeToString())
    assert look_at_onnx(path).elsewhere == ("/etc/passwd",)
    function = model.functions.add()
    function.name, function.domain = "f", "here"
    function.node.add().CopyFrom(
        helper.make_node("Constant", [], ["c"], value=elsewhere("/etc/shadow"))
    )
    path.write_bytes(model.SerializeToString())
    assert look_at_onnx(path).elsewhere == ("/etc/passwd", "/etc/shadow")


def test_what_is_no_whole_onnx_file_is_refused_by_its_name(tmp_path: Path) -> None:
    encoder, _decoder = write_sam1(tmp_path)
    whole = encoder.read_bytes()
    path = tmp_path / "mine.onnx"
    contents = [b"", b"\x00" * 50, b"PK\x03\x04 a zip", b"<html></html>", whole[: len(whole) // 2]]
    for content in contents:
        path.write_bytes(content)
        with pytest.raises(BadInput, match=r"'mine\.onnx' is damaged or no ONNX file"):
            look_at_onnx(path)
    with pytest.raises(BadInput, match=r"'gone\.onnx' cannot be read"):
        look_at_onnx(tmp_path / "gone.onnx")


def test_any_bytes_end_in_a_look_or_one_sentence(tmp_path: Path) -> None:
    _encoder, decoder = write_sam1(tmp_path)
    whole, path, rng = decoder.read_bytes(), tmp_path / "mine.onnx", random.Random(0)
    refused = 0
    for _ in range(300):
        content = bytearray(whole)
        for _change in range(rng.randint(1, 8)):
            content[rng.randrange(len(content))] = rng.randrange(256)
        path.write_bytes(content[: rng.randint(1, len(content))])
        try:
            look_at_onnx(path)
        except BadInput:
            refused += 1
    assert refused > 100


def test_graphs_within_graphs_end_somewhere(tmp_path: Path) -> None:
    path = tmp_path / "deep.onnx"
    inner = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "inner", [], [])
    for _ in range(30):
        node = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
        inner = helper.make_graph([node], "inner", [], [])
        if inner.ByteSize() > 1_000_000:
            break
    model = small(nodes=list(inner.node))
    path.write_bytes(model.SerializeToString())
    with pytest.raises(BadInput, match=r"'deep\.onnx' is damaged"):
        look_at_onnx(path)


def test_a_file_that_is_cut_during_the_look_harms_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder, _decoder = write_sam1(tmp_path)
    count = onnx_look._Data.count

    def cut(data: onnx_look._Data) -> None:
        os.truncate(encoder, 0)  # as a copy over it does; what is mapped ends the process then
        count(data)

    monkeypatch.setattr(onnx_look._Data, "count", cut)
    monkeypatch.setattr(onnx_look, "_BLOCK_BYTES", 1)
    with pytest.raises(BadInput, match=r"'tiny_encoder\.onnx' is damaged"):
        look_at_onnx(encoder)


def test_a_file_of_nothing_but_fields_is_refused_soon(tmp_path: Path) -> None:
    weights = numpy_helper.from_array(np.zeros(2, np.float32), "weights")
    path, whole = tmp_path / "fields.onnx", small(weights).SerializeToString()
    path.write_bytes(whole + b"\x08\x01" * 100)
    assert look_at_onnx(path).elsewhere == ()
    path.write_bytes(whole + b"\x08\x01" * 5_000_000)  # would be walked twice
    begun = time.process_time()
    with pytest.raises(BadInput, match=r"'fields\.onnx' is damaged"):
        look_at_onnx(path)
    assert time.process_time() - begun < 5


def test_weights_are_stepped_over(tmp_path: Path) -> None:
    weights = numpy_helper.from_array(np.zeros(2, np.float32), "weights")
    weights.raw_data = bytes(50_000_000)
    path = tmp_path / "large.onnx"
    path.write_bytes(small(weights).SerializeToString())
    begun = time.process_time()
    assert look_at_onnx(path).elsewhere == ()
    assert time.process_time() - begun < 0.05
