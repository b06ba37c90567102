"""The classes of a run as a page names them: today's name, with the run's where they differ."""

from __future__ import annotations

from piximi_core.project.contents.runs import Run
from piximi_core.project.database.store import Store
from piximi_core.services.scoring.class_names import classes_today
from piximi_ui.language.texts import _

__all__ = ["class_titles", "titled"]


def titled(name: str, was: str) -> str:
    """Return a name, with the one that a run knows it by where that is another."""
    return name if name == was else _("{name} (was {was})").format(name=name, was=was)


def class_titles(store: Store, run: Run) -> list[str]:
    """Return the titles of a run's classes, in its order."""
    return [
        known.name if known.is_gone else titled(known.name, known.was)
        for known in classes_today(store, run)
    ]
