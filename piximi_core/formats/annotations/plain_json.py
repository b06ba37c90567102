"""JSON and XML from strangers: read whole and within limits, or refused in one sentence."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from piximi_core.errors import BadInput
from piximi_core.images import safe_name

__all__ = [
    "MOST_BYTES",
    "finite",
    "numbers",
    "read_json",
    "read_xml",
    "records",
    "text_of",
    "whole",
]

MOST_BYTES = 250_000_000
# Lists and objects, of which an empty one takes 30 times its two characters in memory. Points of
# outlines ("[1234.5,2345.6],") come to this many in the largest file.
_MOST_PARTS = 16_000_000
_LARGEST = 1e300  # NaN is not below it either
_MOST_XML_BYTES = 20_000_000


def read_json(path: Path, name: str, *, list_as: str = "") -> dict[str, Any]:
    """Return the object in a JSON file.

    Parameters
    ----------
    list_as
        If the file holds a list instead, what to call it inside an object.

    Raises
    ------
    BadInput
        Too large or of too many parts, no JSON, nested without end, or no object; the text begins
        with the file's name.
    """
    shown = safe_name(name)
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise BadInput(
            "'{shown}' has {size_mb:,} MB, and a file of annotations is read up to "
            "{most_bytes_mb:,} MB; split it by images.",
            shown=shown,
            size_mb=size // 1_000_000,
            most_bytes_mb=MOST_BYTES // 1_000_000,
        )
    content = path.read_bytes()
    parts = content.count(b"[") + content.count(b"{")
    if parts > _MOST_PARTS:
        raise BadInput(
            "'{shown}' holds {parts:,} lists and objects, and a file of annotations is read with "
            "up to {most_parts:,}; split it by images.",
            shown=shown,
            parts=parts,
            most_parts=_MOST_PARTS,
        )
    try:
        found = json.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(
            "'{shown}' is no UTF-8 text, so no JSON; export it again.", shown=shown
        ) from error
    except json.JSONDecodeError as error:
        raise BadInput(
            "'{shown}' is no complete JSON (line {lineno}: {msg}); export it again.",
            shown=shown,
            lineno=error.lineno,
            msg=error.msg,
        ) from error
    except RecursionError as error:
        raise BadInput(
            "'{shown}' is nested too deeply to be a file of annotations.", shown=shown
        ) from error
    except ValueError as error:
        raise BadInput(
            "'{shown}' holds a number of too many digits; export it again.", shown=shown
        ) from error
    except MemoryError as error:
        raise BadInput(
            "'{shown}' does not fit into memory; split it by images.", shown=shown
        ) from error
    if list_as and isinstance(found, list):
        return {list_as: found}
    if not isinstance(found, dict):
        raise BadInput(
            "'{shown}' holds no JSON object, so it is no file of annotations.", shown=shown
        )
    return found


def read_xml(path: Path, name: str) -> ElementTree.Element:
    """Return the root of an XML file; one that declares entities is refused, whatever for.

    Raises
    ------
    BadInput
        Too large, no XML, or with a document type.
    """
    shown = safe_name(name)
    if path.stat().st_size > _MOST_XML_BYTES:
        raise BadInput(
            "'{shown}' is larger than 20 MB, too large for the boxes of one image.", shown=shown
        )
    content = _as_utf8(path.read_bytes(), shown)
    # Entities are how a small file becomes gigabytes, or reads the server's own files.
    check = expat.ParserCreate()
    check.StartDoctypeDeclHandler = _refuse_doctype
    try:
        check.Parse(content, True)
        return ElementTree.fromstring(content)
    except _Doctype:
        raise BadInput(
            "'{shown}' declares a document type, which is not read.", shown=shown
        ) from None
    except (expat.ExpatError, ElementTree.ParseError, ValueError, LookupError) as error:
        raise BadInput(
            "'{shown}' is no complete XML ({error}); export it again.", shown=shown, error=error
        ) from error
    except RecursionError as error:
        raise BadInput(
            "'{shown}' is nested too deeply to be a file of annotations.", shown=shown
        ) from error


_DECLARED = re.compile(
    rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["'][^>]*\?>"""
)
# What the parser reads by itself.
_OWN_CODES = (b"utf-8", b"utf8", b"utf-16", b"us-ascii", b"ascii")


def _as_utf8(content: bytes, shown: str) -> bytes:
    """Return the bytes of an XML file in UTF-8, whatever code its first line names."""
    declared = _DECLARED.match(content.removeprefix(b"\xef\xbb\xbf")[:1000])
    code = declared[1].lower() if declared else b"utf-8"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content
    name = "gb18030" if code in (b"gbk", b"gb2312", b"cp936") else code.decode("ascii")
    try:
        text = content.decode("utf-8-sig" if code in _OWN_CODES else name)
    except (UnicodeError, LookupError):
        raise BadInput(
            "'{shown}' is not written in {encoding}; save it as UTF-8.",
            shown=shown,
            encoding=code.decode(),
        ) from None
    if code in _OWN_CODES or declared is None:
        return content
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode("utf-8", errors="replace")


class _Doctype(Exception):
    """The file has a document type."""


def _refuse_doctype(*_parts: Any) -> None:
    raise _Doctype


def records(found: dict[str, Any], key: str, shown: str) -> list[dict[str, Any]]:
    """Return the objects of a list; what is no object among them is left out.

    Raises
    ------
    BadInput
        There is no such list.
    """
    listed = found.get(key)
    if not isinstance(listed, list):
        raise BadInput("'{shown}' has no list {key!r}; export it again.", shown=shown, key=key)
    return [item for item in listed if isinstance(item, dict)]


def finite(value: Any) -> float:
    """Return a number, also one that is written as text.

    Raises
    ------
    BadInput
        It is none, or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise BadInput("{value!r} is no number.", value=str(value)[:40])
    try:
        number = float(value)
    except (ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise BadInput("{value!r} is no number.", value=str(value)[:40])
    return number


def whole(value: Any) -> int:
    """Return a whole number, also one that is written as text or as 3.0; see `finite`."""
    number = finite(value)
    if number != int(number):
        raise BadInput("{value!r} is no whole number.", value=str(value)[:40])
    return int(number)


def numbers(value: Any, count: int | None = None) -> list[float]:
    """Return a list of numbers, of that many if a count is given; see `finite`."""
    if not isinstance(value, list):
        raise BadInput("{value!r} is no list of numbers.", value=str(value)[:40])
    if count is not None and len(value) != count:
        raise BadInput(
            "{count} numbers stand where {count_2} are needed.", count=len(value), count_2=count
        )
    if set(map(type, value)) <= {int, float}:
        # Outlines are most of a file, so the usual case has a quick way.
        plain = [float(item) for item in value if abs(item) < _LARGEST]
        if len(plain) == len(value):
            return plain
    return [finite(item) for item in value]


def text_of(value: Any, longest: int = 300) -> str | None:
    """Return a name as text in one line, None for none; a number is a name too."""
    if value is None or isinstance(value, bool | list | dict):
        return None
    kept = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return kept[:longest] or None
