"""What networks are fed, against numbers reckoned by hand, and which part of an image they see."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from piximi_core.annotation.tools.prompting import (
    FAMILIES,
    WIDEST_SIDE,
    Prompt,
    Signature,
    Tensor,
    crop_in_sight,
)
from piximi_core.annotation.tools.prompting.families import EfficientSam, Sam1, Sam2
from piximi_core.annotation.tools.prompting.frames import fitted, padded, squashed

CLICK = Prompt(inside=((30.0, 60.0),), outside=((150.0, 0.0),))
BOX = Prompt(box=(10.0, 20.0, 110.0, 80.0))


def tensors(**shapes: tuple[int | None, ...]) -> tuple[Tensor, ...]:
    return tuple(Tensor(name, "float32", shape) for name, shape in shapes.items())


KEPT = {"image_embeddings": (1, 256, 64, 64)}
SCORED = {"masks": (1, None, None, None), "iou_predictions": (1, None)}
PLANAR = Signature(tensors(image=(1, 3, 1024, 1024)), tensors(**KEPT))
RAW = Signature(tensors(input_image=(None, None, 3)), tensors(**KEPT))
DECODER = Signature(
    tensors(
        **KEPT,
        point_coords=(1, None, 2),
        point_labels=(1, None),
        mask_input=(1, 1, 256, 256),
        has_mask_input=(1,),
        orig_im_size=(2,),
    ),
    tensors(**SCORED, low_res_masks=(1, None, 256, 256)),
)
MAPS = {
    "high_res_feats_0": (1, 32, 256, 256),
    "high_res_feats_1": (1, 64, 128, 128),
    "image_embed": (1, 256, 64, 64),
}
FINE = Signature(tensors(image=(1, 3, 1024, 1024)), tensors(**MAPS))
FINE_DECODER = Signature(
    tensors(
        **MAPS,
        point_coords=(None, None, 2),
        point_labels=(None, None),
        mask_input=(None, 1, 256, 256),
        has_mask_input=(1,),
    ),
    tensors(**SCORED),
)
BATCHED = Signature(tensors(batched_images=(None, 3, None, None)), tensors(**KEPT))
BATCHED_DECODER = Signature(
    (
        *tensors(
            **KEPT,
            batched_point_coords=(None, None, None, 2),
            batched_point_labels=(None, None, None),
        ),
        Tensor("orig_im_size", "int64", (2,)),
    ),
    tensors(output_masks=(None, None, None, None, None), iou_predictions=(None, None, None)),
)
ALL = {
    "sam1": (PLANAR, DECODER),
    "raw": (RAW, DECODER),
    "sam2": (FINE, FINE_DECODER),
    "efficient_sam": (BATCHED, BATCHED_DECODER),
}


@pytest.mark.parametrize("name", ALL)
def test_each_file_belongs_to_one_family(name: str) -> None:
    encoder, decoder = ALL[name]
    wanted = ["sam1" if name == "raw" else name]
    assert [each.key for each in FAMILIES if each.encodes(encoder)] == wanted
    assert [each.key for each in FAMILIES if each.decodes(decoder)] == wanted
    assert not any(each.decodes(encoder) or each.encodes(decoder) for each in FAMILIES)


def test_other_networks_belong_to_none() -> None:
    classifier = Signature(tensors(image=(1, 3, 224, 224)), tensors(logits=(1, 1000)))
    text = Signature(
        tensors(image=(1, 3, 1008, 1008), tokens=(1, 32)),
        tensors(image_embeddings=(1, 256, 72, 72)),
    )
    clip = Signature(tensors(pixel_values=(1, 3, 384, 384)), tensors(image_embeddings=(1, 512)))
    for file in (classifier, text, clip):
        assert not any(each.encodes(file) or each.decodes(file) for each in FAMILIES)


def test_some_call_what_their_encoder_gives_otherwise() -> None:
    other = Signature(tensors(images=(1, 3, 1024, 1024)), tensors(embeddings=(1, 256, 64, 64)))
    assert [each.key for each in FAMILIES if each.encodes(other)] == ["sam1"]
    assert Sam1().outputs_of(other) == ("embeddings",)
    assert Sam1().outputs_of(PLANAR) == ("image_embeddings",)


def test_the_long_side_is_1024_and_the_rest_is_zero() -> None:
    # 300 x 200: 1024 / 300 = 3.41…; 200 times that is 682.67, rounded 683.
    frame = Sam1().frame(PLANAR, 200, 300)
    assert (frame.inner, frame.outer) == ((683, 1024), (1024, 1024))
    picture = np.full((683, 1024, 3), (255, 0, 124), np.uint8)
    fed = Sam1().encoder_feed(PLANAR, frame, picture)["image"]
    assert (fed.shape, fed.dtype) == ((1, 3, 1024, 1024), np.float32)
    # (255 - 123.675) / 58.395, (0 - 116.28) / 57.12, (124 - 103.53) / 57.375.
    assert fed[0, :, 0, 0] == pytest.approx([2.248908, -2.035714, 0.356776], abs=1e-5)
    assert fed[0, :, 682, 1023] == pytest.approx(fed[0, :, 0, 0])
    assert not fed[0, :, 683:].any()


def test_an_encoder_with_its_preparation_gets_the_picture_as_it_is() -> None:
    frame = Sam1().frame(RAW, 200, 300)
    picture = np.full((683, 1024, 3), 7, np.uint8)
    fed = Sam1().encoder_feed(RAW, frame, picture)["input_image"]
    assert (fed.shape, fed.dtype) == ((683, 1024, 3), np.float32)
    assert (fed == 7).all()
    fixed = Signature(tensors(input_image=(684, 1024, 3)), tensors(**KEPT))
    frame = Sam1().frame(fixed, 400, 400)
    assert (frame.inner, frame.outer) == ((684, 684), (684, 1024))
    fed = Sam1().encoder_feed(fixed, frame, np.full((684, 684, 3), 9, np.uint8))["input_image"]
    assert fed.shape == (684, 1024, 3)
    assert not fed[:, 684:].any()


def test_clicks_are_told_in_the_frame_with_a_point_that_means_nothing() -> None:
    frame = Sam1().frame(PLANAR, 200, 300)
    told = Sam1().decoder_feed(DECODER, frame, {"image_embeddings": np.ones(3)}, CLICK)
    across, down = 1024 / 300, 683 / 200
    points = [[30 * across, 60 * down], [150 * across, 0], [0, 0]]
    assert told["point_coords"] == pytest.approx(np.array([points]))
    assert told["point_labels"].tolist() == [[1, 0, -1]]
    assert told["orig_im_size"].tolist() == [683, 1024]
    assert told["has_mask_input"].tolist() == [0]
    assert told["mask_input"].shape == (1, 1, 256, 256)
    assert not told["mask_input"].any()
    assert set(told) == DECODER.taken
    assert all(value.dtype == np.float32 for name, value in told.items() if name not in KEPT)


def test_corners_of_a_box_are_points_two_and_three() -> None:
    frame = Sam1().frame(PLANAR, 1024, 512)
    told = Sam1().decoder_feed(DECODER, frame, {}, BOX)
    assert told["point_coords"].tolist() == [[[10, 20], [110, 80]]]
    assert told["point_labels"].tolist() == [[2, 3]]
    both = Prompt(inside=((60, 50),), box=BOX.box)
    told = Sam1().decoder_feed(DECODER, frame, {}, both)
    assert told["point_labels"].tolist() == [[1, 2, 3]]


def test_sam_2_sees_the_crop_squashed_into_a_square() -> None:
    frame = Sam2().frame(FINE, 200, 400)
    assert frame.inner == (1024, 1024)
    told = Sam2().decoder_feed(FINE_DECODER, frame, {}, CLICK)
    points = [[30 * 2.56, 60 * 5.12], [150 * 2.56, 0], [0, 0]]
    assert told["point_coords"] == pytest.approx(np.array([points]))
    assert "orig_im_size" not in told


def test_efficient_sam_is_told_in_pixels_of_what_it_got() -> None:
    frame = EfficientSam().frame(BATCHED, 200, 300)
    assert frame.inner == frame.outer == (683, 1024)
    fed = EfficientSam().encoder_feed(BATCHED, frame, np.full((683, 1024, 3), 51, np.uint8))
    assert fed["batched_images"].shape == (1, 3, 683, 1024)
    assert fed["batched_images"][0, 0, 0, 0] == pytest.approx(0.2)
    told = EfficientSam().decoder_feed(BATCHED_DECODER, frame, {}, CLICK)
    assert told["batched_point_coords"].shape == (1, 1, 2, 2)
    assert told["batched_point_coords"][0, 0, 0] == pytest.approx([102.4, 204.9])
    assert told["batched_point_labels"].tolist() == [[[1, 0]]]
    assert told["orig_im_size"].tolist() == [683, 1024]
    assert told["orig_im_size"].dtype == np.int64


def test_a_frame_never_loses_a_side() -> None:
    assert fitted(1, 5000).inner == (1, 1024)
    assert fitted(5000, 1).inner == (1024, 1)
    assert squashed(1, 1).points(np.array([[1.0, 0.5]])).tolist() == [[1024, 512]]
    small = padded(np.ones((2, 3, 1), np.float32), (4, 4))
    assert small[..., 0].sum() == 6


@pytest.mark.parametrize(
    ("masks", "scores"),
    [((1, 2, 4, 4), (1, 3)), ((4, 4), (1,)), ((1, 0, 4, 4), (1, 0))],
)
def test_masks_and_scores_have_to_match(masks: tuple[int, ...], scores: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="masks and scores"):
        Sam1().answer({"masks": np.zeros(masks), "iou_predictions": np.zeros(scores)})


def test_masks_that_are_drawn_already_are_cut_at_a_half() -> None:
    drawn = np.array([[[[False, True]]]])
    masks, _scores = Sam1().answer({"masks": drawn, "iou_predictions": np.ones((1, 1))})
    assert (masks > 0).tolist() == [[[False, True]]]


sides = st.floats(-500, 30_000)


@given(sides, sides, sides, sides, st.integers(1, 20_000), st.integers(1, 20_000))
def test_a_crop_holds_what_is_in_sight_and_lies_in_the_image(
    x1: float, y1: float, x2: float, y2: float, height: int, width: int
) -> None:
    view = (min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2))
    crop = crop_in_sight(view, height, width)
    if crop is None:
        assert max(view[2] - view[0], view[3] - view[1]) > WIDEST_SIDE * 0.7
        return
    left, top, right, bottom = crop
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert max(right - left, bottom - top) <= WIDEST_SIDE
    for low, high, start, end, total in (
        (view[0], view[2], left, right, width),
        (view[1], view[3], top, bottom, height),
    ):
        assert start <= min(max(low, 0), total - 1)
        assert end >= min(max(high, 0), total)


def test_a_crop_changes_seldom() -> None:
    whole = crop_in_sight((0, 0, 1000, 1000), 1000, 1000)
    assert whole == (0, 0, 1000, 1000)
    crops = {crop_in_sight((x, 300, x + 200, 450), 1000, 1000) for x in range(300, 400)}
    assert len(crops) == 2
    assert crop_in_sight((0, 0, 9000, 9000), 20_000, 20_000) is None
