"""What of judged things a run has met before: learned from, or used to choose its best epoch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from piximi_core.classification.evaluation.measures import Basis
from piximi_core.errors import NotFound, PiximiError
from piximi_core.jobs.folder import Job
from piximi_core.jobs.service import service_of
from piximi_core.project.contents.runs import Run, find_run
from piximi_core.project.contents.things import Thing
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers.imported_run import is_imported
from piximi_core.services.scoring.items import Item, remembered_items
from piximi_core.vocabulary import TRAINING

__all__ = ["WhatWasMet", "what_was_met"]


@dataclass(frozen=True)
class WhatWasMet:
    """How many of judged things a run has met, and how.

    Attributes
    ----------
    learned_from
        Those that it, or a run that it started from, learned from.
    related
        Further ones that come from the same source as something learned from.
    used_to_choose
        Those by which a best epoch was chosen.
    is_unknown
        Whether it learned elsewhere, so that nobody here can tell.
    """

    learned_from: int
    related: int
    used_to_choose: int
    is_unknown: bool

    @property
    def basis(self) -> Basis:
        """What the things were to the run, the worst that holds for one of them."""
        if self.learned_from or self.related or self.is_unknown:
            return "labelled"
        return "choosing" if self.used_to_choose else "unseen"


def what_was_met(
    store: Store, run: Run, judged: Sequence[Thing], groups: Mapping[str, str]
) -> WhatWasMet:
    """Compare judged things with what a run, and those it started from, was trained on.

    Parameters
    ----------
    groups
        The group of each thing of the run's kind, by id.
    """
    runs = list(_with_starts(store, run))
    items = [
        item for one in runs for item in remembered_items(store.files.run(one.id) / "data.csv")
    ]
    learned = [item for item in items if item.partition == TRAINING]
    ids, contents = _ids_and_contents(learned)
    sources = {groups.get(item.id) or item.group for item in learned} - {""}
    chosen, chosen_contents = _ids_and_contents(
        [item for item in items if item.partition != TRAINING]
    )
    met = [thing.id in ids or _content(thing) in contents for thing in judged]
    related = [groups.get(thing.id) in sources for thing in judged]
    return WhatWasMet(
        learned_from=sum(met),
        related=sum(near and not same for near, same in zip(related, met, strict=True)),
        used_to_choose=sum(t.id in chosen or _content(t) in chosen_contents for t in judged),
        is_unknown=any(is_imported(one) for one in runs),
    )


def _ids_and_contents(items: Sequence[Item]) -> tuple[set[str], set[tuple[str, int]]]:
    """Return ids and, of whole images, contents: one that was deleted and added again counts."""
    contents = {(item.sha256, item.plane) for item in items if not item.box}
    return {item.id for item in items}, contents


def _content(thing: Thing) -> tuple[str, int] | None:
    return (thing.sha256, thing.active_plane) if thing.box is None else None


def _with_starts(store: Store, run: Run) -> Iterator[Run]:
    """Yield a run, that which it started from, and so on."""
    seen: set[str] = set()
    while run.id not in seen:
        seen.add(run.id)
        yield run
        start = _start_of(store, run)
        if start is None:
            return
        try:
            run = find_run(store, start)
        except NotFound:
            return


def _start_of(store: Store, run: Run) -> str | None:
    """Return the id of the run that a training started from, None if there was none."""
    job = Job(store.files.run(run.id))
    try:
        start = service_of(job).request(job).start
    except PiximiError:
        return None  # it came from elsewhere, or its request is damaged
    return start.run if start else None
