"""What the commands share: their arguments, opening a project, and showing an answer."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from piximi_core.errors import DamagedProject, PiximiError, ProjectBusy
from piximi_core.formats.label_table import LabelTable
from piximi_core.jobs.applying import settle_project
from piximi_core.jobs.keeping import keep_safe
from piximi_core.jobs.labels import label_from_table, match_labels, require_match
from piximi_core.project.store import Store, open_store

__all__ = ["Json", "Kind", "Project", "RunName", "label_by_table", "open_settled", "show"]

_MOST_TOLD = 20

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


def show(value: dict[str, Any], as_json: bool, text: str) -> None:
    """Print an answer as one JSON object, or as text for people."""
    typer.echo(json.dumps(value, ensure_ascii=False) if as_json else text)


def label_by_table(
    store: Store, table: LabelTable, kind_id: str, *, dry_run: bool = False, as_json: bool = False
) -> None:
    """Label what a table names, and print what came of it; a dry run only prints."""
    match = match_labels if dry_run else label_from_table
    outcome = match(store, table, kind_id=kind_id)
    verb = "Would label" if dry_run else "Labelled"
    show(
        asdict(outcome),
        as_json,
        f"{verb} {outcome.labelled:,}; {len(outcome.unmatched):,} names not found.",
    )
    for name in outcome.unmatched[:_MOST_TOLD]:
        typer.echo(f"not found: {name}", err=True)
    for name in outcome.ambiguous[:_MOST_TOLD]:
        typer.echo(f"fits several images, or shares its image: {name}", err=True)
    require_match(outcome, kind_id)
