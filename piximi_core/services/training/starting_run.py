"""The run that a training starts from: its network and weights, instead of a new network."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import BadInput, NotFound
from piximi_core.jobs.service import Record
from piximi_core.messages import Message
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.runs import Run, RunClass, find_run, list_runs, require_classifier
from piximi_core.project.database.store import Store

__all__ = [
    "START_FOLDER",
    "Start",
    "settings_to_go_on",
    "start_obstacle",
    "start_of",
    "startable_runs",
    "take_start",
    "with_start",
]

START_FOLDER = "start"
"""Where the folder of a run keeps the classifier that it started from."""


class Start(Record):
    """The run that a training starts from.

    Attributes
    ----------
    columns
        For each class the output that tells it, None for a new one.
    """

    run: str
    number: int
    name: str
    columns: tuple[int | None, ...]


def startable_runs(store: Store, kind_id: str) -> list[Run]:
    """Return the runs of a kind whose classifier can be learned further, newest first."""
    return [run for run in list_runs(store, kind_id) if run.has_classifier and _fits(run)]


def _fits(run: Run) -> bool:
    """Whether a training can take images of the run's input size."""
    try:
        ModelSettings.model_validate_json(json.dumps({"input_shape": run.settings["input_shape"]}))
    except ValidationError:
        return False
    return True


def start_of(store: Store, settings: ModelSettings) -> Run | None:
    """Return the run that a training starts from, None for a new network.

    Raises
    ------
    NotFound
        It is gone.
    """
    return find_run(store, settings.start_from) if settings.start_from else None


def with_start(store: Store, settings: ModelSettings) -> ModelSettings:
    """Return settings with the input size of the run they start from, if that is there."""
    try:
        start = start_of(store, settings)
    except NotFound:
        return settings  # `start_obstacle` says so before anything is trained
    if start is None or not _fits(start):
        return settings
    shape = tuple(start.settings["input_shape"])
    return settings.model_copy(update={"start_from": start.id, "input_shape": shape})


def start_obstacle(
    store: Store, settings: ModelSettings, kind_id: str, channels: int | None
) -> str | None:
    """Return why a training cannot start from the run that its settings name; None if it can."""
    try:
        start = start_of(store, settings)
    except NotFound:
        return Message(
            "The run to start from is gone: start from another run, or from a new network."
        )
    if start is None:
        return None
    if not start.has_classifier:
        return Message(
            "{start} has no classifier yet: wait for it, or start from a new network.",
            start=start.name,
        )
    if start.kind_id != kind_id:
        return Message(
            "{start} classifies another kind: start from a run of this kind.", start=start.name
        )
    height, width, takes = start.settings["input_shape"]
    if not _fits(start):
        return Message(
            "{start} takes images of {height} x {width} pixels, which is outside of what is "
            "trained here: start from another run, or from a new network.",
            start=start.name,
            height=height,
            width=width,
        )
    if channels is not None and takes != channels:
        return Message(
            "{start} takes {channels}, but the images have {have}: start "
            "from another run, or from a new network.",
            start=start.name,
            channels=Message.plural("{n} channel", "{n} channels", n=takes),
            have=channels,
        )
    return None


def settings_to_go_on(store: Store, settings: ModelSettings, run: str) -> ModelSettings:
    """Return settings for a training that starts from a run, given as for `find_run`.

    Raises
    ------
    NotFound, BadInput
        There is no such run, or it has no classifier.
    """
    start = find_run(store, run)
    require_classifier(start)
    return with_start(store, settings.model_copy(update={"start_from": start.id}))


def take_start(store: Store, start: Run, classes: Sequence[RunClass], folder: Path) -> Start:
    """Copy the classifier that a run starts from into its folder, so that it is there for ever.

    Raises
    ------
    BadInput
        Its files are missing.
    """
    source, target = store.files.run(start.id), folder / START_FOLDER
    stem = (start.summary or {})["stem"]
    target.mkdir(parents=True, exist_ok=True)
    for name in (f"{stem}.json", f"{stem}.weights.bin"):
        if not (source / name).is_file():
            raise BadInput("The classifier of {start} is missing on the disk.", start=start.name)
        shutil.copyfile(source / name, target / name)
    by_id = {known.id: number for number, known in enumerate(start.classes)}
    # A category that was deleted and made again has another id; but an output whose category is
    # still there under another name is that one's alone.
    present = {category.id for category in list_categories(store, start.kind_id)}
    by_name = {
        known.name: number for number, known in enumerate(start.classes) if known.id not in present
    }
    columns = tuple(by_id.get(c.id, by_name.get(c.name)) for c in classes)
    return Start(run=start.id, number=start.number, name=start.name, columns=columns)
