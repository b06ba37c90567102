"""The commands that train, and list the trainings."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from piximi_core.classification.settings import settings_from, with_overrides
from piximi_core.cli.support.common import Json, Kind, Project, open_settled, show
from piximi_core.errors import BadInput, NotFound
from piximi_core.jobs.folder import Job
from piximi_core.jobs.inline import run_here
from piximi_core.percent import percent_number
from piximi_core.project.contents.kinds import find_kind, list_kinds
from piximi_core.project.contents.runs import Run, find_run, list_runs
from piximi_core.project.database.store import Store
from piximi_core.services.evaluation.run_figures import figures_today
from piximi_core.services.importing.compare_pixels import compare_pixels
from piximi_core.services.scoring.class_names import names_of
from piximi_core.services.training import train
from piximi_core.services.training.planning import default_settings
from piximi_core.services.training.starting_run import settings_to_go_on
from piximi_core.services.training.training_work import TrainResult
from piximi_core.vocabulary import IMAGE_KIND
from piximi_core.words import plural

__all__ = ["run_list", "runs", "train_command"]


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
        job = train.ask_to_resume(store, resumable_run(store, resume))
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
    result: TrainResult = run_here(store, job)
    summary = with_doubt(store, {"run": job.id, **result.in_english()})
    show(summary, json, trained(summary))


def _settings_file(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadInput(
            "{path} is no JSON file of settings ({error}).", path=path, error=error
        ) from None
    if not isinstance(content, dict):
        raise BadInput("{path} must hold one JSON object of settings, such as {}.", path=path)
    return content


def runs(project: Project, json: Json = False) -> None:
    """List the runs."""
    listed = run_list(open_settled(project))
    show({"runs": listed}, json, run_text(listed))


def run_list(store: Store) -> list[dict[str, Any]]:
    """Return the runs, newest first, each with the state its folder shows."""
    kinds = {kind.id: kind.name for kind in list_kinds(store)}
    known = list_runs(store)
    figures = figures_today(store, known)
    return [
        {
            "run": run.id,
            "kind": kinds.get(run.kind_id, run.kind_id),
            "number": run.number,
            "name": run.name,
            "state": Job(store.files.run(run.id)).state().value,
            "created_at": run.created_at,
            "classes": names_of(store, run),
            "classes_were": names_of(store, run, "run"),
            "settings": run.settings,
            "summary": run.summary,
            "validation_today": asdict(figures[run.id]) if run.id in figures else None,
        }
        for run in known
    ]


def run_text(listed: Sequence[dict[str, Any]]) -> str:
    """Return the same for people."""
    if not listed:
        return "No runs yet; train one."
    lines = []
    for run in listed:
        figure = run["validation_today"]
        score = f", right on {percent_number(figure['accuracy'])} % in validation" if figure else ""
        score += " (no better than guessing?)" if figure and figure["doubt"] else ""
        lines.append(f"{run['number']}  {run['run'][:8]}  {run['name']}: {run['state']}{score}")
    return "\n".join(lines)


def with_doubt(store: Store, summary: dict[str, Any]) -> dict[str, Any]:
    """Return the outcome of a training with a note if the run may be no better than guessing."""
    run = find_run(store, summary["run"])
    figure = figures_today(store, [run]).get(run.id)
    notes = [*summary["notes"], *([figure.doubt] if figure and figure.doubt else [])]
    better = figure.doubt is None if figure else None
    basis = figure.basis if figure else None
    return {**summary, "notes": notes, "better_than_guessing": better, "val_basis": basis}


# What the images that validated a run were to it, and to those that it started from.
_VALIDATED_ON = {
    "choosing": "never seen in training, but used to choose the best epoch",
    "labelled": "some of them, or others from the same source, may have been learned from before",
}


def trained(summary: dict[str, Any]) -> str:
    """Return the outcome of a training in a few lines."""
    checked = summary["val_accuracy"]
    lines = [
        f"Trained run {summary['run'][:8]}: {plural(summary['epochs'], 'epoch')}, "
        f"best was {summary['best_epoch']}",
        f"  right on {percent_number(summary['accuracy'])} % in training"
        + (
            f", {percent_number(checked)} % in validation "
            f"({_VALIDATED_ON.get(summary['val_basis'], 'used to choose the best epoch')})"
            if checked is not None
            else ""
        ),
        f"  {summary['images_per_second']:,.0f} images per second",
    ]
    return "\n".join([*lines, *(f"  {note}" for note in summary["notes"])])


def resumable_run(store: Store, run: str) -> Run:
    """Return the run to resume; ``latest`` is here the newest of all, finished or not."""
    if run != "latest":
        return find_run(store, run)
    known = list_runs(store)
    if not known:
        raise NotFound("The project has no run to resume; train one first.")
    return known[0]
