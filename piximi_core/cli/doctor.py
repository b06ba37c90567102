"""The command that checks an installation."""

from __future__ import annotations

import typer

from piximi_core.services.examples.doctor import examine

__all__ = ["doctor"]


def doctor() -> None:
    """Check this installation with one tiny training and export."""
    for line in examine():
        typer.echo(line)
