"""Commands about classifiers: bring one in from elsewhere."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from piximi_core.cli.support.common import Json, Kind, Project, open_settled, show
from piximi_core.errors import BadInput
from piximi_core.formats.tfjs.model_look import ValueRange
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.categories import list_categories
from piximi_core.project.contents.kinds import find_kind
from piximi_core.project.contents.runs import Run, find_run
from piximi_core.services.classifiers import import_model
from piximi_core.services.classifiers.class_mapping import map_by_hand, propose_mapping
from piximi_core.services.classifiers.fetch_model import fetch_classifier
from piximi_core.vocabulary import IMAGE_KIND

__all__ = ["import_model_command"]


def import_model_command(
    project: Project,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...|URL",
            help="A zip, a folder, model.json and its weights, or an https:// address.",
        ),
    ],
    kind: Kind = IMAGE_KIND,
    name: Annotated[str, typer.Option(help="What the run is called.")] = "",
    assign: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="CLASS=CATEGORY", help="The category that a class is."),
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="A new category for every class, whatever its name.")
    ] = False,
    values: Annotated[
        ValueRange | None, typer.Option(help="Numbers it takes, where its files do not say.")
    ] = None,
    json: Json = False,
) -> None:
    """Bring in a classifier from Piximi, Teachable Machine or TensorFlow.js as a run."""
    store = open_settled(project)
    kind_id = find_kind(store, kind).id
    with tempfile.TemporaryDirectory(prefix="piximi-model-") as room:
        paths = _files(files, Path(room))
        found = import_model.look(paths)
        known = [category.name for category in list_categories(store, kind_id)]
        proposed = propose_mapping(found.classes, known, "new" if new else "name")
        mapping = map_by_hand(found.classes, proposed, dict(map(_assignment, assign or [])))
        job = import_model.ask(
            store, paths, found, mapping, kind_id=kind_id, name=name, values=values
        )
        run_here(store, job)
    run = find_run(store, job.id)
    show(_facts(run), json, _text(run))


def _files(given: list[str], room: Path) -> list[Path]:
    addresses = [text for text in given if "://" in text]
    if not addresses:
        return [Path(text).absolute() for text in given]
    if len(given) > 1:
        raise BadInput("Give one address, or files, but not both.")
    return fetch_classifier(addresses[0], room)


def _assignment(text: str) -> tuple[str, str]:
    name, equals, category = text.partition("=")
    if not equals or not category.strip():
        raise BadInput(
            "Write --map as CLASS=CATEGORY, such as --map 0=RBC, not {text!r}.", text=text[:60]
        )
    return name, category.strip()


def _facts(run: Run) -> dict[str, Any]:
    summary = run.summary or {}
    origin = summary["imported"]
    return {
        "run": run.id,
        "number": run.number,
        "name": run.name,
        "sort": origin["sort"],
        "input_shape": run.settings["input_shape"],
        "classes": [
            {"class": name, "category": c.name}
            for name, c in zip(origin["classes"], run.classes, strict=True)
        ],
        "parameters": summary["parameters"],
        "notes": summary["notes"],
    }


def _text(run: Run) -> str:
    facts = _facts(run)
    shape = " x ".join(map(str, facts["input_shape"]))
    lines = [
        f"Brought in run {run.id[:8]} (number {run.number}), {run.name}: {facts['sort']},"
        f" {shape}, {facts['parameters']:,} parameters"
    ]
    lines += [f"  class {c['class']} is {c['category']}" for c in facts["classes"]]
    return "\n".join([*lines, *(f"  {note}" for note in facts["notes"])])
