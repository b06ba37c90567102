"""Encoders and decoders of the segment-anything family: the tensors of the real ones, but made up.

What they answer can be reckoned by hand. The encoder gives, among zeros, how red the blocks of the
picture are. The decoder's masks are discs around the middle of the points that belong to the
object, of several radii, each cut to where the picture is bright; in a box they are ellipses as
wide and high as the box, times a factor.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import onnx
import onnx.parser

__all__ = ["FACTORS", "RADII", "SCORES", "write_efficient_sam", "write_sam1", "write_sam2"]

RADII = (40.0, 60.0, 90.0, 120.0)
"""Of the discs around points, in pixels of the picture of 1024."""
FACTORS = (1.0, 0.9, 0.8, 0.7)
"""How wide and high what is found in a box is."""
SCORES = (0.5, 0.6, 0.9, 0.7)

_HEAD = '<ir_version: 8, opset_import: ["" : 17]>'

# From `points` [1, N, 2] in the picture of 1024, `labels` [1, N] and `red` [1, 1, H, W] to `found`
# [1, K, 256, 256], above 0 the object, and `iou_predictions` [1, K].
_ANSWER = """
    belongs = GreaterOrEqual (labels, one)
    weights = Cast <to = 1> (belongs)
    count = ReduceSum <keepdims = 0> (weights)
    spread = Unsqueeze (weights, axis2)
    weighted = Mul (points, spread)
    total = ReduceSum <keepdims = 0> (weighted, axis1)
    middle = Div (total, count)
    x = Gather <axis = 1> (middle, zero)
    y = Gather <axis = 1> (middle, place1)
    first = Equal (labels, two)
    is_first = Cast <to = 1> (first)
    last = Equal (labels, three)
    is_last = Cast <to = 1> (last)
    boxed = ReduceSum <keepdims = 0> (is_first)
    unboxed = Sub (one, boxed)
    signs = Sub (is_last, is_first)
    sides = Unsqueeze (signs, axis2)
    corners = Mul (points, sides)
    extent = ReduceSum <keepdims = 0> (corners, axis1)
    halves = Div (extent, two)
    half_x = Gather <axis = 1> (halves, zero)
    half_y = Gather <axis = 1> (halves, place1)
    round = Mul (radii, unboxed)
    in_x = Mul (half_x, boxed)
    in_y = Mul (half_y, boxed)
    part_x = Mul (factors, in_x)
    part_y = Mul (factors, in_y)
    wide = Add (round, part_x)
    high = Add (round, part_y)
    off_x = Sub (across, x)
    off_y = Sub (down, y)
    away_x = Div (off_x, wide)
    away_y = Div (off_y, high)
    square_x = Mul (away_x, away_x)
    square_y = Mul (away_y, away_y)
    square = Add (square_x, square_y)
    away = Sqrt (square)
    inside = Sub (one, away)
    bright = Resize <mode = "nearest"> (red, , , fine)
    found = Min (inside, bright)
    iou_predictions = Identity (scores)
"""


def _listed(numbers: Sequence[float]) -> str:
    return "{" + ", ".join(map(str, numbers)) + "}"


def _weights(count: int) -> str:
    places = [(at + 0.5) * 4 for at in range(256)]
    return f"""<
    int64[1] axis1 = {{1}}, int64[1] axis2 = {{2}}, int64 zero = {{0}}, int64 place1 = {{1}},
    float one = {{1.0}}, float two = {{2.0}}, float three = {{3.0}},
    int64[4] fine = {{1, 1, 256, 256}},
    float[1, {count}, 1, 1] radii = {_listed(RADII[-count:])},
    float[1, {count}, 1, 1] factors = {_listed(FACTORS[:count])},
    float[1, {count}] scores = {_listed(SCORES[-count:])},
    float[1, 1, 1, 256] across = {_listed(places)}, float[1, 1, 256, 1] down = {_listed(places)},
    int64[1] start = {{0}}, int64[1] channel = {{1}}, int64[1] axis3 = {{3}},
    int64[4] large = {{1, {count}, 1024, 1024}}
>"""


def _write(path: Path, text: str) -> Path:
    model = onnx.parser.parse_model(f"{_HEAD}\n{text}")
    onnx.checker.check_model(model)
    onnx.save(model, path)
    return path


def _pads(channels: int) -> str:
    """What stands in front of a graph that gives so many channels, zeros but for the first."""
    return f"""<
    int64[8] pads{channels} = {{0, 0, 0, 0, 0, {channels - 1}, 0, 0}}
>""".strip("<>")


def _red(step: int, channels: int, name: str) -> str:
    block = f"[{step}, {step}]"
    return f"""
    pooled{step} = AveragePool <kernel_shape = {block}, strides = {block}> (picture)
    red{step} = Slice (pooled{step}, first, second, axis)
    {name} = Pad (red{step}, pads{channels})
"""


def _encoder(path: Path, inputs: str, outputs: str, body: str, *channels: int) -> Path:
    pads = ", ".join(_pads(count) for count in channels)
    weights = f"""<
    int64[1] first = {{0}}, int64[1] second = {{1}}, int64[1] axis = {{1}}, {pads},
    int64[4] whole = {{1, 3, 1024, 1024}}, float half = {{0.5}},
    float[1, 3, 1, 1] mean = {{123.675, 116.28, 103.53}},
    float[1, 3, 1, 1] spread = {{58.395, 57.12, 57.375}}
