"""Numbers, sizes and moments as they are written in a language."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel.dates import format_datetime
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

__all__ = ["localized", "written_moment", "written_number", "written_size", "zone"]

_UNITS = ("kB", "MB", "GB", "TB")


def written_number(value: float, digits: int, language: str) -> str:
    """Return a number with so many digits after the point, its thousands grouped."""
    if digits == 0:
        value = round(value)
    decimals = "0" * digits
    return format_decimal(value, format=f"#,##0.{decimals}".rstrip("."), locale=language)


def localized(number: str, language: str) -> str:
    """Return a number that was written in English, such as 1,797.5, as the language writes it."""
    signs = {",": get_group_symbol(language), ".": get_decimal_symbol(language)}
    return "".join(signs.get(sign, sign) for sign in number)


def written_size(count: int, language: str) -> str:
    """Return a number of bytes, a thousand or more, in the unit that fits."""
    size, *larger = count / 1000, *_UNITS
    while size >= 999.5 and len(larger) > 1:
        size, larger = size / 1000, larger[1:]
    return f"{written_number(size, 0 if size >= 9.95 else 1, language)} {larger[0]}"


def written_moment(moment: datetime, where: tzinfo, language: str, *, time: bool = True) -> str:
    """Return a day, and unless told otherwise the time, at some place of the world."""
    pattern = "d MMM y, HH:mm" if time else "d MMM y"
    return format_datetime(moment, pattern, tzinfo=where, locale=language)


def zone(name: str | None) -> tzinfo:
    """Return the time zone of a name, that of Greenwich if it is not known."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
