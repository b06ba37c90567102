"""What the commands share: their arguments, opening a project, and showing an answer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from piximi_core.jobs.applying import settle_project
from piximi_core.project.store import Store, open_store

__all__ = ["Json", "Kind", "Project", "RunName", "open_settled", "show"]

Project = Annotated[Path, typer.Argument(metavar="PROJECT", help="The folder of the project.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A run's id or number, or 'latest'.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Kind = Annotated[str, typer.Option(help="The kind of things.")]


def open_settled(folder: Path) -> Store:
    """Open a project after what its jobs found meanwhile was brought in."""
    store = open_store(folder)
    settle_project(store)
    return store


def show(value: dict[str, Any], as_json: bool, text: str) -> None:
    """Print an answer as one JSON object, or as text for people."""
    typer.echo(json.dumps(value, ensure_ascii=False) if as_json else text)
