"""Images that an import finds in the project already, and the labels that came with them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import Connection, select

from piximi_core.messages import Message
from piximi_core.project.contents.adding import NewImage
from piximi_core.project.contents.categories import clean_name, ensure_categories
from piximi_core.project.contents.columns import add_columns
from piximi_core.project.contents.labelling import set_label
from piximi_core.project.contents.things import among
from piximi_core.project.database.schema import categories, images, things
from piximi_core.project.files import replace_atomically
from piximi_core.vocabulary import is_unknown

__all__ = ["LabelsGiven", "ThereAlready", "give_labels", "keep_there", "read_there"]

_FILE = "there.jsonl"


@dataclass(frozen=True)
class ThereAlready:
    """One file whose image is in the project, and what came with it.

    Attributes
    ----------
    name
        Of the file, as it came.
    sha256
        Of the file that the image in the project came from.
    category, partition
        As in `NewImage`.
    metadata
        Free columns that came with it.
    """

    name: str
    sha256: str
    category: str | None = None
    partition: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, image: NewImage, sha256: str | None = None) -> ThereAlready:
        """Take over what came with a new image that turned out to be there."""
        kept = (image.category, image.partition, image.metadata)
        return cls(image.name, sha256 or image.sha256, *kept)


@dataclass
class LabelsGiven:
    """What came of labels for images that were there.

    Attributes
    ----------
    given
        Images that had no label and have one now.
    conflicts
        Name of the file and why its label was not given.
    """

    given: int = 0
    conflicts: list[list[str]] = field(default_factory=list)


def keep_there(folder: Path, found: Iterable[ThereAlready]) -> None:
    """Leave what an import found to be there in its job's folder."""
    with replace_atomically(folder / _FILE) as part:
        lines = (json.dumps(asdict(one), ensure_ascii=False) for one in found)
        part.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read_there(folder: Path) -> list[ThereAlready]:
    """Read what `keep_there` left; nothing of an import of an earlier version."""
    try:
        with (folder / _FILE).open(encoding="utf-8") as lines:
            return [ThereAlready(**json.loads(line)) for line in lines]
    except FileNotFoundError:
        return []


def give_labels(
    db: Connection, found: Sequence[ThereAlready], *, kind_id: str, who: str
) -> LabelsGiven:
    """Give images that were there the labels that came with them, inside an open step.

    One without a label gets it, one of the same label keeps it; one of another label keeps that,
    which is a conflict. Partitions are given to those that are not dealt, free columns where there
    are none.
    """
    outcome = LabelsGiven()
    query = (
        select(images.c.sha256, things.c.id, things.c.name, things.c.category_id)
        .add_columns(things.c.partition, categories.c.name.label("category"))
        .join(things, things.c.id == images.c.id)
        .join(categories, categories.c.id == things.c.category_id)
        .where(among(images.c.sha256, sorted({one.sha256 for one in found})))
        .where(things.c.kind_id == kind_id)
    )
    present = defaultdict(list)
    for row in db.execute(query):
        present[row.sha256].append(row)
    labels: dict[str, str] = {}
    parts: dict[str, str] = {}
    columns: dict[str, dict[str, str]] = {}
    for one in found:
        category = clean_name(one.category) if one.category else None
        for row in present[one.sha256]:
            has = labels.get(row.id) or (None if is_unknown(row.category_id) else row.category)
            if category and has and has != category:
                reason = Message(
                    "is there already as {name} with the label {has}, not {category}",
                    name=row.name,
                    has=has,
                    category=category,
                )
                outcome.conflicts.append([one.name, reason])
                continue
            if category and not has:
                labels[row.id] = category
            if one.partition and row.partition in ("Unassigned", "Inference"):
                parts.setdefault(row.id, one.partition)
            if one.metadata:
                columns[row.id] = {**one.metadata, **columns.get(row.id, {})}
    category_ids = ensure_categories(db, kind_id, list(dict.fromkeys(labels.values())))
    for name, category_id in category_ids.items():
        outcome.given += set_label(
            db, [i for i, n in labels.items() if n == name], category_id, who
        )
    for part in set(parts.values()):
        ids = [thing_id for thing_id, wanted in parts.items() if wanted == part]
        db.execute(things.update().where(among(things.c.id, ids)).values(partition=part))
    add_columns(db, columns)
    return outcome
