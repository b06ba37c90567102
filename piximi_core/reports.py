"""What the command line prints and writes: the same facts as text, JSON and files."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from piximi_core.commands.groups import group_facts, group_text
from piximi_core.errors import BadInput, NotFound
from piximi_core.formats.excel import open_table
from piximi_core.formats.prediction_table import write_prediction_csv
from piximi_core.jobs.class_names import classes_today, names_of
from piximi_core.jobs.export import delivered
from piximi_core.jobs.folder import Job
from piximi_core.jobs.predict_files import FileScores, predict_files
from piximi_core.jobs.run_figures import figures_today
from piximi_core.jobs.scores import load_scores
from piximi_core.jobs.sources import SourceFile
from piximi_core.percent import percent_number
from piximi_core.project.categories import list_categories
from piximi_core.project.files import replace_atomically
from piximi_core.project.grouping import find_groups
from piximi_core.project.kinds import list_kinds
from piximi_core.project.labelling import counted, plural
from piximi_core.project.objects import ObjectRow, list_objects
from piximi_core.project.runs import Run, find_run, list_runs, require_classifier
from piximi_core.project.store import IMAGE_KIND, Store
from piximi_core.project.things import (
    Thing,
    ThingFilter,
    count_by_category,
    get_things,
    list_things,
)
from piximi_core.project.workspace import float_range, project_name

__all__ = [
    "added",
    "compared",
    "deliver",
    "predict_to_table",
    "predicted",
    "predictions_to_table",
    "project_info",
    "project_text",
    "reasons",
    "renamed",
    "resumable_run",
    "run_list",
    "run_text",
    "trained",
    "with_doubt",
]

_REASONS = 20


def added(result: dict[str, Any]) -> str:
    """Return the outcome of an import in one line."""
    text = (
        f"Added {result['added']:,}, duplicates {len(result['duplicates']):,}, "
        f"conflicts {len(result['conflicts']):,}, failed {len(result['failed']):,}."
    )
    if hidden := len(result.get("hidden", ())):
        text = f"{text[:-1]}, hidden and left out {hidden:,}."
    renamed = len(result.get("renamed", [])) + len(result.get("named", []))
    if renamed:
        text += f" {plural(renamed, 'image')} renamed: others have the same base name."
    if result.get("labels_came"):
        verb = "was" if result["there"] == 1 else "were"
        text += (
            f" {result['there']:,} {verb} there already: "
            f"{plural(result['labels_given'], 'label')} given, "
            f"{plural(result['label_conflicts'], 'conflict')}."
        )
    if result.get("equal"):
        text += f" {plural(len(result['equal']), 'image')} of the same pixels as another one."
    return f"Stopped. {text}" if result["stopped"] else text


def reasons(result: dict[str, Any]) -> list[str]:
    """Return one line for each file that was not added or is called otherwise, some of each."""
    lines = []
    for sort in ("failed", "conflicts", "duplicates", "equal", "hidden"):
        listed = result.get(sort, [])
        lines += [f"{sort.rstrip('s')}: {name}: {why}" for name, why in listed[:_REASONS]]
        if len(listed) > _REASONS:
            lines.append(f"{sort}: and {len(listed) - _REASONS:,} more")
    renamed = [*result.get("renamed", []), *result.get("named", [])]
    lines += [f"renamed: {before} is called {after}" for before, after in renamed[:_REASONS]]
    if len(renamed) > _REASONS:
        lines.append(f"renamed: and {len(renamed) - _REASONS:,} more")
    return lines


def project_info(store: Store) -> dict[str, Any]:
    """Return everything `info --json` promises (design: the command line)."""
    kinds = list_kinds(store)
    listed = {kind.name: list_categories(store, kind.id) for kind in kinds}
    counts = {kind.name: count_by_category(store, kind.id) for kind in kinds}
    names = {category.id: category.name for each in listed.values() for category in each}
    groups = find_groups(store)
    return {
        "name": project_name(store),
        "kinds": list(listed),
        "categories": [
            {
                "kind": kind,
                "name": category.name,
                "color": category.color,
                "counts": counts[kind].get(category.id, {}),
            }
            for kind, each in listed.items()
            for category in each
        ],
        "grouping": group_facts(groups),
        "images": [
            {**_image_facts(thing, names), "group": groups.label(thing.id)}
            for thing in list_things(store, ThingFilter())
        ],
        "objects": [_object_facts(found) for found in list_objects(store)],
        "revision": store.revision(),
    }


def _image_facts(thing: Thing, categories: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": thing.name,
        "kind": IMAGE_KIND,
        "category": categories[thing.category_id],
        "partition": thing.partition,
        "channels": thing.channels,
        "planes": thing.planes,
        "height": thing.height,
        "width": thing.width,
        "bit_depth": thing.bit_depth,
        "sha256": thing.sha256,
    }


def _object_facts(found: ObjectRow) -> dict[str, Any]:
    return {
        "name": found.name,
        "kind": found.kind_name,
        "image": found.image_name,
        "category": found.category_name,
        "partition": found.partition,
        "plane": found.plane,
        "box": list(found.box),
        "area": found.area,
    }


def project_text(info: dict[str, Any]) -> str:
    """Return what `project_info` found, for people."""
    lines = [f"{info['name']}: {plural(len(info['images']), 'image')}"]
    for kind in info["kinds"]:
        if len(info["kinds"]) > 1:
            inside = sum(found["kind"] == kind for found in (*info["images"], *info["objects"]))
            noun = "image" if kind == IMAGE_KIND else "object"
            lines.append(f" kind {kind}: {plural(inside, noun)}")
        for category in info["categories"]:
            if category["kind"] == kind:
                counts = ", ".join(f"{part} {n:,}" for part, n in category["counts"].items())
                lines.append(f"  {category['name']}: {counts or 'none'}")
    if info["grouping"]["shared"]:
        lines.append(group_text(info["grouping"]))
    return "\n".join(lines)


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
    return {**summary, "notes": notes, "better_than_guessing": better}


def trained(summary: dict[str, Any]) -> str:
    """Return the outcome of a training in a few lines."""
    checked = summary["val_accuracy"]
    lines = [
        f"Trained run {summary['run'][:8]}: {plural(summary['epochs'], 'epoch')}, "
        f"best was {summary['best_epoch']}",
        f"  right on {percent_number(summary['accuracy'])} % in training"
        + (
            f", {percent_number(checked)} % in validation (never seen in training, but used to "
            "choose the best epoch)"
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


def renamed(store: Store, run: Run) -> list[str]:
    """Return one line for each class that is called otherwise today than in the run."""
    return [
        f"note: the category {known.name} was {known.was} when the run was trained"
        for known in classes_today(store, run)
        if known.differs
    ]


def compared(result: Mapping[str, Any], kind_id: str) -> str:
    """Return what an export's check of itself found."""
    count = int(result["compared"])
    what = (
        f"{plural(count, 'random picture')}, because the project holds nothing that it could take"
        if result["random"]
        else counted(count, kind_id)
    )
    return f"Read again and compared on {what}: largest difference {result['difference']:.2g}."


