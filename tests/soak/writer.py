"""A process that writes as fast as it can and tells every step before and after it is done.

``python -m tests.soak.writer PROJECT SEED`` prints one JSON line per step: first
``{"do": …}``, then ``{"ack": revision}`` once the service has returned. It ends when killed.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

from piximi_core.project.contents.adding import add_images
from piximi_core.project.contents.categories import (
    create_category,
    list_categories,
    rename_category,
)
from piximi_core.project.contents.labelling import delete_things, label_things
from piximi_core.project.contents.things import ThingFilter, list_things
from piximi_core.project.database.history import redo, undo
from piximi_core.project.database.store import Store, create_store
from tests.made_up import made_up_image

__all__ = ["prepare"]

_IMAGES = 40


def prepare(folder: Path) -> None:
    """Create a project of made-up images: no files stand behind them."""
    store = create_store(folder, "Writer")
    for name in ("red", "green", "blue"):
        create_category(store, name)
    _add(store, [f"image-{number:03d}" for number in range(_IMAGES)])
    store.close()


def _add(store: Store, names: list[str]) -> None:
    rows = [made_up_image(name) for name in names]
    with store.step("Add images") as db:
        add_images(db, rows, who="soak")


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()


def write(folder: Path, seed: int) -> None:
    """Take random steps until killed."""
    store = Store(folder)
    dice = random.Random(seed)
    count = 0
    _say({"ready": store.revision()})
    while True:
        count += 1
        step = _choose(store, dice, f"{seed}-{count}")
        _say({"do": step})
        _take(store, step)
        _say({"ack": store.revision()})


def _choose(store: Store, dice: random.Random, fresh: str) -> dict[str, Any]:
    categories = [c.name for c in list_categories(store)]
    labels = {c.id: c.name for c in list_categories(store)}
    things = {t.name: labels[t.category_id] for t in list_things(store, ThingFilter())}
    sort = dice.choices(
        ("label", "undo", "redo", "category", "rename", "add", "delete"), (60, 14, 8, 5, 5, 4, 4)
    )[0]
    if sort == "label":
        category = dice.choice(categories)
        # A label that is there already would be a step that changes nothing.
        others = sorted(name for name, label in things.items() if label != category)
        chosen = dice.sample(others, min(len(others), dice.randint(1, 12)))
        if chosen:
            return {"sort": "label", "names": chosen, "category": category}
    if sort == "delete" and len(things) > _IMAGES // 2:
        return {"sort": "delete", "names": dice.sample(sorted(things), 2)}
    if sort == "rename" and len(categories) > 1:
        return {"sort": "rename", "category": dice.choice(categories[1:]), "to": f"name {fresh}"}
    if sort == "category" and len(categories) < 12:
        return {"sort": "category", "category": f"category {fresh}"}
    if sort in ("undo", "redo"):
        return {"sort": sort}
    return {"sort": "add", "names": [f"new {fresh} {number}" for number in range(3)]}


def _take(store: Store, step: dict[str, Any]) -> None:
    ids = {thing.name: thing.id for thing in list_things(store, ThingFilter())}
    categories = {category.name: category.id for category in list_categories(store)}
    match step["sort"]:
        case "label":
            label_things(store, [ids[n] for n in step["names"]], categories[step["category"]])
        case "delete":
            delete_things(store, [ids[n] for n in step["names"]])
        case "rename":
            rename_category(store, categories[step["category"]], step["to"])
        case "category":
            create_category(store, step["category"])
        case "add":
            _add(store, step["names"])
        case "undo":
            undo(store)
        case "redo":
            redo(store)


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
