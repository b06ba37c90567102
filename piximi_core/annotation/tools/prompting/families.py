"""The networks of the segment-anything family, told apart by the names of their tensors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from piximi_core.annotation.tools.prompting.frames import SIDE, Frame, fitted, padded, squashed
from piximi_core.annotation.tools.prompting.prompts import Prompt
from piximi_core.annotation.tools.prompting.signatures import Signature, Tensor

__all__ = ["FAMILIES", "EfficientSam", "Family", "Sam1", "Sam2"]

Arrays = dict[str, NDArray[Any]]
Picture = NDArray[np.uint8]

# Of red, green and blue in the pictures that the networks were taught with, 0…255.
_MEAN = np.array([123.675, 116.28, 103.53], np.float32)
_SPREAD = np.array([58.395, 57.12, 57.375], np.float32)
_MASK_SIDE = 256  # of the mask that a decoder is told before, which is always empty here


class Family(ABC):
    """How an encoder and a decoder are fed, and what they answer.

    The encoder looks at a crop once; with what it makes of it the decoder answers each prompt.
    """

    name: ClassVar[str]
    """What a person calls it."""
    key: ClassVar[str]
    """What files and processes call it."""
    kept: ClassVar[tuple[str, ...]]
    """The encoder's outputs, which the decoder takes under the same names."""
    otherwise: ClassVar[Mapping[str, str]] = {}
    """What some encoders call these."""
    asked: ClassVar[frozenset[str]] = frozenset({"point_coords", "point_labels"})
    """What a decoder takes beside those."""
    masks: ClassVar[str] = "masks"
    """What a decoder calls its masks."""

    def encodes(self, file: Signature) -> bool:
        """Whether a file is an encoder of this family."""
        given = {tensor.name: tensor for tensor in file.outputs}
        names = self.outputs_of(file)
        return (
            len(file.inputs) == 1
            # Maps, not one row of numbers for a picture, as of networks that compare pictures.
            and all(name in given and len(given[name].shape) in (0, 4) for name in names)
            and self._takes_pictures(file.inputs[0])
        )

    def outputs_of(self, encoder: Signature) -> tuple[str, ...]:
        """Return what an encoder calls what is kept of it, in that order."""
        names = ((name, self.otherwise.get(name, name)) for name in self.kept)
        return tuple(name if name in encoder.given else other for name, other in names)

    def decodes(self, file: Signature) -> bool:
        """Whether a file is a decoder of this family."""
        return file.taken >= {*self.kept, *self.asked} and file.given >= {
            self.masks,
            "iou_predictions",
        }

    @abstractmethod
    def _takes_pictures(self, tensor: Tensor) -> bool: ...

    @abstractmethod
    def frame(self, encoder: Signature, height: int, width: int) -> Frame:
        """Return how a crop of this size lies in the picture that the encoder looks at."""

    @abstractmethod
    def encoder_feed(self, encoder: Signature, frame: Frame, picture: Picture) -> Arrays:
        """Return what the encoder takes for a picture ``[H, W, 3]`` of the frame's inner size."""

    @abstractmethod
    def decoder_feed(
        self, decoder: Signature, frame: Frame, kept: Mapping[str, NDArray[Any]], prompt: Prompt
    ) -> Arrays:
        """Return what the decoder takes for a prompt."""

    def answer(self, outputs: Mapping[str, NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Return masks ``[N, H, W]`` that cover the crop, above 0 the object, and scores ``[N]``.

        Raises
        ------
        ValueError
            What the decoder gave has another shape.
        """
        masks, scores = outputs[self.masks], outputs["iou_predictions"]
        masks = masks.reshape(-1, *masks.shape[-2:]) if masks.ndim >= 3 else masks
        scores = scores.reshape(-1)
        if masks.ndim != 3 or not masks.size or len(scores) != len(masks):
            raise ValueError("masks and scores that do not match")
        if masks.dtype.kind != "f":
            masks = masks.astype(np.float32) - 0.5  # drawn already
        return masks, scores


def _is_planar(tensor: Tensor) -> bool:
    """Whether it is ``[1, 3, H, W]``."""
    return len(tensor.shape) == 4 and tensor.shape[1] in (3, None)


def _planar(picture: NDArray[np.float32], tensor: Tensor) -> NDArray[Any]:
    """Return ``[H, W, 3]`` as ``[1, 3, H, W]`` in the numbers that the network takes."""
    laid: NDArray[Any] = np.ascontiguousarray(picture.transpose(2, 0, 1)[np.newaxis])
    return laid.astype(tensor.dtype or "float32", copy=False)


def _normalised(picture: Picture) -> NDArray[np.float32]:
    normal: NDArray[np.float32] = (picture.astype(np.float32) - _MEAN) / _SPREAD
    return normal


def _mask_told(decoder: Signature) -> Arrays:
    """Return that no mask is told, and of which size, where a decoder asks for one."""
    told: Arrays = {}
    if "mask_input" in decoder.taken:
        tensor = decoder.input("mask_input")
        sides = (tensor.side(2, _MASK_SIDE), tensor.side(3, _MASK_SIDE))
        told["mask_input"] = np.zeros((1, 1, *sides), tensor.dtype or "float32")
    if "has_mask_input" in decoder.taken:
        told["has_mask_input"] = np.zeros(1, decoder.input("has_mask_input").dtype or "float32")
    return told


def _size_told(decoder: Signature, size: tuple[int, int]) -> Arrays:
    """Return how large masks are to be, where a decoder asks for it."""
    if "orig_im_size" not in decoder.taken:
        return {}
    return {"orig_im_size": np.array(size, decoder.input("orig_im_size").dtype or "float32")}


def _points_told(
    decoder: Signature, frame: Frame, prompt: Prompt, names: tuple[str, str], padding: bool
) -> Arrays:
    """Return the points of a prompt, in front of them as many axes of one as a decoder has."""
    points, labels = prompt.labelled(padding)
    points = frame.points(points)
    told: Arrays = {}
    parts: tuple[NDArray[Any], ...] = (points, labels)
    for name, values, own in zip(names, parts, (2, 1), strict=True):
        tensor = decoder.input(name)
        ahead = (1,) * (len(tensor.shape) - own)
        told[name] = values.reshape(*ahead, *values.shape).astype(tensor.dtype or "float32")
    return told


class Sam1(Family):
    """The first network, and those that took over its tensors, MobileSAM among them."""

    name = "SAM 1 or MobileSAM"
    key = "sam1"
    kept = ("image_embeddings",)
    otherwise: ClassVar[Mapping[str, str]] = {"image_embeddings": "embeddings"}
    asked = frozenset({"point_coords", "point_labels", "orig_im_size"})

    def _takes_pictures(self, tensor: Tensor) -> bool:
        is_raw = len(tensor.shape) == 3 and tensor.shape[2] in (3, None)
        return tensor.name != EfficientSam.pictures and (_is_planar(tensor) or is_raw)

    def frame(self, encoder: Signature, height: int, width: int) -> Frame:
        tensor = encoder.inputs[0]
        if len(tensor.shape) == 4:
            return fitted(height, width, (tensor.side(2, SIDE), tensor.side(3, SIDE)))
        # Exported with what prepares the picture: it is only brought to size.
        frame = fitted(height, width, (tensor.side(0, SIDE), tensor.side(1, SIDE)))
        outer = (tensor.side(0, frame.inner[0]), tensor.side(1, frame.inner[1]))
        return Frame(frame.crop, frame.inner, outer)

    def encoder_feed(self, encoder: Signature, frame: Frame, picture: Picture) -> Arrays:
        tensor = encoder.inputs[0]
        if len(tensor.shape) == 3:
            raw = padded(picture.astype(np.float32), frame.outer)
            return {tensor.name: raw.astype(tensor.dtype or "float32")}
        return {tensor.name: _planar(padded(_normalised(picture), frame.outer), tensor)}

    def decoder_feed(
        self, decoder: Signature, frame: Frame, kept: Mapping[str, NDArray[Any]], prompt: Prompt
    ) -> Arrays:
        # The decoder cuts off what is black, so its masks cover the crop.
        return {
            **kept,
            **_points_told(decoder, frame, prompt, ("point_coords", "point_labels"), padding=True),
            **_mask_told(decoder),
            **_size_told(decoder, frame.inner),
        }


class Sam2(Family):
    """SAM 2 and 2.1, whose encoder gives finer maps too."""

    name = "SAM 2"
    key = "sam2"
    kept = ("image_embed", "high_res_feats_0", "high_res_feats_1")

    def _takes_pictures(self, tensor: Tensor) -> bool:
        return _is_planar(tensor)

    def frame(self, encoder: Signature, height: int, width: int) -> Frame:
        tensor = encoder.inputs[0]
        return squashed(height, width, (tensor.side(2, SIDE), tensor.side(3, SIDE)))

    def encoder_feed(self, encoder: Signature, frame: Frame, picture: Picture) -> Arrays:
        tensor = encoder.inputs[0]
        return {tensor.name: _planar(_normalised(picture), tensor)}

    def decoder_feed(
        self, decoder: Signature, frame: Frame, kept: Mapping[str, NDArray[Any]], prompt: Prompt
    ) -> Arrays:
        return {
            **kept,
            **_points_told(decoder, frame, prompt, ("point_coords", "point_labels"), padding=True),
            **_mask_told(decoder),
            **_size_told(decoder, frame.outer),
        }


class EfficientSam(Family):
    """EfficientSAM, which prepares the picture itself and takes several questions at once."""

    name = "EfficientSAM"
    key = "efficient_sam"
    kept = ("image_embeddings",)
    asked = frozenset({"batched_point_coords", "batched_point_labels", "orig_im_size"})
    masks = "output_masks"
    pictures: ClassVar[str] = "batched_images"

    def _takes_pictures(self, tensor: Tensor) -> bool:
        return tensor.name == self.pictures and _is_planar(tensor)

    def frame(self, encoder: Signature, height: int, width: int) -> Frame:
        tensor = encoder.inputs[0]
        outer = (tensor.side(2, SIDE), tensor.side(3, SIDE))
        if tensor.shape[2] and tensor.shape[3]:
            return squashed(height, width, outer)
        # It brings pictures of any shape to its own; ours are only made no larger than need be.
        inner = fitted(height, width, outer).inner
        return Frame((height, width), inner, inner)

    def encoder_feed(self, encoder: Signature, frame: Frame, picture: Picture) -> Arrays:
        tensor = encoder.inputs[0]
        return {tensor.name: _planar(picture.astype(np.float32) / 255, tensor)}

    def decoder_feed(
        self, decoder: Signature, frame: Frame, kept: Mapping[str, NDArray[Any]], prompt: Prompt
    ) -> Arrays:
        names = ("batched_point_coords", "batched_point_labels")
        return {
            **kept,
            **_points_told(decoder, frame, prompt, names, padding=False),
            **_size_told(decoder, frame.inner),
        }


FAMILIES: tuple[Family, ...] = (Sam1(), Sam2(), EfficientSam())
