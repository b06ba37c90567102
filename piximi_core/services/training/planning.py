"""What a training would learn from, before anyone starts it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select

from piximi_core.classification.choices import NETWORKS
from piximi_core.classification.settings import ModelSettings, propose_input_shape
from piximi_core.messages import Message
from piximi_core.project.contents.drafts import load_draft
from piximi_core.project.contents.labelling import thing_word, things_word
from piximi_core.project.contents.runs import RunClass
from piximi_core.project.contents.thing_facts import thing_sizes
from piximi_core.project.contents.things import among
from piximi_core.project.database.schema import categories, images, objects, project, things
from piximi_core.project.database.store import Store
from piximi_core.services.scoring.class_names import in_order
from piximi_core.services.training.split_groups import SplitGroups, deal_by_groups
from piximi_core.services.training.starting_run import start_obstacle, with_start
from piximi_core.vocabulary import IMAGE_KIND, TRAINING, VALIDATION

__all__ = [
    "Mend",
    "TrainingPlan",
    "default_settings",
    "gather_groups",
    "plan_training",
    "split_again",
]

Mend = Literal["images", "channels", "split", "start"]
_MOST_SIZES = 1000  # things whose sizes a proposed input size is made of
_LEARNED_FROM = ("Unassigned", TRAINING, VALIDATION)


@dataclass(frozen=True)
class TrainingPlan:
    """Who is learned from, who is checked on, and what stands in the way.

    Attributes
    ----------
    classes
        The categories with labelled images, in the order of their names.
    parts
        "Training" or "Validation" by thing id.
    labels
        Index of the class by thing id.
    left_out
        Names of categories without labelled images.
    obstacle
        One sentence if training cannot start, else None.
    mend
        Where the obstacle is mended: on the page "images", by the setting "channels", by the
        "split" or by the run to "start" from; None without an obstacle.
    dealt
        How many things keep the part of an earlier run, or the one a person gave them.
    groups
        What was found of things that come from one source.
    """

    classes: tuple[RunClass, ...]
    parts: dict[str, str]
    labels: dict[str, int]
    left_out: tuple[str, ...]
    obstacle: str | None
    mend: Mend | None
    dealt: int
    groups: SplitGroups

    def count_by_class(self, part: str) -> list[int]:
        """Return how many things of each class are in a part, in the order of `classes`."""
        counts = Counter(self.labels[thing] for thing, value in self.parts.items() if value == part)
        return [counts[number] for number in range(len(self.classes))]

    def count(self, part: str) -> int:
        """Return how many things are in a part."""
        return sum(1 for value in self.parts.values() if value == part)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should know before starting."""
        found = []
        learned, checked = (
            list(zip(self.classes, self.count_by_class(part), strict=True))
            for part in (TRAINING, VALIDATION)
        )
        unlearned = [c.name for c, count in learned if not count]
        unchecked = [c.name for c, count in checked if not count]
        few = [c.name for c, count in learned if 0 < count < 10]
        if unlearned:
            found.append(
                Message("Nothing to learn from in Training for: {names}.", names=_names(unlearned))
            )
        if unchecked:
            found.append(Message("Nothing to validate on for: {names}.", names=_names(unchecked)))
        if few:
            found.append(Message("Fewer than 10 to learn from in: {names}.", names=_names(few)))
        return (*found, *self.groups.warnings)


