"""From what a file says to regions of a project's images: matched, cut, and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from piximi_core.annotation.regions import Region
from piximi_core.errors import BadInput
from piximi_core.formats.annotations.kind_names import KindNames
from piximi_core.formats.annotations.matching import ImageMatches, KnownImage, match_images
from piximi_core.formats.annotations.model import (
    AnnotatedImage,
    AnnotationSet,
    ObjectKind,
    Problem,
    SetObject,
)
from piximi_core.formats.annotations.shapes import place, reaches_out
from piximi_core.formats.annotations.stacks import Stack
from piximi_core.messages import Message
from piximi_core.vocabulary import UNKNOWN_NAME

__all__ = ["Placed", "PlacedObject", "place_annotations"]


@dataclass(frozen=True)
class PlacedObject:
    """An object with the image of the project that it lies in."""

    image: AnnotatedImage
    region: Region
    kind: str
    category: str | None
    plane: int
    name: str | None
    partition: str | None
    crowd: bool


@dataclass
class Placed:
    """What of a file can be brought in, and what cannot.

    Attributes
    ----------
    matched
        Name in the file to name in the project.
    unmatched
        Images of the file without one in the project, with their objects' number.
    colors
        Of (kind, category), as far as the file tells.
    asked
        Ids that the file gives for kinds, that nobody knows, with their objects' number.
    """

    objects: list[PlacedObject] = field(default_factory=list)
    matched: dict[str, str] = field(default_factory=dict)
    unmatched: list[tuple[Problem, int]] = field(default_factory=list)
    skipped: list[Problem] = field(default_factory=list)
    repaired: list[Problem] = field(default_factory=list)
    colors: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: dict[str, int] = field(default_factory=dict)


def place_annotations(
    found: AnnotationSet,
    images: Sequence[AnnotatedImage],
    *,
    default_kind: str,
    kind: str | None = None,
    kinds: Sequence[ObjectKind] = (),
    answers: Mapping[str, str] | None = None,
    image: str | None = None,
    stack_of: Callable[[AnnotatedImage], Stack] | None = None,
    check: Callable[[int, int], None] = lambda _done, _total: None,
) -> Placed:
    """Find each object's image and pixels.

    Parameters
    ----------
    images
        The project's, with their sizes.
    default_kind
        Of objects for which the file gives none.
    kind
        One kind for all objects, whatever the file says.
    kinds
        The project's, by whose ids a file may call them.
    answers
        The kinds of ids that nobody knows, as a person said them.
    image
        The project's image that all of the file belongs to, for files that name none.
    stack_of
        Says how an image's file is laid out, for objects that name a page of it; by default
        each plane is taken to have a page for each channel.
    check
        Called with how many objects are done, and of how many; it raises to stop.
    """
    placed = Placed(skipped=list(found.skipped), repaired=list(found.repaired))
    known = {one.name: one for one in images}
    entries = {one.name: one for one in found.images}
    counts = Counter(item.image for item in found.objects)
    names = list(dict.fromkeys([*entries, *counts]))
    if image is not None:
        placed.matched = dict.fromkeys(names, image)
    else:
        choices = [KnownImage(i.name, i.path, i.within) for i in images]
        matches = match_images(names, choices)
        placed.matched = {**matches.found, **_by_other_names(matches, entries, choices)}
        # A file of one image that names none belongs to the only image there is.
        if len(names) == len(known) == 1 and not (placed.matched or _is_told(names[0], entries)):
            placed.matched = {names[0]: next(iter(known))}
        placed.unmatched = [
            (problem, counts[problem.what])
            for problem in matches.unmatched
            if problem.what not in placed.matched
        ]
    names_of = KindNames(kinds, default_kind, given=found.kinds, answers=answers)
    kind = names_of.find(kind) if kind else None
    placed.colors = {
        (kind or names_of.find(of_kind), category): color
        for (of_kind, category), color in found.colors().items()
    }
    refused = _of_other_size(placed, entries, known, counts)
    for number, item in enumerate(found.objects):
        check(number, len(found.objects))
        if item.image in placed.matched and item.image not in refused:
            target = known[placed.matched[item.image]]
            own_kind = kind or names_of.find(item.kind)
            names_of.count(own_kind)
            _place(item, number, target, own_kind, placed, stack_of or _by_channels)
    placed.asked = dict(names_of.asked)
    return placed


def _by_channels(image: AnnotatedImage) -> Stack:
    return Stack(channels=image.channels or 1, planes=image.planes or 1)


def _by_other_names(
    matches: ImageMatches, entries: Mapping[str, AnnotatedImage], images: Sequence[KnownImage]
) -> dict[str, str]:
    """Return the images of names that fit none, by what else the file says of them."""
    left = [entries[p.what] for p in matches.unmatched if p.what in entries]
    taken = set(matches.found.values())
    found: dict[str, str] = {}
    for turn in range(max((len(entry.also) for entry in left), default=0)):
        open_now = [e for e in left if len(e.also) > turn and e.name not in found]
        said = Counter(entry.also[turn] for entry in open_now)
        once = {e.name: e.also[turn] for e in open_now if said[e.also[turn]] == 1}
        also_found = match_images(once.values(), images).found
        for name, also in once.items():
            image = also_found.get(also)
            if image is not None and image not in taken:
                found[name] = image
                taken.add(image)
    return found


def _is_told(name: str, entries: Mapping[str, AnnotatedImage]) -> bool:
    return name not in entries or entries[name].told


def _of_other_size(
    placed: Placed,
    entries: Mapping[str, AnnotatedImage],
    known: Mapping[str, AnnotatedImage],
    counts: Counter[str],
) -> set[str]:
    """Return the images whose labels are made for another size: they would lie elsewhere."""
    refused = set()
    for name, target in placed.matched.items():
        entry, own = entries.get(name), known[target]
        if entry is None or not entry.width or not entry.height:
            continue
        if (entry.width, entry.height) != (own.width, own.height):
            refused.add(name)
            reason = Message(
                "Its {counts:,} objects are made for {width} x {height} "
                "pixels, but the image has {own_width} x {own_height}.",
                counts=counts[name],
                width=entry.width,
                height=entry.height,
                own_width=own.width,
                own_height=own.height,
            )
            placed.skipped.append(Problem(target, reason))
    return refused


def _place(
    item: SetObject,
    number: int,
    target: AnnotatedImage,
    kind: str,
    placed: Placed,
    stack_of: Callable[[AnnotatedImage], Stack],
) -> None:
    what = Message(
        "{image}: {object}",
        image=target.name,
        object=item.name or Message("object {id}", id=number + 1),
    )
    height, width = target.height or 0, target.width or 0
    notes: list[str] = []
    try:
        wanted = item.plane if item.place is None else item.place.plane_in(stack_of(target))
        region = place(item.shape, height, width, notes.append)
    except BadInput as error:
        placed.skipped.append(Problem(what, str(error)))
        return
    except (MemoryError, OverflowError, ValueError):
        placed.skipped.append(Problem(what, Message("Its numbers are too large.")))
        return
    if region is None:
        placed.skipped.append(Problem(what, Message("It covers no pixel of the image.")))
        return
    placed.repaired += [Problem(what, note) for note in notes]
    if reaches_out(item.shape, height, width):
        placed.repaired.append(
            Problem(what, Message("It reached over the border and was cut there."))
        )
    plane = min(max(wanted, 0), (target.planes or 1) - 1)
    if plane != wanted:
        reason = Message(
            "The image has no plane {wanted}; it was put in plane {plane}.",
            wanted=wanted + 1,
            plane=plane + 1,
        )
        placed.repaired.append(Problem(what, reason))
    category = None if item.category == UNKNOWN_NAME else item.category
    placed.objects.append(
        PlacedObject(target, region, kind, category, plane, item.name, item.partition, item.crowd)
    )
