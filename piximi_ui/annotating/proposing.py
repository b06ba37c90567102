"""Proposals on the Annotate page: looked for in the pixels of the file, stored, answered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from threading import Lock, Thread
from typing import Any

import numpy as np
from cachetools import LRUCache

from piximi_core.annotation.regions import Box, Region, moved_region
from piximi_core.annotation.tools.proposing import Wanted, beside, propose, propose_diameter
from piximi_core.errors import BadInput, PiximiError
from piximi_core.jobs import engine
from piximi_core.jobs.folder import Job
from piximi_core.project.contents import proposals
from piximi_core.project.contents.objects import ObjectMask
from piximi_core.project.contents.things import Thing
from piximi_core.project.database.store import Store
from piximi_core.services.annotations import propose_objects
from piximi_core.services.annotations.propose_objects import ProposeRequest
from piximi_ui.annotating.pixels import image_of, pixels_in
from piximi_ui.base.label_actions import Hand, errors_said
from piximi_ui.components.gallery.desk import Say
from piximi_ui.components.proposals import Answer, Found, Look, Proposing, Sought
from piximi_ui.jobs import job_news
from piximi_ui.language.texts import _, plural

__all__ = ["proposing"]

log = logging.getLogger("piximi")

# A larger plane is looked at in sight only, so many pixels a side: more takes seconds.
_WHOLE, _LONGEST_SIDE = 6_500_000, 2048
_MOST_SHOWN = 3_000  # of what is only looked at
# So that what was looked at is proposed: objects of all looks, and the least that one counts for.
_MOST_REMEMBERED, _LEAST_REMEMBERED = 40_000, 6_000


def proposing(store: Store, images: Callable[[], Sequence[str]]) -> Proposing:
    """Return what proposes in the window that is being drawn, in any thread.

    Parameters
    ----------
    images
        Those that one walks through.
    """
    hand = Hand.here()
    return Proposing(
        answer=partial(_answer, store, images, hand.who),
        look=partial(_look, store),
        stored=partial(proposals.proposals_in, store),
        revision=store.revision,
    )


@dataclass(frozen=True)
class _Part:
    """What was looked at: a plane, or the part of it that is in sight."""

    regions: tuple[Region, ...]
    diameter: float
    box: Box
    whole: bool


def _answer(
    store: Store, images: Callable[[], Sequence[str]], who: str | None, answer: Answer, say: Say
) -> None:
    done: dict[str, Any] = {"who": who, "once": answer.uid}
    with errors_said(say):
        if answer.type == "propose":
            _propose(store, answer, say, done)
        elif answer.type == "propose_many":
            _start(store, images(), answer, say, who)
        elif answer.type == "reject_proposals":
            proposals.reject_proposals(store, answer.ids, **done)
        else:
            _accept(store, answer, say, done)


def _propose(store: Store, answer: Answer, say: Say, done: dict[str, Any]) -> None:
    if not (answer.kind or answer.new_kind):
        raise BadInput("Say first of which kind the objects are.")
    part = _find(store, image_of(store, answer.image), answer)
    count = proposals.put_proposals(
        store,
        answer.image,
        answer.plane,
        part.regions,
        kind_id=answer.kind,
        new_kind=answer.new_kind,
        within=None if part.whole else part.box,
        **done,
    )
    if not count:
        say(_("Nothing was found that is not drawn already; try another diameter."), "")


def _accept(store: Store, answer: Answer, say: Say, done: dict[str, Any]) -> None:
    found = proposals.accept_proposals(store, answer.ids, category_id=answer.category, **done)
    if found.covered:
        say(
            plural(
                "{n} proposal was left out: something is drawn there by now.",
                "{n} proposals were left out: something is drawn there by now.",
                found.covered,
            ),
            "",
        )


def _start(
    store: Store, image_ids: Sequence[str], answer: Answer, say: Say, who: str | None
) -> None:
    request = ProposeRequest(
        kind_id="" if answer.new_kind else answer.kind,
        new_kind=answer.new_kind,
        diameter=answer.diameter,
        method=answer.method,
        tone=answer.tone,
        channels=answer.channels,
    )
    job = propose_objects.ask(store, image_ids, request, who=who)
    job_news.expect(job)
    # The first job of the day starts the workers, and no stroke waits for that.
    Thread(target=_submit, args=(job,), name="propose-many", daemon=True).start()
    say(
        plural(
            "Looking for objects on {n} image; how far it is stands at the side.",
            "Looking for objects on {n} images; how far it is stands at the side.",
            len(image_ids),
        ),
        "",
    )


def _submit(job: Job) -> None:
    try:
        engine.submit(job)
    except PiximiError:
        # The panel of jobs shows it as interrupted, and offers to run it again.
        log.exception("A job could not be sent to its worker")


def _look(store: Store, look: Look, say: Say) -> Found | None:
    with errors_said(say):
        part = _find(store, image_of(store, look.image), look)
        left = [region for region in _beside_objects(store, look, part) if region is not None]
        x1, y1, x2, y2 = look.view
        seen = [
            region
            for region in left
            if region.box[0] < x2
            and region.box[2] > x1
            and region.box[1] < y2
            and region.box[3] > y1
        ]
        shown = [
            ObjectMask(
                str(number),
                "",
                look.kind,
                "",
                False,
                look.plane,
                *region.box,
                " ".join(map(str, region.runs)),
            )
            for number, region in enumerate(seen[:_MOST_SHOWN])
        ]
        return Found(len(left), shown, part.diameter, part.whole)
    return None


def _beside_objects(store: Store, sought: Sought, part: _Part) -> list[Region | None]:
    if not sought.kind or not part.regions:
        return list(part.regions)
    with store.read() as db:
        there = proposals.objects_there(db, sought.image, sought.plane, sought.kind, part.box)
    return beside(part.regions, there)


class _Looks:
    """What was found last, for all windows: the same is asked for again when it is proposed."""

    def __init__(self) -> None:
        self._lock = Lock()
        # A look with nothing in it counts too, so that they are never too many.
        self._kept: LRUCache[tuple[object, ...], _Part] = LRUCache(
            _MOST_REMEMBERED, getsizeof=lambda part: max(len(part.regions), _LEAST_REMEMBERED)
        )

    def find(self, key: tuple[object, ...], work: Callable[[], _Part]) -> _Part:
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = work()
            with self._lock, suppress(ValueError):  # they alone are more than are kept
                self._kept[key] = found
        return found


_looks = _Looks()


def _find(store: Store, image: Thing, sought: Sought) -> _Part:
    """Return what stands out in the file, whatever is drawn there."""
    box = _in_sight(image, sought)
    diameter = sought.diameter
    if diameter is None and sought.kind:
        diameter = proposals.usual_diameter(store, sought.kind)
    place = (store.folder, image.file_sha256, image.read_channels, sought.plane, box)
    how = (diameter, sought.method, sought.tone, sought.channels)

    def work() -> _Part:
        pixels = pixels_in(store, image, sought.plane, box, sought.channels)
        size = diameter or propose_diameter(pixels)
        found = propose(pixels, Wanted(size, sought.method, sought.tone))
        moved = tuple(moved_region(region, *box[:2]) for region in found)
        return _Part(moved, size, box, box == (0, 0, image.width, image.height))

    return _looks.find((*place, *how), work)


def _in_sight(image: Thing, sought: Sought) -> Box:
    """Return the whole plane, or the middle of what of a large one is in sight."""
    if image.height * image.width <= _WHOLE:
        return (0, 0, image.width, image.height)
    spans = []
    for low, high, side in (
        (sought.view[0], sought.view[2], image.width),
        (sought.view[1], sought.view[3], image.height),
    ):
        first = int(np.clip(np.floor(low), 0, side - 1))
        last = int(np.clip(np.ceil(high), first + 1, side))
        if last - first > _LONGEST_SIDE:
            first += (last - first - _LONGEST_SIDE) // 2
            last = first + _LONGEST_SIDE
        spans.append((first, last))
    (left, right), (top, bottom) = spans
    return (left, top, right, bottom)
