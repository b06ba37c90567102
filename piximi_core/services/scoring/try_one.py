"""What a run says of one picture that is in no project and is not kept: "Try one"."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from piximi_core.classification.runtime import import_quietly
from piximi_core.disk import sweep
from piximi_core.images import safe_name, thumbnail, to_unit
from piximi_core.images.conversion import convert_channels
from piximi_core.project.database.store import Store
from piximi_core.project.files import disk_errors_in_words, require_space
from piximi_core.services.decoding.decoders import Decoders
from piximi_core.services.scoring.predict import load_classifier
from piximi_core.vocabulary import new_id

__all__ = ["RESOURCE", "Answer", "answer", "get_ready", "kept_briefly"]

RESOURCE = "quick"

_ABANDONED_SECONDS = 3600

Range = tuple[float, float]


@dataclass(frozen=True)
class Answer:
    """What a run says of a picture, and what was done to the picture for it.

    Attributes
    ----------
    classes, probabilities
        The run's categories and how likely each is, in the run's order.
    size, planes
        Height and width as the picture came, and how many planes; the first one is looked at.
    seen_size
        Height and width at which the network saw it.
    notes
        What reading and converting changed, one phrase each.
    preview
        A JPEG of it, longest side 256 pixels.
    """

    classes: tuple[str, ...]
    probabilities: tuple[float, ...]
    size: tuple[int, int]
    planes: int
    seen_size: tuple[int, int]
    notes: tuple[str, ...]
    preview: bytes


@contextmanager
def kept_briefly(store: Store, content: bytes) -> Iterator[Path]:
    """Give the path of a copy for a worker to read; it is gone afterwards, whatever happens.

    What a killed dashboard left there is deleted by the next picture an hour later.

    Raises
    ------
    NoSpace
        The disk is full.
    """
    room = store.files.cache / "tried"
    room.mkdir(parents=True, exist_ok=True)
    sweep(room.iterdir(), _ABANDONED_SECONDS)
    require_space(room, len(content))
    path = room / new_id()
    try:
        with disk_errors_in_words(path):
            path.write_bytes(content)
        yield path
    finally:
        path.unlink(missing_ok=True)


def get_ready(run_folder: Path) -> None:
    """Load a run's classifier in this worker, so that the first picture need not wait for it.

    Raises
    ------
    PiximiError
        Its files are missing or damaged.
    """
    import_quietly()
    load_classifier(run_folder)
    _decoders().warm()


@lru_cache(maxsize=1)
def _decoders() -> Decoders:
    """Return what reads the pictures; kept, so that only the first one waits for its start."""
    return Decoders()


def answer(run_folder: Path, path: Path, name: str, float_range: Range | None = None) -> Answer:
    """Say what a run thinks of one picture: the same numbers as `predict_files` gives.

    Parameters
    ----------
    run_folder
        The run whose classifier answers.
    path, name
        Where the picture lies, and what to call it.
    float_range
        The project's [low, high] for float images.

    Raises
    ------
    BadInput
        The picture cannot be read, or has channels that the classifier cannot take.
    """
    import_quietly()
    classifier = load_classifier(run_folder)
    from piximi_core.classification.prediction import predict
    from piximi_core.classification.preprocess import resize

    shape = classifier.metadata.preprocess.input_shape
    picture, planes = _decoders().read(path, name, path.parent, channels=shape.channels)
    fitting = convert_channels(picture, shape.channels, name=safe_name(name))
    unit = to_unit(fitting.pixels[0], fitting.bit_depth, float_range)
    pixels = np.asarray(resize(unit, shape.height, shape.width), np.float32)
    [probabilities] = predict(classifier.model, pixels[np.newaxis])
    return Answer(
        classes=tuple(classifier.metadata.classes),
        probabilities=tuple(float(p) for p in probabilities),
        size=(picture.height, picture.width),
        planes=planes,
        seen_size=(shape.height, shape.width),
        notes=fitting.notes,
        preview=thumbnail(picture),
    )
