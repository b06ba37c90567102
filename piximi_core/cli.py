"""The command line: the same services as the pages, for scripts and clusters."""

from __future__ import annotations

import json
import sys
import traceback
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import typer

from piximi_core import __version__, reports
from piximi_core.classification.settings import settings_from, with_overrides
from piximi_core.commands import duplicates, groups, keeping, models, piximi
from piximi_core.commands.annotations import app as annotations_app
from piximi_core.commands.common import (
    Json,
    Kind,
    Project,
    RunName,
    label_by_table,
    open_settled,
    show,
)
from piximi_core.errors import BadInput, PiximiError
from piximi_core.formats.label_table import read_label_table
from piximi_core.jobs import add_images, export, predict, train
from piximi_core.jobs.class_names import NAMES, names_of
from piximi_core.jobs.compare_pixels import compare_pixels
from piximi_core.jobs.evaluating import evaluate_run, unscored_ids
from piximi_core.jobs.export_notes import export_notes
from piximi_core.jobs.inline import run_here
from piximi_core.jobs.planning import default_settings
from piximi_core.jobs.run_figures import doubt_of
from piximi_core.jobs.sources import SourceFile
from piximi_core.jobs.starting_run import settings_to_go_on
from piximi_core.project.files import disk_trouble
from piximi_core.project.kinds import find_kind
from piximi_core.project.labelling import counted
from piximi_core.project.runs import find_run
from piximi_core.project.store import IMAGE_KIND, create_store
from piximi_core.project.things import ThingFilter, find_ids, require_partition

__all__ = ["app", "main"]

