"""The command line's entrance: the table of commands, and what ends as which exit code."""

from __future__ import annotations

import sys
import traceback
from typing import Annotated, ClassVar

import typer

from piximi_core import __version__
from piximi_core.cli.support.lazy import Command, LazyGroup
from piximi_core.errors import PiximiError

__all__ = ["app", "main"]


class _Commands(LazyGroup):
    table: ClassVar = {
        "create": Command("adding", "create", "Create an empty project."),
        "add": Command("adding", "add", "Add images."),
        "label": Command(
            "labelling", "label", "Label images, or the objects of a kind, by a table."
        ),
        "info": Command("contents", "info", "Say what is in a project."),
        "runs": Command("training", "runs", "List the runs."),
        "train": Command(
            "training",
            "train_command",
            "Train a classifier, learn one further, or resume an interrupted run.",
        ),
        "evaluate": Command(
            "evaluating", "evaluate", "Compare a run's predictions with the labels."
        ),
        "predict": Command(
            "predicting",
            "predict_command",
            "Predict files, or all of the project that is unlabelled and of the run's kind.",
        ),
        "export": Command(
            "exporting",
            "export_command",
            "Write a classifier that opens in Piximi or TensorFlow.js.",
        ),
        "groups": Command(
            "groups",
            "groups_command",
            "Show which images come from one source and stay on one side of the split, or "
            "switch that.",
        ),
        "duplicates": Command(
            "duplicates",
            "duplicates_command",
            "List images of equal pixels in different files, or leave the copies out.",
        ),
        "annotations": Command(
            "annotations", "app", "Bring objects and labels in, or take them out."
        ),
        "import-model": Command(
            "models",
            "import_model_command",
            "Bring in a classifier from Piximi, Teachable Machine or TensorFlow.js as a run.",
        ),
        "archive": Command(
            "keeping", "archive_command", "Write everything of a project into one file."
        ),
        "restore": Command("keeping", "restore_command", "Make a project of an archive."),
        "backups": Command(
            "keeping",
            "backups_command",
            "List the backups of a project, take one, or put one back.",
        ),
        "recover": Command(
            "keeping",
            "recover_command",
            "Replace a damaged database by the newest good backup, and say what was lost.",
        ),
        "open": Command("piximi", "open_command", "Open a Piximi project as a new project."),
        "save": Command("piximi", "save_command", "Save a project as a zip that Piximi opens."),
        "dashboard": Command(
            "dashboard", "dashboard", "Serve the dashboard on this machine, and print its address."
        ),
        "doctor": Command(
            "doctor", "doctor", "Check this installation with one tiny training and export."
        ),
    }


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    no_args_is_help=True,
    help="Label images, train a classifier, and take it to Piximi.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"piximi-dashboard {__version__}")
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Label images, train a classifier, and take it to Piximi."""


def main() -> None:
    """Run the command line; exit 0 done, 2 the caller's mistake, 1 ours."""
    try:
        code = app(standalone_mode=False)
    except typer.TyperException as error:
        typer.echo(f"Error: {error.format_message()}", err=True)
        code = 2
    except PiximiError as error:
        typer.echo(" ".join(filter(None, (f"Error: {error}", error.on_command_line))), err=True)
        code = 2
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("Stopped.", err=True)
        code = 2
    except Exception as error:
        from piximi_core.project.files import disk_trouble

        trouble = disk_trouble(error)
        if trouble is not None:
            typer.echo(f"Error: {trouble}", err=True)
        else:
            traceback.print_exc()
        code = 1 if trouble is None else 2
    sys.exit(code if isinstance(code, int) else 0)
