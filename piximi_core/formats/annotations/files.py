"""Several annotation files that travel together: a zip, a folder, or one alone."""

from __future__ import annotations

import os
import re
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from piximi_core.errors import BadInput
from piximi_core.formats.stem import safe_stem
from piximi_core.formats.zips.archives import ArchiveLimits, Member, extract_zip
from piximi_core.images import safe_name
from piximi_core.undated import undated

__all__ = [
    "DATA_PARTS",
    "Stems",
    "ZipOut",
    "file_word",
    "image_of_member",
    "image_paths",
    "image_words",
    "images_by_word",
    "is_zip",
    "members_of",
    "path_stem",
    "pick",
    "stem_of",
    "write_zip",
]

# The folders of a data set's parts.
DATA_PARTS = {
    *("train", "training", "val", "valid", "validation", "trainval", "test", "testing"),
    *(f"{part}{year}" for part in ("train", "val", "test") for year in (2014, 2017)),
}
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
_UNSEEN = ("Cc", "Cs", "Cf", "Zl", "Zp")
_LIMITS = ArchiveLimits(members=100_000, total_bytes=8 * 2**30, member_bytes=2 * 2**30, ratio=400)


def is_zip(path: Path) -> bool:
    """Whether a file begins as a zip does."""
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", b"PK\x05\x06")


def members_of(path: Path, name: str, scratch: Path) -> list[Member]:
    """Return the files of a zip or a folder, or the file itself, sorted by name.

    Parameters
    ----------
    scratch
        An empty folder that zips are unpacked into.

    Raises
    ------
    BadInput
        The zip is damaged, a bomb, or leads outside; nothing stays unpacked.
    """
    if path.is_dir():
        found = [
            Member(inner.relative_to(path).as_posix(), inner)
            for folder, _names, files in os.walk(path, followlinks=False)
            for inner in (Path(folder) / file for file in files)
            if not inner.name.startswith(".") and not inner.is_symlink()
        ]
    elif is_zip(path):
        found = extract_zip(path, scratch, name=name, limits=_LIMITS)
    else:
        found = [Member(PurePosixPath(name).name, path)]
    return sorted(found, key=lambda member: member.name)


def pick(members: Iterable[Member], name: str, *endings: str) -> list[Member]:
    """Return the members with one of these endings.

    Raises
    ------
    BadInput
        There is none.
    """
    found = [member for member in members if member.name.lower().endswith(endings)]
    if not found:
        raise BadInput(
            "'{name}' holds no file that ends in {endings}; choose the "
            "format that it was written in.",
            name=safe_name(name),
            endings=" or ".join(endings),
        )
    return found


class Stems:
    """Names of files for images, kinds and categories: safe everywhere, each given once."""

    def __init__(self) -> None:
        self._given: dict[Hashable, str] = {}
        self._taken: set[str] = set()
        self._counts: Counter[str] = Counter()

    def of(self, word: str, thing: Hashable = None, ending: str = "") -> str:
        """Return the file name of a thing; always the same for the same thing.

        Parameters
        ----------
        word
            What it should be called.
        thing
            What the name is for, the word itself by default.
        ending
            What the name ends with; only names that are equal with it are told apart.
        """
        key = word if thing is None else thing
        if key not in self._given:
            safe = file_word(word)
            candidate = f"{safe}{ending}"
            wanted = candidate.casefold()
            # Windows and macOS take A and a for one file.
            while candidate.casefold() in self._taken:
                self._counts[wanted] += 1
                candidate = f"{safe}_{self._counts[wanted]}{ending}"
            self._taken.add(candidate.casefold())
            self._given[key] = candidate
        return self._given[key]


def stem_of(name: str) -> str:
    """Return an image's name without its folders and its last ending."""
    return PurePosixPath(name.replace("\\", "/")).stem or name


def path_stem(name: str) -> str:
    """Return a name without its last ending, but with its folders."""
    path = PurePosixPath(name.replace("\\", "/"))
    return str(path.with_suffix("")) if path.suffix else str(path)


