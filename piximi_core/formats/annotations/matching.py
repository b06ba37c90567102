"""Which image of a project a name means, in whatever file it stands.

A base name alone is enough where one image has it. Folders that a name brings along must be those
of the image: of ``cats/1.png`` and ``dogs/1.png`` each goes to its own, and where there is no
``dogs/1.png`` the name fits nothing. What is not sure is left out by name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from piximi_core.formats.annotations.decorated import undecorated
from piximi_core.formats.annotations.files import DATA_PARTS, file_word, image_words, stem_of
from piximi_core.formats.annotations.model import Problem
from piximi_core.messages import Message

__all__ = ["ImageMatches", "KnownImage", "match_images"]


@dataclass(frozen=True)
class KnownImage:
    """An image that a name may mean.

    Attributes
    ----------
    name
        What it is called; what `match_images` returns.
    path
        Where it came from, relative to what was given; None if that is not known.
    within
        The name of the folder or zip that was given, if known. A name may bear another.
    """

    name: str
    path: str | None = None
    within: str = ""


@dataclass(frozen=True)
class ImageMatches:
    """What was found.

    Attributes
    ----------
    found
        Name in the file to name in the project.
    unmatched
        Names without an image, each with the reason.
    unsure
        Those of them that could mean an image, or several.
    """

    found: dict[str, str]
    unmatched: list[Problem]
    unsure: frozenset[str] = frozenset()


def _base(name: str) -> str:
    return name.replace("\\", "/").rstrip("/").rpartition("/")[2]


def _loose(name: str) -> str:
    """Return a name as file systems and formats may change it: macOS parts letters and accents."""
    return " ".join(unicodedata.normalize("NFC", file_word(name)).casefold().split())


def _word(name: str) -> str:
    """Return a name without folders as it stands in names of our own files, else nothing."""
    return "" if "/" in name or "\\" in name else _loose(name)


def _loose_stem(base: str) -> str:
    return _loose(stem_of(base))


def _old_stem(base: str) -> str:
    """Return the name up to its first dot, as old versions of Piximi name masks."""
    return base.partition(".")[0]


def _same(base: str) -> str:
    return base


@dataclass(frozen=True)
class _Rule:
    """A way in which two base names can be the same.

    Attributes
    ----------
    key
        Of both names; they are the same if it is equal.
    of_wanted
        The key of the name in the file, where it is another.
    plain
        Whether signs that programs add are taken off one of the two.
    """

    key: Callable[[str], str]
    of_wanted: Callable[[str], str] | None = None
    plain: bool = False


def _if_bare(base: str) -> str:
    return base if "." not in base else ""


# From the surest to the least sure; each is asked only for what those before left over.
_RULES: Sequence[_Rule] = (
    _Rule(_same),
    _Rule(_loose),
    # A stem may have dots of its own: slice_1.5 is slice_1.5.png.
    _Rule(stem_of, of_wanted=_same),
    _Rule(_loose_stem, of_wanted=_loose),
    _Rule(stem_of),
    _Rule(_loose_stem),
    _Rule(_old_stem, of_wanted=_if_bare),
    _Rule(lambda base: _loose(undecorated(base)), plain=True),
    _Rule(lambda base: _loose_stem(undecorated(base)), plain=True),
)


def match_images(wanted: Iterable[str], known: Iterable[str | KnownImage]) -> ImageMatches:
    """Find the image of each name; what fits several, or fits one that others fit too, is left.

    Parameters
    ----------
    wanted
        Names (or stems), with or without folders, in a file.
    known
        The project's images, or their names.
    """
    names = list(dict.fromkeys(wanted))
    if not names:
        return ImageMatches({}, [])
    return _Search(names, [KnownImage(i, i) if isinstance(i, str) else i for i in known]).result()


@dataclass
class _Search:
    """One matching: what is left to find, what was found, and why not."""

    left: list[str]
    images: list[KnownImage]
    found: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    unsure: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._folders = [_folders_of(image) for image in self.images]
        self._all_folders = {part for inside in self._folders for part in inside}
        self._within = [_loose(image.within) if image.within else "" for image in self.images]
        self._all_folders |= set(self._within) - {""}

    def result(self) -> ImageMatches:
        """Return what all rules together find."""
        wanted = list(self.left)
        for keys, spelt in self._whole_names():
            self._settle({name: keys[spelt(name)] for name in self.left if keys.get(spelt(name))})
        surest = set(self.found)
        for rule in _RULES:
            if self.left:
                self._by(rule)
        self._leave_copies(surest)
        none = Message("The project has no image of this name.")
        return ImageMatches(
            {name: self.images[self.found[name]].name for name in wanted if name in self.found},
            [Problem(n, self.reasons.get(n, none)) for n in wanted if n not in self.found],
            frozenset(self.unsure),
        )

    def _whole_names(self) -> Iterator[tuple[dict[str, list[int]], Callable[[str], str]]]:
        """Yield what the images are called as a whole: shown, by path, and in our own files."""
        yield _grouped((image.name, n) for n, image in enumerate(self.images)), _same
        paths = (
            (path, n)
            for n, image in enumerate(self.images)
            if image.path
            for path in {image.path, f"{image.within}/{image.path}"}
        )
        yield _grouped(paths), _same
        if self.left:
            words = image_words([image.name for image in self.images])
            spelt = (_loose(words[image.name]) for image in self.images)
            yield _grouped((word, n) for n, word in enumerate(spelt)), _word

    def _by(self, rule: _Rule) -> None:
        keys = _grouped(
            (key, number)
            for number, image in enumerate(self.images)
            for base in {_base(image.name), _base(image.path or image.name)}
            if (key := rule.key(base))
        )
        choices: dict[str, list[int]] = {}
        for name in self.left:
            base = _base(name)
            fitting = keys.get((rule.of_wanted or rule.key)(base), [])
            if rule.plain:
                fitting = [n for n in fitting if self._one_is_plain(base, self.images[n])]
            chosen = self._of_same_folder(name, fitting)
            if chosen:
                choices[name] = chosen
        self._settle(choices)

    def _one_is_plain(self, base: str, image: KnownImage) -> bool:
        # With two different signs of a program they are two pictures.
        bases = {_base(image.name), _base(image.path or image.name)}
        return undecorated(base) == base or any(undecorated(own) == own for own in bases)

    def _of_same_folder(self, name: str, fitting: Sequence[int]) -> list[int]:
        """Return those of the images whose folders fit best, none that lies in another one."""
        folders = _parts(name)
        depths = {
            number: depth
            for number in fitting
            if (depth := self._common(folders, number, name)) is not None
        }
        if fitting and not depths:
            image = self.images[fitting[0]]
            self.reasons[name] = Message(
                "The image {image} lies in another folder.", image=image.name
            )
        deepest = max(depths.values(), default=0)
        return [number for number, depth in depths.items() if depth == deepest]

    def _common(self, folders: list[str], number: int, name: str) -> int | None:
        """Return how many folders a name and an image share; None if they lie apart."""
        own, within = self._folders[number], self._within[number]
        depth = _common_folders(folders, own, within, _is_rooted(name))
        if depth == 0:
            nearest = next((f for f in reversed(folders) if f not in _CONTAINERS), None)
            # The project has images of that folder, and this is none of them.
            return None if nearest in self._all_folders else 0
        return depth

    def _settle(self, choices: dict[str, list[int]]) -> None:
        """Take the choices of one rule: those of one image that no other name has."""
        claims: dict[int, int] = defaultdict(int)
        for chosen in choices.values():
            for number in chosen:
                claims[number] += 1
        taken = set(self.found.values())
        for name, chosen in choices.items():
            image = self.images[chosen[0]].name
            if len(chosen) > 1:
                reason = Message(
                    "{count} images of the project are called so; the name must tell their "
                    "folders or endings apart.",
                    count=len(chosen),
                )
            elif claims[chosen[0]] > 1 or chosen[0] in taken:
                reason = Message(
                    "It fits the image {image}, but so do others of the file.", image=image
                )
            else:
                self.found[name] = chosen[0]
                continue
            self.reasons[name] = reason
            self.unsure.add(name)
        self.left = [name for name in self.left if name not in choices]

    def _leave_copies(self, surest: set[str]) -> None:
        """Leave out what may mean an image that was numbered when its folder was not yet kept."""
        taken = set(self.found.values())
        copies = {
            f"{match['stem']}{match['suffix'] or ''}"
            for number, image in enumerate(self.images)
            if image.path is None
            and number not in taken
            and (match := _NUMBERED.fullmatch(image.name))
        }
        for name in [name for name in self.found if name not in surest]:
            image = self.images[self.found[name]]
            if image.path is None and image.name in copies:
                del self.found[name]
                self.unsure.add(name)
                self.reasons[name] = Message(
                    "It may mean the image {image}, or one that was numbered beside it.",
                    image=image.name,
                )


_NUMBERED = re.compile(r"(?P<stem>.+)_[1-9]\d*(?P<suffix>\.[^.]*)?", re.DOTALL)

# Folders that say where a data set keeps its files, not which they are.
_CONTAINERS = {
    *("images", "image", "imgs", "img", "labels", "label", "annotations", "annotation", "masks"),
    *("mask", "jpegimages", "data", "dataset", "obj_train_data", "uploads", "upload", "files"),
}


def _common_folders(
    wanted: Sequence[str], own: Sequence[str], within: str, rooted: bool
) -> int | None:
    """Return how many folders agree, from the innermost out; None if one does not."""
    left = [part for part in wanted if part not in _CONTAINERS]
    mine = [part for part in own if part not in _CONTAINERS]
    depth = 0
    while left and mine:
        if left[-1] == mine[-1]:
            depth += 1
            left.pop()
            mine.pop()
        elif (left[-1] in DATA_PARTS) != (mine[-1] in DATA_PARTS):
            # Only one of them says in which part of a data set it is.
            (left if left[-1] in DATA_PARTS else mine).pop()
        else:
            # What is above the nearest folder is another on every machine.
            return depth if rooted and depth else None
    return depth + (bool(left) and not mine and left[-1] == within)


def _parts(name: str) -> list[str]:
    return [_loose(part) for part in re.split(r"[/\\]", name)[:-1] if part not in ("", ".", "..")]


def _folders_of(image: KnownImage) -> list[str]:
    return _parts(image.name if image.path is None else image.path)


def _is_rooted(name: str) -> bool:
    return bool(re.match(r"[/\\]|[A-Za-z]:|\.\.", name))


def _grouped(pairs: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for key, number in pairs:
        if key and number not in groups.setdefault(key, []):
            groups[key].append(number)
    return groups
