"""Predict files that are in no project: what the command line and "Try one" do."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.classification.runtime import import_quietly
from piximi_core.errors import BadInput, PiximiError
from piximi_core.images import convert_channels, read_picture, safe_name, to_unit
from piximi_core.images.picture import Picture, TimeUnknown
from piximi_core.prefetch import DECODING_THREADS, work_ahead
from piximi_core.services.importing.sources import SourceFile, expand_sources
from piximi_core.services.scoring.pixels import fitted
from piximi_core.services.scoring.predict import load_classifier

__all__ = ["FileScores", "predict_files"]

_BATCH = 256
_AHEAD = 16


@dataclass(frozen=True)
class FileScores:
    """What a run says of some files.

    Attributes
    ----------
    names
        Relative names of the files that were predicted.
    probabilities
        float32 ``[N, K]``.
    failed
        (name, reason) of the others.
    notes
        What reading and converting changed, and in how many of the files, most first.
    """

    names: tuple[str, ...]
    probabilities: NDArray[np.float32]
    failed: tuple[tuple[str, str], ...]
    notes: tuple[tuple[str, int], ...]


@dataclass(frozen=True, eq=False)
class _Seen:
    """A file as the network sees it, and what was changed for that."""

    pixels: NDArray[np.float32]
    notes: tuple[str, ...]


def predict_files(
    run_folder: Path,
    sources: Sequence[SourceFile],
    *,
    float_range: Any = None,
    channels: int | None = None,
    time: int | None = None,
) -> FileScores:
    """Predict every image behind files, folders and zips; nothing of them is kept.

    Of a stack the first plane is looked at, and its channels are brought to those that the network
    takes, as `images.convert_channels` does.

    Parameters
    ----------
    run_folder
        The run whose classifier answers.
    sources
        What to predict.
    float_range
        The project's [low, high] for float images.
    channels
        How many channels a stack has that does not say so; by default as many as the network takes.
    time
        Which time point of a series is looked at, counted from 1; by default the first.

    Raises
    ------
    BadInput
        A path that does not exist, or no file at all.
    """
    failed: list[tuple[str, str]] = []
    notes: Counter[str] = Counter()
    names: list[str] = []
    answers: list[NDArray[np.float32]] = []
    with tempfile.TemporaryDirectory(prefix="piximi-predict-") as room:
        files = list(expand_sources(sources, Path(room), failed))
        if not files and not failed:
            raise BadInput("There is no image file at that path; check it.")
        import_quietly()
        from piximi_core.classification.prediction import predict

        classifier = load_classifier(run_folder)
        shape = classifier.metadata.preprocess.input_shape
        wanted = (shape.height, shape.width, shape.channels)
        look = partial(
            _resized,
            shape=wanted,
            float_range=float_range and tuple(float_range),
            channels=channels or shape.channels,
            time=time,
        )
        read = _read(look, files, failed, notes)
        while piece := list(islice(read, _BATCH)):
            names += [name for name, _ in piece]
            answers.append(predict(classifier.model, np.stack([pixels for _, pixels in piece])))
    classes = len(classifier.metadata.classes)
    probabilities = np.concatenate(answers) if answers else np.zeros((0, classes), np.float32)
    return FileScores(tuple(names), probabilities, tuple(failed), tuple(notes.most_common()))


def _read(
    look: Callable[[SourceFile], _Seen],
    files: Sequence[SourceFile],
    failed: list[tuple[str, str]],
    notes: Counter[str],
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield name and resized pixels in order, decoding ahead on threads.

    Not in processes of their own as an import does: the files are the caller's, nothing of them is
    kept, and the way of the pixels from another process took a third of the speed.
    """

    for source, future in work_ahead(look, files, ahead=_AHEAD, threads=DECODING_THREADS):
        try:
            seen = future.result()
        except PiximiError as error:
            failed.append((source.name, str(error)))
        else:
            notes.update(list(dict.fromkeys(seen.notes)))
            yield source.name, seen.pixels


def _resized(
    source: SourceFile,
    *,
    shape: tuple[int, int, int],
    float_range: tuple[float, float] | None,
    channels: int,
    time: int | None,
) -> _Seen:
    picture = _first_plane(source, channels, time)
    fitting = convert_channels(picture, shape[2], name=f"'{safe_name(source.name)}'")
    unit = to_unit(fitting.pixels[0], fitting.bit_depth, float_range)
    clipped = _clipped(fitting, float_range)
    return _Seen(fitted(unit, shape, source.name), (*fitting.notes, *clipped))


def _first_plane(source: SourceFile, channels: int, time: int | None) -> Picture:
    notes = []
    try:
        picture = read_picture(source.path, name=source.name, channels=channels, time=time)
    except TimeUnknown as several:
        picture = read_picture(source.path, name=source.name, channels=channels, time=1)
        notes.append(f"the first of {several.times:,} time points taken")
    if picture.planes > 1:
        notes.append(f"the first of {picture.planes:,} planes looked at")
    return replace(picture, pixels=picture.pixels[:1], notes=(*picture.notes, *notes))


def _clipped(picture: Picture, float_range: tuple[float, float] | None) -> Iterator[str]:
    """Say that decimal numbers lie beyond the range of the project, without counting them."""
    if picture.is_float and float_range:
        low, high = float_range
        if ((picture.pixels < low) | (picture.pixels > high)).any():
            yield f"values beyond the project's {low:g} to {high:g} are clipped"