def image_of_member(member: str, archive: str, container: str = "") -> str:
    """Return which image a file of an archive is for: its path there, as far as it tells that.

    Parameters
    ----------
    archive
        The name of the archive; the folder of that name, which many programs pack, does not count.
    container
        The folder that a format keeps its files in, such as "labels"; nor does what is above it,
        but for the part of a data set (train, val).
    """
    parts = path_stem(member).split("/")
    folders = [part.casefold() for part in parts[:-1]]
    if container and container in folders:
        at = len(folders) - 1 - folders[::-1].index(container)
        above = parts[at - 1 : at] if at and folders[at - 1] in DATA_PARTS else []
        parts = above + parts[at + 1 :]
    elif folders and folders[0] == stem_of(archive).casefold():
        parts = parts[1:]
    return "/".join(parts)


def image_words(names: Collection[str]) -> dict[str, str]:
    """Return what each image is called in names of files: its stem, if no other has it.

    Of ``a.png`` and ``a.tif`` the whole names are taken, which `match_images` finds again.
    """
    both = {name: (file_word(stem_of(name)), file_word(name)) for name in names}
    said = Counter(word for pair in both.values() for word in {one.casefold() for one in pair})
    stems = Stems()
    # Whose name needs no change comes first, whatever the order of the images.
    for name in sorted(both, key=lambda name: (both[name][1] != name, name)):
        stem, whole = both[name]
        stems.of(stem if said[stem.casefold()] == 1 else whole, name)
    return {name: stems.of(name) for name in names}


def image_paths(names: Collection[str]) -> dict[str, str]:
    """Return what each image is called in paths of files: its folders are kept, each part safe.

    Within a folder the words are those of `image_words`. Folders that differ in upper case only
    are one on many systems; images of one name in them are told apart by their whole names.
    """
    folders: dict[str, str] = {}
    inside: dict[str, dict[str, list[str]]] = {}
    for name in names:
        above, _, base = name.replace("\\", "/").rpartition("/")
        folder = "".join(f"{file_word(part)}/" for part in above.split("/") if part)
        folders.setdefault(folder.casefold(), folder)
        inside.setdefault(folder.casefold(), {}).setdefault(base, []).append(name)
    found: dict[str, str] = {}
    for key, bases in inside.items():
        words = image_words(bases)
        alone = {base: same[0] for base, same in bases.items() if len(same) == 1}
        found |= {name: f"{folders[key]}{words[base]}" for base, name in alone.items()}
    whole = image_words(names)
    return found | {name: whole[name] for name in names if name not in found}


def images_by_word(names: Collection[str]) -> dict[str, str]:
    """Return which image a word without folders in a file's name means, whoever wrote it.

    A stem that several images have stands for itself: which of them is meant must be asked.
    """
    counts = Counter(map(stem_of, names))
    stems = {stem_of(name): name if counts[stem_of(name)] == 1 else stem_of(name) for name in names}
    wholes = {name: name for name in names}
    return stems | wholes | {word: name for name, word in image_words(names).items()}


def file_word(word: str) -> str:
    """Return a word with as little changed as file systems ask for: blanks and dots stay."""
    kept = _FORBIDDEN.sub("_", "".join(c for c in word if unicodedata.category(c) not in _UNSEEN))
    kept = kept.encode("utf-8")[:150].decode("utf-8", errors="ignore").strip().rstrip(". ")
    if safe_stem(kept.split(".")[0], "x").endswith("_") and not kept.split(".")[0].endswith("_"):
        kept = f"_{kept}"  # a name that Windows keeps for a device
    return kept.lstrip(".") or "unnamed"


class ZipOut:
    """A zip that is being written, member by member."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, content: bytes | str) -> None:
        """Write one file."""
        self._archive.writestr(undated(name, zipfile.ZIP_DEFLATED), content)


@contextmanager
def write_zip(path: Path) -> Iterator[ZipOut]:
    """Give a zip to write into."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        yield ZipOut(archive)
