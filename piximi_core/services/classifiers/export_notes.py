"""Why Piximi would see other numbers than this program, said before a classifier goes there."""

from __future__ import annotations

from piximi_core.classification.resize_edges import black_lines
from piximi_core.messages import Message
from piximi_core.project.contents.labelling import counted
from piximi_core.project.contents.runs import Run
from piximi_core.project.contents.thing_facts import thing_sizes
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import IMAGE_KIND

__all__ = ["black_line_note", "cut_note", "export_notes"]


def export_notes(store: Store, run: Run, *, to_piximi: bool = True) -> list[str]:
    """Return a sentence for each way in which a run's classifier will be fed otherwise elsewhere.

    Parameters
    ----------
    to_piximi
        Whether it goes to Piximi itself, which cuts objects out in its own way.
    """
    notes = [black_line_note(store, run), cut_note(run) if to_piximi else None]
    return [note for note in notes if note is not None]


def black_line_note(store: Store, run: Run) -> str | None:
    """Say how many things of the run's kind Piximi would see with a black line, if any."""
    height, width, _channels = run.settings["input_shape"]
    sizes = thing_sizes(store, run.kind_id)
    black = black_lines(sizes, height, width)
    if not black:
        return None
    return Message(
        "Piximi would see {black:,} of {things} with a black last row "
        "or column, since it rounds otherwise when it resizes to {height} x {width}; expect other "
        "confidences there, or train with an input size of 64 x 64 or 128 x 128.",
        black=black,
        things=counted(len(sizes), run.kind_id),
        height=height,
        width=width,
    )


def cut_note(run: Run) -> str | None:
    """Say how the run's objects were cut out, where Piximi does it otherwise."""
    if run.kind_id == IMAGE_KIND:
        return None
    if run.settings.get("object_background") == "Blanked":
        return Message(
            "This classifier learned from objects on black. Piximi keeps the background in their "
            "boxes, so it will predict otherwise: train with the background kept for it."
        )
    if run.settings.get("object_crop") != "Piximi":
        return Message(
            "Piximi cuts objects out stretched by a fraction of a pixel, so it will give other "
            "confidences than this classifier does here: train with objects cut as Piximi cuts "
            "them for equal ones."
        )
    return None
