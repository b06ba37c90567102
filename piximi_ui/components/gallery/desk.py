"""What the gallery does with actions that come by HTTP, in a thread beside the page's script."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from piximi_core.project.contents.relabelled import Relabelled
from piximi_ui.components.gallery.contract import (
    ACTIONS,
    GalleryMemory,
    GalleryPage,
    changed_items,
    to_numbers,
    to_page,
)
from piximi_ui.server.actions import Action, Batch, read_action

__all__ = ["Carry", "Changed", "Draw", "GalleryDesk", "Say"]

Say = Callable[[str, str], None]
"""Called with a text and its icon: what the page is to say of an action."""

Carry = Callable[[Action, Say], bool]
"""Carries out one action, and returns whether it was one that it can do; the others wait for the
page's script. It must not draw, and must refuse a second copy of an action by its ``uid``. After
`ProjectBusy` it gets the same action again."""

Changed = Callable[[int], Relabelled | None]
"""Returns which things were labelled since a revision, None if anything else may look otherwise."""


class Draw(Protocol):
    """Reads one page of the view from the project; called by the page's script and by threads."""

    def __call__(self, page: int, only: Collection[str] | None = None) -> GalleryPage:
        """Return a page, the last one if there are fewer; with ``only``, these of its items."""


@dataclass(frozen=True)
class GalleryDesk:
    """The other end of a gallery's queue, as the newest drawing set it up.

    Attributes
    ----------
    draw, carry, in_view
        As in `gallery`.
    view
        Tells what is shown from other filters, orders and kinds.
    changed
        Tells which tiles are other ones since the browser's; None where labels change the view.
    partitions
        The partitions' names in the language of the page.
    """

    memory: GalleryMemory
    draw: Draw
    view: str
    carry: Carry | None = None
    in_view: Callable[[], Collection[str]] | None = None
    changed: Changed | None = None
    partitions: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, batch: Batch) -> dict[str, Any]:
        """Do what a batch asks for; return what the page shows then."""
        memory = self.memory
        memory.report(batch.more.get("selection"))
        done = memory.ledger.work_off(batch, self._do)
        return {
            **done._asdict(),
            "view": self.view,
            # Only the page's script can do or say it.
            "rerun": bool(memory.inbox or memory.said),
            **(self._part(batch.more) or {"drawing": self.whole()}),
        }

    def whole(self) -> dict[str, Any]:
        """Read the page that the person turned to; what is not in view is not selected."""
        memory = self.memory
        changes = memory.changes
        page = self.draw(memory.page)
        memory.note(page)
        memory.keep(frozenset(self.in_view()) if memory.wide and self.in_view else memory.shown)
        return to_page(memory, page, changes=changes, view=self.view, partitions=self.partitions)

    def _part(self, browser: Mapping[str, Any]) -> dict[str, Any] | None:
        """Read only the tiles that changed; None if more than those may look otherwise.

        Parameters
        ----------
        browser
            The revision, page and selection that it shows. What was drawn or answered last may
            never have been shown: an answer can be lost, or overtake a drawing on its way.
        """
        memory = self.memory
        shown, selection = browser.get("shown"), browser.get("selection")
        version = selection.get("version") if isinstance(selection, Mapping) else None
        if self.changed is None or not isinstance(shown, int):
            return None
        if (browser.get("page"), version) != (memory.page, memory.version):
            return None
        changes = memory.changes
        changed = self.changed(shown)
        if changed is None:
            return None
        seen = changed.ids & memory.shown
        page = self.draw(memory.page, seen)
        if page.revision is None or len(page.items) < len(seen):
            return None
        # What others did since then comes with the next look.
        number = changed.revision
        page = replace(page, revision=page.revision._replace(number=number, moment=str(number)))
        memory.drawn = number
        items = changed_items(page, self.partitions)
        return {"part": {"items": items, **to_numbers(page), "changes": changes}}

    def _do(self, raw: Mapping[str, Any]) -> None:
        memory = self.memory
        if raw.get("type") == "turn":
            memory.turn(raw.get("page"))
            memory.changes += 1
            return
        action = read_action(raw, ACTIONS)
        if action is None:
            return
        if self.carry is not None and self.carry(action, self._say):
            memory.acted = True
        elif action.type == "select_all" and self.in_view is not None:
            everything = tuple(self.in_view())
            memory.impose(everything, wide=not memory.shown.issuperset(everything))
        else:
            memory.inbox.append(action)
        memory.changes += 1

    def _say(self, text: str, icon: str) -> None:
        self.memory.said.append((text, icon))
