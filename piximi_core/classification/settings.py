"""The settings of one model: what a person may choose, with ranges and defaults.

The option names are Piximi's own strings (spelling and case), because exported files repeat them.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from piximi_core.classification import choices
from piximi_core.classification.learning_rates import PROPOSED_RATES
from piximi_core.classification.resize_edges import propose_side
from piximi_core.classification.settings_errors import check_known, read_json, sentence
from piximi_core.errors import BadInput
from piximi_core.messages import Message
from piximi_core.registry import Registry

__all__ = [
    "BACKGROUNDS",
    "CROPS",
    "LOSSES",
    "MINIMUM_SIDE",
    "OPTIMIZERS",
    "ModelSettings",
    "propose_input_shape",
    "settings_from",
    "with_overrides",
]

Background = Literal["Kept", "Blanked"]
Crop = Literal["Box", "Piximi"]

BACKGROUNDS: tuple[str, ...] = get_args(Background)
CROPS: tuple[str, ...] = get_args(Crop)
OPTIMIZERS: tuple[str, ...] = choices.OPTIMIZERS.names
LOSSES: tuple[str, ...] = choices.LOSSES.names

MINIMUM_SIDE = 16
"""The smallest height and width from which Simple CNN can be built."""

_MAXIMUM_SIDE = 1024
_PROPOSED_SIDES = (20, 128)
_EXPECTED = {
    "name": Message("a text of at most 300 characters"),
    "input_shape": (
        Message(
            "[height, width, channels] with sides from {minimum_side} to {maximum_side} pixels"
            " and 1 to 64 channels",
            minimum_side=MINIMUM_SIDE,
            maximum_side=_MAXIMUM_SIDE,
        )
    ),
}


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _one_of(registry: Registry[Any]) -> AfterValidator:
    def check(value: str) -> str:
        # By its name alone: a package's network is imported where it is built.
        if value not in registry.names:
            *most, last = map(repr, registry.names)
            listed = f"{', '.join(most)} or {last}" if most else last
            raise PydanticCustomError("one_of", "{listed}", {"listed": listed})
        return value

    return AfterValidator(check)


Architecture = Annotated[str, _one_of(choices.NETWORKS)]
Optimizer = Annotated[str, _one_of(choices.OPTIMIZERS)]
Loss = Annotated[str, _one_of(choices.LOSSES)]
Side = Annotated[int, Field(ge=MINIMUM_SIDE, le=_MAXIMUM_SIDE)]
Channels = Annotated[int, Field(ge=1, le=64)]


class ModelSettings(BaseModel):
    """All choices of one training; immutable, and an unknown key is an error.

    The field descriptions are the tips of the interface. Use `settings_from` and `with_overrides`
    for anything a person typed: they turn pydantic's errors into one sentence.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str = Field(
        "",
        max_length=300,
        title=Message("Name"),
        description=Message(
            "What the trained classifier is called. Leave it empty for an automatic name."
        ),
    )
    start_from: str = Field(
        "",
        max_length=64,
        title=Message("Start from"),
        description=(
            Message(
                "A new network knows nothing yet. An earlier run, or a classifier from "
                "elsewhere, is"
                " learned further: its network and input size stay, and new categories are added."
            )
        ),
    )
    architecture: Architecture = Field(
        "Simple CNN",
        title=Message("Architecture"),
        description=Message(
            "The network. Simple CNN is small and fast: two convolutions and one decision."
        ),
    )
    input_shape: Annotated[tuple[Side, Side, Channels], BeforeValidator(_as_tuple)] = Field(
        (64, 64, 3),
        title=Message("Input size"),
        description=(
            Message(
                "Height, width and channels that the network sees; every image is stretched to it."
                " Height and width from {minimum_side} to {maximum_side}.",
                minimum_side=MINIMUM_SIDE,
                maximum_side=_MAXIMUM_SIDE,
            )
        ),
    )
    training_percentage: float = Field(
        0.75,
        ge=0.1,
        le=0.99,
        title=Message("Training percentage"),
        description=(
            Message(
                "The share of labelled images to learn from (0.1 to 0.99)."
                " The others are never learned from: by them the best epoch is chosen."
            )
        ),
    )
    shuffle: bool = Field(
        True,
        title=Message("Shuffle on split"),
        description=(
            Message(
                "Deal images to training and validation at random (repeatable by the seed)."
                " When off, the first images in file order are for training."
            )
        ),
    )
    stratify: bool = Field(
        True,
        title=Message("Stratified split"),
        description=Message(
            "Deal every category in the same proportion to training and validation."
        ),
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**31 - 1,
        title=Message("Seed"),
        description=(
            Message(
                "The start of all random choices: split, first weights, order of the images."
                " The same data, settings and seed give the same classifier."
            )
        ),
    )
    epochs: int = Field(
        10,
        ge=1,
        le=100_000,
        title=Message("Epochs"),
        description=Message("How many times the network goes through all training images."),
    )
    batch_size: int = Field(
        32,
        ge=1,
        le=65_536,
        title=Message("Batch size"),
        description=Message(
            "How many images are learned from in one step. Smaller needs less memory."
        ),
    )
    optimizer: Optimizer = Field(
        "Adam",
        title=Message("Optimization algorithm"),
        description=Message(
            "How the weights are changed after each batch. Adam is a good first choice."
        ),
    )
    loss: Loss = Field(
        "Categorical (softmax) cross entropy",
        title=Message("Loss function"),
        description=Message("What training makes small. Cross entropy is right for categories."),
    )
    learning_rate: float = Field(
        0.001,
        gt=0.0,
        le=1000.0,
        allow_inf_nan=False,
        title=Message("Learning rate"),
        description=(
            Message(
                "The size of each step. It follows the optimization algorithm until you set it. "
                "Lower"
                " it when the loss jumps or grows; raise it when the loss hardly falls."
            )
        ),
    )
    object_background: Background = Field(
        "Kept",
        title=Message("Background of objects"),
        description=(
            Message(
                "What the network sees around an object inside its box: the image as it is, or "
                "black."
                " Piximi keeps it."
            )
        ),
    )
    object_crop: Crop = Field(
        "Box",
        title=Message("Crop of objects"),
        description=(
            Message(
                "Box: exactly the pixels of an object's box. Piximi: stretched by a fraction of a"
                " pixel, as Piximi cuts objects out, so that it predicts the same there."
            )
        ),
    )
    deterministic: bool = Field(
        True,
        title=Message("Repeatable"),
        description=(
            Message(
                "The same data, settings and seed on the same machine give the same weights,"
                " bit for bit. Switching it off can be faster on a GPU."
            )
        ),
    )

    @model_validator(mode="after")
    def _follow_the_optimizer(self) -> Self:
        """Take the optimizer's own rate where none was given; it stays one that was not given."""
        if "learning_rate" not in self.model_fields_set:
            self.__dict__["learning_rate"] = PROPOSED_RATES[self.optimizer]
        return self

    def given(self) -> dict[str, Any]:
        """Return the values that someone chose, without those that follow from others."""
        return self.model_dump(mode="json", exclude_unset=True)


