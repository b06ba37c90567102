"""The command that writes a classifier for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from piximi_core.cli.delivering import deliver
from piximi_core.cli.support.common import Project, RunName, open_settled
from piximi_core.errors import BadInput
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.labelling import counted
from piximi_core.project.contents.runs import Run, find_run
from piximi_core.project.database.store import Store
from piximi_core.services.classifiers import export
from piximi_core.services.classifiers.export_notes import export_notes
from piximi_core.services.scoring.class_names import NAMES, classes_today
from piximi_core.words import plural

__all__ = ["export_command"]


def export_command(
    project: Project,
    run: RunName,
    out: Annotated[Path, typer.Option(help="A zip file, or a folder for loose files.")],
    format: Annotated[  # noqa: A002 - the option's name is the contract
        str, typer.Option(help="piximi, piximi-files or tfjs.")
    ] = "piximi",
    shard_bytes: Annotated[int, typer.Option(min=1, help="Largest file of 'tfjs'.")] = 4 * 2**20,
    names: Annotated[
        str, typer.Option(help="Category names of 'today', or those of the 'run'.")
    ] = "today",
) -> None:
    """Write a classifier that opens in Piximi or TensorFlow.js."""
    if format not in export.FORMATS:
        raise BadInput(
            "{format!r} is no format; choose one of {formats}.",
            format=format,
            formats=", ".join(export.FORMATS),
        )
    if names not in NAMES:
        raise BadInput(
            "{names!r} are no names; choose one of {listed}.", names=names, listed=", ".join(NAMES)
        )
    store = open_settled(project)
    found = find_run(store, run)
    job = export.ask(store, found, format, shard_bytes=shard_bytes, names=names)
    result: export.ExportResult = run_here(store, job)
    for path in deliver(job, out):
        typer.echo(f"Wrote {path}")
    typer.echo(compared(result, found.kind_id))
    for line in renamed(store, found):
        typer.echo(line, err=True)
    for note in export_notes(store, found, to_piximi=format != "tfjs"):
        typer.echo(f"note: {note}", err=True)


def renamed(store: Store, run: Run) -> list[str]:
    """Return one line for each class that is called otherwise today than in the run."""
    return [
        f"note: the category {known.name} was {known.was} when the run was trained"
        for known in classes_today(store, run)
        if known.differs
    ]


def compared(result: export.ExportResult, kind_id: str) -> str:
    """Return what an export's check of itself found."""
    count = result.compared
    what = (
        f"{plural(count, 'random picture')}, because the project holds nothing that it could take"
        if result.random
        else counted(count, kind_id)
    )
    return f"Read again and compared on {what}: largest difference {result.difference:.2g}."
