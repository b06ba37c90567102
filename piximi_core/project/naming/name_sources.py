"""What the names of images tell of the photograph, slide or series they were cut from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from piximi_core.errors import BadInput

__all__ = ["check_pattern", "is_clear", "sources_by_name", "sources_by_pattern"]

_SOURCE = "{source}"
_MOST_LENGTH = 300
_FEWEST_GROUPS = 4

_PIECE = (
    "crop|tile|patch|roi|cell|nucleus|object|obj|region|part|piece|box|aug|copy|field|site|frame|"
    "slice|channel|plane|fov|pos|ch"
    # Single letters as they are written, because A03 or P12 is a well.
    "|(?-i:[xyztcsfwpXYZT])"
)
# What is put behind a name when something is cut from an image, exported again or copied.
_ENDS = (
    # Roboflow: one picture, augmented several times.
    r"[-_.]rf[-_.][0-9a-f]{32}",
    r" ?\(\d{1,5}\)",
    r"[-_. ]{1,3}copy(?: \d{1,3})?",
    rf"(?:[-_. ]{{1,3}}(?:{_PIECE})[-_. ]?\d{{1,6}})+",
    r"[-_. ]{1,3}\d{1,6}",
)
# The search comes from the left, so that the longest of them is found.
# All begin with one of a few signs; to look for those first halves the time.
_TAIL = re.compile(rf"(?=[-_. (])(?:{'|'.join(_ENDS)})\Z", re.IGNORECASE)
_LONGEST_TAIL = 80


def sources_by_name(names: Mapping[str, str]) -> dict[str, str]:
    """Return the source of each image whose name tells one.

    ``BloodImage_00012_3.png`` and ``BloodImage_00012-04.png`` are of ``BloodImage_00012``, and so
    is ``BloodImage_00012.png`` itself. What is left without the last number must itself be
    numbered: ``cell_0012`` is one of many cells, not of a source called "cell".

    Parameters
    ----------
    names
        Names by image id; folders before a name count for nothing.
    """
    stems = {key: _stem(name) for key, name in names.items()}
    cut = {key: _without_tail(stem) for key, stem in stems.items()}
    known = {source for source in cut.values() if source}
    found = {}
    for key, stem in stems.items():
        source = stem if stem in known else cut[key]
        if source:
            found[key] = source
    return found


def _stem(name: str) -> str:
    base = name.replace("\\", "/").rpartition("/")[2]
    stem = base.rpartition(".")[0] or base
    # "a.ome.tif": the format's name has two parts.
    return stem[:-4] if stem.lower().endswith(".ome") else stem


def _without_tail(stem: str) -> str:
    """Return what a name is without the number of a piece; empty if nothing that names is left."""
    found = _TAIL.search(stem, max(0, len(stem) - _LONGEST_TAIL))
    left = stem[: found.start()].rstrip("-_. ") if found else ""
    return left if _is_named(left) else ""


def _is_named(left: str) -> bool:
    digits = sum(map(str.isdigit, left))
    return digits >= 4 or (digits > 0 and any(map(str.isalpha, left)))


def is_clear(sources: Mapping[str, str], count: int) -> bool:
    """Whether sources can be proposed without asking: some things share one, and there are several.

    One group of more than half of all things says more of how files were numbered than of where
    they come from.

    Parameters
    ----------
    sources
        The source of each thing that has one.
    count
        How many things there are in all.
    """
    sizes = Counter(sources.values())
    if not sizes:
        return False
    largest = max(sizes.values())
    groups = len(sizes) + count - len(sources)
    return largest > 1 and groups >= _FEWEST_GROUPS and largest <= count / 2


def check_pattern(pattern: str) -> str:
    """Return a pattern without blanks around it.

    Raises
    ------
    BadInput
        It does not say where in a name the source stands.
    """
    text = pattern.strip()
    if text.count(_SOURCE) != 1 or len(text) > _MOST_LENGTH:
        raise BadInput(
            "A pattern says once where in a name the source stands, such as {source}_#: # stands "
            "for a number, * for any text."
        )
    return text


def sources_by_pattern(pattern: str, names: Mapping[str, str]) -> dict[str, str]:
    """Return the source of each image whose name fits a pattern.

    ``{source}`` stands for the source, ``#`` for digits, ``*`` for any text; all else for itself.
    A pattern is compared with names without their ending. It costs length times parts, whatever a
    name holds, which cannot be said of regular expressions.

    Parameters
    ----------
    pattern
        As from `check_pattern`.
    names
        Names by image id.
    """
    before, _, after = pattern.partition(_SOURCE)
    first, last = _parts(before), _parts(after)[::-1]
    found = {}
    for key, name in names.items():
        stem = _stem(name)[:_MOST_LENGTH]
        starts = _reached(stem, first)
        ends = [len(stem) - at for at in _reached(stem[::-1], [part[::-1] for part in last])]
        start, end = min(starts, default=len(stem)), max(ends, default=0)
        if start < end:
            found[key] = stem[start:end]
    return found


def _parts(pattern: str) -> list[str]:
    return [part for part in re.split(r"([#*])", pattern) if part]


def _reached(text: str, parts: Sequence[str]) -> Iterable[int]:
    """Return where in a text its beginning can end that fits all parts."""
    places = {0}
    for part in parts:
        if part == "*":
            places = set(range(min(places), len(text) + 1)) if places else set()
        elif part == "#":
            places = {end for at in places for end in _after_digits(text, at)}
        else:
            places = {at + len(part) for at in places if text.startswith(part, at)}
    return places


def _after_digits(text: str, at: int) -> Iterable[int]:
    # All digits that stand there: "12" is one number, never the first of two.
    if at and text[at - 1].isdigit():
        return
    end = at
    while end < len(text) and text[end].isdigit():
        end += 1
    if end > at:
        yield end
