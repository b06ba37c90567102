"""Commands that keep a project: archive and restore, backups, recovery after damage."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from piximi_core.cli.support.common import Json, Project, open_settled, show
from piximi_core.jobs.inline import run_here
from piximi_core.project.database.backups import Backup, back_up, list_backups
from piximi_core.project.database.store import open_store
from piximi_core.services.projects import archive
from piximi_core.services.projects.open_archive import restore_archive
from piximi_core.services.projects.recovering import Recovery, recover_project, restore_project
from piximi_core.words import plural

__all__ = ["archive_command", "backups_command", "recover_command", "restore_command"]

_REASONS = {
    "hour": "at work",
    "asked": "asked for",
    "restore": "before a restore",
    "format": "before a change of format",
}


def archive_command(
    project: Project,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The zip file to write.")],
    json: Json = False,
) -> None:
    """Write everything of a project into one file."""
    store = open_settled(project)
    result: archive.ArchiveResult = run_here(store, archive.ask(store, file.absolute()))
    images, runs = plural(result.images, "image"), plural(result.runs, "run")
    lost = len(result.missing)
    more = f"; the files of {plural(lost, 'image')} were missing" if lost else ""
    text = f"Wrote {file}: {images}, {runs}, {result.bytes / 1e6:,.1f} MB{more}."
    show(result, json, text)


def restore_command(
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="A folder to be made.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="An archive of a project.")],
) -> None:
    """Make a project of an archive."""
    shown = sys.stderr.isatty()

    def report(share: float, text: str) -> None:
        if shown:
            typer.echo(f"\r\x1b[K{text}", nl=False, err=True)

    restored = restore_archive(file, project, report)
    if shown:
        typer.echo("\r\x1b[K", nl=False, err=True)
    lost = len(restored.missing)
    more = f" The files of {plural(lost, 'image')} were missing before." if lost else ""
    bad = restored.unreadable
    if bad:
        more += f" {plural(len(bad), 'image')} cannot be read: {', '.join(bad[:3])}"
        more += "…" if len(bad) > 3 else "."
    typer.echo(f"Restored “{restored.name}” in {project}.{more}")


def backups_command(
    project: Project,
    now: Annotated[bool, typer.Option("--now", help="Take one now.")] = False,
    restore: Annotated[
        str, typer.Option(metavar="NAME", help="Put this one back; or 'latest'.")
    ] = "",
    json: Json = False,
) -> None:
    """List the backups of a project, take one, or put one back."""
    if restore:
        present = restore_project(open_store(project), restore)
        typer.echo(f"Restored {restore}; the state before it is kept as {present.name}.")
        return
    if now:
        back_up(open_settled(project).folder)
    known = list_backups(project)
    found = [{"name": b.name, "at": b.at, "reason": b.reason, "bytes": b.size} for b in known]
    show({"backups": found}, json, "\n".join(map(_line, known)) or "There are no backups yet.")


def _line(backup: Backup) -> str:
    at = datetime.fromtimestamp(backup.at).strftime("%Y-%m-%d %H:%M:%S")
    return f"{backup.name}  {at}  {_REASONS[backup.reason]}  {backup.size / 1e6:,.1f} MB"


def recover_command(project: Project) -> None:
    """Replace a damaged database by the newest good backup, and say what was lost."""
    for line in _told(recover_project(project.absolute())):
        typer.echo(line)


def _told(recovery: Recovery) -> list[str]:
    at = datetime.fromtimestamp(recovery.backup_at).strftime("%Y-%m-%d %H:%M:%S")
    lines = [f"Recovered from the backup of {at}."]
    if recovery.runs:
        lines.append(f"Found again: {', '.join(recovery.runs)}.")
    if recovery.images_back:
        lines.append(f"Added again: {plural(recovery.images_back, 'image')}.")
    if recovery.steps:
        lines.append(f"Lost: {plural(len(recovery.steps), 'step')} made since then:")
        lines += [f"  {label}" for label in recovery.steps]
    if recovery.originals:
        lost = plural(len(recovery.originals), "image file")
        lines.append(f"On the disk, but no longer in the project: {lost}.")
    return lines
