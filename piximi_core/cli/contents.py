"""The command that says what is in a project."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from piximi_core.cli.groups import group_facts, group_text
from piximi_core.cli.support.common import Json, Project, open_settled, show
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.counts import count_by_category
from piximi_core.project.contents.grouping import find_groups
from piximi_core.project.contents.kinds import list_kinds
from piximi_core.project.contents.things import Thing, ThingFilter, list_things
from piximi_core.project.database.store import Store
from piximi_core.project.workspace import project_name
from piximi_core.vocabulary import IMAGE_KIND
from piximi_core.words import plural

if TYPE_CHECKING:
    from piximi_core.project.contents.objects import ObjectRow

__all__ = ["info", "project_info", "project_summary", "project_text"]


def info(project: Project, json: Json = False) -> None:
    """Say what is in a project."""
    store = open_settled(project)
    # What is told of 100,000 images is no garbage; to look for some takes a tenth of the time.
    gc.disable()
    try:
        # People read counts; a list of 100,000 images takes seconds to read out of the database.
        facts = project_info(store) if json else project_summary(store)
        show(facts, json, project_text(facts))
    finally:
        gc.enable()


def project_summary(store: Store) -> dict[str, Any]:
    """Return what is in a project: names, counts and groups, without its images and objects."""
    kinds = list_kinds(store)
    listed = {kind.name: list_categories(store, kind.id) for kind in kinds}
    counts = {kind.name: count_by_category(store, kind.id) for kind in kinds}
    return {
        "name": project_name(store),
        "kinds": list(listed),
        "categories": [
            {
                "kind": kind,
                "name": category.name,
                "color": category.color,
                "counts": counts[kind].get(category.id, {}),
            }
            for kind, each in listed.items()
            for category in each
        ],
        "grouping": group_facts(find_groups(store)),
        "revision": store.revision(),
    }


def project_info(store: Store) -> dict[str, Any]:
    """Return everything `info --json` promises (design: the command line)."""
    # Brings NumPy, which counts do not need.
    from piximi_core.project.contents.objects import list_objects

    groups = find_groups(store)
    names = {
        category.id: category.name
        for kind in list_kinds(store)
        for category in list_categories(store, kind.id)
    }
    return {
        **project_summary(store),
        "images": [
            {**_image_facts(thing, names), "group": groups.label(thing.id)}
            for thing in list_things(store, ThingFilter())
        ],
        "objects": [_object_facts(found) for found in list_objects(store)],
    }


def _image_facts(thing: Thing, categories: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": thing.name,
        "kind": IMAGE_KIND,
        "category": categories[thing.category_id],
        "partition": thing.partition,
        "channels": thing.channels,
        "planes": thing.planes,
        "height": thing.height,
        "width": thing.width,
        "bit_depth": thing.bit_depth,
        "sha256": thing.sha256,
    }


def _object_facts(found: ObjectRow) -> dict[str, Any]:
    return {
        "name": found.name,
        "kind": found.kind_name,
        "image": found.image_name,
        "category": found.category_name,
        "partition": found.partition,
        "plane": found.plane,
        "box": list(found.box),
        "area": found.area,
    }


def project_text(summary: dict[str, Any]) -> str:
    """Return what `project_summary` found, for people."""
    of_kinds: dict[str, list[dict[str, Any]]] = {kind: [] for kind in summary["kinds"]}
    for category in summary["categories"]:
        of_kinds[category["kind"]].append(category)
    counts = {
        kind: sum(sum(category["counts"].values()) for category in listed)
        for kind, listed in of_kinds.items()
    }
    lines = [f"{summary['name']}: {plural(counts[IMAGE_KIND], 'image')}"]
    for kind, listed in of_kinds.items():
        if len(of_kinds) > 1:
            noun = "image" if kind == IMAGE_KIND else "object"
            lines.append(f" kind {kind}: {plural(counts[kind], noun)}")
        for category in listed:
            parts = ", ".join(f"{part} {n:,}" for part, n in category["counts"].items())
            lines.append(f"  {category['name']}: {parts or 'none'}")
    if summary["grouping"]["shared"]:
        lines.append(group_text(summary["grouping"]))
    return "\n".join(lines)
