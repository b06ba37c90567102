"""The word that opens a dashboard on a machine that several people share, as Jupyter has it.

A dashboard on 127.0.0.1 is reached by every account of the machine. Where there may be others, its
address carries a token that nobody guesses; the browser then keeps a cookie.
"""

from __future__ import annotations

import os
import pwd
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Account", "is_shared", "others_here", "start_token"]

_NOBODY = range(61184, 65536)  # of services that the system makes up, and "nobody"
_NO_SHELLS = {"nologin", "false", "sync", "halt", "shutdown", ""}
_CONTAINER_SIGNS = (Path("/.dockerenv"), Path("/run/.containerenv"))


@dataclass(frozen=True)
class Account:
    """One account that the machine knows: number, home folder, shell."""

    number: int
    home: str
    shell: str


def start_token(*, guarded: bool = False) -> str | None:
    """Return the token that opens this dashboard, None if none is asked for.

    ``PIXIMI_TOKEN`` decides: ``0`` or ``off`` for none, any other value is the token. Without it
    a token is made up where other people may use this machine, unless something else guards the
    door. ``piximi dashboard`` proposes one by ``PIXIMI_START_TOKEN``, so that it can print its
    address.

    Parameters
    ----------
    guarded
        Whether people sign in, or the operator says that the door is guarded otherwise.
    """
    chosen = os.environ.get("PIXIMI_TOKEN", "").strip()
    if chosen:
        return None if chosen.lower() in ("0", "off") else chosen
    if guarded or not others_here():
        return None
    return os.environ.get("PIXIMI_START_TOKEN") or secrets.token_urlsafe(24)


def others_here() -> bool:
    """Whether people other than ourselves may use this machine now."""
    return is_shared(
        os.getuid(),
        accounts=[Account(one.pw_uid, one.pw_dir, one.pw_shell) for one in pwd.getpwall()],
        homes=_owners(Path.home().parent.glob("*")),
        at_work=_owners(path for path in Path("/proc").glob("[0-9]*")),
        in_container=any(sign.exists() for sign in _CONTAINER_SIGNS),
    )


def is_shared(
    me: int,
    *,
    accounts: Iterable[Account],
    homes: Iterable[int],
    at_work: Iterable[int],
    in_container: bool,
) -> bool:
    """Whether a machine has people other than ``me``.

    Parameters
    ----------
    me
        The number of our own account; 0, the administrator, has nothing to fear from itself.
    accounts
        All accounts that the machine lists; people are those who can log in and have a home.
    homes
        Who owns the folders beside our home: accounts of a directory service are not listed.
    at_work
        Who owns the processes of this moment, as far as the machine knows the account.
    in_container
        Nobody logs into a container, so only who works there counts.
    """
    others = {number for number in at_work if _is_person(number)}
    if not in_container:
        others |= {
            one.number
            for one in accounts
            if _is_person(one.number)
            and Path(one.shell).name not in _NO_SHELLS
            and _is_folder(Path(one.home))
        }
        others |= {number for number in homes if _is_person(number)}
    return bool(others - {me})


def _is_person(number: int) -> bool:
    return number >= _first_person() and number not in _NOBODY


def _first_person() -> int:
    """Return the lowest number of an account that a person has."""
    with suppress(OSError):
        found = re.search(r"^UID_MIN\s+(\d+)", Path("/etc/login.defs").read_text(), re.MULTILINE)
        if found:
            return int(found[1])
    return 501 if os.uname().sysname == "Darwin" else 1000


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False


def _owners(paths: Iterable[Path]) -> set[int]:
    """Return who owns files or processes, as far as the machine knows the accounts."""
    found = set()
    for path in paths:
        # A process may be gone; the numbers of a container's inner accounts belong to nobody.
        with suppress(OSError, KeyError):
            found.add(pwd.getpwuid(path.stat().st_uid).pw_uid)
    return found
