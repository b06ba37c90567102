"""What the commands share: their arguments, opening a project, and showing an answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from piximi_core.errors import DamagedProject, PiximiError, ProjectBusy
from piximi_core.jobs.applying import settle_project
from piximi_core.jobs.service import Record
from piximi_core.project.database.store import Store, open_store
from piximi_core.services.projects.upkeep import keep_safe

__all__ = ["Json", "Kind", "Project", "RunName", "open_settled", "show"]

Project = Annotated[Path, typer.Argument(metavar="PROJECT", help="The folder of the project.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's id or number, or 'latest'.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Kind = Annotated[str, typer.Option(help="A kind, by name or id: Image, or objects.")]


def open_settled(folder: Path) -> Store:
    """Open a project after what its jobs found meanwhile was brought in, and keep it safe."""
    store = open_store(folder)
    settle_project(store)
    try:
        keep_safe(store)
    except DamagedProject:
        raise
    except ProjectBusy:
        pass  # the program that writes just now keeps it safe, or the next command does
    except PiximiError as error:
        # A full disk: the command itself may still succeed.
        typer.echo(f"No backup was taken: {error}", err=True)
    return store


def show(value: dict[str, Any] | Record, as_json: bool, text: str) -> None:
    """Print an answer as one JSON object, or as text for people."""
    if isinstance(value, Record):
        value = value.in_english()
    typer.echo(json.dumps(value, ensure_ascii=False) if as_json else text)
