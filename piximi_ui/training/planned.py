"""How a training would deal the images, remembered until the project changes."""

from __future__ import annotations

from functools import lru_cache

from piximi_core.classification.settings import ModelSettings
from piximi_core.project.database.store import Store
from piximi_core.services.training.planning import TrainingPlan, plan_training

__all__ = ["planned"]


def planned(store: Store, settings: ModelSettings, kind_id: str) -> TrainingPlan:
    """Return the plan of `plan_training`, as the project is now."""
    return _planned(store, store.revision(), settings, kind_id)


@lru_cache(maxsize=8)
def _planned(store: Store, revision: int, settings: ModelSettings, kind_id: str) -> TrainingPlan:
    return plan_training(store, settings, kind_id)
