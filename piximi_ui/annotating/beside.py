"""What stands beside the drawing, with a project behind it: notes, the strip, what stands out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from piximi_core.annotation.tools.shapes import rectangle
from piximi_core.project.contents.drawing import look_between
from piximi_core.project.contents.notes.completeness import (
    add_complete,
    list_complete,
    remove_complete,
)
from piximi_core.project.contents.notes.on_images import (
    Lacking,
    count_done,
    count_objects_in,
    done_among,
    find_lacking,
    mark_done,
)
from piximi_core.project.contents.notes.on_objects import (
    comment_object,
    lock_kind,
    lock_objects,
    notes_in,
)
from piximi_core.project.contents.notes.standing_out import FINDINGS, Finding, standing_out
from piximi_core.project.contents.objects import ObjectMask
from piximi_core.project.contents.things import get_things
from piximi_core.project.database.store import Store
from piximi_ui.annotating.pixels import image_of
from piximi_ui.base.gallery_items import thumbnail_of
from piximi_ui.base.label_actions import Hand, errors_said
from piximi_ui.components.annotator.notes import Note, Noted
from piximi_ui.components.gallery.desk import Say
from piximi_ui.language.texts import plural

__all__ = ["noted"]

Order = Callable[[], Sequence[str]]


def noted(store: Store, token: str, order: Order, *, chosen: bool) -> Noted:
    """Return what the annotator asks beside the drawing, in any thread.

    Parameters
    ----------
    token
        The right to see the project's pictures.
    order
        The images that one walks through.
    chosen
        Whether those are only some of the project's.
    """
    hand = Hand.here()

    def carry(note: Note, say: Say) -> None:
        with errors_said(say):
            _carry_out(store, note, hand.who)

    return Noted(
        carry=carry,
        shown=partial(_shown, store, order, chosen),
        walk=partial(_walk, store, order),
        strip=partial(_strip, store, token, order),
        quality=partial(_quality, store),
        standing_out=partial(_standing_out, store),
        between=partial(_between, store),
    )


def _carry_out(store: Store, note: Note, who: str | None) -> None:
    done = {"who": who, "once": note.uid}
    if note.type == "lock":
        lock_objects(store, note.ids, note.on, **done)
    elif note.type == "lock_kind":
        lock_kind(store, note.kind, note.on, **done)
    elif note.type == "comment":
        comment_object(store, note.ids[0], note.text, **done)
    elif note.type == "done":
        mark_done(store, note.image, note.on, **done)
    elif note.type == "incomplete":
        remove_complete(store, note.ids, **done)
    else:
        image = image_of(store, note.image)
        x1, y1, x2, y2 = note.box or (0, 0, 0, 0)
        region = rectangle((x1, y1), (x2, y2), image.height, image.width)
        add_complete(store, note.image, note.kind, note.plane, region, **done)


def _shown(
    store: Store, order: Order, chosen: bool, image_id: str, ids: Collection[str] | None
) -> dict[str, Any]:
    notes = notes_in(store, image_id, ids) if ids is None or ids else []
    return {
        "notes": [list(note) for note in notes],
        "about": None if ids is None else sorted(ids),
        "done": bool(done_among(store, [image_id])),
        "finished": len(done_among(store, order())) if chosen else count_done(store),
        "regions": [
            {"id": each.id, "kind": each.kind_id, "plane": each.plane, "box": each.region.box}
            for each in list_complete(store, image_ids=[image_id])
        ],
    }


def _walk(store: Store, order: Order, image_id: str, lacking: Lacking) -> int | None:
    ids = order()
    if image_id not in ids:
        return 0
    here = ids.index(image_id)
    found = find_lacking(store, ids, here, lacking)
    return None if found is None else found - here


def _strip(store: Store, token: str, order: Order, begin: int, count: int) -> dict[str, Any]:
    ids = order()
    asked = ids[begin : begin + count]
    counts, done = count_objects_in(store, asked), done_among(store, asked)
    things = {thing.id: thing for thing in get_things(store, asked)}
    return {
        "begin": begin,
        "total": len(ids),
        "tiles": [
            {
                "id": id_,
                "thumb": thumbnail_of(token, things[id_]),
                "name": things[id_].name,
                "objects": counts.get(id_, 0),
                "words": plural("{n} object", "{n} objects", counts.get(id_, 0)),
                "done": id_ in done,
            }
            # One that was deleted meanwhile keeps its place until the order is read anew.
            if id_ in things
            else None
            for id_ in asked
        ],
    }


def _quality(store: Store, image_id: str, plane: int) -> dict[str, Any]:
    revision = store.revision()
    found = standing_out(store, image_id, plane, revision)
    return {
        "revision": revision,
        "findings": [
            {"name": name, "words": _words(name, len(found[name]))}
            for name in FINDINGS
            if found[name]
        ],
    }


def _words(finding: Finding, count: int) -> str:
    if finding == "border":
        return plural("{n} touches the border", "{n} touch the border", count)
    if finding == "overlapping":
        return plural("{n} overlaps", "{n} overlap", count)
    if finding == "small":
        return plural("{n} under 20 px", "{n} under 20 px", count)
    if finding == "parts":
        return plural("{n} in several parts", "{n} in several parts", count)
    return plural("{n} without a category", "{n} without a category", count)


def _standing_out(store: Store, image_id: str, plane: int, finding: Finding) -> Sequence[str]:
    return standing_out(store, image_id, plane, store.revision())[finding]


def _between(store: Store, ids: Sequence[str]) -> dict[str, Any]:
    said: list[str] = []

    def say(text: str, _icon: str = "") -> None:
        said.append(text)

    found: list[ObjectMask] = []
    with errors_said(say):
        for new in look_between(store, ids):
            mask = " ".join(map(str, new.runs))
            # Nothing of it is in the project: it has a name for the browser alone.
            name = f"between-{new.plane}"
            found.append(ObjectMask(name, "", new.kind_id, "", False, new.plane, *new.box, mask))
    return {"objects": [list(mask) for mask in found], "said": " ".join(said)}
