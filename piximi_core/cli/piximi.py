"""Piximi's own project files: open one as a project, save a project as one."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from piximi_core.cli.support.common import Json, Project, open_settled, show
from piximi_core.errors import BadInput
from piximi_core.formats.piximi_project import in_words
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run
from piximi_core.project.files import replace_atomically
from piximi_core.services.piximi import open_piximi, save_piximi
from piximi_core.words import plural

__all__ = ["open_command", "save_command"]


def open_command(
    piximi_file: Annotated[
        Path, typer.Argument(metavar="PIXIMI_FILE", help="A zip that Piximi saved, or its .zarr.")
    ],
    project: Project,
    json: Json = False,
) -> None:
    """Open a Piximi project as a new project."""
    result = open_piximi.open_here(piximi_file, project)
    parts = ", ".join(
        plural(int(getattr(result, key)), noun)
        for key, noun in (
            ("images", "image"),
            ("objects", "object"),
            ("classifiers", "classifier"),
            ("predictions", "prediction"),
        )
    )
    repairs = (in_words(dict(one)) for one in result.repairs)
    lines = [f"Opened “{result.name}” in {project}: {parts}.", *repairs]
    show(result, json, "\n".join(lines))


def save_command(
    project: Project,
    piximi_file: Annotated[
        Path, typer.Argument(metavar="PIXIMI_FILE", help="The zip to write, without a dot before.")
    ],
    run: Annotated[
        list[str] | None,
        typer.Option("--run", help="Take this run's classifier along; all by default."),
    ] = None,
    json: Json = False,
) -> None:
    """Save a project as a zip that Piximi opens."""
    if piximi_file.suffix.lower() != ".zip":
        raise BadInput(
            "{piximi_file} does not end in .zip, and Piximi opens nothing else.",
            piximi_file=piximi_file,
        )
    if not piximi_file.absolute().parent.is_dir():
        raise BadInput("There is no folder {parent}; make it first.", parent=piximi_file.parent)
    store = open_settled(project)
    chosen = [find_run(store, name) for name in run] if run else None
    job = save_piximi.ask(store, chosen)
    result: save_piximi.Saved = run_here(store, job)
    made = save_piximi.saved_file(job)
    with replace_atomically(piximi_file.absolute()) as part:
        shutil.copyfile(made, part)
    # Here it would only be there twice.
    made.unlink()
    for name, reason in result.left_out:
        typer.echo(f"left out: {name}: {reason}", err=True)
    lines = [f"Wrote {piximi_file}: {save_piximi.saved_in_words(result)}.", *result.told]
    show(result, json, "\n".join(lines))
