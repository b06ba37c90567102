"""Zip archives of images: members out, nothing else touched."""

from __future__ import annotations

import re
import stat
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from piximi_core.disk import is_full
from piximi_core.errors import BadInput, NoSpace, PiximiError
from piximi_core.images.naming import safe_name

__all__ = ["ArchiveLimits", "Member", "check_entries", "extract_zip"]

_CHUNK = 1 << 20
_DRIVE = re.compile(r"[A-Za-z]:/")
_ENCRYPTED = 0x1
_METHODS = frozenset(
    {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA}
)


@dataclass(frozen=True)
class Member:
    """One extracted file: its path inside the archive, and where it lies now."""

    name: str
    path: Path


@dataclass(frozen=True)
class ArchiveLimits:
    """How much an archive may unfold to.

    Attributes
    ----------
    members
        Files and folders together.
    total_bytes, member_bytes
        Unpacked, of all files and of one.
    ratio
        Unpacked to packed size, of a file beyond ``free_member_bytes`` and of an archive beyond
        ``free_total_bytes``: smaller ones may be blank pictures, which pack a thousandfold.
    """

    members: int = 200_000
    total_bytes: int = 64 * 2**30
    member_bytes: int = 4 * 2**30
    ratio: float = 200.0
    free_member_bytes: int = 32 * 2**20
    free_total_bytes: int = 256 * 2**20


