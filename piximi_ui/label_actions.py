"""What a person does in a gallery of predictions: label, undo, redo; told where it went wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from piximi_core.errors import PiximiError, ProjectBusy
from piximi_core.project.predictions import label_predicted
from piximi_core.project.store import Store
from piximi_ui.components.gallery import GalleryAction
from piximi_ui.context import redo_step, say, undo_step, who
from piximi_ui.texts import told

__all__ = ["ALLOWED", "errors_said", "label_actions"]

ALLOWED = ("label", "undo", "redo")


@contextmanager
def errors_said() -> Iterator[None]:
    """Keep a person's mistake for the next drawing: callbacks must not draw."""
    try:
        yield
    except ProjectBusy:
        # Nothing was changed: the browser keeps the action and sends it again.
        raise
    except PiximiError as error:
        say(told(str(error)), ":material/error:")


def label_actions(store: Store) -> Callable[[Sequence[GalleryAction]], None]:
    """Return what carries out the gallery's actions; a label answers the prediction."""

    def carry_out(actions: Sequence[GalleryAction]) -> None:
        for action in actions:
            with errors_said():
                if action.type == "label" and action.category is not None:
                    label_predicted(store, action.ids, action.category, who=who())
                elif action.type == "undo":
                    undo_step(store)
                elif action.type == "redo":
                    redo_step(store)

    return carry_out
