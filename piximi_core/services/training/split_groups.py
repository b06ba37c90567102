"""The split of a project by the groups that are in force, and what there is to say of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from piximi_core.classification.settings import ModelSettings
from piximi_core.classification.splitting.split import deal_new
from piximi_core.messages import Message
from piximi_core.project.contents.grouping import Grouping, ImageGroups, find_groups, thing_groups
from piximi_core.project.contents.labelling import counted
from piximi_core.project.database.schema import things
from piximi_core.project.database.store import Store
from piximi_core.vocabulary import TRAINING, VALIDATION

__all__ = ["DealtThings", "SplitGroups", "deal_by_groups", "straddling"]

_TEST = "Test"
_SIDES = (TRAINING, VALIDATION, _TEST)
_BY_CATEGORY = Message(
    "Names are not used for groups: all of each category would be one. Group by names yourself if "
    "each category does come from one source."
)


@dataclass(frozen=True)
class SplitGroups:
    """What there is to say of the groups of a split.

    Attributes
    ----------
    count
        How many groups the labelled things belong to.
    shared
        How many of those have several of them.
    straddling
        Groups that stand on more than one side, because they were dealt, or put, there before.
    apart
        Where the things of those go that stand apart from most of their group, by id.
    kept_for_test
        Things that are not learned from because others of their group are in Test, by id.
    warnings
        Sentences on what a person should know.
    of
        The group of each thing that shares one with others of these, by id.
    """

    count: int
    shared: int
    straddling: tuple[str, ...]
    apart: Mapping[str, str]
    kept_for_test: tuple[str, ...]
    warnings: tuple[str, ...]
    of: Mapping[str, str]


@dataclass(frozen=True)
class DealtThings:
    """ "Training" or "Validation" by thing id, and what is to be said of groups."""

    parts: dict[str, str]
    groups: SplitGroups


def deal_by_groups(
    store: Store,
    kind_id: str,
    ids: Sequence[str],
    labels: Sequence[int],
    keys: Sequence[tuple[str, str]],
    partitions: Sequence[str],
    settings: ModelSettings,
) -> DealtThings:
    """Deal labelled things as the settings ask, no group to both sides.

    Parameters
    ----------
    ids, labels, keys, partitions
        Of each thing; see `deal_new`.
    """
    found = find_groups(store)
    group_of = thing_groups(store, kind_id, found)
    unclear = _is_by_category(found, [group_of[i] for i in ids], labels)
    if unclear:
        group_of = thing_groups(store, kind_id, find_groups(store, Grouping("none")))
    tested = _in_test(store, kind_id, group_of)
    dealt_before = {
        group_of[i] for i, p in zip(ids, partitions, strict=True) if p in (TRAINING, VALIDATION)
    }
    kept = {
        thing
        for thing, part in zip(ids, partitions, strict=True)
        if part not in (TRAINING, VALIDATION) and group_of[thing] in tested - dealt_before
    }
    chosen = [n for n, thing in enumerate(ids) if thing not in kept]
    groups = [group_of[ids[n]] for n in chosen]
    dealt = deal_new(
        [labels[n] for n in chosen],
        [keys[n] for n in chosen],
        [partitions[n] for n in chosen],
        settings.training_percentage,
        settings.seed,
        stratify=settings.stratify,
        shuffle=settings.shuffle,
        groups=groups,
    )
    parts = dict(zip((ids[n] for n in chosen), dealt, strict=True))
    sides = {**dict.fromkeys(_tested_things(store, kind_id), _TEST), **parts}
    sizes = Counter(groups)
    across = straddling(sides, group_of)
    warnings = _warnings(kind_id, sizes, parts, across, len(kept), settings)
    if unclear:
        warnings = (*warnings, _BY_CATEGORY)
    return DealtThings(
        parts,
        SplitGroups(
            count=len(sizes),
            shared=sum(n > 1 for n in sizes.values()),
            straddling=across,
            apart=_apart(sides, group_of, frozenset(across)),
            kept_for_test=tuple(thing for thing in ids if thing in kept),
            warnings=warnings,
            of={i: group_of[i] for i in parts if sizes[group_of[i]] > 1},
        ),
    )


def _is_by_category(found: ImageGroups, groups: Sequence[str], labels: Sequence[int]) -> bool:
    """Whether proposed groups are the categories: names such as ``class1_0012`` tell those."""
    if found.chosen.by != "auto" or found.in_force.by != "names":
        return False
    pairs = Counter(zip(labels, groups, strict=True))
    several = len(set(labels)) > 1 and max(pairs.values()) > 1
    return several and len(pairs) == len(set(labels)) == len(set(groups))


def _tested_things(store: Store, kind_id: str) -> list[str]:
    """Return the ids of what is in Test."""
    query = select(things.c.id).where(things.c.kind_id == kind_id, things.c.partition == _TEST)
    with store.read() as db:
        return list(db.execute(query).scalars())


def _in_test(store: Store, kind_id: str, group_of: Mapping[str, str]) -> set[str]:
    return {group_of[thing] for thing in _tested_things(store, kind_id) if thing in group_of}


def straddling(parts: Mapping[str, str], group_of: Mapping[str, str]) -> tuple[str, ...]:
    """Return the groups that stand on several of Training, Validation and Test, in order."""
    sides: dict[str, set[str]] = defaultdict(set)
    for thing, part in parts.items():
        if part in _SIDES and thing in group_of:
            sides[group_of[thing]].add(part)
    return tuple(sorted(group for group, found in sides.items() if len(found) > 1))


def _apart(
    sides: Mapping[str, str], group_of: Mapping[str, str], across: frozenset[str]
) -> dict[str, str]:
    """Return where the things go that stand apart from most of their group.

    What has a part in Test goes there whole, because Test is to be unseen; else, of two equal
    parts, the one in Validation stays.
    """
    members = {i: group_of[i] for i in sides if group_of.get(i) in across}
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for thing, group in members.items():
        counts[group][sides[thing]] += 1
    homes = {
        group: _TEST if found[_TEST] else max((VALIDATION, TRAINING), key=found.__getitem__)
        for group, found in counts.items()
    }
    return {i: homes[group] for i, group in members.items() if sides[i] != homes[group]}


def _warnings(
    kind_id: str,
    sizes: Counter[str],
    parts: Mapping[str, str],
    across: Sequence[str],
    kept: int,
    settings: ModelSettings,
) -> tuple[str, ...]:
    found: list[str] = []
    if across:
        found.append(
            Message(
                "{groups} of one source on several sides of the split, such as "
                "{example}: bring them together, or Split again, so that Validation is new.",
                groups=Message.plural("{n} group", "{n} groups", n=len(across)),
                example=across[0][:60],
            )
        )
    if sizes and not across:
        found += _of_the_largest(kind_id, sizes, parts, settings)
    if kept:
        found.append(
            Message(
                "{things} not learned from: others of the same source are in Test.",
                things=counted(kept, kind_id),
            )
        )
    return tuple(found)


def _of_the_largest(
    kind_id: str, sizes: Counter[str], parts: Mapping[str, str], settings: ModelSettings
) -> list[str]:
    """Say when one group leaves too little to check on, and what to do."""
    group, size = max(sizes.items(), key=lambda item: (item[1], item[0]))
    checked = sum(part == VALIDATION for part in parts.values())
    wanted = (1 - settings.training_percentage) * len(parts)
    if size == 1 or size <= settings.training_percentage * len(parts) or checked > wanted / 2:
        return []
    return [
        Message(
            "{group} alone holds {size:,} of {things} and goes to one side "
            "whole, so {checked:,} are in Validation instead of {wanted:,}: label more of "
            "other sources, or group otherwise if these do not come from one source.",
            group=group[:60],
            size=size,
            things=counted(len(parts), kind_id),
            checked=checked,
            wanted=round(wanted),
        )
    ]