def extract_zip(
    path: Path,
    into: Path,
    *,
    name: str | None = None,
    limits: ArchiveLimits | None = None,
    most: int | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> list[Member]:
    """Unpack a zip into a folder under generated names.

    Folders, ``__MACOSX`` and names that start with a dot are left out. Nothing is written unless
    every member's entry is acceptable, and a failure half way removes what was written.

    Parameters
    ----------
    path, name
        The archive, and what to call it in errors; its own name by default.
    into
        An existing folder; members become ``000000``, ``000001``, … in it.
    limits
        Caps on count, sizes and ratio.
    most
        Unpack only so many members; the others are checked by their entries alone.
    watch
        Is told after each member how many bytes of how many are done; what it raises ends it.

    Returns
    -------
    list of Member
        In the archive's order, with relative POSIX names.

    Raises
    ------
    BadInput
        Not a zip, damaged, encrypted, over the limits, or with links or paths that lead outside.
    NoSpace
        The disk is full.

    """
    shown = safe_name(name if name is not None else path.name)
    members: list[Member] = []
    try:
        with zipfile.ZipFile(path) as archive:
            caps, packed = limits or ArchiveLimits(), path.stat().st_size
            accepted = check_entries(archive, shown, caps, packed, hidden=False)[:most]
            total, done = sum(info.file_size for info in accepted), 0
            for number, info in enumerate(accepted):
                members.append(Member(_relative_name(info.filename) or "", into / f"{number:06d}"))
                _copy(archive, info, members[-1].path, shown)
                done += info.file_size
                if watch is not None:
                    watch(done, total)
    except BaseException as error:
        for member in members:
            member.path.unlink(missing_ok=True)
        if isinstance(error, PiximiError) or not isinstance(error, Exception):
            raise
        raise _in_words(error, shown) from error
    return members


def _in_words(error: Exception, shown: str) -> PiximiError:
    if is_full(error):
        return NoSpace(
            "There is no room to unpack '{shown}'; free some space and add it again.", shown=shown
        )
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        return BadInput("'{shown}' cannot be opened: {reason}.", shown=shown, reason=error.strerror)
    # zipfile raises anything on damaged bytes.
    return BadInput("'{shown}' is damaged or not a zip archive; make it again.", shown=shown)


def check_entries(
    archive: zipfile.ZipFile, shown: str, caps: ArchiveLimits, archive_bytes: int, *, hidden: bool
) -> list[zipfile.ZipInfo]:
    """Return the files of an archive, after every entry passed every rule.

    Parameters
    ----------
    shown
        What to call the archive in errors.
    archive_bytes
        Its size.
    hidden
        Whether ``__MACOSX`` and names that start with a dot count.

    Raises
    ------
    BadInput
        As `extract_zip` does.
    """
    infos = archive.infolist()
    if len(infos) > caps.members:
        raise BadInput(
            "'{shown}' holds {count:,} entries, more than {members:,}; split it.",
            shown=shown,
            count=len(infos),
            members=caps.members,
        )
    kept = []
    total = 0
    for info in infos:
        relative = _relative_name(info.orig_filename)
        inner = safe_name(info.filename)
        if relative is None:
            raise BadInput(
                "'{shown}' holds '{inner}', which leads outside the archive; nothing was unpacked.",
                shown=shown,
                inner=inner,
            )
        mode = info.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise BadInput(
                "'{shown}' holds '{inner}', which is a link or a device; nothing was unpacked.",
                shown=shown,
                inner=inner,
            )
        if info.is_dir() or (not hidden and _is_hidden(relative)):
            continue
        _check_member(info, shown, inner, caps)
        total += info.file_size
        if total > caps.total_bytes:
            raise BadInput(
                "'{shown}' unpacks to more than {total_bytes_mb:,.0f} MiB; split it.",
                shown=shown,
                total_bytes_mb=caps.total_bytes / 2**20,
            )
        kept.append(info)
    packed = sum(info.compress_size for info in kept)
    too_dense = total > max(caps.free_total_bytes, caps.ratio * archive_bytes)
    # Members that share their bytes are how a small archive becomes petabytes.
    if packed > archive_bytes or too_dense:
        raise BadInput(
            "'{shown}' unpacks to far more than its size, like a zip bomb; nothing was unpacked.",
            shown=shown,
        )
    return kept


def _check_member(info: zipfile.ZipInfo, shown: str, inner: str, caps: ArchiveLimits) -> None:
    if info.flag_bits & _ENCRYPTED:
        raise BadInput(
            "'{shown}' is protected by a password; make it again without one.", shown=shown
        )
    if info.compress_type not in _METHODS:
        raise BadInput(
            "'{shown}' packs '{inner}' by a method we do not read; make it again as plain zip.",
            shown=shown,
            inner=inner,
        )
    if info.file_size > caps.member_bytes:
        raise BadInput(
            "'{shown}' holds '{inner}', which unpacks to more than {member_bytes_mb:,.0f} MiB.",
            shown=shown,
            inner=inner,
            member_bytes_mb=caps.member_bytes / 2**20,
        )
    if info.file_size > max(caps.free_member_bytes, caps.ratio * info.compress_size):
        raise BadInput(
            "'{shown}' holds '{inner}', which unpacks to more than {ratio:,.0f} times its "
            "size, like a zip bomb; nothing was unpacked.",
            shown=shown,
            inner=inner,
            ratio=caps.ratio,
        )


def _relative_name(raw: str) -> str | None:
    """Return a member's path with forward slashes, or None if it leads outside."""
    name = raw.replace("\\", "/")
    if name.startswith("/") or "\x00" in name or _DRIVE.match(name):
        return None
    parts = [part for part in name.split("/") if part not in ("", ".")]
    return None if ".." in parts or not parts else "/".join(parts)


def hidden_members(path: Path, most: int = 1000) -> list[str]:
    """Return the files of a zip that `extract_zip` leaves out for the dot before their names.

    What only an operating system keeps there (``__MACOSX``) is nobody's file and not among them.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [_relative_name(i.orig_filename) for i in archive.infolist() if not i.is_dir()]
    except (OSError, ValueError, zipfile.BadZipFile):
        return []  # reading it will say so
    own = (name for name in names if name and not name.startswith("__MACOSX/"))
    return [name for name in own if _is_hidden(name)][:most]


def _is_hidden(relative: str) -> bool:
    """Whether a program, not a person, put this file there (Finder's copies, .DS_Store)."""
    return any(part == "__MACOSX" or part.startswith(".") for part in relative.split("/"))


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, shown: str) -> None:
    """Write one member, never more than its entry promises (its checksum is read at the end)."""
    left = info.file_size
    try:
        with archive.open(info) as source, target.open("xb") as sink:
            while chunk := source.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise BadInput(
                        "'{shown}' unpacks to more than it says; nothing was unpacked.", shown=shown
                    )
                sink.write(chunk)
    except (zlib.error, EOFError, zipfile.BadZipFile) as error:
        inner = safe_name(info.filename)
        raise BadInput(
            "'{shown}' is damaged at '{inner}'; nothing was unpacked, make it again.",
            shown=shown,
            inner=inner,
        ) from error
    if left:
        raise BadInput("'{shown}' is cut short; nothing was unpacked, make it again.", shown=shown)
