"""The command that shows and switches what is kept together, such as crops of one photograph."""

from __future__ import annotations

from typing import Annotated, Any, get_args

import typer

from piximi_core.cli.support.common import Json, Project, open_settled, show
from piximi_core.errors import BadInput
from piximi_core.project.contents.grouping import (
    By,
    Grouping,
    ImageGroups,
    choose_grouping,
    find_groups,
    metadata_columns,
)
from piximi_core.words import plural

__all__ = ["group_facts", "group_text", "groups_command"]

_WORDS = {
    "names": "by their names",
    "folders": "by their folders",
    "column": "by the column {value}",
    "pattern": "by the pattern {value}",
    "none": "not grouped",
}


def groups_command(
    project: Project,
    by: Annotated[
        str, typer.Option(help=f"What tells the source: {', '.join(get_args(By))}.")
    ] = "",
    column: Annotated[str, typer.Option(help="Group by this column of a table.")] = "",
    pattern: Annotated[
        str, typer.Option(help="Group by names such as {source}_#; # is a number, * any text.")
    ] = "",
    json: Json = False,
) -> None:
    """Show which images come from one source and stay on one side of the split, or switch that."""
    store = open_settled(project)
    wanted = _wanted(by, column, pattern)
    found = choose_grouping(store, wanted) if wanted else find_groups(store)
    facts = {**group_facts(found), "columns": metadata_columns(store)}
    show(facts, json, group_text(facts))


def _wanted(by: str, column: str, pattern: str) -> Grouping | None:
    if column and pattern:
        raise BadInput("Images are grouped by --column or by --pattern, not by both.")
    implied = "column" if column else "pattern" if pattern else ""
    by = by or implied
    if not by:
        return None
    for known in get_args(By):
        if by == known:
            if by in ("column", "pattern") and by != implied:
                raise BadInput("--by {by} needs --{by} too, which tells which.", by=by)
            if implied not in ("", by):
                raise BadInput(
                    "--{implied} groups by {implied}; leave --by {by} out.", implied=implied, by=by
                )
            return Grouping(known, column or pattern)
    raise BadInput(
        "{by!r} groups nothing; use one of {get_args}.",
        by=by[:40],
        get_args=", ".join(get_args(By)),
    )


def group_facts(found: ImageGroups) -> dict[str, Any]:
    """Return the grouping in force as `info --json` and `groups --json` show it."""
    return {
        "by": found.in_force.by,
        "value": found.in_force.value,
        "proposed": found.chosen.by == "auto",
        "groups": found.count,
        "shared": len(found.shared),
        "equal_pixels": found.equal,
        "examples": [
            {"group": group.name, "count": len(group.members), "images": list(group.members[:5])}
            for group in found.examples
        ],
    }


def group_text(facts: dict[str, Any]) -> str:
    """Return the same for people."""
    how = _WORDS[facts["by"]].format(value=facts["value"])
    proposed = ", as proposed" if facts["proposed"] else ""
    shared = plural(facts["shared"], "source")
    lines = [f"{plural(facts['groups'], 'group')} ({how}{proposed}), {shared} of several images"]
    lines += [
        f"  {example['group']}: {example['count']:,} ({', '.join(example['images'])}"
        + (", …)" if example["count"] > len(example["images"]) else ")")
        for example in facts["examples"]
    ]
    if facts["equal_pixels"]:
        lines.append(f"  {plural(facts['equal_pixels'], 'image')} of equal pixels kept together")
    return "\n".join(lines)
