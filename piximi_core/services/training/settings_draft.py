"""Edit the settings of the next training: checked, kept at once, each edit one undoable step."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from piximi_core.classification.learning_rates import PROPOSED_RATES
from piximi_core.classification.settings import ModelSettings, settings_from
from piximi_core.messages import Message, word
from piximi_core.project.contents.drafts import load_draft, save_draft
from piximi_core.project.contents.runs import Run, find_run
from piximi_core.project.database.schema import project
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers.imported_run import is_imported
from piximi_core.services.training.planning import default_settings
from piximi_core.vocabulary import IMAGE_KIND

__all__ = ["change_settings", "fit_channels", "in_words", "use_settings_of"]

_NAME_SHOWN = 60
# An edit reads the draft and writes it whole: two windows must not do that at once.
_editing = threading.Lock()
# What is said of a change: the titles of the settings, as they stand within a sentence.
_EDITS = {
    "name": Message("name to {value}"),
    "start_from": Message("start to {value}"),
    "architecture": Message("architecture to {value}"),
    "input_shape": Message("input size to {value}"),
    "training_percentage": Message("training percentage to {value}"),
    "shuffle": Message("shuffle on split to {value}"),
    "stratify": Message("stratified split to {value}"),
    "seed": Message("seed to {value}"),
    "epochs": Message("epochs to {value}"),
    "batch_size": Message("batch size to {value}"),
    "optimizer": Message("optimization algorithm to {value}"),
    "loss": Message("loss function to {value}"),
    "learning_rate": Message("learning rate to {value}"),
    "object_background": Message("background of objects to {value}"),
    "object_crop": Message("crop of objects to {value}"),
    "deterministic": Message("repeatable to {value}"),
}


def change_settings(
    store: Store,
    changes: Mapping[str, Any],
    *,
    kind_id: str = IMAGE_KIND,
    who: str | None = None,
) -> ModelSettings:
    """Change some settings of the next training; equal values are no step.

    Parameters
    ----------
    changes
        New values by setting, as `settings_from` takes them.

    Returns
    -------
    ModelSettings
        All settings as they are now.

    Raises
    ------
    BadInput
        A value cannot be used; nothing was changed.
    """
    with _editing:
        old = default_settings(store, kind_id)
        new = settings_from({**old.given(), **changes})
        different = [key for key in changes if getattr(new, key) != getattr(old, key)]
        if not different:
            return new
        values = new.model_dump(mode="json", include=set(different))
        words = [_step_words(store, key, values[key]) for key in different]
        # Only what a person touched is kept, so that the input size goes on to fit the images.
        draft = _touched({**load_draft(store, kind_id), **values})
        save_draft(store, draft, what=words, kind_id=kind_id, who=who)
        return default_settings(store, kind_id)


def _touched(draft: dict[str, Any]) -> dict[str, Any]:
    """Leave the learning rate out where it is its optimizer's own, so that it goes on to follow."""
    optimizer = draft.get("optimizer", ModelSettings().optimizer)
    own = draft.get("learning_rate") == PROPOSED_RATES[optimizer]
    return {key: value for key, value in draft.items() if not (own and key == "learning_rate")}


def _step_words(store: Store, key: str, value: Any) -> str:
    if key != "start_from":
        return in_words(key, value)
    found = find_run(store, value).name[:_NAME_SHOWN] if value else Message("a new network")
    return _EDITS[key].with_values(value=found)


def in_words(key: str, value: Any) -> str:
    """Return an edit as the undo history shows it, such as "epochs to 20"."""
    shown: object = value
    if isinstance(value, bool):
        shown = Message("on") if value else Message("off")
    elif isinstance(value, list | tuple):
        shown = " x ".join(str(part) for part in value)
    elif isinstance(value, float):
        shown = Message("{number:g}", number=value)
    elif isinstance(value, str):
        typed = value[:_NAME_SHOWN] or Message("automatic")
        shown = typed if key == "name" else word(value)
    return _EDITS[key].with_values(value=shown)


def use_settings_of(store: Store, run: Run, *, who: str | None = None) -> None:
    """Make the settings of a run those of the next training, in one undoable step."""
    found = dict(run.settings)
    if is_imported(run):
        # What it is cannot be built anew, but learned further.
        found |= {"architecture": ModelSettings().architecture, "start_from": run.id}
    settings = ModelSettings.model_validate_json(json.dumps(found))
    values = _touched(settings.model_dump(mode="json"))
    if load_draft(store, run.kind_id) != values:
        save_draft(
            store,
            values,
            what=Message("settings to those of run {number}", number=run.number),
            kind_id=run.kind_id,
            who=who,
        )


def fit_channels(store: Store, *, kind_id: str = IMAGE_KIND, who: str | None = None) -> None:
    """Set the input channels to those of the project's images."""
    with store.read() as db:
        channels = db.execute(select(project.c.channels)).scalar_one()
    height, width, _ = default_settings(store, kind_id).input_shape
    change_settings(store, {"input_shape": [height, width, channels]}, kind_id=kind_id, who=who)
