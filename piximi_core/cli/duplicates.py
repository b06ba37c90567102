"""The command that lists images of equal pixels, and leaves copies out."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

import typer

from piximi_core.cli.support.common import Json, Project, open_settled, show
from piximi_core.project.contents.equal_pixels import find_equal
from piximi_core.services.importing.compare_pixels import compare_pixels
from piximi_core.services.importing.equal_images import leave_out_copies
from piximi_core.words import plural

__all__ = ["duplicates_command"]


def duplicates_command(
    project: Project,
    leave_out: Annotated[
        bool, typer.Option("--leave-out", help="Take the copies out; what was added first stays.")
    ] = False,
    json: Json = False,
) -> None:
    """List images of equal pixels in different files, or leave the copies out."""
    store = open_settled(project)
    compare_pixels(store)
    facts: dict[str, Any] = {"equal": [list(equal.names) for equal in find_equal(store)]}
    copies = sum(len(names) - 1 for names in facts["equal"])
    lines = [
        f"{plural(copies, 'image')} of the same pixels as another one",
        *("  " + " = ".join(names) for names in facts["equal"]),
    ]
    if leave_out and copies:
        outcome = leave_out_copies(store)
        facts |= asdict(outcome)
        lines.append(
            f"Left out {plural(len(outcome.left_out), 'image')}: "
            f"{plural(outcome.labels_given, 'label')} given to those that stay, "
            f"{plural(len(outcome.conflicts), 'conflict')}."
        )
        lines += [f"conflict: {name}: {why}" for name, why in outcome.conflicts]
        lines += [f"kept, because objects are drawn in it: {name}" for name in outcome.kept]
    show(facts, json, "\n".join(lines))
