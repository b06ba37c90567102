"""The errors a person can cause, each carrying one sentence that says what to do."""

from __future__ import annotations

__all__ = [
    "AlreadyDone",
    "BadInput",
    "DamagedProject",
    "NoSpace",
    "NotFound",
    "PiximiError",
    "ProjectBusy",
    "StaleWrite",
    "Stopped",
]


class PiximiError(Exception):
    """A mistake or obstacle a person can mend; the text says what, where and what to do.

    Attributes
    ----------
    on_command_line
        What the command line adds: the option that mends it, which a dashboard does not have.
    """

    on_command_line: str = ""

    def __init__(self, text: str = "", on_command_line: str | None = None) -> None:
        super().__init__(text)
        if on_command_line is not None:
            self.on_command_line = on_command_line


class BadInput(PiximiError):
    """A file, a setting or a value that cannot be used."""


class DamagedProject(BadInput):
    """A project whose database cannot be read; a backup can take its place."""


class NotFound(PiximiError):
    """A project, run or thing that is not there."""


class ProjectBusy(PiximiError):
    """Another program is writing this project."""


class StaleWrite(PiximiError):
    """The project changed since the page was drawn, so the action was not applied."""


class AlreadyDone(PiximiError):
    """The action was carried out before and arrived a second time."""


class NoSpace(PiximiError):
    """The disk is full, or too full for what was asked."""


class Stopped(PiximiError):
    """The person stopped this work."""
