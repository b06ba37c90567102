"""What SQLite says of a project's database, in words that a person can act on."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.exc import DatabaseError

from piximi_core.errors import BadInput, DamagedProject, NoSpace, ProjectBusy
from piximi_core.project.files import SPACE_TO_WORK, ProjectFiles, says_full

__all__ = ["said_on_opening", "said_on_reading", "said_on_writing"]


def said_on_opening(error: DatabaseError, folder: Path) -> Exception:
    """Return why a database cannot be opened: what is no matter of the moment is damage."""
    reason = str(error.orig)
    signs = ("locked", "busy", "unable to open", "readonly")
    if any(sign in reason for sign in signs) or says_full(reason):
        return said_on_writing(error, folder)
    return _damaged(reason, folder)


def said_on_reading(error: DatabaseError, folder: Path) -> Exception:
    """Return damage in words, and any other error as it is."""
    reason = str(error.orig)
    signs = ("malformed", "not a database", "no such table")
    return _damaged(reason, folder) if any(sign in reason for sign in signs) else error


def said_on_writing(error: DatabaseError, folder: Path) -> Exception:
    """Return in words why nothing was written; an error that nobody foresaw as it is."""
    reason = str(error.orig)
    if says_full(reason):
        return NoSpace(
            "The disk is full: about {needed_mb} MB are needed, and the "
            "change was not saved in {project!r}; free some space and repeat it.",
            needed_mb=SPACE_TO_WORK // 1_000_000,
            project=folder.name,
        )
    if "locked" in reason or "busy" in reason:
        return ProjectBusy(
            "Another program is writing the project {project!r}; "
            "wait until it is done, then try again.",
            project=folder.name,
        )
    if "readonly" in reason or "unable to open" in reason:
        return BadInput(
            "The project {project!r} cannot be written ({reason}); check who owns its folder.",
            project=folder.name,
            reason=reason,
        )
    return said_on_reading(error, folder)


def _damaged(reason: str, folder: Path) -> DamagedProject:
    return DamagedProject(
        "{database} cannot be read as a project ({reason}); recover it from its "
        "newest backup, or put back a copy of the folder that you kept.",
        database=ProjectFiles(folder).database,
        reason=reason,
    )
