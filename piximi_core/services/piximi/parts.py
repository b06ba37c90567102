"""Parts of our project as Piximi has them: kinds, channel colours, classifiers and settings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import select

from piximi_core.errors import PiximiError
from piximi_core.formats.piximi_project import (
    BASE_MODEL,
    IMAGE,
    ChannelView,
    PiximiCategory,
    PiximiKind,
    PiximiModel,
)
from piximi_core.formats.piximi_project.content import BaseSettings
from piximi_core.formats.stem import safe_stem
from piximi_core.formats.tfjs.bundle import StoredFile
from piximi_core.images import Picture, display_colors, display_ranges
from piximi_core.images.rendering import CHANNEL_COLORS, finite_range
from piximi_core.jobs.folder import read_json
from piximi_core.project.contents.looks import look_of
from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.things import Thing
from piximi_core.project.database.schema import categories, drafts, kinds
from piximi_core.project.database.store import Store
from piximi_core.project.files import ProjectFiles
from piximi_core.services.piximi.rows import piximi_defaults
from piximi_core.services.piximi.runs import PIXIMI_FACTS
from piximi_core.vocabulary import IMAGE_KIND, UniqueNames

__all__ = ["channel_views", "kinds_of", "models_of"]

Range = tuple[float, float]


def kinds_of(state: Store) -> list[PiximiKind]:
    """Return the kinds of a project, each with its Unknown category first."""
    with state.read() as db:
        rows = db.execute(select(kinds).order_by(kinds.c.id != IMAGE_KIND, kinds.c.position)).all()
        owned = db.execute(
            select(categories).order_by(categories.c.position, categories.c.id)
        ).all()
    found = []
    for row in rows:
        own = [c for c in owned if c.kind_id == row.id]
        own.sort(key=lambda c: c.id != row.unknown_category_id)
        found.append(
            PiximiKind(
                IMAGE if row.id == IMAGE_KIND else row.id,
                row.name,
                tuple(PiximiCategory(c.id, c.name, c.color) for c in own),
            )
        )
    return found


def channel_views(
    thing: Thing, picture: Picture, known_range: Range | None
) -> tuple[ChannelView, ...]:
    """Return how an image is shown, as a person chose it or as we show it at first."""
    look = look_of(thing)
    if look is not None and len(look.channels) == picture.channels:
        shown = [(c.color, c.visible, c.low, c.high) for c in look.channels]
    else:
        colors, ranges = display_colors(picture), display_ranges(picture)
        shown = [
            (color or _palette(number), color is not None, low, high)
            for number, (color, (low, high)) in enumerate(zip(colors, ranges, strict=True))
        ]
    first, last = _ends(picture, known_range)
    return tuple(
        ChannelView(color.lower(), visible, _share(low, first, last), _share(high, first, last))
        for color, visible, low, high in shown
    )


def _palette(number: int) -> str:
    return CHANNEL_COLORS[number] if number < len(CHANNEL_COLORS) else "#ffffff"


def _ends(picture: Picture, known_range: Range | None) -> Range:
    """Return the native numbers that 0 and 1 stand for."""
    if picture.is_float:
        return known_range or finite_range(picture.pixels)
    half = 2 ** (picture.bit_depth - 1) if picture.is_signed else 0
    return -half, 2**picture.bit_depth - 1 - half


def _share(value: float, first: float, last: float) -> float:
    return min(max((value - first) / (last - first), 0.0), 1.0) if last > first else 0.0


def models_of(
    state: Store,
    files: ProjectFiles,
    runs: Sequence[Run],
    known: Sequence[PiximiKind],
    channels: int | None,
) -> list[PiximiModel]:
    """Return the settings of each kind and the classifiers of these runs."""
    with state.read() as db:
        edited = {row.id: json.loads(row.settings) for row in db.execute(select(drafts))}
    models = [
        PiximiModel(kind.id, BASE_MODEL, _settings(edited.get(kind.id, {}), channels))
        for kind in known
    ]
    names = UniqueNames(fold=True)
    names.give(BASE_MODEL)
    for run in runs:
        kind = next((kind for kind in known if kind.id == run.kind_id), None)
        if kind is not None:
            # A dot would end the name for Piximi, so that numbering must not bring one.
            name = names.give(safe_stem(run.name))
            model = _model(run, kind, name, files.run(run.id), channels)
            models.append(replace(model, title=run.name if run.name != name else ""))
    return models


def _model(
    run: Run, kind: PiximiKind, name: str, folder: Path, channels: int | None
) -> PiximiModel:
    stem = str((run.summary or {}).get("stem", ""))
    paths = [folder / f"{stem}.json", folder / f"{stem}.weights.bin"]
    if not all(path.is_file() for path in paths):
        raise PiximiError(
            "The classifier of the run {run!r} is missing on the disk; leave it out.", run=run.name
        )
    facts: dict[str, Any] = read_json(folder / PIXIMI_FACTS)
    return PiximiModel(
        kind.id,
        name,
        _settings(run.settings, channels),
        _class_map(run, kind),
        tuple(facts.get("eval_results", ())),
        tuple(StoredFile(path.name, path.stat().st_size, path.read_bytes) for path in paths),
    )


def _class_map(run: Run, kind: PiximiKind) -> dict[int, str]:
    """Return the category of each class; empty, so that Piximi asks, if it is not known of all."""
    by_id = {category.id: category.id for category in kind.categories[1:]}
    # By name only where the run's own category is gone: another of today may bear its old name.
    own = {known.id for known in run.classes}
    by_name = {c.name: c.id for c in kind.categories[1:] if c.id not in own}
    found = [by_id.get(known.id) or by_name.get(known.name) for known in run.classes]
    distinct = all(found) and len(set(found)) == len(found)
    return {number: i for number, i in enumerate(found) if i} if distinct else {}


def _settings(ours: dict[str, Any], channels: int | None) -> BaseSettings:
    """Return our settings in Piximi's words; what nobody chose is as Piximi begins."""
    first = piximi_defaults(channels)
    shape = ours.get("input_shape") or first.input_shape or (20, 20, channels or 1)
    return BaseSettings(
        input_shape=(int(shape[0]), int(shape[1]), int(shape[2])),
        shuffle=ours.get("shuffle", first.shuffle),
        training_percent=ours.get("training_percentage", first.training_percent),
        epochs=ours.get("epochs", first.epochs),
        batch_size=ours.get("batch_size", first.batch_size),
        optimizer=ours.get("optimizer", first.optimizer),
        learning_rate=ours.get("learning_rate", first.learning_rate),
        loss=ours.get("loss", first.loss),
    )
