"""Predict files that are in no project: what the command line and "Try one" do."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from piximi_core.classification.runtime import import_quietly
from piximi_core.errors import BadInput, PiximiError
from piximi_core.images import read_picture, to_unit
from piximi_core.jobs.ahead import work_ahead
from piximi_core.jobs.pixels import fitted
from piximi_core.jobs.predict import load_classifier
from piximi_core.jobs.sources import SourceFile, expand_sources

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
    """

    names: tuple[str, ...]
    probabilities: NDArray[np.float32]
    failed: tuple[tuple[str, str], ...]


def predict_files(
    run_folder: Path, sources: Sequence[SourceFile], *, float_range: Any = None
) -> FileScores:
    """Predict every image behind files, folders and zips; nothing of them is kept.

    Parameters
    ----------
    run_folder
        The run whose classifier answers.
    sources
        What to predict.
    float_range
        The project's [low, high] for float images.

    Raises
    ------
    BadInput
        A path that does not exist, or no file at all.
    """
    failed: list[tuple[str, str]] = []
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
        read = _read(files, wanted, float_range and tuple(float_range), failed)
        while piece := list(islice(read, _BATCH)):
            names += [name for name, _ in piece]
            answers.append(predict(classifier.model, np.stack([pixels for _, pixels in piece])))
    classes = len(classifier.metadata.classes)
    probabilities = np.concatenate(answers) if answers else np.zeros((0, classes), np.float32)
    return FileScores(tuple(names), probabilities, tuple(failed))


def _read(
    files: Sequence[SourceFile],
    shape: tuple[int, int, int],
    float_range: Any,
    failed: list[tuple[str, str]],
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Yield name and resized pixels in order, decoding ahead on threads.

    Not in processes of their own as an import does: the files are the caller's, nothing of them is
    kept, and the way of the pixels from another process took a third of the speed.
    """

    def resized(source: SourceFile) -> NDArray[np.float32]:
        picture = read_picture(source.path, name=source.name)
        unit = to_unit(picture.pixels[0], picture.bit_depth, float_range)
        return fitted(unit, shape, source.name)

    for source, future in work_ahead(resized, files, ahead=_AHEAD):
        try:
            yield source.name, future.result()
        except PiximiError as error:
            failed.append((source.name, str(error)))
