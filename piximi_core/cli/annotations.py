"""Commands about annotations: objects and labels in and out, in the formats of other programs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import typer

from piximi_core.cli.labelling import label_by_table
from piximi_core.cli.proposing import propose_command
from piximi_core.cli.support.common import Json, Project, open_settled, show
from piximi_core.errors import BadInput, shown
from piximi_core.formats.annotations.registry import FORMATS
from piximi_core.formats.tables.label_table import read_label_table
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.kinds import find_kind
from piximi_core.project.files import replace_atomically
from piximi_core.services.annotations import add_annotations, export_annotations, read_annotations
from piximi_core.services.annotations.read_annotations import AnnotationsFound, ReadOptions
from piximi_core.services.importing.sources import SourceFile
from piximi_core.vocabulary import IMAGE_KIND

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True, help="Bring objects and labels in, or take them out.")
app.command("propose")(propose_command)

_MOST_TOLD = 20
_NAMES = " ".join(FORMATS)
_ENDINGS_OF_TABLES = {"csv": (".csv",), "folders": (".zip",)}

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file of annotations.")]


@app.command("export")
def export_command(
    project: Project,
    file: File,
    format: Annotated[str, typer.Option(help=f"{_NAMES}, csv or folders.")],  # noqa: A002
    style: Annotated[
        str, typer.Option(help="Which of a format's ways, such as 'single' of coco.")
    ] = "",
    kind: Annotated[str, typer.Option(help="Only this kind of objects.")] = "",
    json: Json = False,
) -> None:
    """Write objects as annotations, labels as a table, or images in class-named folders."""
    store = open_settled(project)
    job = export_annotations.ask(
        store, format, style=style, kind=kind, ending=_ending(format, file)
    )
    result: export_annotations.AnnotationsWritten = run_here(store, job)
    made = export_annotations.delivered_annotations(job)
    target = file / made.name if file.is_dir() else file
    with replace_atomically(target.absolute()) as part:
        shutil.copyfile(made, part)
    for what, reason in result.problems[:_MOST_TOLD]:
        typer.echo(f"{what}: {reason}", err=True)
    facts = {"file": str(target), "count": result.count, "problems": result.problems}
    show(facts, json, f"Wrote {result.count:,} to {target}.")


def _ending(format_name: str, file: Path) -> str:
    """Return the ending that the person's file asks for; none if it is a folder."""
    ending = file.suffix.lower()
    if file.is_dir() or not ending:
        return ""
    one = FORMATS.get(format_name)
    if one is not None:
        possible = tuple(dict.fromkeys((one.ending_of_one, one.ending)))
        as_json = one.ending_of_one if one.name == "geojson" else ".json"
        ending = {".tiff": ".tif", ".json": as_json}.get(ending, ending)
    else:
        possible = _ENDINGS_OF_TABLES.get(format_name, (ending,))
    if ending not in possible:
        both = " or ".join(possible)
        raise BadInput(
            "The format {format_name} is written as {both}; give {file!r} that ending.",
            format_name=format_name,
            both=both,
            file=file.name,
        )
    return ending if one is not None else ""


@app.command("import")
def import_command(
    project: Project,
    file: File,
    format: Annotated[  # noqa: A002
        str, typer.Option(help=f"{_NAMES} or csv; found out if not given.")
    ] = "",
    kind: Annotated[str, typer.Option(help="Put all objects into this kind.")] = "",
    kind_ids: Annotated[
        list[str] | None,
        typer.Option(
            "--kind-id",
            metavar="ID=KIND",
            help="Which kind an id in the file is, if nobody knows it.",
        ),
    ] = None,
    image: Annotated[
        str, typer.Option(help="The image that all objects belong to, if the file names none.")
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would come in, and change nothing.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring objects in from a file, a zip or a folder, as one undoable step."""
    store = open_settled(project)
    if format == "csv" or (not format and file.suffix.lower() == ".csv"):
        kind_id = find_kind(store, kind or IMAGE_KIND).id
        table = read_label_table(file)
        label_by_table(store, table, kind_id, dry_run=dry_run, as_json=json)
        return
    options = ReadOptions(format, kind, image, _answers(kind_ids or []))
    look = read_annotations.ask(store, SourceFile(file.absolute(), file.name), options)
    result: AnnotationsFound = run_here(store, look)
    _tell(result)
    _require_kinds(result.asked)
    if not result.new and not result.present:
        raise BadInput("Nothing was imported: no object fits an image of this project; see above.")
    if result.new and not dry_run:
        run_here(store, add_annotations.ask(store, look))
    show(result, json, _text(result, dry_run))


def _answers(pairs: list[str]) -> dict[str, str]:
    answers = {}
    for pair in pairs:
        found, _, name = pair.partition("=")
        if not found.strip() or not name.strip():
            raise BadInput("{pair} names no kind; give --kind-id ID=KIND.", pair=shown(pair))
        answers[found.strip()] = name.strip()
    return answers


def _require_kinds(asked: dict[str, int]) -> None:
    """Refuse to show an id as a kind's name."""
    if not asked:
        return
    listed = ", ".join(asked)
    raise BadInput(
        "The file calls a kind by an id that this project does not know ({listed}), as "
        "Piximi does; say which kind it is with --kind-id {asked}=KIND, or put all "
        "objects into one kind with --kind KIND.",
        listed=shown(listed),
        asked=next(iter(asked)),
    )


def _tell(result: AnnotationsFound) -> None:
    """Say on standard error what was left out or mended."""
    lines = [f"no image: {row.image}: {row.reason}" for row in result.unmatched]
    for key, word in (("skipped", "left out"), ("repaired", "mended")):
        lines += [f"{word}: {what}: {reason}" for what, reason in getattr(result, key)]
    if result.empty_count:
        lines.append(
            f"no image: {result.empty_count:,} images of the file that have no objects there"
        )
    for line in lines[:_MOST_TOLD]:
        typer.echo(line, err=True)
    more = result.unmatched_count + result.skipped_count + result.repaired_count - _MOST_TOLD
    if more > 0:
        typer.echo(f"and {more:,} more; --json lists them.", err=True)


def _text(result: AnnotationsFound, dry_run: bool) -> str:
    verb = "Would import" if dry_run else "Imported"
    present = f"; {result.present:,} were there already" if result.present else ""
    lines = [f"{verb} {result.new:,} objects in {result.matched:,} images{present}."]
    lines += [
        f"  {row.kind}, {row.category or 'without a category'}: {row.count:,}"
        for row in result.kinds
    ]
    return "\n".join(lines)