>"""
    return _write(path, f"tiny ({inputs}) => ({outputs})\n{weights}\n{{{body}}}")


def write_sam1(folder: Path, name: str = "tiny", *, raw: bool = False) -> tuple[Path, Path]:
    """Write encoder and decoder of SAM 1.

    Parameters
    ----------
    raw
        Whether the encoder takes pictures ``[H, W, 3]`` and prepares them itself.
    """
    embeddings = "float[1, 256, 64, 64] image_embeddings"
    if raw:
        body = """
    planar = Transpose <perm = [2, 0, 1]> (input_image)
    batch = Unsqueeze (planar, first)
    off = Sub (batch, mean)
    normal = Div (off, spread)
    size = Shape (normal)
    missing = Sub (whole, size)
    nothing = Sub (whole, whole)
    pads = Concat <axis = 0> (nothing, missing)
    picture = Pad (normal, pads)
"""
        inputs = "float[h, w, 3] input_image"
    else:
        body, inputs = "\n    picture = Identity (image)", "float[1, 3, 1024, 1024] image"
    encoder = _encoder(
        folder / f"{name}_encoder.onnx",
        inputs,
        embeddings,
        body + _red(16, 256, "image_embeddings"),
        256,
    )
    text = f"""tiny ({embeddings}, float[1, n, 2] point_coords, float[1, n] point_labels,
    float[1, 1, 256, 256] mask_input, float[1] has_mask_input, float[2] orig_im_size)
    => (float[1, 4, h, w] masks, float[1, 4] iou_predictions, float[1, 4, 256, 256] low_res_masks)
{_weights(4)} {{
    points = Identity (point_coords)
    labels = Identity (point_labels)
    red = Slice (image_embeddings, start, channel, axis1)
    {_ANSWER}
    low_res_masks = Identity (found)
    whole = Resize <mode = "linear"> (found, , , large)
    size = Cast <to = 7> (orig_im_size)
    height = Gather <axis = 0> (size, start)
    width = Gather <axis = 0> (size, channel)
    rows = Slice (whole, start, height, axis2)
    masks = Slice (rows, start, width, axis3)
}}"""
    return encoder, _write(folder / f"{name}_decoder.onnx", text)


def write_sam2(folder: Path, name: str = "tiny2") -> tuple[Path, Path]:
    """Write encoder and decoder of SAM 2.1; what is bright is told by the finest of its maps."""
    kept = """float[1, 32, 256, 256] high_res_feats_0, float[1, 64, 128, 128] high_res_feats_1,
    float[1, 256, 64, 64] image_embed"""
    parts = (
        "\n    picture = Identity (image)",
        _red(4, 32, "high_res_feats_0"),
        _red(8, 64, "high_res_feats_1"),
        _red(16, 256, "image_embed"),
    )
    encoder = _encoder(
        folder / f"{name}.encoder.onnx",
        "float[1, 3, 1024, 1024] image",
        kept,
        "".join(parts),
        *(32, 64, 256),
    )
    text = f"""tiny ({kept}, float[b, n, 2] point_coords, float[b, n] point_labels,
    float[b, 1, 256, 256] mask_input, float[1] has_mask_input)
    => (float[b, 3, 1024, 1024] masks, float[b, 3] iou_predictions,
        float[b, 3, 256, 256] low_res_masks)
{_weights(3)} {{
    points = Identity (point_coords)
    labels = Identity (point_labels)
    red = Slice (high_res_feats_0, start, channel, axis1)
    {_ANSWER}
    low_res_masks = Identity (found)
    masks = Resize <mode = "linear"> (found, , , large)
}}"""
    return encoder, _write(folder / f"{name}.decoder.onnx", text)


def write_efficient_sam(folder: Path, name: str = "tiny3") -> tuple[Path, Path]:
    """Write encoder and decoder of EfficientSAM: pictures of any size, 0…1."""
    embeddings = "float[b, 256, 64, 64] image_embeddings"
    body = """
    squashed = Resize <mode = "linear"> (batched_images, , , whole)
    picture = Sub (squashed, half)
"""
    encoder = _encoder(
        folder / f"{name}_encoder.onnx",
        "float[b, 3, h, w] batched_images",
        embeddings,
        body + _red(16, 256, "image_embeddings"),
        256,
    )
    text = f"""tiny ({embeddings}, float[b, q, n, 2] batched_point_coords,
    float[b, q, n] batched_point_labels, int64[2] orig_im_size)
    => (float[b, q, 3, h, w] output_masks, float[b, q, 3] iou_scores)
{_weights(3)} {{
    flat = Squeeze (batched_point_coords, axis1)
    labels = Squeeze (batched_point_labels, axis1)
    shape = Cast <to = 1> (orig_im_size)
    height = Gather <axis = 0> (shape, start)
    width = Gather <axis = 0> (shape, channel)
    order = Concat <axis = 0> (width, height)
    shares = Div (flat, order)
    side = Constant <value = float {{1024.0}}> ()
    points = Mul (shares, side)
    red = Slice (image_embeddings, start, channel, axis1)
    {_ANSWER}
    front = Constant <value = int64[2] {{1, 3}}> ()
    sizes = Concat <axis = 0> (front, orig_im_size)
    drawn = Resize <mode = "linear"> (found, , , sizes)
    output_masks = Unsqueeze (drawn, axis1)
    iou_scores = Unsqueeze (iou_predictions, axis1)
}}"""
    text = text.replace("iou_predictions", "plain_scores").replace("iou_scores", "iou_predictions")
    return encoder, _write(folder / f"{name}_decoder.onnx", text)
