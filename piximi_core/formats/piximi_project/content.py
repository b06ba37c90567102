"""What is in a Piximi project, as its reader gives it and its writer takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from piximi_core.formats.tfjs.bundle import StoredFile

__all__ = [
    "BASE_MODEL",
    "IMAGE",
    "BaseSettings",
    "ChannelView",
    "PiximiCategory",
    "PiximiImage",
    "PiximiKind",
    "PiximiModel",
    "PiximiObject",
]

IMAGE = "Image"
"""The id of the kind that holds the images themselves."""

BASE_MODEL = "base-model"
TITLE = "piximi_dashboard_name"  # what Piximi passes over
"""What Piximi calls the settings of a kind's next classifier."""


@dataclass(frozen=True)
class PiximiCategory:
    """A category; the id of a kind's Unknown begins with 0, no other's does."""

    id: str
    name: str
    color: str


@dataclass(frozen=True)
class PiximiKind:
    """A kind with its categories, Unknown first."""

    id: str
    name: str
    categories: tuple[PiximiCategory, ...]

    @property
    def unknown(self) -> PiximiCategory:
        """The category of what has no label."""
        return self.categories[0]


@dataclass(frozen=True)
class ChannelView:
    """How a channel is shown: ``#rrggbb``, and the values from 0 to 1 drawn dark and bright."""

    color: str
    visible: bool
    low: float
    high: float


@dataclass(frozen=True, eq=False)
class PiximiImage:
    """An image.

    Attributes
    ----------
    pixels
        uint8 or uint16 ``[Z, H, W, C]``.
    channels
        None where the file does not say how it is shown.
    """

    id: str
    name: str
    category_id: str
    partition: str
    pixels: NDArray[Any]
    active_plane: int = 0
    channels: tuple[ChannelView, ...] | None = None

    @property
    def bit_depth(self) -> int:
        """8 or 16."""
        return 8 * int(self.pixels.itemsize)


@dataclass(frozen=True)
class PiximiObject:
    """An object: its box ``(x1, y1, x2, y2)``, the end exclusive, and its mask's run lengths."""

    id: str
    name: str
    image_id: str
    kind_id: str
    category_id: str
    partition: str
    box: tuple[int, int, int, int]
    runs: tuple[int, ...]
    plane: int = 0


@dataclass(frozen=True)
class BaseSettings:
    """The settings of a training, with Piximi's defaults; `input_shape` is height, width, channels.

    Attributes
    ----------
    input_shape
        None where the file does not say, or says it wrapped around.
    """

    input_shape: tuple[int, int, int] | None = None
    shuffle: bool = True
    training_percent: float = 0.75
    rescale: bool = True
    center: bool = False
    num_crops: int = 1
    crop_schema: str = "None"
    epochs: int = 10
    batch_size: int = 32
    optimizer: str = "Adam"
    learning_rate: float = 0.01
    loss: str = "Categorical (softmax) cross entropy"


@dataclass(frozen=True)
class PiximiModel:
    """A classifier, or the settings of the next one (`BASE_MODEL`, without files).

    Attributes
    ----------
    class_map
        The category of each output; empty if Piximi is to ask.
    eval_results
        As Piximi keeps them; what is not a number is None.
    files
        The description and the weights.
    title
        Its name here, where that is no name for files; empty for `name`. Piximi knows none.
    """

    kind_id: str
    name: str
    settings: BaseSettings = field(default_factory=BaseSettings)
    class_map: Mapping[int, str] = field(default_factory=dict)
    eval_results: tuple[Mapping[str, Any], ...] = ()
    files: tuple[StoredFile, ...] = ()
    title: str = ""
