"""A process that draws as fast as it can and tells every action before and after it is done.

``python -m tests.soak.artist PROJECT SEED [ACTION]`` prints one JSON line ``{"do": …}`` for each
action, then ``{"ack": revision}`` once it has returned. ACTION, one that nobody acknowledged, comes
first, under the name that it had: as a browser repeats what it got no answer to. It ends when
killed.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from piximi_core.annotation.regions import Region, region_of
from piximi_core.annotation.tools import brush, combining, edits, shapes
from piximi_core.errors import AlreadyDone, BadInput
from piximi_core.project.contents import drawing
from piximi_core.project.contents.adding import add_images
from piximi_core.project.contents.kinds import create_kind, list_kinds
from piximi_core.project.contents.labelling import delete_things
from piximi_core.project.contents.objects import ObjectRow, list_objects
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import next_labels, redo, undo
from piximi_core.project.database.store import Store, create_store
from tests.made_up import made_up_image

__all__ = ["HEIGHT", "PLANES", "WIDTH", "prepare"]

HEIGHT, WIDTH, PLANES = 32, 48, 3
_IMAGES, _CROWD = 4, 60
_SORTS = {
    "draw": 34,
    "add": 12,
    "subtract": 12,
    "move": 8,
    "split": 8,
    "merge": 6,
    "copy": 5,
    "delete": 5,
    "undo": 6,
    "redo": 4,
}


def prepare(folder: Path) -> None:
    """Create a project of made-up stacks to draw on: no files stand behind them."""
    store = create_store(folder, "Artist")
    rows = [
        replace(made_up_image(f"stack-{n}"), planes=PLANES, height=HEIGHT, width=WIDTH)
        for n in range(_IMAGES)
    ]
    with store.step("Add images") as db:
        add_images(db, rows, who="soak")
    create_kind(store, "cell")
    store.close()


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()


def draw(folder: Path, seed: int, repeated: dict[str, Any] | None) -> None:
    """Draw until killed."""
    store = Store(folder)
    dice = random.Random(seed)
    count = 0
    _say({"ready": store.revision()})
    while True:
        count += 1
        action = repeated or _choose(store, dice, f"{seed}-{count}")
        repeated = None
        _say({"do": action})
        _say({"ack": store.revision(), **_take(store, action)})


def _choose(store: Store, dice: random.Random, uid: str) -> dict[str, Any]:
    there = list_objects(store)
    sort = dice.choices(list(_SORTS), list(_SORTS.values()))[0]
    if len(there) > _CROWD:
        sort = "delete"
    if sort == "redo" or (sort == "undo" and _is_drawing(next_labels(store)[0])):
        return {"sort": sort}
    together = _together(there, dice)
    if sort in ("draw", "undo") or not there or (sort == "merge" and len(together) < 2):
        image = dice.choice(list_things(store, ThingFilter()))
        place = {"image": image.id, "plane": dice.randrange(PLANES)}
        return {"sort": "draw", "uid": uid, "id": f"object {uid}", **place, **_shape(dice)}
    one = dice.choice(there)
    place = {"image": one.image_id, "plane": one.plane}
    ids = [row.id for row in together] if sort == "merge" else [one.id]
    more: dict[str, Any] = {}
    if sort in ("add", "subtract"):
        more = _shape(dice)
    elif sort == "move":
        more = {"by": [dice.randint(-9, 9), dice.randint(-9, 9)], "overlap": _overlap(dice)}
    elif sort == "split":
        more = {"column": dice.randint(one.box[0], one.box[2])}
    elif sort == "copy":
        more = {"planes": dice.choice((1, -1))}
    return {"sort": sort, "uid": uid, "ids": ids, **place, **more}


def _is_drawing(label: str | None) -> bool:
    """Whether a step came after those that made the project."""
    return str(label).split()[0] in ("Draw", "Change", "Split", "Merge", "Copy", "Delete")


def _together(there: Sequence[ObjectRow], dice: random.Random) -> list[ObjectRow]:
    """Return up to three objects of one plane of one image."""
    if not there:
        return []
    one = dice.choice(there)
    beside = [row for row in there if (row.image_id, row.plane) == (one.image_id, one.plane)]
    return dice.sample(beside, min(len(beside), dice.randint(2, 3)))


def _overlap(dice: random.Random) -> str:
    return dice.choice(("allow", "protect", "take"))


def _shape(dice: random.Random) -> dict[str, Any]:
    """Return what the hand draws: a box, or a dab of the brush, some of it outside."""
    x, y = dice.randint(-2, WIDTH - 1), dice.randint(-2, HEIGHT - 1)
    found: dict[str, Any] = {"overlap": _overlap(dice)}
    if dice.random() < 0.5:
        return {**found, "box": [x, y, x + dice.randint(3, 20), y + dice.randint(3, 14)]}
    # Radii that no centre of a pixel lies at exactly.
    return {**found, "dab": [x + 0.5, y + 0.5, dice.randint(1, 8) + 0.3]}


def _drawn(action: dict[str, Any]) -> Region | None:
    if "box" in action:
        x1, y1, x2, y2 = action["box"]
        return shapes.rectangle((x1, y1), (x2, y2), HEIGHT, WIDTH)
    x, y, radius = action["dab"]
    return brush.stroke([(x, y)], radius, HEIGHT, WIDTH)


def _take(store: Store, action: dict[str, Any]) -> dict[str, Any]:
    """Do it; return what to say of it: new ids, or that it was done or refused."""
    before = {row.id for row in list_objects(store)}
    try:
        _do(store, action)
    except AlreadyDone:
        return {"already": True}
    except BadInput:
        return {"refused": True}
    if action["sort"] not in ("split", "copy"):
        return {}
    return {"new": [row.id for row in list_objects(store) if row.id not in before]}


def _do(store: Store, action: dict[str, Any]) -> None:
    sort = action["sort"]
    if sort in ("undo", "redo"):
        (undo if sort == "undo" else redo)(store)
        return
    ids, once = action.get("ids", []), action["uid"]
    canvas = drawing.Canvas(action["image"], action["plane"], action.get("overlap", "allow"))
    if sort == "draw":
        kind = next(kind.id for kind in list_kinds(store) if kind.name == "cell")
        region = _drawn(action)
        drawing.draw_object(store, canvas, region, object_id=action["id"], kind_id=kind, once=once)
    elif sort == "move":
        across, down = action["by"]
        drawing.reshape_objects(
            store, canvas, ids, lambda r: edits.move(r, across, down, HEIGHT, WIDTH), once=once
        )
    elif sort == "split":
        drawing.split_object(store, ids[0], lambda r: _halves(r, action["column"]), once=once)
    elif sort == "merge":
        drawing.merge_objects(store, ids, once=once)
    elif sort == "copy":
        drawing.copy_objects(store, ids, action["planes"], once=once)
    elif sort == "delete":
        delete_things(store, ids, once=once)
    else:
        region = _drawn(action)
        drawing.reshape_objects(
            store,
            canvas,
            ids,
            lambda before: combining.combine(sort, before, region, HEIGHT, WIDTH),
            once=once,
        )


def _halves(region: Region, column: int) -> list[Region]:
    """Return what of a region lies left of a column, and the rest."""
    mask = region.mask()
    is_left = np.arange(region.box[0], region.box[2]) < column
    parts = [region_of(mask & side, *region.box[:2]) for side in (is_left, ~is_left)]
    return [part for part in parts if part is not None]


if __name__ == "__main__":
    again = json.loads(sys.argv[3]) if len(sys.argv) > 3 else None
    draw(Path(sys.argv[1]), int(sys.argv[2]), again)