def deliver(job: Job, out: Path) -> list[Path]:
    """Copy a finished export to where the person wants it; return the files.

    A zip goes to `out` itself; loose files go into the folder `out`, or packed into it where it is
    called like a zip.
    """
    files = delivered(job)
    if out.suffix.lower() == ".zip" and not out.is_dir():
        _pack(files, out)
        return [out]
    if len(files) == 1 and files[0].suffix == ".zip":
        target = out / files[0].name if out.is_dir() else out
        _copy(files[0], target)
        return [target]
    if out.is_file():
        raise BadInput(f"{out} is a file; give a folder for the {len(files)} files.")
    targets = [out / file.name for file in files]
    for file, target in zip(files, targets, strict=True):
        _copy(file, target)
    return targets


def _pack(files: list[Path], target: Path) -> None:
    """Write one zip: the one there is, or a new one of loose files."""
    if len(files) == 1 and files[0].suffix == ".zip":
        _copy(files[0], target)
        return
    # Stored only: weights hardly pack, and whoever opens them waits for it.
    with replace_atomically(target.absolute()) as part, zipfile.ZipFile(part, "w") as archive:
        for file in files:
            archive.write(file, file.name)


def _copy(source: Path, target: Path) -> None:
    with replace_atomically(target.absolute()) as part:
        shutil.copyfile(source, part)
