"""The command that compares predictions with labels."""

from __future__ import annotations

from typing import Annotated

import typer

from piximi_core.cli.support.common import Json, Project, RunName, open_settled, show
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.runs import find_run
from piximi_core.services.evaluation.evaluate_run import evaluate_run, unscored_ids
from piximi_core.services.evaluation.run_figures import doubt_of
from piximi_core.services.scoring import predict
from piximi_core.services.scoring.class_names import names_of
from piximi_core.vocabulary import IMAGE_KIND, require_partition

__all__ = ["evaluate"]


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
