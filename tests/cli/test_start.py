"""What the command line imports before it does anything, which is what people wait for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from piximi_core.cli.main import app
from piximi_core.project.database.store import create_store
from piximi_core.services.examples.digits import add_digits
from tests.conftest import REPOSITORY

COMMANDS = typer.main.get_command(app).table  # type: ignore[attr-defined]
REPORT = """
import atexit, json, sys
atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))
sys.argv = ["piximi", *sys.argv[1:]]
from piximi_core.cli.main import main
main()
"""


def imported(*arguments: str) -> set[str]:
    """Return the modules that a command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", REPORT, *arguments],
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        check=True,
    )
    return set(json.loads(done.stderr.strip().splitlines()[-1]))


@pytest.mark.parametrize("called", COMMANDS)
def test_the_list_of_commands_says_of_each_what_it_says_itself(called: str) -> None:
    command = COMMANDS[called].load(called)
    assert command.name == called
    assert command.help.splitlines()[0] == COMMANDS[called].help


def test_help_waits_for_no_library() -> None:
    heavy = {"sqlalchemy", "numpy", "pydantic", "piximi_core.project", "piximi_core.jobs"}
    assert imported("--help") & heavy == set()


def test_what_is_in_a_project_is_said_without_importing_how_images_are_read(tmp_path: Path) -> None:
    store = create_store(tmp_path / "digits", "Digits")
    add_digits(store, limit=10)
    store.close()
    heavy = {"numpy", "pandas", "PIL", "tifffile", "piximi_core.formats", "piximi_core.images"}
    assert imported("info", str(store.folder)) & heavy == set()


def test_the_counts_of_info_are_those_of_its_lists(tmp_path: Path, run) -> None:
    store = create_store(tmp_path / "digits", "Digits")
    add_digits(store, limit=10)
    store.close()
    listed = json.loads(run("info", store.folder, "--json")[0])["images"]
    lines = run("info", store.folder)[0].splitlines()
    assert lines[0] == f"Digits: {len(listed)} images"
    zeros = sum(image["category"] == "0" for image in listed)
    [line] = [line for line in lines if line.strip().startswith("0:")]
    assert sum(int(n) for n in line.replace(",", "").split() if n.isdecimal()) == zeros