def plan_training(store: Store, settings: ModelSettings, kind_id: str = IMAGE_KIND) -> TrainingPlan:
    """Deal the labelled things as `settings` ask, changing nothing.

    Things that were dealt before keep their part. Those a person put in Test or Inference are
    left alone; what comes from the same source as something in Test is kept for Test too.
    """
    query = (
        select(things.c.id, things.c.category_id, things.c.partition, things.c.name)
        .add_columns(images.c.sha256)
        .outerjoin(objects, objects.c.id == things.c.id)
        .join(images, images.c.id == func.coalesce(objects.c.image_id, things.c.id))
        .where(things.c.kind_id == kind_id, things.c.partition.in_(_LEARNED_FROM))
        .where(things.c.category_id.not_like("0%"))
    )
    known = select(categories.c.id, categories.c.name, categories.c.color).where(
        categories.c.kind_id == kind_id, categories.c.id.not_like("0%")
    )
    with store.read() as db:
        rows = db.execute(query).all()
        listed = in_order(RunClass(*row) for row in db.execute(known))
        channels = db.execute(select(project.c.channels)).scalar_one()
    present = {row.category_id for row in rows}
    classes = tuple(c for c in listed if c.id in present)
    index = {c.id: number for number, c in enumerate(classes)}
    labels = {row.id: index[row.category_id] for row in rows}
    dealt = deal_by_groups(
        store,
        kind_id,
        list(labels),
        list(labels.values()),
        [(row.sha256, row.name) for row in rows],
        [row.partition for row in rows],
        settings,
    )
    parts, labels = dealt.parts, {thing: labels[thing] for thing in dealt.parts}
    obstacle, mend = _obstacle(classes, parts, settings, channels, kind_id)
    if settings.start_from and mend in (None, "channels"):
        found = start_obstacle(store, settings, kind_id, channels)
        obstacle, mend = (found, "start") if found else (None, None)
    return TrainingPlan(
        classes=classes,
        parts=parts,
        labels=labels,
        left_out=tuple(c.name for c in listed if c.id not in present),
        obstacle=obstacle,
        mend=mend,
        dealt=sum(row.partition != "Unassigned" for row in rows),
        groups=dealt.groups,
    )


def _obstacle(
    classes: tuple[RunClass, ...],
    parts: dict[str, str],
    settings: ModelSettings,
    channels: int | None,
    kind_id: str,
) -> tuple[str, Mend] | tuple[None, None]:
    if channels is None:
        return Message("There are no images yet: add some on the Images page."), "images"
    if not classes:
        return (
            Message(
                "No {thing} has a label yet: label some on the Images page.",
                thing=thing_word(kind_id),
            )
        ), "images"
    if len(classes) == 1:
        name = classes[0].name
        return (
            Message(
                "All labelled {things} are {name}: label {things} of at least one more category, "
                "so that there is something to tell apart.",
                things=things_word(kind_id),
                name=name,
            )
        ), "images"
    if settings.input_shape[2] != channels:
        return (
            Message(
                "The network is set to {channels}, but the images "
                "have {have}: change the input channels.",
                channels=Message.plural("{n} channel", "{n} channels", n=settings.input_shape[2]),
                have=channels,
            )
        ), "channels"
    if TRAINING not in parts.values():
        return (
            Message(
                "All labelled {things} are kept for checking: put some in Training, or split "
                "again.",
                things=things_word(kind_id),
            )
        ), "split"
    return None, None


def _names(names: list[str]) -> str:
    shown = ", ".join(name[:40] for name in names[:5])
    return (
        Message("{shown} and {count} more", shown=shown, count=len(names) - 5)
        if len(names) > 5
        else shown
    )


def default_settings(store: Store, kind_id: str = IMAGE_KIND) -> ModelSettings:
    """Return the settings as last edited; the input size is proposed from the images until set."""
    draft = load_draft(store, kind_id)
    if draft.get("architecture") not in NETWORKS.names:
        # Nothing was chosen, or the network of a package that is no longer installed.
        draft.pop("architecture", None)
    if "input_shape" not in draft:
        with store.read() as db:
            channels = db.execute(select(project.c.channels)).scalar_one()
        sizes = thing_sizes(store, kind_id, _MOST_SIZES)
        draft["input_shape"] = list(propose_input_shape(sizes, channels or 1))
    return with_start(store, ModelSettings.model_validate_json(json.dumps(draft)))


def split_again(store: Store, kind_id: str = IMAGE_KIND, *, who: str | None = None) -> int:
    """Take all labelled things out of Training and Validation, so that the next run deals anew."""
    with store.step(Message("Split again"), who=who) as db:
        return db.execute(
            things.update()
            .where(things.c.kind_id == kind_id, things.c.category_id.not_like("0%"))
            .where(things.c.partition.in_((TRAINING, VALIDATION)))
            .values(partition="Unassigned")
        ).rowcount


def gather_groups(store: Store, plan: TrainingPlan, *, who: str | None = None) -> int:
    """Move what stands apart from most of its source to the rest; return how many were moved."""
    homes = plan.groups.apart
    with store.step(Message("Bring sources together"), who=who) as db:
        for side in sorted(set(homes.values())):
            ids = [thing for thing, home in homes.items() if home == side]
            db.execute(things.update().where(among(things.c.id, ids)).values(partition=side))
    return len(homes)
