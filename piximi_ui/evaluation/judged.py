"""The images that a run is judged on, remembered until the project changes."""

from __future__ import annotations

from functools import lru_cache

from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.things import Thing
from piximi_core.project.database.store import Store
from piximi_core.services.evaluation.evaluate_run import (
    ScoredPartition,
    labelled_things,
    read_partition,
)

__all__ = ["judged"]


def judged(store: Store, run: Run, partition: str) -> ScoredPartition:
    """Return what `read_partition` tells, with the scores as they are now.

    Scores come into a run's folder without a change of the project.
    """
    things = _labelled(store, store.revision(), run.kind_id, partition)
    return read_partition(store, run, partition, things)


@lru_cache(maxsize=2)
def _labelled(store: Store, revision: int, kind_id: str, partition: str) -> tuple[Thing, ...]:
    return labelled_things(store, kind_id, partition)
