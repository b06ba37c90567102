"""What the viewer does with the labels that come by HTTP, in a thread beside the page's script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from piximi_ui.components.gallery import Carry, GalleryCategory
from piximi_ui.components.viewer.contract import ViewerImage
from piximi_ui.server.actions import Action, Batch, Ledger, read_action

__all__ = ["Shown", "ViewerDesk"]


@dataclass(frozen=True)
class Shown:
    """The images that the browser has at hand, as the project has them at this moment.

    Attributes
    ----------
    categories
        By kind, Unknown first.
    seen
        The project's revision, as text.
    """

    images: Sequence[ViewerImage]
    categories: Mapping[str, Sequence[GalleryCategory]]
    seen: str

    def to_data(self) -> dict[str, Any]:
        """Build the part of the browser's JSON that labels change."""
        return {
            "categories": {
                kind: [{"id": c.id, "name": c.name, "color": c.color} for c in known]
                for kind, known in self.categories.items()
            },
            "seen": self.seen,
        }


@dataclass(frozen=True)
class ViewerDesk:
    """The other end of a viewer's queue, as the newest drawing set it up.

    Attributes
    ----------
    ledger
        Which actions of the browser were taken.
    allow
        The actions offered.
    read
        Reads the images at hand from the project; called in a thread.
    carry
        As the gallery's.
    """

    ledger: Ledger
    allow: Sequence[str]
    read: Callable[[], Shown]
    carry: Carry

    def __call__(self, batch: Batch) -> dict[str, Any]:
        """Do what a batch asks for; return what is said of it and how the images look then."""
        said: list[str] = []

        def do(raw: Mapping[str, Any]) -> None:
            action: Action | None = read_action(raw, frozenset(self.allow))
            if action is not None:
                self.carry(action, lambda text, _icon: said.append(text))

        done = self.ledger.work_off(batch, do)
        shown = self.read()
        tags = {
            image.id: {
                "label": image.label and asdict(image.label),
                "prediction": image.prediction and asdict(image.prediction),
                "outlines": image.outlines,
            }
            for image in shown.images
        }
        return {**done._asdict(), **shown.to_data(), "images": tags, "said": " ".join(said)}
