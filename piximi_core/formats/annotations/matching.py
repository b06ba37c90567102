"""Which image of a project the image of a file is: by exact name, then by stem."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from piximi_core.formats.annotations.files import file_word, stem_of
from piximi_core.formats.annotations.model import Problem

__all__ = ["ImageMatches", "match_images"]


@dataclass(frozen=True)
class ImageMatches:
    """What was found.

    Attributes
    ----------
    found
        Name in the file to name in the project.
    unmatched
        Names without an image, each with the reason.
    """

    found: dict[str, str]
    unmatched: list[Problem]


def _base(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[2]


def _first_stem(name: str) -> str:
    """Return the name up to its first dot, as old versions of Piximi match."""
    return _base(name).partition(".")[0]


def _loose(name: str) -> str:
    """Return a name as file systems and formats may change it: macOS parts letters and accents."""
    return " ".join(unicodedata.normalize("NFC", file_word(name)).casefold().split())


# From the surest to the least sure; each is asked only for what those before left over.
_RULES: Sequence[Callable[[str], str]] = (
    lambda name: name,
    _base,
    _loose,
    stem_of,
    lambda name: _loose(stem_of(name)),
    _first_stem,
)


def match_images(wanted: Iterable[str], known: Iterable[str]) -> ImageMatches:
    """Find the image of each name; a stem counts only where it fits one image and one name.

    Parameters
    ----------
    wanted
        Names (or stems) in a file.
    known
        Names of the project's images.
    """
    left, free = list(dict.fromkeys(wanted)), list(dict.fromkeys(known))
    found: dict[str, str] = {}
    unsure: dict[str, str] = {}
    for rule in _RULES:
        names, images = _grouped(left, rule), _grouped(free, rule)
        for key, same in names.items():
            fitting = images.get(key, [])
            if key and len(same) == len(fitting) == 1:
                found[same[0]] = fitting[0]
            elif key and fitting:
                reason = (
                    f"{len(fitting)} images of the project are called so, but for their endings."
                    if len(fitting) > 1
                    else f"It fits the image {fitting[0]}, but so do others of the file."
                )
                unsure.update(dict.fromkeys(same, reason))
        taken = set(found.values())
        left = [name for name in left if name not in found]
        free = [name for name in free if name not in taken]
    none = "The project has no image of this name."
    return ImageMatches(found, [Problem(name, unsure.get(name, none)) for name in left])


def _grouped(names: Iterable[str], rule: Callable[[str], str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(rule(name), []).append(name)
    return groups