app = typer.Typer(
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


@app.command()
def create(
    project: Project, name: Annotated[str, typer.Option(help="Its name for people.")] = ""
) -> None:
    """Create an empty project."""
    store = create_store(project.absolute(), name or project.absolute().name)
    typer.echo(f"Created the project in {store.folder}.")


@app.command()
def add(
    project: Project,
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, folders, zips.")],
    labels: Annotated[
        str, typer.Option(help="'folders', or a CSV of name,category[,partition].")
    ] = "",
    channels: Annotated[
        int | None, typer.Option(min=1, help="Channels of stacks that do not say.")
    ] = None,
    time: Annotated[
        str, typer.Option(metavar="T", help="Which time point of series: 1, 2, … or 'planes'.")
    ] = "",
    convert: Annotated[
        bool, typer.Option("--convert", help="Convert images to the project's channel count.")
    ] = False,
    category: Annotated[str, typer.Option(help="Category of images without a label.")] = "",
    partition: Annotated[str, typer.Option(help="Partition of the new images.")] = "",
    equal: Annotated[
        str, typer.Option(help="Images whose pixels are there in another file: keep or leave-out.")
    ] = "keep",
) -> None:
    """Add images."""
    if equal not in get_args(add_images.Equal):
        raise BadInput(f"{equal[:40]!r} is no choice for --equal; use keep or leave-out.")
    if partition:
        require_partition(partition)
    store = open_settled(project)
    table = labels not in ("", "folders")
    options = add_images.AddOptions(
        labels=str(Path(labels).absolute()) if table else labels or None,
        channels=channels,
        time=_time_point(time),
        convert=convert,
        category=category or None,
        partition=partition or None,
        equal="leave-out" if equal == "leave-out" else "keep",
    )
    compare_pixels(store)
    result = run_here(store, add_images.ask(store, _sources(paths), options))
    typer.echo(reports.added(result))
    for line in reports.reasons(result):
        typer.echo(line, err=True)
    if not result["added"] and result["failed"]:
        raise BadInput("No image was added; the reasons are listed above.")


def _time_point(text: str) -> int | Literal["planes"] | None:
    if text == "planes":
        return "planes"
    if text and not (text.isdecimal() and int(text) > 0):
        raise BadInput(f"{text!r} is no time point; give --time 1, 2, … or --time planes.")
    return int(text) if text else None


def _sources(paths: list[Path]) -> list[SourceFile]:
    given = [path.absolute() for path in paths]
    return [
        SourceFile(path, path.name, "" if path.is_dir() else path.parent.name) for path in given
    ]


@app.command()
def label(
    project: Project,
    table: Annotated[Path, typer.Argument(metavar="FILE.csv", help="name,category[,partition]")],
    kind: Kind = IMAGE_KIND,
) -> None:
    """Label images, or the objects of a kind, by a table."""
    store = open_settled(project)
    chosen = find_kind(store, kind)
    label_by_table(store, read_label_table(table), chosen.id)


@app.command()
def info(project: Project, json: Json = False) -> None:
    """Say what is in a project."""
    facts = reports.project_info(open_settled(project))
    show(facts, json, reports.project_text(facts))


@app.command()
def runs(project: Project, json: Json = False) -> None:
    """List the runs."""
    listed = reports.run_list(open_settled(project))
    show({"runs": listed}, json, reports.run_text(listed))


@app.command("train")
def train_command(
    project: Project,
    kind: Kind = IMAGE_KIND,
    settings: Annotated[Path | None, typer.Option(help="Settings as JSON.")] = None,
    override: Annotated[
        list[str] | None, typer.Option("-o", metavar="key.path=value", help="One setting.")
    ] = None,
    resume: Annotated[str, typer.Option(metavar="RUN", help="Go on with this run.")] = "",
    start: Annotated[
        str, typer.Option("--from", metavar="RUN", help="Learn this run's network further.")
    ] = "",
    json: Json = False,
) -> None:
    """Train a classifier, learn one further, or resume an interrupted run."""
    store = open_settled(project)
    if resume:
        if settings or override or start:
            raise BadInput("A resumed run keeps its settings; leave --settings, -o and --from out.")
        job = train.ask_to_resume(store, reports.resumable_run(store, resume))
    else:
        kind_id = find_kind(store, kind).id
        chosen = default_settings(store, kind_id)
        if settings is not None:
            chosen = settings_from({**chosen.given(), **_settings_file(settings)})
        chosen = with_overrides(chosen, override or [])
        if start:
            chosen = settings_to_go_on(store, chosen, start)
        compare_pixels(store)
        job = train.ask(store, chosen, kind_id=kind_id)
    result = run_here(store, job)
    summary = reports.with_doubt(store, {"run": job.id, **result})
    show(summary, json, reports.trained(summary))


def _settings_file(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(f"{path} is no JSON file of settings ({error}).") from None
    if not isinstance(content, dict):
        raise BadInput(f"{path} must hold one JSON object of settings, such as {{}}.")
    return content


@app.command()
def evaluate(
    project: Project,
    run: RunName,
    partition: Annotated[str, typer.Option(help="Which images.")] = "Validation",
    json: Json = False,
) -> None:
    """Compare a run's predictions with the labels."""
    require_partition(partition)
    store = open_settled(project)
    found = find_run(store, run)
    missing = unscored_ids(store, found, partition)
    if missing:
        run_here(store, predict.ask(store, found, missing, purpose="evaluate"))
    result = evaluate_run(store, found, partition)
    doubt = doubt_of(found, result.figures)
    figures = {
        "run": found.id,
        "partition": partition,
        "basis": result.basis,
        **result.figures.to_dict(),
        "classes": names_of(store, found),
        "classes_were": names_of(store, found, "run"),
        "better_than_guessing": doubt is None,
    }
    notes = [*([doubt] if doubt else []), *result.notes]
    noun = "images" if found.kind_id == IMAGE_KIND else "objects"
    text = "\n".join([result.sentence(noun), *notes])
    show({**figures, "notes": notes}, json, text)


@app.command("predict")
def predict_command(
    project: Project,
    run: RunName,
    out: Annotated[Path, typer.Option(metavar="FILE.csv", help="Where the table goes.")],
    paths: Annotated[list[Path] | None, typer.Argument(metavar="[PATH]...")] = None,
    kind: Kind = "",
    channels: Annotated[
        int | None,
        typer.Option(min=1, help="Channels of stacks that do not say; else the network's."),
    ] = None,
    time: Annotated[
        int | None, typer.Option(min=1, help="Which time point of series; else the first.")
    ] = None,
) -> None:
    """Predict files, or all of the project that is unlabelled and of the run's kind."""
    store = open_settled(project)
    found = find_run(store, run, find_kind(store, kind).id if kind else None)
    if paths:
        scores = reports.predict_to_table(
            store, found, _sources(paths), out, channels=channels, time=time
        )
        for line in reports.predicted(scores):
            typer.echo(line, err=True)
        count, failed = len(scores.names), len(scores.failed)
        typer.echo(f"Predicted {count:,} images into {out}; {failed:,} failed.")
        if not count:
            raise BadInput("No image could be predicted; the reasons are listed above.")
        return
    if channels or time:
        raise BadInput("--channels and --time are about files; give their PATH, or leave both out.")
    ids = find_ids(store, ThingFilter(kind_id=found.kind_id, labelled=False))
    result = run_here(store, predict.ask(store, found, ids))
    for _name, reason in result["failed"]:
        typer.echo(f"failed: {reason}", err=True)
    count = reports.predictions_to_table(store, found, ids, out)
    failed_too = f"; {len(result['failed']):,} failed" if result["failed"] else ""
    typer.echo(f"Predicted {counted(count, found.kind_id)} into {out}{failed_too}.")


@app.command("export")
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
        raise BadInput(f"{format!r} is no format; choose one of {', '.join(export.FORMATS)}.")
    if names not in NAMES:
        raise BadInput(f"{names!r} are no names; choose one of {', '.join(NAMES)}.")
    store = open_settled(project)
    found = find_run(store, run)
    job = export.ask(store, found, format, shard_bytes=shard_bytes, names=names)
    result = run_here(store, job)
    for path in reports.deliver(job, out):
        typer.echo(f"Wrote {path}")
    typer.echo(reports.compared(result, found.kind_id))
    for line in reports.renamed(store, found):
        typer.echo(line, err=True)
    for note in export_notes(store, found, to_piximi=format != "tfjs"):
        typer.echo(f"note: {note}", err=True)


app.command("groups")(groups.groups_command)
app.command("duplicates")(duplicates.duplicates_command)
app.add_typer(annotations_app, name="annotations")
app.command("import-model")(models.import_model_command)


app.command("archive")(keeping.archive_command)
app.command("restore")(keeping.restore_command)
app.command("backups")(keeping.backups_command)
app.command("recover")(keeping.recover_command)


app.command("open")(piximi.open_command)
app.command("save")(piximi.save_command)


@app.command()
def doctor() -> None:
    """Check this installation with one tiny training and export."""
    from piximi_core.jobs.doctor import examine

    for line in examine():
        typer.echo(line)


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
        trouble = disk_trouble(error)
        if trouble is not None:
            typer.echo(f"Error: {trouble}", err=True)
        else:
            traceback.print_exc()
        code = 1 if trouble is None else 2
    sys.exit(code if isinstance(code, int) else 0)
