"""The command that predicts, and its tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from piximi_core.cli.support.common import Kind, Project, RunName, open_settled
from piximi_core.cli.support.source_files import sources
from piximi_core.errors import BadInput
from piximi_core.formats.tables.excel import open_table
from piximi_core.formats.tables.prediction_table import write_prediction_csv
from piximi_core.jobs.inline import run_here
from piximi_core.project.contents.kinds import find_kind
from piximi_core.project.contents.labelling import counted
from piximi_core.project.contents.runs import Run, find_run, require_classifier
from piximi_core.project.contents.things import ThingFilter, find_ids, get_things
from piximi_core.project.database.store import Store
from piximi_core.project.files import replace_atomically
from piximi_core.project.workspace import float_range
from piximi_core.services.importing.sources import SourceFile
from piximi_core.services.scoring import predict
from piximi_core.services.scoring.class_names import names_of
from piximi_core.services.scoring.predict_files import FileScores, predict_files
from piximi_core.services.scoring.scores import load_scores
from piximi_core.words import plural

__all__ = ["predict_command", "predict_to_table", "predictions_to_table"]

_REASONS = 20


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
        scores = predict_to_table(store, found, sources(paths), out, channels=channels, time=time)
        for line in predicted(scores):
            typer.echo(line, err=True)
        count, failed = len(scores.names), len(scores.failed)
        typer.echo(f"Predicted {count:,} images into {out}; {failed:,} failed.")
        if not count:
            raise BadInput("No image could be predicted; the reasons are listed above.")
        return
    if channels or time:
        raise BadInput("--channels and --time are about files; give their PATH, or leave both out.")
    ids = find_ids(store, ThingFilter(kind_id=found.kind_id, labelled=False))
    result: predict.PredictResult = run_here(store, predict.ask(store, found, ids))
    for _name, reason in result.failed:
        typer.echo(f"failed: {reason}", err=True)
    count = predictions_to_table(store, found, ids, out)
    failed_too = f"; {len(result.failed):,} failed" if result.failed else ""
    typer.echo(f"Predicted {counted(count, found.kind_id)} into {out}{failed_too}.")


def predict_to_table(
    store: Store,
    run: Run,
    sources: Sequence[SourceFile],
    out: Path,
    *,
    channels: int | None = None,
    time: int | None = None,
) -> FileScores:
    """Predict files into a CSV; return what was predicted, and what was not."""
    require_classifier(run)
    scores = predict_files(
        store.files.run(run.id),
        sources,
        float_range=float_range(store),
        channels=channels,
        time=time,
    )
    rows = zip(scores.names, scores.probabilities.tolist(), strict=True)
    with replace_atomically(out.absolute()) as part, open_table(part) as file:
        write_prediction_csv(file, names_of(store, run), rows, names_of(store, run, "run"))
    return scores


def predicted(scores: FileScores) -> list[str]:
    """Return one line for each file that failed and for each thing that was done to others."""
    lines = [f"failed: {name}: {reason}" for name, reason in scores.failed]
    lines += [f"note: {note} ({plural(n, 'image')})" for note, n in scores.notes[:_REASONS]]
    more = len(scores.notes) - _REASONS
    return [*lines, f"note: and {more:,} more"] if more > 0 else lines


def predictions_to_table(store: Store, run: Run, ids: Sequence[str], out: Path) -> int:
    """Write what a run says of some things of the project as CSV; return how many."""
    scores = load_scores(store.files.run(run.id))
    rows = scores.rows() if scores else {}
    found = []
    for thing in get_things(store, ids, run.kind_id):
        row = rows.get(thing.key)
        if scores is not None and row is not None:
            found.append((thing.name, scores.probabilities[row].tolist()))
    with replace_atomically(out.absolute()) as part, open_table(part) as file:
        were = names_of(store, run, "run")
        return write_prediction_csv(file, names_of(store, run), found, were)
