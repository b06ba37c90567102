"""The images of the next training, read while a person still looks at its settings.

Reading and resizing is most of the time between the press of Train and the first point of the
curve. What is read lies in the project's cache, where the training finds it; so nothing of it can
change a result, and a training that is asked for meanwhile has to read only what is left.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from piximi_core.classification.settings import ModelSettings
from piximi_core.errors import PiximiError
from piximi_core.jobs import engine
from piximi_core.project.database.store import Store
from piximi_core.project.files import ProjectFiles
from piximi_core.project.workspace import float_range
from piximi_core.services.scoring.items import Item
from piximi_core.services.scoring.pixels import Range, Shape, readable_batches
from piximi_core.services.training import train
from piximi_core.services.training.planning import TrainingPlan

__all__ = ["get_ready", "is_ready", "read"]

log = logging.getLogger("piximi")

# A training waits for the worker that reads ahead, so that may not take long: by its work, of which
# a busy machine does less, and by the clock. Nor may what is only looked at fill the disk.
_SECONDS = 3.0
_MOST_SECONDS = 12.0
_MOST_BYTES = 128_000_000
_AT_ONCE = 16
_PATIENCE_SECONDS = 600.0


@dataclass
class _Asked:
    """What is read ahead for a project, and whether that is over."""

    key: Hashable
    over: threading.Event = field(default_factory=threading.Event)


_asked: dict[Path, _Asked] = {}
_lock = threading.Lock()


def get_ready(store: Store, settings: ModelSettings, plan: TrainingPlan, kind_id: str) -> None:
    """Let the worker that trains read what these settings would learn from; return at once.

    Parameters
    ----------
    settings, plan, kind_id
        Those of the next training; where something stands in its way nothing is read.
    """
    if not engine.warms_early():
        return
    asked = _Asked(_key(settings, plan, kind_id))
    with _lock:
        before = _asked.get(store.folder)
        if before is not None and before.key == asked.key:
            return
        _asked[store.folder] = asked
    threading.Thread(
        target=_have_read,
        args=(asked, store, settings, plan, kind_id),
        name="reading-ahead",
        daemon=True,
    ).start()


def is_ready(store: Store, settings: ModelSettings, plan: TrainingPlan, kind_id: str) -> bool:
    """Return whether there is nothing more to wait for before this training."""
    asked = _asked.get(store.folder)
    return asked is not None and asked.key == _key(settings, plan, kind_id) and asked.over.is_set()


def _key(settings: ModelSettings, plan: TrainingPlan, kind_id: str) -> Hashable:
    """Return what decides which pixels are read: the things, and how they are cut out."""
    cut = settings.object_crop, settings.object_background
    return kind_id, settings.input_shape, cut, frozenset(plan.parts)


def _have_read(
    asked: _Asked, store: Store, settings: ModelSettings, plan: TrainingPlan, kind_id: str
) -> None:
    try:
        height, width, channels = settings.input_shape
        most = _MOST_BYTES // (4 * height * width * channels)
        if plan.obstacle or len(plan.parts) > most:
            return
        items = train.planned_items(store, plan, settings, kind_id)
        call = engine.call(
            train.TRAIN.worker, read, items, store.files, settings.input_shape, float_range(store)
        )
        call.wait(_PATIENCE_SECONDS)
    except Exception:
        # Nothing is lost: the training reads them itself, and says why if it cannot.
        log.exception("Images could not be read ahead of a training")
    finally:
        asked.over.set()


def read(
    items: Sequence[Item],
    files: ProjectFiles,
    shape: Shape,
    floats: Range | None,
    seconds: float = _SECONDS,
) -> int:
    """Read items into the cache for some seconds of work; return how many were looked at by then.

    What cannot be read is left to the training, which names it.
    """
    # TensorFlow, where it is not there yet, has to be imported by whoever comes first.
    import piximi_core.classification.preprocess  # noqa: F401

    begun, worked = time.monotonic(), time.process_time()
    for start in range(0, len(items), _AT_ONCE):
        late = time.monotonic() - begun > _MOST_SECONDS
        if late or time.process_time() - worked > seconds:
            return start
        some = items[start : start + _AT_ONCE]
        try:
            for _batch in readable_batches(some, files, shape, float_range=floats, keep=True):
                pass
        except PiximiError:
            return start  # the disk is full
    return len(items)
