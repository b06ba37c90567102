"""What a Piximi project holds as the rows of a new project of ours."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from sqlalchemy import Connection, Table

from piximi_core.classification.settings import settings_from
from piximi_core.errors import BadInput
from piximi_core.formats.piximi_project import (
    BASE_MODEL,
    IMAGE,
    PiximiImage,
    PiximiKind,
    PiximiModel,
    PiximiObject,
    Repairs,
)
from piximi_core.formats.piximi_project.content import BaseSettings
from piximi_core.images import ChannelLook, Look, Picture, display_colors, display_ranges
from piximi_core.messages import Message
from piximi_core.project.database import schema
from piximi_core.vocabulary import IMAGE_KIND, is_unknown, now

__all__ = ["Rows", "draft_of", "kept_look", "piximi_defaults"]

_AT_ONCE = 500


class Rows:
    """Fills the database of a project that nobody else knows of yet, in the order of the file.

    Parameters
    ----------
    db
        An open transaction.
    who
        Who is to have given the labels.

    Attributes
    ----------
    predicted
        By kind, each thing that Piximi predicted and the category it said.
    images, objects
        How many there are so far.
    image_ids
        Of the images so far.
    """

    def __init__(self, db: Connection, who: str) -> None:
        self._db, self._who = db, who
        self._unknown: dict[str, str] = {}
        self._waiting: dict[str, list[dict[str, Any]]] = {}
        self.predicted: dict[str, dict[str, str]] = {}
        self.images = self.objects = 0
        self.image_ids: set[str] = set()

    def kinds(self, kinds: tuple[PiximiKind, ...]) -> None:
        """Write kinds and categories in the place of those that a new project has."""
        for table in (schema.categories, schema.kinds):
            self._db.execute(table.delete())
        for position, kind in enumerate(kinds):
            self._unknown[kind.id] = kind.unknown.id
            self.predicted[kind.id] = {}
            self._add(
                schema.kinds,
                id=IMAGE_KIND if kind.id == IMAGE else kind.id,
                name=kind.name,
                unknown_category_id=kind.unknown.id,
                hidden=False,
                position=position,
            )
        self.flush()
        for kind in kinds:
            for place, category in enumerate(kind.categories):
                self._add(
                    schema.categories,
                    id=category.id,
                    kind_id=kind.id,
                    name=category.name,
                    color=category.color,
                    visible=True,
                    position=place,
                )
        self.flush()

    def image(self, image: PiximiImage, sha256: str, look: Look | None) -> None:
        """Write an image whose file is stored; the first one decides on the channels."""
        planes, height, width, channels = image.pixels.shape
        if not self.images:
            self._db.execute(schema.project.update().values(channels=channels))
        self.images += 1
        self.image_ids.add(image.id)
        self._thing(image, IMAGE_KIND)
        self._add(
            schema.images,
            id=image.id,
            sha256=sha256,
            file_sha256=sha256,
            extension="tif",
            planes=planes,
            height=height,
            width=width,
            channels=channels,
            bit_depth=image.bit_depth,
            dtype=str(image.pixels.dtype),
            active_plane=image.active_plane,
            read_channels=None,
            pixel_size=None,
            display=json.dumps({"look": look.to_json()} if look else {}),
            notes="[]",
        )

    def object(self, found: PiximiObject) -> None:
        """Write an object of an image that is written."""
        self.objects += 1
        self._thing(found, found.kind_id)
        self._add(
            schema.objects,
            id=found.id,
            image_id=found.image_id,
            plane=found.plane,
            **dict(zip(("x1", "y1", "x2", "y2"), found.box, strict=True)),
            mask=" ".join(map(str, found.runs)),
        )

    def _thing(self, thing: PiximiImage | PiximiObject, kind_id: str) -> None:
        category_id, moment = thing.category_id, now()
        # Piximi tells what it predicted from what a person said by the partition alone.
        if thing.partition == "Inference" and not is_unknown(category_id):
            self.predicted[kind_id][thing.id] = category_id
            category_id = self._unknown[kind_id]
        labelled = not is_unknown(category_id)
        self._add(
            schema.things,
            id=thing.id,
            kind_id=kind_id,
            name=thing.name,
            category_id=category_id,
            partition=thing.partition,
            labelled_by=self._who if labelled else None,
            labelled_at=moment if labelled else None,
            metadata="{}",
            position=self.images + self.objects,
            created_at=moment,
        )
        if len(self._waiting[schema.things.name]) > _AT_ONCE:
            # What this thing has besides comes with the next ones.
            self.flush(besides=1)

    def drafts(
        self, models: tuple[PiximiModel, ...], channels: int | None, repairs: Repairs
    ) -> None:
        """Keep the settings of the next classifiers where they are not Piximi's own."""
        for model in models:
            _note_unknown(model, repairs)
            if model.name == BASE_MODEL:
                draft = _usable(draft_of(model.settings, channels), repairs)
                if draft:
                    self._add(
                        schema.drafts, id=model.kind_id, settings=json.dumps(draft, sort_keys=True)
                    )

    def _add(self, table: Table, **row: Any) -> None:
        self._waiting.setdefault(table.name, []).append(row)

    def flush(self, *, besides: int = 0) -> None:
        """Write what waits, but for the last things whose other rows are still to come."""
        for table in schema.metadata.sorted_tables:
            waiting = self._waiting.pop(table.name, [])
            kept = waiting[len(waiting) - besides :] if table is schema.things and besides else []
            if kept:
                self._waiting[table.name] = kept
                waiting = waiting[: len(waiting) - besides]
            if waiting:
                self._db.execute(table.insert(), waiting)