def settings_from(values: Mapping[str, Any]) -> ModelSettings:
    """Check values as a person or a file gave them.

    Parameters
    ----------
    values
        Names and values, as `json.load` returns them; missing names take their defaults.

    Returns
    -------
    ModelSettings

    Raises
    ------
    BadInput
        A name is unknown (the text names the nearest one) or a value cannot be used.
    """
    for key in values:
        check_known(str(key), ModelSettings.model_fields)
    try:
        return ModelSettings.model_validate(dict(values))
    except ValidationError as error:
        raise BadInput.saying(sentence(error, _EXPECTED)) from None


def with_overrides(settings: ModelSettings, overrides: Iterable[str]) -> ModelSettings:
    """Change settings by texts of the form ``key=value``; the originals stay as they are.

    The field's type decides how a value is read: text fields take the text after the first ``=``
    as it stands, all others take JSON. A learning rate that nobody chose follows the optimizer.

    Raises
    ------
    BadInput
        A text is not ``key=value``, names an unknown setting or holds a value that cannot be used.

    Examples
    --------
    >>> with_overrides(ModelSettings(), ["epochs=20", "name=My run"]).epochs
    20
    """
    values = settings.given()
    for override in overrides:
        key, equals, text = override.partition("=")
        key = key.strip()
        if not equals:
            raise BadInput(
                "Write settings as key=value, such as epochs=20, not '{override}'.",
                override=override,
            )
        check_known(key, ModelSettings.model_fields)
        default = ModelSettings.model_fields[key].default
        values[key] = _in_full(key, text) if _is_text(key) else read_json(key, text, default)
    return settings_from(values)


def propose_input_shape(
    sizes: Sequence[tuple[int, int]], channels: int = 3
) -> tuple[int, int, int]:
    """Propose an input size that fits the images at hand.

    The medians of heights and widths, kept to at most 128 at their common proportion, then the
    nearest sides at which TensorFlow and TensorFlow.js sample alike (see `resize_edges`). A side
    that all images share stays as it is where it is from 20 to 128, since nothing is resized then.

    Parameters
    ----------
    sizes
        (height, width) of each image, in pixels.
    channels
        Number of channels of the images.

    Returns
    -------
    tuple of int
        (height, width, channels); 64 x 64 when there are no images.
    """
    if not sizes:
        return (64, 64, channels)
    smallest, largest = _PROPOSED_SIDES
    height = statistics.median(height for height, _ in sizes)
    width = statistics.median(width for _, width in sizes)
    shrink = min(1.0, largest / max(height, width))

    def proposed(median: float, sides: list[int]) -> int:
        if len(set(sides)) == 1 and smallest <= median <= largest and shrink == 1.0:
            return sides[0]
        return propose_side(median * shrink, sides)

    return (
        proposed(height, [height for height, _ in sizes]),
        proposed(width, [width for _, width in sizes]),
        channels,
    )


def _in_full(key: str, text: str) -> str:
    """Return the option whose short name stands in brackets, as SGD and MSE do; else the text."""
    options = {"optimizer": OPTIMIZERS, "loss": LOSSES}.get(key, ())
    return next((option for option in options if option.endswith(f"({text})")), text)


def _is_text(key: str) -> bool:
    kind = ModelSettings.model_fields[key].annotation
    return kind is str or all(isinstance(option, str) for option in get_args(kind) or (None,))
