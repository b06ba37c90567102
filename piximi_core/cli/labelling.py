"""The command that labels by a table."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from piximi_core.cli.support.common import Kind, Project, open_settled, show
from piximi_core.formats.tables.label_table import LabelTable, read_label_table
from piximi_core.project.contents.kinds import find_kind
from piximi_core.project.database.store import Store
from piximi_core.services.annotations.labels_from_table import (
    label_from_table,
    match_labels,
    require_match,
)
from piximi_core.vocabulary import IMAGE_KIND

__all__ = ["label", "label_by_table"]

_MOST_TOLD = 20


def label(
    project: Project,
    table: Annotated[Path, typer.Argument(metavar="FILE.csv", help="name,category[,partition]")],
    kind: Kind = IMAGE_KIND,
) -> None:
    """Label images, or the objects of a kind, by a table."""
    store = open_settled(project)
    chosen = find_kind(store, kind)
    label_by_table(store, read_label_table(table), chosen.id)


def label_by_table(
    store: Store, table: LabelTable, kind_id: str, *, dry_run: bool = False, as_json: bool = False
) -> None:
    """Label what a table names, and print what came of it; a dry run only prints."""
    match = match_labels if dry_run else label_from_table
    outcome = match(store, table, kind_id=kind_id)
    verb = "Would label" if dry_run else "Labelled"
    show(
        asdict(outcome),
        as_json,
        f"{verb} {outcome.labelled:,}; {len(outcome.unmatched):,} names not found.",
    )
    for name in outcome.unmatched[:_MOST_TOLD]:
        typer.echo(f"not found: {name}", err=True)
    for name in outcome.ambiguous[:_MOST_TOLD]:
        typer.echo(f"fits several images, or shares its image: {name}", err=True)
    require_match(outcome, kind_id)