def piximi_defaults(channels: int | None) -> BaseSettings:
    """Return the settings that Piximi begins with for images of so many channels."""
    return BaseSettings(input_shape=(20, 20, channels or 1))


def draft_of(settings: BaseSettings, channels: int | None) -> dict[str, Any]:
    """Return what a person changed of Piximi's settings, as we keep settings being edited."""
    first = piximi_defaults(channels)
    pairs = {
        "input_shape": (list(settings.input_shape or ()), list(first.input_shape or ())),
        "shuffle": (settings.shuffle, first.shuffle),
        "training_percentage": (settings.training_percent, first.training_percent),
        "epochs": (settings.epochs, first.epochs),
        "batch_size": (settings.batch_size, first.batch_size),
        "optimizer": (settings.optimizer, first.optimizer),
        "learning_rate": (settings.learning_rate, first.learning_rate),
        "loss": (settings.loss, first.loss),
    }
    changed = any(value and value != default for value, default in pairs.values())
    usable = {key: value for key, (value, _default) in pairs.items() if value or value is False}
    return usable if changed else {}


def _note_unknown(model: PiximiModel, repairs: Repairs) -> None:
    """Say which settings have no counterpart here; a classifier's rescaling becomes a layer."""
    first, found = BaseSettings(), model.settings
    lost = {
        "center": found.center != first.center,
        "num_crops": found.num_crops != first.num_crops,
        "crop_schema": found.crop_schema != first.crop_schema,
        "rescale": found.rescale != first.rescale and model.name == BASE_MODEL,
    }
    for name, is_lost in lost.items():
        if is_lost:
            repairs.note(
                Message("Settings that this program lacks (crops, unscaled pixels) were left out."),
                name,
            )


def _usable(draft: dict[str, Any], repairs: Repairs) -> dict[str, Any]:
    """Leave out what lies beyond the limits of our settings, which are narrower."""
    kept = {}
    for key, value in draft.items():
        try:
            settings_from({key: value})
        except BadInput:
            repairs.note(
                Message("Settings of trainings beyond what this program takes were left out."), key
            )
        else:
            kept[key] = value
    return kept


def kept_look(image: PiximiImage) -> Look | None:
    """Return how an image is shown in Piximi, None where we would show it so at first anyway."""
    if image.channels is None:
        return None
    top = 2**image.bit_depth - 1
    look = Look(
        tuple(
            ChannelLook(
                view.color, _native(view.low, top), _native(view.high, top), visible=view.visible
            )
            for view in image.channels
        )
    )
    picture = Picture(image.pixels, image.bit_depth)
    colors = tuple(color and color.lower() for color in display_colors(picture))
    same = look.colors == colors and look.ranges == display_ranges(picture)
    return None if same else look


def _native(share: float, top: int) -> float:
    """Return the number a share stands for, whole where it came from a whole one."""
    whole = float(np.rint(share * top))
    return whole if np.float32(whole) / np.float32(top) == np.float32(share) else share * top
